"""`flask statistics`: folds what has changed, makes the folded counts anew, and holds them to the ledger."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta

import click
from flask.cli import with_appcontext

from volunteer_hub.core import clock, dialect
from volunteer_hub.core.db import db, transaction
from volunteer_hub.statistics import fold_desk, folding, verify

SHOWN = 5
#: How often a day on which others go on writing is folded and looked at again.
TRIES = 20


@click.group("statistics")
def commands() -> None:
    """The folded counts behind the figures."""


@commands.command("fold")
@with_appcontext
def fold() -> None:
    """Fold what waits, as the timetable does every few seconds."""
    fold_desk.fold_what_waits()


@commands.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Make every folded count anew from register and ledger. On SQLite nobody can write meanwhile."""
    with click.progressbar(length=1, label="figures") as bar, transaction():

        def done(number: int, of: int) -> None:
            bar.length = of
            bar.update(number - bar.pos)

        rows = folding.rebuild(now=clock.now(), progress=done)
    dialect.settle(db.engine)
    click.echo(f"{rows:,} rows.")


@commands.command("verify")
@click.option("--every-day", is_flag=True, help="Look at each day there is, not at a choice of them.")
@click.option("--seed", default=None, type=int, help="Repeats a choice of days.")
@with_appcontext
def verify_command(every_day: bool, seed: int | None) -> None:
    """Prove that the folded counts are what raw SQL over register and ledger says; exit with 1 if not."""
    fold_desk.fold_what_waits()
    wrong = compared = 0
    for day in _days(every_day, seed):
        for checked in _look_at(day):
            compared += checked.compared
            wrong += len(checked.wrong)
            for line in checked.wrong[:SHOWN]:
                click.echo(f"{checked.day} {checked.period}: {line}")
    click.echo(f"{compared:,} counts of divisions compared, {wrong:,} differ.")
    sys.exit(1 if wrong else 0)


def _days(every_day: bool, seed: int | None) -> Iterator[date]:
    """Yield today, yesterday, the ends of the last three months and three days by lot; or every day."""
    today = clock.today()
    with dialect.snapshot(db.engine) as connection:
        first = verify.first_day(connection) or today
    if every_day:
        yield from (first + timedelta(days=n) for n in range((today - first).days + 1))
        return
    seed = random.randrange(1_000_000) if seed is None else seed  # noqa: S311 - a choice of days, not a secret
    click.echo(f"days chosen with --seed {seed}")
    lot = random.Random(seed)  # noqa: S311 - a choice of days, not a secret
    chance = [first + timedelta(days=lot.randint(0, (today - first).days)) for _ in range(3)]
    yield from sorted({today, today - timedelta(days=1), *verify.month_ends(today, 3), *chance})


def _look_at(day: date) -> list[verify.Checked]:
    for _ in range(TRIES):
        with dialect.snapshot(db.engine) as connection:
            if not verify.waiting(connection, day):
                return list(verify.check_day(connection, day))
        fold_desk.fold_what_waits()
    raise click.ClickException(f"{day}: others write faster than the fold; try again later.")
