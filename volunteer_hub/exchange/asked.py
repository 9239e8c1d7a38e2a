"""The lines above a file's table: what was asked, so that whoever reads it can ask again. Pure."""

from __future__ import annotations

from volunteer_hub.core import clock
from volunteer_hub.core.text import N_
from volunteer_hub.exchange.kinds import Say
from volunteer_hub.regions.labels import BASES
from volunteer_hub.statistics.definitions import CLASS_NAMES
from volunteer_hub.statistics.question import Question


def asked_lines(question: Question, place: str, say: Say) -> list[str]:
    """Return place, instant and population base, then period and classes."""
    at = f"{clock.local(question.as_of):%Y-%m-%d %H:%M}"
    sentence = N_("区划：%(place)s    截至：%(at)s    人口口径：%(base)s")
    return [say(sentence, {"place": place, "at": at, "base": say(BASES[question.base])}), _period(question, say)]


def listed_lines(question: Question, place: str, say: Say, *, classes: bool = True) -> list[str]:
    """Return the same for a list that has nothing to do with population."""
    at = f"{clock.local(question.as_of):%Y-%m-%d %H:%M}"
    first = say(N_("区划：%(place)s    截至：%(at)s"), {"place": place, "at": at})
    if classes:
        return [first, _period(question, say)]
    sentence, places = question.period()
    return [first, say(N_("周期：%(period)s"), {"period": say(sentence, places)})]


def _period(question: Question, say: Say) -> str:
    sentence, places = question.period()
    classes = say(N_("、")).join(say(CLASS_NAMES[kind]) for kind in question.classes)
    return say(N_("周期：%(period)s    时长类别：%(classes)s"), {"period": say(sentence, places), "classes": classes})
