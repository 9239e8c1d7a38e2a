"""Chinese words of imports: kinds, states, outcomes, columns, and why a file is refused."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.imports.models import Basis, ImportKind, ImportState, Outcome

KINDS = {ImportKind.ROSTER: N_("志愿者花名册"), ImportKind.HOURS: N_("历史时长")}
STATES = {
    ImportState.UPLOADED: N_("正在读取文件"),
    ImportState.MAPPING: N_("等待核对列"),
    ImportState.READY: N_("已预检，等待确认"),
    ImportState.APPLYING: N_("正在导入"),
    ImportState.DONE: N_("已导入"),
    ImportState.UNDOING: N_("正在撤销"),
    ImportState.UNDONE: N_("已撤销"),
    ImportState.CANCELLED: N_("已取消"),
    ImportState.FAILED: N_("文件读不了"),
    ImportState.EXPIRED: N_("过期未确认，已清除"),
}
TONES = {
    ImportState.DONE: "good",
    ImportState.READY: "warn",
    ImportState.MAPPING: "warn",
    ImportState.FAILED: "bad",
}
OUTCOMES = {
    Outcome.NEW: N_("新增"),
    Outcome.MATCH: N_("已有"),
    Outcome.CONFLICT: N_("冲突"),
    Outcome.ERROR: N_("错误"),
}
OUTCOME_NOTES = {
    Outcome.NEW: N_("确认后写入"),
    Outcome.MATCH: N_("系统里已有，不改动"),
    Outcome.CONFLICT: N_("与已有信息不一致，不写入"),
    Outcome.ERROR: N_("有问题，不写入"),
}
BASES = {
    Basis.PAPER: N_("我单位持有每个人签字的纸质同意书（未成年人由监护人签字）"),
    Basis.INVITATION: N_("没有书面同意：先发出邀请，本人同意后才登记"),
}
FIELDS = {
    "name": N_("姓名"),
    "document_kind": N_("证件类型"),
    "document_number": N_("证件号码"),
    "sex": N_("性别"),
    "birth_on": N_("出生日期"),
    "mobile": N_("手机号"),
    "region": N_("居住区域"),
    "skills": N_("专业技能"),
    "categories": N_("服务类别"),
    "party": N_("是否党员"),
    "team": N_("所属队伍"),
    "guardian_name": N_("监护人姓名"),
    "guardian_mobile": N_("监护人电话"),
    "consent_on": N_("本人同意日期"),
    "activity": N_("活动或项目名称"),
    "service_on": N_("服务日期"),
    "duration": N_("服务时长"),
    "organiser": N_("组织单位"),
    "note": N_("备注"),
}
REFUSALS = {
    "unreadable": N_("这个文件读不出来。请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再上传。"),
    "empty": N_("文件里没有任何内容。"),
    "too_slow": N_("读取这个文件花的时间太长，已停止。请删去用不到的工作表和格式，或分成几个文件上传。"),
    "too_much": N_("这个文件展开后太大，已停止读取。请删去用不到的工作表和格式，或分成几个文件上传。"),
    "too_many_rows": N_("一个文件最多 %(n)s 行，请分成几个文件上传。"),
    "too_many_cells": N_("表格里的内容太多，请删去用不到的列，或分成几个文件上传。"),
    "too_many_columns": N_("表格超过 %(n)s 列，请只保留需要的列。"),
    "too_many_strings": N_("文件里的文字太多，请分成几个文件上传。"),
    "too_many_entries": N_("压缩包里的文件超过 %(n)s 个，这不是普通的表格。"),
    "cell_too_long": N_("有单元格超过 %(n)s 个字，请检查是否有没闭合的引号。"),
    "inflates_too_far": N_("文件解压后大得不正常，已停止读取。"),
    "broken_archive": N_("文件已损坏或不完整，请重新保存后再上传。"),
    "broken_markup": N_("工作簿内部的内容已损坏，请用 Excel 或 WPS 打开，另存后再上传。"),
    "cut_off": N_("文件不完整，后面的内容丢失了，请重新保存后再上传。"),
    "document_type": N_("文件里有不该有的声明（DTD），可能是恶意文件，不予读取。"),
    "odd_encoding": N_("工作簿内部的编码不是 UTF-8，请用 Excel 或 WPS 打开，另存后再上传。"),
    "encrypted": N_("文件设了密码。请去掉密码后再上传。"),
    "macros": N_("文件里有宏。请另存为不带宏的“Excel 工作簿（.xlsx）”后再上传。"),
    "old_excel": N_("这是旧版 Excel（.xls）文件。请打开后另存为“Excel 工作簿（.xlsx）”再上传。"),
    "web_page": N_("这个文件其实是网页，不是表格。请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”再上传。"),
    "other_document": N_("这不是 Excel 工作簿（可能是 Word、PPT 或 .xlsb 文件）。请另存为 .xlsx 再上传。"),
    "archive_of_files": N_("这是压缩包，不是表格。请解压后上传里面的表格。"),
    "pdf": N_("这是 PDF 文件，不是表格。"),
    "no_sheet": N_("工作簿里没有工作表。"),
    "encoding": N_("文字编码认不出来。请在 Excel 里另存为“CSV UTF-8（逗号分隔）”或 .xlsx 后再上传。"),
    "nul": N_("文件里有空字符，不是文本，可能已损坏。"),
    "quotes": N_("第 %(line)s 行起的引号没有配对，请检查后再上传。"),
}
#: What is said of a sheet that is read all the same.
NOTICES = {
    "other_sheets": N_("工作簿里还有 %(n)s 个工作表没有读；只读第一个可见的工作表。"),
    "hidden_rows": N_("有 %(n)s 行在表格里被隐藏了，也一起读了。"),
    "hidden_columns": N_("有隐藏的列，也一起读了。"),
    "merged": N_("有 %(n)s 处合并单元格：内容只算在左上角那一格，其余格当作空。"),
    "formulas": N_("有 %(n)s 个公式，用的是文件里保存的结果，没有重新计算。"),
    "uses_1904": N_("这个工作簿用 1904 日期系统，日期已按它换算。"),
    "links": N_("工作簿引用了别的文件；没有去读那些文件。"),
}
