"""Objecting to one's own record, and the answer: verified by the recording unit, amended or not (order 67 art 13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from volunteer_hub.amendments import objection_queries as queries
from volunteer_hub.amendments.make_ups import own_turn
from volunteer_hub.amendments.objection_models import LENGTH, Objection, ObjectionState
from volunteer_hub.amendments.objection_settling import levels_of, settle, tell_asker, tell_managers
from volunteer_hub.amendments.working_days import last_in_time
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.text import N_
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer

#: Objections of one person that may wait at the same time: more tell nobody anything new.
MOST_OPEN = 20


@dataclass(frozen=True)
class Subject:
    """What is objected to: a stay, a make-up, a line of the ledger, a shift without hours, or none of these."""

    session_id: int | None = None
    make_up_id: int | None = None
    entry_id: int | None = None
    shift_id: int | None = None
    #: Of something missing that is at no shift: when it was.
    served_on: date | None = None


@dataclass(frozen=True)
class Place:
    """Where an objection goes, and on which civil date the service was."""

    shift_id: int | None
    station_id: int | None
    region_code: str
    served_on: date | None


def place_of(volunteer: Volunteer, subject: Subject, now: datetime) -> Place:
    """Return where an objection to one's own record goes. Raises NotFound for what is not one's own."""
    if subject.session_id is not None:
        session = queries.find_session(volunteer.id, subject.session_id)
        return _at_station(session.shift_id, session.station_id, clock.civil_date(session.in_at))
    if subject.make_up_id is not None:
        make_up = queries.find_make_up(volunteer.id, subject.make_up_id)
        return _at_station(make_up.shift_id, make_up.station_id, clock.civil_date(make_up.in_at))
    if subject.entry_id is not None:
        entry = queries.find_entry(volunteer.id, subject.entry_id)
        if entry.station_id is not None:
            return _at_station(entry.shift_id, entry.station_id, entry.service_on)
        return Place(entry.shift_id, None, entry.region_code, entry.service_on)
    if subject.shift_id is not None:
        listed = queries.find_shift(volunteer.id, subject.shift_id)
        return _at_station(listed.shift.id, listed.station.id, clock.civil_date(listed.shift.starts_at))
    standing = volunteers.standing_at(volunteer.id, now)
    if standing is None:
        raise NotFound
    return Place(None, None, standing.region_code, subject.served_on)


def _at_station(shift_id: int | None, station_id: int, served_on: date) -> Place:
    return Place(shift_id, station_id, db.session.get_one(Station, station_id).region_code, served_on)


def ask(actor: Actor, volunteer: Volunteer, subject: Subject, *, reason: str, now: datetime) -> Objection:
    """Put an objection before the recording unit. Nothing in the ledger changes by it.

    Raises NotFound for a record that is not the person's, and DomainError where the reason is empty, the same
    record is objected to already, or too many wait.
    """
    if actor.account_id is None:
        raise Denied
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明哪里不对。"), field="reason")
    if subject.served_on is not None and subject.served_on > clock.civil_date(now):
        raise DomainError("in_the_future", N_("这一天还没有到。"), field="served_on")
    place = place_of(volunteer, subject, now)
    own_turn(volunteer.id)
    _refuse_repeated(volunteer.id, subject)
    made = Objection(
        volunteer_id=volunteer.id,
        volunteer_account_id=volunteer.account_id,
        asked_by=actor.hand or actor.account_id,
        session_id=subject.session_id,
        make_up_id=subject.make_up_id,
        entry_id=subject.entry_id,
        shift_id=place.shift_id,
        station_id=place.station_id,
        region_code=place.region_code,
        served_on=place.served_on,
        reason=reason.strip()[:LENGTH],
        asked_at=now,
        due_on=last_in_time(clock.civil_date(now)),
        state=ObjectionState.ASKED,
    )
    db.session.add(made)
    db.session.flush()
    _record(actor, "reviews.object", made, now)
    _tell_of(made, volunteer, N_("%(name)s 对服务记录提出异议，请在 %(due)s 前核实并答复。"), "asked", now)
    return made


def _refuse_repeated(volunteer_id: int, subject: Subject) -> None:
    waiting = queries.list_waiting_own(volunteer_id)
    if len(waiting) >= MOST_OPEN:
        raise DomainError("too_many", N_("您已有 %(n)d 条异议在等答复，请先等一等。"), n=len(waiting))
    keys = ("session_id", "make_up_id", "entry_id")
    subjects = [key for key in keys if getattr(subject, key) is not None] or (
        ["shift_id"] if subject.shift_id is not None else []
    )
    for key in subjects:
        if any(getattr(other, key) == getattr(subject, key) for other in waiting):
            raise DomainError("already_asked", N_("您对这条记录的异议正在等答复，不用再提。"))


def _tell_of(made: Objection, volunteer: Volunteer, sentence: str, what: str, now: datetime) -> None:
    """Tell the nearest level that has anybody who did not record the hours; without such, the nearest of all."""
    levels, involved = levels_of(made, now), queries.list_involved(made)
    free = [level for level in levels if set(level) - involved]
    params = {"name": volunteer.name, "due": made.due_on.isoformat()}
    told = {account for level in (levels[:1] + free[:1]) for account in level}
    tell_managers(made, sorted(told), sentence, params, what, now)


def keep(actor: Actor, scope: Scope, objection_id: int, *, answer: str, now: datetime) -> None:
    """Leave the record as it is, for a reason that reaches the person.

    Raises NotFound outside the scope, Denied for one's own record and for hours one recorded or approved
    oneself, and DomainError without a reason or after another's answer.
    """
    objection = _to_answer(actor, scope, objection_id, answer)
    if actor.account_id in queries.list_involved(objection):
        raise Denied("recorded_it", N_("这段时长由您记录或审核过，不能由您一人认定无误，请由另一人答复。"))
    settle(actor, objection, ObjectionState.KEPT, answer=answer.strip()[:LENGTH], now=now)


def amend(actor: Actor, scope: Scope, objection_id: int, *, answer: str, now: datetime) -> None:
    """Say that the record was amended; the ledger must show it.

    Corrections end the objections to what they change by themselves. This is for what was mended otherwise:
    a make-up, a review, an import. Raises as `keep` does, and DomainError where the ledger has not changed.
    """
    objection = _to_answer(actor, scope, objection_id, answer)
    if not queries.list_lines_since(objection):
        raise DomainError("nothing_changed", N_("台账里还没有相应的更正或补录。请先更正、补录或审核，再答复。"))
    settle(actor, objection, ObjectionState.AMENDED, answer=answer.strip()[:LENGTH], now=now)


def _to_answer(actor: Actor, scope: Scope, objection_id: int, answer: str) -> Objection:
    objection = queries.get_objection(scope, objection_id).objection
    if actor.account_id is None or actor.account_id in (objection.volunteer_account_id, objection.asked_by):
        raise Denied("own_hours", N_("不能答复关于自己时长的异议。"))
    if not answer.strip():
        raise DomainError("answer_missing", N_("请写明核实的情况。"), field="answer")
    return objection


def withdraw(actor: Actor, volunteer: Volunteer, objection_id: int, *, now: datetime) -> None:
    """Take back one's own objection while it waits. Raises NotFound for anybody else's."""
    objection = queries.get_own(volunteer.id, objection_id).objection
    settle(actor, objection, ObjectionState.WITHDRAWN, answer=None, now=now)
    _tell_of(objection, volunteer, N_("%(name)s 撤回了对服务记录的异议。"), "withdrawn", now)


def escalate(objection_id: int, *, now: datetime) -> bool:
    """Hand an objection that nobody has answered in time to the next level, once; False if it no longer waits."""
    objection = db.session.get(Objection, objection_id, with_for_update=True, populate_existing=True)
    if objection is None or objection.state is not ObjectionState.ASKED or objection.escalated_at is not None:
        return False
    if objection.due_on >= clock.civil_date(now):
        return False
    objection.escalated_at = now
    db.session.flush()
    levels = levels_of(objection, now)
    volunteer = db.session.get_one(Volunteer, objection.volunteer_id)
    params = {"name": volunteer.name, "due": objection.due_on.isoformat()}
    above = levels[1] if len(levels) > 1 else levels[0] if levels else []
    tell_managers(
        objection,
        above,
        N_("%(name)s 的时长异议到 %(due)s 没有答复，已超过 10 个工作日，转由您处理。"),
        params,
        "overdue",
        now,
    )
    tell_asker(objection, N_("您的时长异议到 %(due)s 没有答复，已转到上一级处理。"), params, "overdue", now)
    return True


def _record(actor: Actor, action: str, objection: Objection, now: datetime) -> None:
    audit.record(
        actor,
        action,
        "objection",
        objection.id,
        now=now,
        region=objection.region_code,
        reason=objection.reason[:200],
        session=objection.session_id,
        make_up=objection.make_up_id,
        entry=objection.entry_id,
    )
