"""The description of the JSON interface. Its test calls every route and holds the answers to it."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response

from volunteer_hub.web.access import public

api = Blueprint("home_api", __name__)

DOCUMENT = (Path(__file__).parent / "openapi.json").read_text()


@api.get("/api/v1/openapi.json")
@public
def openapi() -> Response:
    return Response(DOCUMENT, mimetype="application/json")
