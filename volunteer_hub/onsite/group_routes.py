"""The page on which a leader checks a class, a team or a family in or out in one act."""

from __future__ import annotations

import re
import secrets

from flask import Blueprint, render_template, request

from volunteer_hub.checkin import queries
from volunteer_hub.checkin.desk import take_scans
from volunteer_hub.checkin.models import Direction
from volunteer_hub.checkin.showing import shown
from volunteer_hub.core import clock
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.onsite import grouping, people
from volunteer_hub.onsite.grouping import Filter, Results
from volunteer_hub.onsite.people import Expected
from volunteer_hub.web.access import access, actor, require, scope

pages = Blueprint("group", __name__)
FORM = re.compile(r"[0-9a-f]{24}")


@pages.get("/manage/shifts/<int:shift_id>/group")
@require(Permission.SCAN)
def choose(shift_id: int) -> str:
    """Offer those with a place: to who runs the activity all of them, to a team's leader his own."""
    return _page(shift_id, _offered(shift_id), None)


@pages.post("/manage/shifts/<int:shift_id>/group")
@require(Permission.SCAN)
def carry_out(shift_id: int) -> str:
    """Check each chosen person in or out by the same rules as a single scan, and list who was not."""
    offered = _offered(shift_id)
    direction = Direction.OUT if request.form.get("direction") == "out" else Direction.IN
    form = request.form.get("form", "")
    if not FORM.fullmatch(form):
        raise DomainError("stale_form", N_("页面已过期，请返回刷新后重试。"))
    chosen = set(request.form.getlist("person", type=int))
    if len(chosen) > grouping.MOST:
        # Said at once, and nothing done: whoever stands beyond the last place would be dropped without a word.
        raise DomainError("too_many", N_("一次最多 %(n)s 人。"), n=grouping.MOST)
    pairs = grouping.items_for(offered, chosen, actor(), shift_id, direction, form)
    if not pairs:
        raise DomainError("nobody_chosen", N_("请至少选一个人。"))
    answers = take_scans([item for _one, item in pairs], actor(), scope(Permission.SCAN), now=clock.now())
    results = grouping.results_of([one for one, _item in pairs], answers)
    return _page(shift_id, _offered(shift_id), results)


def _offered(shift_id: int) -> list[Expected]:
    """Return whom the asker may see here. Raises Denied for who may scan and see nobody, NotFound outside."""
    queries.get_shift_here(scope(Permission.SCAN), shift_id)
    try:
        queries.get_shift_here(scope(Permission.MANAGE_ACTIVITIES), shift_id)
    except NotFound:
        if not access().can(Permission.LEAD_TEAM):
            raise Denied from None
        return people.list_expected(shift_id, scope(Permission.LEAD_TEAM))
    return people.list_expected(shift_id, None)


def _page(shift_id: int, offered: list[Expected], results: Results | None) -> str:
    shift, activity, station = queries.get_shift_here(scope(Permission.SCAN), shift_id)
    wanted = Filter(request.args.get("team", type=int), request.args.get("family", type=int))
    families = people.families(offered)
    names = {one.volunteer.id: one.volunteer.name for one in offered}
    return render_template(
        "onsite/group.html",
        shift=shift,
        activity=activity,
        station=station,
        people=grouping.narrow(offered, wanted),
        wanted=wanted,
        teams={one.team_id: one.team_name for one in offered if one.team_id is not None},
        families={first: (names[first], len(members)) for first, members in families.items()},
        is_own=lambda one: grouping.is_own(one, actor()),
        results=results,
        shown=shown,
        form=secrets.token_hex(12),
        most=grouping.MOST,
    )
