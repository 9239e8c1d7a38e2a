"""Which lines of the ledger a merge moves, how many minutes of each, and moving them there and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from volunteer_hub.amendments.models import MakeUp, RequestState
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.text import N_
from volunteer_hub.ledger import carrying
from volunteer_hub.ledger import queries as ledger
from volunteer_hub.ledger.carrying import Carry
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.merging.counting_once import Span, worth
from volunteer_hub.merging.models import Merge, MergeEntry
from volunteer_hub.volunteers import queries as volunteers

THERE = N_("重复登记合并，时长转到保留的登记。")
BACK = N_("撤销合并，时长转回原来的登记。")
_SOURCE = re.compile(r"(session|make-up):([0-9]+)(?::[0-9]+)?")


@dataclass(frozen=True)
class Moved:
    """A line that stands for the registration to be merged, and what it is worth at the kept one."""

    entry: HoursEntry
    #: None where nobody knows from when to when: imported hours.
    stay: Span | None
    minutes: int
    #: Minutes the kept registration has already for the same time, and minutes beyond the day's cap.
    overlap: int
    beyond_cap: int


def plan(kept_id: int, merged_id: int) -> list[Moved]:
    """Return what would move, in the order of first entry: of time that both claim, only what is not counted yet."""
    standing = ledger.list_standing(merged_id)
    stays, taken = _stays(standing), _taken(kept_id)
    held: dict[object, int] = {}
    moves = []
    for entry in standing:
        stay = stays.get(entry.id)
        left = worth(entry.minutes, stay, taken)
        minutes = min(left, carrying.room_on(kept_id, entry, held))
        if entry.hours_class is not HoursClass.D:
            held[entry.service_on] += minutes
        moves.append(Moved(entry, stay, minutes, entry.minutes - left, left - minutes))
    return moves


def move(actor: Actor, merge: Merge, moves: Sequence[Moved], *, now: datetime) -> None:
    """Take the lines back and enter them for the kept registration; what became of each is kept."""
    carries = [Carry(moved.entry, moved.minutes, f"merge:{merge.id}:{moved.entry.id}") for moved in moves]
    entered = carrying.carry(actor, [moved.entry for moved in moves], carries, merge.kept_id, now=now, reason=THERE)
    db.session.add_all(
        MergeEntry(
            entry_id=moved.entry.id,
            merge_id=merge.id,
            minutes=moved.entry.minutes,
            moved_id=entered.get(f"merge:{merge.id}:{moved.entry.id}"),
            moved_minutes=moved.minutes,
        )
        for moved in moves
    )
    merge.moved_minutes = sum(moved.minutes for moved in moves)
    merge.overlap_minutes = sum(moved.overlap + moved.beyond_cap for moved in moves)


def move_back(actor: Actor, merge: Merge, *, now: datetime) -> None:
    """Give every line back whole. What was corrected meanwhile goes back as it was corrected.

    The registration must be its own again: nobody merged away is credited anything.
    """
    standing: list[HoursEntry] = []
    carries: list[Carry] = []
    rows = db.session.execute(
        select(MergeEntry, HoursEntry)
        .join(HoursEntry, HoursEntry.id == MergeEntry.entry_id)
        .where(MergeEntry.merge_id == merge.id)
    )
    for row, entry in rows:
        there = ledger.find_carried(entry)
        if there is None and row.moved_id is not None:
            continue
        if there is not None:
            standing.append(there)
        carries.append(Carry(entry, row.minutes, f"unmerge:{merge.id}:{entry.id}"))
    for entry in _corrected(merge):
        standing.append(entry)
        carries.append(Carry(entry, entry.minutes, f"unmerge:{merge.id}:{entry.id}"))
    carries.sort(key=lambda one: one.entry.origin_id or one.entry.id)
    carrying.carry(actor, standing, carries, merge.merged_id, now=now, reason=BACK)


def _corrected(merge: Merge) -> list[HoursEntry]:
    """Return lines that stand at the kept registration for stays of the merged one, entered since the merge.

    Of those who were merged into that one before, too: they follow it again by now.
    """
    theirs = volunteers.family_of(merge.merged_id)
    sessions = db.session.scalars(
        select(ServiceSession).where(ServiceSession.volunteer_id.in_(theirs), ServiceSession.is_credited)
    )
    make_ups = db.session.scalars(select(MakeUp).where(MakeUp.volunteer_id.in_(theirs), MakeUp.minutes > 0))
    sources = [session.source for session in sessions] + [make_up.source for make_up in make_ups]
    found = select(HoursEntry).where(
        HoursEntry.source.in_(sources), HoursEntry.volunteer_id == merge.kept_id, ledger.stands()
    )
    return list(db.session.scalars(found))


def _stays(entries: Iterable[HoursEntry]) -> dict[int, Span]:
    """Return from when to when each line's service was, by line; those without known times are left out."""
    wanted: dict[str, dict[int, int]] = {"session": {}, "make-up": {}}
    for entry in entries:
        first = entry if entry.origin_id is None else db.session.get_one(HoursEntry, entry.origin_id)
        match = _SOURCE.fullmatch(first.source)
        if match:
            wanted[match[1]][int(match[2])] = entry.id
    spans: dict[int, Span] = {}
    for kind, model in (("session", ServiceSession), ("make-up", MakeUp)):
        of_kind = wanted[kind]
        for key, begin, end in db.session.execute(
            select(model.id, model.in_at, model.out_at).where(model.id.in_(of_kind))
        ):
            if end is not None:
                spans[of_kind[key]] = Span(begin, end)
    return spans


def _taken(kept_id: int) -> list[Span]:
    """Return the time that is credited to a registration already, and to those merged into it before."""
    family = volunteers.family_of(kept_id)
    sessions = select(ServiceSession.in_at, ServiceSession.out_at).where(
        ServiceSession.volunteer_id.in_(family), ServiceSession.is_credited
    )
    make_ups = select(MakeUp.in_at, MakeUp.out_at).where(
        MakeUp.volunteer_id.in_(family), MakeUp.state == RequestState.APPROVED, MakeUp.minutes > 0
    )
    rows = [row for statement in (sessions, make_ups) for row in db.session.execute(statement)]
    return [Span(begin, end) for begin, end in rows if end is not None]
