"""The Office's page on hour policies: which rules held when, and new ones from a day on, tried before that."""

from __future__ import annotations

from dataclasses import fields

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.checkin import policy_trying
from volunteer_hub.checkin.policy_forms import PolicyForm
from volunteer_hub.checkin.policy_trying import Trial
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import region_prefix
from volunteer_hub.core.text import N_
from volunteer_hub.ledger import queries
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HourPolicy
from volunteer_hub.ledger.policy import Policy
from volunteer_hub.regions import queries as regions
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.limits import limiter

pages = Blueprint("policies_admin", __name__)

SET = Permission.SET_POLICIES
Answer = str | Response | tuple[str, int]


@pages.get("/office/policies")
@require(SET)
def index() -> str:
    """List the versions, newest first, each with what it changed."""
    areas = _areas()
    versions = queries.list_versions(list(areas))
    return render_template(
        "checkin/policies.html",
        lines=[(version, *_changes(version, versions)) for version in versions],
        areas=_names(versions) | areas,
        words=PolicyForm(None),
        now=clock.now(),
    )


@pages.route("/office/policies/new", methods=["GET", "POST"])
@require(SET)
@limiter.limit("20/minute", methods=["POST"])
def new() -> Answer:
    """Try a policy on the past month, or set it from a day on."""
    form, areas, trial = PolicyForm(), _areas(), None
    form.offer(list(areas.items()))
    if request.method == "GET":
        _fill(form, areas)
    if form.validate_on_submit():
        try:
            prefix = _prefix(form, areas)
            if "try" in request.form:
                trial = policy_trying.try_policy(prefix, form.policy(), now=clock.now())
            else:
                _set(form, prefix)
                flash(_("新规则已保存，从 %(day)s 起生效。", day=form.effective_on.data))
                return redirect(url_for("policies_admin.index"))
        except DomainError as refusal:
            if refusal.status == 403:
                raise
            form.refuse(refusal)
    return _form_page(form, trial)


def _form_page(form: PolicyForm, trial: Trial | None) -> tuple[str, int]:
    page = render_template("checkin/policy_new.html", form=form, trial=trial, days=policy_trying.LOOKED_BACK.days)
    return page, 422 if form.errors or form.form_errors else 200


def _set(form: PolicyForm, prefix: str) -> None:
    with transaction():
        ledger.add_policy(
            actor(), prefix, form.policy(), effective_from=clock.at(form.effective_on.data), now=clock.now()
        )


def _fill(form: PolicyForm, areas: dict[str, str]) -> None:
    """Begin with what holds now in the area asked for."""
    asked = request.args.get("area", "")
    form.area.data = asked if asked in areas else next(iter(areas), "")
    now = clock.now()
    found = queries.find_policy(form.area.data.ljust(12, "0"), now, now=now)
    form.show(found.policy if found else Policy())


def _prefix(form: PolicyForm, areas: dict[str, str]) -> str:
    prefix = form.area.data or ""
    if prefix not in areas or not (
        scope(SET).everything or any(prefix.startswith(own) for own in scope(SET).regions)
    ):
        raise Denied("beyond_own_scope", N_("您只能在自己的范围内设定规则。"))
    return prefix


def _areas() -> dict[str, str]:
    """Return the areas for which the asker may set a policy, by prefix: one's own, and those right below them."""
    allowed = scope(SET)
    tops = regions.list_tops(allowed)
    found = {"": _("整个部署")} if allowed.everything else {}
    for top in tops:
        found[region_prefix(top.code)] = top.full_name
        found |= {region_prefix(below.code): below.full_name for below in regions.list_children(top.code)}
    return found


def _names(versions: list[HourPolicy]) -> dict[str, str]:
    codes = {version.region_prefix: version.region_prefix.ljust(12, "0") for version in versions}
    names = regions.map_names(codes.values())
    return {prefix: names.get(code, _("整个部署")) for prefix, code in codes.items()}


def _changes(version: HourPolicy, versions: list[HourPolicy]) -> tuple[list[tuple[str, object, object]], Policy]:
    """Return (rule, before, after) of what a version changed in its area, and the version's rules."""
    rules = queries.read_rules(version.rules)
    earlier = [
        one for one in versions if one.region_prefix == version.region_prefix and one.version < version.version
    ]
    before = queries.read_rules(max(earlier, key=lambda one: one.version).rules) if earlier else Policy()
    pairs = ((item.name, getattr(before, item.name), getattr(rules, item.name)) for item in fields(Policy))
    return [(name, old, new) for name, old, new in pairs if old != new], rules
