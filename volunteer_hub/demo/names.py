"""Family and given names for people who do not exist, weighted as names are in the north-east."""

from __future__ import annotations

from random import Random

_FAMILY = (
    "王:92 李:88 张:84 刘:66 杨:32 赵:40 陈:30 孙:36 于:22 高:20 徐:18 马:16 朱:12 郭:14 林:8 何:6 周:14 "
    "吴:12 宋:12 姜:14 韩:12 冯:8 曹:8 崔:10 金:8 朴:3 关:5 隋:3 丛:3 邹:4 迟:3 尹:4 田:6 董:8 苏:5 程:6 魏:7 "
    "吕:7 丁:7 任:5 沈:4 范:4 石:4 姚:4 谭:3 廖:1 付:5 白:5 孟:5 秦:3 邱:3 江:2 史:3 侯:4 龙:1 段:2 雷:2 钱:1 "
    "汤:1 温:1 康:2 贺:2 毛:2 常:3 万:1 顾:1 赖:1 武:2 乔:2 文:1 欧阳:1 上官:1"
)
_MALE = (
    "伟 强 磊 军 勇 涛 斌 鹏 飞 辉 刚 健 波 宇 浩 凯 健 明 杰 峰 龙 志强 建国 建军 国庆 文博 子轩 浩然 宇航 "
    "俊杰 志远 立新 德胜 树林 春雨 海涛 晓东 永刚 景山 长河 家栋 世杰 成业 明远 梓豪 一鸣 思源 守信 凤山 殿臣 "
    "玉林 福生 占军 宏伟 振华"
)
_FEMALE = (
    "芳 娜 敏 静 丽 艳 娟 霞 燕 玲 红 梅 雪 莹 颖 琳 慧 洋 婷 丹 秀英 桂兰 玉梅 淑珍 春华 雨桐 欣怡 梓涵 诗涵 "
    "佳琪 晓梅 丽华 玉兰 桂芝 淑芬 凤琴 亚男 立娟 思雨 可心 艳秋 海燕 冬梅 月娥 秋菊 若曦 一诺 佳怡 明霞 素云 "
    "雅琴 金凤 宝珍 春香"
)


class Names:
    """Draws names, the same ones for the same random source."""

    def __init__(self, random: Random) -> None:
        pairs = [entry.split(":") for entry in _FAMILY.split()]
        self._families = [family for family, _ in pairs]
        self._weights = [int(weight) for _, weight in pairs]
        self._male, self._female = _MALE.split(), _FEMALE.split()
        self._random = random

    def families(self, count: int) -> list[str]:
        """Return so many family names."""
        return self._random.choices(self._families, self._weights, k=count)

    def given(self, *, male: bool) -> str:
        """Return a given name."""
        return self._random.choice(self._male if male else self._female)
