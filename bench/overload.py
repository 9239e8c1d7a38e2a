"""Twice as much asked as can be done: check-ins go on, pages and exports are told when to come again.

    python -m bench.overload [--engines sqlite,postgresql] [--seconds 20] [--times 2]

One gunicorn worker. First the capacity for a mix (4 check-ins, 5 pages, 1 export of ten) with a few clients
that ask one after the other, the better of two readings. Then that rate times two, at instants of chance,
whatever becomes of those before; half the capacity before and after it, to see whether all is as it was.
Check-ins come again when they are told to, under the same nonce, as the scanner's queue does; pages and exports
do not. The same once more with the door left open: everybody is let in, as without admission control.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import secrets
from collections import Counter
from collections.abc import Iterator

from bench.throughput import gunicorn
from bench.traffic import Outcome, Wish, arrivals, closed, offer, outcomes_in, share
from bench.world import Place, World, build, place
from volunteer_hub.core import clock

MIX = ("check-in",) * 4 + ("page",) * 5 + ("export",)
PAGES = ("/activities", "/stations", "/", "/teams")
EXPORTS = ("/office/statistics.xlsx", "/office/statistics.csv")
CLIENTS, THREADS = 8, 24
WARM, MEASURED, AFTER = 2.0, 6.0, 6.0
PEOPLE = 12_000


def main() -> None:
    """Run the engines, each with the door kept and with the door open."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", default="sqlite,postgresql")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--times", type=float, default=2)
    chosen = parser.parse_args()
    for engine in chosen.engines.split(","):
        with place(engine) as here:
            run(here, chosen.seconds, chosen.times)


def run(here: Place, seconds: float, times: float) -> None:
    """Overload one engine with the door kept, then with it open, each at its own capacity of that minute."""
    world = build(here.empty("world"), PEOPLE)
    for name, environment in (("door kept", {}), ("door open", {"OPEN_DOOR": "1"})):
        uri = here.copy(world.uri, name.replace(" ", "_"))
        wishes = Wishes(world)
        with gunicorn("bench.throughput:hub()", uri, threads=THREADS, **environment) as port:
            closed(port, wishes, CLIENTS, WARM)
            capacity = max(closed(port, wishes, CLIENTS, MEASURED) for _ in range(2))
            print(
                f"\n{here.engine}, {name}: capacity {capacity:.0f} of the mix a second; offered {times:g} times that"
            )
            before = offer(port, wishes.arriving(capacity / 2, AFTER))
            during = offer(port, wishes.arriving(capacity * times, seconds))
            after = offer(port, wishes.arriving(capacity / 2, AFTER))
        _print(during, seconds, capacity)
        _print_calm({"before": before, "after": after})


class Wishes:
    """An endless mix of requests; everybody checks in once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people = itertools.cycle(world.people)
        self._chance = random.Random(5)
        self._turn = itertools.count()

    def __iter__(self) -> Iterator[Wish]:
        return self

    def __next__(self) -> Wish:
        kind = self._chance.choice(MIX)
        if kind == "check-in":
            item = self._world.item(next(self._people), "in", secrets.token_hex(16), clock.now())
            body = json.dumps({"items": [item]}).encode()
            return Wish(kind, "POST", "/api/v1/scans", self._world.token, body, patient=True)
        paths = PAGES if kind == "page" else EXPORTS
        return Wish(kind, "GET", paths[next(self._turn) % len(paths)], self._world.office)

    def arriving(self, rate: float, seconds: float) -> list[tuple[float, Wish]]:
        """Return the wishes of so many seconds with the instants at which they come."""
        return [(at, next(self)) for at in arrivals(rate, seconds, self._chance)]


def _print(during: list[Outcome], seconds: float, capacity: float) -> None:
    print(f"{len(during)} requests in {seconds:.0f} s")
    print(f"{'':10}{'n':>6}{'at once':>10}{'in the end':>12}{'median ms':>11}{'p99 ms':>9}  answers")
    for kind in dict.fromkeys(MIX):
        mine = [one for one in during if one.wish.kind == kind]
        times = [one.first * 1000 for one in mine if one.good_at_once]
        answers = dict(Counter(status for one in mine for status in one.statuses))
        once = sum(one.good_at_once for one in mine) / len(mine)
        print(
            f"{kind:10}{len(mine):6d}{once:10.2%}{sum(map(_had, mine)) / len(mine):12.2%}"
            f"{share(times, 0.5):11.0f}{share(times, 0.99):9.0f}  {answers}"
        )
    refusals = [(status, told) for one in during for status, told in zip(one.statuses, one.told, strict=True)]
    away = sum(status in (429, 503) for status, _ in refusals)
    silent = sum(status in (429, 503) and not told for status, told in refusals)
    broken = sum(status in (0, 500, 502, 504) for status, _ in refusals)
    good = sum(one.good_at_once and one.first < 1.5 for one in during)
    print(f"  sent away {away}, {silent} of them without Retry-After; broken or given up {broken}")
    print(f"  good within 1.5 s: {good / seconds:.0f} a second, {good / seconds / capacity:.2f} of capacity")


def _print_calm(phases: dict[str, list[Outcome]]) -> None:
    for name, every in phases.items():
        late = [one.first * 1000 for one in every if one.wish.kind == "check-in"]
        good = Counter(one.wish.kind for one in every if one.good_at_once)
        asked = Counter(one.wish.kind for one in every)
        shares = ", ".join(f"{kind} {good[kind]} of {asked[kind]}" for kind in dict.fromkeys(MIX))
        print(
            f"  {name}, at half the capacity: {shares} at once; check-in median {share(late, 0.5):.0f}", end=" ms, "
        )
        print(f"p99 {share(late, 0.99):.0f} ms")


def _had(one: Outcome) -> bool:
    """Tell whether it was had: a check-in, once and for all, anything else with 200."""
    return one.good and (one.wish.kind != "check-in" or outcomes_in(one.body)[0] in ("accepted", "already"))


if __name__ == "__main__":
    main()
