"""The office's pages of what looks odd: the list, one flag, the decision, and the shares by station and operator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.anomalies import behind, queries, service, showing, summaries
from volunteer_hub.anomalies.forms import DecisionForm
from volunteer_hub.anomalies.models import AnomalyFlag, FlagState, Rule
from volunteer_hub.anomalies.month_rules import Month
from volunteer_hub.anomalies.queries import Filters
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.web.access import access, actor, require, scope

pages = Blueprint("anomalies", __name__)
pages.context_processor(showing.words)
Answer = str | Response | tuple[str, int]
Word = TypeVar("Word", bound=StrEnum)

SEE = Permission.SEE_ANOMALIES
#: Looking is not deciding: who decides also decides about hours there, which the auditor does not.
DECIDE = Permission.DECIDE_REVIEWS


@pages.get("/office/anomalies")
@require(SEE)
def index() -> str:
    """List the flags of one's area, with counts by rule."""
    filters, where = _filters(), scope(SEE)
    page = queries.page_flags(where, filters, request.args.get("page", 1, int))
    return render_template(
        "anomalies/index.html",
        page=page,
        filters=filters,
        typed={name: value for name, value in request.args.items() if name in _NAMES and value},
        counts=queries.count_by_rule(where, filters),
        subjects=queries.name_subjects([one.flag.subject for one in page.items]),
        stations=queries.list_stations(where),
        last_look=queries.find_last_look(),
    )


@pages.get("/office/anomalies/rules")
@require(SEE)
def rules() -> str:
    """Show every rule with its limits."""
    return render_template("anomalies/rules.html")


@pages.get("/office/anomalies/stations")
@require(SEE)
def stations() -> str:
    """Show the shares of a month by station."""
    month = _month()
    lines = summaries.by_station(scope(SEE), month)
    return render_template("anomalies/summary.html", month=month, lines=lines, most=summaries.MOST, by="stations")


@pages.get("/office/anomalies/operators")
@require(SEE)
def operators() -> str:
    """Show the shares of a month by who recorded."""
    month = _month()
    lines = summaries.by_operator(scope(SEE), month)
    return render_template("anomalies/summary.html", month=month, lines=lines, most=summaries.MOST, by="operators")


@pages.get("/office/anomalies/<int:flag_id>")
@require(SEE)
def show(flag_id: int) -> str:
    """Show one flag with everything behind it."""
    return _page(flag_id)


@pages.post("/office/anomalies/<int:flag_id>/take-up")
@require(SEE)
def take_up(flag_id: int) -> Answer:
    """Begin to look into a flag."""
    refusal = _act(flag_id, lambda flag, now: service.take_up(actor(), flag, scope(DECIDE), now=now))
    if refusal is not None:
        return _page(flag_id, refusal=refusal), refusal.status
    flash(_("已接手核查。"))
    return redirect(url_for("anomalies.show", flag_id=flag_id), 303)


@pages.post("/office/anomalies/<int:flag_id>/decide")
@require(SEE)
def decide(flag_id: int) -> Answer:
    """Say what looking into a flag has shown."""
    queries.get_flag(scope(SEE), flag_id)
    form = DecisionForm()
    if not form.validate_on_submit():
        return _page(flag_id, form=form), 422
    state, reason = FlagState(form.state.data), form.reason.data
    refusal = _act(
        flag_id, lambda flag, now: service.decide(actor(), flag, scope(DECIDE), state, reason=reason, now=now)
    )
    if refusal is not None:
        form.refuse(refusal)
        return _page(flag_id, form=form), 422 if refusal.status == 409 and refusal.field else refusal.status
    flash(_("已记录核查结果，并告知当事人。"))
    return redirect(url_for("anomalies.show", flag_id=flag_id), 303)


_NAMES = ("rule", "state", "station", "from", "to")


def _act(flag_id: int, act: Callable[[AnomalyFlag, datetime], None]) -> DomainError | None:
    """Read the flag anew inside the transaction, act, and return the refusal if there was one."""
    try:
        with transaction():
            act(queries.get_flag(scope(SEE), flag_id).flag, clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        return refusal
    return None


def _page(flag_id: int, *, form: DecisionForm | None = None, refusal: DomainError | None = None) -> str:
    file = queries.get_flag(scope(SEE), flag_id)
    concerned = {party.account_id for party, _name in file.parties}
    return render_template(
        "anomalies/flag.html",
        file=file,
        form=form or DecisionForm(formdata=None),
        refusal=refusal,
        behind=behind.read(file.flag),
        subject=queries.name_subjects([file.flag.subject])[file.flag.subject],
        is_concerned=actor().account_id in concerned,
        may_decide=access().can(DECIDE) and scope(DECIDE).covers(region=file.flag.region_code),
        awaited_until=service.answer_awaited_until(file.flag, now=clock.now()),
    )


def _filters() -> Filters:
    return Filters(
        rule=_word(Rule, "rule"),
        state=_word(FlagState, "state"),
        station_id=_number("station"),
        since=_day("from"),
        until=_day("to"),
    )


def _word(kind: type[Word], name: str) -> Word | None:
    text = request.args.get(name, "")
    return kind(text) if text in set(kind) else None


def _number(name: str) -> int | None:
    """Return a key that was asked for; what is too long to be one is none."""
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 19 else None


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _month() -> Month:
    """Return the month asked for as 2026-03, or the last one that is over."""
    try:
        return Month(date.fromisoformat(f"{request.args.get('month', '')}-01"))
    except ValueError:
        return Month((clock.today().replace(day=1) - timedelta(days=1)).replace(day=1))
