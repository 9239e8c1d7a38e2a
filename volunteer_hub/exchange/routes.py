"""Figures and lists as files, made while one waits. What takes longer is made in the background (`job_routes`).

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
from volunteer_hub.exchange import catalogue, service
from volunteer_hub.exchange.catalogue import Format, Request
from volunteer_hub.exchange.writing import answer
from volunteer_hub.statistics import queries
from volunteer_hub.statistics.evidence import Having
from volunteer_hub.web.access import actor, require, scope
from volunteer_hub.web.i18n import say

pages = Blueprint("exchange", __name__)


@pages.get("/office/statistics.xlsx")
@require(Permission.EXPORT)
def ratios_xlsx() -> Response:
    return _file("ratios", Format.XLSX)


@pages.get("/office/statistics.csv")
@require(Permission.EXPORT)
def ratios_csv() -> Response:
    return _file("ratios", Format.CSV)


@pages.get("/office/statistics.pdf")
@require(Permission.EXPORT)
def ratios_pdf() -> Response:
    return _file("ratios", Format.PDF)


@pages.get("/office/statistics/people.xlsx")
@require(Permission.EXPORT)
def people_xlsx() -> Response:
    return _people(Format.XLSX)


@pages.get("/office/statistics/people.csv")
@require(Permission.EXPORT)
def people_csv() -> Response:
    return _people(Format.CSV)


@pages.get("/office/file")
@require(Permission.EXPORT)
def file() -> Response:
    """Send a file of the catalogue (`kind`, `format`); one that may be large is made in the background instead."""
    kind, written = catalogue.get_kind(request.args.get("kind", "")), request.args.get("format", "")
    if kind.is_large or written not in kind.formats:
        raise NotFound
    return _file(kind.key, Format(written))


def _people(written: Format) -> Response:
    if request.args.get("having", "") not in set(Having):
        raise NotFound
    return _file("people", written)


def _file(key: str, written: Format) -> Response:
    kind, asked = catalogue.get_kind(key), _asked()
    name = catalogue.file_name(kind, asked)
    sheets = list(kind.make(asked))
    with transaction():
        service.record_download(actor(), kind.key, asked, now=clock.now(), written=written)
    return answer(name, sheets, written, actor().label, request.args.get("encoding", ""))


def _asked() -> Request:
    start = None
    if not request.args.get("region"):
        start = queries.find_start(scope(Permission.EXPORT), current_app.config["HOME_REGION"])
        if start is None:
            raise NotFound
    return catalogue.read(
        request.args.to_dict(flat=False),
        default_region=start or "",
        scope=scope(Permission.EXPORT),
        say=say,
        now=clock.now(),
    )
