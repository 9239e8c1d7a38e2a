"""`flask month-close verify`: whether every closed month is still what two people signed."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import snapshot
from volunteer_hub.month_close.verify import verify


@click.group("month-close")
def commands() -> None:
    """Months closed by two people."""


@commands.command("verify")
@with_appcontext
def verify_all() -> None:
    """Recompute every sum and follow every chain; exit 1 if anything differs. Changes nothing."""
    with snapshot(db.engine) as connection:
        report = verify(connection)
    for fault in report.faults:
        click.echo(f"BROKEN close {fault.close_id}: {fault.says}")
    click.echo(f"{report.checked} closed months, {len(report.faults)} faults")
    sys.exit(1 if report.faults else 0)
