"""The same question has the same answer on the page, in the API and in the files."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.ledger import RECORDED, make_crowd, make_entry, make_resident, make_reversal
from tests.makers.regions import District, make_district, make_population
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.db import db
from volunteer_hub.core.workbook import write_xlsx
from volunteer_hub.exchange import sheets
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions.models import PopulationBase
from volunteer_hub.statistics import evidence
from volunteer_hub.statistics.answer import Answer, Cell, Population, Version
from volunteer_hub.statistics.question import Question

PAGE = "/office/statistics"
API = "/api/v1/statistics/ratios"
QUERIES = (
    "region=220403&as_of=2022-12-31",
    "region=220403&as_of=2022-06-01T10:00:00Z",
    "region=220403002&as_of=2022-12-31&classes=AB&from=2022-06-01&to=2022-06-01",
    "region=220403002001&as_of=2022-12-31&base=resident",
    "region=220403&as_of=2022-03-01",
)
ANSWER = Answer(
    Question("220403000000", as_of=RECORDED, classes=(HoursClass.A,)),
    "吉林省辽源市西安区",
    Cell(
        "220403000000",
        "西安区",
        25_028,
        13_252,
        13_252,
        {HoursClass.A: 13_252 * 120 + 1},
        Population(136_318, PopulationBase.CENSUS, 2020, "第七次全国人口普查"),
    ),
    (Cell("220403002000", "'=cmd|街道", 3, 0, 0, {HoursClass.A: 0}),),
    Version(1, 2, 3),
)


def office(client: FlaskClient, region: str = "220403000000") -> FlaskClient:
    return sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, region))


def furnish() -> District:
    """Lay down a small district in which every kind of cell occurs."""
    places = make_district()
    make_population(places.county, 21)
    make_population(places.street, 3)
    people = [make_resident(home) for home in (places.community, places.neighbour, places.county) for _ in range(2)]
    for number, person in enumerate(people[:5]):
        entry = make_entry(person.id, 35 + 7 * number, hours_class=list(HoursClass)[number % 4])
        make_entry(person.id, 20, service_on=date(2022, 5, 1 + number))
        if number == 1:
            make_reversal(entry)
    return places


def rows_of_page(client: FlaskClient, query: str) -> list[list[str]]:
    """Return the cells of the page's table, or, for a division without parts, nothing."""
    page = client.get(f"{PAGE}?{query}")
    assert page.status_code == 200
    table = re.search(r'<table class="table parts">.*?<tbody>(.*?)</tbody>', page.text, re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", table[1], re.DOTALL) if table else []
    return [[_words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in rows]


def _words(cell: str) -> str:
    without = re.sub(r'<span class="(?:visually-hidden|muted small)">.*?</span>', "", cell, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", without)).strip()


def table_of_xlsx(content: bytes) -> list[list[Any]]:
    page = openpyxl.load_workbook(io.BytesIO(content))["统计"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    heading = next(number for number, row in enumerate(rows) if row[0] == "区划")
    end = next(number for number in range(heading + 1, len(rows)) if rows[number][0] is None)
    return rows[heading + 1 : end]


def as_printed(row: list[Any]) -> list[str]:
    """Print a workbook's row as the page does: people, ratios, hours by column."""
    name, _code, *values = row
    kinds = ["n", "n", "%", "n", "%", "n", "%", "h", "h", "h"] + ["h"] * (len(values) - 10)
    shown = []
    for kind, value in zip(kinds, values, strict=True):
        if value == "—":
            shown.append(value)
        else:
            shown.append({"n": f"{value:,}", "%": f"{value * 100:,.2f}%", "h": f"{value:,.2f}"}[kind])
    return [name, *shown]


@pytest.mark.parametrize("query", QUERIES)
def test_page_api_workbook_and_csv_of_one_question_are_equal(client: FlaskClient, query: str) -> None:
    furnish()
    office(client)
    on_page = rows_of_page(client, query)
    in_file = table_of_xlsx(client.get(f"{PAGE}.xlsx?{query}").data)
    assert on_page == ([as_printed(row) for row in in_file] if len(in_file) > 1 else [])

    answer = client.get(f"{API}?{query}").get_json()
    cells = [answer["region"], *answer["children"]]
    assert len(cells) == len(in_file)
    for cell, row in zip(cells, in_file, strict=True):
        assert _from_api(cell) == [_rounded(value) for value in row[1:]]

    lines = list(csv.reader(io.StringIO(client.get(f"{PAGE}.csv?{query}").data.decode("utf-8-sig"), newline="")))
    start = next(number for number, line in enumerate(lines) if line[:1] == ["区划"]) + 1
    for row, line in zip(in_file, lines[start:], strict=False):
        assert [as_printed(row)[0], *(text.replace(",", "") for text in as_printed(row)[1:])] == [line[0], *line[2:]]


def _from_api(cell: dict[str, Any]) -> list[Any]:
    figures = cell["figures"]
    population = cell["population"]["value"] if cell["population"] else None

    def share(key: str) -> Any:
        return "—" if figures[key]["percent"] is None else round(figures[key]["percent"] / 100, 4)

    def each(key: str) -> Any:
        return "—" if figures[key]["hours"] is None else figures[key]["hours"]

    return [
        cell["code"],
        figures["registered"],
        population or "—",
        share("registration_ratio"),
        figures["with_hours"],
        share("hours_ratio"),
        figures["participants"],
        share("participation_ratio"),
        _hours(figures["minutes"]),
        each("hours_per_registered"),
        each("hours_per_active"),
        *(_hours(kind["minutes"]) for kind in cell["classes"].values()),
    ]


def _hours(minutes: int) -> float:
    return minutes * 100 // 60 / 100


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value


def test_the_workbook_says_what_was_asked_what_it_means_and_who_signs(client: FlaskClient) -> None:
    furnish()
    answer = office(client).get(f"{PAGE}.xlsx?{QUERIES[0]}")
    assert answer.headers["Content-Type"].startswith("application/vnd.openxmlformats")
    assert unquote(answer.headers["Content-Disposition"]).endswith(
        "UTF-8''吉林省辽源市西安区志愿服务统计_2022-12-31.xlsx"
    )
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["统计", "口径说明", "更正"]
    said = " ".join(str(cell.value) for row in book["统计"].iter_rows() for cell in row if cell.value)
    for printed in (
        "西安区志愿服务统计",
        "截至：2022-12-31 23:59",
        "人口口径：普查人口",
        "周期：全部时间",
        "A 系统计时、B 半程计时、C 事后补录、D 外部导入",
        "2020 · 第七次全国人口普查",
        "数据版本：L",
        "注册率：注册志愿者 ÷ 人口数",
        "仙城街道，超过 100%",
        "填表人：",
        "审核人：",
        "单位负责人（盖章）：",
        "填表日期：",
    ):
        assert printed in said
    assert [row[0].value for row in book["口径说明"].iter_rows(min_row=2, max_row=4)] == [
        "注册志愿者",
        "人口数",
        "注册率",
    ]


def test_people_leave_masked_and_with_their_count_and_hours(client: FlaskClient) -> None:
    places = furnish()
    answer = office(client).get(f"{PAGE}/people.xlsx?region={places.street}&as_of=2022-12-31&having=with_hours")
    page = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    heading = next(number for number, row in enumerate(rows) if row[0] == "姓名")
    people = rows[heading + 1 : heading + 5]
    assert len(people) == 4
    for name, number, document, mobile, place, *_ in people:
        assert name == "欧***"
        assert re.fullmatch(r"V22\*+\d{3}X", number)
        assert re.fullmatch(r"G00\*+\d{4}", document)
        assert mobile == "139****0000"
        assert place.startswith("吉林省辽源市西安区仙城街道")
    total = sum(round(row[7] * 60) for row in people)
    assert rows[heading + 6][0].startswith("合计 4 人，")
    assert rows[heading + 5][0] is None
    assert abs(float(rows[heading + 6][0].split("，")[1].split()[0]) * 60 - total) <= 4


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_in_several_batches_misses_nobody_and_doubles_nobody(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(evidence, "EXPORT_BATCH", 7)
    places = make_district()
    make_crowd([places.community, places.neighbour], 40, 25)
    answer = office(client).get(f"{PAGE}/people.{kind}?region=220403&as_of=2022-12-31&having=with_hours")
    if kind == "csv":
        lines = [line[1] for line in csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))) if len(line) == 8][1:]
    else:
        page = openpyxl.load_workbook(io.BytesIO(answer.data)).active
        lines = [row[1].value for row in page.iter_rows() if row[3].value and "*" in row[3].value]
    assert len(lines) == 25


def test_every_download_leaves_a_line_in_the_trail(client: FlaskClient) -> None:
    places = furnish()
    office(client)
    for path in (".xlsx?", ".csv?", "/people.csv?having=registered&", "/people.xlsx?having=with_hours&"):
        assert client.get(f"{PAGE}{path}region={places.street}").data
    trail = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "exchange.download").order_by(AuditEntry.id)
    )
    assert [(row.object_type, row.object_id, row.details["kind"], row.details.get("having")) for row in trail] == [
        ("ratios", places.street, "xlsx", None),
        ("ratios", places.street, "csv", None),
        ("people", places.street, "csv", "registered"),
        ("people", places.street, "xlsx", "with_hours"),
    ]


def test_a_download_outside_the_scope_is_not_found_and_not_recorded(client: FlaskClient) -> None:
    places = furnish()
    office(client, places.street)
    for path in (".xlsx?", ".csv?", "/people.csv?having=registered&", "/people.xlsx?having=registered&"):
        assert client.get(f"{PAGE}{path}region={places.county}").status_code == 404
    assert client.get(f"{PAGE}/people.csv?region={places.street}&having=all").status_code == 404
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "exchange.download")).all() == []


def test_exports_are_for_who_may_export(client: FlaskClient) -> None:
    make_district()
    assert client.get(f"{PAGE}.xlsx").status_code == 302
    sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.REGION, "220403000000"))
    assert client.get(f"{PAGE}.xlsx").status_code == 403


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_opens_the_workbook_with_the_same_values(tmp_path: Path) -> None:
    book = tmp_path / "统计.xlsx"
    with book.open("wb") as target:
        write_xlsx(target, sheets.ratio_sheets(ANSWER, lambda sentence, places=None: sentence % (places or {})))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    as_csv = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", as_csv, "--outdir", tmp_path, book],
        check=True,
        capture_output=True,
        timeout=300,
    )
    lines = list(csv.reader(io.StringIO((tmp_path / "统计.csv").read_text(encoding="utf-8-sig"), newline="")))
    start = next(number for number, line in enumerate(lines) if line[0] == "区划") + 1
    assert [line[:8] for line in lines[start : start + 2]] == [
        ["西安区（本级）", "220403000000", "25,028", "136,318", "18.36%", "13,252", "52.95%", "13,252"],
        ["'=cmd|街道", "220403002000", "3", "—", "—", "0", "0.00%", "0"],
    ]
    assert lines[start][9] == "26,504.01"
