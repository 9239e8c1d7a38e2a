"""What check-ins feel while large files are made: alone, beside a worker, and with the files made inside the server.

    python -m bench.neighbours [--people 300000] [--engines sqlite,postgresql] [--rounds 3]

Check-ins are offered at a steady pace to one gunicorn worker, with a page of figures now and then, whatever
becomes of those before. The last way is the negative control: the same making in a thread of the server.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import func, insert, select, update

from bench.sync import share
from bench.throughput import gunicorn
from bench.traffic import Outcome, Wish, offer
from bench.world import World, _volunteer, application, build, place
from tests.makers.accounts import make_staff
from volunteer_hub.accounts.models import Role
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.exchange import catalogue, export_jobs, exports
from volunteer_hub.exchange.models import ExportJob, ExportState, Writing
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import STILL, Standing, Volunteer
from volunteer_hub.web.i18n import say

#: Check-ins and pages a second, and for how long, and how many files lie ready to be made.
PACE, PAGES, SECONDS, FILES = 15, 0.5, 40.0, 60
#: Alone and beside a worker in turns, because the machine changes meanwhile: each pair gives a ratio.
ROUNDS = 3
EARLIER = datetime(2000, 1, 1, tzinfo=UTC)
THREADS = 24
AT_ONCE = 5_000
ROOT = Path(__file__).resolve().parents[1]


def run(engine: str, people: int, rounds: int = ROUNDS) -> None:
    """Measure one engine and print its table."""
    ways: list[tuple[str, Callable[[World], Any]]] = [("alone", _nothing), ("beside a worker", _worker)] * rounds
    ways += [("alone", _nothing), ("inside", _nothing)]
    with place(engine) as here:
        world = build(here.empty("world"), int(PACE * SECONDS + 20) * len(ways))
        _settle(world, people)
        queue = iter(world.people)
        print(
            f"\n{engine}: {PACE} check-ins a second for {SECONDS:.0f} s, {PAGES} pages of figures, while others make"
        )
        print(f"files of {people:9,} people{'median ms':>12}{'p99 ms':>9}{'had':>7}{'made':>6}{'WAL MB':>9}")
        felt: list[tuple[str, float]] = []
        for name, way in ways:
            before = _count(world, ExportState.READY)
            times, had, log = _felt(world, queue, way, inside=name == "inside")
            made = _count(world, ExportState.READY) - before
            print(
                f"{name:25}{share(times, 0.5):12.0f}{share(times, 0.99):9.0f}{had:7d}{made:6d}{log:9.1f}", flush=True
            )
        pairs = list(zip(felt[::2], felt[1::2], strict=True))
        for name in ("beside a worker", "inside"):
            ratios = [busy / alone for (_, alone), (other, busy) in pairs if other == name]
            said = ", ".join(f"{ratio:.2f}" for ratio in ratios)
            print(f"p99 {name} of alone just before: {said}; median {median(ratios):.2f}")
        print("aim: the median beside a worker at most 1.5")


def _felt(world: World, queue: Iterator[int], way: Any, *, inside: bool) -> tuple[list[float], int, float]:
    """Return the milliseconds of each check-in, how many were had, and the largest log of SQLite in MB."""
    target = "bench.neighbours:making()" if inside else "bench.throughput:hub()"
    with gunicorn(target, world.uri, threads=THREADS) as port, _watched(world.uri) as log, way(world):
        offer(port, [_single(world, queue, at / 10) for at in range(20)])
        wishes = [_single(world, queue, at / PACE) for at in range(int(PACE * SECONDS))]
        pages = [(at / PAGES, _page(world)) for at in range(int(PAGES * SECONDS))]
        outcomes = offer(port, sorted([*wishes, *pages], key=lambda one: one[0]))
    doors = [one for one in outcomes if one.wish.kind == "door"]
    return [one.first * 1000 for one in doors], sum(map(_accepted, doors)), max(log, default=0) / 2**20


def _accepted(one: Outcome) -> bool:
    return one.good and b'"accepted"' in one.body


def _single(world: World, queue: Iterator[int], at: float) -> tuple[float, Wish]:
    items = [world.item(next(queue), "in", secrets.token_hex(16), clock.now())]
    body = json.dumps({"items": items}).encode()
    return at, Wish("door", "POST", "/api/v1/scans", world.token, body, patient=True)


def _page(world: World) -> Wish:
    return Wish("page", "GET", "/api/v1/statistics/ratios", world.office)


@contextmanager
def _nothing(_world: World) -> Iterator[None]:
    yield


@contextmanager
def _worker(world: World) -> Iterator[None]:
    """Let the process of the timetable make files meanwhile, from when it has begun with the first."""
    words = [sys.executable, *export_jobs.WORKER]
    environment = {**os.environ, "DATABASE_URL": world.uri}
    process = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None and not _count(world, ExportState.WORKING):
            time.sleep(0.2)
        yield
    finally:
        process.kill()
        process.wait()
        _give_back(world)


def _give_back(world: World) -> None:
    """Let the file on which the worker was killed be made by the next one at once."""
    lapsed = update(ExportJob).where(ExportJob.state == ExportState.WORKING).values(held_until=EARLIER)
    with application(world.uri).app_context():
        with transaction():
            db.session.execute(lapsed)
        db.session.remove()
        db.engine.dispose()


@contextmanager
def _watched(uri: str) -> Iterator[list[int]]:
    """Keep the sizes of SQLite's log meanwhile."""
    sizes: list[int] = []
    over = threading.Event()
    log = Path(uri.removeprefix("sqlite:///") + "-wal")

    def look() -> None:
        while not over.wait(0.2):
            if log.exists():
                sizes.append(log.stat().st_size)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield sizes
    finally:
        over.set()
        watcher.join()


def making() -> Any:
    """Return the application with files made in a thread of its own process, for gunicorn."""
    app = application(os.environ["BENCH_URI"])

    def make() -> None:
        with app.app_context():
            export_jobs.work_off()

    threading.Thread(target=make, daemon=True).start()
    return app


def _settle(world: World, people: int) -> None:
    """Fill the register up to so many people, and lay the files out that are to be made."""
    app = application(world.uri)
    with app.app_context():
        region = db.session.scalars(select(Station.region_code)).first() or ""
        first = (db.session.scalar(select(func.max(Volunteer.id))) or 0) + 1
        registered = clock.now()
        keys = iter(range(first, people + 1))
        while some := list(islice(keys, AT_ONCE)):
            with transaction():
                db.session.execute(insert(Volunteer), [_volunteer(key, registered) for key in some])
                standing = {"region_code": region, "assurance": 2, "since": registered, "until": STILL}
                db.session.execute(insert(Standing), [{"volunteer_id": key, **standing} for key in some])
        office = make_staff(Role.OFFICE)
        for number in range(FILES):
            with transaction():
                exports.put(Actor(office.id, "bench"), _file(office.id, region, number), now=clock.now())
        db.session.remove()
        db.engine.dispose()


def _file(account_id: int, region: str, number: int) -> ExportJob:
    asked = catalogue.read({"region": region}, default_region=region, scope=EVERYTHING, say=say, now=clock.now())
    return ExportJob(
        account_id=account_id,
        kind="people",
        args=asked.args(),
        writing=Writing.XLSX if number % 2 else Writing.CSV,
        locale="zh",
        region_code=region,
        name=f"file {number}",
    )


def _count(world: World, state: ExportState) -> int:
    with application(world.uri).app_context():
        there = db.session.scalar(select(func.count()).select_from(ExportJob).where(ExportJob.state == state))
        db.session.remove()
        db.engine.dispose()
    return there or 0


def main() -> None:
    """Run the engines one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300_000)
    parser.add_argument("--engines", default="sqlite,postgresql")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    for engine in chosen.engines.split(","):
        run(engine, chosen.people, chosen.rounds)


if __name__ == "__main__":
    main()
