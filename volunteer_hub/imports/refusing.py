"""What the reading process says of a file it refuses: a code and numbers, never a cell. Standard library only."""

from __future__ import annotations


class Refused(Exception):
    """The file is not read: a code of `imports.labels.REFUSALS`, and what its sentence names."""

    def __init__(self, code: str, **params: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
