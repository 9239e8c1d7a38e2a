"""Words as they stand in people's spreadsheets: headings, answers, ways to write a day and a duration. Data."""

from __future__ import annotations

import re

from volunteer_hub.volunteers.labels import DOCUMENT_KINDS
from volunteer_hub.volunteers.models import DocumentKind, Sex

#: Headings as they are found in the field, in their plain form (see `plain`); the first are those of our templates.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "志愿者姓名", "名字", "真实姓名", "申请人姓名", "name"),
    "document_kind": ("证件类型", "证件种类", "证件名称", "身份证件类型", "身份证件名称"),
    "document_number": (
        "证件号码",
        "身份证号",
        "身份证号码",
        "身份证件号码",
        "身份证件号",
        "证件号",
        "身份证",
        "公民身份号码",
        "居民身份证号",
        "居民身份证号码",
        "idnumber",
    ),
    "sex": ("性别", "sex", "gender"),
    "birth_on": ("出生日期", "出生年月日", "生日", "出生年月"),
    "mobile": (
        "手机号",
        "手机号码",
        "联系方式",
        "联系电话",
        "手机",
        "电话",
        "移动电话",
        "本人手机",
        "本人联系方式",
        "电话号码",
        "mobile",
        "phone",
    ),
    "region": (
        "居住区域",
        "居住社区",
        "所在社区",
        "社区",
        "居住地",
        "所属社区",
        "社区村",
        "村社区",
        "现居住地",
        "服务区域",
        "所在区域",
        "区划代码",
        "居住地址",
        "所属区域",
    ),
    "skills": ("专业技能", "技能", "特长", "专业特长", "服务技能", "技能特长"),
    "categories": ("服务类别", "服务类型", "志愿服务类别", "意向服务", "服务意向", "服务领域"),
    "party": ("是否党员", "党员", "政治面貌", "是否中共党员"),
    "team": ("所属队伍", "志愿队伍", "队伍", "所属志愿队伍", "志愿服务队", "所属团队", "服务队", "队伍名称"),
    "guardian_name": ("监护人姓名", "监护人", "家长姓名", "家长"),
    "guardian_mobile": (
        "监护人电话",
        "监护人手机",
        "监护人手机号",
        "监护人联系方式",
        "监护人联系电话",
        "家长电话",
        "家长手机",
        "家长手机号",
    ),
    "consent_on": ("本人同意日期", "同意日期", "签字日期", "签署日期", "同意书日期"),
    "activity": (
        "活动或项目名称",
        "活动名称",
        "项目名称",
        "活动",
        "服务项目",
        "活动项目名称",
        "服务内容",
        "活动内容",
        "项目",
    ),
    "service_on": ("服务日期", "日期", "活动日期", "服务时间", "活动时间", "参加日期", "开展日期"),
    "duration": (
        "服务时长",
        "时长",
        "小时",
        "小时数",
        "时数",
        "服务小时",
        "服务小时数",
        "志愿时长",
        "时长小时",
        "时长分钟",
        "服务时长小时",
        "服务时长分钟",
        "分钟",
        "获得时长",
    ),
    "organiser": ("组织单位", "主办单位", "服务团体", "组织", "举办单位", "服务单位", "记录单位", "所属组织"),
    "note": ("备注", "说明"),
}

KIND_WORDS: dict[str, DocumentKind] = {
    "": DocumentKind.RESIDENT_ID,
    "身份证": DocumentKind.RESIDENT_ID,
    "内地居民身份证": DocumentKind.RESIDENT_ID,
    "二代身份证": DocumentKind.RESIDENT_ID,
    "居住证": DocumentKind.RESIDENCE_PERMIT_HMT,
    "港澳台居住证": DocumentKind.RESIDENCE_PERMIT_HMT,
    "回乡证": DocumentKind.TRAVEL_PERMIT_HM,
    "港澳通行证": DocumentKind.TRAVEL_PERMIT_HM,
    "台胞证": DocumentKind.TRAVEL_PERMIT_TW,
    "永久居留证": DocumentKind.PERMANENT_RESIDENT,
    "外国人永久居留证": DocumentKind.PERMANENT_RESIDENT,
    **{words: kind for kind, words in DOCUMENT_KINDS.items()},
}
SEX_WORDS = {"男": Sex.MALE, "男性": Sex.MALE, "女": Sex.FEMALE, "女性": Sex.FEMALE}
YES = frozenset({"是", "党员", "中共党员", "中共预备党员", "预备党员", "1", "y", "yes", "√", "true"})
NO = frozenset(
    {
        "",
        "否",
        "非党员",
        "群众",
        "共青团员",
        "团员",
        "少先队员",
        "无",
        "民主党派",
        "无党派人士",
        "0",
        "n",
        "no",
        "×",
        "x",
        "false",
    }
)
SEPARATORS = re.compile(r"[、,，;；/|\s]+")

#: What the official names of communities end in, and people leave out.
ENDINGS = re.compile(r"(?:社区居民委员会|社区居委会|居民委员会|居委会|村民委员会|村委会|社区|村)$")
UNITS = re.compile(r"分钟|小时")
UNITS_OF_MINUTES = "分钟"
BETWEEN = "、"
YEAR_FIRST = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*[日号]?(?:[ T日号].*)?")
YEAR_LAST = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}|[0-9]{2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?")
SPOKEN = re.compile(
    r"(?:([0-9]+(?:\.[0-9]+)?)\s*(?:个?小时|个?钟头?|h|hours?|时))?\s*(?:([0-9]+)\s*(?:分钟?|min(?:utes)?))?",
    re.IGNORECASE,
)

#: What the templates show as an example.
EXAMPLES: dict[str, str] = {
    "name": "张三",
    "document_kind": "居民身份证",
    "document_number": "（18 位，文本格式）",
    "sex": "男",
    "birth_on": "1985-03-05",
    "mobile": "13800000000",
    "region": "××街道××社区",
    "skills": "医疗护理、驾驶",
    "categories": "卫生环保、为老服务",
    "party": "否",
    "team": "",
    "guardian_name": "（未满 18 周岁必填）",
    "guardian_mobile": "（未满 18 周岁必填）",
    "consent_on": "2026-03-05",
    "activity": "清洁家园",
    "service_on": "2023-03-05",
    "duration": "2.5",
    "organiser": "××社区居委会",
    "note": "",
}
