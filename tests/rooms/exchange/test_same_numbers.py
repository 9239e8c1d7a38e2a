"""H19: one question has the same numbers on page, API, workbook, CSV and PDF, whatever is asked of whatever data."""

from __future__ import annotations

import random
import shutil
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from tests.makers.ledger import make_entry, make_resident, make_reversal
from tests.makers.regions import ROWS, make_district, make_population, make_settings
from tests.rooms.exchange.reading import lines_of, read_back, sheets_of, table_of, words_of, workbook_of
from tests.rooms.exchange.test_downloads import API, PAGE, as_printed, office, rows_of_page, table_of_xlsx
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.core.tabular import hours_of
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions.models import PopulationBase
from volunteer_hub.statistics.facts import facts
from volunteer_hub.statistics.facts_question import By, FactsQuestion
from volunteer_hub.statistics.question import parse
from volunteer_hub.volunteers.models import STILL

FIRST = datetime(2022, 1, 5, 2, 0, tzinfo=UTC)
COMMUNITIES = ("220403002001", "220403002002", "220403003001", "220403002000", "220403000000")
QUESTIONS = 8


def lay_down(chance: random.Random) -> None:
    """Lay down people who come, go and are more or less sure, with hours entered and taken back on any day."""
    make_district()
    for region in ("220403000000", "220403002000", "220403003001"):
        make_population(region, chance.randint(1, 40), base=chance.choice(list(PopulationBase)))
    make_settings("220403002000", counted_assurance=chance.randint(0, 2))
    for _ in range(14):
        since = FIRST + timedelta(days=chance.randint(0, 300), hours=chance.randint(0, 23))
        until = since + timedelta(days=chance.randint(1, 300)) if chance.random() < 0.3 else STILL
        home = chance.choice(COMMUNITIES)
        person = make_resident(home, since=since, until=until, assurance=chance.randint(0, 3))
        for _ in range(chance.randint(0, 4)):
            served = date(2022, 1, 1) + timedelta(days=chance.randint(0, 364))
            recorded = datetime(2022, 1, 1, 3, tzinfo=UTC) + timedelta(days=chance.randint(0, 380))
            kind = chance.choice(list(HoursClass))
            entry = make_entry(
                person.id,
                chance.randint(1, 170),
                hours_class=kind,
                service_on=served,
                recorded_at=recorded,
                region_code=home,
            )
            if chance.random() < 0.25:
                make_reversal(entry, at=recorded + timedelta(days=chance.randint(1, 60)))


def ask(chance: random.Random) -> dict[str, str]:
    """Return a question nobody chose."""
    days = sorted(date(2022, 1, 1) + timedelta(days=chance.randint(0, 400)) for _ in range(2))
    asked = {
        "region": chance.choice([row[0] for row in ROWS][2:]),
        "as_of": chance.choice([days[1].isoformat(), f"{days[1]}T{chance.randint(0, 23):02}:30:00Z"]),
        "base": chance.choice(list(PopulationBase)).value,
        "classes": "".join(chance.sample("ABCD", chance.randint(1, 4))),
    }
    if chance.random() < 0.5:
        asked["from"] = days[0].isoformat()
    if chance.random() < 0.5:
        asked["to"] = days[1].isoformat()
    if chance.random() < 0.3:
        asked["year"] = chance.choice(("2020", "2021"))
    return asked


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler's programs are not installed")
@pytest.mark.parametrize("seed", [20221231, 7])
def test_one_question_has_one_answer_wherever_it_is_read(client: FlaskClient, seed: int) -> None:
    chance = random.Random(seed)
    lay_down(chance)
    office(client)
    for _ in range(QUESTIONS):
        query = urlencode(ask(chance))
        rows = table_of_xlsx(client.get(f"{PAGE}.xlsx?{query}").data)
        printed = [as_printed(row) for row in rows]
        assert rows_of_page(client, query) == (printed if len(rows) > 1 else []), query
        _same_in_api(client.get(f"{API}?{query}").get_json(), rows, query)
        _same_in_csv(client.get(f"{PAGE}.csv?{query}").data, "utf-8-sig", rows, query)
        _same_in_csv(client.get(f"{PAGE}.csv?{query}&encoding=gb18030").data, "gb18030", rows, query)
        words = words_of(client.get(f"{PAGE}.pdf?{query}").data, "-layout")
        for row, shown in zip(rows, printed, strict=True):
            assert row[1] + "".join(shown[1:]) in words, query


def _same_in_api(answer: dict[str, Any], rows: list[list[Any]], query: str) -> None:
    cells = [answer["region"], *answer["children"]]
    assert [cell["code"] for cell in cells] == [row[1] for row in rows], query
    for cell, row in zip(cells, rows, strict=True):
        figures = cell["figures"]
        assert figures["registered"] == row[2], query
        assert figures["with_hours"] == row[5], query
        assert figures["participants"] == row[7], query
        assert float(hours_of(figures["minutes"])) == row[9], query
        assert figures["hours_ratio"]["percent"] == (None if row[6] == "—" else round(row[6] * 100, 2)), query
        minutes = [kind["minutes"] for kind in cell["classes"].values()]
        assert [float(hours_of(each)) for each in minutes] == row[12:], query


def _same_in_csv(content: bytes, encoding: str, rows: list[list[Any]], query: str) -> None:
    lines = lines_of(content, encoding)
    start = next(number for number, line in enumerate(lines) if line[:1] == ["区划"]) + 1
    for row, line in zip(rows, lines[start:], strict=False):
        name, *figures = as_printed(row)
        assert [name, row[1], *(text.replace(",", "") for text in figures)] == line, query


@pytest.mark.parametrize("seed", [3, 11])
def test_the_lists_behind_a_number_add_up_to_it(client: FlaskClient, seed: int) -> None:
    chance = random.Random(seed)
    lay_down(chance)
    office(client)
    for _ in range(QUESTIONS):
        asked = ask(chance)
        book = workbook_of(client.get(f"{PAGE}.xlsx?{urlencode({**asked, 'rows': '1'})}").data)
        figures = next(after for row, after in pairwise(book["统计"]) if row[0] == "区划")
        for having, column in (("registered", 2), ("with_hours", 5), ("participants", 7)):
            listed = table_of(sheets_of("roster", **asked, having=having)[0])
            assert len(listed) == figures[column], (asked, having)
        people = table_of(sheets_of("people", **asked, having="registered")[0])
        assert sum(1 for row in book["明细"] if row[2] and "*" in str(row[2])) == len(people) == figures[2], asked
        assert abs(sum(row[7] for row in people) - figures[9]) < 0.01 * (len(people) + 1), asked


@pytest.mark.parametrize("seed", [2, 17])
def test_the_file_of_services_is_the_page_of_services_along_every_dimension(client: FlaskClient, seed: int) -> None:
    chance = random.Random(seed)
    lay_down(chance)
    office(client)
    asked = ask(chance)
    for sheet, by in zip(sheets_of("facts", **asked), By, strict=False):
        query = {name: value for name, value in asked.items() if name != "year"} | {"by": by.value}
        answer = client.get(f"/api/v1/statistics/facts?{urlencode(query)}").get_json()
        rows = table_of(sheet)
        for row, said in zip(rows, [answer["whole"], *answer["rows"]], strict=True):
            figures = [said["people"], said["times"], float(hours_of(said["minutes"])), said["activities"]]
            assert row[1:5] == figures, (query, row[0])
            assert row[5] == ("—" if said["beneficiaries"] is None else said["beneficiaries"]), (query, row[0])


@pytest.mark.parametrize("seed", [5, 13])
def test_the_hours_files_add_up_to_the_services_page(client: FlaskClient, seed: int) -> None:
    chance = random.Random(seed)
    lay_down(chance)
    for _ in range(QUESTIONS):
        asked = ask(chance)
        now = datetime(2024, 1, 1, tzinfo=UTC)
        args = {name: [value] for name, value in asked.items()}
        question = parse(args, default_region="", now=now)
        minutes = facts(FactsQuestion(question), EVERYTHING).whole.minutes
        for key, column in (("hours", 5), ("national", 10)):
            rows, foot = read_back(sheets_of(key, **asked)[0])
            assert foot[0] == f"合计 {len(rows):,} 条，{hours_of(minutes):,} 小时", asked
            assert abs(sum(row[column] for row in rows) - float(hours_of(minutes))) < 0.01 * (len(rows) + 1), asked
