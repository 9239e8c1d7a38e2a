"""The door's own page, where an installed scanner begins, and what the phone's pages are told by every template."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, current_app, render_template

from volunteer_hub.checkin.answers import WORDS
from volunteer_hub.core import clock
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.onsite.today import list_todays_shifts
from volunteer_hub.web.access import require, scope
from volunteer_hub.web.i18n import say

pages = Blueprint("door", __name__)

#: What the decision can say where no server is asked.
REASONS = (
    "checked_in", "already_in", "already_out", "just_checked_in", "just_checked_out", "code_unknown", "code_expired",
    "code_used", "shift_cancelled", "not_checked_in", "in_elsewhere", "not_signed_up", "not_approved",
    "on_waiting_list", "sign_up_withdrawn", "too_early", "too_late", "too_late_out",
)  # fmt: skip
#: Filled by the phone: names of places stay as they are, in braces.
PLACES = {name: "{" + name + "}" for name in ("at", "by", "place")}
#: What the phone cannot reckon by itself, it does not claim.
ALONE = {"checked_out": (N_("签退成功"), N_("%(at)s 签退，时长由服务器计算。"))}


@pages.get("/manage/door")
@require(Permission.SCAN)
def today() -> str:
    """Show today's shifts; the page opens without a network, and so do the shifts that this phone has prepared."""
    return render_template("onsite/door.html", rows=list_todays_shifts(scope(Permission.SCAN), clock.now()))


@pages.app_template_global()
def phone_words() -> dict[str, tuple[str, str]]:
    """Return headline and sentence for each reason, in the reader's language, for a phone without a network."""
    spoken = {**{reason: WORDS[reason] for reason in REASONS}, **ALONE}
    return {reason: (say(headline), say(sentence, PLACES)) for reason, (headline, sentence) in spoken.items()}


@pages.app_template_global()
def phone_build() -> str:
    """Return what changes whenever a script or style does: kept pages of another build are replaced."""
    return _build(str(current_app.static_folder))


@cache
def _build(folder: str) -> str:
    files = sorted(path for kind in ("js", "css") for path in (Path(folder) / kind).rglob("*") if path.is_file())
    stamps = "".join(f"{path.name}:{path.stat().st_mtime_ns};" for path in files)
    return hashlib.sha256(stamps.encode()).hexdigest()[:12]
