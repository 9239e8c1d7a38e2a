"""Raises flags, and carries what people do with them: taking one up, answering, deciding. Deducts nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update

from volunteer_hub.anomalies.concerned import list_accounts
from volunteer_hub.anomalies.looking import Reach
from volunteer_hub.anomalies.models import (
    ANSWER_LENGTH,
    DECIDED,
    REASON_LENGTH,
    AnomalyFlag,
    AnomalyLook,
    AnomalyParty,
    FlagState,
)
from volunteer_hub.anomalies.rows import Finding
from volunteer_hub.anomalies.thresholds import ANSWER_HOURS
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, table_of
from volunteer_hub.core.dialect import take_turn, upsert
from volunteer_hub.core.errors import Denied, DomainError, NotFound
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.text import N_
from volunteer_hub.notices import service as notices
from volunteer_hub.stations.models import Station

_FLAGS = table_of(AnomalyFlag)
NIGHTLY = "anomalies"


def raise_flags(findings: Iterable[Finding], *, now: datetime) -> int:
    """Store what was found and tell whom it concerns; return how many flags are new.

    What was flagged before under the same rule, subject and period is left as it is, whatever became of it.
    In one order for everybody, so that two looks at once wait for each other and never in a circle.
    """
    ordered = sorted(findings, key=lambda finding: (finding.rule, str(finding.subject), finding.period))
    return sum(_raise(finding, now) for finding in ordered)


def note_look(over: Reach, raised: int, *, is_nightly: bool) -> bool:
    """Note that a look is finished; False where the same night's look was noted by somebody else before."""
    table = table_of(AnomalyLook)
    noted = db.session.scalar(
        upsert(db.session, table)
        .values(
            night=clock.civil_date(over.until) if is_nightly else None,
            since=over.since,
            looked_at=over.until,
            scan_from=over.scans[0],
            scan_to=over.scans[1],
            volunteer_from=over.volunteers[0],
            volunteer_to=over.volunteers[1],
            raised=raised,
        )
        .on_conflict_do_nothing(index_elements=["night"])
        .returning(table.c.id)
    )
    return noted is not None


def take_up(actor: Actor, flag: AnomalyFlag, decides: Scope, *, now: datetime) -> None:
    """Begin to look into a flag. Raises Denied for whom it concerns or who may not decide there."""
    _check_decider(actor, flag, decides)
    taken = db.session.execute(
        update(_FLAGS)
        .where(_FLAGS.c.id == flag.id, _FLAGS.c.state == FlagState.OPEN)
        .values(state=FlagState.LOOKED_AT, taken_at=now, taken_by=actor.account_id)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        raise DomainError("already_taken", N_("这条线索已经有人在核查了。"))
    audit.record(
        actor, "anomalies.take_up", "anomaly_flag", flag.id, now=now, region=flag.region_code, rule=flag.rule.value
    )


def decide(actor: Actor, flag: AnomalyFlag, decides: Scope, state: FlagState, *, reason: str, now: datetime) -> None:
    """Decide once what looking into a flag has shown. No hours change: a correction does that, by two people.

    Raises DomainError at `reason` if none is given, `answer_awaited` where it would be confirmed before
    those concerned have answered or had their time, `already_decided`; Denied as for taking up.
    """
    _check_decider(actor, flag, decides)
    said = reason.strip()[:REASON_LENGTH]
    if state not in DECIDED:
        raise DomainError("not_a_decision", N_("请选择核查结果。"), field="state")
    if not said:
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    take_turn(db.session, f"anomaly:{flag.id}")
    if state is FlagState.CONFIRMED and answer_awaited_until(flag, now=now) is not None:
        raise DomainError(
            "answer_awaited",
            N_("当事人还没有答复：要等全部答复，或通知后满 %(hours)s 小时，才能认定属实。"),
            field="state",
            hours=ANSWER_HOURS,
        )
    settled = db.session.execute(
        update(_FLAGS)
        .where(_FLAGS.c.id == flag.id, _FLAGS.c.state == FlagState.LOOKED_AT)
        .values(state=state, decided_at=now, decided_by=actor.account_id, decision_reason=said)
    )
    if not settled.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result
        raise DomainError("not_looked_at", N_("这条线索不在核查中：还没有人接手，或已经有了结果。"))
    audit.record(
        actor,
        f"anomalies.{state.value}",
        "anomaly_flag",
        flag.id,
        now=now,
        region=flag.region_code,
        reason=said,
        rule=flag.rule.value,
    )
    _tell_decision(flag, state, now)


def answer(actor: Actor, flag_id: int, said: str, *, now: datetime) -> None:
    """Keep what somebody concerned says, in their own words, once and before the decision.

    Raises NotFound for anybody else, DomainError `said_missing`, `answered_before` and `decided_before`.
    """
    words = said.strip()[:ANSWER_LENGTH]
    take_turn(db.session, f"anomaly:{flag_id}")
    party = db.session.get(AnomalyParty, (flag_id, actor.account_id or 0), populate_existing=True)
    if party is None:
        raise NotFound
    if not words:
        raise DomainError("said_missing", N_("请写下您的说明。"), field="said")
    flag = db.session.get_one(AnomalyFlag, flag_id, populate_existing=True)
    if flag.decided_at is not None:
        raise DomainError("decided_before", N_("这条线索已经有了核查结果，不能再提交说明。"))
    if party.said_at is not None:
        raise DomainError("answered_before", N_("您已经提交过说明，每条线索只能提交一次。"))
    party.said, party.said_at = words, now
    db.session.flush()
    audit.record(actor, "anomalies.answer", "anomaly_flag", flag_id, now=now, region=flag.region_code)
    if flag.taken_by is not None:
        notices.tell(
            flag.taken_by,
            N_("您核查的异常线索 %(number)s 收到了当事人的说明。"),
            {"number": flag_id},
            key=f"anomaly:{flag_id}:answered:{actor.account_id}",
            link=f"/office/anomalies/{flag_id}",
            now=now,
        )


def answer_awaited_until(flag: AnomalyFlag, *, now: datetime) -> datetime | None:
    """Return until when an answer is still awaited, or None: all have answered, or had their time."""
    told_last = db.session.scalar(
        select(func.max(AnomalyParty.told_at)).where(AnomalyParty.flag_id == flag.id, AnomalyParty.said_at.is_(None))
    )
    if told_last is None:
        return None
    until = told_last + timedelta(hours=ANSWER_HOURS)
    return until if now < until else None


def _raise(finding: Finding, now: datetime) -> bool:
    station = db.session.get(Station, finding.station_id) if finding.station_id is not None else None
    region = station.region_code if station is not None else finding.region_code
    if region is None:
        raise RuntimeError(f"{finding.rule} found something that lies nowhere")
    flag_id = db.session.scalar(
        upsert(db.session, _FLAGS)
        .values(
            rule=finding.rule,
            subject=str(finding.subject),
            period=finding.period,
            station_id=finding.station_id,
            region_code=region,
            from_on=finding.from_on,
            until_on=finding.until_on,
            facts=dict(finding.facts),
            evidence={kind: list(numbers) for kind, numbers in finding.evidence.items()},
            found_at=now,
            state=FlagState.OPEN,
        )
        .on_conflict_do_nothing(index_elements=["rule", "subject", "period"])
        .returning(_FLAGS.c.id)
    )
    if flag_id is None:
        return False
    _tell_parties(flag_id, finding, station.name if station is not None else "", now)
    return True


def _tell_parties(flag_id: int, finding: Finding, place: str, now: datetime) -> None:
    for account_id in list_accounts(finding.concerned, now):
        db.session.execute(insert(table_of(AnomalyParty)).values(flag_id=flag_id, account_id=account_id, told_at=now))
        notices.tell(
            account_id,
            N_(
                "例行核对时有一处记录需要您说明情况（%(day)s %(place)s）。"
                "这不影响已计入的时长，请在 %(hours)s 小时内说明。"
            ),
            {"day": finding.from_on.isoformat(), "place": place, "hours": ANSWER_HOURS},
            key=f"anomaly:{flag_id}",
            link=f"/my/anomalies/{flag_id}",
            now=now,
        )


def _tell_decision(flag: AnomalyFlag, state: FlagState, now: datetime) -> None:
    subject = (
        N_("异常线索 %(number)s 已核查：情况已说明清楚，不需要处理。")
        if state is FlagState.EXPLAINED
        else N_("异常线索 %(number)s 已核查：认定属实。核查结果本身不改时长；要改时长，须另行更正。")
    )
    parties = select(AnomalyParty.account_id).where(AnomalyParty.flag_id == flag.id)
    for account_id in db.session.scalars(parties).all():
        notices.tell(
            account_id,
            subject,
            {"number": flag.id},
            key=f"anomaly:{flag.id}:decided",
            link=f"/my/anomalies/{flag.id}",
            now=now,
        )


def _check_decider(actor: Actor, flag: AnomalyFlag, decides: Scope) -> None:
    """Refuse whom the flag concerns, and who may look but not decide there (the auditor)."""
    if actor.account_id is None or not decides.covers(region=flag.region_code):
        raise Denied("only_looks", N_("您可以查看线索，但不能作出核查结论。"))
    if db.session.get(AnomalyParty, (flag.id, actor.account_id)) is not None:
        raise Denied("concerned", N_("这条线索与您有关，要由另一个人核查。"))
