"""`flask anomalies`: look now, over what is new or over everything since a day."""

from __future__ import annotations

from datetime import datetime, timedelta

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from volunteer_hub.anomalies import desk
from volunteer_hub.core import clock

commands = AppGroup("anomalies", help="Flags on what looks odd in scans and hours.")


class Refusal(click.ClickException):
    """A clear sentence and exit code 2."""

    exit_code = 2


@commands.command("look")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The civil day from which to look; without it, what is new since the last nightly look.",
)
def look(since: datetime | None) -> None:
    """Look over scans, stays, hours and registrations. Run it again at any time: nothing is flagged twice."""
    begin = clock.at(since.date()) if since else None
    if begin is not None and begin > clock.now() - timedelta(minutes=1):
        raise Refusal("--since lies in the future. An example: --since 2026-01-01")
    try:
        looked = desk.look(clock.now(), since=begin)
    except (OperationalError, ProgrammingError) as error:
        raise Refusal(f"The database has no tables yet or is busy. Try: flask db upgrade\n({error.orig})") from error
    click.echo(
        f"Looked since {clock.local(looked.over.since):%Y-%m-%d %H:%M} over"
        f" {looked.over.scans[1] - looked.over.scans[0]:,} scans and"
        f" {looked.over.volunteers[1] - looked.over.volunteers[0]:,} registrations:"
        f" {looked.found:,} findings, {looked.raised:,} of them new."
    )
