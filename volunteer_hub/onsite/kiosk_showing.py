"""What the kiosk shows to whoever stands before it: a masked name, no number, for a few seconds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for

from volunteer_hub.checkin import codes
from volunteer_hub.checkin.items import Answer
from volunteer_hub.checkin.showing import shown
from volunteer_hub.core import clock
from volunteer_hub.core.masking import mask_middle
from volunteer_hub.onsite.kiosk import Running
from volunteer_hub.web.filters import clock_time

#: What of an answer leaves for the screen.
SHOWN = ("outcome", "reason", "headline", "explanation", "at")


def told(answer: Answer) -> dict[str, Any]:
    """Return an answer as strangers may read it."""
    said = shown(answer)
    return {**{name: said[name] for name in SHOWN}, "name": mask_middle(answer.name) if answer.name else None}


def asked(choices: list[Running]) -> list[dict[str, Any]]:
    """Return the shifts to choose from."""
    return [
        {
            "shift_id": one.shift.id,
            "title": one.title,
            "span": f"{clock_time(one.shift.starts_at)}–{clock_time(one.shift.ends_at)}",
        }
        for one in choices
    ]


def shown_code(station_id: int, now: datetime) -> dict[str, Any]:
    """Return the station's rotating code as the screen draws it."""
    slot = codes.slot_of(now, codes.STATION_SECONDS)
    return {
        "qr_url": url_for("checkin_admin.station_code_image", station_id=station_id, slot=slot),
        "seconds_left": codes.seconds_left(now, codes.STATION_SECONDS),
        "time": clock.local(now).strftime("%H:%M"),
    }
