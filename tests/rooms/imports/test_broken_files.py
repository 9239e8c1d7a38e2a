"""Every broken or odd file ends in a clear sentence or a right reading, within measured seconds and memory."""

from __future__ import annotations

import re
import resource
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rooms.imports.broken import CASES
from tests.rooms.imports.broken_parts import Case, good
from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports import limits, reading
from volunteer_hub.imports.jobs import LostLeaseError
from volunteer_hub.imports.labels import REFUSALS
from volunteer_hub.imports.reading import Reading


class Gauge:
    """Looks at the reading process again and again while it lives: its peaks only grow, so the last look counts."""

    def __init__(self) -> None:
        self.address_space = self.resident = 0
        self._ended = threading.Event()

    def watch(self, pid: int) -> None:
        status = Path(f"/proc/{pid}/status")
        while not self._ended.wait(0.002):
            try:
                text = status.read_text()
            except OSError:
                return
            self.address_space = max(self.address_space, _kilobytes(text, "VmPeak"))
            self.resident = max(self.resident, _kilobytes(text, "VmHWM"))

    def end(self) -> None:
        self._ended.set()


def _kilobytes(status: str, name: str) -> int:
    match = re.search(rf"{name}:\s+(\d+) kB", status)
    return int(match[1]) * 1024 if match else 0


def _worked() -> float:
    """Return the seconds of the processor of all readers that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture
def gauge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gauge]:
    """Measure every process that is started to read a file."""
    made, talk = Gauge(), reading._talk

    def measured(process: Any, data: bytes, meanwhile: Callable[[], None]) -> bytes:
        threading.Thread(target=made.watch, args=(process.pid,), daemon=True).start()
        return talk(process, data, meanwhile)

    monkeypatch.setattr(reading, "_talk", measured)
    yield made
    made.end()


def outcome(data: bytes) -> tuple[str | None, list[list[Any]], Reading | None]:
    """Return the code of the refusal, or the rows."""
    answer = None
    try:
        answer = reading.read(data)
        return None, [cells for _, cells in answer.rows()], answer
    except DomainError as refusal:
        # The sentence can be filled with what was given.
        _ = refusal.message % refusal.params
        return refusal.code.removeprefix("file_"), [], answer


@pytest.mark.parametrize("name", CASES)
def test_a_broken_file_ends_in_a_sentence_or_a_right_reading(name: str, gauge: Gauge) -> None:
    case: Case = CASES[name]
    data = case.make()
    begun = _worked()
    code, rows, answer = outcome(data)
    assert code in case.codes
    assert code is None or code in REFUSALS
    if code is None and case.rows is not None:
        assert rows == case.rows
        assert answer is not None
        assert {key: answer.ended["noticed"][key] for key in case.noticed} == dict(case.noticed)
    # Of the processor: other work on the machine must not make a good limit look broken.
    assert _worked() - begun <= limits.SECONDS + 1
    assert answer is None or answer.worked <= limits.SECONDS
    assert gauge.address_space <= limits.MEMORY_BYTES + limits.MEBIBYTE


def test_there_are_more_than_forty_kinds_of_broken_files() -> None:
    assert len(CASES) > 40


def test_the_gauge_sees_what_a_reader_uses(gauge: Gauge) -> None:
    code, rows, _ = outcome(good())
    assert (code, len(rows)) == (None, 2)
    assert gauge.resident > 5 * limits.MEBIBYTE


def test_a_reader_that_wants_too_much_memory_is_stopped(monkeypatch: pytest.MonkeyPatch, gauge: Gauge) -> None:
    """Red without RLIMIT_AS: the reader would take a gigabyte and answer."""
    hungry = "from volunteer_hub.imports import reader; reader.limit(); x = bytearray(1 << 30)"
    monkeypatch.setattr(reading, "COMMAND", (*reading.COMMAND[:3], "-c", hungry))
    assert outcome(good())[0] in {"too_much", "unreadable"}
    assert gauge.address_space <= limits.MEMORY_BYTES


def test_a_reader_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Red without the timer: the test would wait for ever."""
    endless = "import time; time.sleep(3600)"
    monkeypatch.setattr(reading, "COMMAND", (*reading.COMMAND[:3], "-c", endless))
    with pytest.raises(DomainError) as refused:
        reading.read(good(), seconds=0.02)
    assert refused.value.code == "file_too_slow"


def test_while_a_file_is_read_slowly_the_one_who_waits_may_do_something_or_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Red when nothing is called meanwhile: the lease of an import runs out while a busy machine reads its file."""
    slow = "import sys, time; sys.stdin.buffer.read(); time.sleep(1); from volunteer_hub.imports import reader"
    monkeypatch.setattr(reading, "COMMAND", (*reading.COMMAND[:3], "-c", slow))
    monkeypatch.setattr(reading, "MEANWHILE", 0.05)
    calls: list[int] = []
    reading.read(good(), meanwhile=lambda: calls.append(1))
    assert len(calls) > 2

    def stop() -> None:
        raise LostLeaseError

    with pytest.raises(LostLeaseError):
        reading.read(good(), meanwhile=stop)


def test_a_reader_that_works_without_end_is_stopped_by_the_processor_s_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    busy = "from volunteer_hub.imports import limits, reader; limits.SECONDS = 1; reader.limit()\nwhile True: pass"
    monkeypatch.setattr(reading, "COMMAND", (*reading.COMMAND[:3], "-c", busy))
    with pytest.raises(DomainError) as refused:
        reading.read(good())
    assert refused.value.code == "file_too_slow"


def test_a_reader_writes_no_file_and_knows_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    target = tmp_path / "written"
    naughty = (
        "import os, sys; from volunteer_hub.imports import reader; reader.limit(); "
        "assert not any('KEY' in name or 'DATABASE' in name for name in os.environ); "
        f"open({str(target)!r}, 'w').write('x')"
    )
    monkeypatch.setattr(reading, "COMMAND", (*reading.COMMAND[:3], "-c", naughty))
    assert outcome(good())[0] == "unreadable"
    assert not target.exists() or not target.read_text()
