"""Workers and the database killed during check-ins: nothing acknowledged is lost, nothing is there twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT
from tests.faults import failpoints, kills, served
from tests.faults.ackload import new_seed
from tests.test_start import GOOD, environment

ACKNOWLEDGED = 1000
KILLS = 20


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_or_doubled_however_often_something_is_killed(engine: str) -> None:
    """The controls below show that a lost effect and a lost acknowledgement would be seen here.

    Killed are workers at every failpoint and anywhere, and on PostgreSQL single backends and the
    postmaster. A run of 1,000 without a loss bounds the rate of loss by 3/1,000 (95 %).
    """
    ran = kills.run(engine, acknowledged=ACKNOWLEDGED, kills=KILLS, seed=new_seed())
    assert ran.report.holds, ran
    assert ran.killed.total() == KILLS, ran
    assert ran.tally.outcomes == {
        "accepted checked_in": ACKNOWLEDGED // 2,
        "accepted checked_out": ACKNOWLEDGED // 2,
    }, ran
    checked = {finding.says: finding.checked for finding in ran.report.findings}
    assert checked["journal: what was acknowledged is kept once"] == ACKNOWLEDGED, ran
    assert checked["a credited session stands once in the ledger, with its minutes"] == ACKNOWLEDGED // 2, ran
    assert "500" not in ran.tally.statuses, ran


@pytest.mark.slow
def test_control_a_scan_committed_apart_from_its_effect_is_seen(engine: str) -> None:
    """Red without the one transaction: the nonce is taken, the answer says accepted, and the effect is missing."""
    ran = kills.run(
        engine,
        acknowledged=80,
        kills=3,
        seed=new_seed(),
        variant=served.TWO_TRANSACTIONS,
        points=(served.BETWEEN_THEM,),
        elsewhere=False,
    )
    assert ran.killed == {served.BETWEEN_THEM: 3}, ran
    broken = {finding.says for finding in ran.report.findings if finding.wrong}
    assert broken & {
        "an accepted scan has its session",
        "a credited session stands once in the ledger, with its minutes",
    }, ran


@pytest.mark.slow
def test_control_an_acknowledgement_without_a_commit_is_seen(engine: str) -> None:
    """Red if an answer left before its commit: here some commits only say that they are done."""
    ran = kills.run(engine, acknowledged=300, kills=0, seed=new_seed(), variant=served.LYING_COMMIT)
    broken = {finding.says for finding in ran.report.findings if finding.wrong}
    assert "journal: what was acknowledged is kept once" in broken, ran


def test_the_served_application_with_failpoints_refuses_production(tmp_path: Path) -> None:
    with_failpoints = "from tests.faults.served import build; build()"
    done = subprocess.run(
        [sys.executable, "-c", with_failpoints],
        cwd=ROOT,
        env=environment(tmp_path, **GOOD, FAULTS=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode != 0
    assert "failpoints are for tests" in done.stderr


def test_a_check_in_in_production_knows_no_failpoint(app: Flask, tmp_path: Path) -> None:
    """Armed as for the tests, named in the environment as for the tests: the application has nothing that looks."""
    script = (
        "import wsgi\n"
        "from datetime import timedelta\n"
        "from tests.makers.checkin import make_door, make_signed_up\n"
        "from volunteer_hub.core import clock\n"
        "with wsgi.app.app_context():\n"
        "    now = clock.now()\n"
        "    door = make_door(starts_at=now, ends_at=now + timedelta(hours=2))\n"
        "    print(door.come(make_signed_up(door), now).outcome)\n"
    )
    for point in (*failpoints.POINTS, served.BETWEEN_THEM):
        failpoints.arm(tmp_path, point)
    uri = app.config["SQLALCHEMY_DATABASE_URI"]
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment(tmp_path, **{**GOOD, "DATABASE_URL": uri}, FAULTS=str(tmp_path), VARIANT=served.LYING_COMMIT),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "accepted"), done.stderr
    assert all(failpoints.is_armed(tmp_path, point) for point in failpoints.POINTS)


def test_the_package_imports_nothing_of_the_tests() -> None:
    for path in (ROOT / "volunteer_hub").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "import tests" not in source, path
        assert "from tests" not in source, path
        assert "failpoint" not in source.lower(), path
