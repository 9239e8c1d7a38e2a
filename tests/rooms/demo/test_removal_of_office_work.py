"""What an office tried out on the demonstration goes with it: closed months, flags, files, targets, results."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask
from sqlalchemy import func, select

from tests.makers.demo import NOW, load_small
from volunteer_hub.accounts.models import Account
from volunteer_hub.activities.models import Activity, ActivityResult
from volunteer_hub.core.db import db, transaction
from volunteer_hub.demo import removal
from volunteer_hub.demo.plan import DISTRICT
from volunteer_hub.exchange.models import ExportJob, ExportState, IdentityExport, IdentityState, Writing
from volunteer_hub.month_close import jobs as month_close
from volunteer_hub.month_close.models import MonthClose
from volunteer_hub.statistics.models import FigureDay
from volunteer_hub.statistics.targets_models import Over, Target


def test_the_offices_trials_go_with_the_demonstration(app: Flask) -> None:
    load_small()
    activity = db.session.scalars(select(Activity.id).limit(1)).one()
    office, other = db.session.scalars(select(Account).where(Account.is_demonstration).limit(2)).all()
    with transaction():
        db.session.add(
            ActivityResult(
                activity_id=activity,
                served_on=date(2022, 5, 1),
                beneficiaries=40,
                recorded_at=NOW,
                recorded_by=office.id,
            )
        )
        db.session.add(
            Target(
                region_code=DISTRICT,
                figure="hours_ratio",
                year=2022,
                basis="",
                over=Over.EVER,
                classes="ABCD",
                hundredths=5000,
                source="测评细则",
                version=1,
                set_at=NOW,
                set_by=office.display_name,
            )
        )
        asked = IdentityExport(
            region_code=DISTRICT,
            args={},
            writing=Writing.CSV,
            locale="zh",
            reason="核对",
            requested_by=office.id,
            requested_at=NOW,
            state=IdentityState.PENDING,
        )
        db.session.add(asked)
        db.session.flush()
        job = {"kind": "identity", "args": {}, "writing": Writing.CSV, "locale": "zh", "name": "名单"}
        db.session.add(
            ExportJob(
                account_id=other.id,
                region_code=DISTRICT,
                identity_id=asked.id,
                state=ExportState.WAITING,
                asked_at=NOW + timedelta(seconds=1),
                **job,
            )
        )
    month_close.prepare_months()
    assert count(MonthClose) > 0
    with transaction():
        removal.remove(now=NOW)
    for model in (ActivityResult, Target, IdentityExport, ExportJob, MonthClose, FigureDay):
        assert count(model) == 0, model


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0
