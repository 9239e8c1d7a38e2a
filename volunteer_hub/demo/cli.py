"""`flask demo`: makes the demonstration district, says how to sign in, and removes it again."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from volunteer_hub.core import clock, dialect
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.demo import keyring, present, queries, removal, service, staff
from volunteer_hub.demo.plan import REPORTED_PEOPLE, Plan

demo = AppGroup("demo", help="The demonstration district: made from a seed, marked, removable.")


@demo.command("load")
@click.option("--seed", default=Plan.seed, show_default=True, help="The same seed makes the same district.")
@click.option("--people", default=REPORTED_PEOPLE, show_default=True, type=click.IntRange(100, 200_000))
@click.option("--if-new", is_flag=True, help="Only into an unused database; where it is there, keep it going.")
def load(seed: int, people: int, if_new: bool) -> None:
    """Make the demonstration district, in one transaction: interrupted, nothing of it stays."""
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
    click.echo(f"{made.people:,} volunteers, {made.with_hours:,} of them with hours from {made.visits:,} visits.")


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
