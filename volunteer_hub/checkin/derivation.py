"""Sessions out of scans: pure, and the same whatever the order in which the scans arrived.

A person's admissible scans are laid in the order in which they happened and judged one after the other
by the rules that also judge at the door. What a person has decided stands: such stays are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from volunteer_hub.checkin.codes import CodeState
from volunteer_hub.checkin.decision import Context, SessionFacts, ShiftFacts, Verdict, decide_in_order
from volunteer_hub.checkin.models import CloseKind, Direction, Outcome
from volunteer_hub.ledger.policy import Policy


@dataclass(frozen=True)
class Event:
    """An admissible scan. `scan_id` is None for one that is about to be stored."""

    nonce: str
    scan_id: int | None
    at: datetime
    direction: Direction
    shift_id: int
    code_use: str | None = None
    #: True where only a person's word says who came, or that the scan holds: such a stay is half-timed.
    is_doubtful: bool = False


@dataclass(frozen=True)
class Given:
    """A stay that scans do not change: one a person decided, or the moment a leader closed everybody still there."""

    shift_id: int
    in_at: datetime
    out_at: datetime
    #: For a leader's closing: the nonce of the scan that had opened the stay; None for a decided stay.
    opened_by: str | None = None


@dataclass(frozen=True)
class ShiftRules:
    """A shift and the policy it is judged by."""

    facts: ShiftFacts
    policy: Policy

    @property
    def expires_at(self) -> datetime:
        """Return the last instant of check-out."""
        return self.facts.ends_at + timedelta(minutes=self.policy.out_closes_after)


@dataclass
class Stay:
    """One stay: opened by a scan, and closed by a scan, by a leader, by time, or not yet."""

    shift_id: int
    opened: Event | None
    in_at: datetime
    closed: Event | None = None
    out_at: datetime | None = None
    how: CloseKind | None = None

    @property
    def is_doubtful(self) -> bool:
        """Tell whether either end rests on a person's word."""
        return any(event is not None and event.is_doubtful for event in (self.opened, self.closed))


@dataclass
class Derivation:
    """The stays that the scans make, without the given ones, and what became of each scan."""

    stays: list[Stay] = field(default_factory=list)
    verdicts: dict[str, Verdict] = field(default_factory=dict)


def derive(
    events: Iterable[Event], given: Iterable[Given], rules: Mapping[int, ShiftRules], *, until: datetime
) -> Derivation:
    """Return the sessions that follow from these scans and given stays; what was forgotten by `until` is closed."""
    return _Fold(rules).run(events, given, until)


def _rank(event: Event) -> tuple[object, ...]:
    """Return how scans of the very same instant follow one another: by what they say, then as they were stored.

    Of two that say the same, the one stored first takes effect and the other is a repeat, whichever it is.
    """
    stored = event.scan_id is None, event.scan_id or 0
    return event.direction.value, event.shift_id, event.is_doubtful, *stored, event.nonce


class _Fold:
    def __init__(self, rules: Mapping[int, ShiftRules]) -> None:
        self.rules = rules
        self.done = Derivation()
        self.open: Stay | None = None
        self.last: dict[int, Stay] = {}
        self.used: set[str] = set()

    def run(self, events: Iterable[Event], given: Iterable[Given], until: datetime) -> Derivation:
        moments: list[tuple[datetime, int, tuple[object, ...], Event | Given]] = [
            (event.at, 1, _rank(event), event) for event in events
        ]
        for stay in given:
            moments.append((stay.out_at, 2, (), stay))
            if stay.opened_by is None:
                moments.append((stay.in_at, 0, (), stay))
        for at, phase, _, what in sorted(moments, key=lambda moment: moment[:3]):
            self._expire(at)
            if isinstance(what, Event):
                self.done.verdicts[what.nonce] = self._judge(what)
            elif phase == 0:
                self._begin_given(what)
            else:
                self._end_given(what)
        self._expire(until)
        return self.done

    def _judge(self, event: Event) -> Verdict:
        verdict = decide_in_order(self._context(event))
        if verdict is None and event.direction is Direction.OUT and self.open and self.open.opened is None:
            # Inside a stay that a person decided there is nothing left to close.
            verdict = Verdict(Outcome.ALREADY, "already_out", {"at": event.at.isoformat(), "by": ""})
        if verdict is not None:
            return verdict
        if event.code_use:
            self.used.add(event.code_use)
        if event.direction is Direction.IN:
            self.open = Stay(event.shift_id, event, event.at)
            self.done.stays.append(self.open)
            return Verdict(Outcome.ACCEPTED, "checked_in")
        self._close(event.at, CloseKind.SCANNED, event)
        return Verdict(Outcome.ACCEPTED, "checked_out")

    def _context(self, event: Event) -> Context:
        rules, last = self.rules[event.shift_id], self.last.get(event.shift_id)
        return Context(
            direction=event.direction,
            scanned_at=event.at,
            received_at=event.at,
            code=CodeState.VALID,
            policy=rules.policy,
            code_was_used=event.code_use is not None and event.code_use in self.used,
            shift=rules.facts,
            open_session=self._facts(self.open) if self.open else None,
            last_session=self._facts(last) if last else None,
        )

    def _facts(self, stay: Stay) -> SessionFacts:
        expires = self.rules[stay.shift_id].expires_at
        return SessionFacts(0, stay.shift_id, stay.in_at, stay.out_at, expires_at=expires)

    def _expire(self, at: datetime) -> None:
        """Close what was forgotten: its shift's check-out is over before the next thing happens."""
        if self.open is None or self.open.opened is None:
            return
        rules = self.rules[self.open.shift_id]
        if at > rules.expires_at:
            self._close(max(self.open.in_at, rules.facts.ends_at), CloseKind.AUTOMATIC, None)

    def _close(self, at: datetime, how: CloseKind, event: Event | None) -> None:
        if self.open is None:
            raise RuntimeError("nothing is open")
        self.open.out_at, self.open.how, self.open.closed = at, how, event
        self.last[self.open.shift_id] = self.open
        self.open = None

    def _begin_given(self, given: Given) -> None:
        if self.open is not None and self.open.opened is not None:
            self._close(given.in_at, CloseKind.AUTOMATIC, None)
        self.open = Stay(given.shift_id, None, given.in_at)

    def _end_given(self, given: Given) -> None:
        if self.open is None:
            return
        # A closing holds for whoever is inside there then, even where another scan turns out to have let them in.
        is_the_one = (self.open.opened is None) == (given.opened_by is None)
        if is_the_one and self.open.shift_id == given.shift_id:
            self._close(given.out_at, CloseKind.LEADER if given.opened_by is None else CloseKind.BULK, None)
