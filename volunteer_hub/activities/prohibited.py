"""The six classes of things that may not be published as volunteer service. Pure.

The national system refuses hours for them; whoever publishes declares, one by one, that none applies.
A word in the text that often belongs to a class is shown as a warning, never as a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_


@dataclass(frozen=True)
class ProhibitedClass:
    """One class: its key, what it is, what the publisher declares, and the words that hint at it."""

    key: str
    sentence: str
    declaration: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Hint:
    """A word found in the text, and the class it hints at."""

    word: str
    prohibited: ProhibitedClass


CLASSES = (
    ProhibitedClass(
        "work_duty",
        N_("工作时间内的本职工作，如社区工作人员、党员干部工作日值班、下沉"),
        N_("不是任何人工作时间内的本职工作或下沉任务"),
        ("值班", "下沉", "坐班", "本职"),
    ),
    ProhibitedClass(
        "internal_duty",
        N_("单位内部事务，如值日、会议、例会、团建"),
        N_("不是单位内部的值日、会议、例会或团建"),
        ("值日", "例会", "会议", "开会", "团建"),
    ),
    ProhibitedClass(
        "personal_benefit",
        N_("参加者自己受益的活动，如实习、观影、夏令营"),
        N_("不是让参加者自己受益的实习、观影、夏令营等"),
        ("实习", "观影", "夏令营", "冬令营", "研学", "出游", "聚餐"),
    ),
    ProhibitedClass(
        "unclear_purpose",
        N_("公益目的不明确的活动"),
        N_("公益目的明确，写清了为谁服务、做什么"),
        ("待定", "另行通知", "其他活动"),
    ),
    ProhibitedClass(
        "paid",
        N_("报酬超过必要补贴的活动"),
        N_("不支付报酬，最多只有必要的交通、误餐补贴"),
        ("报酬", "工资", "兼职", "时薪", "日结", "劳务费"),
    ),
    ProhibitedClass(
        "hours_for_favours",
        N_("以时长换取捐款捐物、承诺或转发"),
        N_("不以志愿服务时长换取捐款捐物、承诺、转发或点赞"),
        ("捐款", "捐物", "转发", "点赞", "集赞", "承诺书", "关注公众号"),
    ),
)
KEYS = tuple(prohibited.key for prohibited in CLASSES)


def find_hints(*texts: str) -> list[Hint]:
    """Return each listed word that occurs in the texts, with its class, in the order of the classes."""
    whole = "\n".join(texts)
    return [Hint(word, prohibited) for prohibited in CLASSES for word in prohibited.words if word in whole]


def check_declarations(declared: Iterable[str]) -> list[str]:
    """Return the six keys in order. Raises DomainError at `declarations` unless all six are declared."""
    given = set(declared)
    missing = [key for key in KEYS if key not in given]
    if missing:
        raise DomainError(
            "declarations_missing",
            N_("还有 %(count)s 项没有声明。六类情形必须逐项声明均不属于，才能发布。"),
            field="declarations",
            count=len(missing),
        )
    return list(KEYS)


def check_hints(hints: list[Hint], confirmed: bool) -> None:
    """Raise DomainError at `confirmed` while a hint stands that nobody has confirmed to be harmless."""
    if hints and not confirmed:
        raise DomainError(
            "hints_unconfirmed",
            N_("内容里出现了“%(words)s”，请核对后勾选确认。"),
            field="confirmed",
            words=", ".join(hint.word for hint in hints),
        )
