"""The external real-name service: asked by staff, for somebody else, and never where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.regions import make_district
from tests.makers.volunteers import make_volunteer
from tests.rooms.volunteers.test_office import make_office
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.db import db
from volunteer_hub.volunteers import queries, real_name
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.real_name import Question, RealNameService, Reply, Unavailable


@dataclass
class Recorded:
    """A service that keeps what it was asked and answers as it was told."""

    replies: list[Reply | None] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)

    def ask(self, question: Question) -> Reply:
        """Answer, or be away."""
        self.asked.append(question)
        reply = self.replies.pop(0)
        if reply is None:
            raise Unavailable
        return reply


_made = Recorded()


def make() -> RealNameService:
    """Return the service, as a deployment's factory would."""
    return _made


@pytest.fixture
def service(app: Flask) -> Iterator[Recorded]:
    real_name.load(f"{__name__}:make")
    _made.asked.clear()
    _made.replies.clear()
    yield _made
    real_name.load("")


@pytest.fixture
def person(client: FlaskClient) -> Volunteer:
    place = make_district()
    make_office(client, place.county)
    return make_volunteer(place.community)


def _assurance(volunteer: Volunteer) -> int:
    standing = queries.current_standing(volunteer.id)
    assert standing is not None
    return standing.assurance


def test_a_yes_makes_level_three_with_the_services_number_in_the_trail(
    client: FlaskClient, person: Volunteer, service: Recorded
) -> None:
    service.replies.append(Reply(True, "R-77"))
    assert "外部实名核验" in client.get(f"/office/volunteers/{person.id}").text
    assert client.post(f"/office/volunteers/{person.id}/real-name").status_code == 302
    assert _assurance(person) == 3
    assert service.asked == [Question(person.name, person.document_kind, person.document_number)]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "volunteers.raise_assurance")).one()
    assert entry.reason == "real-name:R-77"


def test_a_no_and_no_answer_change_nothing(client: FlaskClient, person: Volunteer, service: Recorded) -> None:
    service.replies += [Reply(False, "R-78"), None]
    for _ in range(2):
        assert client.post(f"/office/volunteers/{person.id}/real-name").status_code == 302
    assert _assurance(person) == 0


def test_without_a_service_nothing_is_offered(client: FlaskClient, person: Volunteer) -> None:
    assert "外部实名核验" not in client.get(f"/office/volunteers/{person.id}").text
    client.post(f"/office/volunteers/{person.id}/real-name")
    assert _assurance(person) == 0


def test_a_setting_that_names_no_factory_is_refused() -> None:
    with pytest.raises(ValueError, match="is not of the form"):
        real_name.load("nonsense")
