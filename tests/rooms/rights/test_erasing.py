"""Leaving for good: nothing says who it was, nobody's figures move, and what is kept still adds up."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DatabaseError

from tests.makers.activities import make_shift, make_sign_up
from tests.makers.regions import make_population
from tests.makers.reviews import tell_of_publication
from tests.makers.rights import COMMUNITY, LATER, NAME, Known, make_known
from tests.makers.services import make_world
from tests.makers.volunteers import TEXTS, make_volunteer
from volunteer_hub.accounts.models import Account, Login, SignInName
from volunteer_hub.activities.models import Shift
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock, person_keys
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.person_keys import PersonKey
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.ledger.verify import verify
from volunteer_hub.rights import book, erasing, leaving, reapplying, requests
from volunteer_hub.rights import jobs as rights_jobs
from volunteer_hub.rights.birthdays import blurred
from volunteer_hub.rights.models import Erasure, RightsRequest
from volunteer_hub.statistics import jobs, queries
from volunteer_hub.statistics.facts import facts
from volunteer_hub.statistics.facts_question import BAND_ENDS, By, FactsQuestion
from volunteer_hub.statistics.question import Question
from volunteer_hub.volunteers import service
from volunteer_hub.volunteers.ages import Ages, full_years
from volunteer_hub.volunteers.models import Volunteer

DISTRICT = "220403000000"


def leave(known: Known, *, now: datetime = LATER) -> None:
    """Let somebody leave and be erased at once."""
    with transaction():
        volunteer = db.session.get_one(Volunteer, known.volunteer.id)
        leaving.ask(known.actor, volunteer, days=7, urgent=True, now=now)
    db.session.rollback()


def where_it_stands(words: tuple[str, ...]) -> set[str]:
    """Return the tables in which any of the words stands, in whatever column, decrypted where a key opens it."""
    found = set()
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            values = [value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in row]
            found |= {table.name for value in values for word in words if word in value}
    return found


def test_nothing_says_who_it_was(app: Flask) -> None:
    """Every column of every table, decrypted: name, document, mobile, number and address are in none.

    The names are in every kind of table before, those that are append-only among them.
    """
    known = make_known()
    before = where_it_stands(known.betrayals)
    kept = {"make_ups", "audit_entries", "hours_entries", "scan_rulings", "hours_reports", "objections"}
    assert {"volunteers", "accounts", "logins", "walk_ins", "notices", "memberships", *kept} <= before
    leave(known)
    assert where_it_stands(known.betrayals) == set()
    assert db.session.scalar(select(func.count()).select_from(Login).where(Login.account_id == known.account_id)) == 0
    names = select(func.count()).select_from(SignInName).where(SignInName.account_id == known.account_id)
    assert db.session.scalar(names) == 0
    account = db.session.get_one(Account, known.account_id)
    assert (account.password_hash, account.disabled_at is not None) == (None, True)


def test_what_was_sealed_with_the_persons_key_opens_no_more(app: Flask) -> None:
    known = make_known()
    request = db.session.scalars(select(RightsRequest)).one()
    assert requests.words_of(request)[0].startswith(NAME)
    leave(known)
    assert db.session.scalar(select(func.count()).select_from(PersonKey)) == 0
    request = db.session.get_one(RightsRequest, request.id)
    assert request.words is not None
    assert person_keys.unseal(known.volunteer.id, request.words, "request") is None


def test_the_document_can_be_registered_anew_as_somebody_else(app: Flask) -> None:
    known = make_known()
    leave(known)
    anew = make_volunteer(COMMUNITY, NAME, document_number=known.document, mobile=known.mobile, registered_at=LATER)
    assert (anew.id, anew.number) != (known.volunteer.id, known.number)


def figures(instants: list[datetime]) -> list[str]:
    """Return every figure that people can move, as of some instants: ratios, and services by age, sex and party."""
    told = []
    for instant in instants:
        asked = Question(DISTRICT, instant)
        told.append(str(queries.ratios(asked, EVERYTHING).cells))
        told.append(str(queries.straightforward(asked, EVERYTHING).cells))
        told += [str(facts(FactsQuestion(asked, by), EVERYTHING).rows) for by in (By.AGE, By.SEX, By.PARTY, By.MONTH)]
    return told


@pytest.mark.parametrize("seed", range(3))
def test_no_figure_of_any_earlier_instant_moves(app: Flask, seed: int) -> None:
    """Half of a random world leaves: as of before, everything is counted as it was, by age too."""
    random = Random(seed)
    world = make_world(random, services=60)
    make_population(DISTRICT)
    people = list(db.session.scalars(select(Volunteer)))
    with transaction():
        for person in people:
            kept = db.session.get_one(Volunteer, person.id)
            kept.birth_on = date(1955 + random.randrange(60), 1 + random.randrange(12), 1 + random.randrange(28))
    jobs.fold_figures()
    served = sorted({done.recorded_at for done in world.done})
    now = served[-1] + timedelta(days=3)
    instants = [served[0], served[len(served) // 2], served[-1], now - timedelta(seconds=1)]
    before, held = figures(instants), verify(db.session.connection()).findings
    for person in random.sample(people, len(people) // 2):
        with transaction():
            kept = db.session.get_one(Volunteer, person.id)
            leaving.go(Actor(None, "timetable"), kept, now=now)
            erasing.erase(kept, now=now)
    jobs.fold_figures()
    db.session.rollback()
    assert figures(instants) == before
    assert verify(db.session.connection()).findings == held
    told = app.test_cli_runner().invoke(args=["statistics", "verify", "--seed", "1"])
    assert (told.exit_code, ", 0 differ." in told.output) == (0, True)


def test_the_birth_date_that_stays_is_another_one_in_the_same_band_on_each_day() -> None:
    random = Random(7)
    moved = 0
    for _ in range(400):
        born = date(1940, 1, 1) + timedelta(days=random.randrange(27_000))
        days = {date(2020, 1, 1) + timedelta(days=random.randrange(2_500)) for _ in range(random.randrange(30))}
        stays = blurred(born, days)
        for day in days:
            bands = [[full_years(one, day) < end for end in BAND_ENDS.values()] for one in (born, stays)]
            assert bands[0] == bands[1]
        moved += stays != born
    assert moved > 390


@pytest.mark.parametrize(
    ("table", "column"),
    [("scans", "code"), ("hours_entries", "reason"), ("audit_entries", "actor_label"), ("make_ups", "reason"),
     ("hours_reports", "reason"), ("scan_rulings", "reason"), ("objections", "reason"),
     ("evidence_pictures", "content")],
)  # fmt: skip
def test_the_words_of_somebody_who_has_not_left_cannot_be_wiped(app: Flask, table: str, column: str) -> None:
    """Goes red when the condition on `erasures` is left out of the triggers of 0020."""
    make_known()
    empty = "''" if column != "content" else ("x''" if db.engine.dialect.name == "sqlite" else "''::bytea")
    for value in ("'—'", empty):
        with pytest.raises(DatabaseError), transaction():
            db.session.execute(text(f"UPDATE {table} SET {column} = {value}"))


@pytest.mark.parametrize(
    "change",
    ["UPDATE hours_entries SET minutes = minutes + 1", "UPDATE hours_entries SET reason = 'something else'",
     "UPDATE scans SET outcome = 'refused'", "UPDATE audit_entries SET action = 'nothing'",
     "UPDATE make_ups SET requested_by = 77", "DELETE FROM hours_entries", "DELETE FROM erasures"],
)  # fmt: skip
def test_of_somebody_erased_nothing_but_the_words_can_be_changed(app: Flask, change: str) -> None:
    leave(make_known())
    with pytest.raises(DatabaseError), transaction():
        db.session.execute(text(change))


def test_every_column_of_a_guarded_table_stands_in_its_guard(app: Flask) -> None:
    """A column added later to a table that erasures open must be added to the guard: else it could be changed."""
    guards = {"scans", "scan_rulings", "hours_entries", "audit_entries", "evidence_pictures", "make_ups",
              "hours_reports", "anomaly_flags", "anomaly_parties", "objections", "points", "trainings", "honours",
              "evaluations"}  # fmt: skip
    if db.engine.dialect.name == "sqlite":
        rows = db.session.execute(text("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    else:
        rows = db.session.execute(
            text(
                "SELECT c.relname, p.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal"
            )
        ).all()
    opened = {str(table): str(sql) for table, sql in rows if "erasing" in sql}
    assert set(opened) == guards
    for table, sql in opened.items():
        columns = [column.name for column in db.metadata.tables[table].columns if "to_jsonb(NEW)" not in sql]
        assert [column for column in columns if f"NEW.{column} IS OLD.{column}" not in sql] == [], table


def test_what_somebody_did_in_office_stays_signed(app: Flask) -> None:
    known = make_known()
    leave(known)
    acts = db.session.scalars(select(AuditEntry).where(AuditEntry.actor_account_id == known.door.operator.id)).all()
    assert {act.actor_label for act in acts} == {"王站长"}
    assert all(act.reason in (None, "—") for act in acts if act.object_id == str(known.volunteer.id))


def test_a_restored_backup_is_erased_again_by_the_book(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The row comes back with its number: the mark says that it is the same person, and no other row is touched."""
    monkeypatch.setitem(app.config, "INSTANCE_DIR", tmp_path)
    known = make_known()
    mark = erasing.mark_of(db.session.get_one(Volunteer, known.volunteer.id))
    with transaction():
        assert reapplying.reapply(known.volunteer.id, "0" * 64, now=LATER) == "other"
    written = tmp_path / "book.jsonl"
    written.write_text(json.dumps({"volunteer": known.volunteer.id, "mark": mark}) + "\n")
    answer = app.test_cli_runner().invoke(args=["rights", "reapply", str(written)])
    assert "erased 1, already erased 0, not that person 0" in answer.output
    db.session.rollback()
    assert where_it_stands(known.betrayals) == set()
    assert [line["volunteer"] for line in book.read(book.path_of_book().read_text().splitlines())] == [
        known.volunteer.id
    ]
    assert str(known.volunteer.id) in app.test_cli_runner().invoke(args=["rights", "book"]).output


def test_an_erasure_waits_for_what_must_still_be_decided_unless_it_is_urgent(app: Flask) -> None:
    known = make_known()
    with transaction():
        volunteer = db.session.get_one(Volunteer, known.volunteer.id)
        leaving.ask(known.actor, volunteer, days=0, urgent=False, now=LATER)
    assert leaving.list_due(now=LATER + timedelta(days=1)) == []
    with transaction():
        db.session.execute(update(RightsRequest).values(is_urgent=True))
    assert leaving.list_due(now=LATER + timedelta(days=1)) == [known.volunteer.id]


def test_leaving_gives_back_places_teams_and_the_card(app: Flask) -> None:
    known = make_known()
    tell_of_publication(known.volunteer)
    leave(known)
    assert leaving.list_upcoming(known.volunteer.id, now=LATER) == []
    assert leaving.list_teams(known.volunteer.id) == []
    assert db.session.get_one(Erasure, known.volunteer.id).account_id == known.account_id
    kept = db.session.scalar(
        select(func.count()).select_from(HoursEntry).where(HoursEntry.volunteer_id == known.volunteer.id)
    )
    assert kept


def test_who_has_taken_the_request_back_meanwhile_is_not_erased(app: Flask) -> None:
    """The job reads the request again inside its transaction; goes red when it trusts the list it made before."""
    known = make_known()
    with transaction():
        volunteer = db.session.get_one(Volunteer, known.volunteer.id)
        leaving.ask(known.actor, volunteer, days=0, urgent=False, now=LATER)
    with transaction():
        volunteer = db.session.get_one(Volunteer, known.volunteer.id)
        leaving.take_back(known.actor, volunteer, TEXTS, now=LATER, ages=Ages())
    with transaction():
        assert not leaving.erase_due(known.volunteer.id, now=LATER + timedelta(days=1))
    assert db.session.get_one(Volunteer, known.volunteer.id).name == NAME


def test_places_of_who_left_by_the_profile_are_given_back_by_the_timetable(app: Flask) -> None:
    known = make_known()
    soon = make_shift(
        known.door.station, starts_at=clock.now() + timedelta(days=2), ends_at=clock.now() + timedelta(days=3)
    )
    make_sign_up(soon, known.volunteer)
    with transaction():
        service.withdraw(known.actor, db.session.get_one(Volunteer, known.volunteer.id), now=clock.now())
    rights_jobs.erase_due()
    db.session.rollback()
    assert leaving.list_upcoming(known.volunteer.id, now=clock.now()) == []
    assert db.session.get_one(Shift, soon.id, populate_existing=True).taken == 0
    rights_jobs.erase_due()


def test_whom_a_desk_takes_back_is_not_erased_later_by_the_old_request(app: Flask) -> None:
    known = make_known()
    with transaction():
        leaving.ask(known.actor, db.session.get_one(Volunteer, known.volunteer.id), days=7, urgent=False, now=LATER)
    with transaction():
        kept = db.session.get_one(Volunteer, known.volunteer.id)
        service.restore(known.door.actor, kept, COMMUNITY, TEXTS, now=LATER + timedelta(days=1))
    rights_jobs.erase_due()
    with transaction():
        kept = db.session.get_one(Volunteer, known.volunteer.id)
        service.withdraw(known.actor, kept, now=LATER + timedelta(days=2))
    assert leaving.list_due(now=LATER + timedelta(days=90)) == []
