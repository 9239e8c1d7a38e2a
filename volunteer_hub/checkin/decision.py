"""The decision about one scan: pure, so that server, offline scanner and recomputation agree.

`tests/cases/decision.json` holds the cases that every implementation must answer alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from volunteer_hub.checkin.codes import CodeState
from volunteer_hub.checkin.models import Direction, Outcome
from volunteer_hub.ledger.policy import Policy

#: A device's clock may run ahead by so much; beyond it the scan waits for a person.
CLOCK_AHEAD = timedelta(seconds=5)
#: A scan that arrives later than this waits for a person, unless an enrolled device vouches for its time.
LATE_UPLOAD = timedelta(minutes=5)
#: Even such a device's scan waits for a person after so long without a network.
OFFLINE_AT_MOST = timedelta(hours=72)
#: Refusals that a phone without a network could not foresee: where it told the person otherwise, a person decides.
UNFORESEEN = frozenset(
    {
        "code_expired",
        "not_registered",
        "shift_cancelled",
        "wrong_station",
        "not_signed_up",
        "not_approved",
        "on_waiting_list",
        "sign_up_withdrawn",
        "too_early",
        "too_late",
        "too_late_out",
    }
)


@dataclass(frozen=True)
class ShiftFacts:
    """The shift as the decision sees it."""

    id: int
    starts_at: datetime
    ends_at: datetime
    is_live: bool
    station_id: int


@dataclass(frozen=True)
class SessionFacts:
    """A session of this person: where, since when, until when, and who scanned the start."""

    id: int
    shift_id: int
    in_at: datetime
    out_at: datetime | None = None
    place: str = ""
    by: str = ""
    #: When check-out of its shift closes: after that it blocks nobody. None where it is not known.
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Context:
    """Everything the decision may look at."""

    direction: Direction
    scanned_at: datetime
    received_at: datetime
    code: CodeState
    policy: Policy
    #: None where the code is unknown or nobody by that key exists.
    volunteer_id: int | None = None
    is_registered: bool = True
    code_was_used: bool = False
    #: The station a self-scan was made at; None where a manager scanned.
    at_station_id: int | None = None
    shift: ShiftFacts | None = None
    #: pending, accepted, waiting, offered, withdrawn, declined, or None if never signed up.
    sign_up: str | None = None
    open_session: SessionFacts | None = None
    #: The last closed session at this shift.
    last_session: SessionFacts | None = None
    #: The server's time that the device had last heard, where it has signed for the scan; else None.
    beacon_at: datetime | None = None
    #: What is wrong with the device's word, as a reason; None where nothing is.
    trouble: str | None = None
    #: What the device told the person while it had no network; None where the server answered.
    told: Outcome | None = None


@dataclass(frozen=True)
class Verdict:
    """What was decided, why, and the values for the sentence that explains it."""

    outcome: Outcome
    reason: str
    details: dict[str, Any] = field(default_factory=dict)


Rule = Callable[[Context], Verdict | None]


def decide(context: Context) -> Verdict:
    """Return the verdict. The first rule that speaks decides; each answers with one reason."""
    verdict = _first(RULES, context)
    if verdict is None:
        return Verdict(Outcome.ACCEPTED, "checked_in" if context.direction is Direction.IN else "checked_out")
    if verdict.outcome is Outcome.REFUSED and context.told is Outcome.ACCEPTED and verdict.reason in UNFORESEEN:
        return Verdict(Outcome.PENDING, verdict.reason, verdict.details)
    return verdict


def is_admissible(context: Context) -> bool:
    """Tell whether nothing but the order of the person's scans is left to decide about this one.

    Sessions are derived from admissible scans alone, in the order in which they happened, so that the
    order in which they arrive does not matter.
    """
    return _first(STANDING_RULES, context) is None


def decide_in_order(context: Context) -> Verdict | None:
    """Return what the person's earlier scans make of an admissible one; None where it takes effect."""
    return _first(ORDER_RULES, context)


def _first(rules: Iterable[Rule], context: Context) -> Verdict | None:
    return next((verdict for rule in rules if (verdict := rule(context)) is not None), None)


def _refuse(reason: str, **details: Any) -> Verdict:
    return Verdict(Outcome.REFUSED, reason, details)


def _code(context: Context) -> Verdict | None:
    if context.code is CodeState.EXPIRED:
        return _refuse("code_expired")
    if context.code is CodeState.REVOKED:
        return _refuse("card_revoked")
    return _refuse("code_unknown") if context.code is CodeState.UNKNOWN else None


def _person(context: Context) -> Verdict | None:
    if context.volunteer_id is None:
        return _refuse("code_unknown")
    return None if context.is_registered else _refuse("not_registered")


def _shift(context: Context) -> Verdict | None:
    shift = context.shift
    if shift is None:
        return _refuse("shift_unknown")
    if context.at_station_id is not None and context.at_station_id != shift.station_id:
        return _refuse("wrong_station")
    return None if shift.is_live else _refuse("shift_cancelled")


def _clock(context: Context) -> Verdict | None:
    if context.trouble is not None:
        return Verdict(Outcome.PENDING, context.trouble)
    if context.scanned_at > context.received_at + CLOCK_AHEAD:
        return Verdict(Outcome.PENDING, "clock_ahead")
    late = context.received_at - context.scanned_at
    if context.beacon_at is None:
        return Verdict(Outcome.PENDING, "late_upload") if late > LATE_UPLOAD else None
    if context.scanned_at < context.beacon_at - CLOCK_AHEAD:
        return Verdict(Outcome.PENDING, "before_beacon")
    return Verdict(Outcome.PENDING, "offline_too_long") if late > OFFLINE_AT_MOST else None


def _same_act(context: Context) -> Verdict | None:
    """A second scan soon after the first is the same act, never the opposite one."""
    near = timedelta(seconds=context.policy.same_act_seconds)
    opened, last = context.open_session, context.last_session
    if (
        context.direction is Direction.OUT
        and opened
        and _here(context, opened)
        and _within(context, opened.in_at, near)
    ):
        return _already("just_checked_in", opened, opened.in_at)
    if (
        context.direction is Direction.IN
        and opened is None
        and last
        and last.out_at
        and _within(context, last.out_at, near)
    ):
        return _already("just_checked_out", last, last.out_at)
    return None


def _repeat(context: Context) -> Verdict | None:
    opened, last = context.open_session, context.last_session
    if context.direction is Direction.IN:
        return _already("already_in", opened, opened.in_at) if opened and _here(context, opened) else None
    if opened and _here(context, opened):
        return None
    if last and last.out_at:
        return _already("already_out", last, last.out_at)
    return _refuse("not_checked_in")


def _elsewhere(context: Context) -> Verdict | None:
    opened = context.open_session
    if context.direction is not Direction.IN or opened is None or _here(context, opened):
        return None
    if opened.expires_at is None or context.scanned_at <= opened.expires_at:
        return _refuse("in_elsewhere", place=opened.place, at=_iso(opened.in_at))
    return None


def _sign_up(context: Context) -> Verdict | None:
    if context.direction is Direction.OUT or context.sign_up == "accepted":
        return None
    reasons = {
        None: "not_signed_up",
        "pending": "not_approved",
        "waiting": "on_waiting_list",
        "offered": "on_waiting_list",
        "withdrawn": "sign_up_withdrawn",
        "declined": "sign_up_withdrawn",
    }
    return _refuse(reasons.get(context.sign_up, "not_signed_up"))


def _window(context: Context) -> Verdict | None:
    shift, policy, at = context.shift, context.policy, context.scanned_at
    if shift is None:
        return None
    if context.direction is Direction.IN:
        opens = shift.starts_at - timedelta(minutes=policy.in_opens_before)
        if at < opens:
            return _refuse("too_early", at=_iso(opens))
        return _refuse("too_late", at=_iso(shift.ends_at)) if at > shift.ends_at else None
    closes = shift.ends_at + timedelta(minutes=policy.out_closes_after)
    return _refuse("too_late_out", at=_iso(closes)) if at > closes else None


def _single_use(context: Context) -> Verdict | None:
    return _refuse("code_used") if context.code_was_used else None


def _here(context: Context, session: SessionFacts) -> bool:
    return context.shift is not None and session.shift_id == context.shift.id


def _within(context: Context, moment: datetime, near: timedelta) -> bool:
    return abs(context.scanned_at - moment) < near


def _already(reason: str, session: SessionFacts, moment: datetime) -> Verdict:
    return Verdict(Outcome.ALREADY, reason, {"at": _iso(moment), "by": session.by})


def _iso(moment: datetime) -> str:
    return moment.isoformat()


#: In the order in which they speak.
RULES: tuple[Rule, ...] = (
    _code,
    _person,
    _shift,
    _clock,
    _same_act,
    _repeat,
    _elsewhere,
    _sign_up,
    _window,
    _single_use,
)
#: What can be said about a scan by itself, and what only beside the person's other scans.
STANDING_RULES: tuple[Rule, ...] = (_code, _person, _shift, _clock, _sign_up, _window)
ORDER_RULES: tuple[Rule, ...] = (_same_act, _repeat, _elsewhere, _single_use)
