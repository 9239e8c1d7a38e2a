"""The people who sign in these tests."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.makers.month_close import make_served, make_signer
from volunteer_hub.accounts.models import Account


@pytest.fixture
def people(app: Flask) -> tuple[Account, Account, int]:
    """Two of the office, and a volunteer with hours."""
    _, person = make_served()
    return make_signer("王主任"), make_signer("李副主任"), person
