"""Makes a few real divisions of Xi'an district of Liaoyuan (220403), and population figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from volunteer_hub.core.db import db, transaction
from volunteer_hub.regions.models import AreaSettings, PopulationBase, PopulationFigure, Region

#: Before whatever the tests ask about, so that every instant of theirs knows it.
ENTERED = datetime(2011, 6, 1, tzinfo=UTC)

#: Code, name, level, parent; parents first.
ROWS = (
    ("220000000000", "吉林省", 1, None),
    ("220400000000", "辽源市", 2, "220000000000"),
    ("220403000000", "西安区", 3, "220400000000"),
    ("220403002000", "仙城街道", 4, "220403000000"),
    ("220403002001", "仙城社区", 5, "220403002000"),
    ("220403002002", "安康社区", 5, "220403002000"),
    ("220403003000", "东山街道", 4, "220403000000"),
    ("220403003001", "东山社区", 5, "220403003000"),
)


@dataclass(frozen=True)
class District:
    """Codes of the divisions made: one of each level above, two streets, three communities."""

    province: str = "220000000000"
    city: str = "220400000000"
    county: str = "220403000000"
    #: 仙城街道, with two communities.
    street: str = "220403002000"
    #: 东山街道, with one.
    other_street: str = "220403003000"
    #: 仙城社区 of the first street.
    community: str = "220403002001"
    #: 安康社区 of the first street.
    neighbour: str = "220403002002"
    #: 东山社区 of the other street.
    far_community: str = "220403003001"


def make_district() -> District:
    """Lay down the divisions, once a database; return their codes."""
    with transaction():
        full: dict[str | None, str] = {None: ""}
        for code, name, level, parent in ROWS:
            full[code] = full[parent] + name
            if db.session.get(Region, code) is None:
                db.session.add(Region(code=code, name=name, level=level, parent_code=parent, full_name=full[code]))
                db.session.flush()
    return District()


def make_population(
    region_code: str,
    value: int = 136_318,
    *,
    base: PopulationBase = PopulationBase.CENSUS,
    year: int = 2020,
    source: str = "第七次全国人口普查",
    at: datetime = ENTERED,
) -> PopulationFigure:
    """Return a population figure of a division."""
    with transaction():
        figure = PopulationFigure(
            region_code=region_code,
            base=base,
            year=year,
            value=value,
            source=source,
            entered_at=at,
            entered_by="tests",
        )
        db.session.add(figure)
    return figure


def make_settings(
    region_code: str, *, publishes_ratios: bool = False, counted_assurance: int = 0, at: datetime = ENTERED
) -> AreaSettings:
    """Return what an area has chosen for its figures."""
    with transaction():
        chosen = AreaSettings(
            region_code=region_code,
            publishes_ratios=publishes_ratios,
            counted_assurance=counted_assurance,
            chosen_at=at,
            chosen_by="tests",
        )
        db.session.add(chosen)
    return chosen
