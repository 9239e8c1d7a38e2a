"""What is let in when more is asked than this process can do: check-ins first, exports last.

Who finds no place is answered 503 with a Retry-After of some seconds, drawn by lot so that those sent away
together do not come back together. That answer reads no database and draws no page anew.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

from flask import Flask, Response, current_app, request

from volunteer_hub.core.text import N_
from volunteer_hub.web.errors import problem, wants_json
from volunteer_hub.web.i18n import locale, say
from volunteer_hub.web.places import Places, Urgency, limits

log = logging.getLogger(__name__)

#: The one table of urgencies: by endpoint, else by blueprint; whatever is not here is a page.
URGENCIES: dict[str, Urgency] = {
    "checkin_api": Urgency.CHECK_IN,
    "checkin": Urgency.CHECK_IN,
    "checkin_admin": Urgency.CHECK_IN,
    "door": Urgency.CHECK_IN,
    "kiosk": Urgency.CHECK_IN,
    "moving": Urgency.CHECK_IN,
    "walk_ins": Urgency.CHECK_IN,
    "group": Urgency.CHECK_IN,
    "look_up_api": Urgency.CHECK_IN,
    "look_up": Urgency.CHECK_IN,
    "checkin_api.snapshot": Urgency.SIGN_IN,
    "checkin_admin.scan_log": Urgency.PAGE,
    "accounts.sign_in": Urgency.SIGN_IN,
    "accounts.set_up": Urgency.SIGN_IN,
    "volunteers.register": Urgency.SIGN_IN,
    "exchange": Urgency.EXPORT,
    "shift_papers": Urgency.EXPORT,
    "exports.fetch": Urgency.EXPORT,
    "month_close.refresh": Urgency.EXPORT,
    "month_close.file": Urgency.EXPORT,
    "month_close.review": Urgency.EXPORT,
    "month_close.decide_anew": Urgency.EXPORT,
    "month_close.report_pdf": Urgency.EXPORT,
    "month_close.report_json": Urgency.EXPORT,
    "stations_admin.plate": Urgency.EXPORT,
    "certificates.record_pdf": Urgency.EXPORT,
    "certificates_admin.issue": Urgency.EXPORT,
    "certificates_admin.register_file": Urgency.EXPORT,
    "cards.print_one": Urgency.EXPORT,
    "cards.print_shift": Urgency.EXPORT,
    "cards.print_team": Urgency.EXPORT,
    "rights.copy": Urgency.EXPORT,
    "imports.upload": Urgency.EXPORT,
    "imports.left_out": Urgency.EXPORT,
}
#: Let in always: whoever looks after the machine must see it, and a file costs nothing.
ALWAYS = frozenset({"static", "devices.service_worker", "home.healthz", "home.readyz"})
#: A longer body than some scans have is a queue being sent: it may wait for who stands at the door.
BATCH = 3 * 1024
#: Seconds after which to come again: at least, and fewer than.
SOONEST, LATEST = 2, 16
BUSY = N_("现在使用的人太多，请稍等几秒再试。")
PLACE = "hub.place"
#: The pages of refusal, by language and by whether something was only read, which can be asked for again.
Pages = dict[tuple[str, bool], str]
#: A line in the log at the first one sent away, and then at every so many.
EVERY = 500


def init_app(app: Flask) -> None:
    """Ask for a place before anything else is done for a request, and give it back after everything."""
    places = Places(limits(app.config.setdefault("WEB_THREADS", 24)))
    pages: Pages = {}
    app.extensions["places"] = places

    @app.before_request
    def _enter() -> Response | None:
        urgency = urgency_of(request.endpoint, request.content_length or 0)
        if urgency is None:
            return None
        if places.enter(urgency):
            request.environ[PLACE] = urgency
            return None
        _say_so(places, urgency)
        return _refusal(pages)

    @app.teardown_request
    def _leave(_error: BaseException | None) -> None:
        urgency = request.environ.pop(PLACE, None)
        if urgency is not None:
            places.leave(urgency)


def urgency_of(endpoint: str | None, size: int) -> Urgency | None:
    """Return how urgent a request is, by where it goes and how many bytes it brings; None if it needs no place."""
    if endpoint in ALWAYS:
        return None
    if endpoint == "checkin_api.scans" and size > BATCH:
        return Urgency.SYNC
    named = endpoint or ""
    return URGENCIES.get(named, URGENCIES.get(named.partition(".")[0], Urgency.PAGE))


def _refusal(pages: Pages) -> Response:
    seconds = str(SOONEST + secrets.randbelow(LATEST - SOONEST))
    headers = {"Retry-After": seconds}
    if wants_json():
        response = problem(503, "overloaded", say(BUSY))
    else:
        response = Response(_page(pages), 503)
        if request.method == "GET":
            headers["Refresh"] = seconds
    response.headers.update(headers)
    return response


def _page(pages: Pages) -> str:
    """Return the page in the asker's language; drawn once, without what other pages ask the database for."""
    key = (locale(), request.method == "GET")
    if key not in pages:
        template = current_app.jinja_env.get_template("web/busy.html")
        values: dict[str, Any] = {"sentence": say(BUSY), "site_name": current_app.config["SITE_NAME"]}
        pages[key] = template.render({**values, "reads": request.method == "GET"})
    return pages[key]


def _say_so(places: Places, urgency: Urgency) -> None:
    counts = places.counts()
    if counts["refused"][urgency] % EVERY == 1:
        said = {name: {kind.name: number for kind, number in of.items()} for name, of in counts.items()}
        log.warning("overloaded: %s sent away; %s", urgency.name, said)
