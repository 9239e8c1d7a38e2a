"""Has an uploaded file read by a process of its own, and hands out what it says row by row."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports import limits
from volunteer_hub.imports.labels import REFUSALS

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = (sys.executable, "-P", "-s", "-m", "volunteer_hub.imports.reader")
PIECE = 64 * 1024
#: So many times the processor's seconds may pass on the clock: a busy machine must not refuse a good file.
PATIENCE = 24
#: Seconds between two calls of what is to be done meanwhile.
MEANWHILE = 20


@dataclass
class Reading:
    """What the process answered, kept compressed, and what it used."""

    answer: bytes
    seconds: float
    #: Seconds of the processor.
    worked: float
    ended: dict[str, Any] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """Yield row numbers and cells. Raises DomainError where the file was refused, possibly after some rows."""
        for line in _lines(self.answer):
            said = json.loads(line)
            if isinstance(said, list):
                yield said[0], said[1]
                continue
            self.ended = said
            if "refused" in said:
                raise refusal(said["refused"], said["params"])
        if not self.ended:
            raise refusal("unreadable", {})


def read(data: bytes, *, seconds: float = limits.SECONDS, meanwhile: Callable[[], None] = lambda: None) -> Reading:
    """Read a file within the limits, calling `meanwhile` now and then.

    Raises DomainError for one that took too much, or broke its reader, and what `meanwhile` raises.

    Most refusals come from `Reading.rows`, which knows them only at the end.
    """
    begun = time.monotonic()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, with nothing of the user's
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd="/",
            env={"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "PATH": os.environ.get("PATH", "")},
        )
        killer = threading.Timer(seconds * PATIENCE, _kill, (process.pid,))
        killer.start()
        try:
            answer = _talk(process, data, meanwhile)
        except BaseException:
            _kill(process.pid)
            raise
        finally:
            _, status, used = os.wait4(process.pid, 0)
            killer.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
    reading = Reading(answer, time.monotonic() - begun, used.ru_utime + used.ru_stime)
    code = _fault(process.returncode, answer)
    if code:
        raise refusal(code, {})
    return reading


def refusal(code: str, params: dict[str, Any]) -> DomainError:
    """Return the refusal of a file, by its code."""
    return DomainError(f"file_{code}", REFUSALS.get(code, REFUSALS["unreadable"]), field="file", **params)


def _talk(process: subprocess.Popen[bytes], data: bytes, meanwhile: Callable[[], None]) -> bytes:
    """Give the process the file and take its answer; it answers only when it has everything."""
    feeder = threading.Thread(target=_feed, args=(process.stdin, data))
    feeder.start()
    answer = bytearray()
    if process.stdout is None:
        raise RuntimeError("the reader has no output")
    with process.stdout as said:
        due = time.monotonic() + MEANWHILE
        while len(answer) <= limits.ANSWER_BYTES:
            ready, _, _ = select.select([said], [], [], MEANWHILE)
            if time.monotonic() >= due:
                meanwhile()
                due = time.monotonic() + MEANWHILE
            if not ready:
                continue
            if not (piece := os.read(said.fileno(), PIECE)):
                break
            answer += piece
        else:
            _kill(process.pid)
    feeder.join()
    return bytes(answer)


def _kill(pid: int) -> None:
    """End our own child, which nobody has waited for yet, so that its number is still its own."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _feed(target: IO[bytes] | None, data: bytes) -> None:
    if target is None:
        return
    try:
        target.write(data)
        target.close()
    except OSError:
        # It died before it had everything; its end says why.
        return


def _fault(status: int, answer: bytes) -> str | None:
    """Tell by how the process ended why there is no whole answer; None where there is one.

    A process beyond its seconds is killed, one beyond its memory raises or aborts.
    """
    if len(answer) > limits.ANSWER_BYTES:
        return "too_many_cells"
    if status in (-signal.SIGKILL, -signal.SIGXCPU):
        return "too_slow"
    if status == -signal.SIGABRT:
        return "too_much"
    return None if status == 0 else "unreadable"


def _lines(answer: bytes) -> Iterator[bytes]:
    unpack = zlib.decompressobj()
    rest, line = answer, b""
    while rest or not unpack.eof:
        piece = unpack.decompress(rest, 4 * PIECE)
        rest = unpack.unconsumed_tail
        if not piece and not rest:
            return
        *lines, line = (line + piece).split(b"\n")
        yield from lines
