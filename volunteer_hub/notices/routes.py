"""One's own notices: a list, and reading them."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.permission import Permission
from volunteer_hub.notices import queries, service
from volunteer_hub.web.access import actor, require
from volunteer_hub.web.openers import safe_next

pages = Blueprint("notices", __name__)


@pages.get("/notices")
@require(Permission.OWN_PAGES)
def index() -> str:
    return render_template("notices/index.html", page=queries.page_notices(_own(), request.args.get("page", 1, int)))


@pages.post("/notices/read")
@require(Permission.OWN_PAGES)
def read_all() -> Response:
    with transaction():
        service.mark_read(_own(), now=clock.now())
    return redirect(url_for("notices.index"), 303)


@pages.post("/notices/<int:notice_id>/open")
@require(Permission.OWN_PAGES)
def open_notice(notice_id: int) -> Response:
    """Note that it was read, and lead to the page it speaks of."""
    with transaction():
        notice = queries.get_notice(_own(), notice_id)
        service.mark_read(_own(), notice_id=notice_id, now=clock.now())
    return redirect(safe_next(notice.link) or url_for("notices.index"), 303)


def _own() -> int:
    return actor().account_id or 0
