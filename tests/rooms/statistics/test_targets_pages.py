"""The pages on which targets are set and held against the figures."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.ledger import make_entry, make_resident
from tests.makers.regions import make_district, make_population
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.statistics.targets_models import Target


def test_the_ratio_page_says_how_many_more_people_each_street_needs(client: FlaskClient) -> None:
    places = make_district()
    make_population(places.county, 30)
    make_population(places.street, 10)
    with_hours = make_resident(places.community)
    make_entry(with_hours.id, 60)
    make_resident(places.far_community)
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, places.county))
    year = str(clock.today().year)
    aim = {"figure": "registration_ratio", "year": year, "threshold": "20", "base": "census", "over": "ever"}
    sent = {**aim, "classes": list("ABCD"), "source": "市创建工作方案"}
    assert client.post("/office/targets", data=sent).status_code == 302
    page = client.get("/office/statistics").text
    for shown in ("注册率 ≥ 20 %", "市创建工作方案", "还差 4 人", "还差 1 人"):
        assert shown in page
    sent |= {"figure": "hours_per_registered", "threshold": "25", "over": "year", "source": "年度要点"}
    client.post("/office/targets", data=sent)
    page = client.get("/office/statistics").text
    assert "按目标的口径查看" in page
    january = f"from={year}-01-01"
    assert january in client.get("/office/targets").text
    page = client.get(f"/office/statistics?from={year}-01-01&to={year}-12-31").text
    assert "还差 50 小时" in page


def test_the_office_sets_corrects_and_withdraws_a_target_and_the_trail_has_it(client: FlaskClient) -> None:
    places = make_district()
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, places.county))
    sent = {
        "figure": "hours_ratio",
        "year": "2022",
        "threshold": "50",
        "base": "census",
        "over": "ever",
        "classes": ["A", "B"],
        "source": "操作手册",
    }
    client.post("/office/targets", data=sent)
    client.post("/office/targets", data={**sent, "threshold": "65"})
    page = client.get("/office/targets").text
    for shown in ("≥ 65 %", "≥ 50 %", "已被替换", "现用", "第 2 版", "A、B"):
        assert shown in page
    assert "按上级“西安区”的" in client.get(f"/office/targets?region={places.street}").text
    held = db.session.scalars(select(Target).order_by(Target.id.desc())).first()
    assert held is not None
    assert client.post("/office/targets/withdraw", data={"target_id": held.id}).status_code == 302
    assert client.post("/office/targets/withdraw", data={"target_id": held.id}).status_code == 404
    assert "还没有目标" in client.get("/office/targets").text
    actions = list(
        db.session.scalars(
            select(AuditEntry.action).where(AuditEntry.object_type == "target").order_by(AuditEntry.id)
        )
    )
    assert actions == ["statistics.set_target", "statistics.set_target", "statistics.withdraw_target"]
    answer = client.post("/office/targets", data={**sent, "threshold": "200", "source": "手册"})
    assert answer.status_code == 422
    assert "百分比目标不能超过 100。" in answer.text


def test_targets_are_set_inside_ones_own_subtree_by_who_may(client: FlaskClient) -> None:
    places = make_district()
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, places.street))
    assert client.get(f"/office/targets?region={places.county}").status_code == 404
    assert client.post(f"/office/targets?region={places.county}", data={}).status_code == 404
    sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.REGION, places.county))
    assert client.get("/office/targets").status_code == 403
