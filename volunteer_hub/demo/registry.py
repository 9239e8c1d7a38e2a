"""Enters the people in the register: with account, standing, guardian and consents, as registration does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts.models import Account, SignInKind, SignInName
from volunteer_hub.core import clock, crypto
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import upsert
from volunteer_hub.demo import bulk
from volunteer_hub.demo.bulk import Progress, Row
from volunteer_hub.demo.people import Person
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.ages import Ages, full_years, is_minor, needs_separate_consent
from volunteer_hub.volunteers.models import STILL, Consent, DocumentKind, Guardian, NumberSeries, Standing, Volunteer
from volunteer_hub.volunteers.numbers import check_letter
from volunteer_hub.volunteers.registration import CHILD_DATA, GUARDIAN, MINOR, REGISTRATION, SELF

CONSENT_VERSION = "演示"


def write_people(people: list[Person], progress: Progress) -> list[int]:
    """Insert everybody with an account nobody has a password for; return their ids in the same order."""
    ids = bulk.keys(Volunteer, len(people))
    account_ids = bulk.keys(Account, len(people))
    numbers = list(
        take_numbers([f"{person.region_code[:6]}{clock.civil_date(person.registered_at):%y%m}" for person in people])
    )
    bulk.write(Account, [_account(key, person) for key, person in zip(account_ids, people, strict=True)], progress)
    names = [
        row
        for key, person, number in zip(account_ids, people, numbers, strict=True)
        for row in _sign_in_names(key, person, number)
    ]
    _write_numbered(SignInName, names, progress)
    rows = [_volunteer(*parts) for parts in zip(ids, account_ids, numbers, people, strict=True)]
    bulk.write(Volunteer, rows, progress)
    _write_numbered(Standing, [_standing(key, person) for key, person in zip(ids, people, strict=True)], progress)
    guardians = [_guardian(key, person) for key, person in zip(ids, people, strict=True) if person.guardian]
    _write_numbered(Guardian, guardians, progress)
    consents = [row for key, person in zip(ids, people, strict=True) for row in _consents(key, person)]
    _write_numbered(Consent, consents, progress)
    return ids


def _write_numbered(
    model: type[SignInName | Standing | Guardian | Consent], rows: list[Row], progress: Progress
) -> None:
    for identity, row in zip(bulk.keys(model, len(rows)), rows, strict=True):
        row["id"] = identity
    bulk.write(model, rows, progress)


def take_numbers(prefixes: list[str]) -> Iterator[str]:
    """Yield a volunteer number for each county and month (2204032611), taken from its series like any other."""
    table = NumberSeries.__table__
    following: dict[str, int] = {}
    for prefix, count in Counter(prefixes).items():
        last = db.session.scalar(
            upsert(db.session, table)  # type: ignore[arg-type]  # declared as FromClause, is a Table
            .values(prefix=prefix, last=count)
            .on_conflict_do_update(index_elements=["prefix"], set_={"last": table.c.last + count})
            .returning(table.c.last)
        )
        following[prefix] = int(last or count) - count
    for prefix in prefixes:
        following[prefix] += 1
        digits = f"{prefix}{following[prefix]:06d}"
        yield f"V{digits}{check_letter(digits)}"


def _account(identity: int, person: Person) -> Row:
    return {
        "id": identity,
        "display_name": person.name,
        "password_hash": None,
        "created_at": person.registered_at,
        "disabled_at": None,
        "is_demonstration": True,
    }


def _sign_in_names(account_id: int, person: Person, number: str) -> Iterator[Row]:
    for kind, typed in ((SignInKind.VOLUNTEER_NUMBER, number), (SignInKind.MOBILE, person.mobile)):
        yield {"account_id": account_id, "kind": kind, "name_index": accounts.sign_in_index(typed)}


def _volunteer(identity: int, account_id: int, number: str, person: Person) -> Row:
    return {
        "id": identity,
        "number": number,
        "account_id": account_id,
        "name": person.name,
        "document_kind": DocumentKind.RESIDENT_ID,
        "document_number": person.document_number,
        "document_index": volunteers.document_index(DocumentKind.RESIDENT_ID, person.document_number),
        "birth_on": person.birth_on,
        "sex": person.sex,
        "mobile": person.mobile,
        "mobile_index": volunteers.mobile_index(person.mobile),
        "skills": list(person.skills),
        "categories": list(person.categories),
        "is_party_member": person.is_party_member,
        "registered_at": person.registered_at,
        "withdrawn_at": None,
        "merged_into_id": None,
        "is_demonstration": True,
    }


def _standing(volunteer_id: int, person: Person) -> Row:
    return {
        "volunteer_id": volunteer_id,
        "region_code": person.region_code,
        "assurance": person.assurance,
        "since": person.registered_at,
        "until": STILL,
    }


def _guardian(volunteer_id: int, person: Person) -> Row:
    name, mobile = person.guardian or ("", "")
    return {"volunteer_id": volunteer_id, "name": name, "mobile": mobile}


def _consents(volunteer_id: int, person: Person) -> Iterator[Row]:
    band = Ages().band(full_years(person.birth_on, clock.civil_date(person.registered_at)))
    given = [(REGISTRATION, GUARDIAN if needs_separate_consent(band) else SELF)]
    given += [(MINOR, GUARDIAN)] if is_minor(band) else []
    given += [(CHILD_DATA, GUARDIAN)] if needs_separate_consent(band) else []
    for kind, given_by in given:
        yield {
            "volunteer_id": volunteer_id,
            "kind": kind,
            "version": CONSENT_VERSION,
            "text_digest": crypto.fingerprint(f"{CONSENT_VERSION}:{kind}".encode()),
            "given_by": given_by,
            "given_at": person.registered_at,
            "withdrawn_at": None,
        }
