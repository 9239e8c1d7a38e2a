"""The trail as the auditor reads it."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request

from volunteer_hub.audit import labels, queries
from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.web.access import require, scope
from volunteer_hub.web.i18n import say

pages = Blueprint("audit", __name__)


@pages.get("/audit")
@require(Permission.READ_AUDIT)
def index() -> str | tuple[str, int]:
    action = request.args.get("action", "").strip()
    typed = {"action": action, "from": request.args.get("from", ""), "to": request.args.get("to", "")}
    shown = {"typed": typed, "labels": labels}
    try:
        since, until = _day("from"), _day("to")
    except Unprocessable as refusal:
        return render_template("audit/index.html", page=None, refused=say(refusal.message), **shown), 422
    page = queries.page_entries(
        scope(Permission.READ_AUDIT),
        action=action or None,
        since=since,
        until=until,
        number=request.args.get("page", 1, int),
    )
    return render_template("audit/index.html", page=page, refused=None, **shown)


def _day(name: str) -> date | None:
    text = request.args.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Unprocessable("bad_date", N_("日期应写作 2022-12-31。"), field=name) from None
