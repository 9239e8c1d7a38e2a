"""A served application and real Chromium."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from playwright.sync_api import Browser, Playwright, sync_playwright
from werkzeug.serving import make_server

from tests import chromium
from tests.conftest import make_app
from volunteer_hub.core.db import db
from volunteer_hub.demo import queries as demo_queries
from volunteer_hub.ledger import queries as ledger_queries

PATIENCE = 60_000
Opener = Callable[..., AbstractContextManager[Browser]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser that is closed while a file is on its way leaves the file to Werkzeug's garbage, not to ours."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"))
            item.add_marker(
                pytest.mark.filterwarnings("ignore:.*FileIO.*static:pytest.PytestUnraisableExceptionWarning")
            )


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Flask, str]]:
    """The application with every guard on, on SQLite, at an address of this machine; its context is pushed."""
    with serving(tmp_path) as it:
        yield it


@contextmanager
def serving(folder: Path) -> Iterator[tuple[Flask, str]]:
    """Serve an application of its own, with its database in a folder."""
    application = make_app(f"sqlite:///{folder / 'hub.sqlite3'}", WTF_CSRF_ENABLED=True)
    demo_queries._loaded.clear()
    ledger_queries.forget_policies()
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    with application.app_context():
        flask_migrate.upgrade()
        thread.start()
        yield application, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(timeout=60)
        server.server_close()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, driving the installed Chromium."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def open_browser(playwright: Playwright) -> Opener:
    """Open a Chromium; given a film, its camera plays that."""

    @contextmanager
    def opener(film: Path | None = None) -> Iterator[Browser]:
        camera = [
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ]
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=[*chromium.ARGUMENTS, *(camera if film else [])], timeout=PATIENCE
        )
        yield browser
        browser.close()

    return opener
