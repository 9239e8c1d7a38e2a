"""更正: what was signed at a month's close and is known better since, with the ledger entries behind it."""

from __future__ import annotations

from typing import Any

from volunteer_hub.core.tabular import Column, Kind, Sheet
from volunteer_hub.core.text import N_
from volunteer_hub.exchange.kinds import Request, Say
from volunteer_hub.month_close.labels import CLASSES, PERIODS
from volunteer_hub.month_close.report import show
from volunteer_hub.month_close.restating import Restated, list_restated
from volunteer_hub.statistics.definitions import BY_KEY, Unit

#: Ledger numbers named in one cell; of more, their count is told.
NAMED = 20


def restated_sheet(request: Request) -> Sheet:
    """Return what has changed in the division's closed months up to the question's instant. Raises NotFound."""
    say, question = request.say, request.question
    found = list_restated(question.region, request.scope, now=question.as_of)
    nothing = [[say(N_("截至该时点，已月结的数字没有更正。"))]]
    return Sheet(
        name=say(N_("更正")),
        title=say(N_("月结后的更正")),
        head=[say(N_("已月结的报表不改；月结以后入账或冲正的时长，在这里列出差额和记录编号。"))],
        columns=[
            Column(say(N_("月份")), width=10),
            Column(say(N_("版次")), Kind.INTEGER, 6),
            Column(say(N_("周期")), width=12),
            Column(say(N_("时长类别")), width=20),
            Column(say(N_("区划")), width=18),
            Column(say(N_("指标")), width=22),
            Column(say(N_("月结时")), width=14),
            Column(say(N_("现在")), width=14),
            Column(say(N_("差额")), width=14),
            Column(say(N_("变动的记录")), Kind.INTEGER, 8),
            Column(say(N_("记录编号")), width=40),
        ],
        rows=[_row(each, say) for each in found],
        foot=[] if found else nothing,
    )


def _row(each: Restated, say: Say) -> list[Any]:
    unit = BY_KEY[each.key].unit if each.key in BY_KEY else Unit.MINUTES
    numbers = [str(entry.id) for entry in each.entries[:NAMED]]
    more = [say(N_("等 %(n)s 条"), {"n": str(len(each.entries))})] if len(each.entries) > NAMED else []
    return [
        f"{each.month:%Y-%m}",
        each.version,
        say(PERIODS[each.period]),
        say(CLASSES.get(each.classes, each.classes)),
        say(each.name) if each.rest else each.name,
        say(BY_KEY[each.key].name) if each.key in BY_KEY else each.key,
        show(each.was, unit),
        show(each.now, unit),
        show(each.difference, unit),
        len(each.entries),
        say(N_("、")).join([*numbers, *more]),
    ]
