"""Answers and lists as sheets: what the page shows, with what was asked, what it means, and who signs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from volunteer_hub.core import clock
from volunteer_hub.core.masking import mask_document, mask_mobile, mask_name
from volunteer_hub.core.paper import signature_line
from volunteer_hub.core.tabular import Column, Kind, Sheet, hours_of
from volunteer_hub.core.text import N_
from volunteer_hub.exchange.asked import asked_lines
from volunteer_hub.exchange.kinds import Say
from volunteer_hub.statistics import definitions
from volunteer_hub.statistics.answer import Answer, Cell
from volunteer_hub.statistics.definitions import CLASS_NAMES, CLASS_RULES, FIGURES, Ratio, Unit
from volunteer_hub.statistics.evidence import Crowd
from volunteer_hub.statistics.labels import HAVING
from volunteer_hub.statistics.question import Question
from volunteer_hub.volunteers.labels import ASSURANCES

KINDS = {
    Unit.PEOPLE: Kind.INTEGER,
    Unit.PERCENT: Kind.PERCENT,
    Unit.MINUTES: Kind.HOURS,
    Unit.HOURS_EACH: Kind.DECIMAL,
}
#: Sixteen columns must fit the width of an A4 sheet and be legible.
NARROW = 10


def ratio_sheets(answer: Answer, say: Say) -> tuple[Sheet, Sheet]:
    """Return the table of an answer, and what its figures mean."""
    return ratio_sheet(answer, say), _meanings(say)


def ratio_sheet(answer: Answer, say: Say) -> Sheet:
    """Return one row for the division and one for each part, with the question above and signatures below."""
    question = answer.question
    columns = [
        Column(say(N_("区划")), width=18),
        Column(say(N_("区划代码"))),
        *(Column(say(figure.name), KINDS[figure.unit], NARROW) for figure in FIGURES),
        *(Column(say(CLASS_NAMES[kind]) + say(N_("（小时）")), Kind.HOURS, NARROW) for kind in question.classes),
    ]
    return Sheet(
        name=say(N_("统计")),
        title=say(N_("%(place)s志愿服务统计"), {"place": answer.whole.name}),
        head=[*asked_lines(question, answer.full_name, say), _denominator(answer, say)],
        columns=columns,
        rows=[_ratio_row(cell, question, say, whole=cell is answer.whole) for cell in answer.cells],
        foot=list(_ratio_foot(answer, say)),
    )


def people_sheet(crowd: Crowd, place: str, people: Iterable[Any], say: Say) -> Sheet:
    """Return the people behind a number, masked, with their count and minutes below the last row."""
    total = _Total()
    return Sheet(
        name=say(N_("名单")),
        title=say(N_("%(place)s · %(who)s"), {"place": place, "who": say(HAVING[crowd.having])}),
        head=asked_lines(crowd.question, place, say),
        columns=[
            Column(say(N_("姓名")), width=12),
            Column(say(N_("志愿者编号")), width=24),
            Column(say(N_("证件号码")), width=24),
            Column(say(N_("手机")), width=16),
            Column(say(N_("居住地")), width=36),
            Column(say(N_("核验等级")), width=18),
            Column(say(N_("注册日期")), Kind.DATE),
            Column(say(N_("时长（小时）")), Kind.HOURS),
        ],
        rows=(_person_row(person, total, say) for person in people),
        foot=_people_foot(total, say),
    )


def _denominator(answer: Answer, say: Say) -> str:
    population = answer.whole.population
    said = f"{population.year} · {population.source}" if population else say(definitions.NO_POPULATION)
    return say(
        N_("人口数来源：%(source)s    数据版本：%(version)s"), {"source": said, "version": str(answer.version)}
    )


def _ratio_row(cell: Cell, question: Question, say: Say, *, whole: bool) -> list[Any]:
    name = say(N_("%(place)s（本级）"), {"place": cell.name}) if whole else cell.name
    return [
        say(cell.name) if cell.rest else name,
        cell.code,
        *(_value(cell, figure.key, figure.unit) for figure in FIGURES),
        *(cell.class_minutes[kind] for kind in question.classes),
    ]


def _value(cell: Cell, key: str, unit: Unit) -> Any:
    value = cell.figure(key)
    if isinstance(value, Ratio):
        return value.hours if unit is Unit.HOURS_EACH else value.share
    return value


def _ratio_foot(answer: Answer, say: Say) -> Iterator[Sequence[str]]:
    for name, sentence in answer.remarks():
        yield [say(N_("注：%(place)s，%(remark)s"), {"place": name, "remark": say(sentence)})]
    yield [say(definitions.NOT_ADDITIVE)]
    for figure in FIGURES:
        yield [say(figure.name) + say(N_("：")) + _rule(figure, say)]
    yield []
    yield signature_line(say)


def _rule(figure: definitions.Definition, say: Say) -> str:
    return say(figure.rule) + (f" ÷ {say(figure.of)}" if figure.of else "")


def _meanings(say: Say) -> Sheet:
    figures = [
        [
            say(figure.name),
            say(figure.rule),
            say(figure.of) if figure.of else "",
            say(figure.period),
            say(figure.classes),
            say(figure.source),
            figure.version,
        ]
        for figure in FIGURES
    ]
    classes = [
        [say(CLASS_NAMES[kind]), say(CLASS_RULES[kind]), "", "", "", say(definitions.LEDGER), None]
        for kind in CLASS_NAMES
    ]
    return Sheet(
        name=say(N_("口径说明")),
        columns=[
            Column(say(N_("指标")), width=26),
            Column(say(N_("分子或规则")), width=70),
            Column(say(N_("分母")), width=20),
            Column(say(N_("周期")), width=20),
            Column(say(N_("时长类别")), width=14),
            Column(say(N_("数据来源")), width=36),
            Column(say(N_("口径版本")), Kind.INTEGER, 8),
        ],
        rows=[*figures, *classes],
        foot=[[say(definitions.NOT_ADDITIVE)]],
    )


class _Total:
    """What has been written so far."""

    people = 0
    minutes = 0


def _person_row(person: Any, total: _Total, say: Say) -> list[Any]:
    total.people += 1
    total.minutes += person.minutes
    return [
        mask_name(person.name),
        mask_document(person.number),
        mask_document(person.document_number),
        mask_mobile(person.mobile),
        person.place,
        say(ASSURANCES[person.assurance]),
        clock.civil_date(person.registered_at),
        int(person.minutes),
    ]


def _people_foot(total: _Total, say: Say) -> Iterator[Sequence[str]]:
    yield [
        say(
            N_("合计 %(people)s 人，%(hours)s 小时"),
            {"people": str(total.people), "hours": str(hours_of(int(total.minutes)))},
        )
    ]
    yield signature_line(say)
