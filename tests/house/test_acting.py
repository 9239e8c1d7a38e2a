"""Acting for somebody, at every door: which own pages are open, and that whatever is changed names who acted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import Connection, event, func, select

from tests.house.town import UNSAFE, Town
from tests.makers.activities import make_shift
from tests.makers.families import make_child
from tests.makers.volunteers import make_volunteer
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.permission import Permission
from volunteer_hub.families.models import CareKind, CareLink
from volunteer_hub.families.reach import REACH, may_open
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer

#: What is typed where an empty form is refused, so that as many doors as can be really open.
TYPED = {
    "volunteers.profile": {"mobile": "13912345678", "region_code": "220403002001"},
    "volunteers.withdraw": {"sure": "y"},
}
#: They change something of the child for an empty form already; whatever else does, names who acted too.
CHANGE = {"activities.sign_up", "activities.withdraw", "notices.read_all", "teams.join", "volunteers.profile"}
#: These end the acting itself, and after the last nobody is left to act for.
ENDS, LAST = {"families.back", "accounts.sign_out"}, "volunteers.withdraw"


def own_pages(town: Town) -> Iterator[tuple[str, str, str]]:
    """Yield endpoint, method and address of every own page, leaving the register last.

    That the town has an object for each name in an address is asked in test_doors.
    """
    known = set(town.values)
    doors = [rule for rule in town.doors() if town.access(rule) is Permission.OWN_PAGES and rule.arguments <= known]
    for rule in sorted(doors, key=lambda rule: rule.endpoint == LAST):
        for method in sorted((rule.methods or set()) & {"GET", *UNSAFE}):
            yield rule.endpoint, method, town.address(rule)


@contextmanager
def commits() -> Iterator[list[str]]:
    """Collect each committed transaction that wrote something."""
    wrote: set[int] = set()
    done: list[str] = []

    def execute(connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            wrote.add(id(connection))

    def commit(connection: Connection) -> None:
        if id(connection) in wrote:
            wrote.discard(id(connection))
            done.append("committed")

    def rollback(connection: Connection) -> None:
        wrote.discard(id(connection))

    listeners = {"before_cursor_execute": execute, "commit": commit, "rollback": rollback}
    for name, listener in listeners.items():
        event.listen(db.engine, name, listener)
    try:
        yield done
    finally:
        for name, listener in listeners.items():
            event.remove(db.engine, name, listener)


def rows_of(account_id: int | None) -> int:
    db.session.rollback()
    statement = select(func.count()).where(
        AuditEntry.action == "families.acted", AuditEntry.actor_account_id == account_id
    )
    return db.session.scalar(statement) or 0


def acting_browser(town: Town) -> tuple[FlaskClient, Volunteer, Volunteer]:
    region = "220403002001"
    guardian = make_volunteer(region, "王芳")
    child = make_child(guardian, region)
    link = db.session.scalars(select(CareLink.id).where(CareLink.volunteer_id == child.id)).one()
    browser = town.browser(guardian.account_id)
    assert browser.post(f"/me/family/{link}/act").status_code == 302
    return browser, guardian, child


def _tomorrow(town: Town) -> int:
    """Return a shift one can sign up for."""
    station = db.session.get_one(Station, town.values["station_id"])
    starts_at = clock.now() + timedelta(days=1)
    return make_shift(station, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2)).id


def test_every_own_page_says_who_may_open_it_for_somebody(town: Town) -> None:
    """A new own page stays shut to carers until `families/reach.py` names it or its blueprint."""
    doors = [rule.endpoint for rule in town.doors() if town.access(rule) is Permission.OWN_PAGES]
    assert [name for name in doors if name not in REACH and name.partition(".")[0] not in REACH] == []


def test_whatever_is_changed_on_behalf_names_who_acted(town: Town) -> None:
    """Red when the line that registers `_say_who_acted` is taken out of `accounts/login.py`."""
    browser, guardian, _child = acting_browser(town)
    shift_id = _tomorrow(town)
    wrong, changed = [], set()
    for endpoint, method, address in own_pages(town):
        if endpoint in ENDS:
            continue
        opened = address.replace(f"/shifts/{town.values['shift_id']}/", f"/shifts/{shift_id}/")
        before = rows_of(guardian.account_id)
        with commits() as done:
            answer = browser.open(opened, method=method, data=TYPED.get(endpoint))
        named = rows_of(guardian.account_id) - before
        if answer.status_code >= 500 or len(done) != named:
            wrong.append(f"{method} {endpoint}: {answer.status_code}, {len(done)} commits, {named} rows")
        if done:
            changed.add(endpoint)
    assert wrong == []
    assert changed >= CHANGE


def test_a_guardian_and_a_relative_reach_what_the_table_says_and_no_more(town: Town) -> None:
    wrong = []
    browser, _guardian, child = acting_browser(town)
    for kind in (CareKind.GUARDIAN, CareKind.RELATIVE):
        db.session.rollback()
        for endpoint, method, address in own_pages(town):
            if method != "GET":
                continue
            shut = browser.get(address).status_code == 403
            if shut == may_open(kind, endpoint):
                wrong.append(f"{kind} {endpoint}: {'shut' if shut else 'open'}")
        link = db.session.scalars(select(CareLink).where(CareLink.volunteer_id == child.id)).one()
        link.kind = CareKind.RELATIVE
        db.session.commit()
    assert wrong == []
