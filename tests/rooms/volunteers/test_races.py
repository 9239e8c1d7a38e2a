"""Many at once: numbers stay distinct, and one document makes one person."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select

from tests.makers.regions import make_district
from tests.makers.volunteers import REGISTERED, VISITOR, make_document, make_registration
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.regions.models import Region
from volunteer_hub.volunteers import service
from volunteer_hub.volunteers.models import STILL, Standing, Volunteer
from volunteer_hub.volunteers.registration import Registration

AT_ONCE = 8


def together(app: Flask, acts: list[Callable[[], str]]) -> list[str]:
    """Run the acts at the same moment, each with a session of its own; return what each says."""
    start = Barrier(len(acts), timeout=60)

    def run(act: Callable[[], str]) -> str:
        with app.app_context():
            start.wait()
            try:
                return act()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def registering(given: Registration) -> Callable[[], str]:
    """Return the act of registering, which says the number given or the refusal."""

    def act() -> str:
        try:
            with transaction():
                return service.register(VISITOR, given, now=REGISTERED).number
        except DomainError as refusal:
            return refusal.code

    return act


def test_who_registers_at_once_gets_a_number_of_their_own(app: Flask) -> None:
    """Red when the serial is read and then written (SELECT max + 1) instead of counted by one statement."""
    place = make_district()
    numbers = together(app, [registering(make_registration(place.community)) for _ in range(AT_ONCE)])
    assert sorted(number[11:17] for number in numbers) == [f"{serial:06d}" for serial in range(1, AT_ONCE + 1)]


def test_one_document_registered_at_once_makes_one_person(app: Flask) -> None:
    """Red when document_index is not unique, or when the IntegrityError is not looked into.

    Each registers in a county of its own, so that the number series does not make them wait in line.
    """
    make_district()
    communities = [f"2204{county:02d}001001" for county in range(50, 50 + AT_ONCE)]
    with transaction():
        for code in communities:
            db.session.add(Region(code=code, name=code, level=5, parent_code=None, full_name=code))
    document = make_document()
    answers = together(app, [registering(make_registration(code, document_number=document)) for code in communities])
    assert answers.count("document_registered") == AT_ONCE - 1
    assert db.session.scalar(select(func.count()).select_from(Volunteer)) == 1
    assert db.session.scalar(select(func.count()).select_from(Standing)) == 1


def test_two_changes_of_one_standing_follow_one_another(app: Flask) -> None:
    """Red when the volunteer's row is not held: on PostgreSQL both close one standing and one breaks the key."""
    place = make_district()
    with transaction():
        volunteer_id = service.register(VISITOR, make_registration(place.community), now=REGISTERED).id
    moves = [place.neighbour, place.far_community] * (AT_ONCE // 2)

    def moving(code: str, second: int) -> Callable[[], str]:
        def act() -> str:
            with transaction():
                volunteer = db.session.get(Volunteer, volunteer_id)
                assert volunteer is not None
                service.change_residence(VISITOR, volunteer, code, now=REGISTERED.replace(second=second))
            return code

        return act

    assert together(app, [moving(code, 1 + n) for n, code in enumerate(moves)]) == moves
    standings = db.session.scalars(select(Standing).order_by(Standing.since)).all()
    assert [standing.until for standing in standings[:-1]] == [standing.since for standing in standings[1:]]
    assert standings[-1].until == STILL
