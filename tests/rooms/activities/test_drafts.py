"""From the desk to the archive: drafting, publishing, taking back, cancelling, closing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from tests.makers.activities import make_shift, make_sign_up
from tests.makers.regions import District
from tests.makers.volunteers import make_volunteer
from volunteer_hub.activities import service, sign_ups
from volunteer_hub.activities.details import Details, Offer
from volunteer_hub.activities.models import Activity, ActivityState, Audience, Shift, SignUp, SignUpState
from volunteer_hub.activities.prohibited import KEYS
from volunteer_hub.activities.recurrence import Frequency, Pattern
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.stations.models import Station

MANAGER = Actor(None, "王站长")
NOW = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
DAY = date(2026, 5, 16)
HOUR = timedelta(hours=1)
ONCE = Pattern(Frequency.SINGLE, DAY, time(9), time(11))


def details(station: Station) -> Details:
    return Details(
        station_id=station.id,
        title="社区图书角整理",
        category="culture",
        content="为居民整理图书、登记借阅。",
        risks="搬书时注意腰背。",
        place="社区二楼",
        contact_name="王站长",
        contact_phone="0437-5550100",
    )


def draft(station: Station, pattern: Pattern | None = ONCE, offer: Offer | None = None) -> Activity:
    with transaction():
        activity = service.draft_activity(MANAGER, details(station), now=NOW)
        if pattern:
            service.add_shifts(MANAGER, activity, pattern, offer or Offer(), now=NOW)
    return activity


def published(station: Station, pattern: Pattern = ONCE, now: datetime = NOW) -> Activity:
    activity = draft(station, pattern)
    with transaction():
        service.publish(MANAGER, activity, list(KEYS), hints_confirmed=False, now=now)
    return activity


def shifts_of(activity: Activity) -> list[Shift]:
    db.session.rollback()
    return list(db.session.scalars(select(Shift).where(Shift.activity_id == activity.id).order_by(Shift.starts_at)))


def trail(action: str) -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def refusal(act: object, *args: object, **kwargs: object) -> DomainError:
    with pytest.raises(DomainError) as caught, transaction():
        act(*args, **kwargs)
    return caught.value


def test_a_draft_gets_its_shifts_with_window_and_places(station: Station) -> None:
    offer = Offer(capacity=12, opens_before=timedelta(days=3), closes_before=timedelta(hours=2))
    (shift,) = shifts_of(draft(station, offer=offer))
    assert shift.starts_at == datetime(2026, 5, 16, 1, 0, tzinfo=UTC)
    assert (shift.sign_up_opens_at, shift.sign_up_closes_at) == (
        shift.starts_at - timedelta(days=3),
        shift.starts_at - timedelta(hours=2),
    )
    assert (shift.capacity, shift.taken) == (12, 0)


def test_sign_up_opens_at_once_and_closes_at_the_start_unless_told_otherwise(station: Station) -> None:
    (shift,) = shifts_of(draft(station))
    assert (shift.sign_up_opens_at, shift.sign_up_closes_at) == (NOW, shift.starts_at)


@pytest.mark.parametrize(
    ("pattern", "offer", "code", "field"),
    [
        (replace(ONCE, first_on=date(2026, 5, 1)), Offer(), "in_the_past", "first_on"),
        (ONCE, Offer(closes_before=timedelta(days=20)), "no_window", "closes_before"),
        (
            ONCE,
            Offer(opens_before=HOUR, closes_before=HOUR),
            "no_window",
            "closes_before",
        ),
    ],
)
def test_shifts_that_cannot_be_are_refused_at_their_field(
    station: Station, pattern: Pattern, offer: Offer, code: str, field: str
) -> None:
    activity = draft(station, None)
    refused = refusal(service.add_shifts, MANAGER, activity, pattern, offer, now=NOW)
    assert (refused.code, refused.field) == (code, field)
    assert shifts_of(activity) == []


def test_the_same_time_twice_is_refused(station: Station) -> None:
    activity = draft(station)
    assert refusal(service.add_shifts, MANAGER, activity, ONCE, Offer(), now=NOW).code == "shift_exists"


def test_one_activity_holds_two_hundred_shifts_and_no_more(station: Station) -> None:
    daily = Pattern(Frequency.WEEKLY, DAY, time(9), time(11), DAY + timedelta(days=198), frozenset(range(7)))
    activity = draft(station, daily)
    later = replace(ONCE, frequency=Frequency.DAILY, starts=time(14), ends=time(16), last_on=DAY + timedelta(days=1))
    assert len(shifts_of(activity)) == 199
    assert refusal(service.add_shifts, MANAGER, activity, later, Offer(), now=NOW).code == "too_many_shifts"


def test_team_only_needs_a_team(station: Station) -> None:
    wrong = replace(details(station), audience=Audience.TEAM)
    refused = refusal(service.draft_activity, MANAGER, wrong, now=NOW)
    assert (refused.code, refused.field) == ("no_team", "team_id")


def test_publishing_keeps_the_declarations_and_leaves_a_trail(station: Station) -> None:
    activity = published(station)
    assert (activity.state, activity.declarations) == (ActivityState.PUBLISHED, list(KEYS))
    assert activity.published_at == NOW
    (entry,) = trail("activities.publish")
    assert (entry.object_id, entry.region_code) == (str(activity.id), District.community)
    assert entry.details["declarations"] == list(KEYS)


def test_publishing_without_all_six_is_refused_at_the_declarations(station: Station) -> None:
    activity = draft(station)
    refused = refusal(service.publish, MANAGER, activity, list(KEYS[:5]), hints_confirmed=True, now=NOW)
    assert (refused.code, refused.field) == ("declarations_missing", "declarations")
    db.session.rollback()
    assert activity.state is ActivityState.DRAFT
    assert trail("activities.publish") == []


def test_a_telling_word_must_be_confirmed_and_the_confirmation_is_kept(station: Station) -> None:
    activity = draft(station)
    with transaction():
        service.edit_draft(activity, replace(details(station), title="养老院周末值班陪护"))
    assert (
        refusal(service.publish, MANAGER, activity, list(KEYS), hints_confirmed=False, now=NOW).field == "confirmed"
    )
    with transaction():
        service.publish(MANAGER, activity, list(KEYS), hints_confirmed=True, now=NOW)
    assert trail("activities.publish")[0].details["confirmed_words"] == ["值班"]


def test_nothing_is_published_without_shifts_risks_or_with_a_shift_that_has_begun(station: Station) -> None:
    bare, late, silent = draft(station, None), draft(station), draft(station)
    with transaction():
        service.edit_draft(silent, replace(details(station), risks=" "))

    def publish(activity: Activity, now: datetime) -> str:
        return refusal(service.publish, MANAGER, activity, list(KEYS), hints_confirmed=False, now=now).code

    assert publish(bare, NOW) == "no_shifts"
    assert publish(late, datetime(2026, 5, 16, 1, 0, tzinfo=UTC)) == "in_the_past"
    assert publish(silent, NOW) == "no_risks"


def test_a_published_activity_is_not_edited_but_copied(station: Station) -> None:
    activity = published(station)
    assert refusal(service.edit_draft, activity, details(station)).code == "not_a_draft"
    assert refusal(service.remove_shift, shifts_of(activity)[0]).code == "not_a_draft"
    with transaction():
        copied = service.copy_activity(MANAGER, activity, now=NOW)
    assert (copied.title, copied.state, copied.declarations, copied.published_at) == (
        activity.title,
        ActivityState.DRAFT,
        [],
        None,
    )
    assert shifts_of(copied) == []


def test_a_shift_leaves_a_draft_without_a_trace(station: Station) -> None:
    activity = draft(station)
    with transaction():
        service.remove_shift(activity.shifts[0])
    assert shifts_of(activity) == []


def test_publication_is_taken_back_only_while_nobody_ever_signed_up(station: Station) -> None:
    untouched, touched = published(station), published(station)
    make_sign_up(shifts_of(touched)[0], make_volunteer(District.community), SignUpState.WITHDRAWN)
    with transaction():
        service.unpublish(MANAGER, untouched, now=NOW)
    assert (untouched.state, untouched.published_at, untouched.declarations) == (ActivityState.DRAFT, None, [])
    assert refusal(service.unpublish, MANAGER, touched, now=NOW).code == "has_sign_ups"


def test_cancelling_keeps_past_shifts_and_sign_ups(station: Station) -> None:
    activity = published(station, replace(ONCE, frequency=Frequency.DAILY, last_on=DAY + timedelta(days=1)))
    first, second = shifts_of(activity)
    row = make_sign_up(second, make_volunteer(District.community))
    between = first.ends_at + timedelta(hours=3)
    with transaction():
        service.cancel(MANAGER, activity, " 台风 ", now=between)
    first, second = shifts_of(activity)
    assert (first.cancelled_at, second.cancelled_at) == (None, between)
    assert (activity.state, activity.cancel_reason) == (ActivityState.CANCELLED, "台风")
    assert db.session.get_one(SignUp, row.id).state is SignUpState.ACCEPTED
    assert trail("activities.cancel")[0].reason == "台风"
    assert refusal(service.cancel, MANAGER, activity, "再来", now=between).code == "activity_state"


def test_nothing_is_cancelled_under_the_feet_of_those_inside(station: Station) -> None:
    activity = published(station)
    (shift,) = shifts_of(activity)
    for inside in (shift.starts_at, shift.ends_at + timedelta(minutes=30)):
        assert refusal(service.cancel, MANAGER, activity, "下雨", now=inside).code == "shift_running"
    assert refusal(service.cancel_shift, MANAGER, shift, "下雨", now=shift.starts_at).code == "shift_started"


def test_cancelling_one_shift_leaves_the_others(station: Station) -> None:
    activity = published(station, replace(ONCE, frequency=Frequency.DAILY, last_on=DAY + timedelta(days=2)))
    with transaction():
        service.cancel_shift(MANAGER, shifts_of(activity)[1], "场地维修", now=NOW)
    assert [shift.cancelled_at is not None for shift in shifts_of(activity)] == [False, True, False]
    assert activity.state is ActivityState.PUBLISHED
    assert trail("activities.cancel_shift")[0].reason == "场地维修"
    again = refusal(service.cancel_shift, MANAGER, shifts_of(activity)[1], "场地维修", now=NOW)
    assert again.code == "activity_state"


@pytest.mark.parametrize("act", [service.cancel, service.cancel_shift])
def test_a_cancellation_says_why(station: Station, act: object) -> None:
    activity = published(station)
    thing = activity if act is service.cancel else shifts_of(activity)[0]
    refused = refusal(act, MANAGER, thing, "  ", now=NOW)
    assert (refused.code, refused.field) == ("no_reason", "reason")


def test_an_activity_is_closed_once_everybody_has_gone_home(station: Station) -> None:
    activity = published(station)
    end = shifts_of(activity)[0].ends_at
    assert refusal(service.close_activity, MANAGER, activity, now=end).code == "shifts_to_come"
    with transaction():
        service.close_activity(MANAGER, activity, now=end + timedelta(hours=2))
    assert activity.state is ActivityState.CLOSED
    late = refusal(service.add_shifts, MANAGER, activity, ONCE, Offer(), now=NOW)
    assert late.code == "activity_state"


def test_shifts_added_to_a_published_activity_leave_a_trail(station: Station) -> None:
    activity = published(station)
    with transaction():
        service.add_shifts(MANAGER, activity, replace(ONCE, first_on=date(2026, 6, 1)), Offer(), now=NOW)
    assert trail("activities.add_shifts")[0].details == {"shifts": 1}
    assert len(shifts_of(activity)) == 2


def test_a_sign_up_that_waited_for_an_unpublishing_finds_a_draft(station: Station) -> None:
    """`hold_shift` reads the activity after its lock; red if it used what the session knew before."""
    shift = make_shift(station, starts_at=NOW + timedelta(days=3), ends_at=NOW + timedelta(days=3, hours=2))
    volunteer = make_volunteer(District.community)
    with transaction():
        assert shift.activity.state is ActivityState.PUBLISHED
        db.session.connection().exec_driver_sql("UPDATE activities SET state = 'draft'")
        with pytest.raises(DomainError, match="not_published"):
            sign_ups.sign_up(MANAGER, shift.id, volunteer, now=NOW, minimum_age=6)


def test_a_project_gathers_activities(station: Station) -> None:
    with transaction():
        project = service.create_project(MANAGER, "情暖万家", station.id, "", now=NOW)
        activity = service.draft_activity(MANAGER, replace(details(station), project_id=project.id), now=NOW)
    assert activity.project_id == project.id
    assert trail("activities.create_project")[0].object_id == str(project.id)
