"""The office's pages: population figures side by side, and what an area has chosen."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import Scope
from volunteer_hub.regions import queries, service
from volunteer_hub.regions.forms import PopulationForm, SettingsForm
from volunteer_hub.regions.labels import BASES, COUNTED_ASSURANCES
from volunteer_hub.regions.models import PopulationBase, Region
from volunteer_hub.web.access import actor, require, scope

pages = Blueprint("regions_admin", __name__, url_prefix="/office")


@pages.route("/population", methods=["GET", "POST"])
@require(Permission.SET_POPULATION)
def population() -> str | Response | tuple[str, int]:
    held = scope(Permission.SET_POPULATION)
    region = _chosen(held)
    form = PopulationForm(year=clock.today().year - 1)
    if form.validate_on_submit():
        try:
            with transaction():
                service.set_population(
                    actor(),
                    queries.get_managed(held, region.code).code,
                    PopulationBase(form.base.data),
                    form.year.data,
                    form.value.data,
                    form.source.data,
                    now=clock.now(),
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已保存%(place)s的人口数。", place=region.name))
            return redirect(url_for("regions_admin.population", region=region.code))
    return _population_page(held, region, form), 422 if form.errors else 200


def _population_page(held: Scope, region: Region, form: PopulationForm) -> str:
    children = queries.list_children(region.code)
    figures = queries.list_population_of([region.code, *(child.code for child in children)])
    return render_template(
        "regions/population.html",
        **_around(held, region),
        form=form,
        own=queries.list_population_history(region.code),
        standing={figure.id for figure in figures},
        rows=[region, *children],
        columns=sorted({(figure.base, figure.year) for figure in figures}, key=lambda pair: (pair[0], -pair[1])),
        values={(figure.region_code, figure.base, figure.year): figure.value for figure in figures},
        bases=BASES,
    )


@pages.post("/population/withdraw")
@require(Permission.SET_POPULATION)
def withdraw_population() -> Response:
    """Take back a figure entered by mistake. What it was is kept, and past instants still find it."""
    held = scope(Permission.SET_POPULATION)
    try:
        base, year = PopulationBase(request.form.get("base", "")), int(request.form.get("year", ""))
    except ValueError:
        raise NotFound from None
    with transaction():
        region = queries.get_managed(held, request.args.get("region", ""))
        service.withdraw_population(actor(), region.code, base, year, now=clock.now())
    flash(_("已作废%(place)s %(year)s 年的人口数。", place=region.name, year=year))
    return redirect(url_for("regions_admin.population", region=region.code))


@pages.route("/settings", methods=["GET", "POST"])
@require(Permission.SET_POPULATION)
def settings() -> str | Response | tuple[str, int]:
    held = scope(Permission.SET_POPULATION)
    region = _chosen(held)
    choice = queries.find_settings(region.code)
    form = SettingsForm(obj=choice)
    if form.validate_on_submit():
        try:
            with transaction():
                service.choose_settings(
                    actor(),
                    queries.get_managed(held, region.code).code,
                    publishes_ratios=form.publishes_ratios.data,
                    counted_assurance=form.counted_assurance.data,
                    now=clock.now(),
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已保存%(place)s的统计设置。", place=region.name))
            return redirect(url_for("regions_admin.settings", region=region.code))
    page = render_template(
        "regions/settings.html",
        **_around(held, region),
        form=form,
        choice=choice,
        children=queries.list_children(region.code),
        choices=queries.list_choices(region.code),
        counted=COUNTED_ASSURANCES,
        chosen_by=queries.get_region(choice.chosen_by) if choice.chosen_by else None,
    )
    return page, 422 if form.errors else 200


def _chosen(held: Scope) -> Region:
    """Return the division asked for, else the home division, else the first of the scope's. Raises NotFound."""
    asked = request.args.get("region", "")
    if asked:
        return queries.get_managed(held, asked)
    home = queries.home_region(current_app.config["HOME_REGION"])
    if home is not None and held.covers(region=home.code):
        return home
    tops = queries.list_tops(held)
    if not tops:
        raise NotFound
    return tops[0]


def _around(held: Scope, region: Region) -> dict[str, object]:
    """Return the division with the way to it and the ways on from it, as far as the scope reaches."""
    above = queries.list_ancestors(region.code)
    return {
        "region": region,
        "above": [upper for upper in above if held.covers(region=upper.code)],
        "tops": queries.list_tops(held),
    }
