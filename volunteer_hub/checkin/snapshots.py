"""What a scanner takes along for working without a network: each person's record opens only with their own code.

A copied snapshot shows how many people signed up and nothing about any of them (docs/offline.md).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.checkin import codes, queries
from volunteer_hub.core import crypto
from volunteer_hub.core.db import AnyRow
from volunteer_hub.ledger import service as ledger
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.queries import list_live_cards

VERSION = 1


def snapshot_of(shift: Shift, activity: Activity, station: Station, *, now: datetime) -> dict[str, Any]:
    """Return a shift's snapshot as JSON takes it."""
    policy = ledger.policy_for(station.region_code, shift.starts_at, now=now).policy
    people = queries.list_expected(shift.id)
    cards = list_live_cards([row.volunteer_id for row in people])
    records = [
        _sealed(shift.id, opener, _record(row))
        for row in people
        for opener in _openers(row.volunteer_id, cards.get(row.volunteer_id, ()))
    ]
    # Sorted by a keyed place, so that neither sign-up order nor name order shows.
    records.sort(key=lambda record: record["find"])
    test = base64.b32encode(secrets.token_bytes(10)).decode()
    return {
        "version": VERSION,
        "shift": {
            "id": shift.id,
            "title": activity.title,
            "station": station.name,
            "station_id": station.id,
            "starts_at": _iso(shift.starts_at),
            "ends_at": _iso(shift.ends_at),
            "is_live": activity.state.value == "published" and shift.cancelled_at is None,
        },
        "policy": {
            "in_opens_before": policy.in_opens_before,
            "out_closes_after": policy.out_closes_after,
            "same_act_seconds": policy.same_act_seconds,
        },
        "made_at": _iso(now),
        "people": len(people),
        "records": records,
        "test": {"opener": test, **_sealed(shift.id, test, {"test": True})},
    }


def _openers(volunteer_id: int, cards: Iterable[int]) -> list[str]:
    return [codes.opener(volunteer_id), *(codes.card_opener(card_id) for card_id in cards)]


def _record(row: AnyRow) -> dict[str, Any]:
    return {
        "person": row.volunteer_id,
        "name": row.name,
        "number": row.number,
        "team": row.team,
        "sign_up": row.sign_up.value if row.sign_up else None,
        "open": {
            "shift_id": row.open_shift_id,
            "in_at": _iso(row.open_in_at),
            "place": row.open_place,
            "by": row.open_by or "",
            "expires_at": None,
        }
        if row.open_shift_id
        else None,
        "last": {"shift_id": row.last_shift_id, "in_at": _iso(row.last_in_at), "out_at": _iso(row.last_out_at)}
        if row.last_shift_id
        else None,
    }


def _sealed(shift_id: int, opener: str, record: dict[str, Any]) -> dict[str, str]:
    find = hashlib.sha256(f"find:{opener}".encode()).hexdigest()[:32]
    key = hashlib.sha256(f"open:{opener}".encode()).digest()
    box = crypto.seal_box(key, json.dumps(record, ensure_ascii=False).encode(), f"{shift_id}:{find}".encode())
    return {"find": find, "box": base64.urlsafe_b64encode(box).decode().rstrip("=")}


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
