"""What the ledger may do to a paper that was issued: the pure rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from volunteer_hub.certificates.standing import Fact, is_unchanged

AT = datetime(2026, 3, 1, tzinfo=UTC)


def credit(entry_id: int, minutes: int, *, hour: int = 0, service: str = "a shift") -> Fact:
    return Fact(entry_id, None, minutes, service, AT + timedelta(hours=hour))


def reversal(entry_id: int, of: Fact, *, hour: int) -> Fact:
    return Fact(entry_id, of.entry_id, -of.minutes, of.service, AT + timedelta(hours=hour))


FIRST = credit(1, 120)


def test_what_nobody_touched_stands() -> None:
    assert is_unchanged([1], [FIRST])


def test_what_is_gone_from_the_ledger_does_not_stand() -> None:
    """No line ever goes, but for those of the demonstration when it is taken out."""
    assert not is_unchanged([1, 9], [FIRST])


def test_hours_taken_back_end_it() -> None:
    assert not is_unchanged([1], [FIRST, reversal(2, FIRST, hour=1)])


def test_a_correction_to_fewer_or_more_minutes_ends_it() -> None:
    taken = reversal(2, FIRST, hour=1)
    assert not is_unchanged([1], [FIRST, taken, credit(3, 60, hour=1)])
    assert not is_unchanged([1], [FIRST, taken, credit(3, 150, hour=1)])


def test_other_times_of_equal_length_leave_it() -> None:
    assert is_unchanged([1], [FIRST, reversal(2, FIRST, hour=1), credit(3, 120, hour=1)])


def test_hours_that_come_later_leave_it() -> None:
    assert is_unchanged([1], [FIRST, credit(2, 45, hour=9)])
    assert is_unchanged([1], [FIRST, credit(2, 45, hour=9, service="another shift")])


def test_the_same_minutes_for_another_service_do_not_make_up_for_it() -> None:
    assert not is_unchanged([1], [FIRST, reversal(2, FIRST, hour=1), credit(3, 120, hour=1, service="another shift")])


def test_what_was_carried_on_is_followed_through_a_second_correction() -> None:
    carried = credit(3, 120, hour=1)
    facts = [FIRST, reversal(2, FIRST, hour=1), carried]
    assert is_unchanged([1], facts)
    assert not is_unchanged([1], [*facts, reversal(4, carried, hour=2)])
    assert is_unchanged([1], [*facts, reversal(4, carried, hour=2), credit(5, 120, hour=2)])


def test_later_hours_of_the_same_service_moved_along_leave_it() -> None:
    later = credit(2, 60, hour=1)
    moved = [reversal(3, FIRST, hour=2), reversal(4, later, hour=2), credit(5, 120, hour=2), credit(6, 60, hour=2)]
    assert is_unchanged([1], [FIRST, later, *moved])


def test_time_that_two_registrations_claimed_counts_once_and_leaves_it() -> None:
    """Half of the two hours was the other registration's already: only half is carried, and all still counts."""
    others = credit(2, 60, hour=1)
    assert is_unchanged([1], [FIRST, others, reversal(3, FIRST, hour=2), credit(4, 60, hour=2)])


def test_a_merge_that_was_undone_leaves_it() -> None:
    """The other registration's lines are no longer this person's: a gap, and the same minutes again."""
    assert is_unchanged([1], [FIRST, reversal(2, FIRST, hour=1), credit(5, 120, hour=2)])
    assert not is_unchanged([1], [FIRST, reversal(2, FIRST, hour=1), credit(5, 90, hour=2)])
