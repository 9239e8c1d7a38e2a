"""What is vendored is what was listed: no file changed, added or lost since the script kept it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"
LINE = re.compile(r"\| (\S+/\S+) \| ([0-9a-f]{64}) \|")


def listed() -> dict[str, str]:
    return dict(LINE.findall((VENDOR / "VENDORED.md").read_text(encoding="utf-8")))


def test_every_vendored_file_has_the_sum_it_was_kept_with() -> None:
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDORED.md"
    }
    assert found == listed()


def test_every_package_brings_its_licence() -> None:
    for folder in VENDOR.iterdir():
        if folder.is_dir():
            assert (folder / "LICENSE").exists(), folder.name
