"""Which state may follow which: two tables, and the sets of states that mean something together. Pure."""

from __future__ import annotations

from volunteer_hub.activities.models import ActivityState, SignUpState
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_

A, S = ActivityState, SignUpState

ACTIVITY_MOVES: dict[ActivityState, frozenset[ActivityState]] = {
    #: A draft that is thrown away is kept as cancelled, so that its trail stays readable.
    A.DRAFT: frozenset({A.PUBLISHED, A.CANCELLED}),
    #: Back to the desk only while nobody has ever signed up; the service asks.
    A.PUBLISHED: frozenset({A.DRAFT, A.CANCELLED, A.CLOSED}),
    A.CANCELLED: frozenset(),
    A.CLOSED: frozenset(),
}

SIGN_UP_MOVES: dict[SignUpState, frozenset[SignUpState]] = {
    S.PENDING: frozenset({S.ACCEPTED, S.DECLINED, S.WITHDRAWN}),
    S.ACCEPTED: frozenset({S.DECLINED, S.WITHDRAWN}),
    S.WAITING: frozenset({S.PENDING, S.ACCEPTED, S.OFFERED, S.DECLINED, S.WITHDRAWN}),
    S.OFFERED: frozenset({S.ACCEPTED, S.WAITING, S.DECLINED, S.WITHDRAWN}),
    #: Signing up again, by the person.
    S.WITHDRAWN: frozenset({S.PENDING, S.ACCEPTED, S.WAITING}),
    #: Only a manager takes a declined person in after all.
    S.DECLINED: frozenset({S.ACCEPTED}),
}

#: Counted in `shifts.taken` by the trigger on sign_ups.
HOLDING = frozenset({S.ACCEPTED, S.OFFERED})
#: The person means to come, so the time is spoken for; the waiting list moves up without asking again.
LIVE = frozenset({S.PENDING, S.ACCEPTED, S.WAITING, S.OFFERED})
#: What a leader may take in.
ACCEPTABLE = frozenset({S.PENDING, S.WAITING, S.OFFERED})


def check_activity_move(before: ActivityState, after: ActivityState) -> None:
    """Raise DomainError `activity_state` unless the activity may go from the one state to the other."""
    if after not in ACTIVITY_MOVES[before]:
        raise DomainError("activity_state", N_("这个活动的状态已经变化，不能这样操作，请刷新后再看。"))


def check_sign_up_move(before: SignUpState, after: SignUpState) -> None:
    """Raise DomainError `sign_up_state` unless the sign-up may go from the one state to the other."""
    if after not in SIGN_UP_MOVES[before]:
        raise _sign_up_state()


def check_acceptable(state: SignUpState) -> None:
    """Raise DomainError `sign_up_state` unless a leader may take in who stands so."""
    if state not in ACCEPTABLE:
        raise _sign_up_state()


def _sign_up_state() -> DomainError:
    return DomainError("sign_up_state", N_("这条报名的状态已经变化，不能这样操作，请刷新后再看。"))
