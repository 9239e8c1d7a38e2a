"""Queues of scans sent after an outage: what an item of a batch costs, and what the door feels meanwhile.

    python -m bench.sync [--engines sqlite,postgresql] [--part 5] [--items 20]

First a batch of 200 against 200 single scans, in this process: CPU, statements and Python calls an item.
Then a thousand phones that come back within 60 seconds, with twenty scans each, while check-ins go on one
by one at a door. Scaled to a small machine in time, not in rate: by `--part 5` 200 phones come within
12 seconds, as many in each second as the thousand would; `--part 1` is the whole. One gunicorn worker.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

from bench.throughput import gunicorn
from bench.traffic import Outcome, Wish, arrivals, offer, outcomes_in, share
from bench.world import Place, World, application, build, place
from volunteer_hub.core import clock
from volunteer_hub.core.db import db

BATCH = 200
PHONES, WITHIN = 1000, 60.0
#: Single check-ins a second at the doors that did not lose the network.
DOORS = 15
THREADS = 24
SCANS = "/api/v1/scans"


def main() -> None:
    """Run both engines and print their tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", default="sqlite,postgresql")
    parser.add_argument("--part", type=int, default=5, help="run only this part of the minute, at the same rate")
    parser.add_argument("--items", type=int, default=20, help="scans in each phone's queue")
    chosen = parser.parse_args()
    for engine in chosen.engines.split(","):
        with place(engine) as here:
            print(f"\n{engine}")
            _print_batches(here)
            _print_outage(here, PHONES // chosen.part, WITHIN / chosen.part, chosen.items)


# ---- A batch against single scans ----


@dataclass(frozen=True)
class Cost:
    """What each item cost, at best."""

    milliseconds: float
    statements: float
    calls: float


def _print_batches(here: Place) -> None:
    people = BATCH * 6
    world = build(here.empty("batches"), people)
    costs = {}
    for size in (1, BATCH):
        groups = [world.people[begin : begin + size] for begin in range(0, people if size > 1 else BATCH, size)]
        costs[size] = _cost(world, here.copy(world.uri, f"batch{size}"), groups)
    one, many = costs[1], costs[BATCH]
    print(f"{'an item of':>14}{'CPU ms min':>12}{'statements':>12}{'calls':>9}{'a batch, s':>12}")
    for size, cost in costs.items():
        whole = cost.milliseconds * size / 1000
        print(f"{size:14d}{cost.milliseconds:12.2f}{cost.statements:12.2f}{cost.calls:9.0f}{whole:12.3f}")
    ratios = (many.milliseconds / one.milliseconds, many.statements / one.statements, many.calls / one.calls)
    print(f"{'ratio':>14}{ratios[0]:12.2f}{ratios[1]:12.2f}{ratios[2]:9.2f}")


def _cost(world: World, uri: str, groups: list[tuple[int, ...]]) -> Cost:
    """Check the groups in, a batch each: most of them for time, the last for statements and for calls."""
    app = application(uri)
    client = app.test_client()
    size = len(groups[0])
    timed = []
    for group in groups[:-2]:
        before = time.process_time()
        _post(client, world, group)
        timed.append((time.process_time() - before) * 1000 / size)
    with app.app_context():
        engine = db.engine
    statements = _counted(engine, lambda: _post(client, world, groups[-2])) / size
    calls = _called(lambda: _post(client, world, groups[-1])) / size
    engine.dispose()
    return Cost(min(timed), statements, calls)


def _post(client: FlaskClient, world: World, group: tuple[int, ...]) -> None:
    answer = client.post(SCANS, data=_body(world, group), headers=_headers(world))
    said = Counter(outcomes_in(answer.data))
    if said != Counter(accepted=len(group)):
        raise SystemExit(f"not accepted: {said} {answer.data[:300]!r}")


def _headers(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.token}", "Content-Type": "application/json"}


def _body(world: World, group: tuple[int, ...]) -> bytes:
    now = clock.now()
    return json.dumps({"items": [world.item(who, "in", secrets.token_hex(16), now) for who in group]}).encode()


def _counted(engine: Any, act: Callable[[], None]) -> int:
    count = 0

    def tick(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal count
        count += not statement.startswith("BEGIN")

    event.listen(engine, "before_cursor_execute", tick)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", tick)
    return count


def _called(act: Callable[[], None]) -> int:
    count = 0

    def tick(_frame: Any, kind: str, _argument: Any) -> None:
        nonlocal count
        count += kind == "call"

    sys.setprofile(tick)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


# ---- After an outage ----


def _print_outage(here: Place, phones: int, within: float, items: int) -> None:
    """Let the doors alone for a while, then let the phones come back; compare what the doors felt."""
    chance = random.Random(7)
    quiet = arrivals(DOORS, within, chance)
    busy = arrivals(DOORS, within, chance)
    world = build(here.empty("outage"), phones * items + len(quiet) + len(busy) + 20)
    people = iter(world.people)

    def single(at: float) -> tuple[float, Wish]:
        return at, Wish("door", "POST", SCANS, world.token, _body(world, (next(people),)), patient=True)

    def phone() -> tuple[float, Wish]:
        group = tuple(next(people) for _ in range(items))
        return chance.uniform(0, within), Wish("phone", "POST", SCANS, world.token, _body(world, group), patient=True)

    with gunicorn("bench.throughput:hub()", world.uri, threads=THREADS) as port:
        offer(port, [single(at / 10) for at in range(20)])
        alone = offer(port, [single(at) for at in quiet])
        both = offer(port, [*(single(at) for at in busy), *(phone() for _ in range(phones))], tries=40)
    _say_outage(alone, both, within, items)


def _say_outage(alone: list[Outcome], both: list[Outcome], within: float, items: int) -> None:
    singles = [one for one in both if one.wish.kind == "door"]
    phones = [one for one in both if one.wish.kind == "phone"]
    print(f"{len(phones)} phones with {items} scans each within {within:.0f} s; {DOORS} single check-ins a second:")
    print(f"{'':26}{'n':>6}{'median ms':>11}{'p99 ms':>9}{'sent away':>11}{'had in the end':>16}")
    for name, every in (("single, nobody else", alone), ("single, phones syncing", singles), ("phone", phones)):
        times = [one.first * 1000 for one in every]
        away = sum(not one.good_at_once for one in every)
        had = sum(one.good and _kept(one) for one in every)
        print(f"{name:26}{len(every):6d}{share(times, 0.5):11.0f}{share(times, 0.99):9.0f}{away:11d}{had:16d}")
    ratio = share([one.first for one in singles], 0.99) / share([one.first for one in alone], 0.99)
    waits = [one.whole for one in phones]
    statuses = Counter(status for one in both for status in one.statuses)
    print(f"p99 of a single check-in: {ratio:.1f} of that alone; the last phone was done after {max(waits):.1f} s")
    print(f"answers {dict(statuses)}")


def _kept(outcome: Outcome) -> bool:
    return all(said == "accepted" for said in outcomes_in(outcome.body))


if __name__ == "__main__":
    main()
