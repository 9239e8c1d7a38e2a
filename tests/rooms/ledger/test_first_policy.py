"""The first policy is made when it is first asked for; asked for by a mere reader it is not remembered."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from tests.makers.checkin import START
from volunteer_hub.core.db import db, transaction
from volunteer_hub.ledger import queries, service
from volunteer_hub.ledger.models import HourPolicy


def test_a_first_policy_that_was_undone_is_made_again(app: Flask) -> None:
    """Red without `doubt_policies`: a page that only reads leaves a policy in memory that no table holds."""
    queries.forget_policies()
    service.policy_for("220403000000", START, now=START)
    db.session.rollback()
    with transaction():
        made = service.policy_for("220403000000", START, now=START)
    assert db.session.scalars(select(HourPolicy.id)).all() == [made.id]


def test_a_first_policy_that_was_committed_is_remembered_through_later_readers(app: Flask) -> None:
    queries.forget_policies()
    with transaction():
        made = service.policy_for("220403000000", START, now=START)
    db.session.scalar(select(func.count()).select_from(HourPolicy))
    db.session.rollback()
    assert queries._seen
    assert service.policy_for("220403000000", START, now=START) == made
