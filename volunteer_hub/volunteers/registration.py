"""What a registration says, and the rules it has to keep before anything is written. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date

from volunteer_hub.core.categories import CATEGORIES, SKILLS
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers import ages, identity, mobiles
from volunteer_hub.volunteers.ages import Ages, Band
from volunteer_hub.volunteers.models import DocumentKind, Sex

SELF, GUARDIAN = "self", "guardian"
#: Kinds of consent.
REGISTRATION, MINOR, CHILD_DATA = "registration", "minor", "child_data"


@dataclass(frozen=True)
class ShownText:
    """A text as it was shown: its version, and the SHA-256 of what stood on the page."""

    version: str
    digest: str


#: Kind, text and by whom.
GivenConsent = tuple[str, ShownText, str]


@dataclass(frozen=True)
class Texts:
    """The two texts beside a registration form: for everybody, and for the guardian of a minor."""

    registration: ShownText
    minor: ShownText


@dataclass(frozen=True)
class GuardianAnswer:
    """What a guardian filled in and ticked."""

    name: str = ""
    mobile: str = ""
    agrees: bool = False
    #: The separate consent to the use of a child's data.
    agrees_to_child_data: bool = False


@dataclass(frozen=True)
class Registration:
    """A registration as typed. `password_hash` is None for who registers at a desk."""

    name: str
    document_kind: DocumentKind
    document_number: str
    mobile: str
    region_code: str
    texts: Texts
    agrees: bool = False
    #: Needed where the document does not tell it.
    birth_on: date | None = None
    sex: Sex | None = None
    guardian: GuardianAnswer = field(default_factory=GuardianAnswer)
    skills: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    is_party_member: bool = False
    password_hash: str | None = None


@dataclass(frozen=True)
class Checked:
    """A registration that keeps the rules, every number in its one spelling."""

    name: str
    document_number: str
    birth_on: date
    sex: Sex | None
    mobile: str
    band: Band
    guardian: GuardianAnswer | None
    consents: tuple[GivenConsent, ...]


@dataclass(frozen=True)
class Correction:
    """What the document really says; `birth_on` where it does not tell it by its number."""

    name: str
    document_kind: DocumentKind
    document_number: str
    birth_on: date | None
    reason: str


def check(registration: Registration, thresholds: Ages, today: date) -> Checked:
    """Return the registration with its numbers normalised. Raises DomainError at the field at fault."""
    name = check_name(registration.name)
    number = identity.normalise(registration.document_kind, registration.document_number)
    facts = identity.check(registration.document_kind, number, today)
    birth_on = facts.birth_on or check_birth(registration.birth_on, today)
    band = thresholds.band(ages.full_years(birth_on, today))
    if band is Band.TOO_YOUNG:
        raise too_young(thresholds, "document_number" if facts.birth_on else "birth_on")
    mobile = mobiles.normalise(registration.mobile)
    guardian = _check_guardian(registration.guardian, band, thresholds)
    if not registration.agrees:
        raise DomainError("consent_missing", N_("请阅读并同意后再提交。"), field="agrees")
    check_choices(registration.skills, registration.categories)
    return Checked(
        name=name,
        document_number=number,
        birth_on=birth_on,
        sex=facts.sex or registration.sex,
        mobile=mobile,
        band=band,
        guardian=guardian,
        consents=consents_of(registration.texts, band),
    )


def too_young(thresholds: Ages, about: str) -> DomainError:
    """Return the refusal of a child nobody may register yet, at the field that tells the age."""
    return DomainError("too_young", N_("未满 %(n)d 周岁暂不能注册。"), field=about, n=thresholds.minimum)


def check_name(typed: str, name_field: str = "name") -> str:
    """Return a name with plain spaces. Raises DomainError at the field if nothing is left of it."""
    name = " ".join(unicodedata.normalize("NFKC", typed).split())
    if not name or not any(sign.isalpha() for sign in name):
        raise DomainError("name_missing", N_("请填写真实姓名。"), field=name_field)
    return name


def check_choices(skills: tuple[str, ...], categories: tuple[str, ...]) -> None:
    """Refuse keys that are on neither list."""
    if not (set(skills) <= set(SKILLS) and set(categories) <= set(CATEGORIES)):
        raise DomainError("unknown_choice", N_("所选的技能或服务类别不存在，请重新选择。"))


def check_birth(birth_on: date | None, today: date) -> date:
    """Return a birth date the document does not tell. Raises DomainError at field `birth_on` if it cannot be."""
    if birth_on is None:
        raise DomainError("birth_missing", N_("这种证件需要填写出生日期。"), field="birth_on")
    if not identity.EARLIEST_BIRTH <= birth_on <= today:
        raise DomainError("birth_impossible", N_("出生日期不对，请检查。"), field="birth_on")
    return birth_on


def guardian_problems(answer: GuardianAnswer, band: Band, thresholds: Ages) -> list[DomainError]:
    """Return everything that is missing of a guardian's part, each at its field; nothing for an adult."""
    if not ages.is_minor(band):
        return []
    problems = []
    if not answer.name.strip():
        problems.append(
            DomainError(
                "guardian_missing",
                N_("未满 %(n)d 周岁，需要监护人同意。请填写监护人姓名。"),
                field="guardian_name",
                n=thresholds.adult,
            )
        )
    try:
        mobiles.normalise(answer.mobile, "guardian_mobile")
    except DomainError as refusal:
        problems.append(refusal)
    if not answer.agrees:
        problems.append(DomainError("guardian_consent_missing", N_("请监护人阅读并同意。"), field="guardian_agrees"))
    if ages.needs_separate_consent(band) and not answer.agrees_to_child_data:
        problems.append(
            DomainError(
                "child_data_consent_missing",
                N_("未满 %(n)d 周岁，请监护人另外同意处理孩子的个人信息。"),
                field="guardian_agrees_to_child_data",
                n=thresholds.sensitive,
            )
        )
    return problems


def _check_guardian(answer: GuardianAnswer, band: Band, thresholds: Ages) -> GuardianAnswer | None:
    if not ages.is_minor(band):
        return None
    for problem in guardian_problems(answer, band, thresholds):
        raise problem
    name = check_name(answer.name, "guardian_name")
    mobile = mobiles.normalise(answer.mobile, "guardian_mobile")
    return GuardianAnswer(name, mobile, answer.agrees, answer.agrees_to_child_data)


def consents_of(texts: Texts, band: Band) -> tuple[GivenConsent, ...]:
    """List what is agreed to at an age: a child below the sensitive age cannot, the guardian does for it."""
    separate = ages.needs_separate_consent(band)
    given = [(REGISTRATION, texts.registration, GUARDIAN if separate else SELF)]
    if ages.is_minor(band):
        given.append((MINOR, texts.minor, GUARDIAN))
    if separate:
        given.append((CHILD_DATA, texts.minor, GUARDIAN))
    return tuple(given)
