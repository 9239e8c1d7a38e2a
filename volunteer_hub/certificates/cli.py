"""`flask certificates`: the keys that sign."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from volunteer_hub.certificates import keys
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import NotFound


@click.group("certificates")
def commands() -> None:
    """The keys that sign certificates."""


@commands.command("keys")
@with_appcontext
def list_keys() -> None:
    """List every key: which one signs, which are retired, which were declared lost."""
    for key in keys.list_keys():
        state = "lost" if key.withdrawn_at else "retired" if key.retired_at else "signs"
        click.echo(f"{key.key_id}  {state:8}  {key.since:%Y-%m-%d}  {key.public_key}")


@commands.command("rotate-key")
@with_appcontext
def rotate() -> None:
    """Let a new key sign from now on. What the one before signed stays good."""
    with transaction():
        made = keys.rotate(COMMAND_LINE, now=clock.now())
    click.echo(made.key_id)


@commands.command("withdraw-key")
@click.argument("key_id")
@with_appcontext
def withdraw(key_id: str) -> None:
    """Declare a key lost: what it signed can from now on be checked on the page alone."""
    try:
        with transaction():
            keys.withdraw(COMMAND_LINE, key_id, now=clock.now())
    except NotFound:
        raise click.ClickException(f"there is no key {key_id}") from None
