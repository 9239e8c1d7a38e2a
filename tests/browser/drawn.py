"""Chromium draws what a test client is answered: no server, no port, every page of the town in one window."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Page, Request, Route
from werkzeug.test import TestResponse

ORIGIN = "http://localhost"
#: Headers that Playwright sets by itself from the body it is given.
OWN = {"content-length", "content-encoding", "transfer-encoding"}


class Window:
    """One page of a browser that sees the world through a test client."""

    def __init__(self, context: BrowserContext, client: FlaskClient) -> None:
        self.page: Page = context.new_page()
        self.client = client
        self._files: dict[str, TestResponse] = {}
        self._read: tuple[str, TestResponse] | None = None
        self.page.route("**/*", self._answer)

    def read(self, address: str) -> str | None:
        """Ask for an address; return its text, or None where it leads to no page."""
        answer = self.client.get(address)
        if answer.mimetype != "text/html" or answer.status_code != 200:
            return None
        self._read = (address, answer)
        return answer.text

    def draw(self) -> None:
        """Draw the page that was read last."""
        assert self._read is not None
        self.page.goto(ORIGIN + self._read[0], wait_until="load")

    def _answer(self, route: Route, request: Request) -> None:
        parts = urlsplit(request.url)
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        answer = self._of(address, request)
        headers = {name: value for name, value in answer.headers.items() if name.lower() not in OWN}
        route.fulfill(status=answer.status_code, headers=headers, body=answer.get_data())

    def _of(self, address: str, request: Request) -> TestResponse:
        if self._read and request.is_navigation_request() and self._read[0] == address:
            return self._read[1]
        if address.startswith("/static/"):
            if address not in self._files:
                self._files[address] = self.client.get(address)
            return self._files[address]
        return self.client.open(address, method=request.method, data=request.post_data_buffer)
