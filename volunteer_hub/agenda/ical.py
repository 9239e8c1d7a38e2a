"""One's shifts as a calendar file (RFC 5545) that phones and desks subscribe to. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vDuration

#: How often a subscribed calendar is asked to look again.
LOOK_AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Entry:
    """A shift in somebody's calendar. Instants in UTC; `status` is one of CONFIRMED, TENTATIVE, CANCELLED."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    text: str
    address: str
    status: str
    changed_at: datetime


def write_calendar(name: str, entries: Iterable[Entry], *, zone: str, now: datetime) -> bytes:
    """Return the calendar, times in the deployment's zone with its VTIMEZONE.

    What was cancelled stays in it as cancelled, with a higher sequence, so that calendars which keep a copy strike
    it out instead of keeping it.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Volunteer Hub//agenda//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", zone)
    calendar.add("refresh-interval", vDuration(LOOK_AGAIN), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(LOOK_AGAIN))
    calendar.add_component(Timezone.from_tzid(zone))
    for entry in entries:
        calendar.add_component(_event(entry, ZoneInfo(zone), now))
    return bytes(calendar.to_ical())


def _event(entry: Entry, zone: ZoneInfo, now: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", now)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("summary", entry.title)
    event.add("location", entry.place)
    event.add("description", entry.text)
    event.add("url", entry.address)
    event.add("status", entry.status)
    event.add("sequence", 1 if entry.status == "CANCELLED" else 0)
    event.add("transp", "TRANSPARENT" if entry.status == "CANCELLED" else "OPAQUE")
    return event
