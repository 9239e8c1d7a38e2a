"""Figures and lists as files.

A download is a GET, and writes one line in the trail: that is a record of reading, as an access log is,
and changes nothing anybody decides on. It is written in a short transaction of its own before the first
byte leaves, so that no file leaves unrecorded and no slow client keeps the transaction open.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.tabular import Sheet
from volunteer_hub.core.text import N_
from volunteer_hub.exchange import service, sheets
from volunteer_hub.exchange.downloads import csv_file, xlsx_file
from volunteer_hub.statistics import evidence, queries
from volunteer_hub.statistics.answer import Answer
from volunteer_hub.statistics.evidence import Crowd, Having
from volunteer_hub.statistics.question import Question, parse
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.i18n import say

pages = Blueprint("exchange", __name__)


@pages.get("/office/statistics.xlsx")
@require(Permission.EXPORT)
def ratios_xlsx() -> Response:
    answer = _answer("xlsx")
    return xlsx_file(_ratios_name(answer), sheets.ratio_sheets(answer, say))


@pages.get("/office/statistics.csv")
@require(Permission.EXPORT)
def ratios_csv() -> Response:
    answer = _answer("csv")
    return csv_file(_ratios_name(answer), sheets.ratio_sheet(answer, say))


@pages.get("/office/statistics/people.xlsx")
@require(Permission.EXPORT)
def people_xlsx() -> Response:
    name, sheet = _people("xlsx")
    return xlsx_file(name, [sheet])


@pages.get("/office/statistics/people.csv")
@require(Permission.EXPORT)
def people_csv() -> Response:
    return csv_file(*_people("csv"))


def _answer(kind: str) -> Answer:
    question = _question()
    answer = queries.ratios(question, scope(Permission.EXPORT))
    with transaction():
        service.record_download(actor(), "ratios", question, now=clock.now(), kind=kind)
    return answer


def _people(kind: str) -> tuple[str, Sheet]:
    question = _question()
    try:
        crowd = Crowd(question, Having(request.args.get("having", "")), request.args.get("direct") == "1")
    except ValueError:
        raise NotFound from None
    place = evidence.get_region(question.region, scope(Permission.EXPORT)).full_name
    with transaction():
        service.record_download(actor(), "people", question, now=clock.now(), kind=kind, having=crowd.having.value)
    people = evidence.every_person(crowd, scope(Permission.EXPORT))
    day = clock.civil_date(question.as_of).isoformat()
    return say(N_("%(place)s志愿者名单_%(day)s"), {"place": place, "day": day}), sheets.people_sheet(
        crowd, place, people, say
    )


def _question() -> Question:
    start = None
    if not request.args.get("region"):
        start = queries.find_start(scope(Permission.EXPORT), current_app.config["HOME_REGION"])
        if start is None:
            raise NotFound
    return parse(request.args.to_dict(flat=False), default_region=start or "", now=clock.now())


def _ratios_name(answer: Answer) -> str:
    day = clock.civil_date(answer.question.as_of).isoformat()
    return say(N_("%(place)s志愿服务统计_%(day)s"), {"place": answer.full_name, "day": day})
