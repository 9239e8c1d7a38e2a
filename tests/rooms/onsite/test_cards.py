"""Printed cards: given, replaced, taken back, printed so that a scanner reads them."""

from __future__ import annotations

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_staff, sign_in
from tests.makers.activities import make_sign_up
from tests.makers.checkin import START, Door, make_door, make_person, make_signed_up
from tests.makers.volunteers import make_document, make_volunteer
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.models import Direction, Scan, ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.onsite import card_paper
from volunteer_hub.onsite.card_paper import PaperCard
from volunteer_hub.regions.models import Region, RegionLevel
from volunteer_hub.volunteers import cards, passes, queries
from volunteer_hub.volunteers.models import Card, Standing, Volunteer

DESK = Actor(None, "desk")
LATER = START + timedelta(minutes=30)
CARD = PaperCard("欧阳㙟文", "V2204032609000017K", "VH1.C.2S.ABCDEFGHIJKLMNOP")
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
needs_zbar = pytest.mark.skipif(shutil.which("zbarimg") is None, reason="zbar-tools is not installed")


def make_elsewhere() -> str:
    db.session.add(Region(code="110101000000", name="东城区", level=RegionLevel.COUNTY, full_name="北京市东城区"))
    db.session.flush()
    return "110101000000"


def issue(volunteer: Volunteer) -> Card:
    with transaction():
        return cards.issue(DESK, volunteer, now=START)


def office(client: FlaskClient) -> FlaskClient:
    return sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, "220403"))


def run(*words: object) -> str:
    return subprocess.run([str(word) for word in words], capture_output=True, check=True).stdout.decode()


def read_codes(pdf: bytes, folder: Path) -> list[str]:
    """Print a PDF as pictures of 300 dots an inch and read every code on every page."""
    file = folder / "cards.pdf"
    file.write_bytes(pdf)
    run("pdftoppm", "-r", 300, "-png", file, folder / "page")
    return sorted(run("zbarimg", "-q", "--raw", *sorted(folder.glob("page*.png"))).split())


def test_a_new_card_kills_the_old_one_at_once(app: Flask) -> None:
    make_door()
    volunteer = make_person()
    first, second = issue(volunteer), issue(volunteer)
    assert queries.find_card(first.id) == (volunteer.id, True)
    assert queries.find_card(second.id) == (volunteer.id, False)
    assert queries.find_card(999) == (None, False)
    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions[-2:] == ["volunteers.issue_card", "volunteers.replace_card"]


def test_a_person_has_one_live_card_whatever_two_desks_do(app: Flask) -> None:
    """Red without the partial unique index: `uq_cards_live`."""
    make_door()
    volunteer = make_person()
    issue(volunteer)
    with pytest.raises(IntegrityError), transaction():
        db.session.add(Card(volunteer_id=volunteer.id, issued_at=START))


def test_who_left_the_register_gets_no_card(app: Flask) -> None:
    make_door()
    volunteer = make_person()
    with transaction():
        standing = queries.current_standing(volunteer.id)
        assert standing is not None
        standing.until = START
    with pytest.raises(DomainError) as refused, transaction():
        cards.issue(DESK, volunteer, now=START)
    assert refused.value.code == "not_registered"


def test_a_card_checks_in_and_a_replaced_one_is_refused_by_its_own_reason(app: Flask) -> None:
    door = make_door()
    volunteer = make_signed_up(door)
    old = codes.card_code(issue(volunteer).id)
    assert door.scan(volunteer, Direction.IN, START, code=old).reason == "checked_in"
    new = codes.card_code(issue(volunteer).id)
    refused = door.scan(volunteer, Direction.OUT, LATER, code=old)
    assert (refused.outcome, refused.reason) == ("refused", "card_revoked")
    # C17: lost in the middle of a session; the new card closes the same session.
    assert door.scan(volunteer, Direction.OUT, LATER, code=new).reason == "checked_out"
    [session] = db.session.scalars(select(ServiceSession)).all()
    assert (session.credited_minutes, session.hours_class) == (30, "A")


def test_no_scan_keeps_what_a_card_says(app: Flask) -> None:
    """A card's code does not expire: whoever reads the table of scans must not be able to print it again."""
    door = make_door()
    volunteer = make_signed_up(door)
    code = codes.card_code(issue(volunteer).id)
    door.scan(volunteer, Direction.IN, START, code=code)
    [kept] = db.session.scalars(select(Scan.code)).all()
    assert code.rpartition(".")[2] not in kept


@needs_poppler
def test_a_card_is_of_its_size_with_name_number_and_fonts_inside(tmp_path: Path) -> None:
    file = tmp_path / "card.pdf"
    file.write_bytes(card_paper.draw_one(CARD, "西安区志愿中枢"))
    said = run("pdftotext", "-layout", file, "-").replace(" ", "")
    for words in (CARD.name, CARD.number, "志愿者卡", "遗失请到就近阵地换卡"):
        assert words in said.replace("\n", "")
    facts = run("pdfinfo", file)
    assert "Pages:           1" in facts
    assert "242.646 x 153.071 pts" in facts
    fonts = run("pdffonts", file).splitlines()[2:]
    assert {line.split()[-5] for line in fonts} == {"yes"}


@needs_poppler
@needs_zbar
def test_a_scanner_reads_the_printed_card_and_every_card_of_a_sheet(app: Flask, tmp_path: Path) -> None:
    long = PaperCard("Alexandra Konstantinopolskaya-Wolkenstein", "V2204032609000017K", codes.card_code(99))
    many = [long] + [PaperCard(f"王{n}", f"V{n:016d}A", codes.card_code(n)) for n in range(1, 24)]
    (tmp_path / "one").mkdir()
    (tmp_path / "many").mkdir()
    assert read_codes(card_paper.draw_one(many[0], "志愿中枢"), tmp_path / "one") == [many[0].code]
    assert read_codes(card_paper.draw_many(many, "志愿中枢"), tmp_path / "many") == sorted(c.code for c in many)


@time_machine.travel(START, tick=False)
def test_a_desk_issues_prints_and_takes_back(app: Flask, client: FlaskClient) -> None:
    make_door()
    volunteer = make_person()
    browser = office(client)
    page = f"/office/volunteers/{volunteer.id}/card"
    assert "还没有卡" in browser.get(page).text
    assert browser.post(f"{page}/print").status_code == 409
    assert browser.post(f"{page}/issue").status_code == 302
    assert "在用" in browser.get(page).text
    printed = browser.post(f"{page}/print")
    assert (printed.status_code, printed.mimetype) == (200, "application/pdf")
    assert browser.post(f"{page}/revoke").status_code == 302
    assert "作废的卡" in browser.get(page).text
    assert browser.post(f"{page}/revoke").status_code == 409
    # C16: nothing of this is an attendance.
    assert db.session.scalars(select(Scan)).all() == []


@time_machine.travel(START, tick=False)
def test_a_station_manager_needs_the_full_number_first_and_a_scanner_never_may(
    app: Flask, client: FlaskClient
) -> None:
    door = make_door()
    volunteer = make_person()
    page = f"/office/volunteers/{volunteer.id}/card"
    manager = sign_in(client, door.operator)
    assert manager.get(page).status_code == 404
    assert manager.post(f"{page}/issue").status_code == 404
    found = passes.hand_out(volunteer.id, door.operator.id)
    assert manager.post(f"{page}/issue", data={"found": found}).status_code == 302
    others = passes.hand_out(volunteer.id, door.operator.id + 1)
    assert manager.post(f"{page}/print", data={"found": others}).status_code == 404
    scanner = sign_in(app.test_client(), make_staff(Role.SCANNER, ScopeKind.REGION, "220403"))
    assert scanner.post(f"{page}/issue").status_code == 403


@needs_poppler
@needs_zbar
@time_machine.travel(START, tick=False)
def test_a_sheet_for_a_shift_gives_cards_to_who_has_none_and_prints_the_others_again(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    door = make_door()
    with_card, without, not_chosen = (make_signed_up(door) for _ in range(3))
    stranger = make_person()
    held = issue(with_card).id
    browser = sign_in(client, door.operator)
    page = f"/manage/shifts/{door.shift.id}/cards"
    assert browser.get(page).text.count('name="person"') == 3
    chosen = {"person": [with_card.id, without.id, stranger.id]}
    printed = browser.post(page, data=chosen)
    assert printed.status_code == 200
    live = cards.live_cards([with_card.id, without.id, not_chosen.id, stranger.id])
    assert live.keys() == {with_card.id, without.id}
    assert live[with_card.id] == held
    assert read_codes(printed.data, tmp_path) == sorted(codes.card_code(card) for card in live.values())
    assert browser.post(page, data={}).status_code == 409


@time_machine.travel(START, tick=False)
def test_sheets_stay_inside_the_scope(app: Flask, client: FlaskClient) -> None:
    here, there = make_door(), make_door()
    make_sign_up(here.shift, make_person())
    browser = sign_in(client, there.operator)
    assert browser.get(f"/manage/shifts/{here.shift.id}/cards").status_code == 404
    assert browser.post(f"/manage/shifts/{here.shift.id}/cards", data={"person": 1}).status_code == 404
    assert _count(here) == 0


def _count(_door: Door) -> int:
    return len(db.session.scalars(select(Card)).all())


@needs_poppler
@needs_zbar
@time_machine.travel(START, tick=False)
def test_a_roster_of_numbers_gives_a_sheet_whose_every_code_a_scanner_reads(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    make_door()
    people = [make_volunteer("220403000000") for _ in range(12)]
    elsewhere = make_volunteer("220403000000", document_number=make_document(place="110101"))
    lost = issue(people[0])
    again = issue(people[0])
    with transaction():
        db.session.execute(
            update(Standing).where(Standing.volunteer_id == elsewhere.id).values(region_code=make_elsewhere())
        )
    typed = ", ".join(one.number.lower() for one in (*people, people[1], elsewhere)) + "\n乱写 V123"
    browser = office(client)
    assert 'name="numbers"' in browser.get("/manage/cards").text
    printed = browser.post("/manage/cards", data={"numbers": typed})
    assert (printed.status_code, printed.mimetype) == (200, "application/pdf")
    live = cards.live_cards([one.id for one in (*people, elsewhere)])
    assert len(live) == 12
    assert live[people[0].id] == again.id
    assert again.id != lost.id
    assert read_codes(printed.data, tmp_path) == sorted(codes.card_code(card) for card in live.values())
    assert browser.post("/manage/cards", data={"numbers": "没有编号"}).status_code == 409
