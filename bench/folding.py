"""The fold of what the figures count, while lines arrive in the ledger a thousand a second."""

from __future__ import annotations

import multiprocessing
import time
from datetime import timedelta

from sqlalchemy import func, insert, select

from bench.world import application
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, table_of, transaction
from volunteer_hub.ledger.models import EntryKind, HoursClass, HoursEntry
from volunteer_hub.statistics import folding
from volunteer_hub.statistics.models import FigureChange

#: Lines a second, and how many are committed at once: a file of hours, or a door's queue after an outage.
RATE, AT_ONCE = 1000, 100


def run(uri: str, seconds: int) -> None:
    """Let one process write and this one fold; print what each managed, and what was left waiting."""
    context = multiprocessing.get_context("spawn")
    counted = context.Value("q", 0)
    ended = context.Event()
    writer = context.Process(target=write, args=(uri, seconds, counted, ended))
    writer.start()
    batches, busy, longest, most = [], 0.0, 0.0, 0
    begin = time.perf_counter()
    while not ended.is_set():
        started = time.perf_counter()
        number = _fold()
        spent = time.perf_counter() - started
        busy, longest = busy + spent * bool(number), max(longest, spent)
        batches.append(number)
        most = max(most, _waiting())
        if not number:
            time.sleep(0.05)
    ended_at = time.perf_counter()
    left, folded = _waiting(), sum(batches)
    while _fold():
        pass
    drained = time.perf_counter() - ended_at
    writer.join()
    took = ended_at - begin
    print(
        f"\nfold: {counted.value / seconds:,.0f} lines a second arrived for {seconds} s, {folded / took:,.0f} a"
        f" second were folded meanwhile, {folded / max(busy, 0.001):,.0f} a second of its time; longest batch"
        f" {longest * 1000:,.0f} ms, most waiting {most:,}, left {left:,}, folded {drained:.1f} s after the last",
        flush=True,
    )


def write(uri: str, seconds: int, counted: object, ended: object) -> None:
    """Enter lines at the rate, some at a time, each for somebody of the register and a day of the last weeks."""
    app = application(uri)
    with app.app_context():
        imported = select(HoursEntry).where(
            HoursEntry.hours_class == HoursClass.D, HoursEntry.kind == EntryKind.CREDIT
        )
        known = db.session.scalars(imported.order_by(HoursEntry.id.desc()).limit(5000)).all()
        first = (db.session.scalar(select(func.max(HoursEntry.id))) or 0) + 1
        number, begin = 0, time.perf_counter()
        while (passed := time.perf_counter() - begin) < seconds:
            if number >= passed * RATE:
                time.sleep(0.002)
                continue
            rows = [_row(known[n * 7919 % len(known)], n, first) for n in range(number, number + AT_ONCE)]
            with transaction():
                db.session.execute(insert(table_of(HoursEntry)), rows)
            number += AT_ONCE
        counted.value = number
        ended.set()


def _row(like: HoursEntry, number: int, first: int) -> dict[str, object]:
    """Return a credit for the person of another line, of a day of the last weeks; the source is a new one."""
    kept = ("volunteer_id", "kind", "hours_class", "region_code", "station_id", "policy_id", "day_cap_minutes")
    return {
        **{name: getattr(like, name) for name in kept},
        "minutes": 30 + number % 60,
        "service_on": clock.today() - timedelta(days=number % 30),
        "source": f"import:0:{first + number}:bench",
        "recorded_at": clock.now(),
        "recorded_by": like.recorded_by,
    }


def _fold() -> int:
    with transaction():
        return folding.fold(now=clock.now())


def _waiting() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(FigureChange)) or 0
