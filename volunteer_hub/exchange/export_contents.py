"""What goes into a file made in the background: its sheets, read with its owner's rights of the moment."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.tabular import Sheet
from volunteer_hub.exchange import catalogue, identity_queries, kinds
from volunteer_hub.exchange.export_queries import scope_now
from volunteer_hub.exchange.identity_sheets import identity_sheet, mark_of
from volunteer_hub.exchange.kinds import Need, Request, Say
from volunteer_hub.exchange.models import ExportJob
from volunteer_hub.statistics import queries as statistics
from volunteer_hub.statistics.evidence import Having

#: The kind of a file of whole identity numbers; no catalogue offers it.
IDENTITY = "identity"


@dataclass(frozen=True)
class Contents:
    """The sheets of a file, about how many rows they have, whose they are, and until when they may be fetched."""

    sheets: Iterable[Sheet]
    about: int | None
    author: str
    until: datetime | None = None


def contents_of(job: ExportJob, say: Say, people: array[int], *, now: datetime) -> Contents:
    """Return what a file is made of; `people` collects whose identity numbers pass.

    Raises NotFound where its owner may no longer take it out.
    """
    author = accounts.get_account(job.account_id).display_name
    request = read_again(job, say, now=now)
    if job.kind == IDENTITY:
        return _identity(job, request, author, people, now=now)
    kind = catalogue.get_kind(job.kind)
    about = count_about(request) if Need.HAVING in kind.needs else None
    return Contents(kind.make(request), about, author)


def read_again(job: ExportJob, say: Say, *, now: datetime) -> Request:
    """Return what was asked, with the rights its owner has now. Raises NotFound where none is left."""
    scope = scope_now(job.account_id, Permission.EXPORT, now)
    if not scope.covers(region=job.region_code):
        raise NotFound
    return kinds.read(job.args, default_region=job.region_code, scope=scope, say=say, now=now)


def count_about(request: Request) -> int | None:
    """Return how many people a list will have, from the figures; None for those of no part."""
    if request.direct:
        return None
    whole = statistics.ratios(request.question, request.scope).whole
    return {
        Having.REGISTERED: whole.registered,
        Having.WITH_HOURS: whole.with_hours,
        Having.PARTICIPANTS: whole.participants,
    }[request.having]


def _identity(job: ExportJob, request: Request, author: str, people: array[int], *, now: datetime) -> Contents:
    if not scope_now(job.account_id, Permission.OPEN_IDENTITY, now).covers(region=job.region_code):
        raise NotFound
    asked = identity_queries.get_approved(job.identity_id, now=now)
    mark = mark_of(asked, author, request.say)
    sheet = identity_sheet(asked, request, mark, people)
    return Contents([sheet], count_about(request), author, asked.until)
