"""What an office chooses (levels, points), and what managers and offices enter beside the hours; with taking back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.notices import service as notices
from volunteer_hub.recognition.models import Evaluation, Honour, PointRule, StarChoice, StarLevel, Training
from volunteer_hub.recognition.stars import Star, check_levels
from volunteer_hub.regions.models import Region
from volunteer_hub.volunteers.models import Volunteer

OWN_PAGE = "/me/recognition"


def choose_levels(
    actor: Actor,
    region: Region,
    stars: Sequence[Star],
    classes: Collection[HoursClass],
    *,
    source: str,
    now: datetime,
) -> StarChoice:
    """Set an area's levels from now on. What was granted before keeps what was asked for then.

    Raises DomainError where the levels do not rise, no class counts, or no source is given.
    """
    check_levels([star.hours for star in stars])
    if not classes:
        raise DomainError("no_class", N_("至少要有一类时长计入星级。"), field="classes")
    if not source.strip():
        raise DomainError("source_missing", N_("请写明依据的文件。"), field="source")
    take_turn(db.session, f"star-levels:{region.code}")
    made = StarChoice(
        region_code=region.code,
        classes="".join(sorted(kind.value for kind in classes)),
        source=source.strip(),
        chosen_at=now,
        chosen_by=actor.label,
    )
    db.session.add(made)
    db.session.flush()
    db.session.add_all(
        StarLevel(choice_id=made.id, level=star.level, minutes=star.minutes, name=star.name) for star in stars
    )
    audit.record(
        actor,
        "recognition.choose_levels",
        "region",
        region.code,
        now=now,
        region=region.code,
        reason=made.source,
        classes=made.classes,
        hours=[star.hours for star in stars],
    )
    return made


def set_points(actor: Actor, region: Region, per_hour: dict[HoursClass, int], *, now: datetime) -> PointRule:
    """Set how many points an hour of each class earns, for what is entered from now on."""
    take_turn(db.session, "points")
    made = PointRule(
        region_code=region.code,
        since=now,
        set_by=actor.label,
        **{f"class_{kind.value.lower()}": per_hour[kind] for kind in HoursClass},
    )
    db.session.add(made)
    db.session.flush()
    audit.record(
        actor,
        "recognition.set_points",
        "region",
        region.code,
        now=now,
        region=region.code,
        rule=made.id,
        points={kind.value: points for kind, points in per_hour.items()},
    )
    return made


@dataclass(frozen=True)
class About:
    """Whom an entry is about: the people, the division it counts under, and the shift where it was one."""

    volunteer_ids: Sequence[int]
    region_code: str
    shift_id: int | None = None


@dataclass(frozen=True)
class Taught:
    """A training, as the law has it recorded."""

    name: str
    content: str
    minutes: int
    organiser: str
    held_on: date


@dataclass(frozen=True)
class Given:
    """An honour, as the law has it recorded."""

    name: str
    granted_on: date
    unit: str


@dataclass(frozen=True)
class Judged:
    """An evaluation of one shift: 1 to 5, a word about it, and the day."""

    quality: int
    comment: str
    evaluated_on: date


Said = Taught | Given | Judged
Row = Training | Honour | Evaluation
_SENTENCES = {
    Taught: N_("已为您记录一次培训：%(name)s。"),
    Given: N_("已为您记录一项表彰：%(name)s。"),
    Judged: N_("您的一次服务有了评价：%(name)s 分（满分 5 分）。"),
}


def enter(actor: Actor, about: About, said: Said, *, now: datetime) -> tuple[int, int]:
    """Enter the same about several people; return for how many, and how many were left out.

    Left out is oneself, and of whom the same stands already. Raises DomainError for a day that is still to come.
    """
    day = said.held_on if isinstance(said, Taught) else said.granted_on if isinstance(said, Given) else None
    if day is not None and day > clock.civil_date(now):
        field = "held_on" if isinstance(said, Taught) else "granted_on"
        raise DomainError("in_the_future", N_("日期还没有到。"), field=field)
    if not about.volunteer_ids:
        raise DomainError("nobody_chosen", N_("请至少选择一人。"), field="people")
    take_turn(db.session, "recognition")
    people = db.session.scalars(select(Volunteer).where(Volunteer.id.in_(about.volunteer_ids))).all()
    already = _already(about, said)
    chosen = [
        person
        for person in people
        if person.id not in already and (person.account_id is None or person.account_id != actor.hand)
    ]
    rows = [(person, _row(person.id, about, said, actor, now)) for person in chosen]
    db.session.add_all(row for _, row in rows)
    db.session.flush()
    for person, row in rows:
        _tell(person, row, said, now)
    if rows:
        _record(actor, "recognition.enter", rows[0][1], about, now, people=len(rows))
    return len(rows), len(about.volunteer_ids) - len(rows)


def _already(about: About, said: Said) -> set[int]:
    if isinstance(said, Taught):
        model: type[Row] = Training
        same = [Training.name == said.name, Training.held_on == said.held_on]
    elif isinstance(said, Given):
        model = Honour
        same = [Honour.name == said.name, Honour.granted_on == said.granted_on, Honour.unit == said.unit]
    else:
        model = Evaluation
        same = [Evaluation.shift_id == about.shift_id]
    statement = select(model.volunteer_id).where(
        model.volunteer_id.in_(about.volunteer_ids), model.taken_back_at.is_(None), *same
    )
    return set(db.session.scalars(statement))


def _row(volunteer_id: int, about: About, said: Said, actor: Actor, now: datetime) -> Row:
    common = {
        "volunteer_id": volunteer_id,
        "region_code": about.region_code,
        "shift_id": about.shift_id,
        "recorded_at": now,
        "recorded_by": actor.hand or 0,
        **vars(said),
    }
    if isinstance(said, Taught):
        return Training(**common)
    return Honour(**common) if isinstance(said, Given) else Evaluation(**common)


def _tell(person: Volunteer, row: Row, said: Said, now: datetime) -> None:
    if person.account_id is None:
        return
    name = str(said.quality) if isinstance(said, Judged) else said.name
    key = f"{row.__tablename__}:{row.id}"
    notices.tell(person.account_id, _SENTENCES[type(said)], {"name": name}, key=key, link=OWN_PAGE, now=now)


def take_back(actor: Actor, row: Row, *, reason: str, now: datetime) -> None:
    """Take back what was entered; it stays in the books with the reason.

    Raises DomainError without a reason, or a second time.
    """
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    db.session.refresh(row, with_for_update=True)
    if row.taken_back_at is not None:
        raise DomainError("already_taken_back", N_("这一条已经撤回。"))
    row.taken_back_at, row.taken_back_by, row.taken_back_reason = now, actor.hand or 0, reason.strip()[:200]
    db.session.flush()
    about = About([row.volunteer_id], row.region_code, row.shift_id)
    _record(actor, "recognition.take_back", row, about, now, reason=reason.strip())


def _record(
    actor: Actor, action: str, row: Row, about: About, now: datetime, *, people: int = 1, reason: str | None = None
) -> None:
    audit.record(
        actor,
        action,
        row.__tablename__,
        row.id,
        now=now,
        region=about.region_code,
        reason=reason,
        shift=about.shift_id,
        people=people,
    )
