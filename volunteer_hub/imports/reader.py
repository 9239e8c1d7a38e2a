"""The process that reads an uploaded file: bytes in, rows out, nothing else in reach. Standard library only.

    python -m volunteer_hub.imports.reader < file > answer

It limits itself before it looks at a byte, knows no key and no database, and writes no file. The answer is
compressed JSON lines: rows, then one line that says how it ended. `imports.reading` starts it.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import IO, Any

from volunteer_hub.imports import commas, limits
from volunteer_hub.imports.archives import Archive
from volunteer_hub.imports.refusing import Refused
from volunteer_hub.imports.workbooks import Noticed, Workbook

ARCHIVE = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHERS = ((b"%PDF", "pdf"), (b"Rar!", "archive_of_files"), (b"7z\xbc\xaf", "archive_of_files"))


def limit() -> None:
    """Hold this process to its share for the rest of its life."""
    for kind, share in (
        (resource.RLIMIT_AS, limits.MEMORY_BYTES),
        (resource.RLIMIT_CPU, limits.SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        _, hard = resource.getrlimit(kind)
        most = share if hard == resource.RLIM_INFINITY else min(share, hard)
        resource.setrlimit(kind, (most, most))


def read(data: bytes, noticed: Noticed) -> Iterator[tuple[int, list[Any]]]:
    """Yield the rows of a file of any kind, told by its first bytes. Raises Refused."""
    if not data:
        raise Refused("empty")
    if data.startswith(ARCHIVE):
        book = Workbook(Archive(data), noticed)
        yield from book.rows()
        return
    if data.startswith(b"PK"):
        raise Refused("broken_archive")
    if data.startswith(OLD_OFFICE):
        raise Refused("encrypted" if _ENCRYPTED in data else "old_excel")
    for mark, code in _OTHERS:
        if data.startswith(mark):
            raise Refused(code)
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    if start.startswith((b"<", b"mime-version")):
        raise Refused("web_page")
    _, found = commas.rows(data)
    yield from found


def answer(data: bytes, target: IO[bytes]) -> None:
    """Write the rows, and how it ended."""
    pack = zlib.compressobj(1)
    noticed = Noticed()
    ended: dict[str, Any] = {"noticed": {}}
    try:
        for row in _within_limits(read(data, noticed)):
            target.write(pack.compress(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"))
        ended["noticed"] = asdict(noticed)
    except Refused as refusal:
        ended = {"refused": refusal.code, "params": refusal.params}
    except (MemoryError, RecursionError):
        ended = {"refused": "too_much", "params": {}}
    target.write(pack.compress(json.dumps(ended, ensure_ascii=False).encode() + b"\n"))
    target.write(pack.flush())
    target.flush()


def _within_limits(rows: Iterator[tuple[int, list[Any]]]) -> Iterator[tuple[int, list[Any]]]:
    """Pass rows on. Raises Refused beyond so many rows or cells, and where there was none."""
    count = cells = 0
    for row in rows:
        count, cells = count + 1, cells + len(row[1])
        if count > limits.ROWS:
            raise Refused("too_many_rows", n=limits.ROWS)
        if cells > limits.CELLS:
            raise Refused("too_many_cells", n=limits.CELLS)
        yield row
    if not count:
        raise Refused("empty")


def main() -> None:
    """Read what comes, within the limits."""
    limit()
    # Trees go as soon as they are walked; looking for circles among millions of cells takes half the time.
    gc.disable()
    answer(sys.stdin.buffer.read(limits.FILE_BYTES + 1), sys.stdout.buffer)


if __name__ == "__main__":
    main()
