"""Whoever has an account is told a thing once, in the language he reads, and his unread notices are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_account, make_staff, sign_in
from tests.makers.races import overlap
from volunteer_hub.accounts.models import Account, Role
from volunteer_hub.core.db import db, transaction
from volunteer_hub.notices import queries, service
from volunteer_hub.notices.models import Notice

NOW = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)
#: A sentence of the navigation, which has its English.
SUBJECT = "通知"


def told(account: Account, key: str = "make-up:1:asked", *, link: str | None = None, subject: str = SUBJECT) -> bool:
    with transaction():
        return service.tell(account.id, subject, {}, key=key, link=link, now=NOW)


def test_a_thing_is_told_once_however_often_a_job_runs(app: Flask) -> None:
    account, other = make_account(), make_account("李站长")
    assert told(account)
    assert not told(account)
    assert told(account, "make-up:2:asked")
    assert told(other)
    assert queries.count_unread(account.id) == 2


def test_two_at_once_tell_it_once(app: Flask) -> None:
    """Red without the unique key: both would tell it, or the second would fail instead of passing by."""
    account = make_account()
    seen: list[bool] = []

    def tell() -> None:
        seen.append(service.tell(account.id, SUBJECT, {}, key="make-up:1:asked", now=NOW))

    assert overlap(app, tell, tell) == ["done", "done"]
    assert sorted(seen) == [False, True]


def test_what_was_read_is_no_longer_counted_and_keeps_its_instant(app: Flask) -> None:
    account = make_account()
    told(account)
    with transaction():
        service.mark_read(account.id, now=NOW)
    with transaction():
        service.mark_read(account.id, now=NOW + timedelta(days=1))
    assert queries.count_unread(account.id) == 0
    assert db.session.scalars(select(Notice.read_at)).one() == NOW


def test_every_page_shows_how_many_wait(client: FlaskClient) -> None:
    account = make_account()
    told(account)
    sign_in(client, account)
    assert "通知，1 条未读" in client.get("/activities").text
    client.post("/notices/read")
    assert "条未读" not in client.get("/activities").text


def test_opening_one_marks_it_and_leads_to_its_page(client: FlaskClient) -> None:
    account = make_account()
    told(account, link="/activities")
    sign_in(client, account)
    notice_id = db.session.scalars(select(Notice.id)).one()
    answer = client.post(f"/notices/{notice_id}/open")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/activities")
    assert queries.count_unread(account.id) == 0


@pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_notice_never_leads_elsewhere(client: FlaskClient, link: str) -> None:
    account = make_account()
    told(account, link=link)
    sign_in(client, account)
    answer = client.post(f"/notices/{db.session.scalars(select(Notice.id)).one()}/open")
    assert answer.headers["Location"] == "/notices"


def test_a_notice_is_read_in_the_readers_language(client: FlaskClient) -> None:
    account = make_account("Han Meimei")
    told(account)
    sign_in(client, account)
    assert "Notices" in client.get("/notices", headers={"Accept-Language": "en"}).text
    assert "通知" in client.get("/notices", headers={"Accept-Language": "zh"}).text


def test_places_are_filled_as_text_and_never_as_markup(client: FlaskClient) -> None:
    account = make_account()
    with transaction():
        service.tell(account.id, "%(title)s", {"title": "<b>清洁</b> {{7*7}} %s"}, key="x", now=NOW)
    page = sign_in(client, account).get("/notices").text
    assert "&lt;b&gt;清洁&lt;/b&gt; {{7*7}} %s" in page


def test_nobody_reads_or_opens_the_notices_of_another(client: FlaskClient) -> None:
    account = make_account()
    told(account, subject="%(n)s")
    notice_id = db.session.scalars(select(Notice.id)).one()
    sign_in(client, make_staff(Role.ADMINISTRATOR))
    assert client.post(f"/notices/{notice_id}/open").status_code == 404
    client.post("/notices/read")
    assert queries.count_unread(account.id) == 1
    assert "还没有通知" in client.get("/notices").text
