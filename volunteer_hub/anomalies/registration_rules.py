"""The rule over registrations: many people with one mobile in a few minutes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from volunteer_hub.anomalies.models import Rule
from volunteer_hub.anomalies.rows import Finding, Subject, SubjectKind, evidence, subject, wall
from volunteer_hub.anomalies.thresholds import Limits
from volunteer_hub.core import clock


@dataclass(frozen=True)
class Registered:
    """Somebody who registered himself, and the keyed hash of the mobile he gave."""

    volunteer_id: int
    mobile_index: str
    at: datetime
    region_code: str


def bursts(rows: Sequence[Registered], limits: Limits) -> list[Finding]:
    """Flag a mobile with which many people registered themselves within minutes, once a civil day.

    `rows` are of one mobile. A family is fewer; people registered at a desk, with the document in hand, are
    not among them. From which address people registered is not kept, so nothing is said of that.
    """
    made = sorted(rows, key=lambda row: (row.at, row.volunteer_id))
    found: dict[str, Finding] = {}
    begin = 0
    for end, row in enumerate(made):
        while row.at - made[begin].at > timedelta(minutes=limits.registered_minutes):
            begin += 1
        together = made[begin : end + 1]
        day = clock.civil_date(together[0].at)
        if len(together) >= limits.registered_people:
            found[day.isoformat()] = Finding(
                Rule.REGISTRATIONS,
                Subject(SubjectKind.MOBILE, row.mobile_index[:40]),
                day.isoformat(),
                None,
                day,
                clock.civil_date(row.at),
                {
                    "people": len(together),
                    "minutes": max(1, -(-(row.at - together[0].at) // timedelta(minutes=1))),
                    "at": wall(together[0].at),
                },
                evidence(volunteers=(each.volunteer_id for each in together)),
                tuple(subject(SubjectKind.VOLUNTEER, each.volunteer_id) for each in together),
                together[0].region_code,
            )
    return list(found.values())
