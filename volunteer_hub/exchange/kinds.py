"""What a kind of file is, and what somebody asked one for. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from volunteer_hub.core import clock
from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.tabular import Sheet
from volunteer_hub.core.text import N_
from volunteer_hub.statistics.evidence import Having
from volunteer_hub.statistics.question import Args, Question, parse

#: Translates a marked sentence and fills its places; the door lends it.
Say = Callable[..., str]


class Need(StrEnum):
    """A part of a request that a kind of file reads: its form asks for these and for nothing else."""

    REGION = "region"
    AS_OF = "as_of"
    PERIOD = "period"
    CLASSES = "classes"
    BASE = "base"
    YEAR = "year"
    HAVING = "having"
    #: Whether the people behind the figures are listed too.
    ROWS = "rows"
    STATION = "station_id"
    TEAM = "team_id"
    SHIFT = "shift_id"
    REPORT_YEAR = "report_year"


class Format(StrEnum):
    """The ways a file can be written. CSV holds the first sheet alone."""

    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"


@dataclass(frozen=True)
class Request:
    """What somebody asked a file for; `args` reproduces it for as long as the data is kept."""

    question: Question
    scope: Scope
    say: Say
    now: datetime
    having: Having = Having.REGISTERED
    #: Only the people registered on the division itself, in none of its parts.
    direct: bool = False
    rows: bool = False
    station_id: int | None = None
    team_id: int | None = None
    shift_id: int | None = None
    report_year: int | None = None

    def args(self) -> dict[str, str]:
        """Return the request as arguments from which `read` makes it again."""
        chosen = {
            "having": self.having.value if self.having is not Having.REGISTERED else None,
            "direct": "1" if self.direct else None,
            "rows": "1" if self.rows else None,
            "station_id": self.station_id,
            "team_id": self.team_id,
            "shift_id": self.shift_id,
            "report_year": self.report_year,
        }
        return self.question.args() | {name: str(value) for name, value in chosen.items() if value is not None}


@dataclass(frozen=True)
class FileKind:
    """One kind of file the office can take: `make` returns its sheets, whose rows may be read only once."""

    key: str
    name: str
    describe: str
    make: Callable[[Request], Iterable[Sheet]]
    needs: frozenset[Need]
    formats: tuple[Format, ...] = (Format.XLSX, Format.CSV, Format.PDF)
    #: It may hold as many rows as the district has people: better made in the background.
    is_large: bool = False


def read(
    args: Mapping[str, str | Sequence[str]], *, default_region: str, scope: Scope, say: Say, now: datetime
) -> Request:
    """Read a request from form fields or query arguments, or from what `Request.args` gave.

    Raises Unprocessable with the argument's name as `field`.
    """
    args = {name: [given] if isinstance(given, str) else given for name, given in args.items()}
    return Request(
        question=parse(args, default_region=default_region, now=now),
        scope=scope,
        say=say,
        now=now,
        having=_having(args),
        direct=_text(args, "direct") == "1",
        rows=_text(args, "rows") in ("1", "y", "on"),
        station_id=_number(args, "station_id"),
        team_id=_number(args, "team_id"),
        shift_id=_number(args, "shift_id"),
        report_year=_report_year(args, now),
    )


def _text(args: Args, name: str) -> str:
    return next((value.strip() for value in args.get(name, ()) if value.strip()), "")


def _having(args: Args) -> Having:
    text = _text(args, "having")
    try:
        return Having(text) if text else Having.REGISTERED
    except ValueError:
        raise Unprocessable("bad_having", N_("没有这种名单。"), field="having") from None


def _number(args: Args, name: str) -> int | None:
    text = _text(args, name)
    if not text:
        return None
    if not re.fullmatch(r"[1-9]\d{0,17}", text, re.ASCII):
        raise Unprocessable("bad_number", N_("编号应为数字。"), field=name)
    return int(text)


def _report_year(args: Args, now: datetime) -> int | None:
    text = _text(args, "report_year")
    if not text:
        return None
    if not re.fullmatch(r"\d{4}", text, re.ASCII) or not 1949 <= int(text) <= clock.civil_date(now).year:
        raise Unprocessable("bad_report_year", N_("报表年份应为四位数字，不晚于今年。"), field="report_year")
    return int(text)
