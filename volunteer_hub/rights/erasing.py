"""Erases who somebody was, and leaves what they did as the deeds of nobody in particular (PIPL art. 47).

Only what `holdings` calls words, finds people by, or lets go, is touched; figures are made of the rest.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Table, case, cast, delete, exists, null, or_, select, update
from sqlalchemy.types import LargeBinary, String, TypeDecorator

from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.amendments.models import EvidencePicture, MakeUp
from volunteer_hub.amendments.objection_models import Objection
from volunteer_hub.audit import service as audit
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.certificates import ending
from volunteer_hub.certificates.models import Certificate, CertificateRequest
from volunteer_hub.core import crypto, person_keys
from volunteer_hub.core.actor import TIMETABLE
from volunteer_hub.core.crypto import EncryptedText
from volunteer_hub.core.db import db, table_of
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.families.models import CareLink
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.notices.models import Notice
from volunteer_hub.rights import queries
from volunteer_hub.rights.birthdays import blurred
from volunteer_hub.rights.declaring import About
from volunteer_hub.rights.models import Erasure
from volunteer_hub.rights.queries import Subject
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.registering_many import ERASED

#: Lists of texts that become empty lists; every other JSON becomes an empty object.
LISTS = frozenset({"skills", "categories"})

#: What notices to others are about, by the head of their keys.
MATTERS: dict[str, type[MakeUp | Objection | CareLink | Certificate | CertificateRequest]] = {
    "make-up": MakeUp,
    "objection": Objection,
    "care": CareLink,
    "certificate": Certificate,
    "certificate-request": CertificateRequest,
}


def mark_of(volunteer: Volunteer) -> str:
    """Return what tells after a restore that a row is the person erased then: a keyed hash of number and instant."""
    said = f"{volunteer.number}:{volunteer.registered_at.isoformat()}"
    return crypto.sign("erasure", said.encode()).hex()


def erase(volunteer: Volunteer, *, now: datetime) -> Subject:
    """Erase somebody who has withdrawn, with all who were merged into them. Doing it twice is doing it once.

    No standing, session or line of the ledger is touched. What the person did in office stays signed.
    """
    take_turn(db.session, f"erasure:{volunteer.id}")
    db.session.refresh(volunteer, with_for_update=True)
    subject = queries.subject_of(volunteer)
    if queries.is_erased(volunteer.id):
        return subject
    people = db.session.scalars(select(Volunteer).where(Volunteer.id.in_(subject.volunteers))).all()
    names = {one.name for one in people}
    _open_what_is_kept(people, now)
    _forget_mentions(subject, names)
    for one in people:
        if one.birth_on is not None:
            one.birth_on = blurred(one.birth_on, _days(one.id))
        person_keys.destroy(one.id)
    ending.erase(subject.volunteers, now=now)
    db.session.flush()
    # The register comes last: its numbers lead to rows of the trail.
    for table, line in sorted(queries.declared_tables(), key=lambda pair: pair[0].name == "volunteers"):
        if not line.goes:
            _wipe(subject, table, line)
    lines = dict(queries.declared_tables())
    for table in reversed(db.metadata.sorted_tables):
        if table in lines and lines[table].goes:
            db.session.execute(delete(table).where(queries.about(subject, table, lines[table].ways)))
    _close(subject, volunteer, now)
    db.session.flush()
    db.session.expire_all()
    return subject


def _open_what_is_kept(people: Any, now: datetime) -> None:
    """Write down who is erased, which lets the rows kept for ever lose their words."""
    db.session.add_all(
        Erasure(volunteer_id=one.id, account_id=one.account_id, erased_at=now, mark=mark_of(one)) for one in people
    )
    db.session.flush()


def _days(volunteer_id: int) -> set[Any]:
    return set(
        db.session.scalars(select(HoursEntry.service_on).where(HoursEntry.volunteer_id == volunteer_id).distinct())
    )


def _wipe(subject: Subject, table: Table, line: About) -> None:
    """Overwrite a table's words in the rows about somebody; only where there are any, for triggers look at each."""
    where = queries.about(subject, table, line.ways)
    if table.name == "evidence_pictures":
        where = where & ~_is_of_others(subject)
    if table.name == "audit_entries":
        _wipe_trail(subject, table, line)
        return
    values: dict[Any, Any] = {column: _gone(table.c[column]) for column in line.words}
    values |= {column: null() for column in line.cleared}
    values |= {column: _burnt(table.c[column]) for column in line.burnt}
    if values:
        db.session.execute(update(table).where(where).values(values))
    for column in line.found_by:
        keys = list(table.primary_key.columns)
        for row in db.session.execute(select(*keys).where(where)).all():
            same = [key == value for key, value in zip(keys, row, strict=True)]
            tomb = f"erased:{secrets.token_hex(12)}"
            db.session.execute(update(table).where(*same).values({column: tomb}))
    burnt = {column: null() for column in line.burnt if table.c[column].nullable}
    if burnt and line.also:
        db.session.execute(update(table).where(queries.about(subject, table, line.also)).values(burnt))


def _wipe_trail(subject: Subject, table: Table, line: About) -> None:
    """Take names, addresses and free words out of the trail: of the person's own acts, and of acts upon the person.

    Acts of somebody who ever held an office stay signed: the trail of an office outlives its people.
    """
    of_office = select(RoleGrant.account_id).where(RoleGrant.account_id.in_(subject.accounts))
    private = [one for one in subject.accounts if one not in set(db.session.scalars(of_office))]
    ids = [str(one) for one in subject.volunteers]
    make_ups = select(MakeUp.id).where(MakeUp.volunteer_id.in_(subject.volunteers))
    numbers = db.session.scalars(select(Volunteer.number).where(Volunteer.id.in_(subject.volunteers)))
    upon = or_(
        cast(AuditEntry.details["volunteer"].as_string(), String).in_([*ids, *numbers]),
        (AuditEntry.object_type == "volunteer") & AuditEntry.object_id.in_(ids),
        (AuditEntry.object_type == "account") & AuditEntry.object_id.in_([str(one) for one in subject.accounts]),
        (AuditEntry.object_type == "make_up")
        & AuditEntry.object_id.in_([str(one) for one in db.session.scalars(make_ups)]),
    )
    kept = {AuditEntry.reason: _gone(table.c.reason), AuditEntry.details: {}}
    own = AuditEntry.actor_account_id.in_(private)
    signed = {AuditEntry.actor_label: ERASED, AuditEntry.address: None}
    db.session.execute(update(AuditEntry).where(upon).values(kept).execution_options(synchronize_session=False))
    db.session.execute(
        update(AuditEntry).where(own).values({**kept, **signed}).execution_options(synchronize_session=False)
    )


def _is_of_others(subject: Subject) -> Any:
    """Return the condition that a picture also proves the hours of somebody else."""
    return exists().where(MakeUp.evidence_id == EvidencePicture.id, MakeUp.volunteer_id.not_in(subject.volunteers))


def _gone(column: Column[Any]) -> Any:
    """Return what takes a word's place: the mark of the erased, or nothing that decrypts to anything."""
    kind = column.type
    if isinstance(kind, EncryptedText):
        return "" if not column.nullable else null()
    inner = kind.impl if isinstance(kind, TypeDecorator) else kind
    if isinstance(inner, JSON):
        return [] if column.name in LISTS else {}
    if isinstance(inner, LargeBinary):
        return b""
    if not isinstance(inner, String):
        raise TypeError(f"{column} holds no words")
    return case((column.is_(None), null()), else_=ERASED) if column.nullable else ERASED


def _burnt(column: Column[Any]) -> Any:
    return null() if column.nullable else _gone(column)


def _forget_mentions(subject: Subject, names: set[str]) -> None:
    """Take the person's name out of notices to others about the matters between them."""
    keys = [
        f"{head}:{one}:%"
        for head, model in MATTERS.items()
        for one in db.session.scalars(select(model.id).where(model.volunteer_id.in_(subject.volunteers)))
    ]
    if not keys:
        return
    for notice in db.session.scalars(select(Notice).where(or_(*(Notice.key.like(key) for key in keys)))):
        said = {place: ERASED if word in names else word for place, word in notice.params.items()}
        if said != notice.params:
            notice.params = said


def _close(subject: Subject, volunteer: Volunteer, now: datetime) -> None:
    """Shut the account, end every link to relatives, and say in the trail that somebody was erased."""
    db.session.execute(
        update(Account).where(Account.id.in_(subject.accounts), Account.disabled_at.is_(None)).values(disabled_at=now)
    )
    links = table_of(CareLink)
    db.session.execute(
        update(links)
        .where(
            or_(links.c.volunteer_id.in_(subject.volunteers), links.c.carer_account_id.in_(subject.accounts)),
            links.c.until.is_(None),
        )
        .values(until=now, ended_by=links.c.confirmed_by)
    )
    audit.record(TIMETABLE, "rights.erase", "erasure", volunteer.id, now=now)
