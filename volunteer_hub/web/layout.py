"""What every page shows: the navigation of whoever is signed in, the language, the demonstration banner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, current_app, url_for

from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.web.access import access
from volunteer_hub.web.csrf import generate_csrf
from volunteer_hub.web.i18n import say


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation: the page, its words, and who sees it (None: everybody)."""

    endpoint: str
    label: str
    permission: Permission | None = None
    icon: str = ""


ENTRIES = (
    Entry("home.index", N_("首页"), None, "home"),
    Entry("activities.index", N_("活动"), None, "calendar"),
    Entry("stations.index", N_("阵地"), None, "station"),
    Entry("teams.index", N_("队伍"), None, "team"),
    Entry("checkin.my_code", N_("我的码"), Permission.OWN_PAGES, "qr"),
    Entry("home.my_page", N_("我的"), Permission.OWN_PAGES, "person"),
    Entry("activities_admin.index", N_("活动管理"), Permission.SCAN, "clipboard"),
    Entry("reviews.index", N_("待办审核"), Permission.DECIDE_REVIEWS, "inbox"),
    Entry("teams_admin.index", N_("队伍管理"), Permission.LEAD_TEAM, "flag"),
    Entry("statistics.ratios", N_("统计"), Permission.SEE_STATISTICS, "chart"),
    Entry("volunteers_admin.index", N_("志愿者"), Permission.SEE_PEOPLE, "people"),
    Entry("regions_admin.population", N_("人口数"), Permission.SET_POPULATION, "number"),
    Entry("accounts_admin.grants", N_("账号与授权"), Permission.GRANT_ROLES, "key"),
    Entry("audit.index", N_("操作日志"), Permission.READ_AUDIT, "log"),
)


def init_app(app: Flask, has_demonstration: Callable[[], bool]) -> None:
    """Give the templates their globals."""

    @app.context_processor
    def _globals() -> dict[str, Any]:
        return {
            "access": access(),
            "Permission": Permission,
            "csrf_token": generate_csrf,
            "site_name": current_app.config["SITE_NAME"],
            "navigation": _navigation(),
            "demonstration": has_demonstration(),
            "say": say,
        }

    app.jinja_env.globals["asset"] = asset


def _navigation() -> list[tuple[str, str, str]]:
    asker = access()
    known = current_app.view_functions
    return [
        (entry.endpoint, say(entry.label), entry.icon)
        for entry in ENTRIES
        if entry.endpoint in known and (entry.permission is None or asker.can(entry.permission))
    ]


_versions: dict[str, int] = {}


def asset(path: str) -> str:
    """Return the address of a static file with its modification time, so that it may be cached for long."""
    if path not in _versions or current_app.debug:
        _versions[path] = int((Path(current_app.static_folder or "") / path).stat().st_mtime)
    return url_for("static", filename=path, v=_versions[path])
