"""What a cell means: texts, identity numbers, civil dates, durations. Pure; what is unclear is refused."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.imports import words
from volunteer_hub.imports.limits import CELL_CHARACTERS

#: Spreadsheets keep fifteen digits of a number and put zeros for the rest.
DIGITS_KEPT = 15
#: What nobody can see and no column can hold: a workbook may spell it out, as _x0000_.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_EXPONENT = re.compile(r"[0-9]+(?:\.[0-9]+)?[eE]\+?[0-9]{1,3}")
_EIGHT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_CLOCK = re.compile(r"([0-9]{1,3})[:：]([0-9]{2})(?:[:：][0-9]{2})?")
_BARE = re.compile(r"-?[0-9]{1,6}(?:\.[0-9]{1,30})?")
#: Days with which a sheet shows a bare duration.
_ZERO_DAYS = frozenset({date(1899, 12, 31), date(1904, 1, 1), date(1899, 12, 30)})


def text(cell: Any, field: str) -> str:
    """Return a cell as one line of text, empty for nothing.

    Raises DomainError for an error value (#N/A) and for a formula the workbook saved no result of.
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return " ".join(_CONTROLS.sub("", cell).split())[:CELL_CHARACTERS]
    kind, raw = str(cell[0]), str(cell[1])
    if kind == "e":
        raise DomainError("cell_error", N_("这一格是错误值，请在表格里改正。"), field=field)
    if kind == "f":
        raise DomainError("cell_formula", N_("这一格是公式，但文件里没有保存结果；请改成数值后再导入。"), field=field)
    if kind == "b":
        return N_("是") if raw in ("1", "true") else N_("否")
    if kind == "d":
        return raw.removesuffix(" 00:00:00")
    return _whole(raw)


def _whole(raw: str) -> str:
    """Return a number as people write it: 13800000000.0 and 1.38E10 → 13800000000."""
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return raw
    if number == number.to_integral_value() and abs(number) < 10**DIGITS_KEPT:
        return str(int(number))
    return raw


def document(cell: Any) -> str:
    """Return an identity number as it stands. Raises DomainError for one that has gone through a number."""
    if isinstance(cell, list) and cell[0] == "n":
        digits = _magnitude(cell[1])
        if digits >= DIGITS_KEPT:
            raise _mangled()
    typed = text(cell, "document_number")
    if _EXPONENT.fullmatch(typed):
        raise _mangled()
    return typed


def _magnitude(raw: str) -> int:
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return 0
    return number.adjusted() + 1 if number.is_finite() and number else 0


def lost_its_end(number: str) -> bool:
    """Tell whether an 18-digit number ends as spreadsheets leave it: its last three places zero."""
    return len(number) == 18 and number.isdigit() and number.endswith("000")


def mangled() -> DomainError:
    """Return the refusal of an identity number that a spreadsheet has turned into a number."""
    return _mangled()


def _mangled() -> DomainError:
    return DomainError(
        "document_number_mangled",
        N_("证件号码被表格当成数字存了，后几位已变成 0，补不回来。请把这一列设成“文本”格式，重新填写完整号码。"),
        field="document_number",
    )


def day(cell: Any, field: str) -> date | None:
    """Return a civil date, None for an empty cell. Raises DomainError for what is no date, or more than one."""
    if isinstance(cell, list) and cell[0] == "d":
        moment = _moment(cell[1])
        if moment is None:
            raise DomainError("day_unreadable", N_("日期看不懂。请写成 2024-03-05。"), field=field)
        return moment.date()
    typed = unicodedata.normalize("NFKC", text(cell, field))
    if not typed:
        return None
    match = words.YEAR_FIRST.fullmatch(typed) or _EIGHT.fullmatch(typed)
    if match:
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            raise DomainError("no_such_day", N_("没有这一天，请检查日期。"), field=field) from None
    if words.YEAR_LAST.fullmatch(typed):
        raise DomainError(
            "day_ambiguous", N_("这个日期有两种读法。请把四位年份写在最前面，例如 2024-03-05。"), field=field
        )
    if typed.isdigit() and len(typed) == 5:
        raise DomainError(
            "day_serial", N_("日期变成了数字。请把这一列设成“日期”格式，或写成 2024-03-05。"), field=field
        )
    raise DomainError("day_unreadable", N_("日期看不懂。请写成 2024-03-05。"), field=field)


def _moment(raw: str) -> datetime | None:
    """Return what a date cell says; one that the workbook spells out itself may be anything."""
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        return None


def minutes(cell: Any, *, counts_minutes: bool = False) -> int:
    """Return a duration in whole minutes, parts of a minute cut. Bare numbers are hours unless told otherwise.

    Raises DomainError at field `duration`.
    """
    if isinstance(cell, list) and cell[0] == "d":
        moment = _moment(cell[1])
        if moment is not None and moment.date() in _ZERO_DAYS:
            return moment.hour * 60 + moment.minute
        raise _no_duration()
    typed = unicodedata.normalize("NFKC", text(cell, "duration"))
    if clock := _CLOCK.fullmatch(typed):
        if int(clock[2]) > 59:
            raise _no_duration()
        return int(clock[1]) * 60 + int(clock[2])
    if _BARE.fullmatch(typed):
        return int(Decimal(typed) * (1 if counts_minutes else 60))
    spoken = words.SPOKEN.fullmatch(typed)
    if not typed or spoken is None:
        raise _no_duration()
    return int(Decimal(spoken[1] or 0) * 60) + int(spoken[2] or 0)


def _no_duration() -> DomainError:
    return DomainError(
        "duration_unreadable", N_("时长看不懂。请写小时数，例如 2.5，或写“2小时30分钟”。"), field="duration"
    )
