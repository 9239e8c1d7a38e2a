"""What every page shows: the navigation of whoever is signed in, the language, the demonstration banner."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request, url_for
from werkzeug.urls import iri_to_uri

from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.web.access import access, is_open
from volunteer_hub.web.browsers import browser_words
from volunteer_hub.web.csrf import generate_csrf
from volunteer_hub.web.display import Theme, display
from volunteer_hub.web.i18n import say


class Group(StrEnum):
    """Whose pages they are: everybody's, one's own, or those of work."""

    OPEN = "open"
    OWN = "own"
    WORK = "work"


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation: the page, its words, and who sees it (None: everybody)."""

    endpoint: str
    label: str
    permission: Permission | None = None
    icon: str = ""
    group: Group = Group.OPEN


ENTRIES = (
    Entry("home.index", N_("首页"), None, "home"),
    Entry("activities.index", N_("活动"), None, "calendar"),
    Entry("stations.index", N_("阵地"), None, "station"),
    Entry("teams.index", N_("队伍"), None, "team"),
    Entry("checkin.my_code", N_("我的码"), Permission.OWN_PAGES, "qr", Group.OWN),
    Entry("home.my_page", N_("我的"), Permission.OWN_PAGES, "person", Group.OWN),
    Entry("activities_admin.index", N_("活动管理"), Permission.SCAN, "clipboard", Group.WORK),
    Entry("door.today", N_("门口扫码"), Permission.SCAN, "camera", Group.WORK),
    Entry("reviews.index", N_("待办审核"), Permission.DECIDE_REVIEWS, "inbox", Group.WORK),
    Entry("checkin_health.board", N_("现场看板"), Permission.SCAN, "clock", Group.WORK),
    Entry("hours_reports.index", N_("公示举报"), Permission.MANAGE_STATIONS, "flag", Group.WORK),
    Entry("boards.index", N_("看板"), Permission.SEE_STATISTICS, "chart", Group.WORK),
    Entry("statistics.ratios", N_("统计"), Permission.SEE_STATISTICS, "chart", Group.WORK),
    Entry("month_close.index", N_("月结"), Permission.SIGN_FIGURES, "clipboard", Group.WORK),
    Entry("exports.index", N_("报表下载"), Permission.EXPORT, "inbox", Group.WORK),
    Entry("imports.index", N_("批量导入"), Permission.IMPORT, "people", Group.WORK),
    Entry("anomalies.index", N_("异常线索"), Permission.SEE_ANOMALIES, "flag", Group.WORK),
    Entry("objections.index", N_("时长异议"), Permission.DECIDE_REVIEWS, "inbox", Group.WORK),
    Entry("certificates_admin.index", N_("服务证明"), Permission.ISSUE_CERTIFICATES, "clipboard", Group.WORK),
    Entry("recognition_admin.index", N_("星级与表彰"), Permission.RECOGNISE, "flag", Group.WORK),
    Entry("merging.index", N_("重复登记"), Permission.MERGE_PEOPLE, "people", Group.WORK),
    Entry("policies_admin.index", N_("计时规则"), Permission.SET_POLICIES, "clock", Group.WORK),
    Entry("volunteers_admin.index", N_("志愿者"), Permission.SEE_PEOPLE, "people", Group.WORK),
    Entry("rights_admin.index", N_("信息权利请求"), Permission.OPEN_IDENTITY, "shield", Group.WORK),
    Entry("stations_admin.index", N_("阵地管理"), Permission.MANAGE_STATIONS, "station", Group.WORK),
    Entry("teams_admin.index", N_("队伍管理"), Permission.LEAD_TEAM, "flag", Group.WORK),
    Entry("regions_admin.population", N_("人口数"), Permission.SET_POPULATION, "number", Group.WORK),
    Entry("accounts_admin.grants", N_("账号与授权"), Permission.GRANT_ROLES, "key", Group.WORK),
    Entry("audit.index", N_("操作日志"), Permission.READ_AUDIT, "log", Group.WORK),
)
#: The name of a deployment that was given none of its own; only this one has an English form.
DEFAULT_NAME = N_("志愿中枢")
#: Rooms of which one blueprint serves several entries, so that only the page itself is the current one.
SHARED = frozenset({"home", "checkin", "accounts"})


@dataclass(frozen=True)
class Link:
    """An entry as this asker sees it. `current` is what aria-current says: page, true (inside it), or empty."""

    endpoint: str
    label: str
    icon: str
    group: Group
    current: str


@dataclass(frozen=True)
class Navigation:
    """The entries of one asker, and how a narrow screen shares them out."""

    links: tuple[Link, ...]
    #: How many tabs stand beside 更多 on a phone; large type leaves room for fewer.
    places: int = 4

    @property
    def top(self) -> list[Link]:
        """Return everybody's pages and one's own."""
        return [link for link in self.links if link.group is not Group.WORK]

    @property
    def work(self) -> list[Link]:
        """Return the pages of work, if there is any."""
        return [link for link in self.links if link.group is Group.WORK]

    @property
    def tabs(self) -> list[Link]:
        """Return those that stand at the bottom of a phone: first what the person is here for."""
        own = [link.endpoint for link in self.links if link.endpoint == "home.my_page"]
        work = [link.endpoint for link in self.work[: 3 - len(own)]]
        open_to_all = ["activities.index", "checkin.my_code", "home.my_page", "stations.index", "teams.index"]
        wanted = ["home.index", *((*work, *own) if work else ()), *open_to_all]
        known = {link.endpoint: link for link in self.links}
        return [known[endpoint] for endpoint in dict.fromkeys(wanted) if endpoint in known][: self.places]

    @property
    def more(self) -> list[Link]:
        """Return what a phone keeps behind its last tab."""
        return [link for link in self.links if link not in self.tabs]


def init_app(
    app: Flask,
    has_demonstration: Callable[[], bool],
    has_record: Callable[[int], bool],
    count_unread: Callable[[int], int],
) -> None:
    """Give the templates their globals, and static files their types and lifetimes.

    `has_record` tells whether an account is a volunteer's: others have no code and no hours to be led to.
    `count_unread` tells how many notices wait for an account.
    """
    mimetypes.add_type("application/manifest+json", ".webmanifest")

    @app.context_processor
    def _globals() -> dict[str, Any]:
        return {
            "access": access(),
            "display": display(),
            "Theme": Theme,
            "Permission": Permission,
            "csrf_token": generate_csrf,
            "site_name": _site_name(),
            "navigation": _navigation(has_record),
            "demonstration": has_demonstration(),
            "unread_notices": lambda: count_unread(access().actor.account_id or 0),
            "say": say,
        }

    @app.after_request
    def _ask_again_for_unversioned_files(response: Response) -> Response:
        # A module imported by another carries no version in its address.
        if request.endpoint == "static" and "v" not in request.args and "/vendor/" not in request.path:
            response.headers["Cache-Control"] = "no-cache"
        return response

    app.jinja_env.globals.update(asset=asset, has_page=has_page, browser_name=browser_name, here=here)


def _site_name() -> str:
    name = str(current_app.config["SITE_NAME"])
    return say(name) if name == DEFAULT_NAME else name


def _navigation(has_record: Callable[[int], bool]) -> Navigation:
    asker = access()
    open_to = [entry for entry in ENTRIES if entry.permission is None or asker.can(entry.permission)]
    if any(entry.group is Group.WORK for entry in open_to) and not has_record(asker.actor.account_id or 0):
        open_to = [entry for entry in open_to if entry.group is not Group.OWN]
    return Navigation(
        tuple(
            Link(entry.endpoint, say(entry.label), entry.icon, entry.group, _current(entry.endpoint))
            for entry in open_to
            if has_page(entry.endpoint)
        ),
        places=3 if display().elder else 4,
    )


def _current(endpoint: str) -> str:
    if request.endpoint == endpoint:
        return "page"
    room = endpoint.partition(".")[0]
    return "true" if request.blueprint == room and room not in SHARED else ""


def has_page(endpoint: str) -> bool:
    """Tell whether this deployment has the page, and the asker may open it for whom one acts: no dead links."""
    return is_open(endpoint)


def browser_name(user_agent: str) -> str:
    """Return a browser's name as its owner knows it: 微信 · iPhone."""
    return " · ".join(say(words) for words in browser_words(user_agent))


def here() -> str:
    """Return the address to come back to after a choice made on this page: its own, or / where it cannot be read."""
    if request.method in ("GET", "HEAD"):
        return iri_to_uri(request.full_path.rstrip("?"))
    readable = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    return iri_to_uri(request.path) if readable else "/"


_versions: dict[str, int] = {}


def asset(path: str) -> str:
    """Return the address of a static file with its modification time, so that it may be cached for long."""
    if path not in _versions or current_app.debug:
        _versions[path] = int((Path(current_app.static_folder or "") / path).stat().st_mtime)
    return url_for("static", filename=path, v=_versions[path])
