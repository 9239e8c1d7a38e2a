"""Saved searches tell once of what is new; reminders come once for each beginning."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.activities import make_shift, make_sign_up
from tests.makers.stations import make_station
from tests.makers.volunteers import make_volunteer
from volunteer_hub.activities.models import Activity, Shift, SignUp
from volunteer_hub.agenda import searching, service
from volunteer_hub.agenda.models import SavedSearch
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.notices.models import Notice
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer

HOUR = timedelta(hours=1)


def published(station: Station, title: str, category: str = "environment", ago: timedelta = timedelta()) -> Activity:
    """Return an activity published a moment ago, with a shift in five days."""
    starts = clock.now() + timedelta(days=5)
    shift = make_shift(station, starts_at=starts, ends_at=starts + HOUR, title=title, category=category)
    with transaction():
        activity = db.session.get_one(Activity, shift.activity_id)
        activity.published_at = clock.now() - ago
    return activity


def save(volunteer: Volunteer, filters: str) -> SavedSearch:
    with transaction():
        return service.save_search(volunteer.account_id or 0, "我的查找", filters, now=clock.now() - HOUR)


def look() -> int:
    with transaction():
        return service.tell_of_new(now=clock.now())


def told(volunteer: Volunteer) -> list[tuple[str, str | None]]:
    rows = db.session.scalars(select(Notice).where(Notice.account_id == volunteer.account_id).order_by(Notice.id))
    return [(str(row.params.get("title")), row.link) for row in rows]


def test_what_is_new_and_matches_is_told_once(station: Station, volunteer: Volunteer) -> None:
    save(volunteer, "category=environment")
    new = published(station, "清扫街道")
    published(station, "义诊", "medical")
    assert (look(), look()) == (1, 0)
    assert told(volunteer) == [("清扫街道", f"/activities/{new.id}")]


def test_several_new_ones_are_told_together_with_a_way_to_the_list(station: Station, volunteer: Volunteer) -> None:
    save(volunteer, "category=environment")
    published(station, "清扫街道")
    published(station, "捡拾垃圾")
    assert look() == 1
    assert told(volunteer) == [("清扫街道", "/activities?category=environment")]


def test_what_was_published_before_the_search_was_saved_is_not_told(station: Station, volunteer: Volunteer) -> None:
    published(station, "清扫街道", ago=2 * HOUR)
    save(volunteer, "category=environment")
    assert look() == 0


def test_places_and_words_narrow_as_on_the_page(station: Station, volunteer: Volunteer) -> None:
    other = make_station(station.region_code, name="另一个站")
    save(volunteer, f"station={other.id}&words=%E8%A1%97")
    published(station, "清扫街道")
    published(other, "义诊")
    assert look() == 0
    published(other, "扫街")
    assert look() == 1


def test_a_silenced_search_tells_nothing_and_later_only_of_what_is_new(
    station: Station, volunteer: Volunteer
) -> None:
    search = save(volunteer, "category=environment")
    account_id = volunteer.account_id or 0
    with transaction():
        service.change_search(account_id, search.id, "silence", now=clock.now())
    published(station, "清扫街道")
    assert look() == 0
    with transaction():
        service.change_search(account_id, search.id, "tell", now=clock.now())
    assert look() == 0


@pytest.mark.parametrize(("filters", "code"), [("", "search_empty"), ("category=environment", "search_known")])
def test_a_search_for_everything_or_kept_already_is_refused(volunteer: Volunteer, filters: str, code: str) -> None:
    save(volunteer, "category=environment")
    with pytest.raises(DomainError) as caught:
        save(volunteer, filters)
    assert caught.value.code == code


def test_the_eleventh_search_is_refused(volunteer: Volunteer) -> None:
    for n in range(service.MOST_SEARCHES):
        save(volunteer, f"words=a{n}")
    with pytest.raises(DomainError) as caught:
        save(volunteer, "words=more")
    assert caught.value.code == "searches_full"


def test_equal_searches_are_equal_texts_and_days_are_left_out() -> None:
    one = searching.canonical({"words": " 街 ", "category": "environment", "since": "2026-05-01", "page": "2"})
    other = searching.canonical({"category": "environment", "words": "街"})
    assert one == other == "category=environment&words=%E8%A1%97"
    assert searching.parse(one).words == "街"


def test_a_search_is_saved_from_the_list_and_forgotten_on_its_page(own: FlaskClient, volunteer: Volunteer) -> None:
    page = own.get("/me/searches", query_string={"category": "environment"}).text
    assert 'value="category=environment"' in page
    assert own.post("/me/searches", data={"name": "", "query": "category=environment"}).status_code == 422
    assert own.post("/me/searches", data={"name": "环保", "query": "category=environment"}).status_code == 303
    search = db.session.scalars(select(SavedSearch)).one()
    assert "环保" in own.get("/me/searches").text
    assert own.post(f"/me/searches/{search.id}/forget").status_code == 303
    assert db.session.scalars(select(SavedSearch)).all() == []


def test_nobody_changes_anothers_search(own: FlaskClient, station: Station) -> None:
    others = save(make_volunteer(station.region_code, "李四"), "category=environment")
    assert own.post(f"/me/searches/{others.id}/forget").status_code == 404


def a_shift_in(station: Station, hours: float) -> Shift:
    starts = clock.now() + timedelta(hours=hours)
    return make_shift(station, starts_at=starts, ends_at=starts + HOUR)


def remind() -> int:
    with transaction():
        return service.remind(now=clock.now())


@pytest.mark.parametrize(("hours", "reminders"), [(30, 0), (23, 1), (1, 1)])
def test_a_reminder_comes_a_day_before_and_two_hours_before(
    station: Station, volunteer: Volunteer, hours: float, reminders: int
) -> None:
    shift = a_shift_in(station, hours)
    make_sign_up(shift, volunteer, asked_at=clock.now() - timedelta(days=3))
    assert (remind(), remind()) == (reminders, 0)


def test_who_took_the_place_just_now_is_not_reminded(station: Station, volunteer: Volunteer) -> None:
    make_sign_up(a_shift_in(station, 23), volunteer, asked_at=clock.now())
    assert remind() == 0


def test_a_shift_that_moved_is_reminded_of_anew(station: Station, volunteer: Volunteer) -> None:
    shift = a_shift_in(station, 20)
    make_sign_up(shift, volunteer, asked_at=clock.now() - timedelta(days=3))
    assert remind() == 1
    with transaction():
        moved = db.session.get_one(Shift, shift.id)
        moved.starts_at, moved.ends_at = moved.starts_at + HOUR, moved.ends_at + HOUR
    assert remind() == 1


def test_a_cancelled_shift_reminds_nobody(station: Station, volunteer: Volunteer) -> None:
    shift = a_shift_in(station, 20)
    make_sign_up(shift, volunteer, asked_at=clock.now() - timedelta(days=3))
    with transaction():
        db.session.get_one(Shift, shift.id).cancelled_at = clock.now()
    assert remind() == 0
    assert db.session.scalars(select(SignUp)).one().volunteer_id == volunteer.id
