"""What the forms of files in the background send, read for a page; and what those forms offer."""

from __future__ import annotations

from typing import Any

from flask import current_app, request

from volunteer_hub.activities import admin_queries as activities
from volunteer_hub.core import clock
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.exchange import catalogue
from volunteer_hub.exchange.catalogue import Request
from volunteer_hub.exchange.models import Writing
from volunteer_hub.regions import queries as regions
from volunteer_hub.regions.labels import BASES
from volunteer_hub.regions.models import Region
from volunteer_hub.statistics import queries as statistics
from volunteer_hub.statistics.definitions import CLASS_NAMES
from volunteer_hub.statistics.labels import HAVING
from volunteer_hub.web.access import scope
from volunteer_hub.web.i18n import say

#: What the forms ask for.
FIELDS = (
    *("kind", "region", "having", "as_of", "from", "to", "writing", "reason"),
    *("report_year", "base", "year", "station_id", "team_id", "rows"),
)


def read_asked() -> Request:
    """Read what a file is asked for from the form. Raises Unprocessable, and NotFound without any division."""
    start = find_start()
    if start is None:
        raise NotFound
    return catalogue.read(
        request.form.to_dict(flat=False),
        default_region=start,
        scope=scope(Permission.EXPORT),
        say=say,
        now=clock.now(),
    )


def read_writing() -> Writing:
    """Read how the file is to be written. Raises NotFound for what no form offers."""
    try:
        return Writing(request.form.get("writing", Writing.XLSX))
    except ValueError:
        raise NotFound from None


def find_start() -> str | None:
    """Return the division on which a form opens."""
    return statistics.find_start(scope(Permission.EXPORT), current_app.config["HOME_REGION"])


def offered(refused: DomainError | None = None) -> dict[str, Any]:
    """Return what a form shows: divisions to choose from, what was typed, and what was wrong with it."""
    typed = (request.form if request.method == "POST" else request.args).to_dict()
    start = find_start()
    return {
        "places": _places(start, typed.get("region")),
        "typed": {**dict.fromkeys(FIELDS, ""), "region": start or "", **typed},
        "refused": {"field": refused.field, "sentence": say(refused.message, refused.params)} if refused else None,
        "havings": HAVING,
        "further": _further(),
        "today": clock.today(),
        "now": clock.now(),
    }


def _further() -> dict[str, Any]:
    """Return what the fields offer that only some kinds of files read."""
    stations = activities.list_stations(scope(Permission.EXPORT))
    return {
        "stations": stations,
        "teams": activities.list_teams_nearby(stations),
        "classes": CLASS_NAMES,
        "chosen": request.values.getlist("classes") or list(CLASS_NAMES),
        "bases": BASES,
    }


def _places(start: str | None, typed: str | None) -> list[Region]:
    """Return the division a form opens on and its parts, and the one that was chosen elsewhere."""
    if start is None:
        return []
    first = regions.get_region(start)
    places = {region.code: region for region in (first, *regions.list_children(first.code))}
    chosen = regions.find_region(typed) if typed else None
    if chosen is not None and scope(Permission.EXPORT).covers(region=chosen.code):
        places.setdefault(chosen.code, chosen)
    return list(places.values())
