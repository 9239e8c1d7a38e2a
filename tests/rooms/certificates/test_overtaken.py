"""A correction of hours, and what becomes of a certificate that covers them."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select

from tests.makers.accounts import sign_in
from tests.makers.certificates import (
    FIRST_DAY,
    NOW,
    SERVED,
    Desk,
    make_certificate,
    make_desk,
    make_done,
    make_ready,
    make_request,
)
from tests.makers.checkin import END, START, make_door, make_signed_up
from tests.makers.ledger import make_reversal
from tests.makers.merging import make_merge, make_officer, serve, undo
from tests.makers.requests import make_correction
from tests.makers.services import make_service
from tests.makers.volunteers import make_volunteer
from volunteer_hub import rooms
from volunteer_hub.activities.models import Shift
from volunteer_hub.amendments import corrections
from volunteer_hub.amendments.correcting import Times
from volunteer_hub.certificates import ending, jobs, verifying
from volunteer_hub.certificates.models import (
    Certificate,
    CertificateLook,
    CertificateRequest,
    CertificateState,
    RequestState,
)
from volunteer_hub.certificates.services import Period
from volunteer_hub.certificates.verifying import Verdict
from volunteer_hub.checkin.models import ServiceSession
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.notices.models import Notice
from volunteer_hub.volunteers.models import Volunteer

SOON = timedelta(minutes=1)


def fresh(certificate: Certificate) -> Certificate:
    db.session.rollback()
    return db.session.get_one(Certificate, certificate.id, populate_existing=True)


def verdict(certificate: Certificate) -> Verdict:
    return verifying.verify(fresh(certificate)).verdict


def take_back(desk: Desk) -> None:
    """Take the hours back just now, by the clock the timetable reads."""
    make_reversal(desk.entry_id, at=clock.now())


def test_the_page_never_says_valid_once_hours_were_taken_back(app: Flask) -> None:
    """No job has run: the page asks the ledger itself."""
    desk = make_desk()
    certificate = make_certificate(desk)
    address = f"/certificates/{certificate.token}"
    assert "与时长台账一致" in app.test_client().get(address).text
    take_back(desk)
    page = app.test_client().get(address).text
    assert "已替换" in page
    assert "新证明待开具" in page
    assert "与时长台账一致" not in page
    assert fresh(certificate).state is CertificateState.VALID


def test_within_a_minute_the_state_is_written_the_volunteer_told_and_another_is_due(app: Flask) -> None:
    """The timetable runs it every 15 seconds; one run is enough, and a second does nothing twice."""
    desk = make_desk()
    certificate = make_certificate(desk)
    jobs.end_overtaken()
    assert fresh(certificate).state is CertificateState.VALID
    take_back(desk)
    jobs.end_overtaken()
    jobs.end_overtaken()
    ended = fresh(certificate)
    assert ended.state is CertificateState.SUPERSEDED
    due = db.session.scalars(select(CertificateRequest).where(CertificateRequest.replaces_id == ended.id)).one()
    assert (due.state, due.purpose, due.asked_by) == (RequestState.WAITING, "升学", None)
    told = db.session.scalars(select(Notice.account_id)).all()
    assert sorted(told) == sorted([desk.volunteer.account_id, desk.volunteer.account_id, desk.manager.id])


def test_what_is_issued_instead_names_the_one_it_replaces(app: Flask) -> None:
    desk = make_desk()
    other = make_done(desk.station, desk.volunteer, minutes=30, on=SERVED - timedelta(days=1))
    certificate = make_certificate(desk)
    assert other in certificate.covered
    make_reversal(other, at=clock.now())
    jobs.end_overtaken()
    due = ending_due(certificate)
    second = make_certificate(desk, due)
    old = fresh(certificate)
    assert (second.minutes, second.serial, old.superseded_by_id) == (120, 2, second.id)
    said = verifying.verify(second).content
    assert said is not None
    assert said.replaces == certificate.number
    assert verdict(second) is Verdict.VALID
    page = app.test_client().get(f"/certificates/{old.token}").text
    assert "已另开新的证明" in page
    assert second.number not in page
    assert second.token not in page


def ending_due(certificate: Certificate) -> CertificateRequest:
    db.session.rollback()
    wanted = select(CertificateRequest).where(CertificateRequest.replaces_id == certificate.id)
    return db.session.scalars(wanted).one()


def test_hours_of_other_days_and_hours_that_come_later_leave_a_certificate_alone(app: Flask) -> None:
    desk = make_desk()
    outside = make_done(desk.station, desk.volunteer, on=FIRST_DAY - timedelta(days=9))
    certificate = make_certificate(desk)
    make_reversal(outside, at=clock.now())
    make_done(desk.station, desk.volunteer, on=SERVED + timedelta(days=1))
    jobs.end_overtaken()
    assert verdict(certificate) is Verdict.VALID


def test_a_correction_to_equal_minutes_leaves_it_and_to_others_ends_it(app: Flask) -> None:
    desk = make_desk()
    certificate = make_certificate(desk)
    for number, (minutes, expected) in enumerate([(120, Verdict.VALID), (90, Verdict.SUPERSEDED)]):
        at = clock.now() + number * SOON
        make_reversal(desk.entry_id, at=at)
        desk.entry_id = _again(desk, minutes, at)
        assert verdict(certificate) is expected


def _again(desk: Desk, minutes: int, at: datetime) -> int:
    from_before = db.session.get_one(HoursEntry, desk.entry_id)
    shift = db.session.get_one(Shift, from_before.shift_id)
    return make_service(
        desk.volunteer,
        minutes=minutes,
        service_on=SERVED,
        station=desk.station,
        shift=shift,
        recorded_at=at,
        source=f"again:{minutes}",
    )


def test_a_merge_of_two_registrations_leaves_certificates_as_they_are(app: Flask) -> None:
    """Hours are reversed there and credited here, in one act: the person served as long as before."""
    desk = make_desk()
    certificate = make_certificate(desk)
    kept = make_volunteer(desk.station.region_code, "李秀兰")
    at = clock.now()
    with transaction():
        db.session.get_one(Volunteer, desk.volunteer.id).merged_into_id = kept.id
    make_reversal(desk.entry_id, at=at)
    before = desk.volunteer
    desk.volunteer = kept
    moved = _again(desk, 120, at)
    assert verdict(certificate) is Verdict.VALID
    jobs.end_overtaken()
    assert verdict(certificate) is Verdict.VALID
    own = sign_in(app.test_client(), kept)
    assert certificate.number in own.get("/my/certificates").text
    asked = make_request(desk, period=Period(SERVED, SERVED))
    assert make_certificate(desk, asked).covered == [moved]
    make_reversal(moved, at=clock.now() + SOON)
    jobs.end_overtaken()
    assert fresh(certificate).state is CertificateState.SUPERSEDED
    assert before.id != kept.id


def test_a_timetable_that_stood_still_finds_what_it_missed(app: Flask) -> None:
    """Without the row that says how far it looked, a correction of three days ago would stay unnoticed."""
    desk = make_desk()
    certificate = make_certificate(desk)
    with transaction():
        ending.note_look(now=NOW)
    make_reversal(desk.entry_id, at=NOW + SOON)
    assert ending.list_overtaken(now=NOW + timedelta(days=3)) == [certificate.id]


def test_a_real_merge_and_its_undoing_leave_a_certificate_valid_though_both_claimed_the_same_hour(app: Flask) -> None:
    """One was there from nine to eleven, the other registration from ten: what both claim counts once."""
    door = make_door()
    kept, merged = make_signed_up(door), make_signed_up(door)
    serve(door, merged)
    serve(door, kept, START + timedelta(minutes=60), END)
    desk = Desk(door.station, door.operator, merged, 0)
    make_ready(desk)
    served = Period(clock.civil_date(START), clock.civil_date(START))
    certificate = make_certificate(desk, make_request(desk, period=served))
    assert certificate.minutes == 120
    merge = make_merge(kept, merged)
    assert verdict(certificate) is Verdict.VALID
    undo(merge)
    assert verdict(certificate) is Verdict.VALID
    jobs.end_overtaken()
    assert fresh(certificate).state is CertificateState.VALID


def test_a_correction_that_two_people_made_reaches_the_page_and_the_desk_within_a_minute(app: Flask) -> None:
    """The whole way: scans, certificate, proposal, approval by a second person, one run of the timetable."""
    every = rooms.JOBS["certificates-overtaken"][1]
    assert every <= 20
    door = make_door()
    volunteer = make_signed_up(door)
    serve(door, volunteer)
    desk = Desk(door.station, door.operator, volunteer, 0)
    make_ready(desk)
    day = clock.civil_date(START)
    certificate = make_certificate(desk, make_request(desk, period=Period(day, day)))
    session = db.session.scalars(select(ServiceSession)).one()
    shorter = Times(START, START + timedelta(minutes=90))
    at = clock.now()
    proposed = make_correction(door, session.id, shorter, now=at)
    with transaction():
        corrections.approve(make_officer(), EVERYTHING, proposed.id, now=at)
    assert "新证明待开具" in app.test_client().get(f"/certificates/{certificate.token}").text
    jobs.end_overtaken()
    assert fresh(certificate).state is CertificateState.SUPERSEDED
    second = make_certificate(desk, ending_due(certificate))
    assert (second.minutes, verdict(second)) == (90, Verdict.VALID)
    with transaction():
        db.session.get_one(CertificateLook, 1).until = at
    assert ending.list_overtaken(now=at + SOON) == []
