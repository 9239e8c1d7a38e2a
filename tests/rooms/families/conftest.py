"""A guardian with a child, an elder, and a shift to come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.makers.accounts import sign_in
from tests.makers.activities import make_shift
from tests.makers.families import make_child, make_elder
from tests.makers.regions import District, make_district
from tests.makers.stations import make_station
from tests.makers.volunteers import make_volunteer
from volunteer_hub.activities.models import Shift
from volunteer_hub.core import clock
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer

HOUR = timedelta(hours=1)


@pytest.fixture
def district(app: Flask) -> District:
    return make_district()


@pytest.fixture
def station(district: District) -> Station:
    return make_station(district.community)


@pytest.fixture
def shift(station: Station) -> Shift:
    starts_at = clock.at(clock.today() + timedelta(days=1)) + 9 * HOUR
    return make_shift(station, starts_at=starts_at, ends_at=starts_at + 2 * HOUR)


@pytest.fixture
def mother(district: District) -> Volunteer:
    return make_volunteer(district.community, "王芳")


@pytest.fixture
def child(district: District, mother: Volunteer) -> Volunteer:
    return make_child(mother, district.community)


@pytest.fixture
def elder(district: District) -> Volunteer:
    return make_elder(district.community)


@pytest.fixture
def phone(client: FlaskClient, mother: Volunteer) -> FlaskClient:
    """The mother's browser."""
    return sign_in(client, mother)
