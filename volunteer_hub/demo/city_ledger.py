"""Writes three years of the large demonstration's ledger day by day, in the order in which it was recorded."""

from __future__ import annotations

from collections import defaultdict
from operator import itemgetter
from random import Random

from volunteer_hub.demo.city_books import Line
from volunteer_hub.demo.city_doors import Doors
from volunteer_hub.demo.city_people import Calendar, Crowd
from volunteer_hub.demo.city_plan import DAYS, MADE_UP, REVERSED, TIMED, CityPlan
from volunteer_hub.ledger.models import EntryKind, HoursClass

IMPORTED_MINUTES = (45, 60, 60, 90, 90, 120, 120, 120, 150, 180, 240, 300)
#: Files from elsewhere come within so many days, and of a hundred lines so many much later.
USUAL_LAG, LATE_LAG, LATE = 30, 150, 6
#: Of a hundred imported hours so many were served at a street's institute, the others at the community's post.
AT_INSTITUTE = 18
#: A line taken back is taken back within so many days.
REGRET = 60
REVERSED_BECAUSE = "导入重复，冲正"
MORNING, OPEN_SECONDS = 28_800, 43_200


class CityLedger:
    """Goes through the days. What is known only later waits in `due` for its day: a few thousand lines at most."""

    def __init__(self, plan: CityPlan, crowd: Crowd, calendar: Calendar, doors: Doors, random: Random) -> None:
        self.plan, self.crowd, self.calendar, self.random = plan, crowd, calendar, random
        self.doors, self.books, self.ground = doors, doors.books, doors.ground
        self.due: defaultdict[int, list[Line]] = defaultdict(list)
        self.known = [plan.registered_before(day) for day in range(DAYS)]
        self.imported = 0
        #: Sessions and make-ups asked for so far.
        self.timed = self.made_up = 0

    def write(self) -> None:
        """Write every day; the ledger then has exactly as many lines as planned."""
        written = 0
        for day in range(DAYS):
            lines = self._lines(day, self.plan.lines_until(day) - written)
            lines.sort(key=itemgetter(0))
            ids = self.books.enter(lines)
            written += len(lines)
            for identity, line in zip(ids, lines, strict=True):
                if line.source.startswith("import:") and self.random.randrange(1000) < REVERSED:
                    self._reverse(day, identity, line)
        if self.due.pop(DAYS, None):
            raise RuntimeError("more was decided in the last days than there was room for")
        self.books.close()

    def _lines(self, day: int, room: int) -> list[Line]:
        """Return at most so many lines recorded on a day: what was due, who was scanned, and imports."""
        due = self.due.pop(day, [])
        lines, rest = due[:room], due[room:]
        self.due[day + 1] += rest
        for later, line in self._doors(day, room - len(lines)):
            if later == day:
                lines.append(line)
            else:
                self.due[later].append(line)
        return lines + [self._imported(day) for _ in range(room - len(lines))]

    def _doors(self, day: int, room: int) -> list[tuple[int, Line]]:
        lines = self.plan.lines_until(day)
        timed = min(room, lines * TIMED // 1000 - self.timed)
        made_up = lines * MADE_UP // 1000 - self.made_up if timed else 0
        self.timed += timed
        self.made_up += made_up
        there: dict[int, None] = {}
        while len(there) < timed + made_up:
            there[self._somebody(day)] = None
        people = list(there)
        return list(self.doors.serve(day, people[:timed], people[timed:]))

    def _somebody(self, day: int) -> int:
        """Return the place of somebody registered on a day, the eager ones oftener."""
        count, eager, leaves_on, chance = self.known[day], self.crowd.eager, self.crowd.leaves_on, self.random.random
        while True:
            place = int(chance() * count)
            if chance() * 255 < eager[place] and leaves_on[place] > day:
                return place

    def _imported(self, day: int) -> Line:
        """Return hours served elsewhere on an earlier day, as a file brought them on this one."""
        random, ground = self.random, self.ground
        lag = random.randrange(LATE_LAG if random.random() * 100 < LATE else USUAL_LAG)
        served = max(0, day - lag)
        place = self._somebody(served)
        community = self.crowd.community_on(place, served)
        squad = self.crowd.squad[place]
        institute = random.random() * 100 < AT_INSTITUTE
        self.imported += 1
        return Line(
            self.calendar.instant(day, MORNING + int(random.random() * OPEN_SECONDS)),
            self.crowd.ids[place],
            random.choice(IMPORTED_MINUTES),
            HoursClass.D.value,
            self.calendar.day(served),
            f"import:0:{self.imported}",
            ground.communities[community],
            ground.institutes[ground.streets[community]] if institute else ground.posts[community],
            ground.squads[squad - 1] if squad else None,
            ground.office,
        )

    def _reverse(self, day: int, identity: int, line: Line) -> None:
        later = day + self.random.randrange(1, REGRET)
        if later < DAYS:
            self.due[later].append(
                line._replace(
                    recorded_at=self.calendar.instant(later, MORNING + identity * 7919 % OPEN_SECONDS),
                    minutes=-line.minutes,
                    source=f"reversal:{identity}",
                    reason=REVERSED_BECAUSE,
                    kind=EntryKind.REVERSAL.value,
                    reverses_id=identity,
                )
            )
