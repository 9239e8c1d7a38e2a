"""One's own month, the calendar file others subscribe to, and saved searches."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from volunteer_hub.activities import labels
from volunteer_hub.activities.queries import Promise
from volunteer_hub.agenda import ical, month, queries, searching, service
from volunteer_hub.agenda.forms import SearchForm
from volunteer_hub.core import clock
from volunteer_hub.core.categories import CATEGORIES
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.web.access import actor, public, require
from volunteer_hub.web.i18n import say
from volunteer_hub.web.limits import limiter

pages = Blueprint("agenda", __name__)


@pages.get("/me/calendar")
@require(Permission.OWN_PAGES)
def calendar() -> str:
    now = clock.now()
    today = clock.civil_date(now)
    shown = month.read(request.args.get("month", ""), today)
    volunteer = volunteers.find_by_account(actor().account_id or 0)
    standing = volunteers.current_standing(volunteer.id) if volunteer else None
    near = standing.region_code[:9] + "000" if standing else ""
    first, last = shown.weeks[0][0], shown.weeks[-1][-1] + timedelta(days=1)
    own = queries.list_promises(volunteer.id, clock.at(first), clock.at(last)) if volunteer else []
    by_day: dict[str, list[Promise]] = {}
    for promise in own:
        if queries.status_of(promise) != "CANCELLED":
            by_day.setdefault(f"{clock.civil_date(promise.shift.starts_at)}", []).append(promise)
    return render_template(
        "agenda/calendar.html",
        month=shown,
        today=today,
        near=near,
        own=by_day,
        coming=queries.count_open_by_day(first, last, near, now),
        feed=queries.find_feed(volunteer.id) if volunteer else None,
        volunteer=volunteer,
        labels=labels,
    )


@pages.post("/me/calendar/address")
@require(Permission.OWN_PAGES)
def open_feed() -> tuple[str, int] | str:
    """Give a new address and show it, this once."""
    with transaction():
        secret = service.open_feed(_own(), now=clock.now())
    address = url_for("agenda.feed", secret=secret, _external=True)
    return render_template("agenda/address.html", address=address, webcal="webcal://" + address.partition("://")[2])


@pages.post("/me/calendar/address/revoke")
@require(Permission.OWN_PAGES)
def revoke_feed() -> Answer:
    with transaction():
        service.revoke_feed(_own(), now=clock.now())
    flash(_("日历地址已作废，订阅它的日历不再更新。"))
    return redirect(url_for("agenda.calendar"), 303)


@pages.get("/calendars/<secret>.ics")
@public
@limiter.limit("120/hour")
def feed(secret: str) -> Response:
    """The calendar file: whoever has the address may read, until it is revoked."""
    now = clock.now()
    volunteer = queries.get_holder(secret)
    promises = queries.list_promises(volunteer.id, now - queries.LOOKS_BACK)
    body = ical.write_calendar(
        _("志愿服务"), (_entry(promise) for promise in promises), zone=current_app.config["TIMEZONE"], now=now
    )
    answer = Response(body, mimetype="text/calendar")
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Disposition"] = 'inline; filename="volunteer-hub.ics"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _entry(promise: Promise) -> ical.Entry:
    """Return a shift for the file: title, place and contact, nothing about the person."""
    status = queries.status_of(promise)
    activity = promise.activity
    state = say(labels.SIGN_UP_STATES[promise.sign_up.state])
    title = activity.title if status == "CONFIRMED" else f"{activity.title}（{state}）"
    if status == "CANCELLED" and (promise.shift.cancelled_at or activity.cancelled_at):
        title = _("%(title)s（已取消）", title=activity.title)
    return ical.Entry(
        uid=f"sign-up-{promise.sign_up.id}@{request.host}",
        title=title,
        starts_at=promise.shift.starts_at,
        ends_at=promise.shift.ends_at,
        place=activity.place,
        text=_("%(station)s。到场请出示“我的码”签到。", station=promise.station.name),
        address=url_for("activities.show", activity_id=activity.id, _external=True),
        status=status,
        changed_at=queries.changed_at(promise),
    )


@pages.get("/me/searches")
@require(Permission.OWN_PAGES)
def searches() -> str:
    kept = searching.canonical(request.args)
    return _searches_page(SearchForm(None, query=kept))


@pages.post("/me/searches")
@require(Permission.OWN_PAGES)
def save() -> Answer | tuple[str, int]:
    form = SearchForm()
    if form.validate_on_submit():
        given = searching.parse_pairs(form.query.data or "")
        try:
            with transaction():
                service.save_search(
                    actor().account_id or 0, form.name.data, searching.canonical(given), now=clock.now()
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("已保存。有新活动时会通知您。"))
            return redirect(url_for("agenda.searches"), 303)
    return _searches_page(form), 422


@pages.post("/me/searches/<int:search_id>/<act>")
@require(Permission.OWN_PAGES)
def change_search(search_id: int, act: str) -> Answer:
    """Forget a saved search, or let it be silent or tell again."""
    with transaction():
        service.change_search(actor().account_id or 0, search_id, act, now=clock.now())
    return redirect(url_for("agenda.searches"), 303)


def _searches_page(form: SearchForm) -> str:
    kept = form.query.data or ""
    return render_template(
        "agenda/searches.html",
        form=form,
        asked=queries.describe(searching.parse(kept)) if kept else [],
        searches=[
            (search, queries.describe(searching.parse(search.filters)), searching.parse_pairs(search.filters))
            for search in queries.list_searches(_account())
        ],
        categories=CATEGORIES,
    )


def _account() -> int:
    return actor().account_id or 0


def _own() -> Volunteer:
    return volunteers.get_own(_account())
