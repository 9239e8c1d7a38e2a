"""The district, two stations, and a day to come."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.makers.accounts import make_staff, sign_in
from tests.makers.regions import District, make_district
from tests.makers.stations import make_station
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.stations.models import Station


@pytest.fixture
def district(app: Flask) -> District:
    return make_district()


@pytest.fixture
def station(district: District) -> Station:
    return make_station(district.community)


@pytest.fixture
def elsewhere(district: District) -> Station:
    return make_station(district.far_community, name="东山社区新时代文明实践站")


@pytest.fixture
def manager(client: FlaskClient, station: Station) -> FlaskClient:
    """A browser of the station's manager."""
    return sign_in(client, make_staff(Role.STATION_MANAGER, ScopeKind.STATION, station.path))
