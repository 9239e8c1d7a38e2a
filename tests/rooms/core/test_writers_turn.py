"""Writers of one process on SQLite wait for one another before they ask the database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import event, text

from tests.conftest import make_app
from volunteer_hub.core.db import db, transaction


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Flask]:
    """An application on a SQLite file of its own."""
    app = make_app(f"sqlite:///{tmp_path / 'hub.sqlite3'}")
    with app.app_context():
        flask_migrate.upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def begun(hub: Flask) -> Iterator[list[str]]:
    """The write transactions asked for so far."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement == "BEGIN IMMEDIATE":
            asked.append(threading.current_thread().name)

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)


def write(hub: Flask, entered: threading.Event) -> None:
    with hub.app_context():
        with transaction():
            entered.set()
        db.session.remove()


def test_the_next_writer_asks_the_database_only_when_the_one_before_is_done(hub: Flask, begun: list[str]) -> None:
    """Red without the turn: the second then asks at once, and sleeps in SQLite's own lock."""
    entered = threading.Event()
    second = threading.Thread(target=write, args=(hub, entered))
    with transaction():
        second.start()
        assert not entered.wait(0.5)
        assert len(begun) == 1
    assert entered.wait(60)
    second.join(60)
    assert len(begun) == 2


def test_the_turn_is_given_back_after_an_error(hub: Flask, begun: list[str]) -> None:
    for _ in range(3):
        with pytest.raises(RuntimeError), transaction():
            raise RuntimeError("on purpose")
    entered = threading.Event()
    write(hub, entered)
    assert len(begun) == 4


def test_the_turn_is_given_back_when_a_writer_goes_without_a_word(hub: Flask, begun: list[str]) -> None:
    db.session.rollback()
    db.session.connection(execution_options={"writes": True})
    db.session.remove()
    entered = threading.Event()
    thread = threading.Thread(target=write, args=(hub, entered))
    thread.start()
    assert entered.wait(10)
    thread.join(60)


def test_reading_goes_on_beside_a_writer(hub: Flask, begun: list[str]) -> None:
    def read() -> None:
        with hub.app_context():
            db.session.execute(text("SELECT 1"))
            db.session.remove()

    with transaction():
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(10)
        assert not reader.is_alive()
    assert len(begun) == 1


def test_a_writer_still_waits_for_another_process(hub: Flask, begun: list[str], tmp_path: Path) -> None:
    """Another application on the same file stands for the other process: it has a turn of its own."""
    foreign = make_app(f"sqlite:///{tmp_path / 'hub.sqlite3'}")
    entered = threading.Event()
    thread = threading.Thread(target=write, args=(hub, entered))
    with foreign.app_context():
        with transaction():
            thread.start()
            assert not entered.wait(0.5)
            assert len(begun) == 1
        assert entered.wait(60)
        thread.join(60)
        db.session.remove()
        db.engine.dispose()
