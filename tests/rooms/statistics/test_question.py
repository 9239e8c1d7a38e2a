"""Reading a question from query arguments."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions.models import PopulationBase
from volunteer_hub.statistics.question import ALL_CLASSES, Question, parse

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def asked(**args: str | list[str]) -> Question:
    listed = {name.rstrip("_"): [value] if isinstance(value, str) else value for name, value in args.items()}
    return parse(listed, default_region="220403", now=NOW)


def test_nothing_asked_is_the_standing_question_of_the_home_region() -> None:
    question = asked()
    assert question == Question("220403000000", as_of=NOW, live=True)
    assert question.ever
    assert question.classes == ALL_CLASSES
    assert question.base is PopulationBase.CENSUS
    assert question.latest_year == 2026


def test_a_civil_date_means_its_last_moment_and_today_means_now() -> None:
    day = asked(as_of="2022-12-31")
    assert day.as_of == datetime(2022, 12, 31, 16, 0, tzinfo=UTC) - timedelta(microseconds=1)
    assert not day.live
    assert asked(as_of="2026-11-21").live


@pytest.mark.parametrize(
    "text", ["2022-12-31T18:00:00+08:00", "2022-12-31T18:00:00 08:00", "2022-12-31T10:00:00Z", "2022-12-31T18:00"]
)
def test_an_instant_is_read_with_its_zone_or_in_the_civil_one(text: str) -> None:
    """The second is +08:00 as it arrives when somebody forgot to escape the plus."""
    assert asked(as_of=text).as_of == datetime(2022, 12, 31, 10, 0, tzinfo=UTC)


def test_an_instant_before_anything_was_registered_is_a_fair_question() -> None:
    assert asked(as_of="1999-01-01").as_of.year == 1999


def test_classes_may_be_written_together_apart_or_repeated() -> None:
    expected = (HoursClass.A, HoursClass.C)
    assert asked(classes="ca").classes == expected
    assert asked(classes="A,C").classes == expected
    assert asked(classes=["C", "A"]).classes == expected


@pytest.mark.parametrize(
    ("field", "args"),
    [
        ("region", {"region": "220"}),
        ("region", {"region": "西安区"}),
        ("as_of", {"as_of": "2026-11-22"}),
        ("as_of", {"as_of": "2026-11-21T04:00:01Z"}),
        ("as_of", {"as_of": "yesterday"}),
        ("as_of", {"as_of": "2022-02-30"}),
        ("as_of", {"as_of": "0001-01-01T00:00:00+14:00"}),
        ("from", {"from_": "2023-01-01", "to": "2022-12-31"}),
        ("from", {"from_": "2023-13-01"}),
        ("to", {"to": "31.12.2022"}),
        ("classes", {"classes": "AE"}),
        ("classes", {"classes": ""}),
        ("base", {"base": "everybody"}),
        ("year", {"year": "20"}),
        ("year", {"year": "1066"}),
        ("year", {"year": "２０２０"}),
    ],
)
def test_a_bad_argument_is_refused_by_its_name(field: str, args: dict[str, str]) -> None:
    with pytest.raises(Unprocessable) as refusal:
        asked(**args)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "question",
    [
        Question("220403000000", as_of=NOW),
        Question(
            "220403002001",
            as_of=datetime(2022, 12, 31, 15, 59, 59, 999999, tzinfo=UTC),
            since=date(2022, 1, 1),
            until=date(2022, 12, 31),
            classes=(HoursClass.A, HoursClass.B),
            base=PopulationBase.RESIDENT,
            year=2021,
        ),
    ],
)
def test_a_questions_arguments_ask_the_same_question_again(question: Question) -> None:
    listed = {name: [value] for name, value in question.args().items()}
    assert parse(listed, default_region="", now=NOW) == question


def test_a_period_may_be_open_on_either_side() -> None:
    assert asked(from_="2022-01-01").period()[0] == "%(since)s 起"
    assert asked(to="2022-01-01").period()[0] == "%(until)s 及以前"
    assert asked().period() == ("全部时间", {})
