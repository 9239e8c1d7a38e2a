"""`flask ledger policy`: an area's hour rules. `flask ledger verify`: whether everything still adds up."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DatabaseError

from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.dialect import snapshot
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import region_prefix
from volunteer_hub.ledger import journal, service
from volunteer_hub.ledger.policy import Policy
from volunteer_hub.ledger.verify import Finding, verify

KINDS = {item.name: item.type for item in fields(Policy)}


@click.group("ledger")
def commands() -> None:
    """The ledger and the rules by which a stay becomes minutes."""


@commands.group("policy")
def policy() -> None:
    """An area's hour rules: windows, caps, least presence, rounding."""


@policy.command("show")
@click.argument("region", default="")
@with_appcontext
def show(region: str) -> None:
    """Print the rules that hold now for a division (all, if none is named)."""
    now = clock.now()
    with transaction():
        found = service.policy_for(region.ljust(12, "0") if region else "", now, now=now)
    held = {"region": found.region_prefix or None, "since": clock.local(found.effective_from).isoformat()}
    click.echo(json.dumps({**held, **asdict(found.policy)}, ensure_ascii=False, indent=2))


@policy.command("set")
@click.argument("region", default="")
@click.option("--from", "since", required=True, help="Civil time from which it holds, for instance 2027-01-01T00:00.")
@click.option("--rule", "rules", multiple=True, required=True, help="name=value; what is not named stays as it is.")
@with_appcontext
def set_rules(region: str, since: str, rules: tuple[str, ...]) -> None:
    """Add a version of a division's rules. What was credited before keeps the version it was credited under."""
    changed = dict(_rule(rule) for rule in rules)
    now = clock.now()
    prefix = region_prefix(region.ljust(12, "0")) if region else ""
    try:
        effective_from = clock.from_wall(datetime.fromisoformat(since))
    except ValueError as error:
        raise click.BadParameter("give a civil time such as 2027-01-01T00:00", param_hint="--from") from error
    try:
        with transaction():
            standing = service.policy_for(prefix.ljust(12, "0") if prefix else "", effective_from, now=now)
            follows = Policy(**{**asdict(standing.policy), **changed})
            added = service.add_policy(COMMAND_LINE, prefix, follows, effective_from=effective_from, now=now)
            version = added.version
    except DomainError as refusal:
        raise click.UsageError(refusal.message % refusal.params) from refusal
    click.echo(f"version {version} of {prefix or 'everywhere'} holds from {since}")


def _rule(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    if name not in KINDS:
        raise click.BadParameter(f"{name!r} is none of {', '.join(KINDS)}", param_hint="--rule")
    if KINDS[name] == "bool":
        if value not in ("yes", "no"):
            raise click.BadParameter(f"{name} is yes or no", param_hint="--rule")
        return name, value == "yes"
    if not value.isascii() or not value.isdigit() or int(value) > 10_000:
        raise click.BadParameter(f"{name} is a whole number", param_hint="--rule")
    return name, int(value)


@commands.command("verify")
@click.option(
    "--journal",
    "kept_by_client",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What a client wrote down while it sent scans: lines nonce,sent and nonce,answer.",
)
@with_appcontext
def verify_all(kept_by_client: Path | None) -> None:
    """Hold the database to its invariants by SQL alone; exit 1 if one is broken. Changes nothing.

    It may run beside the working service: everything is read as of one instant.
    """
    try:
        lines = kept_by_client.read_text(encoding="utf-8").splitlines(keepends=True) if kept_by_client else []
        told = journal.read(lines) if kept_by_client else None
        with snapshot(db.engine) as connection:
            report = verify(connection, told)
    except journal.Unreadable as error:
        raise click.ClickException(f"{kept_by_client}: {error}") from error
    except DatabaseError as error:
        raise click.ClickException(f"the database cannot be read: {str(error.orig).splitlines()[0]}") from error
    for finding in report.findings:
        click.echo(_line(finding))
    stayed = ", ".join(f"{name} {value}" for name, value in asdict(report.minutes).items())
    click.echo(f"minutes: {stayed}")
    broken = sum(1 for finding in report.findings if finding.wrong)
    click.echo(f"{broken} of {len(report.findings)} rules are broken" if broken else "everything holds")
    sys.exit(0 if report.holds else 1)


def _line(finding: Finding) -> str:
    line = f"{'BROKEN' if finding.wrong else 'ok':6} {finding.invariant}  {finding.says}: "
    if not finding.wrong:
        return f"{line}{finding.checked}"
    rest = "" if finding.wrong <= len(finding.examples) else ", …"
    return f"{line}{finding.wrong} of {finding.checked}: {', '.join(finding.examples)}{rest}"
