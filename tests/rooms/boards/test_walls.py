"""Walls: a link that opens one screen and nothing else, until it is taken back."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.ledger import make_crowd, make_resident
from tests.makers.regions import make_district, make_settings
from tests.rooms.boards.town import make_two_streets, office, text
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account, ApiToken, Role, RoleGrant, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.boards import screen, walls
from volunteer_hub.core import clock, tokens
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction

LIST = "/office/board/walls"


def make_wall(client: FlaskClient, region: str, name: str = "一楼大厅") -> str:
    """Make a wall as the office does and return the path of its link."""
    answer = client.post(f"{LIST}?region={region}", data={"name": name})
    assert answer.status_code == 303
    return link_in(client.get(answer.headers["Location"]).text)


def link_in(page: str) -> str:
    found = re.search(r"<code>http://[^/]+(/wall/[^<]+)</code>", page)
    assert found
    return unescape(found.group(1))


def test_a_link_shows_the_figures_to_a_browser_nobody_signed_in_with(client: FlaskClient) -> None:
    places = make_two_streets()
    link = make_wall(office(client, places.county), places.county)
    stranger = client.application.test_client()
    page = text(stranger, link)
    assert "西安区" in page
    assert "注册志愿者 60 人" in page
    assert "20.00%" in page
    assert "赛马榜" in page
    assert stranger.get(f"{link}.json").get_json()["stamp"] in stranger.get(link).text
    assert "一楼大厅" not in page
    assert "王主任" not in page


def test_the_link_stays_the_same_however_often_it_is_shown(client: FlaskClient) -> None:
    places = make_two_streets()
    first = make_wall(office(client, places.county), places.county)
    with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
        sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, places.county))
        assert link_in(client.get(f"{LIST}?region={places.county}").text) == first


def test_a_wall_taken_back_is_dark_at_once(client: FlaskClient) -> None:
    places = make_two_streets()
    link = make_wall(office(client, places.county), places.county)
    wall = db.session.scalars(select(ApiToken)).one()
    assert client.post(f"{LIST}/{wall.id}/revoke").status_code == 303
    assert client.get(link).status_code == 404
    assert client.get(f"{link}.json").status_code == 404
    assert "还没有屏幕。" in text(client, f"{LIST}?region={places.county}")
    actions = set(db.session.scalars(select(AuditEntry.action)))
    assert {"accounts.issue_token", "accounts.revoke_token"} <= actions


def test_a_colleague_may_turn_it_off_and_another_district_may_not(client: FlaskClient) -> None:
    places = make_two_streets()
    link = make_wall(office(client, places.county), places.county)
    wall = db.session.scalars(select(ApiToken)).one()
    office(client, places.street)
    assert client.post(f"{LIST}/{wall.id}/revoke").status_code == 404
    assert client.post(f"{LIST}?region={places.county}", data={"name": "偷看"}).status_code == 404
    assert client.get(link).status_code == 200
    office(client, places.county)
    assert client.post(f"{LIST}/{wall.id}/revoke").status_code == 303


def test_a_wall_ends_with_the_right_of_who_made_it_and_with_its_year(client: FlaskClient) -> None:
    """Red where `open_by_link` trusts the signature alone."""
    places = make_two_streets()
    link = make_wall(office(client, places.county), places.county)
    with time_machine.travel(clock.now() + walls.LIFETIME + timedelta(seconds=2), tick=False):
        assert client.get(link).status_code == 404
    grant = db.session.scalars(select(RoleGrant).where(RoleGrant.role == Role.OFFICE)).one()
    with transaction():
        db.session.get_one(RoleGrant, grant.id).revoked_at = clock.now()
    assert client.get(link).status_code == 404


def test_a_wall_of_a_disabled_account_is_dark(client: FlaskClient) -> None:
    places = make_two_streets()
    link = make_wall(office(client, places.county), places.county)
    maker = db.session.scalars(select(ApiToken.account_id)).one()
    with transaction():
        db.session.get_one(Account, maker).disabled_at = clock.now()
    assert client.get(link).status_code == 404


@pytest.mark.parametrize("link", ["nonsense", "QUJD", "", "é"])
def test_a_link_that_was_made_up_is_nobodys(client: FlaskClient, link: str) -> None:
    make_two_streets()
    assert client.get(f"/wall/{link}").status_code in (302, 308, 404)


def test_a_link_is_worth_nothing_as_a_token_and_another_token_opens_no_wall(client: FlaskClient) -> None:
    places = make_two_streets()
    link = make_wall(office(client, places.county), places.county).removeprefix("/wall/")
    stranger = client.application.test_client()
    answer = stranger.get(LIST, headers={"Authorization": f"Bearer {link}"})
    assert answer.status_code == 302
    account = db.session.scalars(select(ApiToken.account_id)).one()
    with transaction():
        other, _ = accounts.issue_token(
            COMMAND_LINE, account, db.session.scalars(select(ApiToken.kind)).one(), "门口手机", now=clock.now()
        )
        forged = tokens.seal(walls.PURPOSE, {"wall": other.id}, 60)
    assert stranger.get(f"/wall/{forged}").status_code == 404


def test_a_wall_needs_a_name(client: FlaskClient) -> None:
    places = make_two_streets()
    answer = office(client, places.county).post(f"{LIST}?region={places.county}", data={"name": " "})
    assert answer.status_code == 422
    assert db.session.scalars(select(ApiToken)).all() == []


def test_small_groups_are_hidden_on_the_wall_too(client: FlaskClient) -> None:
    """Three people in one street: neither street may be read, nor ranked, nor found in the data of the charts."""
    places = make_district()
    make_settings(places.county, publishes_ratios=False)
    make_crowd([places.community], 40, 20)
    for _ in range(3):
        make_resident(places.far_community)
    shown = screen.read(places.county, now=clock.now())
    assert [place.cell.code for place in shown.registered] == []
    assert [standing.place.cell.code for standing in shown.race] == []
    link = make_wall(office(client, places.county), places.county)
    page = client.get(link).text
    assert "东山街道" not in page
    assert "仙城街道" not in page


def test_a_wall_rounds_hours_down_so_that_a_day_tells_nothing_of_one_person(client: FlaskClient) -> None:
    assert [screen._rounded(hours * 60) for hours in (9, 19, 999, 1_099, 81_195)] == [0, 10, 990, 1_000, 81_100]


def test_the_stamp_changes_with_the_figures_and_not_otherwise(client: FlaskClient) -> None:
    places = make_two_streets()
    office(client, places.county)
    before = [client.get("/wall.json").get_json()["stamp"] for _ in range(2)]
    make_crowd([places.community], 5, 5)
    after = client.get("/wall.json").get_json()["stamp"]
    assert before[0] == before[1] != after


def test_an_empty_wall_says_so(client: FlaskClient) -> None:
    places = make_district()
    page = text(office(client, places.county), "/wall")
    assert "还没有注册志愿者" in page
    assert "赛马榜" not in page


def test_two_screens_of_an_area_that_publishes_nothing_do_not_give_a_small_group_away(client: FlaskClient) -> None:
    """Red if a street's screen is settled without the district's: 44 less 40 are the four next door."""
    places = make_district()
    make_crowd([places.community, places.neighbour], 40, 20)
    for _ in range(4):
        make_resident(places.far_community)
    now = clock.now()
    county, street = screen.read(places.county, now=now), screen.read(places.street, now=now)
    assert county.answer.whole.people
    assert [shown.people for shown in county.answer.parts] == [False, False]
    assert not street.answer.whole.people
    assert not any(shown.people for _, shown in street.points[-2:])
