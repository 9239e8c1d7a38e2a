"""Opens a workbook's archive without believing what it says of itself. Standard library only.

Every entry is inflated piece by piece and counted; declared sizes are only held against it.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from volunteer_hub.imports import limits
from volunteer_hub.imports.refusing import Refused

PIECE = 256 * 1024
#: What a reader of archives raises on a broken one.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, KeyError, RuntimeError)


class Archive:
    """The parts of a workbook, by name; inflated bytes are counted over all of them."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except BROKEN as error:
            raise Refused("broken_archive") from error
        entries = self._zip.infolist()
        if len(entries) > limits.ENTRIES:
            raise Refused("too_many_entries", n=limits.ENTRIES)
        self.names = frozenset(entry.filename for entry in entries)
        if any(entry.flag_bits & 1 for entry in entries):
            raise Refused("encrypted")
        if len(self.names) != len(entries):
            raise Refused("broken_archive")
        self._left = limits.INFLATED_BYTES

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a part inflated, piece by piece. Raises Refused for a broken one, a bomb, or one that is missing."""
        try:
            entry = self._zip.getinfo(name)
            seen = 0
            with self._zip.open(entry) as part:
                while piece := part.read(PIECE):
                    seen += len(piece)
                    self._count(len(piece), seen, entry.compress_size)
                    yield piece
        except BROKEN as error:
            raise Refused("broken_archive") from error

    def whole(self, name: str, most: int) -> bytes:
        """Return a part in one piece. Raises Refused beyond `most` bytes."""
        data = bytearray()
        for piece in self.pieces(name):
            data += piece
            if len(data) > most:
                raise Refused("inflates_too_far")
        return bytes(data)

    def _count(self, more: int, seen: int, packed: int) -> None:
        self._left -= more
        bomb = seen > limits.RATIO_FROM and seen > packed * limits.RATIO
        if self._left < 0 or bomb:
            raise Refused("inflates_too_far")
