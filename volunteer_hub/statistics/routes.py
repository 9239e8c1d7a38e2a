"""The office's figures, and the way from a number down to people, ledger lines and scans."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.amendments.labels import TOOK_PART
from volunteer_hub.checkin.answers import REDUCTIONS, WORDS
from volunteer_hub.checkin.labels import CLOSES, DIRECTIONS, ENTRY_POINTS, OUTCOMES
from volunteer_hub.core import clock, tokens
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import NotFound, Unprocessable
from volunteer_hub.core.permission import Permission
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions.labels import BASES
from volunteer_hub.regions.models import PopulationBase
from volunteer_hub.statistics import (
    counting_page,
    definitions,
    effort,
    evidence,
    labels,
    origin,
    queries,
    service,
    showing,
    targets,
    targets_showing,
)
from volunteer_hub.statistics.evidence import Crowd, Having
from volunteer_hub.statistics.question import Question, parse
from volunteer_hub.volunteers.labels import ASSURANCES
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.i18n import say

pages = Blueprint("statistics", __name__)

PURPOSE = "statistics.person"
OPEN_SECONDS = 15 * 60


@pages.get("/office/statistics")
@require(Permission.SEE_STATISTICS)
def ratios() -> str | Response | tuple[str, int]:
    try:
        question = _question()
    except Unprocessable as refusal:
        refused = {"field": refusal.field, "sentence": say(refusal.message, refusal.params)}
        return render_template("statistics/ratios.html", answer=None, refused=refused, **_form(None)), 422
    seen = scope(Permission.SEE_STATISTICS)

    def found() -> dict[str, Any]:
        answer = queries.ratios(question, seen)
        return {
            "answer": answer,
            "refused": None,
            "chart": showing.chart(answer),
            "lineage": queries.list_lineage(question.region, seen),
            "target_lines": targets.lines(answer),
            **targets_showing.words(),
            **_form(answer.question),
        }

    return counting_page.show(
        "statistics/ratios.html",
        _("统计"),
        effort.of_ratios(question),
        found,
        lambda: evidence.get_region(question.region, seen),
    )


@pages.get("/office/statistics/people")
@require(Permission.SEE_STATISTICS)
def people() -> str:
    crowd = Crowd(_question(), _having(), request.args.get("direct") == "1")
    seen = scope(Permission.SEE_STATISTICS)
    return render_template(
        "statistics/people.html",
        crowd=crowd,
        region=evidence.get_region(crowd.question.region, seen),
        page=evidence.page_people(crowd, seen, request.args.get("page", 1, int)),
        args=crowd.question.args() | {"having": crowd.having.value, "direct": "1" if crowd.direct else None},
        assurances=ASSURANCES,
        having=labels.HAVING,
        **_words(crowd.question),
    )


@pages.post("/office/statistics/people/<int:volunteer_id>/open")
@require(Permission.SEE_STATISTICS)
def open_person(volunteer_id: int) -> Response:
    """Record who is opened and by whom, then lead to the person's page.

    Opening a person leaves a line in the trail, and a GET may not change anything: so the way in is this
    POST, and the page behind it wants the signed pass given here, which is for this account and this
    person and ends after 15 minutes. A copied address is worth nothing to anybody else or later.
    """
    question = _question()
    with transaction():
        service.open_person(actor(), question, scope(Permission.SEE_STATISTICS), volunteer_id, now=clock.now())
    opened = tokens.seal(PURPOSE, {"account": actor().account_id, "volunteer": volunteer_id}, OPEN_SECONDS)
    there: dict[str, Any] = question.args() | {"volunteer_id": volunteer_id, "opened": opened}
    return redirect(url_for("statistics.person", **there), 303)


@pages.get("/office/statistics/people/<int:volunteer_id>")
@require(Permission.SEE_STATISTICS)
def person(volunteer_id: int) -> str | tuple[str, int]:
    question = _question()
    shown = evidence.get_person(question, scope(Permission.SEE_STATISTICS), volunteer_id)
    if _opened() != volunteer_id:
        return _locked(question, volunteer_id)
    return render_template(
        "statistics/person.html",
        person=shown,
        page=evidence.page_entries(question, volunteer_id, request.args.get("page", 1, int)),
        minutes=evidence.counted_minutes(question, volunteer_id),
        is_counted=evidence.is_counted,
        args=question.args() | {"opened": request.args["opened"]},
        assurances=ASSURANCES,
        kinds=labels.ENTRY_KINDS,
        **_words(question),
    )


@pages.get("/office/statistics/entries/<int:entry_id>")
@require(Permission.SEE_STATISTICS)
def entry(entry_id: int) -> str | tuple[str, int]:
    """Show one line of the ledger with its session and scans, to who holds the pass of its person."""
    question, volunteer_id = _question(), _opened()
    if volunteer_id is None:
        raise NotFound
    shown = evidence.get_person(question, scope(Permission.SEE_STATISTICS), volunteer_id)
    line = evidence.get_entry(question, volunteer_id, entry_id)
    return render_template(
        "statistics/entry.html",
        person=shown,
        line=line,
        origin=origin.find_origin(line.HoursEntry),
        args=question.args() | {"opened": request.args["opened"]},
        kinds=labels.ENTRY_KINDS,
        took_part=TOOK_PART,
        directions=DIRECTIONS,
        entry_points=ENTRY_POINTS,
        outcomes=OUTCOMES,
        closes=CLOSES,
        words=WORDS,
        reductions=REDUCTIONS,
        **_words(question),
    )


def _question() -> Question:
    start = None
    if not request.values.get("region"):
        start = queries.find_start(scope(Permission.SEE_STATISTICS), current_app.config["HOME_REGION"])
        if start is None:
            raise NotFound
    return parse(request.values.to_dict(flat=False), default_region=start or "", now=clock.now())


def _having() -> Having:
    try:
        return Having(request.args.get("having", Having.REGISTERED))
    except ValueError:
        raise NotFound from None


def _opened() -> int | None:
    """Return whose page the request's pass opens to this account, if it is still valid."""
    claims = tokens.unseal(PURPOSE, request.args.get("opened", ""))
    if claims is None or claims["account"] != actor().account_id:
        return None
    return int(claims["volunteer"])


def _locked(question: Question, volunteer_id: int) -> tuple[str, int]:
    return render_template("statistics/locked.html", volunteer_id=volunteer_id, args=question.args()), 403


def _words(question: Question | None) -> dict[str, Any]:
    sentence, places = question.period() if question else ("", {})
    return {
        "question": question,
        "period": say(sentence, places) if sentence else "",
        "class_names": definitions.CLASS_NAMES,
        "base_names": BASES,
    }


def _form(question: Question | None) -> dict[str, Any]:
    """Return what the form shows: the question, or what was typed where it was refused."""
    typed = {name: request.args.get(name, "") for name in ("region", "as_of", "base", "year", "from", "to")}
    chosen = request.args.getlist("classes") or list(HoursClass)
    if question:
        day = clock.civil_date(question.as_of)
        typed |= {"region": question.region, "as_of": day.isoformat(), "base": question.base.value}
        chosen = list(question.classes)
    return {
        "typed": typed,
        "chosen": "".join(chosen),
        "today": clock.today().isoformat(),
        "bases": PopulationBase,
        "classes": HoursClass,
        "class_rules": definitions.CLASS_RULES,
        "definitions": definitions.FIGURES,
        "not_additive": definitions.NOT_ADDITIVE,
        "printed": showing.printed,
        "percent": showing.percent,
        "periods": _periods(question) if question else [],
        **_words(question),
    }


def _periods(question: Question) -> list[tuple[str, str | None, str | None]]:
    """Return the periods one asks for most, as (label, from, to)."""
    year = clock.civil_date(question.as_of).year
    return [
        (definitions.EVER, None, None),
        (str(year), date(year, 1, 1).isoformat(), date(year, 12, 31).isoformat()),
        (str(year - 1), date(year - 1, 1, 1).isoformat(), date(year - 1, 12, 31).isoformat()),
    ]
