"""Protection against forged requests: a token in every form, and in a header for scripts."""

from __future__ import annotations

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf

csrf = CSRFProtect()

__all__ = ["CSRFError", "csrf", "generate_csrf", "init_app", "protect_this_request"]


def init_app(app: Flask) -> None:
    """Check every unsafe request of the pages; the API is checked in `require`, once the asker is known."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    csrf.init_app(app)

    @app.before_request
    def _check_pages() -> None:
        if request.method not in ("GET", "HEAD", "OPTIONS") and not request.path.startswith("/api/"):
            protect_this_request()


def protect_this_request() -> None:
    """Refuse the request unless it carries the token of its own browser; safe methods pass."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect()
