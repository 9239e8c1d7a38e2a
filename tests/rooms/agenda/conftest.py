"""A district, a station, a volunteer who is signed in."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.makers.accounts import sign_in
from tests.makers.regions import District, make_district
from tests.makers.stations import make_station
from tests.makers.volunteers import make_volunteer
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import db
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer


@pytest.fixture
def district(app: Flask) -> District:
    return make_district()


@pytest.fixture
def station(district: District) -> Station:
    return make_station(district.community)


@pytest.fixture
def volunteer(district: District) -> Volunteer:
    return make_volunteer(district.community, "王小红")


@pytest.fixture
def own(client: FlaskClient, volunteer: Volunteer) -> FlaskClient:
    """A browser of the volunteer."""
    return sign_in(client, db.session.get_one(Account, volunteer.account_id))
