"""A question that takes long to count is answered at once with a page that says so, and then with the figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from flask.testing import FlaskClient

from tests.makers.accounts import make_staff, sign_in
from tests.makers.ledger import make_entry, make_resident
from tests.makers.regions import District, make_district
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.statistics import effort, facts_routes, folding, queries
from volunteer_hub.statistics.question import Question

ADDRESSES = ("/office/statistics?from=2022-05-01&to=2022-05-20", "/office/figures", "/office/figures/overview")
SAYS_SO = "正在统计"


@pytest.fixture
def places(client: FlaskClient) -> District:
    """A district with some hours, and its office signed in."""
    made = make_district()
    for day in (date(2022, 5, 1), date(2022, 5, 30)):
        make_entry(make_resident(made.community).id, 60, service_on=day)
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, made.county))
    return made


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "MOST_AT_ONCE", -1)


def main_of(page: str) -> str:
    found = re.search(r"<main[^>]*>(.*)</main>", page, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_takes_long_says_so_before_it_is_counted(
    client: FlaskClient, places: District, slow: None, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Goes red where the figures are counted before the first part is handed over."""
    counted: list[str] = []

    def watch(owner: object, name: str) -> None:
        really = getattr(owner, name)

        def count(*args: object) -> object:
            counted.append(name)
            return really(*args)

        monkeypatch.setattr(owner, name, count)

    watch(queries, "ratios")
    watch(facts_routes, "facts")
    watch(facts_routes, "further")
    response = client.get(address)
    assert response.headers["X-Accel-Buffering"] == "no"
    parts: Iterator[bytes] = response.iter_encoded()
    first = next(parts).decode()
    assert SAYS_SO in first
    assert "</main>" not in first
    assert "counted.css" not in first
    assert counted == []
    rest = b"".join(parts).decode()
    assert len(counted) == 1
    assert "counted.css" in rest
    assert rest.rstrip().endswith("</html>")


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_figures_that_follow_are_those_of_the_page_as_usual(
    client: FlaskClient, places: District, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    as_of = clock.now().isoformat().replace("+", "%2B")
    address += ("&" if "?" in address else "?") + f"as_of={as_of}"
    usual = client.get(address).text
    assert SAYS_SO not in usual
    monkeypatch.setattr(effort, "MOST_AT_ONCE", -1)
    page = client.get(address).text
    assert page.count("<html") == page.count("</html>") == page.count("<main") == page.count("<h1") == 1
    assert main_of(usual).strip() in main_of(page)


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_refused_is_refused_before_anything_is_sent(
    client: FlaskClient, places: District, slow: None, address: str
) -> None:
    elsewhere = address + ("&" if "?" in address else "?") + "region=110101000000"
    assert client.get(elsewhere).status_code == 404


def test_where_counting_fails_the_page_says_so_and_offers_to_try_again(
    client: FlaskClient, places: District, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(facts_routes, "further", fail)
    page = client.get("/office/figures/overview?from=2022-05-01").text
    assert "这次没有统计出来" in page
    assert 'href="/office/figures/overview?from=2022-05-01"' in page
    assert page.rstrip().endswith("</html>")


def test_what_the_folded_counts_say_reads_no_lines_and_other_dates_their_share(places: District) -> None:
    now = clock.now()
    ever, year = Question(places.county, now, live=True), (date(2022, 1, 1), date(2022, 12, 31))
    some = Question(places.county, now, date(2022, 5, 1), date(2022, 5, 15), live=True)
    assert effort.of_ratios(ever) == 2
    with transaction():
        folding.rebuild(now=now)
    assert effort.of_ratios(ever) == effort.of_ratios(Question(places.county, now, *year, live=True)) == 0
    assert effort.of_ratios(some) == 1
    assert effort.of_facts(some) == 2
    assert effort.of_further(ever) == 8
    assert effort.of_further(ever.at(places.street)) == 0
