"""The ground the demonstration stands on: divisions, population figures, and what the area has chosen."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from random import Random

from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.demo.places import Street
from volunteer_hub.demo.plan import CENSUS_POPULATION, CENSUS_YEAR, DISTRICT, DISTRICT_PREFIX, STREETS
from volunteer_hub.ledger import queries as ledger_queries
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HourPolicy
from volunteer_hub.ledger.policy import Policy
from volunteer_hub.ledger.queries import PolicyVersion
from volunteer_hub.regions import service as regions
from volunteer_hub.regions.divisions import read_divisions
from volunteer_hub.regions.models import PopulationBase
from volunteer_hub.statistics import targets_service as targets
from volunteer_hub.statistics.targets_service import Aim

#: Who made it, wherever a row names its maker: removal goes by this word.
MAKER = Actor(None, "演示数据")
CENSUS_SOURCE = "第七次全国人口普查；由已公布的注册人数 25,028 与注册率 18.36% 反推"
#: When the census was published, and the office of the demonstration entered it: figures of past days know it.
ENTERED_AT = datetime(2021, 5, 11, 2, tzinfo=UTC)
#: Percent of the population, percent of the registered, hours for each of them.
TARGETS = {"registration_ratio": "13", "hours_ratio": "50", "hours_per_registered": "25"}
TARGETS_YEAR = 2021
TARGETS_SOURCE = "演示数据（虚构）：按常见的测评要求设的目标"
SPLIT_SOURCE = "演示数据（虚构）：按街道拆分的普查人口"


def load_ground(*, now: datetime) -> int:
    """Load the district's divisions, population and settings; return how many divisions were new."""
    loaded = regions.load_divisions(MAKER, list(read_divisions(DISTRICT_PREFIX)), now=now)
    for code, value, source in _populations():
        regions.set_population(MAKER, code, PopulationBase.CENSUS, CENSUS_YEAR, value, source, now=ENTERED_AT)
    for figure, threshold in TARGETS.items():
        targets.set_target(
            MAKER, DISTRICT, Aim(figure, TARGETS_YEAR, Decimal(threshold), TARGETS_SOURCE), now=ENTERED_AT
        )
    regions.choose_settings(MAKER, DISTRICT, publishes_ratios=True, counted_assurance=0, now=ENTERED_AT)
    return loaded.added


def add_policy(prefix: str = DISTRICT_PREFIX, *, now: datetime) -> PolicyVersion:
    """Add a district's hour policy, the usual one but for the least stay: whoever tries it need not wait long."""
    rules = Policy(least_minutes=1).as_rules()
    db.session.add(
        HourPolicy(
            region_prefix=prefix,
            version=1,
            effective_from=ledger.THE_BEGINNING,
            rules=rules,
            created_at=now,
            created_by=MAKER.label,
        )
    )
    db.session.flush()
    ledger_queries.forget_policies()
    return ledger.policy_for(prefix.ljust(12, "0"), now, now=now)


def weights(streets: list[Street], random: Random) -> dict[str, float]:
    """Return how many volunteers each community is to have, relative to the others."""
    found: dict[str, float] = {}
    for street in streets:
        share, eagerness = STREETS[street.code]
        sizes = [random.uniform(0.6, 1.5) for _ in street.communities]
        for (code, _), size in zip(street.communities, sizes, strict=True):
            found[code] = share * eagerness * size / sum(sizes)
    return found


def _populations() -> list[tuple[str, int, str]]:
    """List the district's figure, which is published, and a split of it that is invented and says so."""
    parts = {code: round(CENSUS_POPULATION * share) for code, (share, _) in STREETS.items()}
    last = next(reversed(parts))
    parts[last] += CENSUS_POPULATION - sum(parts.values())
    return [(DISTRICT, CENSUS_POPULATION, CENSUS_SOURCE)] + [
        (code, value, SPLIT_SOURCE) for code, value in parts.items()
    ]
