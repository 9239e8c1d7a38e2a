"""`flask demo`: makes the demonstration district, says how to sign in, and removes it again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from volunteer_hub.core import clock, dialect
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.demo import city_service, keyring, present, queries, removal, service, staff
from volunteer_hub.demo.city_plan import FEWEST_ENTRIES, MOST_PEOPLE, CityPlan
from volunteer_hub.demo.plan import REPORTED_PEOPLE, Plan
from volunteer_hub.statistics import folding

#: The smaller one is made in memory.
MOST_IN_ONE_YEAR = 200_000

demo = AppGroup("demo", help="The demonstration district: made from a seed, marked, removable.")


@demo.command("load")
@click.option("--seed", default=Plan.seed, show_default=True, help="The same seed makes the same district.")
@click.option("--people", default=REPORTED_PEOPLE, show_default=True, type=click.IntRange(100, MOST_PEOPLE))
@click.option(
    "--entries",
    type=click.IntRange(FEWEST_ENTRIES),
    help="Make the large one instead: so many lines in the ledger over three years, in an invented district.",
)
@click.option("--if-new", is_flag=True, help="Only into an unused database; where it is there, keep it going.")
def load(seed: int, people: int, entries: int | None, if_new: bool) -> None:
    """Make the demonstration district, in one transaction: interrupted, nothing of it stays.

    With --entries the tables of people and hours are closed to everybody else meanwhile.
    """
    if entries is not None:
        _load_city(CityPlan(people, entries, clock.today() - timedelta(days=1), seed))
        return
    if people > MOST_IN_ONE_YEAR:
        raise click.UsageError("So many people want --entries too.")
    plan = Plan(people=people, seed=seed)
    try:
        with transaction():
            if if_new and queries.has_demonstration():
                present.top_up(now=clock.now())
                return
            if if_new and not service.is_new(now=clock.now()):
                return
            with click.progressbar(length=plan.rows, label="演示数据 / demonstration district") as bar:
                made = service.load(plan, bar.update, now=clock.now())
                bar.update(plan.rows)
    except DomainError as error:
        raise click.ClickException(error.message % error.params) from error
    dialect.settle(db.engine)
    keyring.keep(_folder(), _database(), made.logins)
    _fold()
    click.echo(f"{made.people:,} volunteers, {made.with_hours:,} of them with hours from {made.visits:,} visits.")


def _load_city(plan: CityPlan) -> None:
    try:
        with transaction(), click.progressbar(length=plan.rows, label="演示数据 / large demonstration") as bar:
            logins = city_service.load(plan, bar.update, now=clock.now())
    except DomainError as error:
        raise click.ClickException(error.message % error.params) from error
    dialect.settle(db.engine)
    keyring.keep(_folder(), _database(), logins)
    _fold()
    click.echo(f"{plan.people:,} volunteers and {plan.entries:,} lines of the ledger up to {plan.until}.")


def _fold() -> None:
    """Count everything anew: the figures do not wait for the timetable."""
    with transaction(), click.progressbar(length=1, label="统计 / figures") as bar:
        rows = folding.rebuild(now=clock.now(), progress=lambda done, of: _show(bar, done, of))
    dialect.settle(db.engine)
    click.echo(f"{rows:,} counted days.")


def _show(bar: Any, done: int, of: int) -> None:
    bar.length = of
    bar.update(done - bar.pos)


@demo.command("logins")
@click.option("--renew", is_flag=True, help="Give everybody a new password first.")
def logins(renew: bool) -> None:
    """Print what to sign in with; makes new passwords where the file that keeps them is lost."""
    if not queries.has_demonstration():
        return
    known = None if renew else keyring.read(_folder(), _database())
    if known is None:
        with transaction():
            known = staff.give_passwords(staff.list_volunteers_with_passwords())
        keyring.keep(_folder(), _database(), known)
    click.echo("演示登录 / demonstration logins:")
    for login in known:
        click.echo(f"  {login.who:\u3000<6} {login.name:<20} {login.password}")


@demo.command("remove")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(yes: bool) -> None:
    """Remove the demonstration district with everything done on it. Real people, stations and teams stay."""
    if not queries.has_demonstration():
        raise click.ClickException("There is no demonstration data here.")
    if not yes:
        click.confirm(
            "Remove the demonstration district, and whatever anybody did at its stations and activities?", abort=True
        )
    with transaction():
        removed = removal.remove(now=clock.now())
    dialect.settle(db.engine)
    queries.forget()
    keyring.forget(_folder())
    click.echo(f"Removed {sum(removed.values()):,} rows from {len(removed)} tables. The trail of it stays.")


def _folder() -> Path:
    return Path(current_app.config["INSTANCE_DIR"])


def _database() -> str:
    return str(db.engine.url)
