"""Every kind of file: asked for, written in each of its formats, asked for again."""

from __future__ import annotations

import io
import re
import shutil
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.makers.accounts import make_staff, sign_in
from tests.makers.ledger import make_entry, make_resident
from tests.makers.month_close import CLOSED, make_closed, make_served, make_signer
from tests.makers.regions import make_district
from tests.rooms.exchange.reading import csv_of, lines_of, sheets_of, table_of, words_of, workbook_of
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.core import clock
from volunteer_hub.core.errors import NotFound, Unprocessable
from volunteer_hub.core.paper import write_pdf
from volunteer_hub.core.scope import EVERYTHING, NOTHING, Scope
from volunteer_hub.core.workbook import write_xlsx
from volunteer_hub.exchange.catalogue import BY_KEY, KINDS, Need, Request, file_name, get_kind, read
from volunteer_hub.statistics.evidence import Having

FULL = {
    "region": "220403",
    "as_of": "2022-12-31",
    "from": "2022-01-01",
    "to": "2022-12-31",
    "classes": "AC",
    "base": "resident",
    "year": "2021",
    "having": "with_hours",
    "direct": "1",
    "rows": "1",
    "station_id": "3",
    "team_id": "4",
    "shift_id": "5",
    "report_year": "2022",
}


def asked(args: dict[str, str], scope: Scope = EVERYTHING) -> Request:
    return read(args, default_region="220403", scope=scope, say=lambda text, places=None: text, now=clock.now())


def test_what_was_asked_can_be_asked_again_from_its_arguments() -> None:
    first = asked(FULL)
    again = asked(first.args())
    assert again.args() == first.args()
    assert (again.having, again.rows, again.station_id, again.report_year) == (Having.WITH_HOURS, True, 3, 2022)
    assert again.question == first.question
    assert set(asked({}).args()) == {"region", "as_of", "base", "classes"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("having", "all"), ("station_id", "x"), ("team_id", "-1"), ("shift_id", "0"), ("report_year", "3000")],
)
def test_a_bad_argument_is_refused_at_its_own_field(name: str, value: str) -> None:
    with pytest.raises(Unprocessable) as refusal:
        asked({name: value})
    assert refusal.value.field == name


def test_keys_are_unique_and_unknown_ones_are_not_found() -> None:
    assert len(BY_KEY) == len(KINDS)
    with pytest.raises(NotFound):
        get_kind("nothing")


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler's programs are not installed")
def test_every_kind_is_written_in_every_format_it_names(app: Flask) -> None:
    places = make_district()
    person = make_resident(places.community, name="张三丰")
    make_entry(person.id, 119)
    for kind in KINDS:
        if Need.SHIFT in kind.needs:
            continue
        assert re.fullmatch(r"吉林省辽源市西安区.+_\d{4}-\d\d-\d\d", file_name(kind, asked({})))
        sheets = sheets_of(kind.key)
        assert len({sheet.name for sheet in sheets}) == len(sheets)
        target = io.BytesIO()
        write_xlsx(target, sheets)
        assert set(workbook_of(target.getvalue())) == {sheet.name for sheet in sheets}
        assert lines_of(csv_of(sheets_of(kind.key)[0]))
        words = words_of(write_pdf(sheets_of(kind.key), title=kind.name, author="文明办"))
        assert "填表人：" in words
        assert "张三丰" not in words


def test_no_kind_looks_beyond_the_scope(app: Flask) -> None:
    places = make_district()
    elsewhere = Scope(regions=("220403003",))
    for kind in KINDS:
        for scope in (NOTHING, elsewhere):
            with pytest.raises((NotFound, Unprocessable)):
                list(kind.make(asked({"region": places.street}, scope)))


def test_what_was_corrected_after_a_close_stands_in_the_workbook_with_its_entries(client: FlaskClient) -> None:
    places, person = make_served()
    make_closed(make_signer("王主任"), make_signer("李副主任"))
    query = f"region={places.county}&as_of={(CLOSED + timedelta(days=9)).isoformat().replace('+00:00', 'Z')}"
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, places.county))
    nothing = workbook_of(client.get(f"/office/statistics.xlsx?{query}").data)["更正"]
    assert "截至该时点，已月结的数字没有更正。" in str(nothing)
    entry = make_entry(person, 60, recorded_at=CLOSED + timedelta(days=3))
    rows = workbook_of(client.get(f"/office/statistics.xlsx?{query}").data)["更正"]
    hours = next(
        row
        for row in rows
        if row[2] == "本月" and row[3] == "全部时长（A、B、C、D 类）" and row[5] == "服务时长（小时）"
    )
    assert hours[:2] == ["2022-06", 1]
    assert hours[4:] == ["西安区", "服务时长（小时）", "2.00", "3.00", "1.00", 1, str(entry)]


def test_definitions_name_their_version(app: Flask) -> None:
    make_district()
    meanings = table_of(sheets_of("ratios")[1])
    assert [row[6] for row in meanings[:2]] == [1, 1]
    assert meanings[0][3] == "截止时点，与周期无关"
