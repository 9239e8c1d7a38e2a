"""Makes registered people through the real service, with generated identity numbers that pass every check."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

from volunteer_hub.accounts import passwords
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import transaction
from volunteer_hub.volunteers import service
from volunteer_hub.volunteers.models import DocumentKind, Sex, Volunteer
from volunteer_hub.volunteers.registration import GuardianAnswer, Registration, ShownText, Texts

VISITOR = Actor(None, "visitor")
REGISTERED = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)
ADULT_BIRTH = date(1985, 3, 5)
TEXTS = Texts(ShownText("v1", "0" * 64), ShownText("v1", "1" * 64))
_serial = itertools.count()


def make_document(birth_on: date = ADULT_BIRTH, sex: Sex = Sex.FEMALE, place: str = "220403") -> str:
    """Return a resident identity number nobody else in this run has, right by GB 11643."""
    serial = next(_serial)
    order = 2 * (serial % 500) + (sex is Sex.MALE)
    body = f"{int(place) - serial // 500:06d}{birth_on:%Y%m%d}{order:03d}"
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def make_mobile() -> str:
    """Return a mainland mobile nobody else in this run has."""
    return f"139{next(_serial):08d}"


def make_registration(
    region_code: str,
    name: str = "李秀兰",
    *,
    document_number: str | None = None,
    document_kind: DocumentKind = DocumentKind.RESIDENT_ID,
    birth_on: date = ADULT_BIRTH,
    sex: Sex = Sex.FEMALE,
    mobile: str | None = None,
    guardian: GuardianAnswer | None = None,
    skills: tuple[str, ...] = (),
    categories: tuple[str, ...] = (),
    agrees: bool = True,
    password: str | None = None,
) -> Registration:
    """Return a registration that keeps every rule unless told otherwise."""
    return Registration(
        name=name,
        document_kind=document_kind,
        document_number=document_number or make_document(birth_on, sex),
        mobile=mobile or make_mobile(),
        region_code=region_code,
        texts=TEXTS,
        agrees=agrees,
        birth_on=None if document_kind is DocumentKind.RESIDENT_ID else birth_on,
        guardian=guardian or GuardianAnswer("李建国", "13800000001", agrees=True, agrees_to_child_data=True),
        skills=skills,
        categories=categories,
        password_hash=passwords.hash_password(password) if password else None,
    )


def make_volunteer(
    region_code: str,
    name: str = "李秀兰",
    *,
    registered_at: datetime = REGISTERED,
    document_number: str | None = None,
    birth_on: date = ADULT_BIRTH,
    sex: Sex = Sex.FEMALE,
    mobile: str | None = None,
    skills: tuple[str, ...] = (),
    categories: tuple[str, ...] = (),
    password: str | None = None,
    at_desk: bool = False,
    actor: Actor = VISITOR,
) -> Volunteer:
    """Return somebody registered in a community (the region must exist), without a password unless one is given.

    Assurance is 0, or 2 with `at_desk`. Minors by `birth_on` get a guardian who consents.
    """
    given = make_registration(
        region_code,
        name,
        document_number=document_number,
        birth_on=birth_on,
        sex=sex,
        mobile=mobile,
        skills=skills,
        categories=categories,
        password=password,
    )
    with transaction():
        return service.register(actor, given, now=registered_at, at_desk=at_desk)
