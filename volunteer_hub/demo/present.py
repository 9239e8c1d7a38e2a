"""What goes on around today: service of the last weeks, shifts open all day, activities to sign up for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select

from volunteer_hub.activities.models import Activity, ActivityState, Audience, Shift, SignUp, SignUpState
from volunteer_hub.activities.prohibited import KEYS
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.demo import bulk
from volunteer_hub.demo.activities import RISKS, USUAL_RISK
from volunteer_hub.demo.bulk import Progress, Row
from volunteer_hub.demo.people import Person
from volunteer_hub.demo.places import Place
from volunteer_hub.demo.staff import OWN_STREET
from volunteer_hub.demo.teams import ProjectPlace, Squad
from volunteer_hub.stations.models import Station, StationKind

ALL_DAY_TITLE = "文明实践驿站全天服务"
#: Days from today, start, end, project, title, places, of which taken.
COMING = (
    (1, time(9), time(11), "情暖万家", "敬老送餐", 12, 9),
    (2, time(14), time(16), "清洁家园", "河岸捡拾垃圾", 30, 11),
    (3, time(18), time(20), "文艺骑兵", "广场惠民演出", 20, 20),
    (4, time(7), time(8, 30), "文明斑马线", "校门口护学", 8, 5),
    (6, time(9), time(12), "希望课堂", "课后作业辅导", 10, 4),
    (9, time(13, 30), time(16), "健康敲门", "上门量血压", None, 6),
    (12, time(9), time(11, 30), "科普进万家", "防诈骗宣传", 15, 2),
)
#: For so many days from today the all-day shift is there; each start adds what is missing.
DAYS = 7


def write_coming(
    places: list[Place],
    projects: list[ProjectPlace],
    squads: list[Squad],
    managers: dict[str, int],
    random: Random,
    progress: Progress,
    *,
    now: datetime,
) -> list[tuple[int, int]]:
    """Insert what can be signed up for; return the shifts with how many of their places are taken."""
    own = [place for place in places if place.street_code == OWN_STREET]
    institute = next(place for place in own if place.kind is StationKind.INSTITUTE)
    posts = [place for place in places if place.kind is StationKind.POST]
    activity_ids = bulk.keys(Activity, 1 + len(COMING))
    shift_ids = iter(bulk.keys(Shift, DAYS + len(COMING)))
    manager = managers[OWN_STREET]
    activities = [_all_day(activity_ids[0], institute, projects[0], manager, now)]
    shifts = [
        _shift(next(shift_ids), activity_ids[0], day, (time.min, time.min), None, now)
        for day in (clock.civil_date(now) + timedelta(days=number) for number in range(DAYS))
    ]
    taken: list[tuple[int, int]] = []
    by_name = {project.name: project for project in projects}
    for number, (identity, coming) in enumerate(zip(activity_ids[1:], COMING, strict=True)):
        days, starts, ends, name, work, room, holding = coming
        station = own[number % len(own)] if number % 2 == 0 else random.choice(posts)
        row = _activity(identity, station, by_name[name], f"{name}·{work}", managers[station.street_code], now)
        if name == "希望课堂":
            row["needs_approval"] = True
        if name == "健康敲门":
            row |= {"audience": Audience.TEAM, "team_id": squads[0].id}
        activities.append(row)
        shift_id = next(shift_ids)
        day = clock.civil_date(now) + timedelta(days=days)
        shifts.append(_shift(shift_id, identity, day, (starts, ends), room, now))
        taken.append((shift_id, holding))
    bulk.write(Activity, activities, progress)
    bulk.write(Shift, shifts, progress)
    return taken


def write_coming_sign_ups(
    taken: list[tuple[int, int]],
    first: int,
    people: list[Person],
    ids: list[int],
    random: Random,
    progress: Progress,
    *,
    now: datetime,
) -> None:
    """Fill the places that are taken with different people; `first` has one at the first of the shifts."""
    adults = [place for place, person in enumerate(people) if person.guardian is None and ids[place] != first]
    chosen = iter(random.sample(adults, min(len(adults), sum(count for _, count in taken))))
    rows: list[Row] = []
    for number, (shift_id, count) in enumerate(taken):
        who = [first] if number == 0 else []
        who += [ids[place] for place in (next(chosen, None) for _ in range(count - len(who))) if place is not None]
        rows += [_sign_up(shift_id, volunteer_id, random, now) for volunteer_id in who]
    for identity, row in zip(bulk.keys(SignUp, len(rows)), rows, strict=True):
        row["id"] = identity
    bulk.write(SignUp, rows, progress)


def top_up(*, now: datetime) -> int:
    """Let the activities that have run out happen again, at the same time of day; return how many shifts that adds.

    Whoever starts the demonstration weeks later finds a shift to serve at today, and others to sign up for.
    """
    added: list[Row] = []
    statement = (
        select(Activity)
        .join(Station, Station.id == Activity.station_id)
        .where(Station.is_demonstration, Activity.state == ActivityState.PUBLISHED)
        .order_by(Activity.id)
    )
    today = clock.civil_date(now)
    offsets = {f"{name}·{work}": days for days, _, _, name, work, _, _ in COMING}
    for activity in db.session.scalars(statement).all():
        if activity.title == ALL_DAY_TITLE:
            there = {clock.civil_date(shift.starts_at) for shift in activity.shifts}
            days = [today + timedelta(days=number) for number in range(DAYS)]
            added += [
                _shift(0, activity.id, day, (time.min, time.min), None, now) for day in days if day not in there
            ]
        elif activity.title in offsets and all(shift.starts_at < now for shift in activity.shifts):
            last = activity.shifts[-1]
            hours = (clock.local(last.starts_at).time(), clock.local(last.ends_at).time())
            day = today + timedelta(days=offsets[activity.title])
            added.append(_shift(0, activity.id, day, hours, last.capacity, now))
    for identity, row in zip(bulk.keys(Shift, len(added)), added, strict=True):
        row["id"] = identity
    bulk.write(Shift, added, lambda rows: None)
    return len(added)


def _all_day(identity: int, station: Place, project: ProjectPlace, manager: int, now: datetime) -> Row:
    row = _activity(identity, station, project, ALL_DAY_TITLE, manager, now)
    row["content"] = "接待来访居民、引导办事、整理图书、陪老人聊天。全天都可以来，来时签到，走时签退。"
    return row


def _activity(identity: int, station: Place, project: ProjectPlace, title: str, manager: int, now: datetime) -> Row:
    return {
        "id": identity,
        "project_id": project.id,
        "station_id": station.id,
        "team_id": None,
        "title": title,
        "category": project.category,
        "content": f"{project.work}集合后由带队人说明分工，结束时签退。",
        "risks": RISKS.get(project.category, USUAL_RISK),
        "place": station.name,
        "contact_name": "王站长",
        "contact_phone": "0437-5550220",
        "audience": Audience.EVERYONE,
        "needs_approval": False,
        "state": ActivityState.PUBLISHED,
        "declarations": list(KEYS),
        "created_at": now - timedelta(days=2),
        "created_by": manager,
        "published_at": now - timedelta(days=1),
        "published_by": manager,
        "cancelled_at": None,
        "cancel_reason": None,
    }


def _shift(
    identity: int, activity_id: int, day: date, hours: tuple[time, time], room: int | None, now: datetime
) -> Row:
    starts, ends = hours
    ends_at = clock.at(day + timedelta(days=ends <= starts), ends)
    all_day = ends <= starts
    return {
        "id": identity,
        "activity_id": activity_id,
        "starts_at": clock.at(day, starts),
        "ends_at": ends_at,
        "capacity": room,
        "taken": 0,
        "sign_up_opens_at": min(now - timedelta(days=1), clock.at(day, starts)),
        "sign_up_closes_at": ends_at if all_day else clock.at(day, starts) - timedelta(minutes=30),
        "cancelled_at": None,
    }


def _sign_up(shift_id: int, volunteer_id: int, random: Random, now: datetime) -> Row:
    asked_at = now - timedelta(minutes=random.randrange(10, 1300))
    return {
        "shift_id": shift_id,
        "volunteer_id": volunteer_id,
        "team_id": None,
        "state": SignUpState.ACCEPTED,
        "asked_at": asked_at,
        "changed_at": asked_at,
        "changed_by": None,
        "reason": None,
    }
