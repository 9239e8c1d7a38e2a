"""Plays pictures to the real scanner page through Chromium's fake camera, and tells which were read and when."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import flask_migrate
from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, Page, Playwright, Route
from werkzeug.serving import make_server

from bench.pictures import HEIGHT, WIDTH, Picture
from bench.world import application
from tests import chromium
from tests.browser.door import Door, phone, signed_in
from volunteer_hub.core.db import db

SCRIPTS = Path(__file__).parent / "scripts"
READER = Path(__file__).parent.parent / "static" / "js" / "qr-reader.js"
#: Frames a second; a picture stands for 1.6 s, then nothing for 0.2 s; 2 s of nothing before the first.
RATE, HELD, LEAD = 5, 8, 10
#: A picture the reader looked at less often, because the machine paused, is waited for once more.
LOOKS_AT_LEAST = 4
FIELDS, FIELD = 8, 32
PATIENCE = 90


@dataclass(frozen=True)
class Reading:
    """What became of one picture: milliseconds and looks until it was read, or None."""

    ms: float | None
    looks: int | None


def film(pictures: list[Picture], path: Path) -> Path:
    """Write the pictures as a film; each frame carries its picture's number, from 1, in its top left corner."""
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    empty = Image.new("L", (WIDTH, HEIGHT), 120)
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())

        def put(frame: Image.Image, number: int, times: int) -> None:
            draw = ImageDraw.Draw(frame)
            for field in range(FIELDS):
                level = 255 if number >> (FIELDS - 1 - field) & 1 else 0
                draw.rectangle((field * FIELD, 0, (field + 1) * FIELD - 1, 15), fill=level)
            for _ in range(times):
                out.write(b"FRAME\n" + frame.tobytes() + grey)

        put(empty.copy(), 0, LEAD)
        for number, picture in enumerate(pictures, 1):
            put(picture.frame.copy(), number, HELD)
            put(empty.copy(), 0, 1)
    return path


class Stage:
    """A served application with a door, and a manager's login to open its scanner with."""

    def __init__(self, door: Door, playwright: Playwright) -> None:
        self.door = door
        self.playwright = playwright
        with self.browser() as context:
            page = context.new_page()
            signed_in(page, door.base)
            self.login: Any = context.storage_state()

    @contextmanager
    def browser(self, camera: Path | None = None, **more: Any) -> Iterator[BrowserContext]:
        """Open a telephone; given a film, its camera plays that."""
        fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        arguments = [*chromium.ARGUMENTS, *([*fake, f"--use-file-for-fake-video-capture={camera}"] if camera else [])]
        browser = self.playwright.chromium.launch(executable_path=chromium.find(), args=arguments, timeout=60_000)
        page = phone(browser, permissions=["camera"] if camera else [], service_workers="block", **more)
        context = page.context
        page.close()
        yield context
        browser.close()

    def play(self, camera: Path, pictures: list[Picture], reader: Path, slower: int) -> list[Reading]:
        """Let the scanner page with this reader see the film, on a processor so many times slower."""
        with self.browser(camera, storage_state=self.login) as context:
            page = context.new_page()
            page.set_default_timeout(60_000)
            page.add_init_script(path=SCRIPTS / "watch.js")
            page.route("**/static/js/qr-reader.js*", lambda route: _serve(route, reader))
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
            page.goto(self.door.scanner)
            return _readings(page, pictures)


def _serve(route: Route, reader: Path) -> None:
    path = reader if "?real" in route.request.url else SCRIPTS / "reader.js"
    route.fulfill(body=path.read_text(), content_type="text/javascript")


def _readings(page: Page, pictures: list[Picture]) -> list[Reading]:
    """Wait until each picture was before the running camera long enough."""
    until = time.monotonic() + PATIENCE
    while True:
        page.wait_for_timeout(1000)
        seen = page.evaluate("window.bench")
        readings = [_reading(number, picture, seen) for number, picture in enumerate(pictures, 1)]
        if None not in readings:
            return [reading for reading in readings if reading]
        if time.monotonic() > until:
            raise SystemExit(f"the camera did not show every picture: {seen['shown'][:20]}")


def _reading(number: int, picture: Picture, seen: dict[str, Any]) -> Reading | None:
    """Return what became of a picture the first time it was shown properly; None if it has not been yet."""
    shown = seen["shown"]
    for one, after in pairwise(shown):
        if one["number"] != number or not one["running"]:
            continue
        read = [it for it in seen["read"] if it["text"] == picture.text and one["at"] <= it["at"] < after["at"] + 400]
        if read:
            return Reading(read[0]["at"] - one["at"], read[0]["looks"] - one["looks"])
        if after["looks"] - one["looks"] >= LOOKS_AT_LEAST:
            return Reading(None, None)
    return None


@contextmanager
def stage(folder: Path, playwright: Playwright) -> Iterator[Stage]:
    """Serve the application on SQLite with a shift that is on."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = application(f"sqlite:///{folder / 'hub.sqlite3'}")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with app.app_context():
        flask_migrate.upgrade()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Stage(Door(f"http://127.0.0.1:{server.server_port}"), playwright)
        server.shutdown()
        server.server_close()
        db.session.remove()
        db.engine.dispose()
