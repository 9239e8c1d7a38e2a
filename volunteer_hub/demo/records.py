"""Turns visits into what the real path leaves behind: sign-ups, scans, sessions, ledger entries and review cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from volunteer_hub.activities.models import SignUp, SignUpState
from volunteer_hub.checkin.models import CloseKind, Scan, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.demo import bulk
from volunteer_hub.demo.attendance import Course, Visit
from volunteer_hub.demo.bulk import Progress, Row
from volunteer_hub.demo.people import Person
from volunteer_hub.demo.plan import YEAR
from volunteer_hub.demo.scans import ScanWriter
from volunteer_hub.ledger.models import EntryKind, HoursClass, HoursEntry
from volunteer_hub.ledger.policy import Credit, credit_minutes, whole_minutes
from volunteer_hub.ledger.queries import PolicyVersion
from volunteer_hub.reviews.models import CaseKind, Decision, ReviewCase

#: When the timetable closes what was forgotten: the check-out window and the grace after it.
CLOSED_AFTER = timedelta(minutes=65)
#: Everything about the year was decided within it, so that its figures stand at its end.
BOOKS_CLOSE = clock.at(date(YEAR, 12, 31), time(18))
CONFIRMED_BECAUSE = ("签退忘扫，带队人证明服务到结束", "手机没电，现场签到表有签名", "本人说明，带队人核实")
REJECTED_BECAUSE = ("签到后即离开，未参加服务", "无法核实离开时间")


@dataclass(frozen=True)
class Cast:
    """Whom the records are about."""

    people: Sequence[Person]
    #: The volunteer's id of each person, and the squad of those who belong to one.
    ids: Sequence[int]
    squads: dict[int, int]
    #: The account that manages each street's stations.
    managers: dict[str, int]
    policy: PolicyVersion


def write_records(visits: list[Visit], sign_ups: list[Row], cast: Cast, random: Random, progress: Progress) -> None:
    """Insert everything the visits leave behind, in the order the real path writes it."""
    visits.sort(key=lambda visit: (visit.in_at, visit.person))
    bulk.write(SignUp, sign_ups, progress)
    scans = ScanWriter(cast, random)
    marks = [scans.add_visit(visit) for visit in visits]
    scan_rows = scans.number(bulk.keys(Scan, len(scans.rows)))
    sessions: list[Row] = []
    entries: list[Row] = []
    cases: list[Row] = []
    session_ids = bulk.keys(ServiceSession, len(visits))
    for identity, visit, (arrival, departure) in zip(session_ids, visits, marks, strict=True):
        line = _Line(identity, visit, cast, arrival, departure)
        case = line.case(random)
        sessions.append(line.session(case))
        if line.is_credited:
            entries.append(line.entry(case))
        if case:
            cases.append(case)
    entries.sort(key=lambda row: (row["recorded_at"], row["source"]))
    for model, rows in ((HoursEntry, entries), (ReviewCase, cases)):
        for identity, row in zip(bulk.keys(model, len(rows)), rows, strict=True):
            row["id"] = identity
    bulk.write(Scan, scan_rows, progress)
    bulk.write(ServiceSession, sessions, progress)
    bulk.write(HoursEntry, entries, progress)
    bulk.write(ReviewCase, cases, progress)


class _Line:
    """One visit on its way from scans to the ledger."""

    def __init__(self, identity: int, visit: Visit, cast: Cast, arrival: Row, departure: Row | None) -> None:
        self.identity, self.visit, self.cast = identity, visit, cast
        self.arrival, self.departure = arrival, departure
        self.shift = visit.shift
        self.left_at = visit.out_at if departure else self._stated_end()
        self.credit = self._credit()

    @property
    def is_credited(self) -> bool:
        """Tell whether the ledger gets minutes for it."""
        return self.visit.course in (Course.SCANNED, Course.CONFIRMED) and self.credit.credited > 0

    def session(self, case: Row | None) -> Row:
        """Return the session's row."""
        visit, credited = self.visit, self.is_credited
        closed_by = {Course.SCANNED: CloseKind.SCANNED, Course.CONFIRMED: CloseKind.LEADER}
        return {
            "id": self.identity,
            "volunteer_id": self.cast.ids[visit.person],
            "shift_id": self.shift.id,
            "station_id": self.shift.station.id,
            "team_id": self.cast.squads.get(visit.person),
            "region_code": self.cast.people[visit.person].region_code,
            "in_at": visit.in_at,
            "out_at": self.left_at,
            "in_scan_id": self.arrival["id"],
            "out_scan_id": self.departure["id"] if self.departure else None,
            "closed_by": closed_by.get(visit.course, CloseKind.AUTOMATIC),
            "raw_minutes": self.credit.raw,
            "credited_minutes": self.credit.credited if credited else 0,
            "reductions": ",".join(self.credit.reductions) if credited else "",
            "hours_class": HoursClass.B if case else HoursClass.A,
            "is_credited": credited,
        }

    def entry(self, case: Row | None) -> Row:
        """Return the ledger's row."""
        visit = self.visit
        return {
            "volunteer_id": self.cast.ids[visit.person],
            "kind": EntryKind.CREDIT,
            "minutes": self.credit.credited,
            "hours_class": HoursClass.B if case else HoursClass.A,
            "service_on": clock.civil_date(visit.in_at),
            "source": f"session:{self.identity}",
            "reverses_id": None,
            "shift_id": self.shift.id,
            "region_code": self.cast.people[visit.person].region_code,
            "station_id": self.shift.station.id,
            "team_id": self.cast.squads.get(visit.person),
            "policy_id": self.cast.policy.id,
            "day_cap_minutes": self.cast.policy.policy.day_cap,
            "recorded_at": case["decided_at"] if case else self.left_at,
            "recorded_by": None if case or not self.departure else self.departure["operator_account_id"],
            "approved_by": case["decided_by"] if case else None,
            "reason": case["reason"] if case else None,
        }

    def case(self, random: Random) -> Row | None:
        """Return the review case of a forgotten check-out, or None where both ends were scanned."""
        course = self.visit.course
        if course is Course.SCANNED:
            return None
        opened_at = self.shift.ends_at + CLOSED_AFTER
        decided = course is not Course.UNDECIDED
        confirmed = course is Course.CONFIRMED
        return {
            "kind": CaseKind.AUTOMATIC_CLOSE,
            "session_id": self.identity,
            "station_id": self.shift.station.id,
            "opened_at": opened_at,
            "requested_by": None,
            "decided_at": min(opened_at + _thinking(random), BOOKS_CLOSE) if decided else None,
            "decided_by": self.cast.managers[self.shift.station.street_code] if decided else None,
            "decision": (Decision.CONFIRMED if confirmed else Decision.REJECTED) if decided else None,
            "stated_out_at": self.left_at if confirmed else None,
            "reason": random.choice(CONFIRMED_BECAUSE if confirmed else REJECTED_BECAUSE) if decided else None,
        }

    def _stated_end(self) -> datetime:
        """Return the planned end, at which the timetable closes; a manager states some minutes less."""
        if self.visit.course is Course.CONFIRMED:
            return max(self.visit.in_at, self.shift.ends_at - timedelta(minutes=self.visit.in_at.second % 4 * 5))
        return self.shift.ends_at

    def _credit(self) -> Credit:
        if self.visit.course in (Course.REJECTED, Course.UNDECIDED):
            return Credit(whole_minutes(self.visit.in_at, self.left_at), 0)
        return credit_minutes(
            self.cast.policy.policy,
            planned_start=self.shift.starts_at,
            planned_end=self.shift.ends_at,
            in_at=self.visit.in_at,
            out_at=self.left_at,
        )


def _thinking(random: Random) -> timedelta:
    """Return how long a manager took: days, now and then more than the law's ten working days."""
    days = random.randrange(16, 26) if random.random() < 0.04 else random.randrange(0, 9)
    return timedelta(days=days, hours=random.randrange(1, 20), minutes=random.randrange(60))


def plan_sign_ups(visits: list[Visit], cast: Cast, random: Random) -> list[Row]:
    """Return a sign-up for each visit, and some of people who withdrew or never came; counts their places."""
    rows: list[Row] = []
    taken = {(visit.shift.id, visit.person) for visit in visits}
    for visit in visits:
        rows.append(_sign_up(visit, visit.person, SignUpState.ACCEPTED, cast, random))
        absent = random.randrange(len(cast.people))
        known = cast.people[absent].registered_at < visit.shift.starts_at - timedelta(days=14)
        if random.random() < 0.07 and known and (visit.shift.id, absent) not in taken:
            taken.add((visit.shift.id, absent))
            state = SignUpState.WITHDRAWN if random.random() < 0.6 else SignUpState.ACCEPTED
            visit.shift.accepted += state is SignUpState.ACCEPTED
            rows.append(_sign_up(visit, absent, state, cast, random))
    rows.sort(key=lambda row: (row["asked_at"], row["volunteer_id"], row["shift_id"]))
    for identity, row in zip(bulk.keys(SignUp, len(rows)), rows, strict=True):
        row["id"] = identity
    return rows


def _sign_up(visit: Visit, place: int, state: SignUpState, cast: Cast, random: Random) -> Row:
    asked_at = visit.shift.starts_at - timedelta(minutes=random.randrange(90, 13 * 24 * 60))
    withdrawn = state is SignUpState.WITHDRAWN
    return {
        "shift_id": visit.shift.id,
        "volunteer_id": cast.ids[place],
        "team_id": cast.squads.get(place),
        "state": state,
        "asked_at": asked_at,
        "changed_at": asked_at + timedelta(minutes=random.randrange(5, 80)) if withdrawn else asked_at,
        "changed_by": None,
        "reason": None,
    }
