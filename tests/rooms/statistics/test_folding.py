"""Whatever happens, and whenever it is folded: the folded counts say what register and ledger themselves say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from tests.makers.ledger import make_entry, make_resident, make_reversal
from tests.makers.regions import make_district
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions.models import AreaSettings, Region
from volunteer_hub.statistics import folding, queries, rollups
from volunteer_hub.statistics.answer import Answer
from volunteer_hub.statistics.models import FigureChange, FigureDay, FigureDelta, FigureState
from volunteer_hub.statistics.question import ALL_CLASSES, Question
from volunteer_hub.volunteers.models import STILL, Standing

START = datetime(2022, 12, 29, 3, 0, tzinfo=UTC)
COUNTY = "220403000000"
STREET = "220403002000"
PLACES = ("220403002001", "220403002002", STREET, "220403001001", COUNTY)
#: (kind of act, who, where or which, how much later, in minutes)
acts = st.lists(
    st.tuples(
        st.sampled_from(
            ["come", "serve", "serve", "late", "early", "reverse", "move", "vouch", "leave", "fold", "fold"]
        ),
        st.integers(0, 5),
        st.integers(0, 4),
        st.sampled_from([1, 7, 60, 600, 1440, 4000]),
    ),
    min_size=4,
    max_size=30,
)
periods = [
    (None, None),
    (date(2022, 1, 1), date(2022, 12, 31)),
    (date(2023, 1, 1), date(2023, 12, 31)),
    (date(2022, 12, 1), date(2022, 12, 31)),
    (date(2023, 1, 1), date(2023, 1, 31)),
]


@dataclass
class World:
    """A street being lived in: the instant it has come to, its people, and the credits not yet taken back."""

    now: datetime = START
    people: list[int] = field(default_factory=list)
    entries: list[tuple[int, datetime]] = field(default_factory=list)

    def act(self, kind: str, who: int, which: int, later: int) -> None:
        self.now += timedelta(minutes=later)
        if kind == "fold":
            fold_some(self.now)
        elif kind == "come":
            self.people.append(make_resident(PLACES[which], since=self.now, assurance=which % 4).id)
        elif self.people:
            getattr(self, f"_{kind}")(self.people[who % len(self.people)], which)

    def _serve(self, person: int, which: int, *, recorded: timedelta = timedelta(), served: int = 0) -> None:
        at = self.now + recorded
        kind = ALL_CLASSES[which % 4]
        entry = make_entry(
            person,
            30 + which,
            hours_class=kind,
            service_on=clock.civil_date(at) - timedelta(days=served),
            recorded_at=at,
        )
        self.entries.append((entry, at))

    def _late(self, person: int, which: int) -> None:
        self._serve(person, which, served=which)

    def _early(self, person: int, which: int) -> None:
        """Record something as of days ago, as an import of old backups would."""
        self._serve(person, which, recorded=timedelta(days=-which))

    def _reverse(self, person: int, which: int) -> None:
        if self.entries:
            entry, at = self.entries.pop(which % len(self.entries))
            make_reversal(entry, at=max(self.now, at))

    def _move(self, person: int, which: int) -> None:
        self._stand(person, region=PLACES[which])

    def _vouch(self, person: int, which: int) -> None:
        self._stand(person, assurance=which % 4)

    def _leave(self, person: int, which: int) -> None:
        with transaction():
            standing = self._open(person)
            if standing and standing.since < self.now:
                standing.until = self.now
            elif standing:
                db.session.delete(standing)

    def _stand(self, person: int, *, region: str | None = None, assurance: int | None = None) -> None:
        with transaction():
            standing = self._open(person)
            if standing is None:
                return
            region, assurance = region or standing.region_code, standing.assurance if assurance is None else assurance
            if standing.since >= self.now:
                standing.region_code, standing.assurance = region, assurance
                return
            standing.until = self.now
            db.session.flush()
            db.session.add(
                Standing(volunteer_id=person, region_code=region, assurance=assurance, since=self.now, until=STILL)
            )

    def _open(self, person: int) -> Standing | None:
        return db.session.scalar(select(Standing).filter_by(volunteer_id=person, until=STILL))


def fold_some(now: datetime) -> int:
    with transaction():
        return folding.fold(now=now)


def fold_all(now: datetime) -> None:
    while fold_some(now):
        pass


def rows(answer: Answer) -> list[tuple[object, ...]]:
    return [
        (cell.code, cell.rest, cell.registered, cell.with_hours, cell.participants, dict(cell.class_minutes))
        for cell in answer.cells
    ]


def make_ground(app: Flask) -> None:
    make_district()
    with transaction():
        known = set(db.session.scalars(select(Region.code)))
        for code, parent in (("220403001000", COUNTY), *((place, place[:9] + "000") for place in PLACES)):
            if code not in known and code != parent:
                db.session.add(Region(code=code, name=code, level=5, parent_code=parent, full_name=code))
                db.session.flush()
                known.add(code)


def everything_asked(now: datetime, instants: list[datetime]) -> list[Question]:
    asked = [
        Question(region, now, since, until, live=True) for region in (COUNTY, STREET) for since, until in periods
    ]
    return asked + [
        Question(COUNTY, instant, since, until, classes)
        for instant in instants
        for since, until in periods
        for classes in (ALL_CLASSES, (HoursClass.A, HoursClass.B))
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=acts, chosen=st.lists(st.integers(0, 60 * 24 * 20), min_size=2, max_size=4), rebuilt=st.booleans())
def test_folded_answers_equal_the_ledgers_at_any_instant(
    app: Flask, history: list[tuple[str, int, int, int]], chosen: list[int], rebuilt: bool
) -> None:
    """Moves, late and backdated lines, reversals, withdrawals; folded at any time, in part, or made anew."""
    empty(app)
    world = World()
    fold_all(world.now)
    for act in history:
        world.act(*act)
    if rebuilt:
        with transaction():
            folding.rebuild(now=world.now)
    within = [START + timedelta(minutes=minutes) for minutes in chosen]
    ends = [clock.end_of(clock.civil_date(instant)) for instant in within]
    instants = [min(instant, world.now) for instant in (*within, *ends)]
    for question in everything_asked(world.now, instants):
        assert rollups.find(question, [question.region]) is not None
        folded, counted = queries.ratios(question, EVERYTHING), queries.straightforward(question, EVERYTHING)
        assert rows(folded) == rows(counted), question


def empty(app: Flask) -> None:
    """Begin each example of hypothesis with the same ground and nobody on it."""
    if db.session.scalar(select(func.count()).select_from(Region)) == 0:
        make_ground(app)
    with transaction():
        for model in (Standing, FigureDay, FigureChange, FigureState):
            db.session.execute(delete(model))


def test_what_is_folded_once_is_not_folded_again(app: Flask) -> None:
    make_ground(app)
    make_entry(make_resident(PLACES[0], since=START).id, recorded_at=START)
    fold_all(START)
    before = kept()
    fold_all(START + timedelta(hours=1))
    assert kept() == before
    assert db.session.scalar(select(func.count()).select_from(FigureDelta)) == 0


def test_making_everything_anew_gives_what_the_fold_gave(app: Flask) -> None:
    make_ground(app)
    world = World()
    for act in (
        [("come", 0, n, 60) for n in range(4)]
        + [("serve", n, n, 1440) for n in range(8)]
        + [("move", 1, 3, 60), ("late", 2, 3, 9000), ("reverse", 0, 1, 60), ("leave", 3, 0, 60)]
    ):
        world.act(*act)
        fold_all(world.now)
    folded = sparse(kept())
    with transaction():
        folding.rebuild(now=world.now)
    assert sparse(kept()) == folded


def sparse(found: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Leave out rows equal to the one before: both ways may open days on which nothing changed in the end."""
    left: list[tuple[object, ...]] = []
    for row in found:
        last = left[-1] if left and left[-1][:3] == row[:3] else (*row[:4], *([0] * 9))
        if last[4:] != row[4:]:
            left.append(row)
    return left


def kept() -> list[tuple[object, ...]]:
    db.session.rollback()
    names = folding.COLUMNS
    statement = select(*(getattr(FigureDay, name) for name in names)).order_by(
        *(getattr(FigureDay, name) for name in names[:4])
    )
    return [tuple(row) for row in db.session.execute(statement)]


def test_a_withdrawal_changes_the_version_of_the_data(app: Flask) -> None:
    make_ground(app)
    world = World()
    world.act("come", 0, 0, 1)
    asked = Question(COUNTY, world.now, live=True)
    before = queries.ratios(asked, EVERYTHING).version
    world.act("leave", 0, 0, 60)
    after = queries.ratios(asked, EVERYTHING).version
    fold_all(world.now)
    assert before != after
    assert queries.ratios(asked, EVERYTHING).version == after


def test_when_too_much_waits_the_answer_says_until_when_it_knows(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_ground(app)
    world = World()
    world.act("come", 0, 0, 1)
    fold_all(world.now)
    through = world.now
    for _ in range(3):
        world.act("come", 0, 0, 1)
    monkeypatch.setattr(rollups, "NOW_AT_ONCE", 2)
    asked = Question(COUNTY, world.now, live=True)
    answer = queries.ratios(asked, EVERYTHING)
    assert (answer.question.as_of, answer.whole.registered) == (through, 1)
    past = Question(COUNTY, world.now)
    assert queries.ratios(past, EVERYTHING).whole.registered == 4


def test_a_line_over_time_has_the_cells_of_its_days(app: Flask) -> None:
    make_ground(app)
    world = World()
    for n in range(6):
        world.act("come", 0, n % 5, 1440)
        world.act("serve", n, n % 4, 600)
        fold_all(world.now)
    with transaction():
        db.session.add(
            AreaSettings(
                region_code=COUNTY, publishes_ratios=True, counted_assurance=2, chosen_at=START, chosen_by="x"
            )
        )
    asked = Question(COUNTY, world.now)
    days = [clock.civil_date(START) + timedelta(days=n) for n in range(9)]
    for day, cell in queries.trend(asked, EVERYTHING, days):
        instant = min(clock.end_of(day), world.now)
        assert cell == queries.straightforward(Question(COUNTY, instant), EVERYTHING).whole
