"""An area's figures for anybody, in plain words."""

from __future__ import annotations

from flask import Blueprint, render_template

from volunteer_hub.boards import showing
from volunteer_hub.boards.spans import MONTHS
from volunteer_hub.core import clock
from volunteer_hub.core.errors import NotFound
from volunteer_hub.regions import queries as regions
from volunteer_hub.regions.labels import BASES
from volunteer_hub.statistics import definitions, public_showing, publishing
from volunteer_hub.statistics.question import Question
from volunteer_hub.web.access import public
from volunteer_hub.web.limits import limiter

pages = Blueprint("figures", __name__)


@pages.get("/figures/<region>")
@public
@limiter.limit("60/minute")
def show(region: str) -> str:
    """Show a published area as of the last month's end. 404 is unknown and unpublished alike."""
    area = regions.find_region(region)
    if area is None:
        raise NotFound
    months = publishing.month_ends(clock.today(), MONTHS)
    question = Question(region=area.code, as_of=clock.end_of(months[-1]))
    answer = publishing.published(question)
    points = publishing.trend(question, months)
    above = area.parent_code if answer.top != area.code else None
    return render_template(
        "boards/figures.html",
        answer=answer,
        question=question,
        above=regions.find_region(above) if above else None,
        points=points,
        chart=showing.public_line_chart(points),
        figures_of=definitions.BY_KEY,
        shows=public_showing.shows,
        printed=public_showing.printed,
        why_hidden=public_showing.why_hidden,
        not_additive=definitions.NOT_ADDITIVE,
        base_names=BASES,
    )
