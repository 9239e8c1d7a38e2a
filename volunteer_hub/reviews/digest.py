"""The digest: each evening and each morning, whoever is responsible is told once what waits, if anything does."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from enum import StrEnum

from volunteer_hub.core import clock
from volunteer_hub.core.leases import claim_period
from volunteer_hub.core.text import N_
from volunteer_hub.notices import service as notices
from volunteer_hub.reviews import digest_queries
from volunteer_hub.reviews.digest_queries import Waiting

JOB = "digest"
MORNING, EVENING = time(8), time(20)


class Part(StrEnum):
    """Which of the day's two digests."""

    MORNING = "morning"
    EVENING = "evening"


SENTENCES = {
    Part.MORNING: N_(
        "早间提醒（%(stations)s 个阵地）：结束后未签退 %(open)s 人，忘记签退待审核 %(automatic)s 条，"
        "待核扫码 %(quarantined)s 条，设备上未发送 %(unsent)s 条，昨天报名未到 %(absent)s 人。"
    ),
    Part.EVENING: N_(
        "晚间提醒（%(stations)s 个阵地）：结束后未签退 %(open)s 人，忘记签退待审核 %(automatic)s 条，"
        "待核扫码 %(quarantined)s 条，设备上未发送 %(unsent)s 条。"
    ),
}


def due(now: datetime) -> Part | None:
    """Return the digest of this part of the civil day: from 8 the morning's, from 20 the evening's, else none.

    A timetable that stood still catches up within the same part; an old digest is of no use to anybody.
    """
    wall = clock.local(now).time()
    if wall >= EVENING:
        return Part.EVENING
    return Part.MORNING if wall >= MORNING else None


def send(part: Part, *, now: datetime) -> int | None:
    """Tell everybody responsible what waits; return how many were told, or None if this digest was sent before.

    The claim of the period and the notices are one transaction: a worker that dies between them leaves
    neither, and of two at once the second finds the claim.
    """
    today = clock.civil_date(now)
    period = f"{today.isoformat()}:{part.value}"
    if not claim_period(JOB, period, now=now):
        return None
    absent_on = today - timedelta(days=1) if part is Part.MORNING else None
    waiting = digest_queries.count_waiting(now, absent_on=absent_on)
    told = _by_account(waiting, now)
    for account_id, (stations, sums) in told.items():
        notices.tell(
            account_id,
            SENTENCES[part],
            _places(stations, sums, part),
            key=f"digest:{period}",
            link="/manage/reviews" if sums.automatic or sums.quarantined else "/manage/health",
            now=now,
        )
    return len(told)


def _by_account(waiting: dict[int, Waiting], now: datetime) -> dict[int, tuple[int, Waiting]]:
    """Return for each responsible account at how many of its stations something waits, and what together."""
    stations: dict[int, int] = defaultdict(int)
    sums: dict[int, Waiting] = defaultdict(Waiting)
    for station_id, accounts in digest_queries.find_responsible(waiting, now).items():
        for account_id in accounts:
            stations[account_id] += 1
            sums[account_id].add(waiting[station_id])
    return {account_id: (stations[account_id], sums[account_id]) for account_id in sorted(sums)}


def _places(stations: int, sums: Waiting, part: Part) -> dict[str, str | int]:
    places: dict[str, str | int] = {
        "stations": stations,
        "open": sums.open_after_end,
        "automatic": sums.automatic,
        "quarantined": sums.quarantined,
        "unsent": sums.unsent,
    }
    return places | {"absent": sums.absent} if part is Part.MORNING else places
