"""`flask demo` on a deployment: loads once, keeps the passwords to its owner, undoes what was interrupted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from tests.makers.accounts import make_account
from tests.makers.demo import NOW, load_small
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account
from volunteer_hub.activities.models import Shift
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.demo import keyring, present, queries, service
from volunteer_hub.demo.plan import Plan
from volunteer_hub.volunteers.models import Volunteer


@pytest.fixture(autouse=True)
def folder(app: Flask, tmp_path: Path) -> Iterator[Path]:
    before = app.config["INSTANCE_DIR"]
    app.config["INSTANCE_DIR"] = tmp_path
    yield tmp_path
    app.config["INSTANCE_DIR"] = before


def run(app: Flask, *words: str) -> Result:
    queries.forget()
    result = app.test_cli_runner().invoke(args=["demo", *words])
    queries.forget()
    return result


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_first_start_loads_and_the_second_does_not(app: Flask) -> None:
    assert "200 volunteers" in run(app, "load", "--if-new", "--people", "200").output
    assert run(app, "load", "--if-new", "--people", "200").output == ""
    assert count(Volunteer) == 200


def test_a_start_after_the_removal_does_not_bring_it_back(app: Flask) -> None:
    run(app, "load", "--if-new", "--people", "200")
    assert run(app, "remove", "--yes").exit_code == 0
    run(app, "load", "--if-new", "--people", "200")
    assert count(Volunteer) == 0


def test_a_database_in_use_is_left_alone(app: Flask) -> None:
    make_account("真实用户")
    run(app, "load", "--if-new", "--people", "200")
    assert count(Volunteer) == 0


def test_loading_twice_is_refused_in_words(app: Flask) -> None:
    load_small(200)
    result = run(app, "load", "--people", "200")
    assert result.exit_code == 1
    assert "演示数据已经在了" in result.output
    assert "Traceback" not in result.output


def test_an_interrupted_load_leaves_nothing_and_can_be_repeated(app: Flask) -> None:
    """Red if the load committed in steps: the people would stay without their hours."""
    written: list[int] = []

    def pull_the_plug(rows: int) -> None:
        written.append(rows)
        if sum(written) > 2000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), transaction():
        service.load(Plan(people=300), pull_the_plug, now=NOW)
    assert (count(Account), count(Volunteer)) == (0, 0)
    assert "200 volunteers" in run(app, "load", "--if-new", "--people", "200").output


def test_the_printed_passwords_open_the_accounts(app: Flask) -> None:
    run(app, "load", "--people", "200")
    printed = run(app, "logins").output
    for login in keyring.read(app.config["INSTANCE_DIR"], str(db.engine.url)) or []:
        assert login.password in printed
        assert accounts.check_password(login.name, login.password).is_demonstration
    for who in ("志愿者", "阵地管理员", "文明办", "系统管理员", "审计员", "扫码员", "队长"):
        assert who in printed


def test_only_the_owner_can_read_the_passwords(app: Flask, folder: Path) -> None:
    run(app, "load", "--people", "200")
    assert (folder / keyring.NAME).stat().st_mode & 0o077 == 0


def test_passwords_differ_between_databases(app: Flask, folder: Path) -> None:
    """None is in the program: two loads of the same seed have none in common."""
    run(app, "load", "--people", "200")
    first = {login["password"] for login in json.loads((folder / keyring.NAME).read_text())["logins"]}
    run(app, "remove", "--yes")
    run(app, "load", "--people", "200")
    second = {login["password"] for login in json.loads((folder / keyring.NAME).read_text())["logins"]}
    assert len(first) == len(second) == 7
    assert not first & second


def test_lost_passwords_are_made_anew_and_the_old_ones_die(app: Flask, folder: Path) -> None:
    run(app, "load", "--people", "200")
    old = (keyring.read(folder, str(db.engine.url)) or [])[2]
    (folder / keyring.NAME).unlink()
    run(app, "logins")
    new = (keyring.read(folder, str(db.engine.url)) or [])[2]
    assert new.name == old.name
    assert accounts.check_password(new.name, new.password)
    with pytest.raises(DomainError):
        accounts.check_password(old.name, old.password)


def test_without_a_demonstration_no_login_is_printed_and_none_removed(app: Flask) -> None:
    assert run(app, "logins").output == ""
    assert "no demonstration data" in run(app, "remove", "--yes").output


def test_a_start_weeks_later_finds_a_shift_today_and_others_to_sign_up_for(app: Flask) -> None:
    load_small(200)
    later = NOW + timedelta(days=40)
    with transaction():
        added = present.top_up(now=later)
    assert added == present.DAYS + len(present.COMING)
    open_now = select(Shift).where(Shift.starts_at <= later, Shift.ends_at > later, Shift.sign_up_closes_at > later)
    assert db.session.scalars(open_now).one()
    with transaction():
        assert present.top_up(now=later) == 0
