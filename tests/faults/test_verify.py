"""The verifier reports each thing that can be wrong: one corruption made by hand for every rule it knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from tests.makers.activities import make_shift, make_sign_up
from tests.makers.checkin import DISTRICT, START, make_door, make_signed_up
from tests.makers.ledger import make_entry, make_reversal
from tests.test_start import flask
from volunteer_hub.activities.models import Shift
from volunteer_hub.amendments.models import EvidencePicture, MakeUp, RequestState
from volunteer_hub.checkin.models import Direction
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.dialect import snapshot
from volunteer_hub.ledger import journal
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.ledger.verify import Report, verify

#: For each rule, a statement that breaks it. Person 1 was there twice, person 2 once, person 3 still is.
FIRST = "(SELECT min(id) FROM sessions WHERE is_credited)"
CORRUPTIONS = {
    "a nonce is kept once": "UPDATE scans SET nonce = 'the same' WHERE id IN (1, 2)",
    "a personal code serves once": "UPDATE scans SET code_use = 'p:1:1' WHERE id IN (1, 2)",
    "a number of a device's chain is used once": "UPDATE scans SET device_id = 1, device_seq = 7 WHERE id IN (1, 2)",
    "an accepted scan has its session": (
        "UPDATE sessions SET volunteer_id = 99, in_scan_id = NULL WHERE volunteer_id = 3"
    ),
    "a refused, waiting or undone scan has no effect": (
        "UPDATE scans SET outcome = 'refused', is_admissible = false WHERE id = 1"
    ),
    "the balances are the ledger's sums, class by class": (
        "UPDATE hours_balances SET class_a = class_a - 1, class_b = class_b + 1 WHERE volunteer_id = 1"
    ),
    "the days are the ledger's sums without imports": "DELETE FROM hours_days WHERE volunteer_id = 1",
    "a reversal takes back exactly one credit": (
        "UPDATE hours_entries SET minutes = minutes - 1 WHERE kind = 'reversal'"
    ),
    "credited sessions of a person do not overlap": ("UPDATE sessions SET volunteer_id = 1 WHERE volunteer_id = 2"),
    "nobody is in twice": "UPDATE sessions SET out_at = NULL WHERE volunteer_id = 1",
    "nobody has more on a day than its cap": ("UPDATE hours_entries SET day_cap_minutes = 69 WHERE volunteer_id = 1"),
    "a session is credited what its row says, and not above the stay": (
        f"UPDATE sessions SET is_credited = false WHERE id = {FIRST}"
    ),
    "every minute not credited has its reason": (
        f"UPDATE sessions SET credited_minutes = credited_minutes - 1, reductions = '' WHERE id = {FIRST}"
    ),
    "the minutes of a stay lie between its two ends": (
        f"UPDATE sessions SET raw_minutes = raw_minutes + 1, reductions = 'rounded' WHERE id = {FIRST}"
    ),
    "minutes stayed = credited + explained, to the minute": (
        f"UPDATE sessions SET credited_minutes = credited_minutes - 1, reductions = '' WHERE id = {FIRST}"
    ),
    "a credited session stands once in the ledger, with its minutes": (
        f"UPDATE sessions SET credited_minutes = 39, reductions = 'rounded' WHERE id = {FIRST}"
    ),
    "a session's standing entry has its session": f"UPDATE sessions SET revision = 2 WHERE id = {FIRST}",
    "an approved make-up stands once in the ledger, with its minutes": "UPDATE make_ups SET minutes = 59",
    "a make-up's standing entry has its make-up": "UPDATE make_ups SET state = 'rejected' WHERE id = 1",
    "a source is entered once": "UPDATE hours_entries SET source = 'import:1' WHERE source LIKE 'session:%'",
    "a credited session has its scans: both for class A, of that person": (
        f"UPDATE sessions SET out_scan_id = NULL WHERE id = {FIRST}"
    ),
    "what a merge carried is what was first entered, once, and never worth more": (
        "UPDATE hours_entries SET origin_id = (SELECT min(id) FROM hours_entries WHERE hours_class = 'D') "
        "WHERE hours_class = 'C' AND kind = 'credit'"
    ),
    "any other credit names an import or a second approver": (
        "UPDATE hours_entries SET approved_by = recorded_by WHERE hours_class = 'C'"
    ),
}
TABLES = ("scans", "sessions", "hours_entries", "hours_balances", "hours_days", "make_ups")


@pytest.fixture
def nonces(app: Flask) -> list[str]:
    """Lay down a morning at the door, and return the nonces of its scans: seven accepted, one refused."""
    door = make_door()
    people = [make_signed_up(door) for _ in range(3)]
    assert [person.id for person in people] == [1, 2, 3]
    later = make_shift(door.station, starts_at=START + timedelta(hours=4), ends_at=START + timedelta(hours=6))
    make_sign_up(later, people[0])
    first, second, third = people
    answers = [
        door.come(first, START),
        door.come(second, START),
        door.come(third, START),
        door.go(first, START + timedelta(minutes=40)),
        door.go(second, START + timedelta(minutes=50)),
        door.scan(first, Direction.IN, later.starts_at, shift=later),
        door.scan(first, Direction.OUT, later.starts_at + timedelta(minutes=30), shift=later),
        door.scan(second, Direction.IN, later.starts_at, shift=later),
    ]
    assert [answer.outcome for answer in answers] == ["accepted"] * 7 + ["refused"]
    make_entry(first.id, 600, hours_class=HoursClass.D, region_code=DISTRICT)
    _make_make_ups(later, second.id)
    db.session.rollback()
    return [answer.nonce for answer in answers]


def _make_make_ups(shift: Shift, volunteer_id: int) -> None:
    """Lay down an hour that was made up, and half an hour that was taken back."""
    times = {"in_at": shift.starts_at, "out_at": shift.ends_at}
    moments = dict.fromkeys(("requested_at", "decidable_at", "decided_at"), shift.ends_at)
    with transaction():
        picture = EvidencePicture(content=b"", digest="0" * 64, width=1, height=1, added_at=shift.ends_at)
        db.session.add(picture)
        db.session.flush()
        for minutes, revision in ((60, 1), (0, 2)):
            make_up = MakeUp(volunteer_id=volunteer_id, shift_id=shift.id, **times, **moments, minutes=minutes)
            make_up.station_id, make_up.region_code, make_up.month = 1, DISTRICT, "2026-03"
            make_up.reason, make_up.evidence_id, make_up.is_late = "漏签到", picture.id, False
            make_up.requested_by, make_up.decided_by, make_up.revision = 1, 2, revision
            make_up.state = RequestState.APPROVED
            db.session.add(make_up)
    make_entry(
        volunteer_id, 60, hours_class=HoursClass.C, region_code=DISTRICT, source="make-up:1", shift_id=shift.id
    )
    make_reversal(make_entry(volunteer_id, 30, hours_class=HoursClass.C, region_code=DISTRICT, source="make-up:2"))


@contextmanager
def bare_tables() -> Iterator[Connection]:
    """Yield a connection to tables without key, constraint or trigger, in a transaction that is rolled back."""
    with db.engine.connect() as connection:
        cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
        if not cascade:
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for table in TABLES:
            connection.execute(text(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}"))
            connection.execute(text(f"DROP TABLE {table}{cascade}"))
            connection.execute(text(f"CREATE TABLE {table} AS SELECT * FROM kept_{table}"))
        yield connection
        connection.rollback()


def broken(report: Report) -> dict[str, str]:
    return {finding.says: finding.invariant for finding in report.findings if finding.wrong}


@pytest.mark.usefixtures("nonces")
def test_a_morning_at_the_door_keeps_every_rule() -> None:
    with snapshot(db.engine) as connection:
        report = verify(connection)
    assert broken(report) == {}
    assert report.holds
    assert (report.minutes.stayed, report.minutes.credited, report.minutes.unexplained) == (120, 120, 0)
    of_nothing = [finding.says for finding in report.findings if not finding.checked]
    assert of_nothing == [
        "a number of a device's chain is used once",
        "what a merge carried is what was first entered, once, and never worth more",
    ], "only the scans of enrolled devices have one, and nobody was merged"


def test_every_rule_has_its_corruption(app: Flask) -> None:
    with snapshot(db.engine) as connection:
        assert {finding.says for finding in verify(connection).findings} == set(CORRUPTIONS)


@pytest.mark.usefixtures("nonces")
@pytest.mark.parametrize("rule", CORRUPTIONS)
def test_each_corruption_is_reported(rule: str) -> None:
    """The negative control of the verifier itself: without the corruption the same tables keep every rule."""
    with bare_tables() as connection:
        assert broken(verify(connection)) == {}
        connection.execute(text(CORRUPTIONS[rule]))
        report = verify(connection)
        assert rule in broken(report)
        assert all(finding.examples for finding in report.findings if finding.wrong)


@pytest.mark.usefixtures("nonces")
def test_minutes_nobody_counted_are_told_apart_by_why() -> None:
    with bare_tables() as connection:
        connection.execute(text("UPDATE sessions SET is_credited = false, credited_minutes = 0"))
        connection.execute(text("UPDATE sessions SET closed_by = 'voided' WHERE raw_minutes = 50"))
        connection.execute(text("UPDATE sessions SET closed_by = 'automatic' WHERE raw_minutes = 40"))
        connection.execute(text("UPDATE sessions SET reductions = 'too_short' WHERE raw_minutes = 30"))
        minutes = verify(connection).minutes
        assert (minutes.stayed, minutes.credited, minutes.unexplained) == (120, 0, 0)
        assert (minutes.voided, minutes.waiting, minutes.reduced) == (50, 40, 30)


def test_a_journal_that_agrees_is_kept_to_the_letter(nonces: list[str]) -> None:
    lines = [f"{nonce},{word}\n" for nonce in nonces for word in ("sent", "sent")]
    lines += [f"{nonce},accepted\n" for nonce in nonces[:7]]
    lines += [
        f"{nonces[7]},refused,not_signed_up\n",
        "never arrived,sent\n",
        "half,sent\n",
        "half,rejected\n",
        "cut of",
    ]
    with snapshot(db.engine) as connection:
        report = verify(connection, journal.read(lines))
    assert broken(report) == {}
    asked = [finding.checked for finding in report.findings if finding.says.startswith("journal")]
    assert asked == [8, 8, 1, 1]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["lost,sent\n", "lost,accepted,checked_in\n"], "journal: what was acknowledged is kept once"),
        (["{0},refused\n"], "journal: one nonce has one answer, and that is what is kept"),
        (["{0},accepted,checked_out\n"], "journal: one nonce has one answer, and that is what is kept"),
        (["{0},accepted\n", "{0},already\n"], "journal: one nonce has one answer, and that is what is kept"),
        (["{0},sent\n", "{0},rejected\n"], "journal: of what was rejected nothing is kept"),
    ],
)
def test_a_journal_that_disagrees_is_reported(nonces: list[str], lines: list[str], says: str) -> None:
    with snapshot(db.engine) as connection:
        report = verify(connection, journal.read(line.format(*nonces) for line in lines))
    assert set(broken(report)) == {says}


def test_a_nonce_without_an_answer_that_is_kept_twice_is_reported(nonces: list[str]) -> None:
    with bare_tables() as connection:
        connection.execute(text("UPDATE scans SET nonce = 'the same' WHERE id IN (1, 2)"))
        report = verify(connection, journal.read(["the same,sent\n"]))
    assert broken(report)["journal: what had no answer is kept once at most"] == "I3"


def test_what_is_no_journal_is_refused_by_its_line() -> None:
    with pytest.raises(journal.Unreadable, match="line 2"):
        journal.read(["n1,sent\n", "n1;accepted\n", "n2,sent\n"])


@pytest.mark.usefixtures("nonces")
def test_the_operator_is_told_and_the_command_fails(app: Flask, tmp_path: Path) -> None:
    kept = tmp_path / "journal"
    kept.write_text("lost,sent\nlost,accepted\n")
    run = app.test_cli_runner().invoke
    good = run(args=["ledger", "verify"])
    assert (good.exit_code, good.output.splitlines()[-1]) == (0, "everything holds")
    lost = run(args=["ledger", "verify", "--journal", str(kept)])
    assert lost.exit_code == 1
    assert "BROKEN I1  journal: what was acknowledged is kept once: 1 of 1: lost" in lost.output
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE hours_balances SET minutes = minutes + 1 WHERE volunteer_id = 2"))
    bad = run(args=["ledger", "verify"])
    assert bad.exit_code == 1
    assert "BROKEN I4  the balances are the ledger's sums, class by class: 1 of 2: volunteer 2\n" in bad.output
    kept.write_text("this is\nno journal\n")
    assert "line 1 is no line of a journal" in run(args=["ledger", "verify", "--journal", str(kept)]).output


@pytest.mark.usefixtures("nonces")
def test_a_restored_database_is_verified_without_key_or_settings(app: Flask, tmp_path: Path) -> None:
    """Nothing but the address: another key, another folder, no host names."""
    uri = app.config["SQLALCHEMY_DATABASE_URI"]
    done = flask(tmp_path, "ledger", "verify", DATABASE_URL=uri)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "everything holds"), done.stderr
    nobody = flask(tmp_path, "ledger", "verify", DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    assert nobody.returncode == 1
    assert "cannot be read: no such table" in nobody.stderr
    assert "Traceback" not in nobody.stderr
