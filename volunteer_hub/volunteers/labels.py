"""Chinese words for the enumerations of volunteers."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.volunteers.models import DocumentKind, Sex
from volunteer_hub.volunteers.registration import CHILD_DATA, GUARDIAN, MINOR, REGISTRATION, SELF

DOCUMENT_KINDS = {
    DocumentKind.RESIDENT_ID: N_("居民身份证"),
    DocumentKind.RESIDENCE_PERMIT_HMT: N_("港澳台居民居住证"),
    DocumentKind.TRAVEL_PERMIT_HM: N_("港澳居民来往内地通行证"),
    DocumentKind.TRAVEL_PERMIT_TW: N_("台湾居民来往大陆通行证"),
    DocumentKind.PERMANENT_RESIDENT: N_("外国人永久居留身份证"),
    DocumentKind.PASSPORT: N_("护照"),
}
SEXES = {Sex.MALE: N_("男"), Sex.FEMALE: N_("女")}
ASSURANCES = {
    0: N_("本人填写，未核验"),
    1: N_("手机号已核实"),
    2: N_("工作人员已当面核验证件"),
    3: N_("已经外部实名认证"),
}
#: The same in the few words a list has room for.
ASSURANCES_SHORT = {0: N_("未核验"), 1: N_("手机已核实"), 2: N_("已当面核验"), 3: N_("已实名认证")}
CONSENTS = {
    REGISTRATION: N_("志愿者个人信息处理告知书"),
    MINOR: N_("未成年人志愿者监护人同意书"),
    CHILD_DATA: N_("处理未满 14 周岁儿童个人信息的单独同意"),
}
GIVEN_BY = {SELF: N_("本人"), GUARDIAN: N_("监护人")}
