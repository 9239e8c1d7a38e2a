"""`make screenshots`: draws the main pages of the demonstration district into docs/screenshots/."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests import chromium

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "screenshots"
SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1440, "height": 900}}


@dataclass(frozen=True)
class Shot:
    """One picture: its name, whose login (None: a visitor), the size, and how to come to the page."""

    name: str
    who: str | None
    size: str
    path: str
    follow: str = ""


SHOTS = (
    Shot("landing", None, "desk", "/"),
    Shot("landing-phone", None, "phone", "/"),
    Shot("register-phone", None, "phone", "/register"),
    Shot("activities-phone", None, "phone", "/activities"),
    Shot("my-code-phone", "志愿者", "phone", "/me/code"),
    Shot("my-hours-phone", "志愿者", "phone", "/me"),
    Shot("scanner-phone", "阵地管理员", "phone", "/manage/activities", 'a[href$="/scan"]'),
    Shot("door-phone", "阵地管理员", "phone", "/manage/door"),
    Shot("live-board", "阵地管理员", "desk", "/manage/health"),
    Shot("case", "文明办", "desk", "/manage/reviews", "main .list a"),
    Shot("make-up-phone", "阵地管理员", "phone", "/manage/make-ups"),
    Shot("desk-of-a-station", "阵地管理员", "desk", "/manage/activities"),
    Shot("reviews", "阵地管理员", "desk", "/manage/reviews"),
    Shot("teams-phone", None, "phone", "/teams"),
    Shot("stations", None, "desk", "/stations"),
    Shot("statistics", "文明办", "desk", "/office/statistics?region=220403"),
    Shot("statistics-phone", "文明办", "phone", "/office/statistics?region=220403"),
    Shot("statistics-english", "文明办", "desk", "/office/statistics?region=220403"),
)


def main() -> None:
    """Make a demonstration in a temporary folder, serve it, and draw."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as instance, _served(Path(instance)) as base:
        logins = json.loads((Path(instance) / "demo-logins.json").read_text())["logins"]
        known = {login["who"]: (login["name"], login["password"]) for login in logins}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=[*chromium.ARGUMENTS])
            for shot in SHOTS:
                _draw(browser, base, shot, known)
                print(shot.name)
            browser.close()
    _compose(TARGET / "overview.png", "statistics", "my-code-phone", "scanner-phone")


def _draw(browser: Browser, base: str, shot: Shot, logins: dict[str, tuple[str, str]]) -> None:
    context = browser.new_context(viewport=SIZES[shot.size], locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(60_000)
    if shot.who:
        _sign_in(page, base, *logins[shot.who])
    page.goto(base + shot.path)
    if shot.name.endswith("english"):
        page.locator('form[action$="/language/en"] button').first.click()
        page.goto(base + shot.path)
    if shot.follow:
        page.locator(shot.follow).first.click()
    page.wait_for_load_state("networkidle")
    path = TARGET / f"{shot.name}.png"
    page.screenshot(path=path)
    Image.open(path).convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(path, optimize=True)
    context.close()


def _sign_in(page: Page, base: str, name: str, password: str) -> None:
    page.goto(f"{base}/sign-in")
    page.fill("[name=name]", name)
    page.fill("[name=password]", password)
    page.click("main form button")
    page.wait_for_url(lambda url: "/sign-in" not in url)


@contextlib.contextmanager
def _served(instance: Path) -> Iterator[str]:
    environment = {**os.environ, "INSTANCE_DIR": str(instance), "VOLUNTEER_HUB_ENV": "development"}
    flask = [str(Path(sys.executable).with_name("flask"))]
    for words in (["db", "upgrade"], ["demo", "load"]):
        subprocess.run([*flask, *words], env=environment, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [str(Path(sys.executable).with_name("gunicorn")), "wsgi:app", "--bind", f"127.0.0.1:{port}"],
        env=environment, cwd=ROOT,
    )  # fmt: skip
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=60)


def _compose(target: Path, *names: str) -> None:
    """Put pictures side by side at one height, for the first page a newcomer reads."""
    height, gap = 760, 24
    pictures = [Image.open(TARGET / f"{name}.png").convert("RGB") for name in names]
    scaled = [picture.resize((round(picture.width * height / picture.height), height)) for picture in pictures]
    sheet = Image.new("RGB", (sum(it.width for it in scaled) + gap * (len(scaled) - 1), height), "white")
    left = 0
    for picture in scaled:
        sheet.paste(picture, (left, 0))
        left += picture.width + gap
    sheet.convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(target, optimize=True)


if __name__ == "__main__":
    main()
