"""A saved search as text: the query of the public list, without its days, names in order. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from volunteer_hub.activities.queries import Filters

#: What a search keeps; days pass, so they are not kept.
NAMES = ("category", "region", "station", "team", "words")
#: What still fits the column when a browser has escaped it.
LONGEST = 400


def canonical(given: Mapping[str, str]) -> str:
    """Return what is kept of a query, empty where nothing narrows the list or it is too long to be meant."""
    kept = [(name, given.get(name, "").strip()) for name in NAMES]
    text = urlencode([(name, value) for name, value in kept if value])
    return text if len(text) <= LONGEST else ""


def parse(text: str) -> Filters:
    """Return the filters a kept query stands for; what cannot be read does not narrow."""
    given = dict(parse_qsl(text))
    return Filters(
        category=given.get("category", ""),
        region=given.get("region", ""),
        station_id=_number(given.get("station")),
        team_id=_number(given.get("team")),
        words=given.get("words", ""),
    )


def parse_pairs(text: str) -> dict[str, str]:
    """Return a kept query as names and values, for a link."""
    return dict(parse_qsl(text))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None
