"""Finds an installed Chromium for the browser tests."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
#: What a headless browser needs in a container, and what keeps it from calling home.
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


class NoChromium(RuntimeError):
    """No Chromium or Chrome was found."""


def find() -> str:
    """Return the path of an installed browser; CHROMIUM in the environment goes first."""
    named = os.environ.get("CHROMIUM")
    if named and Path(named).exists():
        return named
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    if MACOS.exists():
        return str(MACOS)
    raise NoChromium("install chromium or google-chrome")
