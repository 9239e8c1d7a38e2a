"""How many lines of the ledger a question will read, roughly, before it is asked."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.regions.codes import level_of
from volunteer_hub.regions.models import RegionLevel
from volunteer_hub.statistics import rollups
from volunteer_hub.statistics.question import Question

#: Beyond so many a page says first that it is counting: a part of a second on a quiet machine, seconds on a busy one.
MOST_AT_ONCE = 300_000
#: How often the answers read the lines of their period: people and activities; and each figure of an overview.
RATIOS, FACTS, FURTHER = 1, 2, 4
#: Of the people of a division about so many live in one of its parts.
SHARE_OF_PART = 10


def of_ratios(question: Question) -> int:
    """Return how many lines the ratios of a division will read: none where the folded counts say them."""
    return 0 if rollups.can_say(question) else _lines(question, RATIOS)


def of_facts(question: Question) -> int:
    """Return how many lines will be read to count services along a dimension."""
    return _lines(question, FACTS)


def of_further(question: Question) -> int:
    """Return how many lines the overview of a division will read."""
    return _lines(question, FURTHER)


def _lines(question: Question, times: int) -> int:
    # Two statements in one: SQLite finds either end by the index, but both together by reading all of it.
    ends = (select(end(HoursEntry.service_on)).scalar_subquery() for end in (func.min, func.max))
    highest = select(func.max(HoursEntry.id)).scalar_subquery()
    lines, first, last = db.session.execute(select(highest, *ends)).one()
    if not lines:
        return 0
    last = min(last, clock.civil_date(question.as_of))
    since, until = max(question.since or first, first), min(question.until or last, last)
    days = max((until - since + timedelta(days=1)).days, 0)
    below = max(level_of(question.region) - RegionLevel.COUNTY, 0)
    return int(lines * times * days // max((last - first).days + 1, 1) // SHARE_OF_PART**below)
