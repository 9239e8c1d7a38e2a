"""Derives a person's sessions anew when a scan arrives out of order, is undone, or is admitted by a person.

The sums of the ledger follow: what stood is reversed, what follows is credited, and both lines stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from volunteer_hub.activities.models import Activity, ActivityState, Shift, SignUp
from volunteer_hub.checkin import codes, crediting
from volunteer_hub.checkin.closing import GRACE
from volunteer_hub.checkin.context import REACH
from volunteer_hub.checkin.decision import ShiftFacts, Verdict
from volunteer_hub.checkin.derivation import Derivation, Event, Given, ShiftRules, Stay, derive
from volunteer_hub.checkin.models import VOUCHED_FOR, CloseKind, RulingKind, Scan, ScanRuling, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.policy import Credit, whole_minutes
from volunteer_hub.ledger.queries import PolicyVersion
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Standing

#: Reductions that another stay of the same person brings about.
OF_OTHERS = frozenset({"activity_cap", "day_cap", "overlap"})


@dataclass
class History:
    """A person's scans and sessions around an instant, locked until the transaction ends."""

    volunteer_id: int
    events: list[Event]
    sessions: list[ServiceSession]
    shifts: dict[int, Shift]
    policies: dict[int, PolicyVersion]
    rules: dict[int, ShiftRules]
    now: datetime

    def derive(self, *more: Event) -> Derivation:
        """Return the sessions that follow from what is known, and from scans about to be stored."""
        nonces = {event.scan_id: event.nonce for event in self.events}
        fixed = [session for session in self.sessions if is_decided(session)]
        spent = {scan_id for session in fixed for scan_id in (session.in_scan_id, session.out_scan_id)}
        given = [Given(session.shift_id, session.in_at, session.out_at) for session in fixed if session.out_at]
        given += [
            Given(session.shift_id, session.in_at, session.out_at, nonces[session.in_scan_id])
            for session in self.sessions
            if session.closed_by is CloseKind.BULK and session.out_at and session.in_scan_id in nonces
        ]
        events = [event for event in (*self.events, *more) if event.scan_id is None or event.scan_id not in spent]
        return derive(events, given, self.rules, until=self.now - GRACE)

    def verdict_on(self, event: Event) -> Verdict:
        """Return what a scan about to be stored will do, in its place among the others."""
        return self.derive(event).verdicts[event.nonce]


def is_decided(session: ServiceSession) -> bool:
    """Tell whether a person decided this session, so that no scan changes it."""
    return session.closed_by is CloseKind.LEADER or session.in_scan_id is None


def load(volunteer_id: int, around: datetime, *shift_ids: int, now: datetime) -> History:
    """Read a person's history around an instant. `shift_ids` are shifts of scans about to be stored."""
    begin, end = around - REACH, around + REACH
    sessions = list(
        db.session.scalars(
            select(ServiceSession)
            .where(
                ServiceSession.volunteer_id == volunteer_id,
                ServiceSession.in_at <= end,
                or_(ServiceSession.out_at.is_(None), ServiceSession.out_at >= begin),
            )
            .order_by(ServiceSession.in_at, ServiceSession.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    begin = min([begin, *(session.in_at for session in sessions)])
    events = [_event(scan, kind, stated_at) for scan, kind, stated_at in _scans(volunteer_id, begin, end)]
    wanted = {*shift_ids, *(event.shift_id for event in events), *(session.shift_id for session in sessions)}
    rows = db.session.execute(
        select(Shift, Activity.state, Station.region_code)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == Activity.station_id)
        .where(Shift.id.in_(wanted))
    ).all()
    shifts = {shift.id: shift for shift, _, _ in rows}
    policies = {shift.id: ledger.policy_for(region, shift.starts_at, now=now) for shift, _, region in rows}
    rules = {
        shift.id: ShiftRules(
            ShiftFacts(shift.id, shift.starts_at, shift.ends_at, state is ActivityState.PUBLISHED, 0),
            policies[shift.id].policy,
        )
        for shift, state, _ in rows
    }
    return History(volunteer_id, events, sessions, shifts, policies, rules, now)


def apply(actor: Actor, history: History, *, now: datetime) -> None:
    """Bring sessions and ledger to what the scans make, changing only what differs."""
    stays = sorted(history.derive().stays, key=lambda stay: stay.in_at)
    known = {session.in_scan_id: session for session in history.sessions if not is_decided(session)}
    wanted = {stay.opened.scan_id: stay for stay in stays if stay.opened}
    for scan_id, session in known.items():
        if scan_id not in wanted or not _agrees(session, wanted[scan_id]):
            _void(actor, session, now)
    sessions = [_session(history, stay, known) for stay in stays]
    for place, (stay, session) in enumerate(zip(stays, sessions, strict=True)):
        _settle(actor, history, stay, session, later=sessions[place + 1 :], now=now)
    db.session.flush()


def again(actor: Actor, volunteer_id: int, around: datetime, *, now: datetime) -> None:
    """Derive a person's sessions around an instant anew."""
    apply(actor, load(volunteer_id, around, now=now), now=now)


def _scans(
    volunteer_id: int, begin: datetime, end: datetime
) -> list[tuple[Scan, RulingKind | None, datetime | None]]:
    rows = db.session.execute(
        select(Scan, ScanRuling.kind, ScanRuling.stated_at)
        .outerjoin(ScanRuling, ScanRuling.scan_id == Scan.id)
        .where(
            Scan.volunteer_id == volunteer_id,
            func.coalesce(ScanRuling.stated_at, Scan.scanned_at).between(begin, end),
            Scan.shift_id.is_not(None),
            or_(
                and_(Scan.is_admissible, ScanRuling.kind.is_(None)),
                ScanRuling.kind == RulingKind.ADMITTED,
            ),
        )
    )
    return [(scan, kind, stated_at) for scan, kind, stated_at in rows]


def _event(scan: Scan, ruling: RulingKind | None, stated_at: datetime | None) -> Event:
    if scan.shift_id is None:
        raise ValueError("an admissible scan has a shift")
    return Event(
        scan.nonce,
        scan.id,
        stated_at or min(scan.scanned_at, scan.received_at),
        scan.direction,
        scan.shift_id,
        codes.read(scan.code, scan.scanned_at).use,
        scan.entry_point in VOUCHED_FOR or ruling is RulingKind.ADMITTED,
    )


def _agrees(session: ServiceSession, stay: Stay) -> bool:
    closed = stay.closed.scan_id if stay.closed else None
    return (session.out_at, session.out_scan_id, session.closed_by) == (stay.out_at, closed, stay.how)


def _void(actor: Actor, session: ServiceSession, now: datetime) -> None:
    """Take a session out of all counts; a stay that opens with the same scan takes the row up again."""
    crediting.take_back(actor, session, reason="derived-anew", now=now)
    session.out_at, session.out_scan_id, session.closed_by = session.in_at, None, CloseKind.VOIDED
    session.raw_minutes = session.credited_minutes = 0
    session.reductions = ""
    db.session.flush()


def _session(history: History, stay: Stay, known: dict[int | None, ServiceSession]) -> ServiceSession:
    opened = stay.opened
    if opened is None or opened.scan_id is None:
        raise ValueError("a stay is opened by a stored scan")
    session = known.get(opened.scan_id)
    if session is None:
        shift = history.shifts[stay.shift_id]
        team_id = db.session.scalar(
            select(SignUp.team_id).where(SignUp.shift_id == shift.id, SignUp.volunteer_id == history.volunteer_id)
        )
        station_id = db.session.scalars(select(Activity.station_id).where(Activity.id == shift.activity_id)).one()
        session = ServiceSession(
            volunteer_id=history.volunteer_id,
            shift_id=shift.id,
            station_id=station_id,
            team_id=team_id,
            region_code=_region_on(history.volunteer_id, stay.in_at),
            in_at=stay.in_at,
            in_scan_id=opened.scan_id,
            out_at=stay.in_at,
            closed_by=CloseKind.VOIDED,
            raw_minutes=0,
            hours_class=HoursClass.A,
        )
        db.session.add(session)
        db.session.flush()
    return session


def _settle(
    actor: Actor,
    history: History,
    stay: Stay,
    session: ServiceSession,
    *,
    later: Sequence[ServiceSession],
    now: datetime,
) -> None:
    shift, policy = history.shifts[stay.shift_id], history.policies[stay.shift_id]
    if stay.out_at is None:
        session.out_at = session.closed_by = session.raw_minutes = None
        db.session.flush()
        return
    if stay.how is CloseKind.AUTOMATIC:
        credit = Credit(whole_minutes(stay.in_at, stay.out_at), 0)
    else:
        aside = {other.id for other in later}
        credit = crediting.credit_of(session, shift, policy, in_at=stay.in_at, out_at=stay.out_at, set_aside=aside)
    if _agrees(session, stay) and (session.credited_minutes == credit.credited or not _shared(session, credit)):
        return
    crediting.take_back(actor, session, reason="derived-anew", now=now)
    _make_room(actor, session, later, credit, policy, now)
    session.out_scan_id = stay.closed.scan_id if stay.closed else None
    half = stay.is_doubtful or stay.how in (CloseKind.AUTOMATIC, CloseKind.BULK)
    crediting.close(
        session,
        policy,
        credit,
        out_at=stay.out_at,
        closed_by=stay.how or CloseKind.SCANNED,
        hours_class=HoursClass.B if half else HoursClass.A,
        now=now,
        recorded_by=actor.hand,
    )


def _make_room(
    actor: Actor,
    session: ServiceSession,
    later: Sequence[ServiceSession],
    credit: Credit,
    policy: PolicyVersion,
    now: datetime,
) -> None:
    """Take back what later stays of a full day hold, the last first, until an earlier one's minutes fit.

    The ledger refuses a line beyond the day's cap even for a moment. What is taken back is settled next,
    and is worth less then, since the day is full before it.
    """
    day = clock.civil_date(session.in_at)
    for other in reversed(later):
        if crediting.minutes_on(session.volunteer_id, day) + credit.credited <= policy.policy.day_cap:
            return
        if clock.civil_date(other.in_at) == day:
            crediting.take_back(actor, other, reason="derived-anew", now=now)
            # From now on it is worth what the earlier ones leave, and is settled even where its times agree.
            other.reductions = "day_cap"


def _shared(session: ServiceSession, credit: Credit) -> bool:
    """Tell whether a stay's worth depends on the person's other stays, now or before.

    Where it does not, a stay whose times are the same is worth what it was worth: a shift that was
    stretched, or cut short, since then alters nothing that is closed.
    """
    return not OF_OTHERS.isdisjoint((*session.reductions.split(","), *credit.reductions))


def _region_on(volunteer_id: int, at: datetime) -> str:
    """Return where a person lived at an instant, or before they first registered where they registered."""
    standings = select(Standing.region_code).where(Standing.volunteer_id == volunteer_id)
    lived = db.session.scalar(standings.where(Standing.since <= at, Standing.until > at))
    return lived or db.session.scalars(standings.order_by(Standing.since).limit(1)).one()
