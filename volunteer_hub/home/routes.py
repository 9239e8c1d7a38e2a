"""The landing page, and the two questions a load balancer asks."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from sqlalchemy import text

from volunteer_hub.core.db import db
from volunteer_hub.web.access import public

pages = Blueprint("home", __name__)


@pages.get("/")
@public
def index() -> str:
    return render_template("home/index.html")


@pages.get("/healthz")
@public
def healthz() -> Response:
    return Response("ok\n", mimetype="text/plain")


@pages.get("/readyz")
@public
def readyz() -> Response:
    db.session.execute(text("SELECT version_num FROM alembic_version"))
    return Response("ready\n", mimetype="text/plain")
