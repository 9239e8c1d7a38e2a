"""Merges, and people who had themselves erased, go with the demonstration; a real registration stands alone again."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from tests.makers.demo import NOW, load_small
from tests.makers.merging import make_merge
from tests.makers.volunteers import make_volunteer
from volunteer_hub.accounts.models import Account, RecoveryCode
from volunteer_hub.core import person_keys
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.person_keys import PersonKey
from volunteer_hub.demo import removal
from volunteer_hub.merging.models import Merge, MergeEntry
from volunteer_hub.rights import leaving
from volunteer_hub.rights.models import Erasure, RightsRequest
from volunteer_hub.volunteers.models import Volunteer

LATER = NOW + timedelta(hours=1)
TRIED = (Merge, MergeEntry, PersonKey, RightsRequest, Erasure, RecoveryCode)


def test_merges_and_erasures_of_the_demonstration_go_and_real_people_stay(app: Flask) -> None:
    load_small(150)
    real = make_volunteer("220403002001", "王芳")
    invented = db.session.scalars(
        select(Volunteer).where(Volunteer.is_demonstration, ~Volunteer.is_party_member).order_by(Volunteer.id)
    ).all()
    kept, merged, leaver = invented[0], invented[1], invented[2]
    make_merge(kept, merged, now=LATER)
    make_merge(invented[3], real, now=LATER)
    with transaction():
        who = Actor(leaver.account_id, leaver.name)
        leaving.ask(who, db.session.get_one(Volunteer, leaver.id), days=0, urgent=True, now=LATER)
        person_keys.seal(kept.id, "说明", "test", now=LATER)
    with transaction():
        leaving.erase_due(leaver.id, now=LATER + timedelta(days=1))
    assert db.session.scalar(select(func.count()).select_from(Erasure)) == 1
    with transaction():
        removal.remove(now=LATER + timedelta(days=2))
    left = {model.__tablename__: db.session.scalar(select(func.count()).select_from(model)) for model in TRIED}
    assert left == {model.__tablename__: 0 for model in TRIED}
    stays = db.session.scalars(select(Volunteer)).one()
    assert (stays.id, stays.merged_into_id) == (real.id, None)
    assert db.session.get_one(Account, real.account_id).leads_to_id is None
