"""Service categories and skills: keys in the database, Chinese words for people."""

from __future__ import annotations

from volunteer_hub.core.text import N_

CATEGORIES = {
    "theory": N_("理论宣讲"),
    "culture": N_("文化文艺"),
    "education": N_("助学支教"),
    "health": N_("医疗健身"),
    "science": N_("科学普及"),
    "law": N_("法律服务"),
    "environment": N_("卫生环保"),
    "aid": N_("扶贫帮困"),
    "elderly": N_("为老服务"),
    "traffic": N_("文明劝导"),
    "emergency": N_("应急救援"),
    "community": N_("社区服务"),
}
SKILLS = {
    "medical": N_("医疗护理"),
    "teaching": N_("教育教学"),
    "legal": N_("法律"),
    "art": N_("文艺表演"),
    "calligraphy": N_("书法美术"),
    "sport": N_("体育健身"),
    "repair": N_("家电维修"),
    "hairdressing": N_("理发"),
    "it": N_("计算机"),
    "language": N_("外语"),
    "photography": N_("摄影摄像"),
    "cooking": N_("烹饪"),
    "psychology": N_("心理咨询"),
    "driving": N_("驾驶"),
    "sign_language": N_("手语"),
}
