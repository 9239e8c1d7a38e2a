"""Makes months of the small district: drafted, filed and closed through the real services."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tests.makers.accounts import make_staff
from tests.makers.ledger import make_entry, make_resident
from tests.makers.regions import District, make_district, make_population
from volunteer_hub.accounts.models import Account, Role, ScopeKind
from volunteer_hub.core.actor import TIMETABLE, Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.month_close import checking, composing, queries, reopening, sealing, service
from volunteer_hub.month_close.models import ClosedDocument, MonthClose
from volunteer_hub.month_close.sealing import Signature
from volunteer_hub.month_close.service import Signed

COUNTY = "220403000000"
#: June of 2022, closed on 6 July: entries of `make_entry` are of 1 June.
JUNE = date(2022, 6, 1)
JULY = date(2022, 7, 1)
PREPARED = datetime(2022, 7, 1, 2, 0, tzinfo=UTC)
CLOSED = datetime(2022, 7, 6, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def make_served() -> tuple[District, int]:
    """Return the district, with four residents of three communities, and the one who has 120 minutes."""
    places = make_district()
    make_population(places.county, 100)
    person = make_resident(places.community, name="张三丰")
    make_resident(places.community)
    make_resident(places.neighbour)
    make_resident(places.far_community)
    make_entry(person.id, 120)
    return places, person.id


def make_signer(name: str = "王主任", region: str = COUNTY) -> Account:
    """Return an account of a division's office."""
    return make_staff(Role.OFFICE, ScopeKind.REGION, region, name=name)


def acting(account: Account) -> Actor:
    """Return an account as it acts."""
    return Actor(account.id, account.display_name)


def make_draft(region: str = COUNTY, month: date = JUNE, *, now: datetime = PREPARED) -> MonthClose:
    """Return a month's first draft."""
    composed = composing.compose(region, month, version=1, as_of=now)
    with transaction():
        close = service.prepare(composed, now=now, actor=TIMETABLE)
    assert close is not None
    return close


def sign_first(account: Account, close: MonthClose, *, now: datetime = CLOSED) -> Signed:
    """Return what became of a first signature under what the month says now."""
    db.session.expire_all()
    checked, shown = checking.check(close, now=now), close.digest
    with transaction():
        return service.file(acting(account), close.id, EVERYTHING, checked, shown=shown, now=now)


def sign_second(account: Account, close: MonthClose, *, now: datetime = CLOSED + HOUR) -> Signed:
    """Return what became of a second signature."""
    db.session.expire_all()
    checked, shown = checking.check(close, now=now), close.digest
    filer = db.session.get_one(Account, close.filed_by or account.id)
    filed = Signature("filed", filer.id, filer.display_name, close.filed_at or now)
    sealed = sealing.seal(close, filed, Signature("reviewed", account.id, account.display_name, now))
    with transaction():
        return service.review(acting(account), close.id, EVERYTHING, checked, sealed, shown=shown, now=now)


def make_closed(
    first: Account, second: Account, region: str = COUNTY, month: date = JUNE, *, now: datetime = CLOSED
) -> ClosedDocument:
    """Return what a month leaves behind that these two have closed."""
    close = make_draft(region, month, now=now - 2 * HOUR)
    assert sign_first(first, close, now=now - HOUR).given
    assert sign_second(second, close, now=now).given
    return db.session.get_one(ClosedDocument, close.id)


def make_anew(asker: Account, other: Account, close_id: int, *, now: datetime) -> MonthClose:
    """Return the draft of a closed month's next version."""
    with transaction():
        reopening.ask(acting(asker), close_id, EVERYTHING, reason="人口数录错", now=now)
    composed = reopening.compose_anew(queries.get_close(close_id, EVERYTHING), now=now)
    with transaction():
        begun = reopening.decide(acting(other), close_id, EVERYTHING, grant=True, composed=composed, now=now)
    assert begun is not None
    return begun
