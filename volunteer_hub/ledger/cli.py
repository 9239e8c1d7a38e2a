"""`flask ledger policy`: the hour rules of an area, shown and followed by a new version."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import click
from flask.cli import with_appcontext

from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import region_prefix
from volunteer_hub.ledger import service
from volunteer_hub.ledger.policy import Policy

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
