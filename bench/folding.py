"""The fold of what the figures count, while lines arrive in the ledger a thousand a second."""

from __future__ import annotations

import multiprocessing
import time
from datetime import timedelta

from sqlalchemy import func, select

from bench.world import application
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.ledger.service import Service, credit
from volunteer_hub.statistics import folding
from volunteer_hub.statistics.models import FigureChange

RATE, AT_ONCE = 1000, 10


def run(uri: str, seconds: int) -> None:
    """Let one process write and this one fold; print what each managed, and what was left waiting."""
    context = multiprocessing.get_context("spawn")
    counted = context.Value("q", 0)
    ended = context.Event()
    writer = context.Process(target=write, args=(uri, seconds, counted, ended))
    writer.start()
    batches, longest, most = [], 0.0, 0
    begin = time.perf_counter()
    while not ended.is_set():
        started = time.perf_counter()
        number = _fold()
        longest = max(longest, time.perf_counter() - started)
        batches.append(number)
        most = max(most, _waiting())
        if not number:
            time.sleep(0.05)
    ended_at = time.perf_counter()
    left = _waiting()
    while _fold():
        pass
    drained = time.perf_counter() - ended_at
    writer.join()
    took = ended_at - begin
    print(
        f"\nfold: {counted.value / seconds:,.0f} lines a second arrived for {seconds} s, {sum(batches) / took:,.0f} a"
        f" second were folded meanwhile; longest batch {longest * 1000:,.0f} ms, most waiting {most:,},"
        f" left {left:,}, folded {drained:.1f} s after the last",
        flush=True,
    )


def write(uri: str, seconds: int, counted: object, ended: object) -> None:
    """Enter lines at the rate, some at a time, each for somebody of the register and a day of the last weeks."""
    app = application(uri)
    with app.app_context():
        imported = select(HoursEntry).where(HoursEntry.hours_class == HoursClass.D)
        known = db.session.scalars(imported.order_by(HoursEntry.id.desc()).limit(5000)).all()
        first = (db.session.scalar(select(func.max(HoursEntry.id))) or 0) + 1
        number, begin = 0, time.perf_counter()
        while (passed := time.perf_counter() - begin) < seconds:
            if number >= passed * RATE:
                time.sleep(0.002)
                continue
            with transaction():
                for _ in range(AT_ONCE):
                    _enter(known[number * 7919 % len(known)], number, first)
                    number += 1
        counted.value = number  # type: ignore[attr-defined]
        ended.set()  # type: ignore[attr-defined]


def _enter(like: HoursEntry, number: int, first: int) -> None:
    """Credit somebody with minutes like those of another line; the source is a new one."""
    served = clock.today() - timedelta(days=number % 30)
    credit(
        Service(
            like.volunteer_id,
            served,
            like.region_code,
            like.policy_id,
            like.day_cap_minutes,
            station_id=like.station_id,
        ),
        source=f"import:0:{first + number}:bench",
        minutes=30 + number % 60,
        hours_class=HoursClass.D,
        now=clock.now(),
        recorded_by=like.recorded_by,
    )


def _fold() -> int:
    with transaction():
        return folding.fold(now=clock.now())


def _waiting() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(FigureChange)) or 0
