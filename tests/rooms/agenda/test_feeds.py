"""The calendar file, as a program that did not write it reads it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import vobject
from flask.testing import FlaskClient

from tests.makers.activities import make_shift, make_sign_up
from tests.makers.regions import District
from tests.makers.volunteers import make_volunteer
from volunteer_hub.activities.models import Shift, SignUpState
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer

HOUR = timedelta(hours=1)
NINE = 9 * HOUR


def a_shift(station: Station, days: int = 2, title: str = "街道清洁日") -> Shift:
    starts = clock.at(clock.today() + timedelta(days=days)) + NINE
    return make_shift(station, starts_at=starts, ends_at=starts + 2 * HOUR, title=title)


def address(browser: FlaskClient) -> str:
    page = browser.post("/me/calendar/address").text
    found = re.search(r'value="(http://[^"]+/calendars/[^"]+\.ics)"', page)
    assert found, page
    return found[1].removeprefix("http://localhost")


def events(browser: FlaskClient, path: str) -> dict[str, Any]:
    answer = browser.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    calendar = vobject.readOne(answer.text)
    assert calendar.vtimezone.tzid.value == "Asia/Shanghai"
    return {event.summary.value: event for event in getattr(calendar, "vevent_list", [])}


def test_a_shift_stands_in_the_calendar_at_its_wall_clock_time(
    own: FlaskClient, station: Station, volunteer: Volunteer
) -> None:
    shift = a_shift(station)
    make_sign_up(shift, volunteer)
    found = events(own.application.test_client(), address(own))["街道清洁日"]
    assert found.dtstart.value == shift.starts_at
    assert (found.dtstart.value.hour, found.dtstart.value.utcoffset()) == (9, timedelta(hours=8))
    assert (found.dtend.value - found.dtstart.value, found.location.value) == (2 * HOUR, "广场东门")
    assert found.status.value == "CONFIRMED"


def test_what_waits_is_tentative_and_what_was_cancelled_is_struck_out(
    own: FlaskClient, station: Station, volunteer: Volunteer
) -> None:
    waiting, off, left = a_shift(station, 2, "读书会"), a_shift(station, 3, "义诊"), a_shift(station, 4, "理发")
    make_sign_up(waiting, volunteer, SignUpState.WAITING)
    make_sign_up(off, volunteer)
    make_sign_up(left, volunteer, SignUpState.WITHDRAWN)
    with transaction():
        db.session.get_one(Shift, off.id).cancelled_at = clock.now()
    found = {title: (event.status.value, event.sequence.value) for title, event in events(own, address(own)).items()}
    assert found == {
        "读书会（候补中）": ("TENTATIVE", "0"),
        "义诊（已取消）": ("CANCELLED", "1"),
        "理发（已退出）": ("CANCELLED", "1"),
    }


def test_the_file_says_nothing_about_the_person_and_nothing_of_others(
    own: FlaskClient, station: Station, volunteer: Volunteer
) -> None:
    shift = a_shift(station)
    make_sign_up(shift, volunteer)
    make_sign_up(a_shift(station, 3, "别人的活动"), make_volunteer(District.community, "李四"))
    text = own.get(address(own)).text
    assert "街道清洁日" in text
    for hidden in (volunteer.name, volunteer.number, volunteer.mobile, "别人的活动"):
        assert hidden not in text


def test_a_new_address_makes_the_old_one_dead_and_revoking_makes_it_dead_too(own: FlaskClient) -> None:
    old = address(own)
    new = address(own)
    assert [own.get(path).status_code for path in (old, new)] == [404, 200]
    own.post("/me/calendar/address/revoke")
    assert own.get(new).status_code == 404


def test_who_left_the_register_has_no_calendar(own: FlaskClient, volunteer: Volunteer) -> None:
    path = address(own)
    with transaction():
        db.session.get_one(Volunteer, volunteer.id).withdrawn_at = clock.now()
    assert own.get(path).status_code == 404


def test_the_month_page_shows_ones_own_and_counts_what_is_open_nearby(
    own: FlaskClient, station: Station, volunteer: Volunteer
) -> None:
    shift = a_shift(station, 1)
    make_sign_up(shift, volunteer)
    day = clock.civil_date(shift.starts_at)
    page = own.get("/me/calendar", query_string={"month": f"{day:%Y-%m}"}).text
    assert "街道清洁日" in page
    assert f"since={day}&amp;until={day}&amp;region=" in page
    for odd in ("2026-13", "x", "", "9999-01"):
        assert own.get("/me/calendar", query_string={"month": odd}).status_code == 200
