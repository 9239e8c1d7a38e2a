"""A roster from the file to people in the register, and back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from tests.makers.imports import (
    ROSTER_HEADINGS,
    carry_out,
    dry_run,
    get,
    make_csv,
    make_office,
    make_people,
    make_xlsx,
    rows_of,
    said,
    take_back,
)
from tests.makers.regions import make_district
from tests.makers.teams import make_team
from tests.makers.volunteers import make_document, make_mobile, make_volunteer
from volunteer_hub.accounts.models import Account, SignInName
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.imports import erasing, jobs
from volunteer_hub.imports import service as imports
from volunteer_hub.imports.models import (
    Basis,
    Import,
    ImportPiece,
    ImportRow,
    ImportState,
    Invitation,
    Outcome,
    RowState,
)
from volunteer_hub.teams.models import Membership, MembershipState
from volunteer_hub.volunteers import queries, service
from volunteer_hub.volunteers.models import STILL, Consent, DocumentKind, Guardian, Standing, Volunteer


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def counted(found: Import) -> tuple[int, ...]:
    return tuple(found.counts.get(outcome.value, 0) for outcome in Outcome)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_roster_becomes_people_and_goes_back(app: Flask, encoding: str) -> None:
    make_district()
    office, people = make_office(), make_people(3)
    found = dry_run(office, make_csv([ROSTER_HEADINGS, *people], encoding))
    assert (found.state, counted(found)) == (ImportState.READY, (3, 0, 0, 0))
    assert count(Volunteer) == 0
    done = carry_out(office, found)
    assert (done.state, done.counts["registered"]) == (ImportState.DONE, 3)
    held = db.session.scalars(select(Volunteer).order_by(Volunteer.id)).all()
    assert [person.name for person in held] == [row[0] for row in people]
    assert [person.document_number for person in held] == [row[1] for row in people]
    assert {standing.region_code for standing in db.session.scalars(select(Standing))} == {"220403002001"}
    assert {consent.version for consent in db.session.scalars(select(Consent))} == {"paper"}
    undone = take_back(office, done)
    assert (undone.state, undone.counts["undone"], undone.counts.get("kept")) == (ImportState.UNDONE, 3, None)
    assert db.session.scalar(select(func.count()).where(Standing.until == STILL)) == 0
    assert queries.find_by_document(DocumentKind.RESIDENT_ID, people[0][1]) is None
    assert {row.name for row in db.session.scalars(select(Volunteer))} == {"—"}
    assert count(SignInName) == 1
    assert db.session.scalars(select(Account.display_name).where(Account.id != office.account_id)).all() == ["—"] * 3


def test_the_same_file_twice_changes_nothing(app: Flask) -> None:
    make_district()
    office, data = make_office(), make_xlsx([ROSTER_HEADINGS, *make_people(4)])
    carry_out(office, dry_run(office, data))
    again = dry_run(office, data)
    assert counted(again) == (0, 4, 0, 0)
    assert count(Volunteer) == 4


def test_a_fifteen_digit_number_is_the_same_person(app: Flask) -> None:
    district = make_district()
    known = make_volunteer(district.community, "李秀兰", document_number="220403198503050084")
    office = make_office()
    rows = [
        ["李秀兰", "220403850305008", make_mobile(), "仙城社区"],
        ["李秀兰", "２２０４０３ 198503050084", make_mobile(), ""],
    ]
    found = dry_run(office, make_csv([ROSTER_HEADINGS, *rows]), region_code=district.community)
    assert counted(found) == (0, 2, 0, 0)
    assert {row.volunteer_id for row in rows_of(found)} == {known.id}


def test_one_person_twice_in_a_file_is_one_person(app: Flask) -> None:
    make_district()
    person = make_people(1)[0]
    office = make_office()
    found = dry_run(office, make_csv([ROSTER_HEADINGS, person, person, ["别人", *person[1:]]]))
    assert counted(found) == (1, 1, 1, 0)
    assert said(found)[1:] == [["与第 2 行是同一个人。"], ["证件号码与第 2 行相同，姓名却不同。"]]
    assert carry_out(office, found).counts["registered"] == 1


def test_another_name_for_a_known_document_is_a_conflict_that_names_nobody(app: Flask) -> None:
    district = make_district()
    known = make_volunteer(district.community, "李秀兰")
    found = dry_run(
        make_office(), make_csv([ROSTER_HEADINGS, ["王五", known.document_number, make_mobile(), "仙城社区"]])
    )
    assert counted(found) == (0, 0, 1, 0)
    assert "李秀兰" not in str(said(found))


def test_identity_numbers_that_excel_turned_into_numbers_are_refused_with_the_row(app: Flask) -> None:
    make_district()
    rows = [
        ["甲", 220403198503050000.0, make_mobile(), "仙城社区"],
        ["乙", "2.20403E+17", make_mobile(), "仙城社区"],
        ["丙", "220403198503051000", make_mobile(), "仙城社区"],
        ["丁", make_document(), 13900001234.0, "仙城社区"],
    ]
    found = dry_run(make_office(), make_xlsx([["西安区志愿者花名册"], [], ROSTER_HEADINGS, *rows]))
    assert counted(found) == (1, 0, 0, 3)
    assert [row.number for row in rows_of(found)] == [4, 5, 6, 7]
    assert all("被表格当成数字" in sentences[0] for sentences in said(found)[:3])


def test_rows_outside_the_office_s_division_are_errors(app: Flask) -> None:
    make_district()
    rows = [
        [*person[:3], place]
        for person, place in zip(make_people(3), ["110101001001", "东山社区", "不存在社区"], strict=True)
    ]
    found = dry_run(make_office(), make_csv([ROSTER_HEADINGS, *rows]))
    assert counted(found) == (1, 0, 0, 2)


def test_every_fault_of_a_row_is_said_at_once(app: Flask) -> None:
    make_district()
    heads = (*ROSTER_HEADINGS, "性别", "是否党员", "出生日期")
    found = dry_run(
        make_office(), make_csv([heads, ["张三", make_document(), "123", "", "未知", "也许", "05/03/1985"]])
    )
    fields = {field for row in rows_of(found) for _, _, field in row.reasons}
    assert fields == {"region", "birth_on", "sex", "party", "mobile"}


def test_columns_that_contradict_the_number_are_errors(app: Flask) -> None:
    make_district()
    heads = (*ROSTER_HEADINGS, "性别", "出生日期")
    found = dry_run(
        make_office(),
        make_csv([heads, ["张三", "220403198503050084", make_mobile(), "仙城社区", "男", "1986-03-05"]]),
    )
    assert {field for row in rows_of(found) for _, _, field in row.reasons} == {"sex", "birth_on"}


def test_a_child_needs_a_guardian_in_the_file(app: Flask) -> None:
    make_district()
    heads = (*ROSTER_HEADINGS, "监护人姓名", "监护人电话")
    child = make_document(date(2014, 3, 5))
    with_guardian = ["小明", child, make_mobile(), "仙城社区", "张三", "13800000001"]
    without = ["小红", make_document(date(2014, 3, 5)), make_mobile(), "仙城社区", "", ""]
    office = make_office()
    found = dry_run(office, make_csv([heads, with_guardian, without]))
    assert counted(found) == (1, 0, 0, 1)
    carry_out(office, found)
    assert db.session.scalars(select(Guardian.name)).all() == ["张三"]
    assert {consent.given_by for consent in db.session.scalars(select(Consent))} == {"guardian"}


def test_who_has_acted_since_is_kept_when_the_import_is_undone(app: Flask) -> None:
    make_district()
    office, people = make_office(), make_people(3)
    done = carry_out(office, dry_run(office, make_csv([ROSTER_HEADINGS, *people])))
    first, second, _ = db.session.scalars(select(Volunteer).order_by(Volunteer.id)).all()
    with transaction():
        db.session.get_one(Account, first.account_id).password_hash = "set"
        service.raise_assurance(office, db.session.get_one(Volunteer, second.id), 2, "身份证原件", now=clock.now())
    undone = take_back(office, done)
    assert (undone.counts["undone"], undone.counts["kept"]) == (1, 2)
    assert [row.state for row in rows_of(undone)] == [RowState.KEPT, RowState.KEPT, RowState.UNDONE]
    assert db.session.scalar(select(func.count()).where(Standing.until == STILL)) == 2


def test_who_was_erased_can_be_imported_again(app: Flask) -> None:
    make_district()
    office, data = make_office(), make_csv([ROSTER_HEADINGS, *make_people(2)])
    take_back(office, carry_out(office, dry_run(office, data)))
    again = dry_run(office, data)
    assert counted(again) == (2, 0, 0, 0)
    assert carry_out(office, again).counts["registered"] == 2


def test_who_registers_between_dry_run_and_confirm_is_passed_over(app: Flask) -> None:
    district = make_district()
    office, people = make_office(), make_people(2)
    found = dry_run(office, make_csv([ROSTER_HEADINGS, *people]))
    make_volunteer(district.community, people[0][0], document_number=people[0][1])
    done = carry_out(office, found)
    assert (done.counts["registered"], done.counts["passed"]) == (1, 1)
    assert count(Volunteer) == 2


def test_personal_data_of_a_dry_run_are_encrypted_and_erased(app: Flask) -> None:
    make_district()
    office, people = make_office(), make_people(2)
    found = dry_run(office, make_csv([ROSTER_HEADINGS, *people, ["坏行", "1", "2", "3"]]))
    raw = [
        str(row)
        for table in ("import_rows", "import_pieces", "imports")
        for row in db.session.execute(text(f"SELECT * FROM {table}"))
    ]
    assert not any(secret in line for line in raw for row in people for secret in row[:3])
    with transaction():
        imports.cancel(office, get(found.id), now=clock.now())
    jobs.erase_old_imports()
    assert (count(ImportRow), count(ImportPiece)) == (0, 0)
    assert get(found.id).sample is None


def test_an_import_nobody_confirms_is_erased_after_fourteen_days(app: Flask) -> None:
    make_district()
    office = make_office()
    found = dry_run(office, make_csv([ROSTER_HEADINGS, *make_people(2)]))
    with transaction():
        erasing.erase_old(now=clock.now() + timedelta(days=13))
    assert count(ImportRow) == 2
    with transaction():
        erasing.erase_old(now=clock.now() + timedelta(days=15))
    assert count(ImportRow) == 0
    assert get(found.id).state is ImportState.EXPIRED


def test_the_trail_says_who_imported_what_on_which_basis(app: Flask) -> None:
    make_district()
    office = make_office()
    take_back(office, carry_out(office, dry_run(office, make_csv([ROSTER_HEADINGS, *make_people(1)]))))
    acts = db.session.scalars(
        select(AuditEntry).where(AuditEntry.object_type == "import").order_by(AuditEntry.id)
    ).all()
    assert [act.action.removeprefix("imports.") for act in acts] == ["upload", "confirm", "applied", "undo", "undone"]
    assert {act.actor_label for act in acts} == {"文明办"}
    assert acts[0].details["basis"] == "paper"


def test_a_file_with_unknown_headings_waits_for_somebody_to_name_the_columns(app: Flask) -> None:
    make_district()
    office = make_office()
    found = dry_run(office, make_csv([("谁", "号码甲", "号码乙", "哪里"), *make_people(1)]))
    assert (found.state, found.mapping) == (ImportState.MAPPING, {})
    with transaction():
        imports.correct_mapping(get(found.id), {"name": 0, "document_number": 1, "mobile": 2, "region": 3})
    jobs.run_imports()
    assert (get(found.id).state, counted(get(found.id))) == (ImportState.READY, (1, 0, 0, 0))


def test_a_team_named_in_the_file_invites_those_who_are_registered(app: Flask) -> None:
    district = make_district()
    team = make_team(district.community)
    people = make_people(2)
    rows = [[*people[0], team.name], [*people[1], "没有的队"]]
    office = make_office()
    found = dry_run(office, make_csv([(*ROSTER_HEADINGS, "所属队伍"), *rows]))
    assert counted(found) == (1, 0, 0, 1)
    carry_out(office, found)
    assert db.session.scalars(select(Membership.state)).all() == [MembershipState.INVITED]


def test_without_consent_on_paper_people_are_in_no_register(app: Flask) -> None:
    make_district()
    office, people = make_office(), make_people(2)
    found = dry_run(office, make_csv([ROSTER_HEADINGS, *people]), basis=Basis.INVITATION)
    assert (counted(found), found.counts["to_invite"]) == ((2, 0, 0, 0), 2)
    done = carry_out(office, found)
    assert (done.counts["invited"], count(Volunteer), count(Standing)) == (2, 0, 0)
    assert counted(dry_run(office, make_csv([ROSTER_HEADINGS, *people]))) == (0, 2, 0, 0)
    assert take_back(office, done).counts["undone"] == 2
    assert {row.payload for row in db.session.scalars(select(Invitation))} == {None}
