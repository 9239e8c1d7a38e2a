"""The two transition tables."""

from __future__ import annotations

from itertools import product

import pytest

from volunteer_hub.activities.models import ActivityState, SignUpState
from volunteer_hub.activities.states import ACTIVITY_MOVES, SIGN_UP_MOVES, check_activity_move, check_sign_up_move
from volunteer_hub.core.errors import DomainError


def test_every_state_has_its_line() -> None:
    assert set(ACTIVITY_MOVES) == set(ActivityState)
    assert set(SIGN_UP_MOVES) == set(SignUpState)


@pytest.mark.parametrize(("before", "after"), [*product(ActivityState, repeat=2)])
def test_an_activity_moves_only_along_its_table(before: ActivityState, after: ActivityState) -> None:
    if after in ACTIVITY_MOVES[before]:
        check_activity_move(before, after)
    else:
        with pytest.raises(DomainError, match="activity_state"):
            check_activity_move(before, after)


@pytest.mark.parametrize(("before", "after"), [*product(SignUpState, repeat=2)])
def test_a_sign_up_moves_only_along_its_table(before: SignUpState, after: SignUpState) -> None:
    if after in SIGN_UP_MOVES[before]:
        check_sign_up_move(before, after)
    else:
        with pytest.raises(DomainError, match="sign_up_state"):
            check_sign_up_move(before, after)


def test_nothing_comes_back_from_the_archive() -> None:
    assert not ACTIVITY_MOVES[ActivityState.CANCELLED]
    assert not ACTIVITY_MOVES[ActivityState.CLOSED]
