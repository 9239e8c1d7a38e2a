"""Sets targets and takes them back; what was said before is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from volunteer_hub.audit import service as audit
from volunteer_hub.core import dialect
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursClass
from volunteer_hub.regions.models import PopulationBase
from volunteer_hub.statistics.definitions import BY_KEY, Unit
from volunteer_hub.statistics.targets import FIGURES, WITH_A_BASIS
from volunteer_hub.statistics.targets_models import Over, Target

EARLIEST_YEAR, LATEST_YEAR = 1949, 2200
MOST = Decimal(1_000_000_000)


@dataclass(frozen=True)
class Aim:
    """What a target says."""

    figure: str
    year: int
    threshold: Decimal
    source: str
    over: Over = Over.EVER
    classes: tuple[HoursClass, ...] = tuple(HoursClass)
    base: PopulationBase = PopulationBase.CENSUS

    @property
    def basis(self) -> str:
        """Return the population's base where the figure has one."""
        return self.base.value if self.figure in WITH_A_BASIS else ""


def set_target(actor: Actor, region_code: str, aim: Aim, *, now: datetime) -> Target:
    """Set what an area is to reach, from now on; leaves a row in the trail.

    Raises DomainError at the field at fault.
    """
    _check(aim)
    held = _take_turn_at(region_code, aim.figure, aim.year, aim.basis)
    target = Target(
        region_code=region_code,
        figure=aim.figure,
        year=aim.year,
        basis=aim.basis,
        over=aim.over,
        classes="".join(kind.value for kind in HoursClass if kind in aim.classes),
        hundredths=int(aim.threshold * 100),
        source=aim.source.strip(),
    )
    return _enter(actor, "statistics.set_target", target, held, now=now)


def withdraw_target(actor: Actor, region_code: str, target_id: int, *, now: datetime) -> None:
    """Let a target of an area's own hold no longer. Raises NotFound where it does not hold."""
    said = db.session.get(Target, target_id)
    if said is None or said.region_code != region_code:
        raise NotFound
    held = _take_turn_at(region_code, said.figure, said.year, said.basis)
    if held is None or held.withdrawn or held.id != target_id:
        raise NotFound
    kept = {
        name: getattr(held, name) for name in ("figure", "year", "basis", "over", "classes", "hundredths", "source")
    }
    gone = Target(region_code=region_code, withdrawn=True, **kept)
    _enter(actor, "statistics.withdraw_target", gone, held, now=now)


def _take_turn_at(region_code: str, figure: str, year: int, basis: str) -> Target | None:
    """Return what was said last, once nobody else is saying anything."""
    dialect.take_turn(db.session, f"target:{region_code}:{figure}:{year}:{basis}")
    statement = select(Target).filter_by(region_code=region_code, figure=figure, year=year, basis=basis)
    return db.session.scalar(statement.order_by(Target.version.desc()).limit(1))


def _enter(actor: Actor, action: str, target: Target, held: Target | None, *, now: datetime) -> Target:
    # Who waited for another's turn came later, whatever their clocks say.
    target.set_at = max(now, held.set_at) if held else now
    target.set_by = actor.label
    target.version = held.version + 1 if held else 1
    db.session.add(target)
    db.session.flush()
    audit.record(
        actor,
        action,
        "target",
        target.id,
        now=now,
        region=target.region_code,
        figure=target.figure,
        year=target.year,
        basis=target.basis,
        hundredths=target.hundredths,
        old_hundredths=held.hundredths if held and not held.withdrawn else None,
        source=target.source,
    )
    return target


def _check(aim: Aim) -> None:
    if aim.figure not in FIGURES:
        raise DomainError("figure_unknown", N_("请选择列表中的一项。"), field="figure")
    if not EARLIEST_YEAR <= aim.year <= LATEST_YEAR:
        raise DomainError("year_out_of_range", N_("年份应为四位数字。"), field="year")
    if not 0 < aim.threshold <= MOST or aim.threshold * 100 != int(aim.threshold * 100):
        raise DomainError("threshold_wrong", N_("目标值应大于 0，最多两位小数。"), field="threshold")
    if BY_KEY[aim.figure].unit is Unit.PERCENT and aim.threshold > 100:
        raise DomainError("threshold_above_whole", N_("百分比目标不能超过 100。"), field="threshold")
    if not aim.classes:
        raise DomainError("bad_classes", N_("时长类别只有 A、B、C、D，至少选一类。"), field="classes")
    if not aim.source.strip():
        raise DomainError("source_missing", N_("请写明目标的文件依据。"), field="source")
    if len(aim.source.strip()) > 200:
        raise DomainError("source_too_long", N_("文件依据最多 200 个字。"), field="source")
