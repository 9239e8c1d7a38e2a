"""Every refusal as a page or as problem+json (RFC 9457); a bug is logged and says no more than that."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask_limiter import RateLimitExceeded
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.routing import IntegerConverter, Map

from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.web.access import is_api
from volunteer_hub.web.csrf import CSRFError
from volunteer_hub.web.i18n import say

log = logging.getLogger(__name__)

SENTENCES = {
    400: N_("请求的内容有误。"),
    401: N_("请先登录。"),
    403: N_("您没有进行此操作的权限。"),
    404: N_("没有找到，或您无权查看。"),
    405: N_("这个地址不支持这种操作。"),
    409: N_("刚才有人同时改动了同样的内容，没有保存。请返回刷新后重试。"),
    413: N_("上传的内容太大。"),
    415: N_("不支持这种内容类型。"),
    422: N_("提交的内容前后矛盾。"),
    429: N_("操作太频繁，请稍后再试。"),
    500: N_("系统出错了，已记录。请稍后再试。"),
    503: N_("系统正忙，请稍后再试。"),
}


class KeyConverter(IntegerConverter):
    """Keys in addresses are 64-bit: a longer number is no page, rather than an error of the database."""

    def __init__(self, url_map: Map, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max", 2**63 - 1)
        super().__init__(url_map, *args, **kwargs)


def init_app(app: Flask) -> None:
    """Attach the handlers."""
    app.register_error_handler(DomainError, _refusal)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(RateLimitExceeded, _too_many)
    app.register_error_handler(SecurityError, _foreign_host)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(PoolTimeout, _database)
    app.register_error_handler(IntegrityError, _lost_race)
    app.register_error_handler(DataError, _impossible_value)
    app.register_error_handler(OverflowError, _impossible_value)
    app.url_map.converters["int"] = KeyConverter
    app.register_error_handler(Exception, _bug)


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """Return a problem+json answer. `code` is stable for programs; `detail` is for people."""
    response = jsonify(
        {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "code": code,
            "detail": detail,
            **more,
        }
    )
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def wants_json() -> bool:
    """Tell whether the answer is for a program: of the interface, or of a script that asks for JSON."""
    return is_api() or request.accept_mimetypes.best == "application/json"


def _answer(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    db.session.rollback()  # PostgreSQL refuses to read on in a transaction that an error has spoilt
    if wants_json():
        response = problem(status, code, detail)
    else:
        response = Response(render_template("web/error.html", status=status, detail=detail), status)
    response.headers.update(headers or {})
    return response


def _refusal(error: DomainError) -> Response:
    return _answer(error.status, error.code, say(error.message, error.params))


def _stale_form(error: CSRFError) -> Response:
    return _answer(400, "stale_form", say(N_("页面已过期，请返回刷新后重试。")))


def _too_many(error: RateLimitExceeded) -> Response:
    return _answer(429, "too_many", say(SENTENCES[429]), {"Retry-After": "60"})


def _foreign_host(error: SecurityError) -> Response:
    """Refuse a host name that is not ours in plain text: no page can be drawn where no address can be built."""
    return Response("400 Bad Request: unknown host\n", 400, mimetype="text/plain")


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()  # type: ignore[return-value]  # werkzeug's Response, which Flask takes as well
    headers = {"Allow": ", ".join(error.valid_methods or [])} if status == 405 else {}  # type: ignore[attr-defined]  # MethodNotAllowed has them
    return _answer(status, HTTPStatus(status).name.lower(), say(SENTENCES.get(status, SENTENCES[400])), headers)


def _lost_race(error: IntegrityError) -> Response:
    """Answer who lost a race that no service names: nothing was changed, and a second look will tell why."""
    log.warning("a constraint refused %s %s", request.method, request.url_rule, exc_info=error)
    return _answer(409, "conflict", say(SENTENCES[409]))


def _impossible_value(error: Exception) -> Response:
    """Answer a value no column can hold (a NUL in a text, a number of thirty digits): the asker's fault, not ours."""
    log.info("impossible value at %s %s: %s", request.method, request.url_rule, type(error).__name__)
    return _answer(400, "bad_request", say(SENTENCES[400]))


def _database(error: Exception) -> Response:
    log.error("database unavailable or busy: %s", type(error).__name__, exc_info=error)
    return _answer(503, "busy", say(SENTENCES[503]), {"Retry-After": "3"})


def _bug(error: Exception) -> Response:
    log.error("unhandled error at %s %s", request.method, request.url_rule, exc_info=error)
    return _answer(500, "internal", say(SENTENCES[500]))
