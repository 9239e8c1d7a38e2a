"""`make screenshots`: draws the main pages of the demonstration district into docs/screenshots/."""

from __future__ import annotations

import contextlib
import io
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
VOLUNTEER, MANAGER, OFFICE = "志愿者", "阵地管理员", "文明办"


@dataclass(frozen=True)
class Shot:
    """One picture: its name, whose login (None: a visitor), the size, how to come to the page, and in which dress."""

    name: str
    who: str | None
    size: str
    path: str
    follow: str = ""
    language: str = "zh"
    elder: bool = False
    dark: bool = False


def both(name: str, who: str | None, path: str, follow: str = "") -> tuple[Shot, ...]:
    """Return a page of the volunteer's in each dress: phone in Chinese, English, large type and dark; and desk."""
    return (
        Shot(f"{name}-phone", who, "phone", path, follow),
        Shot(f"{name}-phone-english", who, "phone", path, follow, language="en"),
        Shot(f"{name}-phone-large", who, "phone", path, follow, elder=True),
        Shot(f"{name}-phone-dark", who, "phone", path, follow, dark=True),
        Shot(f"{name}-desk", who, "desk", path, follow),
    )


SHOTS = (
    *both("landing", None, "/"),
    *both("activities", None, "/activities"),
    *both("activity", VOLUNTEER, "/activities", "main .list h3 a"),
    *both("register", None, "/register"),
    *both("my-code", VOLUNTEER, "/me/code"),
    *both("my-hours", VOLUNTEER, "/me"),
    Shot("sign-in-phone", None, "phone", "/sign-in"),
    Shot("display-phone", None, "phone", "/display"),
    Shot("teams-phone", None, "phone", "/teams"),
    Shot("scanner-phone", MANAGER, "phone", "/manage/activities", 'a[href$="/scan"]'),
    Shot("door-phone", MANAGER, "phone", "/manage/door"),
    Shot("live-board", MANAGER, "desk", "/manage/health"),
    Shot("case", OFFICE, "desk", "/manage/reviews", "main .list a"),
    Shot("make-up-phone", MANAGER, "phone", "/manage/make-ups"),
    Shot("desk-of-a-station", MANAGER, "desk", "/manage/activities"),
    Shot("reviews", MANAGER, "desk", "/manage/reviews"),
    Shot("stations", None, "desk", "/stations"),
    Shot("statistics", OFFICE, "desk", "/office/statistics?region=220403"),
    Shot("statistics-phone", OFFICE, "phone", "/office/statistics?region=220403"),
    Shot("statistics-english", OFFICE, "desk", "/office/statistics?region=220403", language="en"),
)


def main() -> None:
    """Make a demonstration in a temporary folder, serve it, and draw."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as instance, served(Path(instance)) as base:
        logins = json.loads((Path(instance) / "demo-logins.json").read_text())["logins"]
        known = {login["who"]: (login["name"], login["password"]) for login in logins}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=[*chromium.ARGUMENTS])
            for shot in SHOTS:
                _draw(browser, base, shot, known)
                print(shot.name)
            browser.close()
    for old in TARGET.glob("*.png"):
        old.unlink()
    _compose(TARGET / "overview.png", "statistics", "my-code-phone", "scanner-phone")


def _draw(browser: Browser, base: str, shot: Shot, logins: dict[str, tuple[str, str]]) -> None:
    context = browser.new_context(
        viewport=SIZES[shot.size],  # type: ignore[arg-type]  # a plain dict of two numbers
        locale="zh-CN" if shot.language == "zh" else "en",
        color_scheme="dark" if shot.dark else "light",
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    if shot.who:
        sign_in(page, base, *logins[shot.who])
    if shot.elder:
        context.add_cookies([{"name": "elder", "value": "1", "url": base}])
    page.goto(base + shot.path)
    if shot.follow:
        page.goto(base + (page.locator(shot.follow).first.get_attribute("href") or "").partition("#")[0])
    page.wait_for_load_state("networkidle")
    drawn = io.BytesIO(page.screenshot())
    Image.open(drawn).convert("RGB").save(TARGET / f"{shot.name}.webp", quality=72, method=6)
    context.close()


def sign_in(page: Page, base: str, name: str, password: str) -> None:
    """Sign in as one of the demonstration's logins."""
    page.goto(f"{base}/sign-in")
    page.fill("[name=name]", name)
    page.fill("[name=password]", password)
    page.click("main form button")
    page.wait_for_url(lambda url: "/sign-in" not in url)


@contextlib.contextmanager
def served(instance: Path) -> Iterator[str]:
    """Serve a demonstration of its own in a folder; yield its address."""
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
    pictures = [Image.open(TARGET / f"{name}.webp").convert("RGB") for name in names]
    scaled = [picture.resize((round(picture.width * height / picture.height), height)) for picture in pictures]
    sheet = Image.new("RGB", (sum(it.width for it in scaled) + gap * (len(scaled) - 1), height), "white")
    left = 0
    for picture in scaled:
        sheet.paste(picture, (left, 0))
        left += picture.width + gap
    sheet.convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(target, optimize=True)


if __name__ == "__main__":
    main()
