"""The desk: who may act for a volunteer, established and ended by staff with documents in hand."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.core.text import N_
from volunteer_hub.families import labels, linking, queries, service
from volunteer_hub.families.forms import DeskEndForm, DeskLinkForm
from volunteer_hub.volunteers import passes
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.showing import ages
from volunteer_hub.web.access import actor, require, scope

pages = Blueprint("families_admin", __name__, url_prefix="/office/volunteers/<int:volunteer_id>/carers")

DESK = Permission.RAISE_ASSURANCE
Answer = str | Response | tuple[str, int]


@pages.route("", methods=["GET", "POST"])
@require(DESK)
def show(volunteer_id: int) -> Answer:
    """Show who may act for somebody, and link another after looking at the documents."""
    form = _link_form(_seen(volunteer_id))
    if form.validate_on_submit():
        try:
            with transaction():
                cared, carer = _seen(volunteer_id), _carer(form.number.data)
                service.establish_at_desk(
                    actor(), carer, cared, form.kind.data, form.evidence.data, now=clock.now(), ages=ages()
                )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已建立代办关系，并记入操作日志。"))
            return _to(volunteer_id)
    return _page(_seen(volunteer_id), linking_form=form)


@pages.post("/<int:link_id>/end")
@require(DESK)
def end(volunteer_id: int, link_id: int) -> Answer:
    form = DeskEndForm(link_id)
    if form.validate_on_submit():
        try:
            with transaction():
                service.end_at_desk(actor(), _seen(volunteer_id), link_id, form.reason.data, now=clock.now())
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("代办关系已结束。"))
            return _to(volunteer_id)
    cared = _seen(volunteer_id)
    if all(carer.link.id != link_id for carer in queries.list_carers(cared.id, clock.now(), ages())):
        raise NotFound
    return _page(cared, ending=(link_id, form))


def _seen(volunteer_id: int) -> Volunteer:
    """Return somebody inside the scope, or found a while ago by a full number. Raises NotFound."""
    was_found = passes.was_found(request.values.get("found", ""), volunteer_id, actor().account_id)
    return volunteers.get_volunteer(EVERYTHING if was_found else scope(DESK), volunteer_id)


def _carer(number: str) -> Volunteer:
    carer = volunteers.find_by_number("".join(number.split()).upper())
    if carer is None:
        raise DomainError("unknown_number", N_("没有这个编号的志愿者。"), field="number")
    return carer


def _to(volunteer_id: int) -> Response:
    found = passes.hand_out(volunteer_id, actor().account_id)
    return redirect(url_for("families_admin.show", volunteer_id=volunteer_id, found=found))


def _link_form(cared: Volunteer, *formdata: None) -> DeskLinkForm:
    form = DeskLinkForm(*formdata)
    form.offer(is_minor=linking.is_minor(cared, clock.now(), ages()))
    return form


def _end_form(link_id: int, sent: tuple[int, DeskEndForm] | None) -> DeskEndForm:
    return sent[1] if sent and sent[0] == link_id else DeskEndForm(link_id, None)


def _page(
    cared: Volunteer,
    *,
    linking_form: DeskLinkForm | None = None,
    ending: tuple[int, DeskEndForm] | None = None,
) -> tuple[str, int]:
    now = clock.now()
    sent = ending[1] if ending else linking_form
    page = render_template(
        "families/desk.html",
        volunteer=cared,
        is_minor=linking.is_minor(cared, now, ages()),
        guardian=volunteers.find_guardian(cared.id),
        carers=[(carer, _end_form(carer.link.id, ending)) for carer in queries.list_carers(cared.id, now, ages())],
        form=linking_form or _link_form(cared, None),
        labels=labels,
        found=request.values.get("found", ""),
    )
    return page, 422 if sent and sent.errors else 200
