"""Reads who signed up for a shift, who came, and who vouched for what no scan shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from volunteer_hub.accounts.models import Account
from volunteer_hub.activities import queries as activities
from volunteer_hub.activities.models import SignUp
from volunteer_hub.activities.queries import Listed
from volunteer_hub.amendments.models import Correction, MakeUp, RequestState
from volunteer_hub.checkin.models import CloseKind, Scan, ServiceSession, WalkIn
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.scope import Scope
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.reviews.models import ReviewCase
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import Volunteer

#: States in which a make-up stands for a stay; what was rejected or taken back is none.
ASKED = (RequestState.PENDING, RequestState.APPROVED)


@dataclass(frozen=True)
class Stay:
    """One stay: scanned (`session`) or made up; with its ends, and the names of who recorded and approved."""

    session: ServiceSession | None
    make_up: MakeUp | None
    in_scan: Scan | None
    recorder: str
    approver: str
    reason: str
    waits: bool
    minutes: int
    #: Its times are those of an approved correction.
    is_corrected: bool = False

    @property
    def begins(self) -> datetime:
        """Return when it began."""
        if self.session is not None:
            return self.session.in_at
        assert self.make_up is not None  # noqa: S101 - one of the two is always given
        return self.make_up.in_at


@dataclass(frozen=True)
class Present:
    """One person of the shift, with the sign-up and every stay, if any."""

    volunteer: Volunteer
    sign_up: SignUp | None
    team: str
    stays: list[Stay] = field(default_factory=list)


@dataclass(frozen=True)
class Attendance:
    """A shift with its people in the order of their names' first stay or sign-up, and who is not yet known."""

    listed: Listed
    people: list[Present]
    walk_ins: list[WalkIn]


def read(scope: Scope, shift_id: int) -> Attendance:
    """Return the attendance of a shift. Raises NotFound outside the scope."""
    listed = activities.get_shift(scope, shift_id)
    stays = _stays(shift_id)
    people = [
        Present(row.Volunteer, row.SignUp, row.team or "", stays.pop(row.Volunteer.id, []))
        for row in _sign_ups(shift_id)
    ]
    others = db.session.scalars(select(Volunteer).where(Volunteer.id.in_(stays)).order_by(Volunteer.id))
    people += [Present(volunteer, None, "", stays[volunteer.id]) for volunteer in others]
    unknown = select(WalkIn).where(WalkIn.shift_id == shift_id, WalkIn.volunteer_id.is_(None))
    return Attendance(listed, people, list(db.session.scalars(unknown.order_by(WalkIn.in_at, WalkIn.id))))


def _sign_ups(shift_id: int) -> Sequence[AnyRow]:
    return db.session.execute(
        select(SignUp, Volunteer, Team.name.label("team"))
        .join(Volunteer, Volunteer.id == SignUp.volunteer_id)
        .outerjoin(Team, Team.id == SignUp.team_id)
        .where(SignUp.shift_id == shift_id)
        .order_by(SignUp.asked_at, SignUp.id)
    ).all()


def _stays(shift_id: int) -> dict[int, list[Stay]]:
    """Return every stay at a shift by person, in order of time."""
    minutes = _minutes(shift_id)
    stays: dict[int, list[Stay]] = defaultdict(list)
    corrected = _corrections(shift_id)
    for row in _sessions(shift_id):
        stays[row.ServiceSession.volunteer_id].append(_scanned(row, minutes, corrected.get(row.ServiceSession.id)))
    for row in _make_ups(shift_id):
        make_up = row.MakeUp
        stays[make_up.volunteer_id].append(
            Stay(
                session=None,
                make_up=make_up,
                in_scan=None,
                recorder=row.requester or "",
                approver=row.decider or "",
                reason=make_up.reason,
                waits=make_up.state is RequestState.PENDING,
                minutes=minutes.get(make_up.source, 0),
            )
        )
    for listed in stays.values():
        listed.sort(key=lambda stay: stay.begins)
    return stays


def _scanned(row: AnyRow, minutes: dict[str, int], correction: AnyRow | None) -> Stay:
    """Return a stay that scans show, with who decided or corrected what they did not show."""
    session, case = row.ServiceSession, row.ReviewCase
    decided = case is not None and case.decided_at is not None
    recorder, approver, reason = "", (row.decider or "") if decided else "", (case.reason or "") if decided else ""
    if correction is not None:
        recorder, approver = correction.requester or "", correction.decider or ""
        reason = correction.Correction.reason
    return Stay(
        session=session,
        make_up=None,
        in_scan=row.Scan,
        recorder=recorder,
        approver=approver,
        reason=reason,
        waits=case is not None and not decided,
        minutes=minutes.get(session.source, 0),
        is_corrected=correction is not None,
    )


def _minutes(shift_id: int) -> dict[str, int]:
    """Return the minutes that stand in the ledger for each source at a shift."""
    reversal = aliased(HoursEntry)
    undone = select(reversal.reverses_id).where(reversal.reverses_id == HoursEntry.id).exists()
    rows = select(HoursEntry.source, HoursEntry.minutes).where(
        HoursEntry.shift_id == shift_id, HoursEntry.reverses_id.is_(None), ~undone
    )
    return {row.source: row.minutes for row in db.session.execute(rows)}


def _sessions(shift_id: int) -> Sequence[AnyRow]:
    """Return each session that was not taken back, with its opening scan and its latest review."""
    decider, cases = aliased(Account), aliased(ReviewCase)
    latest = select(func.max(cases.id)).where(cases.session_id == ServiceSession.id).scalar_subquery()
    return db.session.execute(
        select(
            ServiceSession,
            Scan,
            ReviewCase,
            decider.display_name.label("decider"),
        )
        .outerjoin(Scan, Scan.id == ServiceSession.in_scan_id)
        .outerjoin(ReviewCase, ReviewCase.id == latest)
        .outerjoin(decider, decider.id == ReviewCase.decided_by)
        .where(
            ServiceSession.shift_id == shift_id,
            (ServiceSession.closed_by.is_(None)) | (ServiceSession.closed_by != CloseKind.VOIDED),
        )
        .order_by(ServiceSession.in_at, ServiceSession.id)
    ).all()


def _corrections(shift_id: int) -> dict[int, AnyRow]:
    """Return the latest approved correction of each session, with the names of who asked and who approved."""
    requester, decider = aliased(Account), aliased(Account)
    rows = db.session.execute(
        select(Correction, requester.display_name.label("requester"), decider.display_name.label("decider"))
        .join(ServiceSession, ServiceSession.id == Correction.session_id)
        .outerjoin(requester, requester.id == Correction.requested_by)
        .outerjoin(decider, decider.id == Correction.decided_by)
        .where(ServiceSession.shift_id == shift_id, Correction.state == RequestState.APPROVED)
        .order_by(Correction.id)
    )
    return {row.Correction.session_id: row for row in rows}


def _make_ups(shift_id: int) -> Sequence[AnyRow]:
    requester, decider = aliased(Account), aliased(Account)
    return db.session.execute(
        select(MakeUp, requester.display_name.label("requester"), decider.display_name.label("decider"))
        .outerjoin(requester, requester.id == MakeUp.requested_by)
        .outerjoin(decider, decider.id == MakeUp.decided_by)
        .where(MakeUp.shift_id == shift_id, MakeUp.state.in_(ASKED))
        .order_by(MakeUp.in_at, MakeUp.id)
    ).all()
