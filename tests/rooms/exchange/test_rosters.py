"""花名册: masked, with what the law keeps of a volunteer; of a division or of a team."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Flask
from flask.testing import FlaskClient

from tests.makers.accounts import make_staff, sign_in
from tests.makers.regions import make_district
from tests.makers.teams import JOINED, make_membership, make_team
from tests.makers.volunteers import make_volunteer
from tests.rooms.exchange.reading import csv_of, foot_of, lines_of, sheets_of, table_of
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.core.db import db, transaction
from volunteer_hub.teams.models import Membership, MembershipState, TeamKind
from volunteer_hub.volunteers.models import Volunteer


def test_a_person_is_masked_and_told_in_the_words_of_the_law(app: Flask) -> None:
    places = make_district()
    volunteer = make_volunteer(places.community, "欧阳文明")
    with transaction():
        kept = db.session.get_one(Volunteer, volunteer.id)
        kept.skills, kept.categories, kept.is_party_member = ["medical", "repair"], ["health"], True
    make_membership(make_team(places.community), volunteer)
    [row] = table_of(sheets_of("roster")[0])
    assert row[1] == "欧***"
    assert volunteer.number not in str(row)
    assert volunteer.document_number not in str(row)
    assert volunteer.mobile not in str(row)
    assert row[8] == "吉林省辽源市西安区仙城街道仙城社区"
    assert (row[10], row[11], row[12], row[13]) == ("医疗护理、家电维修", "医疗健身", "仙城社区志愿服务队", "是")
    assert foot_of(sheets_of("roster")[0])[0] == "合计 1 人，0.00 小时"


def test_the_roster_of_a_team_is_who_belonged_to_it_or_below_at_the_instant(app: Flask) -> None:
    places = make_district()
    corps = make_team(places.county, TeamKind.CORPS, name="西安区总队")
    squad = make_team(places.community, parent=corps)
    member, former, outsider = (make_volunteer(places.community, name) for name in ("赵一", "钱二", "孙三"))
    make_membership(squad, member)
    with transaction():
        left = db.session.get_one(Membership, make_membership(squad, former).id)
        left.state, left.left_on = MembershipState.LEFT, date(2025, 6, 1)
    assert outsider.id

    def names(day: str, team_id: int) -> list[str]:
        rows = table_of(sheets_of("roster", as_of=day, team_id=str(team_id))[0])
        return [row[1] for row in rows]

    assert names("2026-01-01", corps.id) == ["赵*"]
    assert names("2025-05-31", squad.id) == ["赵*", "钱*"]
    assert names("2025-06-01", squad.id) == ["赵*"]
    assert names(f"{datetime(JOINED.year, JOINED.month, JOINED.day - 1, tzinfo=UTC):%Y-%m-%d}", squad.id) == []


def test_names_that_spreadsheets_would_run_stay_names(app: Flask) -> None:
    places = make_district()
    make_volunteer(places.community, "=HYPERLINK(1)")
    [sheet] = sheets_of("roster")
    line = next(line for line in lines_of(csv_of(sheet)) if line[0] == "1")
    assert line[1].startswith("'=")


def test_a_list_that_may_be_large_is_not_made_while_one_waits(client: FlaskClient) -> None:
    places = make_district()
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, places.county))
    for key in ("roster", "hours", "national", "activities", "people"):
        assert client.get(f"/office/file?kind={key}&format=xlsx").status_code == 404
    assert client.get("/office/file?kind=nothing&format=xlsx").status_code == 404
    assert client.get("/office/file?kind=ratios&format=docx").status_code == 404
    assert client.get("/office/file?kind=ratios&format=pdf").status_code == 200
