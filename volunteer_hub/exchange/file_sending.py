"""Stored files on their way to a browser: whole, or from the byte at which a broken download stopped."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from flask import Flask, Response, current_app, request
from werkzeug.http import is_resource_modified, parse_range_header

from volunteer_hub.exchange.file_writing import ENDINGS, TYPES
from volunteer_hub.exchange.models import ExportJob
from volunteer_hub.exchange.piece_reading import Stored


def send(job: ExportJob) -> Response:
    """Answer with the file, or the part asked for (RFC 9110 §14) if it is still the same file.

    Several ranges in one request are answered with the whole file, one outside it with 416.
    """
    size, mark = job.size or 0, f'"{job.digest}"'
    response = Response(content_type=TYPES[job.writing])
    headers = response.headers
    headers["ETag"], headers["Accept-Ranges"] = mark, "bytes"
    headers["Content-Disposition"] = _disposition(job)
    part = _part(mark, size)
    if part == ():
        response.status_code = 416
        headers["Content-Range"] = f"bytes */{size}"
        return response
    if part is None and not is_resource_modified(request.environ, etag=mark):
        response.status_code = 304
        return response
    start, end = part or (0, size)
    if part:
        response.status_code = 206
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    response.content_length = end - start
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy's own object
    response.response = _body(app, Stored(job.id, job.attempt), start, end)
    return response


def _body(app: Flask, stored: Stored, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes piece by piece, each read with a connection of its own that is given back at once.

    The request and its place among those worked for are long over: a slow line holds neither.
    """
    while start < end:
        with app.app_context():
            piece = stored.read(start, end)
        yield piece
        start += len(piece)


def _part(mark: str, size: int) -> tuple[int, int] | tuple[()] | None:
    """Return the bytes asked for, () where the file has none of them, or None for all of it."""
    named = request.headers.get("If-Range")
    if "Range" not in request.headers or (named is not None and named.strip() != mark):
        return None
    asked = parse_range_header(request.headers["Range"])
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    return asked.range_for_length(size) or ()


def _disposition(job: ExportJob) -> str:
    ending = ENDINGS[job.writing]
    name = quote(f"{job.name}.{ending}", safe="")
    return f"attachment; filename=export-{job.id}.{ending}; filename*=UTF-8''{name}"
