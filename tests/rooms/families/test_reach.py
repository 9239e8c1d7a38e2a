"""What each kind of carer reaches: whatever nobody named stays shut."""

from __future__ import annotations

import pytest

from volunteer_hub.families.models import CareKind
from volunteer_hub.families.reach import may_open


@pytest.mark.parametrize("kind", CareKind)
@pytest.mark.parametrize(
    "endpoint", ["no_such.page", "accounts.logins", "mobiles.change", "families.make_code", "agenda.open_feed"]
)
def test_nobody_reaches_what_lets_one_in_and_what_is_not_named(kind: CareKind, endpoint: str) -> None:
    assert not may_open(kind, endpoint)


def test_a_guardian_proves_presence_and_a_relative_does_not() -> None:
    assert may_open(CareKind.GUARDIAN, "checkin.my_code")
    assert not may_open(CareKind.RELATIVE, "checkin.my_code")
    assert may_open(CareKind.RELATIVE, "activities.sign_up")
