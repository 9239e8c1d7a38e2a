"""The record of a shift's scans: every attempt in words, refused ones too, people masked."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from tests.makers.accounts import sign_in
from tests.makers.checkin import START, make_door, make_person, make_signed_up
from volunteer_hub.checkin.models import Direction


def test_every_attempt_is_listed_in_words_with_the_person_masked(client: FlaskClient) -> None:
    door = make_door()
    comer, stranger = make_signed_up(door), make_person()
    door.come(comer, START)
    door.come(stranger, START + timedelta(minutes=1))
    door.scan(comer, Direction.IN, START + timedelta(minutes=2), code="https://example.org/")
    sign_in(client, door.operator)
    page = client.get(f"/manage/shifts/{door.shift.id}/scans").text
    for words in ("签到成功", "没有报名", "不认识的码", "管理员扫码"):
        assert words in page
    assert comer.name not in page
    assert f"{comer.name[0]}*" in page
