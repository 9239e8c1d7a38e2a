"""`flask hub`: what the start-up and the caretaker of a deployment type."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import click
from flask import current_app, url_for
from flask.cli import AppGroup

from volunteer_hub.accounts import service as accounts
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.dialect import sqlite_file
from volunteer_hub.home import readiness

hub = AppGroup("hub", help="Prepare, inspect and back up this deployment.")


@hub.command("prepare")
def prepare() -> None:
    """Look at the database, then migrate it to the present tables."""
    try:
        before = readiness.prepare()
    except readiness.NotReady as error:
        raise click.ClickException(str(error)) from error
    if before is readiness.Condition.EMPTY:
        click.echo("Made a new database.")
    elif before is readiness.Condition.BEHIND:
        click.echo("Brought the database up to date.")


@hub.command("setup-url")
def setup_url() -> None:
    """Print a one-time address for making the first administrator, valid for 30 minutes, if there is none yet."""
    with transaction():
        secret = accounts.offer_setup(now=clock.now())
    if secret is None:
        return
    hosts = current_app.config["TRUSTED_HOSTS"]
    origin = f"{current_app.config['PREFERRED_URL_SCHEME']}://{hosts[0].lstrip('.')}" if hosts else ""
    with current_app.test_request_context(base_url=origin or None):
        click.echo(origin + url_for("accounts.set_up", token=secret))


@hub.command("backup")
@click.argument("target", type=click.Path(path_type=Path), required=False)
def backup(target: Path | None) -> None:
    """Copy a SQLite database, consistent while the server runs. PostgreSQL has pg_dump."""
    source = sqlite_file(db.engine)
    if source is None:
        raise click.ClickException("this copies SQLite only; use pg_dump for PostgreSQL (docs/deploy.md)")
    stamp = clock.local(clock.now()).strftime("%Y%m%d-%H%M%S")
    target = target or source.parent / "backups" / f"hub-{stamp}.sqlite3"
    if target.exists():
        raise click.ClickException(f"{target} exists already")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with sqlite3.connect(source) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    target.chmod(0o600)
    click.echo(f"{target}\nKeep the key with it, in another place: without SECRET_KEY the personal data is lost.")
