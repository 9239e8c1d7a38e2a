"""Where a person may be sent after signing in: only to a page of this application."""

from __future__ import annotations

import re

SAFE_PATH = re.compile(r"/(?![/\\])[\w\-./?=&%~+:,@]*", re.ASCII)


def safe_next(target: str | None) -> str | None:
    """Return the path if it stays on this host, else None."""
    if target and len(target) < 2000 and SAFE_PATH.fullmatch(target) and "//" not in target.split("?")[0]:
        return target
    return None
