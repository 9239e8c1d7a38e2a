"""The dashboard: the few figures that matter, on the way down, and honest where there are none."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from flask.testing import FlaskClient

from tests.makers.activities import make_shift
from tests.makers.checkin import END, START, make_door, make_signed_up
from tests.makers.ledger import make_crowd
from tests.makers.regions import make_district, make_population
from tests.makers.stations import make_station
from tests.rooms.boards.town import count_statements, make_two_streets, office, text
from volunteer_hub.activities.models import ActivityState
from volunteer_hub.boards import queries
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.reviews import jobs
from volunteer_hub.statistics import changes, fold_desk, rollups, targets_service
from volunteer_hub.statistics.targets_models import Over
from volunteer_hub.statistics.targets_service import Aim

PAGE = "/office/board"


def aim(region: str, figure: str, threshold: str, over: Over = Over.EVER) -> None:
    with transaction():
        targets_service.set_target(
            COMMAND_LINE, region, Aim(figure, 2022, Decimal(threshold), "创城指标 2022", over), now=clock.now()
        )


def test_the_board_shows_the_figures_with_their_ratios(client: FlaskClient) -> None:
    places = make_two_streets()
    page = text(office(client, places.county), PAGE)
    for printed in ("西安区看板", "注册志愿者 60", "注册率 20.00%", "有服务时长占比 41.67%", "37.50", "口径说明"):
        assert printed in page
    assert "数据版本" in page


def test_every_number_leads_to_the_statistics_page_with_the_same_question(client: FlaskClient) -> None:
    places = make_two_streets()
    office(client, places.county)
    page = client.get(f"{PAGE}?as_of=2022-12-31&from=2022-01-01&to=2022-12-31")
    address = re.search(r'tile-value"><a href="([^"]+)"', page.text)
    assert address
    asked = address.group(1).replace("&amp;", "&")
    assert "as_of=2022-12-31T15:59:59.999999Z" in asked.replace("%3A", ":")
    assert "from=2022-01-01" in asked
    there = text(client, asked)
    assert "截至 2022-12-31 23:59" in there
    assert "41.67%" in there


def test_the_parts_are_compared_by_a_chosen_figure_highest_first_and_lead_down(client: FlaskClient) -> None:
    places = make_two_streets()
    office(client, places.county)
    by_registration = client.get(PAGE).text
    assert by_registration.index("仙城街道") > by_registration.index("东山街道") or "20.00%" in by_registration
    by_hours = text(client, f"{PAGE}?figure=hours_ratio")
    assert re.search(r"1 东山街道 75\.00% 20 .* ?2 仙城街道 25\.00% 40", by_hours)
    down = text(client, f"{PAGE}?region={places.street}&figure=hours_ratio")
    assert "仙城街道看板" in down
    assert re.search(r"1 仙城社区 25\.00% 20 .* ?1 安康社区 25\.00% 20", down)


def test_the_trend_says_how_it_was_known_at_each_months_end(client: FlaskClient) -> None:
    places = make_two_streets()
    page = text(office(client, places.county), f"{PAGE}?as_of=2022-07-15")
    assert re.search(r"2022-07-15 60 20\.00% 41\.67%", page)
    # Registered in March, hours recorded on the first of June.
    assert re.search(r"2022-05-31 60 20\.00% 0\.00%", page)
    assert re.search(r"2022-02-28 0 0\.00% —", page)
    weeks = text(client, f"{PAGE}?as_of=2022-07-15&span=quarter")
    assert "2022-07-08" in weeks
    assert "2022-02-28" not in weeks


def test_the_chart_says_what_the_table_says(client: FlaskClient) -> None:
    places = make_two_streets()
    page = office(client, places.county).get(f"{PAGE}?as_of=2022-07-15&figure=hours_ratio").text
    bars = json.loads(re.search(r'id="bars-data">(.*?)</script>', page, re.DOTALL).group(1))  # type: ignore[union-attr]  # the page has it
    assert (bars["labels"], bars["series"][0]["values"]) == (["东山街道", "仙城街道"], [75.0, 25.0])
    assert page.count('aria-hidden="true" hidden></div>') == 2


def test_a_target_says_how_many_people_are_missing_here_and_in_each_part(client: FlaskClient) -> None:
    places = make_two_streets()
    aim(places.county, "registration_ratio", "30")
    aim(places.county, "hours_ratio", "40")
    page = text(office(client, places.county), f"{PAGE}?figure=hours_ratio")
    assert "目标 30% 还差 30 人" in page
    assert "目标 40% 已达标" in page
    assert "2022 年 · 创城指标 2022" in page
    assert re.search(r"仙城街道 25\.00% 还差 6 人", page)
    assert re.search(r"东山街道 75\.00% 已达标", page)


def test_a_target_of_the_year_leads_to_the_year_and_measures_nothing_else(client: FlaskClient) -> None:
    places = make_two_streets()
    aim(places.county, "hours_ratio", "40", Over.YEAR)
    office(client, places.county)
    page = client.get(PAGE).text
    assert "还差" not in page.split('id="hands"')[0]
    asked = re.search(r'<a class="small" href="([^"]+)">按目标的口径看', page)
    assert asked
    assert re.search(r"目标 40% 还差 24 人", text(client, asked.group(1).replace("&amp;", "&")))


def test_nothing_is_said_to_be_nothing(client: FlaskClient) -> None:
    places = make_district()
    page = text(office(client, places.county), PAGE)
    for said in (
        "还没有注册志愿者",
        "这段时间还没有数据。",
        "本区划还没有开放的阵地。",
        "没有等待审核的记录。",
        "没有人口数",
    ):
        assert said in page


def test_the_board_opens_on_the_askers_own_division_and_shows_no_other(client: FlaskClient) -> None:
    places = make_two_streets()
    office(client, places.street)
    assert "仙城街道看板" in text(client, PAGE)
    assert client.get(f"{PAGE}?region={places.county}").status_code == 404
    assert client.get(f"{PAGE}?region={places.far_community}").status_code == 404
    assert client.get(f"{PAGE}?figure=secret").status_code == 404
    assert client.get(f"{PAGE}?as_of=2999-01-01").status_code == 422


def test_a_station_is_quiet_after_thirty_days_without_a_shift_that_took_place(client: FlaskClient) -> None:
    places = make_district()
    now = clock.at(date(2026, 6, 30))
    busy, late, never, cancelled = (
        make_station(places.community, name=name) for name in ("常来站", "久违站", "冷清站", "取消站")
    )
    for station, days, state in (
        (busy, 3, ActivityState.PUBLISHED),
        (late, 31, ActivityState.CLOSED),
        (cancelled, 3, ActivityState.CANCELLED),
        (never, -3, ActivityState.PUBLISHED),
    ):
        begin = now - timedelta(days=days)
        make_shift(station, starts_at=begin, ends_at=begin + timedelta(hours=2), state=state)
    quiet = queries.find_quiet(places.county, now)
    assert (quiet.open, quiet.quiet) == (4, 3)
    names = [row.name for row in quiet.stations]
    assert names[-1] == "久违站"
    assert {row.name: row.last_at is None for row in quiet.stations} == {
        "冷清站": True,
        "取消站": True,
        "久违站": False,
    }
    assert queries.find_quiet(places.far_community, now).open == 0


def test_what_waits_is_counted_on_the_board_and_in_no_figure(client: FlaskClient) -> None:
    """Somebody who never scanned out: closed by itself, worth nothing until a person confirms it."""
    door = make_door()
    volunteer = make_signed_up(door)
    make_crowd([make_district().community], 9, 6)
    door.come(volunteer, START)
    with time_machine.travel(END + timedelta(hours=3), tick=False):
        jobs.close_forgotten()
        page = text(office(client, "220403"), PAGE)
        race = text(client, f"{PAGE}/race?figure=minutes")
    assert "1 件" in page
    assert "这些时长不在任何数字里" in page
    assert "有服务时长的志愿者 6 " in page
    assert "现在有 1 件待审核" in race
    assert re.search(r"仙城街道 0\.00 ", race)


@pytest.mark.parametrize("page", [PAGE, f"{PAGE}/race", "/wall"])
def test_a_page_takes_as_many_statements_however_much_there_is(client: FlaskClient, page: str) -> None:
    places = make_district()
    make_population(places.county, 300)
    make_crowd([places.community], 8, 6)
    office(client, places.county).get(page)
    few = count_statements(lambda: client.get(page))
    make_crowd([places.community, places.neighbour, places.far_community], 60, 30)
    for number in range(5):
        make_station(places.community, name=f"第 {number} 站")
    assert count_statements(lambda: client.get(page)) == few
    assert few < 80


def test_all_of_the_board_is_as_of_the_instant_it_was_answered_for(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With more waiting than a page adds on the way, figures, trend and links speak of when the fold was through."""
    places = make_two_streets()
    fold_desk.fold_what_waits()
    state = changes.find_state()
    assert state is not None
    through, as_of = state.folded_through, f"{clock.local(state.folded_through):%Y-%m-%d %H:%M:%S}"
    db.session.rollback()
    with time_machine.travel(through + timedelta(minutes=5), tick=False):
        make_crowd([places.community], registered=9, with_hours=1, since=through + timedelta(minutes=1))
        monkeypatch.setattr(rollups, "NOW_AT_ONCE", 1)
        page = text(office(client, places.county), PAGE)
        assert as_of in page
        assert re.search(rf"{clock.civil_date(through)} 60 ", page)
        assert as_of in text(client, "/office/statistics")
