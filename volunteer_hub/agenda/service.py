"""Opens and revokes calendar addresses, keeps searches, and tells of what is new and what is soon."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from volunteer_hub.activities.models import Activity
from volunteer_hub.activities.queries import list_published
from volunteer_hub.agenda import queries, searching
from volunteer_hub.agenda.models import CalendarFeed, SavedSearch
from volunteer_hub.core import clock, tokens
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.text import N_
from volunteer_hub.notices import service as notices
from volunteer_hub.volunteers.models import Volunteer

#: A person looks for a handful of things; more would be telling of everything.
MOST_SEARCHES = 10
DAY, SOON = timedelta(hours=24), timedelta(hours=2)
#: A reminder's name; how long before the shift it is due, and until when it still makes sense; the words.
REMINDERS = (
    ("day", DAY, SOON, N_("活动提醒：“%(title)s”，%(starts)s，%(place)s。去不了请尽早退出，让给候补的人。")),
    ("soon", SOON, timedelta(), N_("快开始了：“%(title)s”，%(starts)s，%(place)s。到场请出示“我的码”签到。")),
)


def open_feed(volunteer: Volunteer, *, now: datetime) -> str:
    """Give a person a new secret calendar address and return the secret; an older one is dead from now on."""
    db.session.refresh(volunteer, with_for_update=True)
    revoke_feed(volunteer, now=now)
    secret = tokens.new_secret()
    db.session.add(CalendarFeed(volunteer_id=volunteer.id, token_digest=tokens.digest(secret), created_at=now))
    db.session.flush()
    return secret


def revoke_feed(volunteer: Volunteer, *, now: datetime) -> None:
    """Make a person's calendar address dead, if there is one."""
    feed = queries.find_feed(volunteer.id)
    if feed is not None:
        feed.revoked_at = now
        db.session.flush()


def save_search(account_id: int, name: str, filters: str, *, now: datetime) -> SavedSearch:
    """Keep a search under a name and tell of what is new from now on.

    Raises DomainError for a search that narrows nothing, one kept already, and one too many.
    """
    if not filters:
        raise DomainError("search_empty", N_("请先选好类别、街道、阵地、队伍或关键词，再保存。"), field="name")
    kept = db.session.scalar(
        select(func.count()).select_from(SavedSearch).where(SavedSearch.account_id == account_id)
    )
    if (kept or 0) >= MOST_SEARCHES:
        raise DomainError(
            "searches_full", N_("最多保存 %(n)s 个查找，请先删掉不用的。"), field="name", n=MOST_SEARCHES
        )
    search = SavedSearch(
        account_id=account_id, name=name.strip(), filters=filters, tells=True, told_until=now, created_at=now
    )
    try:
        with db.session.begin_nested():
            db.session.add(search)
            db.session.flush()
    except IntegrityError as known:
        raise DomainError("search_known", N_("这个查找已经保存过了。"), field="name") from known
    return search


def change_search(account_id: int, search_id: int, act: str, *, now: datetime) -> None:
    """Forget a saved search, silence it, or let it tell again, of what is new from now on. Raises NotFound."""
    search = queries.get_search(account_id, search_id)
    if act == "forget":
        db.session.delete(search)
    elif act == "silence":
        search.tells = False
    elif act == "tell":
        search.tells, search.told_until = True, now
    else:
        raise NotFound
    db.session.flush()


def tell_of_new(*, now: datetime, limit: int = 500) -> int:
    """Tell of activities published since each saved search was last looked through; return how many were told.

    Searches for the same thing are looked up once. A search is marked in the same transaction, so that a second
    worker, or a run after a crash, tells nobody twice.
    """
    until = queries.latest_published(now)
    if until is None:
        return 0
    told = 0
    found: dict[tuple[str, datetime], list[Activity]] = {}
    for search in queries.list_behind(until, limit):
        asked = (search.filters, search.told_until)
        if asked not in found:
            found[asked] = list_published(searching.parse(search.filters), search.told_until, until, now, 20)
        told += _tell_of(search, found[asked], until, now)
        search.told_until = until
    db.session.flush()
    return told


def _tell_of(search: SavedSearch, activities: list[Activity], until: datetime, now: datetime) -> bool:
    if not activities:
        return False
    one = N_("您保存的查找“%(name)s”有新活动：“%(title)s”。")
    several = N_("您保存的查找“%(name)s”有 %(n)s 个新活动，如“%(title)s”。")
    return notices.tell(
        search.account_id,
        one if len(activities) == 1 else several,
        {"name": search.name, "title": activities[0].title, "n": len(activities)},
        key=f"search:{search.id}:{until:%Y%m%d%H%M%S}",
        link=f"/activities/{activities[0].id}" if len(activities) == 1 else f"/activities?{search.filters}",
        now=now,
    )


def remind(*, now: datetime) -> int:
    """Remind everybody who has a place of what begins within a day, and within two hours; return how many were told.

    The key of the notice names the shift's beginning, so that nobody is told twice, and a moved shift tells anew.
    """
    told = 0
    for name, ahead, until, sentence in REMINDERS:
        for shift, activity in queries.list_due_shifts(now + until, now + ahead):
            key = f"remind:{name}:{shift.id}:{shift.starts_at:%Y%m%d%H%M}"
            params = {
                "title": activity.title,
                "starts": clock.local(shift.starts_at).strftime("%m-%d %H:%M"),
                "place": activity.place,
            }
            for account_id in queries.list_to_remind(shift, key, shift.starts_at - ahead):
                told += notices.tell(
                    account_id, sentence, params, key=key, link=f"/activities/{activity.id}", now=now
                )
    return told
