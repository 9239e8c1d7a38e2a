"""The office's page, and the way from a number down to its scans."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_account, make_staff, sign_in
from tests.makers.checkin import END, START, make_door, make_signed_up
from tests.makers.ledger import make_entry, make_resident, make_reversal
from tests.makers.regions import make_district, make_population
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.checkin.models import Direction
from volunteer_hub.core.db import db

COUNTY = "220403000000"
PAGE = "/office/statistics"


def office(client: FlaskClient, region: str = COUNTY) -> FlaskClient:
    return sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, region))


def text(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return unescape(re.sub(r"\s+", " ", answer.text))


def opened() -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == "statistics.open_person")))


def test_the_page_prints_figures_with_everything_they_rest_on(client: FlaskClient) -> None:
    places = make_district()
    make_population(places.county, 8)
    for _ in range(3):
        person = make_resident(places.community)
    make_entry(person.id, 90)
    page = text(office(client), f"{PAGE}?region=220403&as_of=2022-12-31")
    for printed in ("37.50%", "33.33%", "1.50", "截至 2022-12-31 23:59", "普查人口 2020 · 第七次全国人口普查"):
        assert printed in page
    for printed in ("周期：全部时间", "类别：A、B、C、D", "数据版本 L1-S3", "口径说明", "注册志愿者 ÷ 人口数"):
        assert printed in page
    assert "不一定等于本级" in page
    assert '<script type="application/json" id="chart-data">' in page


def test_the_page_opens_on_the_offices_own_division(client: FlaskClient) -> None:
    places = make_district()
    assert "仙城街道志愿服务统计" in text(office(client, places.street), PAGE)


@pytest.mark.parametrize("region", ["220000000000", "330102000000", "220403003000"])
def test_a_division_outside_the_scope_is_not_found(client: FlaskClient, region: str) -> None:
    places = make_district()
    office(client, places.street)
    for path in (PAGE, f"{PAGE}/people"):
        assert client.get(f"{path}?region={region}").status_code == 404


def test_a_refused_question_is_shown_at_its_field_with_what_was_typed(client: FlaskClient) -> None:
    make_district()
    page = text(office(client), f"{PAGE}?region=220403&year=20&as_of=2022-12-31", 422)
    assert "年份应为四位数字。" in page
    assert 'value="20"' in page
    assert 'value="2022-12-31"' in page


def test_only_who_may_see_statistics_gets_in(client: FlaskClient) -> None:
    make_district()
    assert client.get(PAGE).status_code == 302
    sign_in(client, make_account())
    assert client.get(PAGE).status_code == 403
    sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.REGION, COUNTY))
    assert client.get(f"{PAGE}/people").status_code == 403


def test_people_behind_a_number_are_masked_and_as_many_as_the_number(client: FlaskClient) -> None:
    places = make_district()
    people = [make_resident(places.community, name="欧阳文明") for _ in range(3)]
    make_resident(places.far_community)
    make_entry(people[0].id, 90)
    office(client)
    registered = text(client, f"{PAGE}/people?region={places.street}")
    assert "共 3 条" in registered
    assert "欧***" in registered
    assert "欧阳文明" not in registered
    assert not any(person.number in registered for person in people)
    assert "共 1 条" in text(client, f"{PAGE}/people?region={places.street}&having=with_hours")
    assert "共 1 条" in text(client, f"{PAGE}/people?region={places.street}&having=participants")
    assert "共 0 条" in text(client, f"{PAGE}/people?region={places.street}&having=with_hours&classes=B")
    assert "共 0 条" in text(client, f"{PAGE}/people?region={COUNTY}&direct=1")
    assert client.get(f"{PAGE}/people?having=everything").status_code == 404


def test_opening_a_person_is_recorded_and_only_the_post_writes(client: FlaskClient) -> None:
    places = make_district()
    person = make_resident(places.community)
    entry = make_entry(person.id, 90)
    make_reversal(entry)
    office(client)
    assert client.get(f"{PAGE}/people/{person.id}?region=220403").status_code == 403
    assert opened() == []
    answer = client.post(f"{PAGE}/people/{person.id}/open", data={"region": "220403"})
    assert answer.status_code == 303
    (trail,) = opened()
    assert (trail.object_type, trail.object_id, trail.region_code) == (
        "volunteer",
        str(person.id),
        places.community,
    )
    page = text(client, answer.location)
    assert "欧***" in page
    assert "冲正" in page
    assert "第 1 版" in page
    assert len(opened()) == 1


def test_a_pass_is_for_one_account_one_person_and_a_quarter_of_an_hour(client: FlaskClient) -> None:
    places = make_district()
    person, other = make_resident(places.community), make_resident(places.community)
    entry = make_entry(person.id, 90)
    foreign = make_entry(other.id, 90)
    office(client)
    page = client.post(f"{PAGE}/people/{person.id}/open", data={"region": "220403"}).location
    line = page.replace(f"people/{person.id}", f"entries/{entry}")
    assert client.get(page).status_code == 200
    assert client.get(line).status_code == 200
    assert client.get(page.replace(f"people/{person.id}", f"people/{other.id}")).status_code == 403
    assert client.get(line.replace(f"entries/{entry}", f"entries/{foreign}")).status_code == 404
    assert client.get(f"{PAGE}/entries/{entry}").status_code == 404
    with time_machine.travel(timedelta(minutes=16)):
        assert client.get(page).status_code == 403
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, COUNTY))
    assert client.get(page).status_code == 403
    assert client.get(line).status_code == 404


def test_a_person_of_elsewhere_cannot_be_opened(client: FlaskClient) -> None:
    places = make_district()
    person = make_resident(places.far_community)
    office(client, places.street)
    for region in (places.street, places.other_street):
        answer = client.post(f"{PAGE}/people/{person.id}/open", data={"region": region})
        assert answer.status_code == 404
    assert opened() == []


def test_a_line_opens_to_its_session_and_to_every_scan_refused_ones_too(client: FlaskClient) -> None:
    door = make_door()
    person = make_signed_up(door)
    door.scan(person, Direction.OUT, START)
    door.come(person, START)
    door.go(person, END)
    office(client)
    page = client.post(f"{PAGE}/people/{person.id}/open", data={"region": COUNTY}).location
    found = re.search(r"/office/statistics/entries/\d+\?[^\"]+", client.get(page).text)
    assert found
    line = text(client, unescape(found[0]))
    for printed in ("2.00", "王站长", "管理员扫码", "未通过", "还没签到", "签到成功", "签退成功", "扫码签退"):
        assert printed in line
    assert line.count("<tr>") == 4
