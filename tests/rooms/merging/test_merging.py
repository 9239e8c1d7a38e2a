"""Two registrations become one, what names the old one keeps working, and it can all be taken apart again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.makers.activities import make_shift, make_sign_up
from tests.makers.checkin import DISTRICT, END, START, Door, make_door, make_person, make_signed_up
from tests.makers.ledger import make_entry
from tests.makers.merging import (
    LIMITS,
    MERGED_AT,
    belongings,
    make_merge,
    make_officer,
    net_of_lines,
    serve,
    totals,
    undo,
)
from tests.makers.requests import make_correction
from volunteer_hub.activities.models import SignUp, SignUpState
from volunteer_hub.amendments import corrections
from volunteer_hub.amendments.correcting import Times
from volunteer_hub.checkin import codes
from volunteer_hub.checkin.models import Direction, Outcome, ServiceSession
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger import service as ledger
from volunteer_hub.ledger.models import HoursClass, HoursEntry
from volunteer_hub.ledger.verify import verify
from volunteer_hub.merging import queries, service
from volunteer_hub.merging.models import MergeState
from volunteer_hub.statistics.further import further
from volunteer_hub.statistics.question import Question
from volunteer_hub.volunteers import cards
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer

HOUR = timedelta(hours=1)
TODAY = START.date()


@pytest.fixture
def door(app: Flask) -> Door:
    return make_door(starts_at=START, ends_at=START + 4 * HOUR)


@pytest.fixture
def pair(door: Door) -> tuple[Volunteer, Volunteer]:
    """Somebody who served from one o'clock to three as one person, and from two to four as another."""
    kept, merged = make_signed_up(door), make_signed_up(door)
    serve(door, kept, START, START + 2 * HOUR)
    serve(door, merged, START + HOUR, START + 3 * HOUR)
    return kept, merged


def test_time_that_both_claim_counts_once(pair: tuple[Volunteer, Volunteer]) -> None:
    kept, merged = pair
    merge = make_merge(kept, merged)
    assert totals(kept) == {(TODAY, HoursClass.A): 180}
    assert totals(merged) == {}
    assert (merge.moved_minutes, merge.overlap_minutes) == (60, 60)


def test_the_preview_says_before_what_the_merge_does(pair: tuple[Volunteer, Volunteer]) -> None:
    kept, merged = pair
    seen = queries.preview(EVERYTHING, kept.id, merged.id, now=MERGED_AT)
    assert (seen.kept.minutes, seen.merged.minutes, seen.after) == (120, 120, {HoursClass.A: 180})
    assert [(moved.minutes, moved.overlap) for moved in seen.overlaps] == [(60, 60)]
    assert seen.obstacles == []
    make_merge(kept, merged)
    assert sum(totals(kept).values()) == sum(seen.after.values())


def test_a_moved_line_keeps_its_day_class_and_attribution(door: Door) -> None:
    kept, merged = make_person(), make_signed_up(door)
    serve(door, merged)
    before = db.session.scalars(select(HoursEntry).where(HoursEntry.volunteer_id == merged.id)).one()
    merge = make_merge(kept, merged)
    after = db.session.scalars(select(HoursEntry).where(HoursEntry.volunteer_id == kept.id)).one()
    for name in ("service_on", "hours_class", "region_code", "station_id", "shift_id", "policy_id", "recorded_by"):
        assert getattr(after, name) == getattr(before, name)
    assert (after.source, after.origin_id) == (f"merge:{merge.id}:{before.id}", before.id)
    assert after.recorded_at == MERGED_AT


def test_figures_of_the_past_never_move(pair: tuple[Volunteer, Volunteer]) -> None:
    kept, merged = pair
    instants = [START, START + 2 * HOUR, START + 3 * HOUR, MERGED_AT - timedelta(seconds=1)]
    before = [(totals(one, as_of=at), volunteers.standing_at(one.id, at)) for one in pair for at in instants]
    undo(make_merge(kept, merged))
    after = [(totals(one, as_of=at), volunteers.standing_at(one.id, at)) for one in pair for at in instants]
    assert after == before


def test_an_undo_brings_everything_back(door: Door, pair: tuple[Volunteer, Volunteer]) -> None:
    kept, merged = pair
    coming = make_shift(door.station, starts_at=MERGED_AT + 24 * HOUR, ends_at=MERGED_AT + 26 * HOUR)
    make_sign_up(coming, kept)
    make_sign_up(coming, merged)
    make_entry(merged.id, 90, hours_class=HoursClass.C, region_code=DISTRICT)
    make_entry(merged.id, 600, hours_class=HoursClass.D, region_code=DISTRICT)
    with transaction():
        cards.issue(make_officer(), merged, now=START)
    before = (totals(kept), totals(merged), net_of_lines(merged), belongings(kept, merged))
    standing = volunteers.current_standing(merged.id)
    assert standing
    was = (standing.region_code, standing.assurance)
    merge = make_merge(kept, merged)
    assert belongings(kept, merged) != before[-1]
    undo(merge)
    assert (totals(kept), totals(merged), net_of_lines(merged), belongings(kept, merged)) == before
    again = volunteers.current_standing(merged.id)
    assert again
    assert (again.region_code, again.assurance) == was
    assert db.session.get_one(Volunteer, merged.id).merged_into_id is None


def test_two_places_at_one_shift_become_the_better_one(door: Door) -> None:
    kept, merged, waiting = make_person(), make_person(), make_person()
    coming = make_shift(door.station, starts_at=MERGED_AT + 24 * HOUR, ends_at=MERGED_AT + 26 * HOUR, capacity=1)
    make_sign_up(coming, merged)
    make_sign_up(coming, kept, state=SignUpState.WAITING)
    make_sign_up(coming, waiting, state=SignUpState.WAITING)
    make_merge(kept, merged)
    states = {up.volunteer_id: up.state for up in db.session.scalars(select(SignUp))}
    assert states[merged.id] is SignUpState.WITHDRAWN
    assert states[kept.id] is SignUpState.ACCEPTED
    assert states[waiting.id] is SignUpState.WAITING


def test_old_card_code_number_and_address_lead_to_the_kept_person(door: Door) -> None:
    kept, merged = make_signed_up(door), make_person()
    with transaction():
        card = cards.issue(make_officer(), merged, now=START - HOUR)
    make_merge(kept, merged, now=START - HOUR / 2)
    by_card = door.scan(merged, Direction.IN, START, code=codes.card_code(card.id))
    assert (by_card.outcome, by_card.name) == (Outcome.ACCEPTED, kept.name)
    by_code = door.scan(merged, Direction.OUT, START + HOUR, code=codes.personal_code(merged.id, START + HOUR))
    assert (by_code.outcome, by_code.name) == (Outcome.ACCEPTED, kept.name)
    assert db.session.scalars(select(ServiceSession.volunteer_id)).one() == kept.id
    found = volunteers.find_by_number(merged.number)
    assert found is not None
    assert found.id == kept.id
    assert volunteers.get_volunteer(EVERYTHING, merged.id).id == kept.id
    assert volunteers.list_live_cards([kept.id]) == {kept.id: [card.id]}


def test_a_lost_card_replaced_after_a_merge_leaves_no_old_one_alive(door: Door) -> None:
    kept, merged, desk = make_signed_up(door), make_person(), make_officer()
    with transaction():
        old = cards.issue(desk, merged, now=START - HOUR)
    make_merge(kept, merged, now=START - HOUR / 2)
    with transaction():
        cards.issue(desk, db.session.get_one(Volunteer, kept.id), now=START)
    refused = door.scan(kept, Direction.IN, START + HOUR, code=codes.card_code(old.id))
    assert refused.reason == "card_revoked"


def test_many_hours_wait_for_a_second_person(door: Door) -> None:
    kept, merged, one, other = make_person(), make_person(), make_officer("甲"), make_officer("乙")
    make_entry(merged.id, 51 * 60, hours_class=HoursClass.D, region_code=DISTRICT)
    merge = make_merge(kept, merged, actor=one)
    assert merge.state is MergeState.REQUESTED
    assert totals(kept) == {}
    with pytest.raises(Denied), transaction():
        service.approve(one, EVERYTHING, merge.id, now=MERGED_AT)
    with transaction():
        service.approve(other, EVERYTHING, merge.id, now=MERGED_AT)
    assert sum(totals(kept).values()) == 51 * 60


def test_nobody_merges_their_own_registration(pair: tuple[Volunteer, Volunteer]) -> None:
    kept, merged = pair
    officer = make_officer()
    with transaction():
        db.session.get_one(Volunteer, merged.id).account_id = officer.account_id
    with pytest.raises(Denied):
        make_merge(kept, merged, actor=officer)


def test_who_is_inside_is_merged_after_leaving(door: Door) -> None:
    kept, merged = make_person(), make_signed_up(door)
    door.come(merged, START)
    with pytest.raises(DomainError) as refusal:
        make_merge(kept, merged, now=START + HOUR)
    assert refusal.value.code == "is_inside"


def test_after_the_days_for_it_nothing_is_undone(pair: tuple[Volunteer, Volunteer]) -> None:
    merge = make_merge(*pair)
    with pytest.raises(DomainError) as refusal:
        undo(merge, now=MERGED_AT + timedelta(days=LIMITS.undo_days, seconds=1))
    assert refusal.value.code == "too_late_to_undo"


def test_merges_are_undone_last_first(door: Door) -> None:
    first, second, third = make_person(), make_person(), make_person()
    make_entry(first.id, 60, region_code=DISTRICT)
    inner = make_merge(second, first)
    outer = make_merge(third, second, now=MERGED_AT + HOUR)
    assert volunteers.kept_id(first.id) == third.id
    with pytest.raises(DomainError) as refusal:
        undo(inner)
    assert refusal.value.code == "later_merge"
    undo(outer)
    assert volunteers.kept_id(first.id) == second.id
    undo(inner)
    assert sum(totals(first).values()) == 60


def test_a_session_corrected_after_the_merge_goes_back_as_corrected(door: Door) -> None:
    """What a reviewer takes back of an old stay is taken back where its hours are now."""
    kept, merged = make_person(), make_signed_up(door)
    serve(door, merged)
    entry = db.session.scalars(select(HoursEntry).where(HoursEntry.volunteer_id == merged.id)).one()
    merge = make_merge(kept, merged)
    with transaction():
        ledger.reverse(Actor(1, "王站长"), entry.id, now=MERGED_AT + HOUR, reason="没有到场")
    assert totals(kept) == {}
    undo(merge)
    assert (totals(kept), totals(merged)) == ({}, {})


def test_a_correction_after_two_merges_goes_back_to_whose_stay_it_was(door: Door) -> None:
    """A stay of somebody merged before into the one who is given back: its corrected hours go with it."""
    first, second, third = make_signed_up(door), make_person(), make_person()
    serve(door, first, START, START + 2 * HOUR)
    session = db.session.scalars(select(ServiceSession)).one()
    make_merge(second, first)
    outer = make_merge(third, second, now=MERGED_AT + HOUR)
    correction = make_correction(door, session.id, Times(START, START + HOUR), now=MERGED_AT + 2 * HOUR)
    with transaction():
        corrections.approve(make_officer("孙科员"), EVERYTHING, correction.id, now=MERGED_AT + 3 * HOUR)
    assert sum(totals(third).values()) == 60
    undo(outer)
    assert (sum(totals(third).values()), sum(totals(second).values())) == (0, 60)


def test_the_database_holds_after_merge_and_undo(pair: tuple[Volunteer, Volunteer]) -> None:
    merge = make_merge(*pair)
    with db.engine.connect() as connection:
        assert [found for found in verify(connection).findings if found.wrong] == []
    undo(merge)
    with db.engine.connect() as connection:
        assert [found for found in verify(connection).findings if found.wrong] == []


def test_nobody_merged_away_is_credited(pair: tuple[Volunteer, Volunteer]) -> None:
    """The trigger `hours_entries_merged_away` holds it, whoever writes; without it this credit would pass."""
    kept, merged = pair
    make_merge(kept, merged)
    with pytest.raises(Exception, match="merged away"):
        make_entry(merged.id, 60, region_code=DISTRICT)
    db.session.rollback()
    assert db.session.execute(text("SELECT count(*) FROM hours_entries WHERE source LIKE 'import%'")).scalar() == 0


def test_end_of_stay_is_the_doors(door: Door) -> None:
    """The kept person's next stay is counted beside what was moved, up to the day's cap."""
    kept, merged = make_signed_up(door), make_signed_up(door)
    serve(door, merged, START, START + HOUR)
    make_merge(kept, merged, now=START + 2 * HOUR)
    serve(door, kept, START + 2 * HOUR, END + HOUR)
    assert sum(totals(kept).values()) == 120


def test_a_merge_makes_nobodys_record_late(door: Door) -> None:
    """Entered on the day, carried two months later: still in time, in the figures and on the activities' sheet."""
    kept, merged = make_person(), make_signed_up(door)
    serve(door, merged)
    later = START + timedelta(days=60)
    question = Question(region=DISTRICT, as_of=later + HOUR)
    assert _on_time(question) == (1, 1)
    merge = make_merge(kept, merged, now=later)
    assert _on_time(question) == (1, 1)
    undo(merge, now=later + HOUR / 2)
    assert _on_time(question) == (1, 1)


def _on_time(question: Question) -> tuple[int, int | None]:
    ratio = further(question, EVERYTHING).figure("on_time")
    return ratio.numerator, ratio.denominator
