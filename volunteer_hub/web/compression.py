"""Answers that are text travel packed with gzip: on a slow phone the first screen is there in half the time.

Files are packed once and kept; pages each time. What a page holds of secrets (its token) cannot be guessed from the
length of packed answers: each gets a name of random length into its header, as gzip allows.
"""

from __future__ import annotations

import secrets
import struct
import zlib

from flask import Flask, Response, request

KINDS = frozenset(
    {
        "application/json",
        "application/manifest+json",
        "application/wasm",
        "image/svg+xml",
        "text/calendar",
        "text/css",
        "text/html",
        "text/javascript",
        "text/plain",
    }
)
#: Shorter ones fit into one packet as they are.
LEAST = 1024
#: Bytes by which the length of a page varies at random.
PADDING = 64
#: A fast level for what is packed at every request, the best for what is packed once.
QUICK, BEST = 5, 9


def init_app(app: Flask) -> None:
    """Pack what goes out, after everything else was done to it: this must be the first room to be attached."""
    files: dict[tuple[str, str], bytes] = {}

    @app.after_request
    def _pack(response: Response) -> Response:
        if response.mimetype not in KINDS or "Content-Encoding" in response.headers:
            return response
        response.vary.add("Accept-Encoding")
        if not _may_be_packed(response):
            return response
        if request.endpoint == "static":
            key = (request.path, response.get_etag()[0] or "")
            packed = files.get(key)
            if packed is None:
                packed = files[key] = pack(_body(response), BEST)
        else:
            body = _body(response)
            if len(body) < LEAST:
                return response
            packed = pack(body, QUICK, secrets.randbelow(PADDING))
        _replace(response, packed)
        response.headers["Content-Encoding"] = "gzip"
        tag, _weak = response.get_etag()
        if tag:
            response.set_etag(tag, weak=True)
        return response


def pack(body: bytes, level: int, padding: int = 0) -> bytes:
    """Return the body in gzip's format (RFC 1952), with a file name of `padding` characters in its header."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    head = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + b"x" * padding + b"\0"
    return (
        head + packer.compress(body) + packer.flush() + struct.pack("<LL", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    )


def _may_be_packed(response: Response) -> bool:
    """Tell whether the browser unpacks, and the whole answer is at hand: not a part of it, not one that flows."""
    if request.method == "HEAD" or response.status_code in (204, 206, 304):
        return False
    if request.accept_encodings["gzip"] <= 0:
        return False
    return request.endpoint == "static" or not response.is_streamed


def _replace(response: Response, packed: bytes) -> None:
    """Send these bytes instead of what was opened for the answer."""
    response.close()
    response.direct_passthrough = False
    response.set_data(packed)


def _body(response: Response) -> bytes:
    response.direct_passthrough = False
    return response.get_data()
