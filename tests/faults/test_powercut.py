"""The power goes away under SQLite, anywhere: no acknowledged check-in is lost, and the file is sound."""

from __future__ import annotations

import itertools
import os
import random
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, text

from bench.world import World, build
from tests.conftest import make_app
from tests.faults import apsw_driver
from tests.faults.ackload import new_seed
from tests.faults.recording import Act, RecordingDisk, Tape, lay_out
from tests.faults.sites import count_short_stays
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.ledger.journal import read
from volunteer_hub.ledger.verify import verify

PEOPLE = 40
CUTS = int(os.environ.get("FAULTS_CUTS") or 100)
#: Pages after which SQLite moves its log into the file: often, so that cuts fall into that too.
LOG_PAGES = 80
FULL, NORMAL = 2, 1
LOST = "journal: what was acknowledged is kept once"


@dataclass
class Recorded:
    """An evening at the door on tape: after which step each scan was acknowledged."""

    tape: Tape
    acknowledged: list[tuple[int, str, str]]

    def told_by(self, step: int) -> list[str]:
        """Return the journal of a client at the moment of a step."""
        return [f"{nonce},{outcome}\n" for at, nonce, outcome in self.acknowledged if at <= step]


@pytest.fixture(scope="module")
def disk() -> RecordingDisk:
    return RecordingDisk()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A running shift in a migrated file, with its log emptied into it."""
    uri = f"sqlite:///{tmp_path_factory.mktemp('world') / 'hub.sqlite3'}"
    world = build(uri, PEOPLE)
    count_short_stays(uri)
    return world


def _record(disk: RecordingDisk, world: World, folder: Path, synchronous: str | None) -> Recorded:
    """Check everybody in and out by the application itself, over the recording disk.

    `synchronous` weakens the application's own pragma; None leaves it alone.
    """
    path = folder / "hub.sqlite3"
    shutil.copy(world.uri.removeprefix("sqlite:///"), path)
    disk.tape = Tape(path.read_bytes())
    app = make_app(f"sqlite:///{path}", SQLALCHEMY_ENGINE_OPTIONS={"module": apsw_driver})
    headers = {"Authorization": f"Bearer {world.token}"}
    acknowledged = []
    with app.app_context():
        event.listen(db.engine, "connect", partial(_set_up, synchronous))
        for person, direction in itertools.product(world.people, ("in", "out")):
            nonce = secrets.token_hex(16)
            item = world.item(person, direction, nonce, clock.now())
            answer = app.test_client().post("/api/v1/scans", json={"items": [item]}, headers=headers)
            acknowledged.append((len(disk.tape.steps), nonce, answer.json["results"][0]["outcome"]))
        with db.engine.connect() as connection:
            held = connection.execute(text("PRAGMA synchronous")).scalar_one()
        recorded = Recorded(disk.tape, acknowledged)
        disk.tape = Tape(b"")
        db.session.remove()
        db.engine.dispose()
    assert held == {None: FULL, "NORMAL": NORMAL, "OFF": 0}[synchronous]
    assert {outcome for _, _, outcome in acknowledged} == {"accepted"}
    return recorded


def _set_up(synchronous: str | None, connection: apsw_driver.Connection, _: object) -> None:
    connection.cursor().execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    if synchronous:
        connection.cursor().execute(f"PRAGMA synchronous = {synchronous}")


def _cuts(recorded: Recorded, chance: random.Random) -> Iterator[int]:
    """Yield where the power goes away: half of them anywhere, half right after an acknowledgement."""
    for number in range(CUTS):
        yield (
            chance.randrange(len(recorded.tape.steps) + 1) if number % 2 else chance.choice(recorded.acknowledged)[0]
        )


def _after(recorded: Recorded, step: int, chance: random.Random, folder: Path) -> list[str]:
    """Return what is wrong with what a cut left: nothing, or the rules that are broken."""
    engine = create_engine(f"sqlite:///{lay_out(recorded.tape.cut(step, chance), folder)}")
    try:
        with engine.connect() as connection:
            sound = connection.execute(text("PRAGMA integrity_check")).scalars().all()
            report = verify(connection, read(recorded.told_by(step)))
    except Exception as error:  # a broken file makes its reader fail in ways nobody lists
        return [f"unreadable: {type(error).__name__}"]
    finally:
        engine.dispose()
    return [*(line for line in sound if line != "ok"), *(found.says for found in report.findings if found.wrong)]


def _cut_often(recorded: Recorded, folder: Path) -> list[list[str]]:
    """Return what is wrong after each of many cuts."""
    chance = random.Random(new_seed())
    cuts = list(_cuts(recorded, chance))
    return [_after(recorded, step, chance, folder / str(number)) for number, step in enumerate(cuts)]


def test_no_acknowledged_check_in_is_lost_to_a_power_cut(disk: RecordingDisk, world: World, tmp_path: Path) -> None:
    """With the application's own pragmas (WAL, synchronous=FULL). The controls below lose what this keeps."""
    recorded = _record(disk, world, tmp_path, None)
    acts = Counter((step.act, step.suffix) for step in recorded.tape.steps)
    assert acts[Act.SYNC, "-wal"] >= len(recorded.acknowledged), "every commit waits for its log"
    assert acts[Act.SYNC, ""] >= 3, "the log was moved into the file while cuts could fall"
    wrong = _cut_often(recorded, tmp_path)
    assert len(wrong) == CUTS
    assert [found for found in wrong if found] == []


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_control_without_full_synchronisation_acknowledged_check_ins_are_lost(
    disk: RecordingDisk, world: World, tmp_path: Path, synchronous: str
) -> None:
    """The negative control: the same evening, the same cuts, one pragma weaker."""
    wrong = _cut_often(_record(disk, world, tmp_path, synchronous), tmp_path)
    lost = sum(LOST in found for found in wrong)
    assert lost >= CUTS // 10
    unsound = sum(any(line != LOST for line in found) for found in wrong)
    assert (unsound > 0) == (synchronous == "OFF"), "NORMAL loses what was acknowledged, OFF breaks the file as well"
