"""The managers' page on which the station says what came of an activity.

A file beside `admin_routes.py`, which would be too long with it; its view belongs to the same pages.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.activities import queries, results
from volunteer_hub.activities.forms import ResultForm
from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.activities.roster_routes import carried_out
from volunteer_hub.core import clock
from volunteer_hub.core.permission import Permission
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.forms import choices

MANAGE = Permission.MANAGE_ACTIVITIES
#: What the form says for all shifts together.
WHOLE = 0


def add_to(pages: Blueprint) -> None:
    """Give the managers' pages the rule of this file."""
    pages.add_url_rule("/manage/activities/<int:activity_id>/results", view_func=record, methods=["GET", "POST"])


@require(MANAGE)
def record(activity_id: int) -> str | Response | tuple[str, int]:
    """Show what was said of the activity, and take what is said now."""
    activity = queries.get_activity(scope(MANAGE), activity_id)
    held = results.list_held(activity, clock.now())
    form = ResultForm(data={"shift_id": request.args.get("shift", WHOLE, int)})
    form.shift_id.choices = _offered(held)

    def act() -> None:
        fresh = queries.get_activity(scope(MANAGE), activity_id)
        results.record(actor(), fresh, form.shift_id.data or None, form.outcome(), now=clock.now())

    if carried_out(form, act):
        flash(_("成果已登记。") if form.beneficiaries.data is not None else _("已撤回登记的成果。"))
        return redirect(url_for("activities_admin.show", activity_id=activity_id))
    answer = render_template(
        "activities/manage/results.html",
        form=form,
        activity=activity,
        held=held,
        said={result.shift_id: result for result in results.list_results([activity_id])},
    )
    return answer, 422 if form.errors else 200


def _offered(held: list[Shift]) -> list[tuple[str, str]]:
    """Return the shifts to choose from, and all together where there are several."""
    times = [(shift.id, f"{clock.local(shift.starts_at):%Y-%m-%d %H:%M}") for shift in held]
    whole = [(WHOLE, _("整个活动（各场次合计）"))] if len(held) != 1 else []
    return choices([*whole, *times])


def said_of(activity: Activity) -> dict[str, object]:
    """Return what the activity's page shows of its results."""
    said = results.list_results([activity.id])
    return {
        "results": said,
        "held": results.list_held(activity, clock.now()),
        "beneficiaries": sum(result.beneficiaries for result in said),
        "starts_of": {shift.id: shift.starts_at for shift in activity.shifts},
    }
