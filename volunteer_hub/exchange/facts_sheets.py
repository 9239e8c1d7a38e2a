"""服务明细: the services of a question along every dimension, a sheet each, as the page of facts counts them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from volunteer_hub.core.paper import signature_line
from volunteer_hub.core.tabular import Column, Kind, Sheet
from volunteer_hub.core.text import N_
from volunteer_hub.exchange.asked import listed_lines
from volunteer_hub.exchange.kinds import Request, Say
from volunteer_hub.statistics.definitions import CLASS_NAMES, Definition, Unit
from volunteer_hub.statistics.facts import Fact, FactsAnswer, facts
from volunteer_hub.statistics.facts_question import By, FactsQuestion
from volunteer_hub.statistics.further_definitions import ATTRIBUTION, FACTS, PEOPLE_NOT_ADDITIVE
from volunteer_hub.statistics.labels import DIMENSIONS

FILTERS = N_("阵地和队伍：%(names)s（含下级）")


def make(request: Request) -> Iterator[Sheet]:
    """Yield a sheet for each dimension, then what the figures mean. Raises NotFound with the first."""
    for by in By:
        asked = FactsQuestion(request.question, by=by, station=request.station_id, team=request.team_id)
        yield _sheet(facts(asked, request.scope), request.say)
    yield _meanings(request.say)


def _sheet(answer: FactsAnswer, say: Say) -> Sheet:
    question, along = answer.asked.question, say(DIMENSIONS[answer.asked.by])
    narrowed = [say(FILTERS, {"names": say(N_("、")).join(answer.filters.values())})] if answer.filters else []
    return Sheet(
        name=say(N_("按%(dimension)s"), {"dimension": along}),
        title=say(N_("%(place)s服务明细（按%(dimension)s）"), {"place": answer.whole.name, "dimension": along}),
        head=[
            *listed_lines(question, answer.full_name, say),
            *narrowed,
            say(N_("数据版本：%(version)s"), {"version": answer.version}),
        ],
        columns=[
            Column(along, width=28),
            *(Column(say(figure.name), _kind(figure), 12) for figure in FACTS),
            *(Column(say(CLASS_NAMES[kind]) + say(N_("（小时）")), Kind.HOURS, 12) for kind in question.classes),
        ],
        rows=[_row(answer, row, say) for row in (answer.whole, *answer.rows)],
        foot=list(_foot(say)),
    )


def _kind(figure: Definition) -> Kind:
    return Kind.HOURS if figure.unit is Unit.MINUTES else Kind.INTEGER


def _row(answer: FactsAnswer, row: Fact, say: Say) -> list[Any]:
    whole = say(N_("%(place)s（合计）"), {"place": row.name})
    name = say(row.name) if row.is_marked else row.name
    minutes = (row.class_minutes.get(kind, 0) for kind in answer.asked.question.classes)
    return [whole if row is answer.whole else name, *(getattr(row, figure.key) for figure in FACTS), *minutes]


def _foot(say: Say) -> Iterable[Sequence[str]]:
    yield [say(PEOPLE_NOT_ADDITIVE)]
    yield [say(ATTRIBUTION)]
    yield signature_line(say)


def _meanings(say: Say) -> Sheet:
    return Sheet(
        name=say(N_("口径说明")),
        columns=[
            Column(say(N_("指标")), width=16),
            Column(say(N_("规则")), width=90),
            Column(say(N_("周期")), width=24),
            Column(say(N_("时长类别")), width=14),
            Column(say(N_("数据来源")), width=36),
            Column(say(N_("口径版本")), Kind.INTEGER, 8),
        ],
        rows=[
            [say(one.name), say(one.rule), say(one.period), say(one.classes), say(one.source), one.version]
            for one in FACTS
        ],
    )
