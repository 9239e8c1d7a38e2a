"""Acting for somebody else. Who may is decided in the families room above, which the list of rooms brings here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from volunteer_hub.accounts.models import Login
from volunteer_hub.core.db import db


@dataclass(frozen=True)
class Acting:
    """For whom a browser acts, by which link, and which of the other's own pages it may open."""

    link_id: int
    account_id: int
    volunteer_id: int
    name: str
    #: Where the other lives, for the trail of that division.
    region_code: str | None
    may_open: Callable[[str], bool]


#: Link, the account that would act, the instant, and from how many years on nobody has a guardian.
Finder = Callable[[int, int, datetime, int], Acting | None]
#: Tells of a link whether somebody has ended it.
HasEnded = Callable[[int], bool]
_ways: list[tuple[Finder, HasEnded]] = []


def use(finder: Finder, has_ended: HasEnded) -> None:
    """Bring the room that knows who may act for whom; called by the list of rooms."""
    _ways[:] = [(finder, has_ended)]


def find(link_id: int, account_id: int, now: datetime, adult: int) -> Acting | None:
    """Return for whom this account acts by this link; None where the link no longer holds."""
    return next((finder(link_id, account_id, now, adult) for finder, _ in _ways), None)


def has_ended(acting: Acting) -> bool:
    """Tell whether the link by which somebody acts was ended since the request began."""
    return any(ended(acting.link_id) for _, ended in _ways)


def act_by(account_id: int, login_id: int, link_id: int | None) -> None:
    """Let one of the account's logins act by a care link from now on, or for oneself again."""
    db.session.execute(
        update(Login).where(Login.id == login_id, Login.account_id == account_id).values(acting_link_id=link_id)
    )
