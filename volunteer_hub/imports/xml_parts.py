"""Reads large XML parts element by element in constant memory. Standard library only.

The part is cut behind each closing tag of the repeated element, and every piece is parsed inside a copy of
the part's own root tag. A document type can only stand before the root, where it is refused, so that no
entity is ever defined; text that merely looks like a closing tag makes a piece that does not parse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from volunteer_hub.imports.refusing import Refused

#: The root's tag must come within so many bytes, and one repeated element may not be longer than this.
HEAD_BYTES, ELEMENT_BYTES = 1024 * 1024, 8 * 1024 * 1024
_ROOT = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?)(worksheet|sst)\b[^<>]*>")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")


def parse(data: bytes) -> ElementTree.Element:
    """Return a small part as a tree. Raises Refused for a document type or broken markup."""
    refuse_document_type(data)
    try:
        return ElementTree.fromstring(data)  # noqa: S314 - without a document type there is nothing to expand
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise Refused("broken_markup") from error


def refuse_document_type(head: bytes) -> None:
    """Refuse a part with a document type or entities, and one in an encoding in which they could hide."""
    if head.startswith(_WIDE) or re.match(rb"\s*<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-?8)", head, re.IGNORECASE):
        raise Refused("odd_encoding")
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", head, re.IGNORECASE):
        raise Refused("document_type")


class Repeated:
    """The repeated elements of a part, with what stands before the first and after the last."""

    def __init__(self, pieces: Iterator[bytes], element: str) -> None:
        self._pieces = pieces
        self._buffer = b""
        self._element = element.encode()
        self.before = b""
        self.after = b""
        self._open, self._close, self._cut = b"", b"", b""
        self._begin()

    def _begin(self) -> None:
        while not (root := _ROOT.search(self._buffer)):
            if len(self._buffer) > HEAD_BYTES or not self._more():
                raise Refused("broken_markup")
        refuse_document_type(self._buffer[: root.start()])
        prefix = root[1]
        self._open = root[0].rstrip(b"/>") + b">"
        self._close = b"</" + prefix + root[2] + b">"
        self._cut = b"</" + prefix + self._element + b">"
        if root[0].endswith(b"/>"):
            self._pieces, self._buffer = iter(()), b""
            return
        start = re.compile(b"<" + prefix + self._element + rb"[\s/>]")
        tail = self._buffer[root.end() :]
        while not (first := start.search(tail)):
            if len(tail) > HEAD_BYTES or not self._more():
                self.before, self._buffer = tail, b""
                return
            tail = self._buffer[root.end() :]
        self.before, self._buffer = tail[: first.start()], tail[first.start() :]

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._buffer += piece
        return True

    def __iter__(self) -> Iterator[ElementTree.Element]:
        """Yield the elements, each complete. Raises Refused for markup that does not parse."""
        while True:
            cut = self._buffer.rfind(self._cut)
            if cut >= 0:
                end = cut + len(self._cut)
                yield from self._parsed(self._buffer[:end])
                self._buffer = self._buffer[end:]
            elif len(self._buffer) > ELEMENT_BYTES:
                raise Refused("broken_markup")
            if not self._more():
                break
        self._end()

    def _end(self) -> None:
        """Keep what follows the last element; a part cut off in the middle is refused."""
        if not self._buffer and not self.before:
            return
        cut = self._buffer.rfind(self._close)
        if cut < 0 and self._close not in self.before:
            raise Refused("cut_off")
        self.after = self._buffer[: max(cut, 0)]
        refuse_document_type(self.after)

    def _parsed(self, markup: bytes) -> Iterator[ElementTree.Element]:
        try:
            yield from ElementTree.fromstring(self._open + markup + self._close)  # noqa: S314 - see the file's head
        except (ElementTree.ParseError, LookupError, ValueError) as error:
            raise Refused("broken_markup") from error
