"""Reads papers as strangers' programs do: text, fonts, and the code as a camera sees it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

needs_programs = pytest.mark.skipif(
    not all(shutil.which(name) for name in ("pdftotext", "pdffonts", "pdftoppm", "zbarimg")),
    reason="poppler's programs and zbar are not installed",
)


def text(content: bytes, folder: Path, *options: str) -> str:
    """Return the text of a PDF."""
    return _run("pdftotext", *options, str(_kept(content, folder)), "-")


def pages(content: bytes, folder: Path) -> list[str]:
    """Return the text of each page."""
    return text(content, folder).split("\f")[:-1]


def fonts(content: bytes, folder: Path) -> list[tuple[str, str]]:
    """Return each font with whether it is embedded: yes or no."""
    lines = _run("pdffonts", str(_kept(content, folder))).splitlines()[2:]
    return [(line.split()[0], line.split()[-5]) for line in lines]


def codes(content: bytes, folder: Path, *, dots: int = 150, page: int = 1) -> list[str]:
    """Return what the codes on a page say, drawn at so many dots an inch."""
    picture = folder / "page"
    place = str(page)
    _run(
        "pdftoppm",
        "-r",
        str(dots),
        "-f",
        place,
        "-l",
        place,
        "-png",
        "-singlefile",
        str(_kept(content, folder)),
        str(picture),
    )
    return _run("zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", str(picture) + ".png").splitlines()


def _kept(content: bytes, folder: Path) -> Path:
    kept = folder / "paper.pdf"
    kept.write_bytes(content)
    return kept


def _run(*command: str) -> str:
    done = subprocess.run(command, check=True, capture_output=True, timeout=180)
    return done.stdout.decode()
