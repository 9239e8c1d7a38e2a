"""`flask rights`: the book of erasures, and erasing again after a restore from a backup."""

from __future__ import annotations

import json
from typing import TextIO

import click
from flask.cli import with_appcontext

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.rights import book, reapplying


@click.group("rights")
def commands() -> None:
    """What people have asked about their data."""


@commands.command("book")
@with_appcontext
def print_book() -> None:
    """Print every erasure, one line each, to be kept apart from the backups."""
    for line in book.lines():
        click.echo(json.dumps(line))


@commands.command("reapply")
@click.argument("file", type=click.File("r"))
@with_appcontext
def reapply(file: TextIO) -> None:
    """Erase again, after a restore, everybody in the book whose row is the person erased then."""
    counts = {"erased": 0, "already": 0, "other": 0}
    for line in book.read(file):
        with transaction():
            counts[reapplying.reapply(line["volunteer"], line["mark"], now=clock.now())] += 1
    book.keep()
    click.echo(f"erased {counts['erased']}, already erased {counts['already']}, not that person {counts['other']}")
