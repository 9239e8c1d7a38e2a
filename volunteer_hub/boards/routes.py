"""The office's dashboard and its race board."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, current_app, render_template, request
from werkzeug.datastructures import MultiDict

from volunteer_hub.boards import dashboard, goals, labels, showing, spans
from volunteer_hub.boards.dashboard import COMPARED, WHOLE
from volunteer_hub.boards.spans import Span
from volunteer_hub.core import clock
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.regions.labels import BASES
from volunteer_hub.statistics import definitions, periods, queries, targets
from volunteer_hub.statistics import showing as figures
from volunteer_hub.statistics.question import Question, parse
from volunteer_hub.web.access import require, scope
from volunteer_hub.web.i18n import say

pages = Blueprint("boards", __name__)

SEE = Permission.SEE_STATISTICS


@pages.get("/office/board")
@require(SEE)
def index() -> str:
    """Show one division: its figures, their trend, its parts side by side."""
    question, compared, span = _question(request.args), _figure(COMPARED[0]), _span()
    board = dashboard.read(question, scope(SEE), compared=compared, span=span, today=clock.civil_date(question.as_of))
    aims = goals.find(board.answer)
    return render_template(
        "boards/index.html",
        board=board,
        compared=compared,
        span=span,
        span_names=labels.SPANS,
        periods=_periods(question),
        aims=aims,
        measured=lambda aim: _time_of(targets.measured_by(aim.target, question)),
        chart=showing.line_chart(board.points),
        bars=showing.bar_chart(board.places, compared, aims.get(compared)),
        args=_kept(question) | {"figure": compared, "span": span.value},
        **_words(board.answer.question),
    )


@pages.get("/office/board/race")
@require(SEE)
def race() -> str:
    """Rank a division's parts in one month, against the month before."""
    today = clock.today()
    month = spans.month_of(request.args.get("month", "").strip(), today)
    question, ranked = _question(_without_time(request.args)), _figure(COMPARED[1])
    run = dashboard.race(question, scope(SEE), ranked=ranked, month=month)
    aims = goals.find(run.answer)
    return render_template(
        "boards/race.html",
        run=run,
        ranked=ranked,
        month=month,
        is_whole=ranked in WHOLE,
        this_month=today.replace(day=1),
        earlier=spans.month_before(month),
        later=None if month == today.replace(day=1) else spans.last_of(month),
        aims=aims,
        args={"region": question.region, "base": question.base.value, "figure": ranked, "month": f"{month:%Y-%m}"},
        **_words(run.answer.question),
    )


def _question(args: MultiDict[str, str]) -> Question:
    """Read the question; without a division, of where the asker's scope begins. Raises Unprocessable, NotFound."""
    start = None
    if not args.get("region"):
        start = queries.find_start(scope(SEE), current_app.config["HOME_REGION"])
        if start is None:
            raise NotFound
    return parse(args.to_dict(flat=False), default_region=start or "", now=clock.now())


def _kept(question: Question) -> dict[str, str]:
    """Return the arguments of the ways on: an instant only where one was asked for, so that now stays now."""
    args = question.args()
    if question.live:
        del args["as_of"]
    return args


def _time_of(question: Question) -> dict[str, str | None]:
    """Return the arguments of a question that say which services count, and against whom."""
    args = question.args()
    return {name: args.get(name) for name in ("from", "to", "classes", "base")}


def _without_time(args: MultiDict[str, str]) -> MultiDict[str, str]:
    kept = MultiDict(args)
    for name in ("as_of", "from", "to"):
        kept.poplist(name)
    return kept


def _figure(usual: str) -> str:
    asked = request.args.get("figure", usual)
    if asked not in COMPARED:
        raise NotFound
    return asked


def _span() -> Span:
    try:
        return Span(request.args.get("span", Span.YEAR))
    except ValueError:
        raise NotFound from None


def _periods(question: Question) -> list[tuple[str, dict[str, str | None], bool]]:
    """Return the periods to choose from: name, arguments, and whether it is the one shown."""
    day = clock.civil_date(question.as_of)
    stretches: list[tuple[str, tuple[date, date] | tuple[None, None]]] = [
        (labels.EVER, (None, None)),
        (labels.THIS_YEAR, periods.year(day)),
        (labels.THIS_MONTH, periods.month(day)),
    ]
    return [
        (
            name,
            {"from": since.isoformat() if since else None, "to": until.isoformat() if until else None},
            (since, until) == (question.since, question.until),
        )
        for name, (since, until) in stretches
    ]


def _words(question: Question) -> dict[str, Any]:
    sentence, places = question.period()
    return {
        "question": question,
        "period": say(sentence, places),
        "class_names": definitions.CLASS_NAMES,
        "base_names": BASES,
        "figures_of": definitions.BY_KEY,
        "compared_by": COMPARED,
        "printed": figures.printed,
        "threshold": showing.threshold,
        "not_additive": definitions.NOT_ADDITIVE,
    }
