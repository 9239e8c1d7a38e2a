"""Choosing how pages look: theme, large type, language. Forms only, so that it works without script."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.web.access import public
from volunteer_hub.web.display import Theme, keep
from volunteer_hub.web.openers import safe_next

pages = Blueprint("display", __name__)


@pages.get("/display")
@public
def settings() -> str:
    """Show what may be chosen, and what holds in this browser."""
    return render_template("home/display.html", next=safe_next(request.args.get("next")))


@pages.post("/display")
@public
def choose() -> Response:
    """Keep one choice in this browser's cookies, and go back to the page it was made on."""
    response = redirect(safe_next(request.form.get("next")) or url_for("home.index"))
    theme, elder = request.form.get("theme", ""), request.form.get("elder", "")
    keep(
        response,
        theme=Theme(theme) if theme in set(Theme) else None,
        elder=elder == "1" if elder in ("0", "1") else None,
    )
    if elder == "1":
        flash(_("已换成大字版。右上角可以换回标准版。"))
    return response
