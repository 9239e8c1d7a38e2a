"""The landing page, the bench of who is signed in, a volunteer's own page, and what a load balancer asks."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template
from sqlalchemy import text

from volunteer_hub.activities import labels as activity_labels
from volunteer_hub.activities import queries as activities
from volunteer_hub.checkin import queries as checkin
from volunteer_hub.checkin.answers import REDUCTIONS
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.permission import Permission
from volunteer_hub.home import labels, queries
from volunteer_hub.regions.labels import BASES
from volunteer_hub.reviews import queries as reviews
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.web.access import access, actor, public, require

pages = Blueprint("home", __name__)

SHOWN = 6
WORDS = {
    "labels": labels,
    "reductions": REDUCTIONS,
    "bases": BASES,
    "sign_up_states": activity_labels.SIGN_UP_STATES,
    "sign_up_tones": activity_labels.TONES,
}


@pages.context_processor
def _words() -> dict[str, object]:
    return WORDS


@pages.get("/")
@public
def index() -> str:
    return _bench() if access().signed_in else _landing()


def _landing() -> str:
    now = clock.now()
    return render_template(
        "home/landing.html",
        upcoming=queries.list_upcoming(now, SHOWN),
        figures=queries.find_published_figures(current_app.config["HOME_REGION"], now),
    )


def _bench() -> str:
    now, asker = clock.now(), access()
    volunteer = _own_volunteer()
    opened = checkin.find_open_session(volunteer.id) if volunteer else None
    scans, decides = asker.scope(Permission.SCAN), asker.scope(Permission.DECIDE_REVIEWS)
    return render_template(
        "home/bench.html",
        volunteer=volunteer,
        opened=opened,
        hours=queries.get_own_hours(volunteer.id) if volunteer else None,
        next_shifts=activities.list_next_shifts(volunteer.id, now)[:3] if volunteer else [],
        todays=[] if scans.empty else queries.list_todays_shifts(scans, now, SHOWN),
        waiting=0 if decides.empty else reviews.count_open(decides),
        upcoming=queries.list_upcoming(now, SHOWN) if volunteer else [],
    )


def _own_volunteer() -> Volunteer | None:
    account_id = actor().account_id
    return volunteers.find_by_account(account_id) if account_id else None


@pages.get("/me")
@require(Permission.OWN_PAGES)
def my_page() -> str:
    now, volunteer = clock.now(), _own_volunteer()
    if volunteer is None:
        return render_template("home/no_volunteer.html")
    return render_template(
        "home/my_page.html",
        volunteer=volunteer,
        hours=queries.get_own_hours(volunteer.id),
        next_shifts=activities.list_next_shifts(volunteer.id, now),
        teams=queries.list_own_teams(volunteer.id),
    )


@pages.get("/healthz")
@public
def healthz() -> Response:
    return Response("ok\n", mimetype="text/plain")


@pages.get("/readyz")
@public
def readyz() -> Response:
    db.session.execute(text("SELECT version_num FROM alembic_version"))
    return Response("ready\n", mimetype="text/plain")
