"""A row of a roster as somebody to be registered, held to the rules of registration. Pure but for the places."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from volunteer_hub.core import crypto
from volunteer_hub.core.categories import CATEGORIES, SKILLS
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.imports import cells, words
from volunteer_hub.volunteers import identity, registration
from volunteer_hub.volunteers.ages import Ages
from volunteer_hub.volunteers.models import DocumentKind, Sex
from volunteer_hub.volunteers.registration import Checked, GuardianAnswer, Registration, ShownText, Texts

#: The version under which a consent on paper is kept.
ON_PAPER = "paper"
NAMES, LONGEST_NAME = ("name", "guardian_name"), 60
EARLIEST_CONSENT = date(1990, 1, 1)


@dataclass(frozen=True)
class Person:
    """Somebody as the row names them, every rule kept. `paper_on` is the day of a consent on paper."""

    given: Registration
    checked: Checked
    paper_on: date | None
    team: str = ""

    @property
    def index(self) -> tuple[DocumentKind, str]:
        """Return what tells them from everybody else."""
        return self.given.document_kind, self.checked.document_number


@dataclass
class Problems:
    """Everything that is wrong with a row, and what is only worth saying."""

    refusals: list[DomainError] = field(default_factory=list)
    remarks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def attempt(self, act: Callable[[], Any], instead: Any = None) -> Any:
        """Return what an act gives; keep its refusal, and go on with something else, where it refuses."""
        try:
            return act()
        except DomainError as refusal:
            self.refusals.append(refusal)
            return instead


def paper_texts(holder: str) -> Texts:
    """Return the two texts of a consent on paper: what is kept says who holds the papers."""
    said = ShownText(ON_PAPER, crypto.fingerprint(f"paper consent held by {holder}".encode()))
    return Texts(said, said)


@dataclass(frozen=True)
class RosterRules:
    """What holds for all rows of a roster. `paper_on` is None where people are to be invited."""

    ages: Ages
    today: date
    texts: Texts
    paper_on: date | None
    find_place: Callable[[str], str]


def read_person(row: Mapping[str, Any], rules: RosterRules, problems: Problems) -> Person | None:
    """Return the person of a row, or None with the problems told."""
    attempt = problems.attempt
    said = {name: attempt(partial(_text, row, name), "") for name in _TEXTS}
    number = attempt(lambda: cells.document(row.get("document_number")), "")
    if not number and not problems.refusals:
        attempt(lambda: _missing("document_number", N_("没有证件号码。")))
    kind = attempt(lambda: _kind(said["document_kind"]), DocumentKind.RESIDENT_ID)
    given = Registration(
        name=said["name"],
        document_kind=kind,
        document_number=number,
        mobile=said["mobile"],
        region_code=attempt(lambda: rules.find_place(said["region"]), ""),
        texts=rules.texts,
        agrees=True,
        birth_on=attempt(lambda: cells.day(row.get("birth_on"), "birth_on")),
        sex=attempt(lambda: _sex(said["sex"])),
        guardian=GuardianAnswer(
            said["guardian_name"], said["guardian_mobile"], agrees=True, agrees_to_child_data=True
        ),
        skills=_choices(said["skills"], SKILLS, problems),
        categories=_choices(said["categories"], CATEGORIES, problems),
        is_party_member=attempt(lambda: _party(said["party"]), False),
    )
    paper_on = attempt(lambda: _paper_day(row, rules))
    checked = _check(given, rules, problems)
    if checked is None or problems.refusals:
        return None
    _compare(given, checked, problems)
    return None if problems.refusals else Person(given, checked, paper_on, said["team"])


_TEXTS = (
    "name",
    "document_kind",
    "sex",
    "mobile",
    "region",
    "skills",
    "categories",
    "party",
    "team",
    "guardian_name",
    "guardian_mobile",
)


def _text(row: Mapping[str, Any], name: str) -> str:
    """Return a cell as a text. Raises DomainError for a name longer than any form takes."""
    said = cells.text(row.get(name), name)
    if name in NAMES and len(unicodedata.normalize("NFKC", said)) > LONGEST_NAME:
        raise DomainError("name_too_long", N_("姓名太长，最多 %(n)s 个字。"), field=name, n=LONGEST_NAME)
    return said


def _check(given: Registration, rules: RosterRules, problems: Problems) -> Checked | None:
    """Hold the row to the rules of registration. A number a spreadsheet has cut is told by what it lost."""
    if any(refusal.field == "document_number" for refusal in problems.refusals):
        return None
    try:
        return registration.check(given, rules.ages, rules.today)
    except DomainError as refusal:
        known = {problem.field for problem in problems.refusals}
        wrong_number = refusal.field == "document_number" and refusal.code != "too_young"
        if wrong_number and cells.lost_its_end(identity.normalise(given.document_kind, given.document_number)):
            problems.refusals.append(cells.mangled())
        elif refusal.field not in known:
            problems.refusals.append(refusal)
        return None


def _compare(given: Registration, checked: Checked, problems: Problems) -> None:
    """Refuse a row whose columns contradict the number: one of the two is somebody else's."""
    if given.birth_on is not None and given.birth_on != checked.birth_on:
        problems.refusals.append(
            DomainError("birth_differs", N_("出生日期与身份证号码里的不一致。"), field="birth_on")
        )
    if given.sex is not None and checked.sex is not None and given.sex != checked.sex:
        problems.refusals.append(DomainError("sex_differs", N_("性别与身份证号码里的不一致。"), field="sex"))


def _kind(typed: str) -> DocumentKind:
    found = words.KIND_WORDS.get(unicodedata.normalize("NFKC", typed).replace(" ", ""))
    if found is None:
        raise DomainError("document_kind_unknown", N_("证件类型看不懂。"), field="document_kind")
    return found


def _sex(typed: str) -> Sex | None:
    if typed and typed not in words.SEX_WORDS:
        raise DomainError("sex_unknown", N_("性别请写“男”或“女”。"), field="sex")
    return words.SEX_WORDS.get(typed)


def _party(typed: str) -> bool:
    word = typed.strip().lower()
    if word not in words.YES and word not in words.NO:
        raise DomainError("party_unknown", N_("是否党员请写“是”或“否”。"), field="party")
    return word in words.YES


def _choices(typed: str, known: dict[str, str], problems: Problems) -> tuple[str, ...]:
    """Return the keys of the words that are on the list; how many are not is remarked."""
    if not typed:
        return ()
    keys = {**{said: key for key, said in known.items()}, **{key: key for key in known}}
    named = [word for word in words.SEPARATORS.split(typed) if word]
    unknown = sum(1 for word in named if word not in keys)
    if unknown:
        problems.remarks.append((N_("有 %(n)s 项技能或服务类别不在清单上，没有录入。"), {"n": unknown}))
    return tuple(dict.fromkeys(keys[word] for word in named if word in keys))


def _paper_day(row: Mapping[str, Any], rules: RosterRules) -> date | None:
    """Return the day of the consent on paper: the row's own, else that of the whole file."""
    own = cells.day(row.get("consent_on"), "consent_on")
    if own is not None and not EARLIEST_CONSENT <= own <= rules.today:
        raise DomainError("consent_day_impossible", N_("同意日期不对，请检查。"), field="consent_on")
    return rules.paper_on and (own or rules.paper_on)


def _missing(name: str, sentence: str) -> None:
    raise DomainError(f"{name}_missing", sentence, field=name)


def as_payload(person: Person) -> dict[str, Any]:
    """Return a person as it is kept until the import is confirmed."""
    given, checked = person.given, person.checked
    return {
        "name": checked.name,
        "kind": given.document_kind.value,
        "number": checked.document_number,
        "birth_on": checked.birth_on.isoformat(),
        "sex": checked.sex.value if checked.sex else None,
        "mobile": checked.mobile,
        "region": given.region_code,
        "skills": list(given.skills),
        "categories": list(given.categories),
        "party": given.is_party_member,
        "guardian": [checked.guardian.name, checked.guardian.mobile] if checked.guardian else None,
        "paper_on": person.paper_on.isoformat() if person.paper_on else None,
        "team": person.team,
    }


def registration_of(payload: Mapping[str, Any], texts: Texts) -> Registration:
    """Return what is kept of a person as a registration again, without anybody's agreement.

    Who is to be registered by it agrees on paper, or on the page of the invitation.
    """
    guardian = payload["guardian"]
    return Registration(
        name=payload["name"],
        document_kind=DocumentKind(payload["kind"]),
        document_number=payload["number"],
        mobile=payload["mobile"],
        region_code=payload["region"],
        texts=texts,
        birth_on=date.fromisoformat(payload["birth_on"]),
        sex=Sex(payload["sex"]) if payload["sex"] else None,
        guardian=GuardianAnswer(*guardian) if guardian else GuardianAnswer(),
        skills=tuple(payload["skills"]),
        categories=tuple(payload["categories"]),
        is_party_member=payload["party"],
    )


#: How long a staged row, or an invitation nobody answered, keeps its personal data.
KEPT_STAGED = timedelta(days=14)
KEPT_INVITED = timedelta(days=60)
