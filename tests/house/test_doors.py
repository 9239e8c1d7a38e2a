"""Every door states who may open it, and keeps to it."""

from __future__ import annotations

from sqlalchemy import func, select

from tests.house.town import UNSAFE, Town
from volunteer_hub.core.db import db
from volunteer_hub.core.permission import Permission

#: The trail grows when somebody takes personal data out, and a login is opened by the tests themselves.
MAY_GROW = {"audit_entries", "logins"}
#: Shown only to who has opened the person before, with a reason that is in the trail.
NEED_A_PASS = {"/office/statistics/people/<int:volunteer_id>", "/office/statistics/entries/<int:entry_id>"}


def methods(town: Town) -> list[tuple[str, str, str, Permission | str | None]]:
    """List each door and method: method, rule, address, access."""
    return [
        (method, rule.rule, town.address(rule), town.access(rule))
        for rule in town.doors()
        for method in sorted((rule.methods or set()) & {"GET", *UNSAFE})
    ]


def test_every_route_states_who_may_open_it(town: Town) -> None:
    silent = [rule.rule for rule in town.doors() if town.access(rule) is None]
    assert silent == []


def test_a_visitor_is_asked_to_sign_in_and_gets_nothing_else(town: Town) -> None:
    wrong = []
    for method, rule, address, access in methods(town):
        if access == "public":
            continue
        answer = town.browser().open(address, method=method)
        if rule.startswith("/api/"):
            fine = (answer.status_code, answer.mimetype) == (401, "application/problem+json")
        else:
            fine = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in")
        if not fine:
            wrong.append(f"{method} {rule}: {answer.status_code}")
    assert wrong == []


def test_an_account_without_a_role_opens_nothing_but_its_own_pages(town: Town) -> None:
    wrong = []
    outsider = town.browser(town.outsider)
    for method, rule, address, access in methods(town):
        if access in ("public", Permission.OWN_PAGES):
            continue
        answer = outsider.open(address, method=method)
        if answer.status_code not in (403, 404):
            wrong.append(f"{method} {rule}: {answer.status_code}")
    assert wrong == []


def test_the_office_of_another_district_finds_nothing_of_this_one(town: Town) -> None:
    """Holding a permission elsewhere is not enough: outside one's scope everything is 404.

    The administrator finds each of these objects, so it is the scope that hides them.
    """
    wrong = []
    stranger, administrator = town.browser(town.stranger), town.browser(town.administrator)
    for method, rule, address, access in methods(town):
        if access in ("public", Permission.OWN_PAGES) or "<" not in rule:
            continue
        found = stranger.open(address, method=method).status_code
        told = method == "GET" and rule not in NEED_A_PASS
        there = administrator.get(address).status_code if told else 200
        if found not in (403, 404) or there != 200:
            wrong.append(f"{method} {rule}: {found}, for the administrator {there}")
    assert wrong == []


def _counts() -> dict[str, int]:
    tables = (table for table in db.metadata.sorted_tables if table.name not in MAY_GROW)
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_reading_changes_nothing_and_never_fails(town: Town) -> None:
    wrong, before = [], _counts()
    browser = town.browser(town.administrator)
    for method, rule, address, _access in methods(town):
        if method == "GET":
            status = browser.get(address).status_code
            if status >= 500:
                wrong.append(f"{rule}: {status}")
    db.session.rollback()
    assert wrong == []
    assert _counts() == before


def test_nothing_is_changed_without_the_token_of_the_page(town: Town) -> None:
    wrong = []
    town.app.config["WTF_CSRF_ENABLED"] = True
    try:
        for method, rule, address, access in methods(town):
            if method == "GET" or (rule.startswith("/api/") and access == "public"):
                continue
            answer = town.browser(town.administrator).open(address, method=method)
            if answer.status_code != 400:
                wrong.append(f"{method} {rule}: {answer.status_code}")
    finally:
        town.app.config["WTF_CSRF_ENABLED"] = False
    assert wrong == []
