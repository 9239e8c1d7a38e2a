"""Two at once: numbers without gaps, one certificate for one request, one end for one certificate."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from tests.makers.accounts import make_staff
from tests.makers.certificates import NOW, SERVED, address, make_certificate, make_desk, make_done, make_request
from tests.makers.races import overlap
from volunteer_hub.accounts.models import Role
from volunteer_hub.certificates import issuing, issuing_desk, keys, service, wording
from volunteer_hub.certificates.models import Certificate, CertificateRequest, RequestState
from volunteer_hub.certificates.services import Period
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING


def test_six_issued_at_once_are_numbered_without_gap_or_repetition_as_their_papers_say(app: Flask) -> None:
    """Red where `numbering.take` reads and adds in two statements: two get one number, and one is an error.

    Also red where `service.issue` does not compare what it took with what was printed: numbers on papers repeat.
    """
    desk = make_desk()
    asked = []
    for n in range(6):
        make_done(desk.station, desk.volunteer, minutes=30, on=SERVED - timedelta(days=n + 1))
        asked.append(make_request(desk, period=Period(SERVED - timedelta(days=n + 1), SERVED)).id)
    actor = desk.actor
    with transaction():
        keys.current(now=NOW)
    db.session.remove()

    def issue(request_id: int) -> int:
        with app.app_context():
            try:
                return issuing_desk.issue(
                    actor, EVERYTHING, request_id, address=address, site="志愿中枢", now=NOW
                ).serial
            finally:
                db.session.remove()

    with ThreadPoolExecutor(6) as pool:
        serials = list(pool.map(issue, asked))
    assert sorted(serials) == [1, 2, 3, 4, 5, 6]
    for certificate in db.session.scalars(select(Certificate)):
        assert wording.read(certificate.content or "").number == certificate.number
        assert certificate.number.endswith(f"{certificate.serial:05d}")


def test_one_request_is_issued_or_refused_and_not_both(app: Flask) -> None:
    """Red without the turn in `service._claim`: on PostgreSQL the refusal then meets the CHECK as an error."""
    desk = make_desk()
    request = make_request(desk)
    actor = desk.actor
    with transaction():
        keys.current(now=NOW)
    ready = issuing.prepare(actor, EVERYTHING, request.id, address=address, site="志愿中枢", now=NOW)
    said = overlap(
        app,
        lambda: service.issue(actor, EVERYTHING, ready, now=NOW),
        lambda: service.refuse(actor, EVERYTHING, request.id, reason="不符", now=NOW),
    )
    assert said == ["done", "already_decided"]
    assert db.session.get_one(CertificateRequest, request.id).state is RequestState.ISSUED


def test_the_same_request_made_twice_at_once_waits_once(app: Flask) -> None:
    """Red without the turn in `service.ask`: on PostgreSQL the unique index then refuses as an error."""
    desk = make_desk()
    volunteer, actor = desk.volunteer, Actor(desk.volunteer.account_id, "李秀兰")
    asked = service.Asked(service.UnitKind.STATION, desk.station.id, Period(SERVED, SERVED), "升学", False, False)

    def ask() -> object:
        return service.ask(actor, volunteer, asked, now=NOW)

    assert overlap(app, ask, ask) == ["done", "asked_already"]


def test_of_two_who_revoke_one_is_told_that_it_has_ended(app: Flask) -> None:
    """Red without the turn in `service._still_valid`: on PostgreSQL the trigger then refuses as an error."""
    desk = make_desk()
    certificate_id = make_certificate(desk).id
    first, second = desk.actor, Actor(make_staff(Role.OFFICE, name="赵科长").id, "赵科长")
    said = overlap(
        app,
        lambda: service.revoke(first, EVERYTHING, certificate_id, reason="冒名", now=NOW),
        lambda: service.revoke(second, EVERYTHING, certificate_id, reason="也是", now=NOW),
    )
    assert said == ["done", "already_ended"]
