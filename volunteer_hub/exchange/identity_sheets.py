"""The list with whole identity numbers, which names its taker on every page and in every row."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

from volunteer_hub.core import clock, crypto
from volunteer_hub.core.tabular import Column, Kind, Sheet
from volunteer_hub.core.text import N_
from volunteer_hub.exchange.kinds import Request, Say
from volunteer_hub.exchange.models import IdentityExport
from volunteer_hub.statistics import evidence
from volunteer_hub.statistics.evidence import Crowd
from volunteer_hub.statistics.labels import HAVING
from volunteer_hub.volunteers.labels import ASSURANCES

#: Hex digits of a row's marker after the request's number.
MARKER = 8


def mark_of(asked: IdentityExport, author: str, say: Say) -> str:
    """Return the line that stands above and below every page: whose copy it is."""
    at = asked.decided_at or asked.requested_at
    return say(
        N_("身份信息，申请 %(number)s 号，%(name)s %(at)s 领取，仅供本人履职使用，不得转交"),
        {"number": str(asked.id), "name": author, "at": f"{clock.local(at):%Y-%m-%d %H:%M}"},
    )


def marker(identity_id: int, number: str) -> str:
    """Return what marks one person's row in one request's file: the request, and a sum nobody else can make.

    A single row that surfaces somewhere names its request; a row with another's marker is found out.
    """
    return f"{identity_id}-{crypto.sign('identity-export', f'{identity_id}:{number}'.encode(), MARKER // 2).hex()}"


def identity_sheet(asked: IdentityExport, request: Request, mark: str, people: array[int]) -> Sheet:
    """Return the list; `people` collects the ids of those whose numbers pass. Raises NotFound outside the scope."""
    say, question = request.say, request.question
    crowd = Crowd(question, request.having, request.direct)
    place = evidence.get_region(question.region, request.scope).full_name
    at = f"{clock.local(question.as_of):%Y-%m-%d %H:%M}"
    return Sheet(
        name=say(N_("身份信息")),
        title=say(N_("%(place)s · %(who)s"), {"place": place, "who": say(HAVING[request.having])}),
        head=[mark, say(N_("截至：%(at)s    用途：%(reason)s"), {"at": at, "reason": asked.reason})],
        columns=[
            Column(say(N_("姓名")), width=12),
            Column(say(N_("志愿者编号")), width=24),
            Column(say(N_("证件号码")), width=24),
            Column(say(N_("手机")), width=16),
            Column(say(N_("居住地")), width=36),
            Column(say(N_("核验等级")), width=18),
            Column(say(N_("注册日期")), Kind.DATE),
            Column(say(N_("时长（小时）")), Kind.HOURS),
            Column(say(N_("领取标记")), width=18),
        ],
        rows=_rows(asked.id, crowd, request, people),
        foot=_foot(mark, say, people),
        mark=mark,
    )


def _rows(identity_id: int, crowd: Crowd, request: Request, people: array[int]) -> Iterator[list[Any]]:
    levels = {level: request.say(words) for level, words in ASSURANCES.items()}
    for person in evidence.every_person(crowd, request.scope):
        people.append(person.volunteer_id)
        yield [
            person.name,
            person.number,
            person.document_number,
            person.mobile,
            person.place,
            levels[person.assurance],
            clock.civil_date(person.registered_at),
            int(person.minutes),
            marker(identity_id, person.number),
        ]


def _foot(mark: str, say: Say, people: array[int]) -> Iterator[list[str]]:
    yield [say(N_("合计 %(people)s 人"), {"people": str(len(people))})]
    yield [mark]
