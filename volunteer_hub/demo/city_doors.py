"""One day at the doors of the large demonstration: shifts with their scans and sessions, and make-ups."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from volunteer_hub.activities.models import Activity, ActivityState, Audience, Shift
from volunteer_hub.activities.prohibited import KEYS
from volunteer_hub.amendments.models import MakeUp, RequestState
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.items import ScanItem
from volunteer_hub.checkin.models import CloseKind, Direction, EntryPoint, Outcome, Scan, ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.demo.activities import USUAL_RISK, WORK
from volunteer_hub.demo.city_books import Books, Line
from volunteer_hub.demo.city_ground import Ground
from volunteer_hub.demo.city_people import Crowd
from volunteer_hub.demo.city_plan import DAYS
from volunteer_hub.demo.records import CLOSED_AFTER, CONFIRMED_BECAUSE
from volunteer_hub.demo.teams import PROJECTS
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.policy import Policy, credit_minutes, whole_minutes
from volunteer_hub.reviews.models import CaseKind, Decision, ReviewCase

#: So many serve at a shift.
CREW = 24
LENGTHS = (60, 90, 120, 120, 120, 150, 180, 240)
#: Of a hundred who come so many forget to check out, and a manager confirms them within so many days.
FORGOTTEN, THINKING = 4, 10
MAKE_UP_BECAUSE = "现场断网未能扫码，签到表有本人签名"


@dataclass(frozen=True)
class Meeting:
    """A shift as its sessions and make-ups refer to it."""

    id: int
    station_id: int
    manager: int
    starts_at: datetime
    ends_at: datetime


class Doors:
    """Writes what happens at the doors; what is decided on a later day is handed out for that day."""

    def __init__(
        self, books: Books, ground: Ground, crowd: Crowd, rules: tuple[Policy, int], first_day: date, random: Random
    ) -> None:
        self.books, self.ground, self.crowd = books, ground, crowd
        #: The policy, and the picture that is every make-up's evidence.
        self.policy, self.evidence = rules
        self.first_day, self.random = first_day, random

    def serve(self, day: int, people: list[int], made_up: list[int]) -> Iterator[tuple[int, Line]]:
        """Yield (day, line) of everybody who serves on a day, nobody twice: those scanned, then those made up."""
        people = sorted(people, key=lambda place: (self.crowd.community_on(place, day), place))
        meeting = None
        for start in range(0, len(people), CREW):
            crew = people[start : start + CREW]
            meeting = self._meet(day, self.crowd.community_on(crew[len(crew) // 2], day))
            for place in crew:
                forgot = self.random.randrange(100) < FORGOTTEN and day + THINKING < DAYS
                yield self._stay(day, place, meeting, forgot=forgot)
        for place in made_up:
            if meeting is not None and day + THINKING < DAYS:
                yield self._make_up(day, place, meeting)

    def _meet(self, day: int, community: int) -> Meeting:
        """Publish an activity with one shift in a community."""
        random, ground = self.random, self.ground
        street = ground.streets[community]
        begin = clock.at(self.first_day + timedelta(days=day)) + timedelta(minutes=15 * random.randrange(32, 62))
        end = begin + timedelta(minutes=random.choice(LENGTHS))
        (activity,), (shift,) = self.books.number(Activity, 1), self.books.number(Shift, 1)
        number = random.randrange(len(PROJECTS))
        name, category, work = PROJECTS[number]
        manager, published = ground.managers[street], stored(begin - timedelta(days=7))
        self.books.add(
            Activity, activity, ground.projects[number], ground.posts[community], None,
            f"{name}·{random.choice(WORK[name])}", category, work, USUAL_RISK, "社区实践站", "王站长", "000-5550000",
            Audience.EVERYONE.value, 0, ActivityState.CLOSED.value, json.dumps(list(KEYS)), published, manager,
            published, manager,
        )  # fmt: skip
        closes = stored(begin - timedelta(hours=1))
        self.books.add(Shift, shift, activity, stored(begin), stored(end), published, closes)
        return Meeting(shift, ground.posts[community], manager, begin, end)

    def _stay(self, day: int, place: int, meeting: Meeting, *, forgot: bool) -> tuple[int, Line]:
        random = self.random
        came = meeting.starts_at + timedelta(seconds=random.randrange(-1500, 600))
        left = meeting.ends_at + timedelta(seconds=0 if forgot else random.randrange(-600, 1200))
        credit = credit_minutes(
            self.policy, planned_start=meeting.starts_at, planned_end=meeting.ends_at, in_at=came, out_at=left
        )
        arrival = self._scan(place, meeting, Direction.IN, came, "checked_in")
        departure = None if forgot else self._scan(place, meeting, Direction.OUT, left, "checked_out")
        (session,) = self.books.number(ServiceSession, 1)
        hours_class = HoursClass.B if forgot else HoursClass.A
        closed = CloseKind.LEADER if forgot else CloseKind.SCANNED
        region, team = self._belongs(place, day)
        self.books.add(
            ServiceSession, session, self.crowd.ids[place], meeting.id, meeting.station_id, team, region,
            stored(came), stored(left), arrival, departure, closed.value, credit.raw, credit.credited,
            ",".join(credit.reductions), hours_class.value, 1,
        )  # fmt: skip
        known, decided_on, reason = left, day, None
        if forgot:
            decided_on = day + random.randrange(1, THINKING)
            known = left + timedelta(days=decided_on - day, minutes=random.randrange(90))
            reason = random.choice(CONFIRMED_BECAUSE)
            self._decide(session, meeting, known, reason)
        line = Line(
            stored(known), self.crowd.ids[place], credit.credited, hours_class.value, self._day(day),
            f"session:{session}", region, meeting.station_id, team, None if forgot else meeting.manager, meeting.id,
            meeting.manager if forgot else None, reason,
        )  # fmt: skip
        return decided_on, line

    def _scan(self, place: int, meeting: Meeting, direction: Direction, at: datetime, reason: str) -> int:
        (scan,) = self.books.number(Scan, 1)
        volunteer_id, nonce = self.crowd.ids[place], f"{self.random.getrandbits(128):032x}"
        code = codes.personal_code(volunteer_id, at)
        item = ScanItem(nonce, code, direction, meeting.id, EntryPoint.MANAGER_SCAN)
        use = f"p:{volunteer_id}:{codes.slot_of(at, codes.PERSONAL_SECONDS)}"
        self.books.add(
            Scan, scan, nonce, item.digest, direction.value, EntryPoint.MANAGER_SCAN.value, code, meeting.id,
            meeting.station_id, volunteer_id, meeting.manager, stored(at), stored(at), Outcome.ACCEPTED.value, reason,
            "{}", use, 1,
        )  # fmt: skip
        return scan

    def _decide(self, session: int, meeting: Meeting, at: datetime, reason: str) -> None:
        (case,) = self.books.number(ReviewCase, 1)
        self.books.add(
            ReviewCase, case, CaseKind.AUTOMATIC_CLOSE.value, session, meeting.station_id,
            stored(meeting.ends_at + CLOSED_AFTER), stored(at), meeting.manager, Decision.CONFIRMED.value,
            stored(meeting.ends_at), reason,
        )  # fmt: skip

    def _make_up(self, day: int, place: int, meeting: Meeting) -> tuple[int, Line]:
        """Write an approved make-up of the whole shift: asked for by its manager, decided by the Office."""
        (make_up,) = self.books.number(MakeUp, 1)
        region, team = self._belongs(place, day)
        volunteer_id, minutes = self.crowd.ids[place], whole_minutes(meeting.starts_at, meeting.ends_at)
        decided_on = day + self.random.randrange(2, THINKING)
        asked = stored(meeting.ends_at + timedelta(hours=2))
        decided = stored(meeting.ends_at + timedelta(days=decided_on - day))
        self.books.add(
            MakeUp, make_up, volunteer_id, meeting.id, meeting.station_id, region, stored(meeting.starts_at),
            stored(meeting.ends_at), minutes, self._day(day)[:7], MAKE_UP_BECAUSE, self.evidence, meeting.manager,
            asked, 0, asked, RequestState.APPROVED.value, self.ground.office, decided,
        )  # fmt: skip
        line = Line(
            decided, volunteer_id, minutes, HoursClass.C.value, self._day(day), f"make-up:{make_up}", region,
            meeting.station_id, team, meeting.manager, meeting.id, self.ground.office, MAKE_UP_BECAUSE,
        )  # fmt: skip
        return decided_on, line

    def _belongs(self, place: int, day: int) -> tuple[str, int | None]:
        squad = self.crowd.squad[place]
        return (
            self.ground.communities[self.crowd.community_on(place, day)],
            self.ground.squads[squad - 1] if squad else None,
        )

    def _day(self, day: int) -> str:
        return (self.first_day + timedelta(days=day)).isoformat()


def stored(instant: datetime) -> str:
    """Return an instant as both engines store it."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
