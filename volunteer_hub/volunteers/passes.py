"""Passes to the masked page of somebody who was just found by a full number: for one account, for half an hour."""

from __future__ import annotations

from volunteer_hub.core import tokens

PURPOSE = "volunteer-found"
SECONDS = 30 * 60


def hand_out(volunteer_id: int, account_id: int | None) -> str:
    """Return a pass for this account to this person."""
    return tokens.seal(PURPOSE, {"v": volunteer_id, "a": account_id}, SECONDS)


def was_found(given: str, volunteer_id: int, account_id: int | None) -> bool:
    """Tell whether a pass is good, and for this account and this person."""
    claims = tokens.unseal(PURPOSE, given) or {}
    return claims.get("v") == volunteer_id and claims.get("a") == account_id
