"""What somebody tried of calendars, searches and messages goes with the demonstration."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from tests.makers.carriers import Recorded, opened
from tests.makers.demo import NOW, load_small
from volunteer_hub.agenda import service as agenda
from volunteer_hub.agenda.models import CalendarFeed, SavedSearch
from volunteer_hub.core.channels import ChannelKind
from volunteer_hub.core.db import db, transaction
from volunteer_hub.demo import removal
from volunteer_hub.notices import reaching, service
from volunteer_hub.notices.models import ContactPoint, Delivery, NoticeWishes
from volunteer_hub.volunteers.models import Volunteer

TRIED = (CalendarFeed, SavedSearch, ContactPoint, Delivery, NoticeWishes)


def test_calendars_searches_and_messages_of_the_demonstration_go(app: Flask) -> None:
    load_small()
    tester = db.session.scalars(select(Volunteer).where(Volunteer.account_id.is_not(None)).limit(1)).one()
    account_id = tester.account_id or 0
    with opened(Recorded()), transaction():
        agenda.open_feed(tester, now=NOW)
        agenda.save_search(account_id, "环保", "category=environment", now=NOW)
        reaching.keep_proved(account_id, ChannelKind.EMAIL, "wang@example.org", now=NOW)
        reaching.wish(account_id, ["reminders"], 0, 0, "zh")
        service.tell(account_id, "通知", {}, key="shift:1:moved", now=NOW)
    with transaction():
        removal.remove(now=NOW)
    left = {model.__tablename__: db.session.scalar(select(func.count()).select_from(model)) for model in TRIED}
    assert left == {model.__tablename__: 0 for model in TRIED}
