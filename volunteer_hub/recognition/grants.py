"""Enters that somebody reached a star level, once, from the ledger's sums; questions it where hours were reversed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.dialect import take_turn
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursBalance
from volunteer_hub.notices import service as notices
from volunteer_hub.recognition import queries
from volunteer_hub.recognition.models import StarGrant
from volunteer_hub.recognition.stars import StarRule
from volunteer_hub.volunteers.models import Volunteer


def look(volunteer_ids: Collection[int], *, now: datetime) -> int:
    """Grant what these people have reached, question what they no longer reach; return how many levels are new.

    Nothing is granted to who has left the register. What was asked for when a level was granted decides about it,
    whatever the area has chosen since.
    """
    if not volunteer_ids:
        return 0
    take_turn(db.session, "stars")
    homes = queries.map_homes(volunteer_ids)
    rules = queries.star_rules(set(homes.values()), now)
    balances = {
        row.volunteer_id: queries.sums_of(row)
        for row in db.session.scalars(select(HoursBalance).where(HoursBalance.volunteer_id.in_(list(homes))))
    }
    held = _held(homes)
    new: list[StarGrant] = []
    for volunteer_id, region_code in homes.items():
        rule, grants = rules[region_code], held[volunteer_id]
        minutes = rule.counted(balances.get(volunteer_id, {}))
        _question(grants, minutes, now)
        new += _reached(volunteer_id, region_code, rule, minutes, {grant.level for grant in grants}, now)
    db.session.add_all(new)
    db.session.flush()
    _tell(new, {one: max(grant.level for grant in grants) for one, grants in held.items() if grants}, now)
    return len(new)


def _held(volunteer_ids: Collection[int]) -> dict[int, list[StarGrant]]:
    found: dict[int, list[StarGrant]] = defaultdict(list)
    statement = select(StarGrant).where(
        StarGrant.volunteer_id.in_(list(volunteer_ids)), StarGrant.withdrawn_at.is_(None)
    )
    for grant in db.session.scalars(statement):
        found[grant.volunteer_id].append(grant)
    return found


def _question(grants: list[StarGrant], minutes: int, now: datetime) -> None:
    for grant in grants:
        falls_short = minutes < grant.minutes
        if falls_short and grant.under_review_since is None:
            grant.under_review_since = now
        elif not falls_short and grant.under_review_since is not None:
            grant.under_review_since = None


def _reached(
    volunteer_id: int, region_code: str, rule: StarRule, minutes: int, levels: set[int], now: datetime
) -> list[StarGrant]:
    return [
        StarGrant(
            volunteer_id=volunteer_id,
            level=star.level,
            minutes=star.minutes,
            name=star.name,
            region_code=region_code,
            granted_at=now,
        )
        for star in rule.stars
        if star.minutes <= minutes and star.level not in levels
    ]


def _tell(new: list[StarGrant], before: dict[int, int], now: datetime) -> None:
    """Tell everybody with an account of the highest of the new levels, where it is higher than any before."""
    highest: dict[int, StarGrant] = {}
    for grant in sorted(new, key=lambda grant: grant.level):
        if grant.level > before.get(grant.volunteer_id, 0):
            highest[grant.volunteer_id] = grant
    accounts = select(Volunteer.id, Volunteer.account_id).where(
        Volunteer.id.in_(list(highest)), Volunteer.account_id.is_not(None)
    )
    for volunteer_id, account_id in db.session.execute(accounts):
        star = highest[volunteer_id]
        notices.tell(
            account_id or 0,
            N_("您的累计服务时长达到 %(hours)s 小时，已是第 %(level)s 级星级志愿者。谢谢您！"),
            {"hours": star.minutes // 60, "level": star.level},
            key=f"star:{star.level}:{star.minutes}",
            link="/me/recognition",
            now=now,
        )


def withdraw(actor: Actor, scope: Scope, grant_id: int, *, reason: str, now: datetime) -> None:
    """Take a level back whose hours no longer reach it: a person's decision, with a reason that is told.

    Raises NotFound outside the scope, Denied for one's own, and DomainError without a reason, after another's
    decision, or where the hours reach it.
    """
    grant = queries.get_grant(scope, grant_id)
    volunteer = db.session.get_one(Volunteer, grant.volunteer_id)
    if actor.account_id is None or volunteer.account_id == actor.account_id:
        raise Denied("own_star", N_("不能处理自己的星级。"))
    if not reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    take_turn(db.session, "stars")
    db.session.refresh(grant, with_for_update=True)
    if grant.withdrawn_at is not None:
        raise DomainError("already_withdrawn", N_("这个星级已经收回。"))
    if grant.under_review_since is None:
        raise DomainError("still_reached", N_("累计时长仍达到这一级，不能收回。"))
    grant.withdrawn_at, grant.withdrawn_by, grant.withdrawal_reason = now, actor.hand, reason.strip()[:200]
    db.session.flush()
    audit.record(
        actor,
        "recognition.withdraw_star",
        "star_grant",
        grant.id,
        now=now,
        region=grant.region_code,
        reason=reason.strip(),
        volunteer=volunteer.number,
        level=grant.level,
    )
    if volunteer.account_id is not None:
        notices.tell(
            volunteer.account_id,
            N_("第 %(level)s 级星级已收回：%(reason)s"),
            {"level": grant.level, "reason": reason.strip()},
            key=f"star:{grant.id}:withdrawn",
            link="/me/recognition",
            now=now,
        )
