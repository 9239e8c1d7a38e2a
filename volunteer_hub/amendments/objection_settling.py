"""Gives an objection its one end, and tells both sides: used by answers, and by corrections that amend a record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from volunteer_hub.amendments.models import Correction
from volunteer_hub.amendments.objection_models import Objection, ObjectionState
from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.notices import service as notices
from volunteer_hub.reviews.digest_queries import find_levels
from volunteer_hub.stations.models import Station

OWN_LIST = "/my/objections"
SENTENCES = {
    ObjectionState.AMENDED: N_("您的时长异议已处理，记录已更正：%(answer)s"),
    ObjectionState.KEPT: N_("您的时长异议已答复，记录不变：%(answer)s"),
}


def settle(
    actor: Actor,
    objection: Objection,
    state: ObjectionState,
    *,
    answer: str | None,
    now: datetime,
    correction_id: int | None = None,
) -> None:
    """End an objection once; of two who do so at the same time, one does. Raises DomainError `already_decided`."""
    settled = db.session.execute(
        update(Objection)
        .where(Objection.id == objection.id, Objection.state == ObjectionState.ASKED)
        .values(state=state, answer=answer, decided_by=actor.hand, decided_at=now, correction_id=correction_id)
        .execution_options(synchronize_session=False)
    )
    if not settled.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        raise DomainError("already_decided", N_("这条异议已经处理过了。"))
    db.session.refresh(objection)
    audit.record(
        actor,
        f"reviews.objection_{state.value}",
        "objection",
        objection.id,
        now=now,
        region=objection.region_code,
        reason=answer,
        correction=correction_id,
    )
    if state in SENTENCES:
        tell_asker(objection, SENTENCES[state], {"answer": answer or ""}, state.value, now)


def amended_by(actor: Actor, correction: Correction, *, now: datetime) -> None:
    """End the open objections to what a correction has just changed: the record was wrong and is right now."""
    about = (
        Objection.session_id == correction.session_id
        if correction.session_id is not None
        else Objection.make_up_id == correction.make_up_id
    )
    waiting = select(Objection).where(about, Objection.state == ObjectionState.ASKED)
    for objection in db.session.scalars(waiting).all():
        settle(
            actor, objection, ObjectionState.AMENDED, answer=correction.reason, now=now, correction_id=correction.id
        )


def tell_asker(objection: Objection, subject: str, params: dict[str, str], what: str, now: datetime) -> None:
    """Tell the person, and whoever asked for the person."""
    for account_id in {objection.volunteer_account_id, objection.asked_by} - {None}:
        if account_id is not None:
            key = f"objection:{objection.id}:{what}"
            notices.tell(account_id, subject, params, key=key, link=OWN_LIST, now=now)


def levels_of(objection: Objection, now: datetime) -> list[list[int]]:
    """Return who may be expected to answer, the recording unit first; the person's own account never."""
    station = db.session.get(Station, objection.station_id) if objection.station_id else None
    own = {objection.volunteer_account_id, objection.asked_by}
    levels = find_levels(station.path if station else "", objection.region_code, now)
    return [others for level in levels if (others := [one for one in level if one not in own])]


def tell_managers(
    objection: Objection, accounts: list[int], subject: str, params: dict[str, str], what: str, now: datetime
) -> None:
    """Tell those who manage the recording unit, or the level above it."""
    for account_id in accounts:
        notices.tell(
            account_id,
            subject,
            params,
            key=f"objection:{objection.id}:{what}",
            link=f"/manage/objections/{objection.id}",
            now=now,
        )
