"""What a figure costs, against straightforward SQL over the same rows in the same run.

    python -m bench.statistics [--people 2000] [--entries 20000] [--engines sqlite,postgresql]
    DATABASE_URL=... python -m bench.statistics        (a large demonstration that is there already)

First every answer is held to the SQL's, in both of its forms (bench/straightforward.py). Then, in turns: the
better form of the SQL, the answer alone, and the office's page and the API through the application in this
process. Last the fold, while lines arrive a thousand a second. Machines pause: trust minima and ratios, and
where others work too the CPU: what this process needed, which on PostgreSQL is without the server's part.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from bench import folding
from bench.straightforward import FORMS, differences, statements
from bench.world import application, place
from config import Settings
from tests.makers.accounts import sign_in
from volunteer_hub.accounts.models import Account, Role, RoleGrant
from volunteer_hub.core import clock, dialect
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.demo import city_service
from volunteer_hub.demo.city_plan import CITY, CITY_PREFIX, CityPlan
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.statistics import folding as folded
from volunteer_hub.statistics.queries import ratios
from volunteer_hub.statistics.question import Question

STREET, COMMUNITY = "990101003000", "990101003007"
ROUNDS, SECONDS = 15, 30.0
A, B, C, D = HoursClass


@dataclass
class Times:
    """Milliseconds of one way of asking one question, by the clock and on this process's processor."""

    taken: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    def time(self, act: Callable[[], object]) -> None:
        begin, busy = time.perf_counter(), time.process_time()
        act()
        self.taken.append((time.perf_counter() - begin) * 1000)
        self.busy.append((time.process_time() - busy) * 1000)

    @property
    def median(self) -> float:
        return statistics.median(self.taken)

    @property
    def least(self) -> float:
        return min(self.taken)


def main() -> None:
    """Measure the database of the environment, or one made for it on each engine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--engines", default="sqlite,postgresql")
    parser.add_argument("--fold", type=int, default=20, metavar="SECONDS", help="0 leaves the fold out")
    chosen = parser.parse_args()
    if os.environ.get("DATABASE_URL"):
        run(application(Settings().SQLALCHEMY_DATABASE_URI), chosen.fold)
        return
    for engine in chosen.engines.split(","):
        with place(engine) as here:
            app = application(here.empty("figures"))
            with app.app_context():
                load(CityPlan(chosen.people, chosen.entries, clock.today() - timedelta(days=1)))
            run(app, chosen.fold)
            with app.app_context():
                db.engine.dispose()


def load(plan: CityPlan) -> None:
    """Make a large demonstration and its counted days, and say how long it took."""
    flask_migrate.upgrade()
    begin = time.perf_counter()
    with transaction():
        city_service.load(plan, lambda rows: None, now=clock.now())
    loaded = time.perf_counter()
    with transaction():
        rows = folded.rebuild(now=clock.now())
    counted = time.perf_counter()
    dialect.settle(db.engine)
    print(
        f"{db.engine.dialect.name}: {plan.people:,} people, {plan.entries:,} lines loaded in {loaded - begin:.1f} s,"
        f" {rows:,} counted days made in {counted - loaded:.1f} s",
        flush=True,
    )


def run(app: Flask, fold_seconds: int) -> None:
    """Hold every answer to the SQL, time both, and print a table."""
    with app.app_context():
        client = sign_in(app.test_client(), _office())
        print(f"\n### {db.engine.dialect.name}\n")
        print("| question | SQL: form, median, least ms | answer | ratio | page | its CPU | statements | API |")
        print("|---|---|---|---|---|---|---|---|")
        for name, question in questions(clock.today()):
            measure(name, question, client)
        if fold_seconds:
            folding.run(db.engine.url.render_as_string(hide_password=False), fold_seconds)


def _office() -> Account:
    """Return the Office of the large demonstration, by its grant: names are indexed under the loader's key."""
    mine = RoleGrant.role == Role.OFFICE, RoleGrant.scope_value == CITY_PREFIX, Account.is_demonstration
    found = db.session.scalar(select(Account).join(RoleGrant, RoleGrant.account_id == Account.id).where(*mine))
    if found is None:
        sys.exit("There is no large demonstration here: flask demo load --people N --entries M")
    return found


def questions(today: date) -> Iterator[tuple[str, Question]]:
    """Yield the standing questions and arbitrary ones, about the district, a street and a community."""
    now = clock.now()
    ever = Question(CITY, now, live=True)
    year = replace(ever, since=date(today.year, 1, 1), until=date(today.year, 12, 31))
    month_begins = today.replace(day=1)
    month_ends = (month_begins + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    month = replace(ever, since=month_begins, until=month_ends)
    yield from (("district, ever", ever), ("district, this year", year), ("district, this month", month))
    for days in (30, 400, 900):
        yield f"district, ever, {days} days ago", _at(ever, today - timedelta(days=days))
    then = today - timedelta(days=200)
    last_year = replace(year, since=date(then.year, 1, 1), until=date(then.year, 12, 31))
    yield "district, that year, 200 days ago", _at(last_year, then)
    yield "street of 42, ever", ever.at(STREET)
    yield "street, ever, 400 days ago", _at(ever.at(STREET), today - timedelta(days=400))
    yield "community, this year", year.at(COMMUNITY)
    since, until = today - timedelta(days=300), today - timedelta(days=190)
    dates = replace(ever, since=since, until=until)
    yield "arbitrary dates, district", dates
    yield "arbitrary dates, classes A and D", replace(dates, classes=(A, D))
    yield "classes A and B, ever", replace(ever, classes=(A, B))
    yield "classes B and D, ever", replace(ever, classes=(B, D))
    yield "arbitrary dates, street", dates.at(STREET)
    yield "noon of a day, ever", replace(ever, as_of=_noon(today - timedelta(days=100)), live=False)
    yield "noon of a day, arbitrary dates", replace(dates, as_of=_noon(today - timedelta(days=100)), live=False)


def _at(question: Question, day: date) -> Question:
    return replace(question, as_of=clock.end_of(day), live=False)


def _noon(day: date) -> datetime:
    return clock.at(day) + timedelta(hours=12)


def measure(name: str, question: Question, client: FlaskClient) -> None:
    """Print one line of the table. An answer that differs from the SQL ends the run."""
    answer = ratios(question, EVERYTHING)
    forms = statements(answer.question, answer.parts)
    with dialect.snapshot(db.engine) as connection:
        for statement in forms:
            wrong = differences(answer, statement.run(connection))
            if wrong:
                sys.exit(f"{name}, {statement.form}: {wrong[:3]}")
    times = {way: Times() for way in (*FORMS, "answer", "page", "api")}
    args = question.args()
    if question.live:
        del args["as_of"]
    ends = time.perf_counter() + SECONDS
    for turn in range(ROUNDS):
        with dialect.snapshot(db.engine) as connection:
            for statement in forms:
                times[statement.form].time(lambda one=statement: one.run(connection))
        times["answer"].time(lambda: _answer(question))
        times["page"].time(lambda: _get(client, "/office/statistics", args))
        times["api"].time(lambda: _get(client, "/api/v1/statistics/ratios", args))
        if time.perf_counter() > ends and turn >= 2:
            break
    counts = [_count(lambda: _answer(question)), _count(lambda: _get(client, "/office/statistics", args))]
    better = min(FORMS, key=lambda form: times[form].median)
    _print(name, better, times, counts)


def _answer(question: Question) -> None:
    db.session.rollback()
    ratios(question, EVERYTHING)


def _get(client: FlaskClient, path: str, args: dict[str, str]) -> None:
    response = client.get(path, query_string=args)
    # A page that says first that it is counting comes in two parts.
    if response.status_code != 200 or not response.get_data():
        sys.exit(f"{path}: {response.status}")


def _count(act: Callable[[], None]) -> int:
    count = 0

    def tick(*_: Any) -> None:
        nonlocal count
        count += 1

    with _listening(tick):
        act()
    return count


@contextmanager
def _listening(hear: Callable[..., None]) -> Iterator[None]:
    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)


def _print(name: str, better: str, times: dict[str, Times], counts: list[int]) -> None:
    sql, answer = times[better], times["answer"]

    def both(way: Times) -> str:
        return f"{way.median:,.1f}, {way.least:,.1f}"

    print(
        f"| {name} | {better} {both(sql)} | {both(answer)} | {sql.median / answer.median:.1f},"
        f" {sql.least / answer.least:.1f} | {both(times['page'])} | {min(times['page'].busy):,.1f} |"
        f" {counts[0]}; page {counts[1]} | {both(times['api'])} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
