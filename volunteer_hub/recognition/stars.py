"""Star levels: which an area has, which one somebody stands at, and how far the next is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursClass

EVERY_CLASS = frozenset(HoursClass)
#: A level asks for no more than a lifetime holds.
MOST_HOURS = 100_000


@dataclass(frozen=True)
class Star:
    """A level and the minutes of service from which it is reached."""

    level: int
    minutes: int
    name: str

    @property
    def hours(self) -> int:
        """Return the whole hours it asks for."""
        return self.minutes // 60


@dataclass(frozen=True)
class StarRule:
    """The levels that hold for an area, lowest first, and which classes of hours count towards them."""

    stars: tuple[Star, ...]
    classes: frozenset[HoursClass]
    source: str
    #: The area that chose them; None where none has.
    chosen_by: str | None = None

    def counted(self, by_class: Mapping[HoursClass, int]) -> int:
        """Return the minutes that count towards stars."""
        return sum(minutes for kind, minutes in by_class.items() if kind in self.classes)


#: What levels are called where nobody calls them otherwise.
NAMES = {
    1: N_("一星级"),
    2: N_("二星级"),
    3: N_("三星级"),
    4: N_("四星级"),
    5: N_("五星级"),
    6: N_("六星级"),
    7: N_("七星级"),
}
#: What holds where no area has chosen.
DEFAULT = StarRule(
    tuple(Star(level, hours * 60, NAMES[level]) for level, hours in enumerate((100, 300, 600, 1000, 1500), 1)),
    EVERY_CLASS,
    N_("民政部《志愿服务记录办法》征求意见稿（2012）及省级星级认定办法通行的 100、300、600、1000、1500 小时"),
)


@dataclass(frozen=True)
class StarStanding:
    """Where somebody stands: the minutes that count, the level reached, the next one and what is missing."""

    minutes: int
    present: Star | None
    following: Star | None
    #: Minutes missing to the next level; 0 at the highest.
    left: int
    #: How much of the way from the present level to the next is done, in whole percent.
    percent: int


def standing(rule: StarRule, by_class: Mapping[HoursClass, int]) -> StarStanding:
    """Return where somebody with these minutes stands."""
    minutes = rule.counted(by_class)
    present = reached(rule.stars, minutes)
    following = next((star for star in rule.stars if star.minutes > minutes), None)
    if following is None:
        return StarStanding(minutes, present, None, 0, 100)
    begin = present.minutes if present else 0
    done = (minutes - begin) * 100 // (following.minutes - begin)
    return StarStanding(minutes, present, following, following.minutes - minutes, done)


def reached(stars: Sequence[Star], minutes: int) -> Star | None:
    """Return the highest level that so many minutes reach, or None."""
    return next((star for star in reversed(stars) if minutes >= star.minutes), None)


def check_levels(hours: Sequence[int]) -> None:
    """Refuse levels that do not rise, ask for nothing, or are none at all."""
    if not hours:
        raise DomainError("no_levels", N_("至少要有一个星级。"), field="hours_1")
    for number, (lower, higher) in enumerate(zip((0, *hours), hours, strict=False), 1):
        if not lower < higher <= MOST_HOURS:
            raise DomainError(
                "not_rising", N_("每一级的小时数都要比前一级多。"), field=f"hours_{number}", number=number
            )
