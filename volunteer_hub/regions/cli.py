"""`flask regions`: load the divisions, set and list population figures."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import region_prefix
from volunteer_hub.regions import divisions, queries, service
from volunteer_hub.regions.codes import full_code
from volunteer_hub.regions.models import PopulationBase, Region

commands = AppGroup("regions", help="Divisions of China and the population set against them.")
population = AppGroup("population", help="Population figures: the denominators of every ratio.")
commands.add_command(population)

#: Divisions a transaction adds: short enough that nobody waits for the database, long enough to be fast.
BATCH = 20_000


class Refusal(click.ClickException):
    """A clear sentence and exit code 2."""

    exit_code = 2


@contextmanager
def _said_clearly() -> Iterator[None]:
    """Show a refusal, or a database that is not there, as a sentence, never as a traceback."""
    try:
        yield
    except DomainError as refusal:
        raise Refusal(refusal.message % refusal.params) from refusal
    except (OperationalError, ProgrammingError) as error:
        raise Refusal(f"The database has no tables yet or is busy. Try: flask db upgrade\n({error.orig})") from error


@commands.command("import")
@click.option("--subtree", metavar="CODE", help="A division (220403), with those above it.")
@click.option("--all", "everything", is_flag=True, help="The whole country: 665,271 divisions.")
def import_divisions(subtree: str | None, everything: bool) -> None:
    """Load divisions from the shipped 2023 list. Run it again at any time: nothing is doubled."""
    if everything == bool(subtree):
        raise Refusal("Say either --subtree CODE or --all.")
    if everything:
        with click.progressbar(length=divisions.COUNT, label="Divisions") as bar:
            loaded = _load(divisions.read_divisions(), bar)
    else:
        loaded = _load(iter(_list_subtree(subtree or "")))
    click.echo(f"{loaded.added:,} divisions added, {loaded.renamed:,} renamed.")


def _list_subtree(code: str) -> list[divisions.Division]:
    """Return a listed division with those above and below it, or refuse a code that is not listed."""
    whole = full_code(code)
    found = list(divisions.read_divisions(region_prefix(whole))) if whole else []
    if whole not in {division.code for division in found}:
        raise Refusal(f"{code} is not a code in the list of divisions. An example: 220403.")
    return found


def _load(rows: Iterator[divisions.Division], bar: Any = None) -> service.Loaded:
    loaded = service.Loaded()
    while batch := list(itertools.islice(rows, BATCH)):
        with _said_clearly(), transaction():
            loaded += service.load_divisions(COMMAND_LINE, batch, now=clock.now())
        if bar is not None:
            bar.update(len(batch))
    return loaded


@population.command("set")
@click.argument("code")
@click.option("--base", required=True, type=click.Choice([str(base) for base in PopulationBase]))
@click.option("--year", required=True, type=int)
@click.option("--value", required=True, type=int, help="People.")
@click.option("--source", required=True, help="Where the figure was published.")
def set_population(code: str, base: str, year: int, value: int, source: str) -> None:
    """Set the population of a division, replacing the figure of the same base and year."""
    with _said_clearly(), transaction():
        region = _get_loaded(code)
        service.set_population(COMMAND_LINE, region.code, PopulationBase(base), year, value, source, now=clock.now())
    click.echo(f"{region.full_name}: {value:,} ({base}, {year}).")


@population.command("list")
@click.argument("code")
def list_population(code: str) -> None:
    """List the population figures of a division."""
    region = _get_loaded(code)
    for figure in queries.list_population(region.code):
        click.echo(f"{figure.base}  {figure.year}  {figure.value:>13,}  {figure.source}")


def _get_loaded(code: str) -> Region:
    with _said_clearly():
        region = queries.find_region(code)
    if region is None:
        raise Refusal(f"Division {code} is not loaded. Load it with: flask regions import --subtree CODE")
    return region
