"""The office's page of levels and points, what is entered about a person, and at a shift's roster."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.activities import queries as activities
from volunteer_hub.activities.queries import Listed
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.recognition import entered, grants, labels, point_queries, queries, service
from volunteer_hub.recognition.forms import (
    LEVELS,
    EvaluationForm,
    HonourForm,
    LevelsForm,
    PointsForm,
    TakeBackForm,
    TrainingForm,
)
from volunteer_hub.recognition.point_rules import DEFAULT, rates_for
from volunteer_hub.recognition.service import About, Given, Judged, Said, Taught
from volunteer_hub.recognition.stars import StarRule
from volunteer_hub.regions import queries as regions
from volunteer_hub.regions.models import Region
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.forms import Form, choices
from volunteer_hub.web.i18n import say

pages = Blueprint("recognition_admin", __name__)
Answer = str | Response | tuple[str, int]
RECOGNISE, MANAGE = Permission.RECOGNISE, Permission.MANAGE_ACTIVITIES


@pages.context_processor
def _words() -> dict[str, Any]:
    return {"labels": labels}


@pages.get("/office/recognition")
@require(RECOGNISE)
def index() -> str | Response:
    """Show an area's levels, points and levels in doubt; or lead to the person of a volunteer number."""
    if number := request.args.get("number", "").strip():
        found = volunteers.find_by_number("".join(number.split()).upper())
        if found is None:
            flash(_("没有这个编号的志愿者。"))
            return redirect(url_for("recognition_admin.index"))
        return redirect(url_for("recognition_admin.person", volunteer_id=found.id))
    region = _region()
    return _index(region, _levels_form(queries.star_rule(region.code), filled=True), _points_form(region))


@pages.post("/office/recognition/levels")
@require(RECOGNISE)
def choose_levels() -> Answer:
    """Set an area's levels from now on."""
    region = _region()
    form = _levels_form(queries.star_rule(region.code), filled=False)

    def act(now: datetime) -> None:
        service.choose_levels(actor(), region, form.stars, form.counted, source=form.source.data or "", now=now)

    if _done(form, act):
        flash(_("已保存%(place)s的星级，从现在起适用。", place=region.name))
        return redirect(url_for("recognition_admin.index", region=region.code))
    return _index(region, form, _points_form(region)), 422


@pages.post("/office/recognition/points")
@require(RECOGNISE)
def set_points() -> Answer:
    """Set what an hour of each class earns from now on."""
    region, form = _region(), PointsForm()
    if _done(form, lambda now: service.set_points(actor(), region, form.per_hour, now=now)):
        flash(_("已保存%(place)s的积分规则，从现在起入账的时长适用。", place=region.name))
        return redirect(url_for("recognition_admin.index", region=region.code))
    return _index(region, _levels_form(queries.star_rule(region.code), filled=True), form), 422


@pages.route("/office/recognition/withdraw", methods=["GET", "POST"])
@require(RECOGNISE)
def withdraw_star() -> Answer:
    """Take back a level whose hours were reversed."""
    grant = queries.get_grant(scope(RECOGNISE), request.args.get("grant", 0, type=int))
    form = TakeBackForm()
    if _done(
        form, lambda now: grants.withdraw(actor(), scope(RECOGNISE), grant.id, reason=form.reason.data or "", now=now)
    ):
        flash(_("已收回，本人会收到通知。"))
        return redirect(url_for("recognition_admin.index", region=grant.region_code))
    page = render_template("recognition/take_back.html", form=form, what=say(grant.name))
    return page, 422 if form.errors or form.form_errors else 200


@pages.route("/office/recognition/people/<int:volunteer_id>", methods=["GET", "POST"])
@require(RECOGNISE)
def person(volunteer_id: int) -> Answer:
    """Enter an honour or a training of one person, and show what is there."""
    volunteer = volunteers.get_volunteer(scope(RECOGNISE), volunteer_id)
    lives = volunteers.current_standing(volunteer.id)
    if lives is None:
        raise NotFound
    about = About([volunteer.id], lives.region_code)
    wanted = request.args.get("what", "honour")
    form: HonourForm | TrainingForm = TrainingForm() if wanted == "training" else HonourForm()
    if (answer := _entered(form, about, url_for("recognition_admin.person", volunteer_id=volunteer_id))) is not None:
        return answer
    page = render_template(
        "recognition/person.html",
        volunteer=volunteer,
        form=form,
        wanted=wanted,
        star=queries.own_star(volunteer.id, clock.now()),
        trainings=queries.list_trainings(volunteer.id),
        honours=queries.list_honours(volunteer.id),
        evaluations=queries.list_evaluations(volunteer.id),
    )
    return page, 422 if form.errors or form.form_errors else 200


@pages.route("/manage/shifts/<int:shift_id>/recognition", methods=["GET", "POST"])
@require(MANAGE)
def shift(shift_id: int) -> Answer:
    """Enter a training or an evaluation of those who came to a shift, all at once or some."""
    listed = activities.get_shift(scope(MANAGE), shift_id)
    people = entered.list_attendees(shift_id)
    wanted = request.args.get("what", "evaluation")
    form: EvaluationForm | TrainingForm = TrainingForm() if wanted == "training" else EvaluationForm()
    if request.method == "GET" and isinstance(form, TrainingForm):
        form.held_on.data = clock.civil_date(listed.shift.starts_at)
        form.organiser.data = listed.station.name
    chosen = set(request.form.getlist("people", type=int))
    about = About(
        [volunteer.id for volunteer in people if volunteer.id in chosen], listed.station.region_code, shift_id
    )
    here = url_for("recognition_admin.shift", shift_id=shift_id, what=wanted)
    if (answer := _entered(form, about, here)) is not None:
        return answer
    page = _shift_page(listed, form, wanted, chosen if request.method == "POST" else None)
    return page, 422 if form.errors or form.form_errors else 200


def _shift_page(listed: Listed, form: Form, wanted: str, chosen: set[int] | None) -> str:
    return render_template(
        "recognition/shift.html",
        listed=listed,
        people=entered.list_attendees(listed.shift.id),
        chosen=chosen,
        form=form,
        wanted=wanted,
        trainings=entered.list_trainings(listed.shift.id),
        evaluations=entered.list_evaluations(listed.shift.id),
    )


@pages.route("/manage/recognition/take-back", methods=["GET", "POST"])
@require(MANAGE)
def take_back() -> Answer:
    """Take back a training, an honour or an evaluation; it stays in the books with the reason."""
    row = entered.get_row(
        request.args.get("kind", ""), request.args.get("id", 0, type=int), scope(MANAGE), scope(RECOGNISE)
    )
    form = TakeBackForm()
    if _done(form, lambda now: service.take_back(actor(), row, reason=form.reason.data or "", now=now)):
        flash(_("已撤回。"))
        if row.shift_id is not None:
            return redirect(url_for("recognition_admin.shift", shift_id=row.shift_id))
        return redirect(url_for("recognition_admin.person", volunteer_id=row.volunteer_id))
    page = render_template("recognition/take_back.html", form=form, what=entered.name_of(row))
    return page, 422 if form.errors or form.form_errors else 200


def _done(form: Form, act: Callable[[datetime], object]) -> bool:
    """Tell whether a form was sent and its act carried out; a refusal stands in the form."""
    if not form.validate_on_submit():
        return False
    try:
        with transaction():
            act(clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return False
    return True


def _entered(form: HonourForm | TrainingForm | EvaluationForm, about: About, then: str) -> Response | None:
    counts: list[tuple[int, int]] = []
    if _done(form, lambda now: counts.append(service.enter(actor(), about, _said(form, now), now=now))):
        flash(
            _(
                "已记录 %(done)s 人；%(left)s 人已有相同记录或是您本人，未重复记录。",
                done=counts[0][0],
                left=counts[0][1],
            )
        )
        return redirect(then)
    return None


def _said(form: HonourForm | TrainingForm | EvaluationForm, now: datetime) -> Said:
    if isinstance(form, TrainingForm):
        return Taught(form.name.data, form.content.data, form.hours.data * 60, form.organiser.data, form.held_on.data)
    if isinstance(form, HonourForm):
        return Given(form.name.data, form.granted_on.data, form.unit.data)
    return Judged(int(form.quality.data), (form.comment.data or "").strip(), clock.civil_date(now))


def _region() -> Region:
    """Return the division the address names, or the first of one's own."""
    held, code = scope(RECOGNISE), request.args.get("region", "")
    if code:
        return regions.get_managed(held, code)
    tops = regions.list_tops(held)
    if not tops:
        raise NotFound
    return tops[0]


def _levels_form(rule: StarRule, *, filled: bool) -> LevelsForm:
    """Return the form, filled with what holds or with what was sent."""
    form = LevelsForm() if not filled else LevelsForm(formdata=None)
    form.classes.choices = choices((kind.value, say(labels.CLASSES[kind])) for kind in HoursClass)
    if filled:
        form.classes.data = [kind.value for kind in rule.classes]
        form.source.data = say(rule.source)
        for star in rule.stars:
            if star.level in LEVELS:
                hours, name = form.fields_of(star.level)
                hours.data, name.data = star.hours, say(star.name)
    return form


def _points_form(region: Region) -> PointsForm:
    rates = rates_for(point_queries.list_rates(), region.code, clock.now()) or DEFAULT
    form = PointsForm(formdata=None)
    for kind, points in rates.per_hour.items():
        form[f"class_{kind.value.lower()}"].data = points
    return form


def _index(region: Region, levels: LevelsForm, points: PointsForm) -> str:
    held = scope(RECOGNISE)
    return render_template(
        "recognition/index.html",
        region=region,
        tops=regions.list_tops(held),
        children=regions.list_children(region.code),
        above=[one for one in regions.list_ancestors(region.code) if held.covers(region=one.code)],
        rule=queries.star_rule(region.code),
        levels=levels,
        numbers=LEVELS,
        points=points,
        choices=queries.list_choices(region.code),
        rules=point_queries.list_rules(region.code),
        doubted=queries.page_grants(held, in_doubt=True, number=request.args.get("page", 1, int)),
    )
