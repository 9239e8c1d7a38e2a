"""Pages that give a shift other times or cut it in two, and tell who is inside meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.activities import rescheduling
from volunteer_hub.activities.models import Shift
from volunteer_hub.activities.rescheduling import Times
from volunteer_hub.checkin import queries
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.onsite import bulk_closing
from volunteer_hub.onsite.rescheduling_forms import SplitForm, TimesForm
from volunteer_hub.stations.models import Station
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.forms import Form, instant

pages = Blueprint("checkin_rescheduling", __name__)
MANAGE = Permission.MANAGE_ACTIVITIES
Answer = str | Response | tuple[str, int]


@pages.route("/manage/shifts/<int:shift_id>/times", methods=["GET", "POST"])
@require(MANAGE)
def times(shift_id: int) -> Answer:
    """Extend a shift, end it early, or move it."""
    shift, _station = _shift(shift_id)
    form = TimesForm(data={"starts_at": _wall(shift.starts_at), "ends_at": _wall(shift.ends_at)})

    def act() -> None:
        fresh, station = _shift(shift_id)
        now = clock.now()
        starts_at = instant(form.starts_at.data) if form.starts_at.data else fresh.starts_at
        chosen = Times(starts_at, instant(form.ends_at.data))
        rescheduling.move(
            actor(), shift_id, chosen, form.reason.data or "", check_out=_check_out(fresh, station), now=now
        )

    if _carried_out(form, act):
        flash(_("时间已修改，报名保留，已通知报名的人。"))
        return redirect(url_for("checkin_rescheduling.times", shift_id=shift_id))
    return _page(shift_id, form, SplitForm(formdata=None)), 422 if form.errors or form.form_errors else 200


@pages.post("/manage/shifts/<int:shift_id>/split")
@require(MANAGE)
def split(shift_id: int) -> Answer:
    """Cut a shift in two."""
    shift, _station = _shift(shift_id)
    form = SplitForm()

    def act() -> None:
        _shift(shift_id)
        rescheduling.split(actor(), shift_id, instant(form.at.data), form.reason.data or "", now=clock.now())

    if _carried_out(form, act):
        flash(_("已分成两段，报名两段都保留，已通知报名的人。"))
        return redirect(url_for("activities_admin.show", activity_id=shift.activity_id))
    shown = TimesForm(formdata=None, data={"starts_at": _wall(shift.starts_at), "ends_at": _wall(shift.ends_at)})
    return _page(shift_id, shown, form), 422


def _carried_out(form: Form, act: Callable[[], None]) -> bool:
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


def _page(shift_id: int, form: TimesForm, split_form: SplitForm) -> str:
    shift, activity, station = queries.get_shift_here(scope(MANAGE), shift_id)
    now = clock.now()
    return render_template(
        "onsite/times.html",
        shift=shift,
        activity=activity,
        station=station,
        form=form,
        split_form=split_form,
        counts=queries.count_presence(shift_id),
        begun=shift.starts_at <= now,
        over=now > bulk_closing.latest(shift, station, now=now) or shift.cancelled_at is not None,
        ended=shift.ends_at <= now,
    )


def _shift(shift_id: int) -> tuple[Shift, Station]:
    shift, _activity, station = queries.get_shift_here(scope(MANAGE), shift_id)
    return shift, station


def _check_out(shift: Shift, station: Station) -> timedelta:
    return bulk_closing.latest(shift, station, now=clock.now()) - shift.ends_at


def _wall(at: datetime) -> datetime:
    return clock.local(at).replace(tzinfo=None)
