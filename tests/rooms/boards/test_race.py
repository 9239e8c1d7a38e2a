"""The race: a month against the month before, of approved hours alone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import time_machine
from flask.testing import FlaskClient

from tests.makers.ledger import make_entry, make_resident, make_reversal
from tests.makers.regions import District, make_district
from tests.rooms.boards.town import make_two_streets, office, text

PAGE = "/office/board/race"
NOW = datetime(2026, 6, 15, 4, tzinfo=UTC)


def served(places: District, month: int, near: int, far: int) -> None:
    """Let one person of each street serve so many minutes in a month."""
    for home, minutes in ((places.community, near), (places.far_community, far)):
        person = make_resident(home, since=datetime(2026, 1, 1, tzinfo=UTC))
        at = datetime(2026, month, 10, 4, tzinfo=UTC)
        make_entry(person.id, minutes, service_on=date(2026, month, 10), recorded_at=at, region_code=home)


@time_machine.travel(NOW, tick=False)
def test_a_street_that_overtakes_another_climbs_and_the_other_falls(client: FlaskClient) -> None:
    places = make_district()
    served(places, 5, 120, 60)
    served(places, 6, 60, 180)
    page = text(office(client, places.county), f"{PAGE}?figure=minutes")
    assert re.search(r"1 东山街道 3\.00 ▲ 升 1 位 2 1\.00", page)
    assert re.search(r"2 仙城街道 1\.00 ▼ 降 1 位 1 2\.00", page)
    assert "本月尚未结束" in page


@time_machine.travel(NOW, tick=False)
def test_a_past_month_keeps_its_race_whatever_is_entered_later(client: FlaskClient) -> None:
    places = make_district()
    served(places, 5, 120, 60)
    office(client, places.county)
    before = text(client, f"{PAGE}?figure=minutes&month=2026-05")
    late = make_resident(places.far_community, since=datetime(2026, 1, 1, tzinfo=UTC))
    make_entry(late.id, 600, service_on=date(2026, 5, 20), recorded_at=NOW - timedelta(days=3))
    after = text(client, f"{PAGE}?figure=minutes&month=2026-05")
    ranks = re.compile(r"1 仙城街道 2\.00 .* 2 东山街道 1\.00")
    assert ranks.search(before)
    assert ranks.search(after)


@time_machine.travel(NOW, tick=False)
def test_hours_taken_back_do_not_rank_and_equal_hours_share_a_rank(client: FlaskClient) -> None:
    places = make_district()
    served(places, 6, 60, 60)
    extra = make_resident(places.community, since=datetime(2026, 1, 1, tzinfo=UTC))
    wrong = make_entry(extra.id, 90, service_on=date(2026, 6, 3), recorded_at=NOW - timedelta(days=5))
    make_reversal(wrong, at=NOW - timedelta(days=4))
    page = text(office(client, places.county), f"{PAGE}?figure=minutes")
    assert re.search(r"1 仙城街道 1\.00 .* 1 东山街道 1\.00", page)


def test_the_race_of_ratios_asks_how_things_stood_at_each_months_end(client: FlaskClient) -> None:
    places = make_two_streets()
    page = text(office(client, places.county), f"{PAGE}?figure=hours_ratio&month=2022-06")
    # The hours were recorded on the first of June: at the end of May nobody had any, and all shared the first place.
    assert re.search(r"1 东山街道 75\.00% = 不变 1 0\.00%", page)
    assert re.search(r"2 仙城街道 25\.00% ▼ 降 1 位 1 0\.00%", page)
    assert "数值相同名次相同" in page


def test_a_division_without_parts_has_no_race(client: FlaskClient) -> None:
    places = make_two_streets()
    page = text(office(client, places.county), f"{PAGE}?region={places.community}")
    assert "这个区划没有下级，无从排名。" in page


def test_the_race_is_of_ones_own_divisions_only(client: FlaskClient) -> None:
    places = make_two_streets()
    office(client, places.street)
    assert client.get(f"{PAGE}?region={places.county}").status_code == 404
    assert client.get(f"{PAGE}?month=2999-01").status_code == 422
