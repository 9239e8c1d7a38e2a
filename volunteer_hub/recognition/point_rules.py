"""How many points an hour of each class is worth, and what a line of the ledger earns. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions.codes import codes_above


@dataclass(frozen=True)
class Rates:
    """Points for a full hour, by class. `id` is the row they stand in; None for those that hold where none is."""

    per_hour: dict[HoursClass, int]
    id: int | None = None

    def worth(self, minutes: int, hours_class: HoursClass) -> int:
        """Return what a line is worth: full hours only, so that 119 minutes earn what 60 do."""
        return minutes // 60 * self.per_hour[hours_class]


#: What holds where no area has set any: imported hours were rewarded where they were served.
DEFAULT = Rates({HoursClass.A: 1, HoursClass.B: 1, HoursClass.C: 1, HoursClass.D: 0})


@dataclass(frozen=True)
class DatedRates:
    """What one area gives from an instant on."""

    region_code: str
    since: datetime
    rates: Rates


def rates_for(known: list[DatedRates], region_code: str, recorded_at: datetime) -> Rates:
    """Return what held for an area when a line was entered: the latest of its own, else of the nearest above."""
    for area in reversed([*codes_above(region_code), region_code]):
        held = [one for one in known if one.region_code == area and one.since <= recorded_at]
        if held:
            return max(held, key=lambda one: one.since).rates
    return DEFAULT
