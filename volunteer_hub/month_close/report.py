"""A closed document as paper: the tables that were signed, what they mean, what was restated, and who signed.

Always in Chinese, whatever language the signer reads: the same document gives the same pages. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from volunteer_hub.core import clock, paper
from volunteer_hub.core.tabular import Column, Kind, Sheet, hours_of
from volunteer_hub.core.text import N_
from volunteer_hub.month_close import content
from volunteer_hub.month_close.content import Json
from volunteer_hub.month_close.labels import CLASSES, KIND_HOURS, PERIODS
from volunteer_hub.regions.labels import BASES
from volunteer_hub.regions.models import PopulationBase
from volunteer_hub.statistics.definitions import Unit

KINDS = {
    Unit.PEOPLE: Kind.INTEGER,
    Unit.PERCENT: Kind.PERCENT,
    Unit.MINUTES: Kind.HOURS,
    Unit.HOURS_EACH: Kind.DECIMAL,
    Unit.TIMES: Kind.INTEGER,
    Unit.ACTIVITIES: Kind.INTEGER,
    Unit.EACH: Kind.DECIMAL,
}
NARROW = 10
#: Restated figures printed for one month and period; the document has them all.
PRINTED = 2000
TITLE = N_("%(place)s %(month)s 志愿服务月结报告（第 %(version)s 版）")


def write(document: Json, *, sha256: str) -> bytes:
    """Return a closed document as PDF, with the sum of the document at the foot of every page."""
    said = document["content"]
    return paper.write_pdf(
        [*_tables(document), *_targets(said), _meanings(said["meanings"]), *_restatements(said)],
        title=title(said),
        author=said["region"]["name"],
        note=N_("月结文件 SHA-256：%(sum)s") % {"sum": sha256},
    )


def title(said: Json) -> str:
    """Return the name of a report."""
    return TITLE % {"place": said["region"]["name"], "month": said["month"], "version": said["version"]}


def moment(text: str) -> str:
    """Return a kept instant by the wall clock."""
    return f"{clock.local(content.read_instant(text)):%Y-%m-%d %H:%M:%S}"


def _tables(document: Json) -> Iterator[Sheet]:
    said = document["content"]
    units = content.units(said["meanings"])
    names = {figure["key"]: figure["name"] for figure in said["meanings"]["figures"]}
    for table in said["tables"]:
        yield Sheet(
            name=PERIODS[table["period"]],
            title=title(said),
            head=[*_asked(said, table), *(_signed(document) if table is said["tables"][0] else [])],
            columns=[
                Column(N_("区划"), width=18),
                *(Column(names[key], KINDS[unit], NARROW) for key, unit in units.items()),
                *(Column(KIND_HOURS % {"kind": kind}, Kind.HOURS, NARROW) for kind in table["classes"]),
            ],
            rows=[_row(cell, units, table["classes"]) for cell in table["cells"]],
            foot=[
                *_sources(table),
                [said["meanings"]["note"]],
                *([paper.signature_line(str)] if table is said["tables"][0] else []),
            ],
        )


def _asked(said: Json, table: Json) -> list[str]:
    begin = table["since"] or N_("有记录以来")
    places = {"since": begin, "until": table["until"], "at": moment(said["as_of"])}
    version = said["data_version"]
    return [
        N_("%(period)s · %(classes)s") % {"period": PERIODS[table["period"]], "classes": CLASSES[table["classes"]]},
        N_("服务日期：%(since)s 至 %(until)s    截止时点：%(at)s") % places,
        N_("人口口径：%(base)s    数据版本：L%(ledger)s-S%(standings)s")
        % {"base": BASES[PopulationBase(table["base"])], **version},
    ]


def _signed(document: Json) -> list[str]:
    filed, reviewed = document["signatures"]
    previous = document["previous"]
    return [
        N_("填报人：%(name)s（%(at)s）") % {"name": filed["name"], "at": moment(filed["at"])},
        N_("审核人：%(name)s（%(at)s）") % {"name": reviewed["name"], "at": moment(reviewed["at"])},
        N_("签字内容 SHA-256：%(sum)s") % {"sum": document["digest"]},
        N_("上一份月结 SHA-256：%(sum)s") % {"sum": previous["sha256"] if previous else N_("无，这是第一份")},
    ]


def _sources(table: Json) -> Iterator[Sequence[str]]:
    for cell in table["cells"]:
        known = cell["population"]
        if known:
            yield [
                N_("%(place)s人口数：%(value)s（%(base)s %(year)s，%(source)s）")
                % {**known, "place": cell["name"], "base": BASES[PopulationBase(known["base"])]}
            ]
    levels = {cell["name"]: cell["counted_assurance"] for cell in table["cells"] if cell["counted_assurance"]}
    for name, level in levels.items():
        yield [N_("%(place)s：身份核验等级 %(level)s 级及以上计入。") % {"place": name, "level": level}]


def _row(cell: Json, units: dict[str, Unit], classes: str) -> list[Any]:
    return [
        cell["name"],
        *(content.value(cell["figures"].get(key)) for key in units),
        *(cell["class_minutes"][kind] for kind in classes),
    ]


def _targets(said: Json) -> Iterator[Sheet]:
    names = {figure["key"]: figure["name"] for figure in said["meanings"]["figures"]}
    units = content.units(said["meanings"])
    if said["targets"]:
        yield Sheet(
            name=N_("目标"),
            title=N_("%(place)s的目标") % {"place": said["region"]["name"]},
            columns=[
                Column(N_("指标"), width=26),
                Column(N_("年份"), width=8),
                Column(N_("目标"), width=12),
                Column(N_("还差"), width=14),
                Column(N_("依据"), width=50),
            ],
            rows=[
                [
                    names[target["figure"]],
                    str(target["year"]),
                    threshold(target, units[target["figure"]]),
                    missing(target, units[target["figure"]]),
                    target["source"],
                ]
                for target in said["targets"]
            ],
        )


def threshold(target: Json, unit: Unit) -> str:
    """Return a kept target's threshold as it is printed."""
    number = (Decimal(target["hundredths"]) / 100).normalize()
    return f"{number:,f}%" if unit is Unit.PERCENT else f"{number:,f}"


def missing(target: Json, unit: Unit) -> str:
    """Return how far a target is as it is printed: people, or hours rounded up; a dash where it was not measured."""
    if target["missing"] is None:
        return "—"
    lacking = max(0, target["missing"])
    return f"{-(-lacking // 60):,}" if unit is Unit.HOURS_EACH else f"{lacking:,}"


def _meanings(meanings: Json) -> Sheet:
    classes = [[each["name"], each["rule"], "", ""] for each in meanings["classes"].values()]
    return Sheet(
        name=N_("口径说明"),
        head=[N_("口径 SHA-256：%(sum)s") % {"sum": meanings["sha256"]}],
        columns=[
            Column(N_("指标"), width=20),
            Column(N_("分子或规则"), width=50),
            Column(N_("分母"), width=16),
            Column(N_("数据来源"), width=30),
        ],
        rows=[
            *([each["name"], each["rule"], each["of"], each["source"]] for each in meanings["figures"]),
            *classes,
        ],
    )


def _restatements(said: Json) -> Iterator[Sheet]:
    units = content.units(said["meanings"])
    names = {figure["key"]: figure["name"] for figure in said["meanings"]["figures"]}
    for restated in said["restatements"]:
        entries = restated["entries"]
        yield Sheet(
            name=N_("更正"),
            title=N_("%(month)s 月结之后的更正（%(period)s）")
            % {"month": restated["month"], "period": PERIODS[restated["period"]]},
            head=[_behind(entries), *_left_out(restated)],
            columns=[
                Column(N_("区划"), width=18),
                Column(N_("指标"), width=24),
                Column(N_("时长类别"), width=12),
                Column(N_("原数"), width=12),
                Column(N_("现数"), width=12),
                Column(N_("差额"), width=12),
            ],
            rows=[
                [
                    each["name"],
                    names.get(each["key"], each["key"]),
                    each["classes"],
                    *_numbers(each, units),
                ]
                for each in restated["differences"][:PRINTED]
            ],
        )
        yield _entries(restated)


def _left_out(restated: Json) -> list[str]:
    more = len(restated["differences"]) - PRINTED
    return [N_("另有 %(n)s 个数字的更正见 JSON 文件。") % {"n": more}] if more > 0 else []


def _behind(entries: Json) -> str:
    return N_("涉及时长记录 %(count)s 条，合计 %(hours)s 小时。") % {
        "count": entries["count"],
        "hours": hours_of(entries["minutes"]),
    }


def _entries(restated: Json) -> Sheet:
    return Sheet(
        name=N_("更正明细"),
        title=N_("%(month)s 月结之后的更正（%(period)s）")
        % {"month": restated["month"], "period": PERIODS[restated["period"]]},
        head=[_behind(restated["entries"])],
        columns=[
            Column(N_("记录编号"), Kind.INTEGER, 10),
            Column(N_("服务日期"), Kind.DATE, 12),
            Column(N_("类别"), width=6),
            Column(N_("小时"), Kind.HOURS, 10),
            Column(N_("入账时间"), width=20),
            Column(N_("记录人"), width=12),
            Column(N_("批准人"), width=12),
            Column(N_("理由"), width=30),
        ],
        rows=[
            [
                each["id"],
                date.fromisoformat(each["service_on"]),
                each["class"],
                each["minutes"],
                moment(each["recorded_at"]),
                each["recorder"] or "",
                each["approver"] or "",
                each["reason"] or "",
            ]
            for each in restated["entries"]["listed"]
        ],
    )


def _numbers(difference: Json, units: dict[str, Unit]) -> list[str]:
    """Return a kept difference's three numbers as they are printed."""
    unit = units.get(difference["key"], Unit.PEOPLE)
    numbers = [difference[part] for part in ("was", "now", "difference")]
    return [show(None if number is None else Decimal(number), unit) for number in numbers]


def show(number: int | Decimal | None, unit: Unit) -> str:
    """Return a figure as pages and paper print it; a dash where there is none."""
    if number is None:
        return "—"
    if unit is Unit.MINUTES:
        return f"{hours_of(int(number)):,}"
    if unit is Unit.PERCENT:
        return f"{(Decimal(number) * 100).quantize(Decimal('0.01')):,}%"
    return f"{number:,}"
