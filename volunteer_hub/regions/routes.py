"""Divisions for everybody: the cascading choice, and finding one by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request

from volunteer_hub.regions import queries
from volunteer_hub.regions.models import Region
from volunteer_hub.web.access import public
from volunteer_hub.web.limits import limiter

pages = Blueprint("regions", __name__, url_prefix="/regions")

#: Divisions change once a year; a browser may keep an answer for ten minutes.
KEPT = "public, max-age=600"
LONGEST_QUESTION = 60


@pages.get("")
@public
@limiter.limit("120/minute")
def index() -> str:
    text = _question()
    home = queries.home_region(current_app.config["HOME_REGION"])
    found = queries.search_regions(text, home.code, limit=50) if home else []
    found = found or queries.search_regions(text, limit=50)
    return render_template("regions/index.html", text=text, found=found)


@pages.get("/children")
@public
def children() -> Response:
    parent = request.args.get("parent", "")
    return _answer(queries.list_children(queries.get_region(parent).code if parent else None))


@pages.get("/path")
@public
def path() -> Response:
    """Tell a division with those above it, from the province down."""
    region = queries.get_region(request.args.get("code", ""))
    return _answer([*queries.list_ancestors(region.code), region])


@pages.get("/search")
@public
@limiter.limit("120/minute")
def search() -> Response:
    within = request.args.get("within", "")
    return _answer(queries.search_regions(_question(), queries.get_region(within).code if within else None))


def _question() -> str:
    return request.args.get("q", "").strip()[:LONGEST_QUESTION]


def _answer(regions: Sequence[Region]) -> Response:
    uppers = queries.have_children(regions)
    response = jsonify([_shown(region, region.code in uppers) for region in regions])
    response.headers["Cache-Control"] = KEPT
    return response


def _shown(region: Region, has_children: bool) -> dict[str, Any]:
    return {
        "code": region.code,
        "name": region.name,
        "full_name": region.full_name,
        "level": region.level,
        "has_children": has_children,
    }
