"""The office's page of targets: what holds, what held, and setting one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions import queries as regions
from volunteer_hub.regions.models import Region
from volunteer_hub.statistics import queries, targets, targets_service, targets_showing
from volunteer_hub.statistics.question import Question
from volunteer_hub.statistics.targets_forms import TargetForm
from volunteer_hub.statistics.targets_models import Over
from volunteer_hub.web.access import actor, require, scope

pages = Blueprint("targets", __name__)


@pages.route("/office/targets", methods=["GET", "POST"])
@require(Permission.SET_TARGETS)
def index() -> str | Response | tuple[str, int]:
    """Show what holds for a division and all that was ever said about it; set a target."""
    region = _chosen()
    form = TargetForm(year=clock.today().year, over=Over.EVER.value, classes=[kind.value for kind in HoursClass])
    if form.validate_on_submit():
        try:
            with transaction():
                targets_service.set_target(actor(), _chosen().code, form.aim(), now=clock.now())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已保存%(place)s的目标。", place=region.name))
            return redirect(url_for("targets.index", region=region.code))
    return render_template("statistics/targets.html", form=form, **_page(region)), 422 if form.errors else 200


@pages.post("/office/targets/withdraw")
@require(Permission.SET_TARGETS)
def withdraw() -> Response:
    """Take back a target of the division's own; what it said is kept."""
    region = _chosen()
    with transaction():
        target_id = request.form.get("target_id", 0, int)
        targets_service.withdraw_target(actor(), region.code, target_id, now=clock.now())
    flash(_("已撤销。"))
    return redirect(url_for("targets.index", region=region.code))


def _chosen() -> Region:
    """Return the division asked for, else where the asker's pages open. Raises NotFound outside the scope."""
    held = scope(Permission.SET_TARGETS)
    asked = request.args.get("region", "") or queries.find_start(held, current_app.config["HOME_REGION"])
    if not asked:
        raise NotFound
    return regions.get_managed(held, asked)


def _page(region: Region) -> dict[str, Any]:
    held = scope(Permission.SET_TARGETS)
    now = clock.now()
    history = targets.list_history(region.code)
    standing = targets.for_region(region.code, now)
    ends = {target.id for target in history if target.withdrawn}
    last = {(said.figure, said.basis, said.year): said.id for said in reversed(history)}
    return {
        "region": region,
        "lineage": queries.list_lineage(region.code, held),
        "children": regions.list_children(region.code),
        "question": Question(region.code, now, live=True),
        "standing": standing,
        "history": history,
        "ends": ends,
        "last": set(last.values()),
        "names": regions.map_names({target.region_code for target in standing}),
        **targets_showing.words(),
        "measured_by": targets.measured_by,
    }
