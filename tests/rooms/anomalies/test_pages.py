"""The pages of flags, as the office, the auditor, and whom one concerns walk through them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.makers.accounts import make_account, make_staff, sign_in
from tests.makers.anomalies import give_account, make_auditor, make_flag, make_made_up, make_officer, make_queue
from tests.makers.checkin import START, Door, make_door, make_person
from volunteer_hub.accounts.models import Account, Role, ScopeKind
from volunteer_hub.anomalies import desk, labels, queries, showing
from volunteer_hub.anomalies.models import AnomalyFlag, FlagState, Rule
from volunteer_hub.anomalies.rows import SubjectKind, subject
from volunteer_hub.anomalies.thresholds import LIMITS
from volunteer_hub.core.db import db
from volunteer_hub.core.scope import EVERYTHING

NIGHT = START + timedelta(days=1)


@pytest.fixture
def door(app: Flask) -> Iterator[Door]:
    made = make_door()
    with time_machine.travel(NIGHT, tick=False):
        yield made


@pytest.fixture
def flag(door: Door) -> AnomalyFlag:
    """A burst that a look found: ten people of whom the operator scanned one a second."""
    make_queue(door, 10, START, every=timedelta(seconds=1))
    desk.look(NIGHT)
    return db.session.query(AnomalyFlag).one()


def _as(app: Flask, account: Account) -> FlaskClient:
    return sign_in(app.test_client(), account)


def test_the_office_sees_what_was_seen_in_plain_words_and_the_scans_behind_it(app: Flask, flag: AnomalyFlag) -> None:
    office = _as(app, make_officer())
    listed = office.get("/office/anomalies").text
    assert "2026-03-05 09:00:00 起的 9 秒内，同一台设备（或同一账号）为 10 个不同的人扫码。" in listed
    page = office.get(f"/office/anomalies/{flag.id}").text
    assert "李*" in page
    assert page.count("扫码记录") == 10
    assert "接手核查" in page


def test_names_are_masked_for_who_may_not_see_people_and_lead_nowhere(app: Flask, flag: AnomalyFlag) -> None:
    page = _as(app, make_auditor()).get(f"/office/anomalies/{flag.id}").text
    assert "李*" in page
    assert "/office/volunteers/" not in page
    assert "不能作出核查结论" in page


def test_the_auditor_looks_and_does_not_decide(app: Flask, flag: AnomalyFlag) -> None:
    auditor = _as(app, make_auditor())
    assert auditor.post(f"/office/anomalies/{flag.id}/take-up").status_code == 403
    assert (
        auditor.post(f"/office/anomalies/{flag.id}/decide", data={"state": "explained", "reason": "看过"}).status_code
        == 403
    )
    assert queries.get_flag(EVERYTHING, flag.id).flag.state is FlagState.OPEN


def test_a_station_manager_and_the_office_elsewhere_see_nothing(app: Flask, door: Door, flag: AnomalyFlag) -> None:
    assert _as(app, door.operator).get("/office/anomalies").status_code == 403
    elsewhere = _as(app, make_staff(Role.OFFICE, ScopeKind.REGION, "110101"))
    assert "没有符合条件的线索" in elsewhere.get("/office/anomalies").text
    assert elsewhere.get(f"/office/anomalies/{flag.id}").status_code == 404
    assert elsewhere.post(f"/office/anomalies/{flag.id}/take-up").status_code == 404


def test_the_list_is_narrowed_by_rule_state_station_and_days(app: Flask, door: Door, flag: AnomalyFlag) -> None:
    office = _as(app, make_officer())
    for query, is_there in (
        ("rule=device_burst", True),
        ("rule=travel", False),
        ("state=open", True),
        ("state=confirmed", False),
        (f"station={door.station.id}", True),
        (f"station={door.station.id + 1}", False),
        ("from=2026-03-05&to=2026-03-05", True),
        ("to=2026-03-04", False),
        ("from=2026-03-06", False),
        ("rule=nonsense&from=tomorrow&page=x", True),
        (f"station={10**30}", True),
    ):
        assert (f"/office/anomalies/{flag.id}" in office.get(f"/office/anomalies?{query}").text) is is_there, query


def test_who_scanned_is_asked_and_the_answer_stands_beside_the_flag(
    app: Flask, door: Door, flag: AnomalyFlag
) -> None:
    operator, office = _as(app, door.operator), _as(app, make_officer())
    page = operator.get(f"/my/anomalies/{flag.id}").text
    assert "同一台设备（或同一账号）为 10 个不同的人扫码" in page
    assert "李*" not in page
    assert operator.post(f"/my/anomalies/{flag.id}", data={"said": " "}).status_code == 422
    assert operator.post(f"/my/anomalies/{flag.id}", data={"said": "我拿着全班的卡"}).status_code == 303
    assert operator.post(f"/my/anomalies/{flag.id}", data={"said": "再说一句"}).status_code == 422
    assert "我拿着全班的卡" in office.get(f"/office/anomalies/{flag.id}").text
    assert "已说明" in operator.get("/my/anomalies").text


def test_a_volunteer_answers_on_the_same_page_and_nobody_else_finds_it(app: Flask, door: Door) -> None:
    volunteer = make_person()
    account = give_account(volunteer)
    flag = make_flag(door.station, concerned=[subject(SubjectKind.VOLUNTEER, volunteer.id)])
    assert _as(app, account).post(f"/my/anomalies/{flag.id}", data={"said": "那天我值班"}).status_code == 303
    stranger = _as(app, make_account("路人"))
    assert stranger.get(f"/my/anomalies/{flag.id}").status_code == 404
    assert stranger.post(f"/my/anomalies/{flag.id}", data={"said": "我也说"}).status_code == 404


def test_a_confirmed_flag_leads_to_corrections_and_changes_no_hours(
    app: Flask, door: Door, flag: AnomalyFlag
) -> None:
    _as(app, door.operator).post(f"/my/anomalies/{flag.id}", data={"said": "是我代扫的"})
    office = _as(app, make_officer())
    assert office.post(f"/office/anomalies/{flag.id}/take-up").status_code == 303
    typed = {"state": "confirmed", "reason": ""}
    refused = office.post(f"/office/anomalies/{flag.id}/decide", data=typed)
    assert (refused.status_code, "请写明理由" in refused.text) == (422, True)
    done = office.post(f"/office/anomalies/{flag.id}/decide", data=typed | {"reason": "本人承认代扫"})
    assert done.status_code == 303
    page = office.get(f"/office/anomalies/{flag.id}").text
    assert f"/manage/shifts/{door.shift.id}/hours" in page
    assert "本人承认代扫" in _as(app, door.operator).get(f"/my/anomalies/{flag.id}").text


def test_a_decision_before_the_answer_is_refused_beside_the_choice(app: Flask, flag: AnomalyFlag) -> None:
    office = _as(app, make_officer())
    office.post(f"/office/anomalies/{flag.id}/take-up")
    answer = office.post(f"/office/anomalies/{flag.id}/decide", data={"state": "confirmed", "reason": "显然"})
    assert (answer.status_code, "满 72 小时" in answer.text, "显然" in answer.text) == (422, True, True)


def test_every_rule_has_words_that_its_limits_and_numbers_fill(app: Flask) -> None:
    assert set(labels.RULES) == set(Rule)
    with app.test_request_context():
        assert [rule for rule in Rule if "%" in showing.looks_for(rule).replace("%，", "").replace("% ", "")] == []
        assert "10 秒内为 10 个" in showing.looks_for(Rule.DEVICE_BURST)
    assert LIMITS.burst_people == 10


def test_a_flag_from_before_a_sentence_learnt_to_say_more_can_still_be_read(app: Flask, door: Door) -> None:
    flag = make_flag(door.station, rule=Rule.TRAVEL)
    page = _as(app, make_officer()).get(f"/office/anomalies/{flag.id}")
    assert (page.status_code, "在—扫码" in page.text) == (200, True)


def test_the_rules_are_shown_with_their_limits(app: Flask, door: Door) -> None:
    page = _as(app, make_auditor()).get("/office/anomalies/rules").text
    assert all(words.name in page for words in labels.RULES.values())


def test_shares_are_shown_by_station_and_by_who_recorded(app: Flask, door: Door) -> None:
    by, agreed = make_account("钱经办").id, make_account("孙批准").id
    make_made_up(door, make_person(), 90, by=by, agreed=agreed, at=START)
    (volunteer,) = make_queue(door, 1, START, every=timedelta())
    door.go(volunteer, START + timedelta(minutes=30))
    office = _as(app, make_officer())
    stations = office.get("/office/anomalies/stations?month=2026-03").text
    operators = office.get("/office/anomalies/operators?month=2026-03").text
    assert door.station.name in stations
    assert "75%" in stations
    assert "钱经办" in operators
    assert "王站长" in operators
    elsewhere = _as(app, make_staff(Role.OFFICE, ScopeKind.REGION, "110101"))
    for by in ("stations", "operators"):
        assert "没有入账" in elsewhere.get(f"/office/anomalies/{by}?month=2026-03").text
    assert "没有入账" in office.get("/office/anomalies/stations?month=2026-01").text
    assert "没有入账" in office.get("/office/anomalies/operators?month=2026").text
