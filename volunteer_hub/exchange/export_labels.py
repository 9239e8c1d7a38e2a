"""Chinese words for files made in the background, and for requests of whole identity numbers."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.exchange.models import ExportState, IdentityState, Writing

STATES = {
    ExportState.WAITING: N_("排队中"),
    ExportState.WORKING: N_("生成中"),
    ExportState.READY: N_("可下载"),
    ExportState.FAILED: N_("没有生成"),
    ExportState.CANCELLED: N_("已取消"),
    ExportState.ERASED: N_("已删除"),
}
TONES = {
    ExportState.WAITING: "warn",
    ExportState.WORKING: "warn",
    ExportState.READY: "good",
    ExportState.FAILED: "bad",
    ExportState.CANCELLED: "plain",
    ExportState.ERASED: "plain",
}
WRITINGS = {
    Writing.XLSX: N_("Excel 工作簿"),
    Writing.CSV: N_("CSV（UTF-8）"),
    Writing.GB18030: N_("CSV（GB 18030，供较旧的软件）"),
    Writing.PDF: N_("PDF"),
}
IDENTITY_STATES = {
    IdentityState.PENDING: N_("待批准"),
    IdentityState.APPROVED: N_("已批准"),
    IdentityState.REJECTED: N_("未批准"),
    IdentityState.WITHDRAWN: N_("已撤回"),
}
IDENTITY_TONES = {
    IdentityState.PENDING: "warn",
    IdentityState.APPROVED: "good",
    IdentityState.REJECTED: "bad",
    IdentityState.WITHDRAWN: "plain",
}
#: Why a file was not made, in words that say what to do.
FAILURES = {
    "not_found": N_("现在已无权导出这个范围，或内容已不存在。"),
    "too_many_rows": N_("行数超过一个文件能装下的数量，请缩小区划或时间范围，或改用 CSV。"),
    "too_big": N_("文件超过 %(most)s，请缩小区划或时间范围。"),
    "no_space": N_("服务器磁盘空间不足，请联系管理员，之后再试一次。"),
    "worn_out": N_("生成多次中断，请缩小范围再试，或联系管理员。"),
    "broken": N_("生成时出错，已记录。请再试一次，仍不行请联系管理员。"),
    "too_late": N_("批准后 24 小时已过，没有来得及生成。"),
}
