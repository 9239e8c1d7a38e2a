"""Commands of the exchange room: what the timetable starts beside itself."""

from __future__ import annotations

import os

import click
from flask.cli import with_appcontext

from volunteer_hub.exchange import export_jobs


@click.group("exports")
def commands() -> None:
    """Files made in the background."""


@commands.command("work")
@with_appcontext
def work_command() -> None:
    """Make the files that wait, one after the other, at low priority, and end."""
    os.nice(export_jobs.NICE)
    click.echo(export_jobs.work_off())
