"""The sign-up ladder: may this person take this shift, and if not, the one reason that is told. Pure.

The rungs in order: already in, ended, cancelled or not published, full, not qualified, collides, too
early, closed, free. With several true the first is told. A full shift puts on the waiting list only
whom none of the later rungs stops.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from volunteer_hub.activities.models import ActivityState, SignUpState
from volunteer_hub.activities.states import LIVE
from volunteer_hub.core import clock
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers.ages import full_years


class Reason(StrEnum):
    """Where on the ladder the asker stopped."""

    ALREADY = "already"
    ENDED = "ended"
    CANCELLED = "cancelled"
    NOT_PUBLISHED = "not_published"
    FULL = "full"
    TOO_YOUNG = "too_young"
    NOT_IN_TEAM = "not_in_team"
    DECLINED = "declined"
    COLLIDES = "collides"
    TOO_EARLY = "too_early"
    CLOSED = "closed"
    FREE = "free"


SENTENCES: dict[Reason, str] = {
    Reason.ALREADY: N_("您已报名这个场次。"),
    Reason.ENDED: N_("这个场次已经结束。"),
    Reason.CANCELLED: N_("这个场次已取消。"),
    Reason.NOT_PUBLISHED: N_("这个活动目前不接受报名。"),
    Reason.FULL: N_("名额已满。"),
    Reason.TOO_YOUNG: N_("参加者须年满 %(age)s 周岁。"),
    Reason.NOT_IN_TEAM: N_("这个活动只面向“%(team)s”的队员。"),
    Reason.DECLINED: N_("负责人没有接受您在这个场次的报名，如有疑问请联系活动联系人。"),
    Reason.COLLIDES: N_("与您已报名的“%(title)s”（%(starts)s 至 %(ends)s）时间冲突。"),
    Reason.TOO_EARLY: N_("报名尚未开始，%(opens)s 起可以报名。"),
    Reason.CLOSED: N_("报名已于 %(closed)s 截止。"),
    Reason.FREE: N_("可以报名。"),
}


@dataclass(frozen=True)
class Place:
    """The shift as the ladder sees it."""

    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    activity_state: ActivityState = ActivityState.PUBLISHED
    is_cancelled: bool = False
    #: None is without limit.
    capacity: int | None = None
    taken: int = 0
    #: The name of the only team that may come; None where everybody may.
    only_team: str | None = None

    @property
    def is_full(self) -> bool:
        """Tell whether no place is left."""
        return self.capacity is not None and self.taken >= self.capacity


@dataclass(frozen=True)
class Engagement:
    """Another shift the person means to come to."""

    title: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Candidate:
    """The person who asks, with what the ladder needs to know."""

    born_on: date | None = None
    in_team: bool = False
    #: The state of an earlier sign-up to this very shift.
    here: SignUpState | None = None
    elsewhere: tuple[Engagement, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The one reason told, the values for its sentence, and whether the waiting list is open to the person."""

    reason: Reason
    params: dict[str, Any] = field(default_factory=dict)
    may_wait: bool = False

    @property
    def sentence(self) -> str:
        """Return the sentence's gettext key."""
        return SENTENCES[self.reason]


def judge(
    place: Place, candidate: Candidate, now: datetime, *, minimum_age: int, by_manager: bool = False
) -> Verdict:
    """Return the verdict. A manager adding someone at the door is not held by the window or an earlier refusal."""
    verdict = _standing(place, candidate, now)
    if verdict:
        return verdict
    obstacle = (
        _qualification(place, candidate, minimum_age)
        or (None if by_manager else _refused_before(candidate))
        or _collision(place, candidate.elsewhere)
        or (None if by_manager else _window(place, now))
    )
    if place.is_full:
        return Verdict(Reason.FULL, may_wait=obstacle is None)
    return obstacle or Verdict(Reason.FREE)


def overlap(starts_at: datetime, ends_at: datetime, other: Engagement) -> bool:
    """Tell whether two half-open stretches share time; touching ends do not."""
    return starts_at < other.ends_at and other.starts_at < ends_at


def wall(instant: datetime) -> str:
    """Return an instant as a sentence names it: by the wall clock, without the year."""
    return clock.local(instant).strftime("%m-%d %H:%M")


def _standing(place: Place, candidate: Candidate, now: datetime) -> Verdict | None:
    if candidate.here in LIVE:
        return Verdict(Reason.ALREADY)
    if now >= place.ends_at:
        return Verdict(Reason.ENDED)
    if place.is_cancelled or place.activity_state is ActivityState.CANCELLED:
        return Verdict(Reason.CANCELLED)
    if place.activity_state is not ActivityState.PUBLISHED:
        return Verdict(Reason.NOT_PUBLISHED)
    return None


def _qualification(place: Place, candidate: Candidate, minimum_age: int) -> Verdict | None:
    day = clock.civil_date(place.starts_at)
    if candidate.born_on is not None and full_years(candidate.born_on, day) < minimum_age:
        return Verdict(Reason.TOO_YOUNG, {"age": minimum_age})
    if place.only_team is not None and not candidate.in_team:
        return Verdict(Reason.NOT_IN_TEAM, {"team": place.only_team})
    return None


def _refused_before(candidate: Candidate) -> Verdict | None:
    return Verdict(Reason.DECLINED) if candidate.here is SignUpState.DECLINED else None


def _collision(place: Place, elsewhere: Iterable[Engagement]) -> Verdict | None:
    for other in elsewhere:
        if overlap(place.starts_at, place.ends_at, other):
            times = {"starts": wall(other.starts_at), "ends": wall(other.ends_at)}
            return Verdict(Reason.COLLIDES, {"title": other.title, **times})
    return None


def _window(place: Place, now: datetime) -> Verdict | None:
    """Sign-up is open from the opening instant on, and before the closing one."""
    if now < place.opens_at:
        return Verdict(Reason.TOO_EARLY, {"opens": wall(place.opens_at)})
    if now >= place.closes_at:
        return Verdict(Reason.CLOSED, {"closed": wall(place.closes_at)})
    return None
