"""A carrier that keeps what it was given, and an HTTP server that answers as it was told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from volunteer_hub.core import channels
from volunteer_hub.core.channels import ChannelKind, Message


@dataclass
class Recorded:
    """A carrier that records; `trouble` is raised instead, while there is any."""

    kind: ChannelKind = ChannelKind.EMAIL
    sent: list[Message] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)

    def send(self, message: Message) -> None:
        """Record, or raise what was prepared."""
        if self.trouble:
            raise self.trouble.pop(0)
        self.sent.append(message)


@contextmanager
def opened(*carriers: Recorded) -> Iterator[None]:
    """Let the application have these ways out, and afterwards none."""
    channels.use(carriers)
    try:
        yield
    finally:
        channels.use([])


@dataclass
class Asked:
    """A request as it came."""

    path: str
    body: Any
    token: str


@contextmanager
def answering(*answers: tuple[int, dict[str, Any]]) -> Iterator[tuple[str, list[Asked]]]:
    """Run a server that gives these answers in turn, and yield its address and what it was asked."""
    left, asked = list(answers), list[Asked]()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            asked.append(Asked(self.path, body, self.headers.get("Authorization", "")))
            status, answer = left.pop(0)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        do_GET = do_POST = _answer  # noqa: N815 - the names the server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the server's own name for it
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join(30)
