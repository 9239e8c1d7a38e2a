"""Chinese words for the boards."""

from __future__ import annotations

from volunteer_hub.boards.spans import Span
from volunteer_hub.core.text import N_

SPANS = {Span.YEAR: N_("近 12 个月"), Span.QUARTER: N_("近 90 天")}
EVER = N_("累计")
THIS_YEAR = N_("今年")
THIS_MONTH = N_("本月")
EMPTY_TREND = N_("这段时间还没有数据。")
