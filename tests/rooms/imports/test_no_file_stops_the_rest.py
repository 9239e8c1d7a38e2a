"""Files that are read, and then must neither be carried out twice nor stop those behind them."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.imports import (
    HOURS_HEADINGS,
    ROSTER_HEADINGS,
    carry_out,
    dry_run,
    make_csv,
    make_office,
    make_people,
    make_xlsx,
    rows_of,
    said,
    stand,
    upload,
)
from tests.makers.ledger import make_entry
from tests.makers.regions import make_district
from tests.makers.teams import make_team
from tests.makers.volunteers import make_volunteer
from tests.rooms.imports.broken_parts import text_row, with_sheet
from tests.rooms.imports.test_invitations import open_page
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.imports import jobs, staging
from volunteer_hub.imports.models import Basis, Import, ImportKind, ImportState, Outcome, RowState
from volunteer_hub.ledger import queries as ledger
from volunteer_hub.regions.models import Region
from volunteer_hub.teams import service as teams
from volunteer_hub.teams.models import Team
from volunteer_hub.volunteers.models import Volunteer

HOURS = ImportKind.HOURS
TEAM_HEADINGS = (*ROSTER_HEADINGS, "队伍")


def hours_of(person: Volunteer) -> bytes:
    return make_xlsx([HOURS_HEADINGS, [person.name, person.document_number, "清洁家园", "2023-03-05", "2.5", "", ""]])


def dissolve(team: Team) -> None:
    with transaction():
        teams.dissolve_team(COMMAND_LINE, EVERYTHING, team.id, now=clock.now())


def test_the_same_hours_in_two_files_read_before_either_is_carried_out_count_once(app: Flask) -> None:
    """Red if `apply_hours` does not ask the ledger again whether the service is in it already."""
    person, office = make_volunteer(make_district().community), make_office()
    first, second = (dry_run(office, hours_of(person), HOURS) for _ in range(2))
    assert carry_out(office, first).counts["credited"] == 1
    done = carry_out(office, second)
    assert ledger.get_balance(person.id) == 150
    assert (done.counts["passed"], said(done)) == (1, [["这次服务的时长已经导入过。"]])


def test_hours_the_system_recorded_since_the_dry_run_are_not_counted_twice(app: Flask) -> None:
    """Red if `apply_hours` asks only for the day's cap."""
    person, office = make_volunteer(make_district().community), make_office()
    found = dry_run(office, hours_of(person), HOURS)
    make_entry(person.id, minutes=60, service_on=date(2023, 3, 5))
    assert carry_out(office, found).counts["passed"] == 1
    assert ledger.get_balance(person.id) == 60


@pytest.mark.parametrize("column", [3, 4])
def test_a_date_that_the_workbook_spells_out_wrongly_is_an_error_of_its_row(app: Flask, column: int) -> None:
    """Red if what stands in a cell of dates (t="d") is believed to be one: every later import then waits for ever."""
    person = make_volunteer(make_district().community)
    values = [person.name, person.document_number, "清洁家园", "2023-03-05", "2.5"]
    cells = [f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in values]
    cells[column] = '<c t="d"><v>昨天下午</v></c>'
    rows = text_row(1, *HOURS_HEADINGS[:5]) + f'<row r="2">{"".join(cells)}</row>'
    found = dry_run(make_office(), with_sheet(rows), HOURS)
    assert found.state is ImportState.READY
    assert [row.outcome for row in rows_of(found)] == [Outcome.ERROR]


def test_signs_that_no_column_can_hold_are_left_out_of_names_and_activities(app: Flask) -> None:
    """Red if `cells.text` keeps them: PostgreSQL refuses them when the import is carried out, again and again."""
    make_district()
    [[_, document, mobile, place]] = make_people(1)
    office = make_office()
    rows = text_row(1, *ROSTER_HEADINGS) + text_row(2, "张_x0000_三_x0007_", document, mobile, place)
    assert carry_out(office, dry_run(office, with_sheet(rows))).state is ImportState.DONE
    person = db.session.scalars(select(Volunteer)).one()
    assert person.name == "张三"
    rows = text_row(1, *HOURS_HEADINGS[:5]) + text_row(2, "张三", document, "清洁_x0000_家园", "2023-03-05", "2")
    assert carry_out(office, dry_run(office, with_sheet(rows), HOURS)).state is ImportState.DONE
    assert [entry.reason for entry in ledger.list_entries(person.id)] == ["清洁家园"]


def test_a_name_no_column_can_hold_is_refused_with_its_row(app: Flask) -> None:
    """Red without the limit: PostgreSQL refuses the batch when it is carried out, again and again."""
    make_district()
    people = make_people(2)
    people[0][0] = "张" * 201
    found = dry_run(make_office(), make_csv([ROSTER_HEADINGS, *people]))
    assert [row.outcome for row in rows_of(found)] == [Outcome.ERROR, Outcome.NEW]


def test_a_team_dissolved_since_the_dry_run_keeps_nobody_out_of_the_register(app: Flask) -> None:
    """Red if the refusal of the invitation ends the batch: the import then never ends, nor any behind it."""
    team = make_team(make_district().community)
    office, people = make_office(), make_people(2)
    found = dry_run(office, make_csv([TEAM_HEADINGS, *([*person, team.name] for person in people)]))
    dissolve(team)
    done = carry_out(office, found)
    assert (done.state, done.counts["registered"]) == (ImportState.DONE, 2)
    assert [(row.state, row.reasons[-1][0]) for row in rows_of(done)] == [
        (RowState.APPLIED, "这支队伍已经解散。"),
        (RowState.APPLIED, "这支队伍已经解散。"),
    ]


def test_an_invitation_can_be_accepted_after_its_team_was_dissolved(app: Flask, client: FlaskClient) -> None:
    team = make_team(make_district().community)
    [[_, document, mobile, _]] = people = make_people(1)
    office = make_office()
    carry_out(office, dry_run(office, make_csv([TEAM_HEADINGS, [*people[0], team.name]]), basis=Basis.INVITATION))
    dissolve(team)
    hidden = open_page(client, mobile, document)
    answer = client.post("/invitation/accept", data={**hidden, "agrees": "y", "password": "一个很长的密码八位"})
    assert answer.location == "/registered"


def test_a_file_our_reading_stumbles_over_is_refused_and_the_next_one_is_read(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red if only refusals are caught: the oldest import that waits is then tried for ever."""
    make_district()
    office, good = make_office(), staging.stage
    first = upload(office, make_csv([ROSTER_HEADINGS, *make_people(1)]))
    second = upload(office, make_csv([ROSTER_HEADINGS, *make_people(2)]))

    def stumble(work: staging.Staging, *args: object, **more: object) -> None:
        if work.import_id == first:
            raise RuntimeError("a defect of ours")
        good(work, *args, **more)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(staging, "stage", stumble)
    jobs.run_imports()
    assert (stand(first).state, stand(second).state) == (ImportState.FAILED, ImportState.READY)
    assert db.session.get_one(Import, first).failure


def test_the_usual_residence_of_a_file_lies_in_the_division_it_is_for(app: Flask) -> None:
    """Red without the check in `upload`: an office of two counties would enter people of one in the other's file."""
    make_district()
    with transaction():
        db.session.add(Region(code="110101001001", name="东城社区", level=5, full_name="东城社区"))
    with pytest.raises(DomainError) as refusal:
        upload(make_office(), make_csv([ROSTER_HEADINGS]), region_code="110101001001")
    assert (refusal.value.code, refusal.value.field) == ("region_outside", "region_code")
