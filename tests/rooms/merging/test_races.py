"""Two at once: one wins, and nobody is merged twice or into somebody who is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.makers.checkin import DISTRICT, END, START, Door, make_door, make_person, make_signed_up
from tests.makers.ledger import make_entry
from tests.makers.merging import LIMITS, MERGED_AT, make_merge, make_officer, totals
from tests.makers.races import overlap
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.merging import service
from volunteer_hub.merging.models import Merge, MergeState
from volunteer_hub.volunteers.models import Volunteer


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door()


def _merge(actor: Actor, kept_id: int, merged_id: int) -> Callable[[], object]:
    return lambda: service.ask(actor, EVERYTHING, kept_id, merged_id, "同一人", now=MERGED_AT, limits=LIMITS)


def test_one_person_is_merged_once(app: Flask, door: Door) -> None:
    """Two officers merge the same registration into two others.

    Red on PostgreSQL without the turns and row locks of `service._hold`, and without `uq_merges_live` behind them.
    """
    first, second, twice = make_person().id, make_person().id, make_person().id
    make_entry(twice, 60, region_code=DISTRICT)
    one, other = make_officer("甲"), make_officer("乙")
    became = overlap(app, _merge(one, first, twice), _merge(other, second, twice))
    assert became == ["done", "not_found"]
    assert db.session.scalar(select(func.count()).select_from(Merge)) == 1
    assert totals(db.session.get_one(Volunteer, first)) != {}
    assert totals(db.session.get_one(Volunteer, second)) == {}


def test_two_are_not_merged_into_one_another(app: Flask, door: Door) -> None:
    """Each officer keeps another one of the two: without turns and row locks both would be gone."""
    one, other = make_person().id, make_person().id
    a, b = make_officer("甲"), make_officer("乙")
    assert overlap(app, _merge(a, one, other), _merge(b, other, one)) == ["done", "not_found"]
    pointers = select(Volunteer.merged_into_id).where(Volunteer.id.in_([one, other])).order_by(Volunteer.id)
    assert db.session.scalars(pointers).all() == [None, one]


def test_the_database_takes_one_live_merge_of_a_registration(door: Door) -> None:
    """Red without the index `uq_merges_live`."""
    kept, merged = make_person(), make_person()
    make_merge(kept, merged)
    with pytest.raises(IntegrityError), transaction():
        db.session.add(
            Merge(
                kept_id=kept.id,
                merged_id=merged.id,
                state=MergeState.REQUESTED,
                reason="再来一次",
                requested_at=MERGED_AT,
                requested_by=1,
                needs_second=False,
                before={},
            )
        )


def test_the_database_wants_a_second_person_for_many_hours(door: Door) -> None:
    """Red without the constraint `second_person`."""
    kept, merged, officer = make_person(), make_person(), make_officer()
    make_entry(merged.id, 52 * 60 // 5, region_code=DISTRICT)
    with pytest.raises(IntegrityError), transaction():
        db.session.add(
            Merge(
                kept_id=kept.id,
                merged_id=merged.id,
                state=MergeState.MERGED,
                reason="一个人办的",
                requested_at=MERGED_AT,
                requested_by=officer.account_id or 0,
                decided_at=MERGED_AT,
                decided_by=officer.account_id,
                merged_at=MERGED_AT,
                needs_second=True,
                before={},
            )
        )


def test_a_scan_that_comes_during_a_merge_counts_for_the_kept_person(app: Flask, door: Door) -> None:
    """The scan takes the person's turn after the merge, and opens the kept person's stay."""
    kept, merged = make_signed_up(door), make_person()
    officer = make_officer()
    ids = kept.id, merged.id
    code_of = db.session.get_one(Volunteer, merged.id)

    def scan() -> object:
        return door.come(code_of, START)

    with transaction():
        service.ask(officer, EVERYTHING, *ids, "同一人", now=START - timedelta(hours=1), limits=LIMITS)
    scan()
    assert door.go(db.session.get_one(Volunteer, ids[1]), END).reason == "checked_out"
    assert db.session.scalars(select(ServiceSession.volunteer_id)).all() == [ids[0]]
