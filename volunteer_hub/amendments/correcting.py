"""The rules of a correction: which new times may be proposed for credited hours. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from volunteer_hub.amendments.making_up import wall
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.policy import Policy


@dataclass(frozen=True)
class Times:
    """From when to when somebody served."""

    in_at: datetime
    out_at: datetime


def bounds(policy: Policy, *, scanned: Times, planned: Times, is_make_up: bool) -> Times:
    """Return the longest stay that may be proposed.

    Beyond what the scans show, only the plan, with the policy's tolerance, can carry more. A make-up is
    never made longer: that would pass by the person, who was asked about the times as they were.
    """
    if is_make_up:
        return scanned
    early = timedelta(minutes=policy.in_opens_before if policy.early_in_counts else 0)
    late = timedelta(minutes=policy.late_out_tolerance)
    return Times(min(scanned.in_at, planned.in_at - early), max(scanned.out_at, planned.out_at + late))


def check_new_times(new: Times, *, old: Times, within: Times, now: datetime) -> None:
    """Refuse new times that run backwards, change nothing, lie outside the bounds or in the future."""
    if new.out_at <= new.in_at:
        raise DomainError("backwards", N_("离开时间应晚于到达时间。"), field="out_at")
    if new == old:
        raise DomainError("nothing_changes", N_("新时间与原来相同，没有要更正的。"), field="in_at")
    if new.out_at > now:
        raise DomainError("in_the_future", N_("离开时间还没有到。"), field="out_at")
    if new.in_at < within.in_at or new.out_at > within.out_at:
        raise DomainError(
            "beyond_evidence",
            N_("最多可以更正为 %(from_)s 至 %(to)s；更长的时间没有依据。"),
            field="in_at" if new.in_at < within.in_at else "out_at",
            from_=wall(within.in_at),
            to=wall(within.out_at),
        )
