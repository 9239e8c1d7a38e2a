"""Chromium draws what a test client is answered: no server, no port, every page of the town in one window."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Page, Request, Route
from werkzeug.test import TestResponse

ORIGIN = "http://localhost"
#: Headers that Playwright sets by itself from the body it is given.
OWN = {"content-length", "content-encoding", "transfer-encoding"}
#: Status, headers and body of an answer.
Sent = tuple[int, dict[str, str], bytes]


class Window:
    """One page of a browser that sees the world through a test client."""

    def __init__(self, context: BrowserContext, client: FlaskClient) -> None:
        self.page: Page = context.new_page()
        self.client = client
        self._files: dict[str, Sent] = {}
        self._read: tuple[str, Sent] | None = None
        self.page.route("**/*", self._answer)

    def read(self, address: str) -> str | None:
        """Ask for an address; return its text, or None where it leads to no page."""
        with self.client.get(address) as answer:
            if answer.mimetype != "text/html" or answer.status_code != 200:
                return None
            self._read = (address, sent(answer))
            return answer.text

    def draw(self) -> None:
        """Draw the page that was read last."""
        assert self._read is not None
        self.page.goto(ORIGIN + self._read[0], wait_until="load")

    def _answer(self, route: Route, request: Request) -> None:
        parts = urlsplit(request.url)
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        status, headers, body = self._of(address, request)
        route.fulfill(status=status, headers=headers, body=body)

    def _of(self, address: str, request: Request) -> Sent:
        if self._read and request.is_navigation_request() and self._read[0] == address:
            return self._read[1]
        if address in self._files:
            return self._files[address]
        with self.client.open(address, method=request.method, data=request.post_data_buffer) as answer:
            found = sent(answer)
        if address.startswith("/static/"):
            self._files[address] = found
        return found


def sent(answer: TestResponse) -> Sent:
    """Return what an answer sends, so that its file can be closed."""
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in OWN}
    return answer.status_code, headers, answer.get_data()
