"""What the picker of divisions (templates/regions/picker.html) needs to know: where it begins and what it offers.

A room that asks for a division passes `picker(...)` from its route to the macro `region_picker`; its
form's field is an ordinary text or select field that receives the 12-digit code.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from volunteer_hub.core.db import db
from volunteer_hub.core.scope import in_region
from volunteer_hub.regions import queries
from volunteer_hub.regions.models import Region, RegionLevel

#: A list without script may be this long; beyond it a page shows a search instead.
MOST_CHOICES = 1_500

#: A group's heading, and code and name of each choice in it.
Group = tuple[str, list[tuple[str, str]]]


@dataclass(frozen=True)
class Picker:
    """Where the choice begins, how far down it must go, and the whole list where it is short enough."""

    #: The division whose children are the first choice; None begins with the provinces.
    home: Region | None
    #: True where any division will do, False where it must be the lowest: a residence.
    any_level: bool
    #: Something is loaded beside the home division, so that one may begin from the top.
    elsewhere: bool
    #: Empty where it would be too long to choose from without a script.
    groups: tuple[Group, ...]


def residence_picker(configured: str) -> Picker:
    """Return the picker of a person's residence, down to the community; `configured` is HOME_REGION."""
    home = queries.home_region(configured)
    return Picker(home, False, home is not None and queries.has_elsewhere(home), tuple(residence_choices(home)))


def place_picker(home: Region | None) -> Picker:
    """Return the picker of any division in a subtree, itself too: where a station stands, what a report is of."""
    return Picker(home, True, False, tuple(place_choices(home)))


def residence_choices(home: Region | None) -> list[Group]:
    """Return the lowest divisions of a subtree, grouped by street; nothing if they are too many to list."""
    return [(_heading(street, home), _choices(below or [street])) for street, below in _streets(home) or ()]


def place_choices(home: Region | None) -> list[Group]:
    """Return a subtree's divisions of every level, grouped by street, each group led by the street itself."""
    streets = _streets(home)
    if home is None or streets is None:
        return []
    groups: list[Group] = [(_heading(street, home), _choices([street, *below])) for street, below in streets]
    if home.level >= RegionLevel.STREET:
        return groups or [(home.full_name, _choices([home]))]
    return [(home.full_name, _choices([home])), *groups]


def _streets(home: Region | None) -> list[tuple[Region, list[Region]]] | None:
    """Return each street of a subtree with what lies below it, or None if it is too much to list."""
    if home is None:
        return None
    statement = select(Region).where(in_region(Region.code, home.code), Region.level >= RegionLevel.STREET)
    rows = db.session.scalars(statement.order_by(Region.code).limit(MOST_CHOICES + 1)).all()
    if len(rows) > MOST_CHOICES:
        return None
    below: dict[str | None, list[Region]] = {}
    for row in rows:
        below.setdefault(row.parent_code, []).append(row)
    return [(row, below.get(row.code, [])) for row in rows if row.level == RegionLevel.STREET]


def _heading(street: Region, home: Region | None) -> str:
    """Name a street by the way to it from the home division."""
    return street.full_name.removeprefix(home.full_name if home else "") or street.name


def _choices(regions: list[Region]) -> list[tuple[str, str]]:
    return [(region.code, region.name) for region in regions]
