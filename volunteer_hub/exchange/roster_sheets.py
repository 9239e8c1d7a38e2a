"""志愿者花名册: the registered people of a division or of a team, masked, with what the law keeps of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import or_, select

from volunteer_hub.core import clock
from volunteer_hub.core.categories import CATEGORIES, SKILLS
from volunteer_hub.core.db import db
from volunteer_hub.core.masking import mask_document, mask_mobile, mask_name
from volunteer_hub.core.paper import signature_line
from volunteer_hub.core.tabular import Column, Kind, Sheet, hours_of
from volunteer_hub.core.text import N_
from volunteer_hub.exchange.asked import listed_lines
from volunteer_hub.exchange.entries import below
from volunteer_hub.exchange.kinds import Request, Say
from volunteer_hub.statistics import evidence
from volunteer_hub.statistics.evidence import Crowd
from volunteer_hub.statistics.labels import HAVING
from volunteer_hub.teams.models import Membership, MembershipState, Team
from volunteer_hub.volunteers.labels import ASSURANCES_SHORT, DOCUMENT_KINDS, SEXES
from volunteer_hub.volunteers.models import Volunteer

BATCH = 1000
#: Memberships that were once in force: a person may have left since.
JOINED = (MembershipState.ACTIVE, MembershipState.LEFT)
YES, NO = N_("是"), N_("否")


def make(request: Request) -> Iterable[Sheet]:
    """Return the roster; with a team, only who belonged to it or to one below it at the instant. Raises NotFound."""
    say, total = request.say, _Total()
    crowd = Crowd(request.question, request.having, request.direct)
    place = evidence.get_region(request.question.region, request.scope).full_name
    people = evidence.every_person(crowd, request.scope)
    return [
        Sheet(
            name=say(N_("花名册")),
            title=say(N_("%(place)s志愿者花名册"), {"place": place}),
            head=[*listed_lines(request.question, place, say), say(HAVING[request.having])],
            columns=_columns(say),
            rows=_rows(request, people, total),
            foot=_foot(total, say),
        )
    ]


def _columns(say: Say) -> list[Column]:
    return [
        Column(say(N_("序号")), Kind.INTEGER, 7),
        Column(say(N_("姓名")), width=10),
        Column(say(N_("志愿者编号")), width=24),
        Column(say(N_("性别")), width=6),
        Column(say(N_("出生年份")), width=8),
        Column(say(N_("证件类型")), width=14),
        Column(say(N_("身份证件号码")), width=22),
        Column(say(N_("联系方式")), width=14),
        Column(say(N_("居住区域")), width=34),
        Column(say(N_("核验等级")), width=12),
        Column(say(N_("专业技能")), width=16),
        Column(say(N_("服务类别")), width=16),
        Column(say(N_("所属队伍")), width=22),
        Column(say(N_("是否党员")), width=8),
        Column(say(N_("注册日期")), Kind.DATE, 12),
        Column(say(N_("服务时长（小时）")), Kind.HOURS, 10),
    ]


class _Total:
    """What has been written so far."""

    people = 0
    minutes = 0


def _rows(request: Request, people: Iterable[Any], total: _Total) -> Iterator[Sequence[Any]]:
    rest, day = iter(people), clock.civil_date(request.question.as_of)
    while batch := list(islice(rest, BATCH)):
        ids = [person.volunteer_id for person in batch]
        known = _known(ids)
        teams = _teams(ids, day, request.team_id)
        # A reader on a slow line must not keep a read transaction open between batches.
        db.session.close()
        for person in batch:
            if request.team_id is not None and person.volunteer_id not in teams:
                continue
            total.people += 1
            total.minutes += int(person.minutes)
            yield _row(request, person, known[person.volunteer_id], teams, total.people)


def _known(ids: Sequence[int]) -> dict[int, Any]:
    columns = (
        Volunteer.sex,
        Volunteer.birth_on,
        Volunteer.document_kind,
        Volunteer.skills,
        Volunteer.categories,
        Volunteer.is_party_member,
    )
    rows = db.session.execute(select(Volunteer.id, *columns).where(Volunteer.id.in_(ids)))
    return {row.id: row for row in rows}


def _teams(ids: Sequence[int], day: date, within: int | None) -> Mapping[int, list[str]]:
    """Return the names of the teams each person belonged to on a day; with `within`, of that subtree alone."""
    statement = (
        select(Membership.volunteer_id, Team.name)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Membership.volunteer_id.in_(ids),
            Membership.state.in_(JOINED),
            Membership.joined_on <= day,
            or_(Membership.left_on.is_(None), Membership.left_on > day),
        )
        .order_by(Membership.volunteer_id, Team.path)
    )
    if within is not None:
        statement = statement.where(Team.id.in_(below(Team, within)))
    teams: dict[int, list[str]] = {}
    for volunteer_id, name in db.session.execute(statement):
        teams.setdefault(volunteer_id, []).append(name)
    return teams


def _row(request: Request, person: Any, known: Any, teams: Mapping[int, list[str]], number: int) -> list[Any]:
    say = request.say
    return [
        number,
        mask_name(person.name),
        mask_document(person.number),
        say(SEXES[known.sex]) if known.sex else "",
        str(known.birth_on.year) if known.birth_on else "",
        say(DOCUMENT_KINDS[known.document_kind]),
        mask_document(person.document_number),
        mask_mobile(person.mobile),
        person.place,
        say(ASSURANCES_SHORT[person.assurance]),
        _words(known.skills, SKILLS, say),
        _words(known.categories, CATEGORIES, say),
        say(N_("、")).join(teams.get(person.volunteer_id, ())),
        say(YES if known.is_party_member else NO),
        clock.civil_date(person.registered_at),
        int(person.minutes),
    ]


def _words(keys: Iterable[str], words: Mapping[str, str], say: Say) -> str:
    return say(N_("、")).join(say(words[key]) if key in words else key for key in keys)


def _foot(total: _Total, say: Say) -> Iterator[Sequence[str]]:
    """Yield how many were written and their hours together, once the last row has been."""
    sums = {"people": f"{total.people:,}", "hours": f"{hours_of(total.minutes):,}"}
    yield [say(N_("合计 %(people)s 人，%(hours)s 小时"), sums)]
    yield signature_line(say)
