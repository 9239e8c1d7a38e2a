"""What a chat's program reads of a public page, without a script and without a login; and the home screen."""

from __future__ import annotations

import io
import json
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from tests.house.town import Town
from volunteer_hub.activities.models import Activity
from volunteer_hub.core.db import db
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer

#: Chats show cards only with a picture at least this wide.
SMALLEST = 300
PAGES = {
    "the landing page": "/",
    "the activities": "/activities",
    "an activity": "/activities/{activity_id}",
    "a station": "/stations/{station_id}",
    "a team": "/teams/{team_id}",
    "public figures": "/figures/{region}",
    "registration": "/register",
}


class Card(HTMLParser):
    """The words in the head of a page, and its first picture."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.first_picture = ""
        self.title = ""
        self._in_title = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "meta":
            self.meta[has.get("property") or has.get("name") or ""] = has.get("content", "")
        if tag == "img" and not self.first_picture:
            self.first_picture = has["src"]
        self._in_title = tag == "title"

    def handle_data(self, data: str) -> None:
        self.title += data if self._in_title else ""


def card_of(browser: FlaskClient, address: str) -> Card:
    answer = browser.get(address, headers={"User-Agent": "MicroMessenger", "Accept-Language": "zh-CN"})
    assert answer.status_code == 200
    return Card(answer.text)


@pytest.mark.parametrize("page", PAGES)
def test_a_shared_address_says_what_it_is(town: Town, page: str) -> None:
    card = card_of(town.browser(), PAGES[page].format(**town.values))
    assert card.meta["og:title"]
    assert card.meta["og:title"] in card.title
    assert len(card.meta["og:description"]) > 6
    assert card.meta["og:description"] == card.meta["description"]
    assert "\n" not in card.meta["og:description"]


@pytest.mark.parametrize("page", PAGES)
def test_the_picture_of_the_card_is_there_and_large_enough(town: Town, page: str) -> None:
    browser = town.browser()
    card = card_of(browser, PAGES[page].format(**town.values))
    assert card.meta["og:image"].startswith("http://localhost/static/")
    assert card.meta["og:image"].endswith(card.first_picture)
    with browser.get(card.first_picture) as answer, Image.open(io.BytesIO(answer.data)) as picture:
        assert min(picture.size) >= SMALLEST
        assert len(answer.data) < 10_000


def test_an_activity_says_when_and_where(town: Town) -> None:
    activity = db.session.get_one(Activity, town.values["activity_id"])
    card = card_of(town.browser(), f"/activities/{activity.id}")
    assert card.meta["og:title"] == activity.title
    assert activity.place in card.meta["og:description"]


def test_a_station_says_its_name(town: Town) -> None:
    station = db.session.get_one(Station, town.values["station_id"])
    assert card_of(town.browser(), f"/stations/{station.id}").meta["og:title"] == station.name


def test_no_card_names_a_person(town: Town) -> None:
    """Whoever shares a page of their own shares its address: the card is that of signing in."""
    volunteer = db.session.scalars(select(Volunteer).where(Volunteer.account_id == town.volunteer)).one()
    for address in ("/me", "/me/code", "/me/profile"):
        browser = town.browser()
        shared = browser.get(address, follow_redirects=True)
        assert volunteer.name not in shared.text
        own = Card(town.browser(town.volunteer).get(address).text)
        assert volunteer.name not in own.title + " ".join(own.meta.values())


def test_the_home_screen_knows_name_start_and_pictures(town: Town) -> None:
    browser = town.browser()
    with browser.get("/static/manifest.webmanifest") as answer:
        assert answer.mimetype == "application/manifest+json"
        manifest = json.loads(answer.data)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    assert len(manifest["short_name"]) <= 12
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    assert any(icon.get("purpose") == "maskable" for icon in manifest["icons"])
    for icon in manifest["icons"]:
        with browser.get(icon["src"]) as answer:
            assert answer.status_code == 200
    for shortcut in manifest["shortcuts"]:
        assert browser.get(shortcut["url"]).status_code in (200, 302)
