"""Somebody who withdrew by themselves, and stays after all: the register takes them up where it left them."""

from __future__ import annotations

from datetime import datetime

from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers import queries, registration
from volunteer_hub.volunteers.ages import Ages, Band, full_years
from volunteer_hub.volunteers.models import STILL, Consent, Standing, Volunteer
from volunteer_hub.volunteers.registration import Texts


def come_back(actor: Actor, volunteer: Volunteer, texts: Texts, *, now: datetime, ages: Ages) -> None:
    """Open the last standing again from now on: same place, same assurance; the consents are given anew.

    What was counted in between stays uncounted. Raises DomainError for who is in the register, or never was.
    """
    db.session.refresh(volunteer, with_for_update=True)
    last = next(iter(queries.list_standings(volunteer.id)), None)
    if volunteer.merged_into_id is not None or last is None or last.until == STILL:
        raise DomainError("in_register", N_("这位志愿者已在登记册里。"))
    volunteer.withdrawn_at = None
    db.session.add(
        Standing(
            volunteer_id=volunteer.id,
            region_code=last.region_code,
            assurance=last.assurance,
            since=max(now, last.until),
            until=STILL,
        )
    )
    years = full_years(volunteer.birth_on, clock.civil_date(now)) if volunteer.birth_on else None
    band = ages.band(years) if years is not None else Band.ADULT
    db.session.add_all(
        Consent(
            volunteer_id=volunteer.id,
            kind=kind,
            version=text.version,
            text_digest=text.digest,
            given_by=given_by,
            given_at=now,
        )
        for kind, text, given_by in registration.consents_of(texts, band)
    )
    audit.record(actor, "volunteers.come_back", "volunteer", volunteer.id, now=now, region=last.region_code)
    db.session.flush()
