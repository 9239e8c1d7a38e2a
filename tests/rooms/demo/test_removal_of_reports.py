"""Reports about invented hours go with them; afterwards reports are kept for ever again."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from tests.makers.checkin import make_door
from tests.makers.demo import NOW, load_small
from volunteer_hub.activities.models import Activity
from volunteer_hub.core.db import db, transaction
from volunteer_hub.demo import removal
from volunteer_hub.publicity.models import HoursReport


def test_reports_on_the_demonstration_go_with_it_and_real_ones_stay(app: Flask) -> None:
    load_small()
    invented = db.session.scalars(select(Activity.id).limit(1)).one()
    real = make_door().shift.activity_id
    with transaction():
        for activity_id in (invented, real):
            db.session.add(HoursReport(activity_id=activity_id, reason="没有办过", reported_at=NOW))
    with transaction():
        removal.remove(now=NOW)
    assert db.session.scalars(select(HoursReport.activity_id)).all() == [real]
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(delete(HoursReport))
    assert db.session.scalar(select(func.count()).select_from(HoursReport)) == 1
