"""Managers' pages of one shift: who signed up, taking in, refusing, adding at the door.

A file beside `admin_routes.py`, which would be too long with it; its views belong to the same pages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.activities import admin_queries, queries, sign_ups
from volunteer_hub.activities.forms import CapacityForm, NumberForm, ReasonForm
from volunteer_hub.activities.models import SignUpState
from volunteer_hub.activities.states import ACCEPTABLE, LIVE
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.forms import Form

MANAGE = Permission.MANAGE_ACTIVITIES
Answer = str | Response | tuple[str, int]


def add_to(pages: Blueprint) -> None:
    """Give the managers' pages the rules of this file."""
    pages.add_url_rule("/manage/shifts/<int:shift_id>", view_func=roster)
    pages.add_url_rule("/manage/shifts/<int:shift_id>/add", view_func=add_at_the_door, methods=["POST"])
    pages.add_url_rule("/manage/shifts/<int:shift_id>/capacity", view_func=change_capacity, methods=["POST"])
    pages.add_url_rule("/manage/sign-ups/<int:sign_up_id>/accept", view_func=accept, methods=["POST"])
    pages.add_url_rule("/manage/sign-ups/<int:sign_up_id>/decline", view_func=decline, methods=["GET", "POST"])


@require(MANAGE)
def roster(shift_id: int) -> str:
    """Show who signed up."""
    return _page(shift_id)


@require(MANAGE)
def add_at_the_door(shift_id: int) -> Answer:
    """Sign up somebody who stands at the door, by volunteer number."""
    form = NumberForm()

    def act() -> None:
        queries.get_shift(scope(MANAGE), shift_id)
        volunteer = queries.find_by_number(form.number.data)
        if volunteer is None:
            raise DomainError("unknown_number", N_("没有这个编号的志愿者。"), field="number")
        minimum_age = current_app.config["AGE_MINIMUM"]
        sign_ups.add_at_the_door(actor(), shift_id, volunteer, now=clock.now(), minimum_age=minimum_age)

    return _submit(shift_id, form, act, _("已加入名单。"), number_form=form)


@require(MANAGE)
def change_capacity(shift_id: int) -> Answer:
    """Give more places, or fewer."""
    form = CapacityForm()

    def act() -> None:
        queries.get_shift(scope(MANAGE), shift_id)
        sign_ups.change_capacity(actor(), shift_id, form.capacity.data, now=clock.now())

    return _submit(shift_id, form, act, _("名额已修改。"), capacity_form=form)


@require(MANAGE)
def accept(sign_up_id: int) -> Answer:
    """Take somebody in."""
    shift_id = admin_queries.get_sign_up(scope(MANAGE), sign_up_id).shift_id
    try:
        with transaction():
            sign_ups.accept(actor(), admin_queries.get_sign_up(scope(MANAGE), sign_up_id), now=clock.now())
    except DomainError as refusal:
        return _page(shift_id, refusal=refusal), refusal.status
    flash(_("已接受报名。"))
    return _to(shift_id)


@require(MANAGE)
def decline(sign_up_id: int) -> Answer:
    """Ask for the reason, then refuse or remove somebody."""
    row = admin_queries.get_sign_up(scope(MANAGE), sign_up_id)
    form = ReasonForm()

    def act() -> None:
        fresh = admin_queries.get_sign_up(scope(MANAGE), sign_up_id)
        sign_ups.decline(actor(), fresh, form.reason.data, now=clock.now())

    if carried_out(form, act):
        flash(_("已从名单中移除，原因已留存。"))
        return _to(row.shift_id)
    found = queries.get_shift(scope(MANAGE), row.shift_id)
    person = next(one for one in admin_queries.list_roster(row.shift_id) if one.sign_up.id == sign_up_id)
    answer = render_template("activities/manage/decline.html", form=form, found=found, person=person)
    return answer, 422 if form.errors else 200


def carried_out(form: Form, act: Callable[[], object]) -> bool:
    """Tell whether a form was sent and its act done; a refusal is put at its field for another try."""
    if not form.validate_on_submit():
        return False
    try:
        with transaction():
            act()
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return False
    return True


def _submit(shift_id: int, form: Form, act: Callable[[], None], done: str, **shown: Any) -> Answer:
    """Carry out a small form on the roster; what is wrong is shown at its field, with what was typed."""
    queries.get_shift(scope(MANAGE), shift_id)
    if carried_out(form, act):
        flash(done)
        return _to(shift_id)
    return _page(shift_id, **shown), 422


def _page(
    shift_id: int,
    *,
    refusal: DomainError | None = None,
    number_form: NumberForm | None = None,
    capacity_form: CapacityForm | None = None,
) -> str:
    found = queries.get_shift(scope(MANAGE), shift_id)
    return render_template(
        "activities/manage/roster.html",
        found=found,
        groups=_by_state(admin_queries.list_roster(shift_id)),
        refusal=refusal,
        number_form=number_form or NumberForm(formdata=None),
        capacity_form=capacity_form or CapacityForm(formdata=None, data={"capacity": found.shift.capacity}),
        acceptable=ACCEPTABLE,
        live=LIVE,
        now=clock.now(),
    )


def _by_state(people: list[admin_queries.OnRoster]) -> list[tuple[SignUpState, list[admin_queries.OnRoster]]]:
    """Return the people by where they stand, in the order of the states; those who wait to be decided come first."""
    groups = [(state, [person for person in people if person.sign_up.state is state]) for state in SignUpState]
    return [(state, group) for state, group in groups if group]


def _to(shift_id: int) -> Response:
    return redirect(url_for("activities_admin.roster", shift_id=shift_id))
