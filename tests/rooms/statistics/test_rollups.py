"""The ledger, its kept sums, the answers and a plain count in Python agree, now and as of any instant."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.makers.ledger import RECORDED, make_entry, make_resident, make_reversal
from tests.makers.regions import make_district
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursBalance, HoursClass, HoursDay, HoursEntry
from volunteer_hub.regions.models import Region
from volunteer_hub.statistics import queries
from volunteer_hub.statistics.question import ALL_CLASSES, Question

PEOPLE = 4
FIRST_DAY = date(2022, 5, 1)
_places = itertools.count(100)


@dataclass(frozen=True)
class Act:
    """A credit for one of the people, or the reversal of an earlier credit."""

    person: int
    minutes: int
    hours_class: HoursClass
    day: int
    reverses: int | None


acts = st.lists(
    st.builds(
        Act,
        person=st.integers(0, PEOPLE - 1),
        minutes=st.integers(1, 60),
        hours_class=st.sampled_from(ALL_CLASSES),
        day=st.integers(0, 3),
        reverses=st.none() | st.integers(0, 9),
    ),
    max_size=12,
)
questions = st.builds(
    dict,
    classes=st.sets(st.sampled_from(ALL_CLASSES), min_size=1).map(lambda chosen: tuple(sorted(chosen))),
    since=st.none() | st.integers(0, 3).map(lambda n: FIRST_DAY + timedelta(days=n)),
    until=st.none() | st.integers(0, 3).map(lambda n: FIRST_DAY + timedelta(days=n)),
)


@dataclass
class Book:
    """What a plain Python bookkeeper wrote down: (person, minutes, class, day) in order of recording."""

    lines: list[tuple[int, int, HoursClass, date]] = field(default_factory=list)

    def with_hours(self, upto: int, classes: tuple[HoursClass, ...], since: date | None, until: date | None) -> int:
        sums: Counter[int] = Counter()
        for person, minutes, kind, day in self.lines[:upto]:
            if kind in classes and (since is None or day >= since) and (until is None or day <= until):
                sums[person] += minutes
        return sum(1 for total in sums.values() if total > 0)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=acts, asked=questions)
def test_sums_equal_the_ledger_and_answers_equal_a_plain_count(app: Flask, history: list[Act], asked: dict) -> None:
    """Rollups are what the ledger says, and every earlier answer comes back when its instant is asked for."""
    code = _fresh_place()
    people = [make_resident(code).id for _ in range(PEOPLE)]
    book, credits_made, instants = Book(), [], []
    for number, act in enumerate(history):
        at = RECORDED + timedelta(minutes=number)
        _perform(act, people, at, book, credits_made)
        instants.append((at, len(book.lines)))

    _expect_sums_to_be_the_ledgers(people)
    live = queries.ratios(Question(code, as_of=RECORDED + timedelta(days=9), live=True), EVERYTHING)
    assert live.whole.with_hours == book.with_hours(len(book.lines), ALL_CLASSES, None, None)
    assert live.whole.minutes == sum(minutes for _, minutes, _, _ in book.lines)
    for at, written in instants:
        answer = queries.ratios(Question(code, as_of=at, **asked), EVERYTHING)
        assert answer.whole.with_hours == book.with_hours(written, **asked)
        assert answer.whole.registered == PEOPLE


def _fresh_place() -> str:
    district = make_district()
    code = f"{district.street[:9]}{next(_places)}"
    with transaction():
        db.session.add(Region(code=code, name="新社区", level=5, parent_code=district.street, full_name="新社区"))
    return code


def _perform(act: Act, people: list[int], at: datetime, book: Book, made: list[tuple[int, int] | None]) -> None:
    if act.reverses is not None and act.reverses < len(made) and made[act.reverses]:
        entry, line = made[act.reverses]
        make_reversal(entry, at=at)
        made[act.reverses] = None
        person, minutes, kind, day = book.lines[line]
        book.lines.append((person, -minutes, kind, day))
        return
    day = FIRST_DAY + timedelta(days=act.day)
    entry = make_entry(people[act.person], act.minutes, hours_class=act.hours_class, service_on=day, recorded_at=at)
    made.append((entry, len(book.lines)))
    book.lines.append((people[act.person], act.minutes, act.hours_class, day))


def _expect_sums_to_be_the_ledgers(people: list[int]) -> None:
    by_class: dict[int, Counter[str]] = defaultdict(Counter)
    for who, kind, minutes in db.session.execute(
        select(HoursEntry.volunteer_id, HoursEntry.hours_class, func.sum(HoursEntry.minutes))
        .where(HoursEntry.volunteer_id.in_(people))
        .group_by(HoursEntry.volunteer_id, HoursEntry.hours_class)
    ):
        by_class[who][kind] = int(minutes)
    kept = db.session.execute(
        select(
            HoursBalance.volunteer_id,
            HoursBalance.minutes,
            HoursBalance.class_a,
            HoursBalance.class_b,
            HoursBalance.class_c,
            HoursBalance.class_d,
        ).where(HoursBalance.volunteer_id.in_(people))
    ).all()
    assert {row[0]: tuple(row[1:]) for row in kept} == {
        who: (sum(kinds.values()), *(kinds[kind] for kind in ALL_CLASSES)) for who, kinds in by_class.items()
    }
    days = db.session.execute(
        select(HoursEntry.volunteer_id, HoursEntry.service_on, func.sum(HoursEntry.minutes))
        .where(HoursEntry.volunteer_id.in_(people), HoursEntry.hours_class != HoursClass.D)
        .group_by(HoursEntry.volunteer_id, HoursEntry.service_on)
    )
    kept_days = db.session.execute(
        select(HoursDay.volunteer_id, HoursDay.service_on, HoursDay.minutes).where(HoursDay.volunteer_id.in_(people))
    )
    assert {tuple(row) for row in kept_days} == {(who, day, int(minutes)) for who, day, minutes in days}
