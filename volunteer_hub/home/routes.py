"""The landing page, the bench of who is signed in, a volunteer's own page, and what a load balancer asks."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template, request
from sqlalchemy import text

from volunteer_hub.activities import labels as activity_labels
from volunteer_hub.activities import queries as activities
from volunteer_hub.checkin import queries as checkin
from volunteer_hub.checkin.answers import REDUCTIONS
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.permission import Permission
from volunteer_hub.home import labels, queries
from volunteer_hub.home.queries import Wanted
from volunteer_hub.home.records import RecordState
from volunteer_hub.ledger import queries as ledger
from volunteer_hub.recognition import queries as recognition
from volunteer_hub.regions.labels import BASES
from volunteer_hub.reviews import queries as reviews
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.web.access import access, actor, public, require

pages = Blueprint("home", __name__)

SHOWN = 6
#: Records on one's own page; the rest stands on a page of its own.
LATEST = 8
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
        minutes=ledger.get_balance(volunteer.id) if volunteer else 0,
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
    minutes, by_class = queries.get_own_sums(volunteer.id)
    return render_template(
        "home/my_page.html",
        volunteer=volunteer,
        minutes=minutes,
        by_class=by_class,
        record=queries.get_own_record(volunteer.id, Wanted(), size=LATEST),
        star=recognition.own_star(volunteer.id, now),
        next_shifts=activities.list_next_shifts(volunteer.id, now),
        teams=queries.list_own_teams(volunteer.id),
        year=clock.today().year,
    )


@pages.get("/me/record")
@require(Permission.OWN_PAGES)
def my_record() -> str:
    """Show everything recorded of oneself, a page at a time: by year, by activity, by state."""
    volunteer = _own_volunteer()
    if volunteer is None:
        return render_template("home/no_volunteer.html")
    years = queries.list_own_years(volunteer.id)
    wanted = _wanted(years)
    record = queries.get_own_record(volunteer.id, wanted, request.args.get("page", 1, int))
    return render_template("home/my_record.html", record=record, wanted=wanted, years=years)


def _wanted(years: list[int]) -> Wanted:
    """Return what the address asks for; a year of which nothing is recorded asks for all."""
    year = request.args.get("year", type=int)
    state = request.args.get("state", "")
    return Wanted(
        year if year in years else None,
        request.args.get("activity", type=int),
        RecordState(state) if state in set(RecordState) else None,
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
