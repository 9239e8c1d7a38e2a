"""Tables 11 to 17 of the Ministry of Civil Affairs' yearly report: filled where the data is, else a dash and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from volunteer_hub.core import clock
from volunteer_hub.core.paper import signature_line
from volunteer_hub.core.tabular import Column, Kind, Sheet
from volunteer_hub.core.text import N_
from volunteer_hub.exchange import ministry_counts
from volunteer_hub.exchange.kinds import Request, Say
from volunteer_hub.exchange.ministry_counts import Counts
from volunteer_hub.regions.labels import BASES
from volunteer_hub.regions.models import RegionLevel
from volunteer_hub.statistics import queries
from volunteer_hub.statistics.answer import Answer, Cell
from volunteer_hub.statistics.question import ALL_CLASSES, Question


@dataclass(frozen=True)
class Place:
    """One row: who was registered at the end of the year, the hours served until then and in it, and what stood."""

    register: Cell
    total: Cell
    year: Cell
    counts: Counts


#: Reads one figure of a row; None where this system holds no such data.
Reader = Callable[[Place], Any]


@dataclass(frozen=True)
class Item:
    """One figure of a table. Without a reader the cell is a dash, and `why` is printed below the table."""

    title: str
    kind: Kind
    read: Reader | None = None
    why: str = ""


@dataclass(frozen=True)
class Table:
    """One table of the report, with what must be said of its figures."""

    number: int
    name: str
    items: Sequence[Item]
    notes: Sequence[str] = ()


NO_REGISTER = N_("本系统不登记社会组织的法人登记信息，请按民政登记管理系统填报。")
NO_UNITS = N_("本系统按阵地和队伍记录，不登记机关、企事业单位内部的志愿服务组织。")
NO_NATIONAL = N_("本系统与全国志愿服务信息系统没有接口，请在全国系统中查询。")
NO_TRAINING = N_("本系统没有培训记录。")
NO_INCENTIVES = N_("本系统不登记激励政策、财政资金和福彩公益金。")
NO_FUNDS = N_("本系统不登记资金收支。")

TABLES = (
    Table(
        11,
        N_("志愿服务组织"),
        (
            Item(N_("社会团体（个）"), Kind.INTEGER, why=NO_REGISTER),
            Item(N_("社会服务机构（个）"), Kind.INTEGER, why=NO_REGISTER),
            Item(N_("基金会（个）"), Kind.INTEGER, why=NO_REGISTER),
            Item(N_("单位和社区内部志愿服务组织（个）"), Kind.INTEGER, why=NO_UNITS),
            Item(N_("志愿服务队伍（支）"), Kind.INTEGER, lambda place: place.counts.teams),
            Item(N_("其中：社区志愿服务队伍（支）"), Kind.INTEGER, lambda place: place.counts.community_teams),
            Item(N_("志愿服务站点（个）"), Kind.INTEGER, lambda place: place.counts.stations),
            Item(N_("其中：社区志愿服务站点（个）"), Kind.INTEGER, lambda place: place.counts.community_stations),
        ),
        (N_("队伍和站点为截止日期时已成立、未解散或关闭的；“社区”指登记在社区（村）一级的。"),),
    ),
    Table(
        12,
        N_("注册志愿者"),
        (
            Item(N_("注册志愿者总数（人）"), Kind.INTEGER, lambda place: place.register.registered),
            Item(N_("占当地居民人口比例（%）"), Kind.PERCENT, lambda place: place.register.registration_ratio.share),
            Item(N_("居民人口（人）"), Kind.INTEGER, lambda place: place.register.figure("population")),
            Item(N_("在全国志愿服务信息系统中注册的（人）"), Kind.INTEGER, why=NO_NATIONAL),
        ),
        (N_("居民人口的口径、年份和来源见表首；没有登记人口数的，比例显示“—”。"),),
    ),
    Table(
        13,
        N_("志愿服务培训"),
        (
            Item(N_("党政机关举办（期）"), Kind.INTEGER, why=NO_TRAINING),
            Item(N_("党政机关培训人数（人）"), Kind.INTEGER, why=NO_TRAINING),
            Item(N_("志愿服务组织举办（期）"), Kind.INTEGER, why=NO_TRAINING),
            Item(N_("志愿服务组织培训人数（人）"), Kind.INTEGER, why=NO_TRAINING),
            Item(N_("其他单位举办（期）"), Kind.INTEGER, why=NO_TRAINING),
            Item(N_("其他单位培训人数（人）"), Kind.INTEGER, why=NO_TRAINING),
        ),
    ),
    Table(
        14,
        N_("志愿服务时间"),
        (
            Item(N_("志愿服务总时数（小时）"), Kind.HOURS, lambda place: place.total.minutes),
            Item(N_("其中：当年（小时）"), Kind.HOURS, lambda place: place.year.minutes),
            Item(N_("当年有服务时长的志愿者（人）"), Kind.INTEGER, lambda place: place.year.with_hours),
        ),
        (N_("为截止日期时居住在本地的注册志愿者的时长，与统计页同一口径；当年按服务日期。"),),
    ),
    Table(
        15,
        N_("志愿服务记录工作"),
        (
            Item(
                N_("开展记录的县（市、区）（个）"),
                Kind.INTEGER,
                lambda place: place.counts.recording[RegionLevel.COUNTY],
            ),
            Item(
                N_("开展记录的街道（乡镇）（个）"),
                Kind.INTEGER,
                lambda place: place.counts.recording[RegionLevel.STREET],
            ),
            Item(
                N_("开展记录的社区（村）（个）"),
                Kind.INTEGER,
                lambda place: place.counts.recording[RegionLevel.COMMUNITY],
            ),
            Item(N_("开展记录的单位（个）"), Kind.INTEGER, why=NO_UNITS),
        ),
        (N_("截止日期前，辖区内有阵地的服务时长入账的，即为开展记录；按阵地所在地计。"),),
    ),
    Table(
        16,
        N_("志愿服务激励"),
        (
            Item(N_("出台激励政策（项）"), Kind.INTEGER, why=NO_INCENTIVES),
            Item(N_("财政资金（万元）"), Kind.DECIMAL, why=NO_INCENTIVES),
            Item(N_("福利彩票公益金（万元）"), Kind.DECIMAL, why=NO_INCENTIVES),
        ),
    ),
    Table(
        17,
        N_("志愿服务资金"),
        (
            Item(N_("资金收入（万元）"), Kind.DECIMAL, why=NO_FUNDS),
            Item(N_("资金支出（万元）"), Kind.DECIMAL, why=NO_FUNDS),
        ),
    ),
)


def make(request: Request) -> Iterable[Sheet]:
    """Return the seven tables for a year, one row for the division and one for each part. Raises NotFound.

    The register is as it was at the end of that year, or at the question's instant if that comes first; the
    hours are those served until then and known at the question's instant: December's are recorded in January.
    """
    say, question = request.say, request.question
    year = request.report_year or clock.civil_date(question.as_of).year
    ended = min(clock.end_of(date(year, 12, 31)), question.as_of)
    asked = replace(question, since=None, until=None, classes=ALL_CLASSES, live=False)
    register = queries.ratios(replace(asked, as_of=ended), request.scope)
    total = queries.ratios(replace(asked, until=date(year, 12, 31)), request.scope)
    this = queries.ratios(replace(asked, since=date(year, 1, 1), until=date(year, 12, 31)), request.scope)
    places = _places(register, total, this, ministry_counts.count(question.region, ended))
    head = _head(register, question, year, say)
    return [_sheet(table, places, register, head, say) for table in TABLES]


def _places(register: Answer, total: Answer, this: Answer, ground: ministry_counts.Ground) -> list[Place]:
    ever, of_year = ({cell.code: cell for cell in answer.cells if not cell.rest} for answer in (total, this))
    return [
        Place(cell, ever[cell.code], of_year[cell.code], ground.within(cell.code))
        for cell in register.cells
        if not cell.rest and cell.code in ever and cell.code in of_year
    ]


def _sheet(table: Table, places: Sequence[Place], answer: Answer, head: Sequence[str], say: Say) -> Sheet:
    numbered = {"number": str(table.number), "name": say(table.name)}
    whole = say(N_("%(place)s（本级）"), {"place": answer.whole.name})
    return Sheet(
        name=say(N_("表%(number)s %(name)s"), numbered),
        title=say(N_("表%(number)s  %(name)s情况"), numbered),
        head=head,
        columns=[
            Column(say(N_("地区")), width=20),
            *(Column(say(item.title), item.kind, 14) for item in table.items),
        ],
        rows=[
            [whole if place.register is answer.whole else place.register.name, *_figures(table, place)]
            for place in places
        ],
        foot=[*_why(table, say), *([say(note)] for note in table.notes), signature_line(say)],
    )


def _figures(table: Table, place: Place) -> list[Any]:
    return [item.read(place) if item.read else None for item in table.items]


def _head(answer: Answer, question: Question, year: int, say: Say) -> list[str]:
    population = answer.whole.population
    source = f"{population.year} · {population.source}" if population else say(N_("没有人口数"))
    ended, known = _minute(answer.question.as_of), _minute(question.as_of)
    return [
        say(
            N_("填报地区：%(place)s    报告年份：%(year)s    截止日期：%(ended)s    时长入账截至：%(known)s"),
            {"place": answer.full_name, "year": str(year), "ended": ended, "known": known},
        ),
        say(
            N_("居民人口：%(base)s，%(source)s    数据版本：%(version)s"),
            {"base": say(BASES[question.base]), "source": source, "version": str(answer.version)},
        ),
    ]


def _minute(instant: datetime) -> str:
    return f"{clock.local(instant):%Y-%m-%d %H:%M}"


def _why(table: Table, say: Say) -> Iterable[Sequence[str]]:
    """Yield each reason for a dash once, with the figures it is about."""
    reasons = dict.fromkeys(item.why for item in table.items if item.read is None)
    for why in reasons:
        titles = say(N_("、")).join(say(item.title) for item in table.items if item.why == why)
        yield [say(N_("“—”：%(titles)s，%(why)s"), {"titles": titles, "why": say(why)})]
