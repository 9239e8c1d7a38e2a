"""A disk that remembers: every write and sync SQLite does, and what a power cut would have left of them.

What was written and then synced is there after a cut. What was not yet synced may be there, or not, or in
part, in any order, sector by sector: that is what a disk and a kernel promise, and no more.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512
NAME = "recording"


class Act(Enum):
    """What was done to a file."""

    WRITE = auto()
    TRUNCATE = auto()
    SYNC = auto()


@dataclass(frozen=True)
class Step:
    """One act on one file, in the order in which SQLite did them all."""

    act: Act
    suffix: str
    offset: int = 0
    data: bytes = b""


@dataclass
class Tape:
    """Everything that happened to one database since its files were as `base` says."""

    base: bytes
    steps: list[Step] = field(default_factory=list)

    def cut(self, at: int, chance: random.Random) -> dict[str, bytes]:
        """Return the files as they may be after the power went away behind step `at`."""
        return {suffix: self._left(suffix, at, chance) for suffix in ("", "-wal")}

    def _left(self, suffix: str, at: int, chance: random.Random) -> bytes:
        steps = [step for step in self.steps[:at] if step.suffix == suffix]
        synced = max((number for number, step in enumerate(steps) if step.act is Act.SYNC), default=-1)
        image = bytearray(self.base if suffix == "" else b"")
        for step in steps[: synced + 1]:
            _apply(image, step)
        survives = chance.choice((0.0, 0.0, 0.5, 0.9, 1.0))
        for step in steps[synced + 1 :]:
            for piece in _sectors(step):
                if chance.random() < survives:
                    _apply(image, piece)
        return bytes(image)


def _apply(image: bytearray, step: Step) -> None:
    if step.act is Act.TRUNCATE:
        del image[step.offset :]
    if step.act is Act.WRITE:
        image.extend(bytes(max(0, step.offset - len(image))))
        image[step.offset : step.offset + len(step.data)] = step.data


def _sectors(step: Step) -> Iterator[Step]:
    """Part a write where the disk's sectors part; anything else stays whole."""
    if step.act is not Act.WRITE:
        yield step
        return
    place, end = step.offset, step.offset + len(step.data)
    while place < end:
        border = min(end, (place // SECTOR + 1) * SECTOR)
        yield Step(Act.WRITE, step.suffix, place, step.data[place - step.offset : border - step.offset])
        place = border


class RecordingDisk(apsw.VFS):
    """SQLite's way to the disk, with a tape running. It passes everything on to the real one."""

    def __init__(self) -> None:
        self.tape = Tape(b"")
        super().__init__(NAME, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's name
        """Open a file whose acts are recorded if it is the database or its log."""
        return _RecordedFile(self, name, flags)


class _RecordedFile(apsw.VFSFile):
    def __init__(self, disk: RecordingDisk, name: Any, flags: list[int]) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name or ""
        self._disk = disk
        self._suffix = "-wal" if path.endswith("-wal") else ""
        self._recorded = path.endswith((".sqlite3", ".sqlite3-wal"))
        super().__init__("", name, flags)

    def _record(self, act: Act, offset: int = 0, data: bytes = b"") -> None:
        if self._recorded:
            self._disk.tape.steps.append(Step(act, self._suffix, offset, data))

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        super().xWrite(data, offset)
        self._record(Act.WRITE, offset, bytes(data))

    def xTruncate(self, size: int) -> None:  # noqa: N802 - SQLite's name
        super().xTruncate(size)
        self._record(Act.TRUNCATE, size)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        self._record(Act.SYNC)  # the tape is the disk here: waiting for the real one would prove nothing more


def lay_out(image: dict[str, bytes], folder: Path) -> Path:
    """Write what was left into a folder, and return the database's path."""
    folder.mkdir()
    for suffix, data in image.items():
        (folder / f"cut.sqlite3{suffix}").write_bytes(data)
    return folder / "cut.sqlite3"
