"""Tells those who may sign what waits, each once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from volunteer_hub.core import clock
from volunteer_hub.core.leases import claim_period
from volunteer_hub.month_close import labels, months, queries
from volunteer_hub.month_close.models import CloseState, MonthClose
from volunteer_hub.month_close.months import Stage
from volunteer_hub.notices import service as notices
from volunteer_hub.regions import queries as regions

JOB = "month-close-reminder"


def remind(close: MonthClose, stage: Stage, *, now: datetime) -> int:
    """Tell everybody who may sign what is due about an open month; return how many, 0 if it was told before.

    The claim of the stage and the notices are one transaction: of two workers the second finds the claim,
    and one that dies between leaves neither.
    """
    period = f"{close.region_code}:{months.named(close.month)}:{stage.value}"
    if close.state is CloseState.CLOSED or not claim_period(JOB, period, now=now):
        return 0
    places = {"limit": months.limit(close.month).isoformat()}
    return tell(close, queries.list_signers(close.region_code, now), labels.TOLD[stage], stage.value, places, now=now)


def due(close: MonthClose, now: datetime) -> Stage | None:
    """Return what is due about an open month by the civil date. A month closed anew has no limit of its own."""
    return months.stage(close.month, clock.civil_date(now)) if close.version == 1 else None


def tell(
    close: MonthClose, accounts: Iterable[int], sentence: str, what: str, places: dict[str, str], *, now: datetime
) -> int:
    """Tell accounts one thing about a month; return how many had not been told it before."""
    about = {"place": regions.get_region(close.region_code).name, "month": months.named(close.month)}
    key, link = f"month-close:{close.id}:{what}", f"/office/months/{close.id}"
    return sum(
        notices.tell(account, sentence, {**about, **places}, key=key, link=link, now=now) for account in accounts
    )
