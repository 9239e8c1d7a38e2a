"""The pages on which months are listed, read and signed, and the files that leave them."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_account, make_staff, sign_in
from tests.makers.ledger import make_entry
from tests.makers.month_close import (
    CLOSED,
    COUNTY,
    HOUR,
    JUNE,
    acting,
    make_closed,
    make_draft,
    make_served,
    make_signer,
)
from volunteer_hub.accounts.models import Account, Role, ScopeKind
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.month_close import reopening
from volunteer_hub.month_close.models import ClosedDocument, CloseState, MonthClose

LATER = CLOSED + timedelta(days=3)


@pytest.fixture
def office(app: Flask) -> tuple[Account, Account]:
    make_served()
    return make_signer("王主任"), make_signer("李副主任")


def browser(app: Flask, account: Account) -> FlaskClient:
    return sign_in(app.test_client(), account)


def text(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return unescape(re.sub(r"\s+", " ", answer.text))


def shown_digest(client: FlaskClient, close_id: int) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', client.get(f"/office/months/{close_id}").text)
    assert found
    return found[1]


def test_a_month_is_signed_twice_on_its_page_and_then_offers_its_files(
    app: Flask, office: tuple[Account, Account]
) -> None:
    close_id = make_draft().id
    first, second = (browser(app, account) for account in office)
    address = f"/office/months/{close_id}"
    assert "您将作为填报人签字" in text(first, address)
    answer = first.post(f"{address}/file", data={"digest": shown_digest(first, close_id)})
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert "审核必须由另一人进行" in text(first, address)
    page = text(second, address)
    assert "您将作为审核人签字" in page
    assert "王主任" in page
    answer = second.post(f"{address}/review", data={"digest": shown_digest(second, close_id)})
    assert answer.status_code == 303
    page = text(first, address)
    kept = db.session.get_one(ClosedDocument, close_id)
    for printed in ("已月结", "下载 PDF", "下载 JSON", kept.sha256, kept.pdf_sha256, "李副主任", "无，这是第一份"):
        assert printed in page
    assert first.get(f"{address}/report.pdf").headers["Content-Disposition"].startswith("attachment")


def test_who_signed_first_is_refused_in_words_as_the_second(app: Flask, office: tuple[Account, Account]) -> None:
    close_id = make_draft().id
    first, address = browser(app, office[0]), f"/office/months/{close_id}"
    digest = shown_digest(first, close_id)
    first.post(f"{address}/file", data={"digest": digest})
    answer = first.post(f"{address}/review", data={"digest": digest})
    assert answer.status_code == 422
    assert "填报人和审核人不能是同一个人" in answer.text
    assert first.post(f"{address}/file", data={"digest": digest}).status_code == 422


def test_a_signature_for_changed_figures_is_not_taken_and_the_page_says_what_changed(
    app: Flask, office: tuple[Account, Account]
) -> None:
    close_id, person = make_draft().id, 1
    first, address = browser(app, office[0]), f"/office/months/{close_id}"
    digest = shown_digest(first, close_id)
    make_entry(person, 60, recorded_at=CLOSED)
    assert "草稿生成之后新到时长记录 1 条" in text(first, address)
    assert first.post(f"{address}/file", data={"digest": digest}).status_code == 303
    page = text(first, address)
    for printed in ("数据有变化，没有签字", "新到时长记录 1 条", "2.00", "3.00", "+1.00"):
        assert printed in page
    assert db.session.get_one(MonthClose, close_id).state is CloseState.DRAFT
    first.post(f"{address}/file", data={"digest": digest})
    assert db.session.get_one(MonthClose, close_id).state is CloseState.DRAFT
    first.post(f"{address}/file", data={"digest": shown_digest(first, close_id)})
    db.session.rollback()
    assert db.session.get_one(MonthClose, close_id).state is CloseState.FILED


def test_preparing_anew_takes_the_first_signature_back(app: Flask, office: tuple[Account, Account]) -> None:
    close_id = make_draft().id
    first, address = browser(app, office[0]), f"/office/months/{close_id}"
    first.post(f"{address}/file", data={"digest": shown_digest(first, close_id)})
    assert first.post(f"{address}/refresh").status_code == 303
    assert "您将作为填报人签字" in text(first, address)


def test_the_list_of_months_shows_how_far_each_has_come(app: Flask, office: tuple[Account, Account]) -> None:
    client = browser(app, office[0])
    assert "还没有月结" in text(client, "/office/months")
    make_closed(*office)
    page = text(client, "/office/months")
    assert "2022-06" in page
    assert "已月结" in page
    assert "有更正" not in page
    make_entry(1, 60, recorded_at=LATER)
    assert "有更正" in text(client, "/office/months")


def test_an_open_month_past_its_limit_says_so(app: Flask, office: tuple[Account, Account]) -> None:
    make_draft()
    with time_machine.travel(CLOSED, tick=False):
        client = browser(app, office[0])
        assert "已超期限" not in text(client, "/office/months")
    with time_machine.travel(CLOSED + timedelta(days=20), tick=False):
        client = browser(app, office[0])
        assert "已超期限" in text(client, "/office/months")


def test_a_restatement_leads_to_the_person_behind_each_entry(app: Flask, office: tuple[Account, Account]) -> None:
    close_id = make_closed(*office).close_id
    make_entry(1, 60, hours_class=HoursClass.C, recorded_at=LATER)
    client = browser(app, office[0])
    page = text(client, f"/office/months/{close_id}")
    for printed in ("签字之后的更正", "漏签到，照片为证", "+1.00", "涉及时长记录 1 条"):
        assert printed in page
    address = re.search(r'action="(/office/statistics/people/1/open[^"]*)"', page)
    assert address
    answer = client.post(address[1], follow_redirects=True)
    assert answer.status_code == 200
    assert "/office/statistics/entries/2" in answer.text


def test_closing_anew_is_asked_for_and_granted_on_the_page(app: Flask, office: tuple[Account, Account]) -> None:
    close_id = make_closed(*office).close_id
    first, second = (browser(app, account) for account in office)
    address = f"/office/months/{close_id}"
    assert "请写明理由" in first.post(f"{address}/anew", data={"reason": ""}).text
    assert first.post(f"{address}/anew", data={"reason": "人口数录错"}).status_code == 303
    assert "等待另一人决定" in text(first, address)
    assert first.post(f"{address}/anew/decide", data={"grant": "1"}).status_code == 422
    assert "批准重新月结" in text(second, address)
    assert second.post(f"{address}/anew/decide", data={"grant": "1"}).status_code == 303
    assert "第 2 版" in text(first, "/office/months")
    assert first.post(f"{address}/anew", data={"reason": "再来"}).status_code == 422


def test_months_are_for_those_who_may_sign_there(app: Flask, office: tuple[Account, Account]) -> None:
    close_id = make_closed(*office).close_id
    address = f"/office/months/{close_id}"
    elsewhere = browser(app, make_signer("外地", "110101000000"))
    for path in ("", "/report.pdf", "/report.json"):
        assert elsewhere.get(address + path).status_code == 404
    for act in ("file", "review", "refresh", "anew", "anew/decide"):
        assert elsewhere.post(f"{address}/{act}", data={"reason": "x"}).status_code == 404
    assert elsewhere.get(f"/office/months?region={COUNTY}").status_code == 404
    auditor = browser(app, make_staff(Role.AUDITOR, ScopeKind.REGION, COUNTY))
    outsider = browser(app, make_account())
    for client in (auditor, outsider):
        assert client.get("/office/months").status_code == 403


def test_an_open_month_has_no_files(app: Flask, office: tuple[Account, Account]) -> None:
    close_id = make_draft().id
    assert browser(app, office[0]).get(f"/office/months/{close_id}/report.pdf").status_code == 404


def test_whoever_may_sign_for_two_divisions_chooses_between_them(app: Flask, office: tuple[Account, Account]) -> None:
    make_draft()
    make_draft("220403002000", JUNE)
    client = browser(app, office[0])
    assert "西安区月结" in text(client, "/office/months")
    page = text(client, "/office/months?region=220403002000")
    assert "仙城街道月结" in page
    assert '<option value="220403002000" selected>' in page


def test_an_old_version_says_that_it_is_superseded(app: Flask, office: tuple[Account, Account]) -> None:
    close_id = make_closed(*office).close_id
    first, second = (browser(app, account) for account in office)
    with transaction():
        reopening.ask(acting(office[0]), close_id, EVERYTHING, reason="人口数录错", now=CLOSED + HOUR)
    second.post(f"/office/months/{close_id}/anew/decide", data={"grant": "1"})
    db.session.rollback()
    begun = db.session.scalars(select(MonthClose).where(MonthClose.version == 2)).one()
    first.post(f"/office/months/{begun.id}/file", data={"digest": shown_digest(first, begun.id)})
    second.post(f"/office/months/{begun.id}/review", data={"digest": shown_digest(second, begun.id)})
    page = text(first, f"/office/months/{close_id}")
    assert "已被新版本取代" in page
    assert f'href="/office/months/{begun.id}"' in page
    assert "第 2 版" in text(first, f"/office/months/{begun.id}")
