"""The office's pages of services: counted along a dimension, and how a division is running."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, render_template, request
from flask_babel import gettext as _

from volunteer_hub.core import clock
from volunteer_hub.core.categories import CATEGORIES
from volunteer_hub.core.errors import NotFound, Unprocessable
from volunteer_hub.core.permission import Permission
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions import queries as regions
from volunteer_hub.statistics import counting_page, definitions, effort, facts_showing, labels, periods, queries
from volunteer_hub.statistics.facts import facts, refuse
from volunteer_hub.statistics.facts_question import NO, YES, FactsQuestion, parse_facts
from volunteer_hub.statistics.further import further
from volunteer_hub.statistics.further_definitions import (
    ATTRIBUTION,
    FACTS,
    FURTHER,
    PEOPLE_NOT_ADDITIVE,
    digest,
)
from volunteer_hub.volunteers.labels import SEXES
from volunteer_hub.web.access import require, scope
from volunteer_hub.web.i18n import say

pages = Blueprint("facts", __name__)

#: Arguments of the form, beside the question's own.
FIELDS = ("by", "region", "as_of", "from", "to", "category", "age", "sex", "party")


@pages.get("/office/figures")
@require(Permission.SEE_STATISTICS)
def table() -> str | Response | tuple[str, int]:
    """Show services along one dimension; every link and form keeps the whole question in the address."""
    seen = scope(Permission.SEE_STATISTICS)
    try:
        asked = _asked()
    except Unprocessable as refusal:
        refused = {"field": refusal.field, "sentence": say(refusal.message, refusal.params)}
        page = render_template("statistics/facts.html", answer=None, asked=None, refused=refused, **_form(None))
        return page, 422

    def found() -> dict[str, Any]:
        answer = facts(asked, seen)
        return {
            "answer": answer,
            "asked": asked,
            "refused": None,
            "lineage": queries.list_lineage(asked.question.region, seen),
            "children": regions.list_children(asked.question.region),
            "chips": _chips(asked, answer.filters),
            **_form(asked),
        }

    lines = effort.of_facts(asked.question)
    return counting_page.show("statistics/facts.html", _("服务明细"), lines, found, lambda: refuse(asked, seen))


@pages.get("/office/figures/overview")
@require(Permission.SEE_STATISTICS)
def overview() -> str | Response:
    """Show how a division runs: who is active, what is late, which stations are idle, stars and teams."""
    seen = scope(Permission.SEE_STATISTICS)
    asked = _asked()

    def found() -> dict[str, Any]:
        return {
            "answer": further(asked.question, seen),
            "asked": asked,
            "lineage": queries.list_lineage(asked.question.region, seen),
            "further_definitions": FURTHER,
            "printed_ratio": facts_showing.printed_ratio,
            **_words(asked),
        }

    lines = effort.of_further(asked.question)
    return counting_page.show("statistics/further.html", _("运行情况"), lines, found, lambda: refuse(asked, seen))


def _asked() -> FactsQuestion:
    start = queries.find_start(scope(Permission.SEE_STATISTICS), current_app.config["HOME_REGION"])
    if start is None:
        raise NotFound
    return parse_facts(request.args.to_dict(flat=False), default_region=start, now=clock.now())


def _chips(asked: FactsQuestion, filters: dict[str, str] | Any) -> list[tuple[str, str, str]]:
    """Return what narrows the question as (argument, dimension, value), each to be taken away again."""
    chosen = {name: str(value) for name, value in filters.items()}
    if asked.project is not None:
        chosen["project"] = _("第 %(id)s 号", id=asked.project)
    if asked.category is not None:
        chosen["category"] = say(CATEGORIES[asked.category])
    if asked.age is not None:
        chosen["age"] = say(labels.AGE_BANDS[asked.age])
    if asked.sex is not None:
        chosen["sex"] = say(SEXES[asked.sex])
    if asked.party is not None:
        chosen["party"] = say(labels.PARTY[asked.party])
    names = {by.value: say(name) for by, name in labels.DIMENSIONS.items()}
    return [(name, names[name], value) for name, value in chosen.items()]


def _form(asked: FactsQuestion | None) -> dict[str, Any]:
    """Return what the form shows: the question, or what was typed where it was refused."""
    typed = {name: request.args.get(name, "") for name in FIELDS}
    kept = {name: request.args.get(name, "") for name in ("station", "team", "project")}
    chosen = request.args.getlist("classes") or list(HoursClass)
    if asked:
        day = clock.civil_date(asked.question.as_of)
        typed |= {"region": asked.question.region, "as_of": day.isoformat(), "by": asked.by.value}
        chosen = list(asked.question.classes)
    return {
        "typed": typed,
        "kept": {name: value for name, value in kept.items() if value},
        "chosen": "".join(chosen),
        "today": clock.today().isoformat(),
        "classes": HoursClass,
        "dimensions": labels.DIMENSIONS,
        "options": {
            "category": CATEGORIES,
            "age": labels.AGE_BANDS,
            "sex": SEXES,
            "party": {YES: labels.PARTY[True], NO: labels.PARTY[False]},
        },
        "columns": FACTS,
        "notes": (ATTRIBUTION, PEOPLE_NOT_ADDITIVE),
        "name_of": facts_showing.name_of,
        "printed": facts_showing.printed,
        **_words(asked),
    }


def _words(asked: FactsQuestion | None) -> dict[str, Any]:
    question = asked.question if asked else None
    sentence, places = question.period() if question else ("", {})
    return {
        "question": question,
        "period": say(sentence, places) if sentence else "",
        "periods": periods.offered(clock.civil_date(question.as_of)) if question else [],
        "class_names": definitions.CLASS_NAMES,
        "digest": digest(),
    }
