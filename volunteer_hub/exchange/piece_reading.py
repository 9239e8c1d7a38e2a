"""A stored file as something that can be read from any byte on, one piece at a time."""

from __future__ import annotations

from dataclasses import dataclass

from volunteer_hub.core import crypto
from volunteer_hub.exchange.export_queries import get_piece
from volunteer_hub.exchange.exports import PIECE, about


@dataclass(frozen=True)
class Stored:
    """A finished file: which, and made by which attempt."""

    export_id: int
    attempt: int

    def read(self, start: int, end: int) -> bytes:
        """Return bytes from `start` on, up to `end` or the end of their piece. Raises NotFound once erased."""
        number, offset = divmod(start, PIECE)
        sealed = get_piece(self.export_id, self.attempt, number)
        content = crypto.open_bytes("exports", sealed, about(self.export_id, self.attempt, number))
        return content[offset : offset + end - start]
