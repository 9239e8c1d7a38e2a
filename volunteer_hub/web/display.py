"""How somebody wants pages to look: the theme, and large type for elders. Kept in cookies of this browser alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask import current_app, request
from werkzeug.wrappers import Response

THEME, ELDER = "theme", "elder"
YEAR = 365 * 24 * 3600


class Theme(StrEnum):
    """Light, dark, or whatever the device says."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class Display:
    """What was chosen in this browser."""

    theme: Theme = Theme.SYSTEM
    #: 适老化: large type, few entries, one question a page, pages that can be read aloud.
    elder: bool = False


def display() -> Display:
    """Return what this browser chose; what it never chose, or cannot mean, is as the device says."""
    theme = request.cookies.get(THEME, "")
    return Display(Theme(theme) if theme in set(Theme) else Theme.SYSTEM, request.cookies.get(ELDER) == "1")


def keep(response: Response, *, theme: Theme | None = None, elder: bool | None = None) -> None:
    """Keep a choice in the browser for a year; None leaves what holds.

    They say nothing about who somebody is, need no consent, and are read by the server only.
    """
    if theme is not None:
        _set(response, THEME, "" if theme is Theme.SYSTEM else theme.value)
    if elder is not None:
        _set(response, ELDER, "1" if elder else "")


def _set(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=YEAR if value else 0,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
    )
