"""Chinese first, English second: the locale of a request and the rendering of marked sentences."""

from __future__ import annotations

from typing import Any

from flask import Flask, request, session
from flask_babel import Babel, gettext

LOCALES = {"zh": "中文", "en": "English"}


def init_app(app: Flask) -> None:
    """Attach Babel with our choice of locale."""
    app.config["BABEL_DEFAULT_LOCALE"] = "zh"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(app.config["TRANSLATIONS"])
    Babel(app, locale_selector=locale, timezone_selector=lambda: app.config["TIMEZONE"])
    app.jinja_env.globals.update(locales=LOCALES, locale=locale, say=say)


def locale() -> str:
    """Return `zh` or `en`: as chosen, else as the browser asks, else Chinese."""
    chosen = session.get("language")
    if chosen in LOCALES:
        return str(chosen)
    return request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en"], "zh")[:2] if request else "zh"


def say(sentence: str, params: dict[str, Any] | None = None) -> str:
    """Translate a marked sentence and fill its places."""
    return str(gettext(sentence, **(params or {})))
