"""How instants, minutes, ratios and masked values are shown."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_skeleton
from flask import Flask
from flask_babel import format_date, get_locale

from volunteer_hub.core import clock
from volunteer_hub.core.masking import mask_document, mask_middle, mask_mobile, mask_name
from volunteer_hub.core.tabular import hours_of


def hours(minutes: int | None) -> str:
    """Show minutes as hours with two decimals, cut towards zero: 59 → 0.98, a reversal's −59 → −0.98."""
    if minutes is None:
        return "—"
    return f"{hours_of(minutes):,}"


def percent(share: float | None) -> str:
    """Show a share as a percentage with two decimals, halves up; an unknown one as a dash, never as zero."""
    if share is None:
        return "—"
    return f"{(Decimal(str(share)) * 100).quantize(Decimal('0.01'), ROUND_HALF_UP):,}%"


def moment(instant: datetime | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """Show an instant by the deployment's wall clock, in 24 hours."""
    return "" if instant is None else clock.local(instant).strftime(form)


def day(value: date | datetime | None) -> str:
    """Show a civil date."""
    if value is None:
        return ""
    return (clock.civil_date(value) if isinstance(value, datetime) else value).isoformat()


def month(instant: datetime) -> str:
    """Show the month of an instant in the language of the page: 11月, Nov."""
    return str(format_date(clock.civil_date(instant), "LLL"))


def month_day(value: date | datetime) -> str:
    """Show a civil date of the days around today, in the language of the page: 11月22日, Nov 22."""
    on = clock.civil_date(value) if isinstance(value, datetime) else value
    return str(format_skeleton("MMMd", datetime(on.year, on.month, on.day), locale=get_locale()))  # noqa: DTZ001 - a civil date has no zone


def clock_time(instant: datetime | None) -> str:
    """Show hours and minutes only."""
    return moment(instant, "%H:%M")


def count(value: float | None) -> str:
    """Show a whole number with thousands separated; an unknown one as a dash."""
    return "—" if value is None else f"{value:,}"


def init_app(app: Flask) -> None:
    """Give the filters to the templates."""
    app.jinja_env.filters.update(
        hours=hours,
        percent=percent,
        moment=moment,
        day=day,
        month=month,
        month_day=month_day,
        clock_time=clock_time,
        count=count,
        mask_name=mask_name,
        mask_middle=mask_middle,
        mask_document=mask_document,
        mask_mobile=mask_mobile,
    )
