"""Random secrets, and short signed statements that expire."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from volunteer_hub.core import clock, crypto


def new_secret() -> str:
    """Return 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what is stored of a random secret: its SHA-256. Full entropy needs no slow hash."""
    return crypto.fingerprint(secret.encode())


def seal(purpose: str, claims: dict[str, Any], lifetime_seconds: int) -> str:
    """Sign claims for a purpose, valid for so many seconds from now."""
    body = json.dumps(
        {**claims, "exp": int(clock.unix_now()) + lifetime_seconds}, separators=(",", ":"), sort_keys=True
    ).encode()
    mac = crypto.sign(f"token:{purpose}", body, 16)
    return base64.urlsafe_b64encode(mac + body).decode().rstrip("=")


def unseal(purpose: str, token: str) -> dict[str, Any] | None:
    """Return the claims, or None if the token is foreign, altered, for another purpose, or expired."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    mac, body = raw[:16], raw[16:]
    if len(mac) < 16 or not crypto.same(mac, crypto.sign(f"token:{purpose}", body, 16)):
        return None
    claims: dict[str, Any] = json.loads(body)
    return claims if claims["exp"] >= clock.unix_now() else None
