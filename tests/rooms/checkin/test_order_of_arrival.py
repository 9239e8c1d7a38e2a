"""The final state depends on the set of scans, never on the order in which they arrive (reliability: confluence)."""

from __future__ import annotations

import itertools
import random
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.makers.activities import make_sign_up
from tests.makers.checkin import END, START, Door, make_door, make_person
from tests.makers.phones import Phone, make_phone
from volunteer_hub.checkin import codes, deriving
from volunteer_hub.checkin.closing import close_forgotten
from volunteer_hub.checkin.desk import take_scans
from volunteer_hub.checkin.items import ScanItem
from volunteer_hub.checkin.models import CloseKind, Direction, EntryPoint, ServiceSession
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.ledger.models import HoursBalance, HoursEntry
from volunteer_hub.ledger.verify import verify
from volunteer_hub.volunteers.models import Volunteer

EVENING = END + timedelta(hours=9)
#: When (tens of seconds after the start), which way, and on which phone: two at the first station, one at the second.
STEP = st.tuples(st.integers(-120, 1500), st.sampled_from(Direction), st.integers(0, 2))
_serial = itertools.count(1)

Script = list[tuple[int, Direction, int]]


class World:
    """Two stations whose shifts overlap, and three phones without a network."""

    def __init__(self) -> None:
        first = make_door()
        second = make_door(starts_at=START + timedelta(minutes=45), ends_at=END + timedelta(hours=1))
        self.doors = [first, first, second]
        self.phones = [make_phone(door, START - timedelta(hours=2)) for door in self.doors]

    def person(self) -> Volunteer:
        volunteer = make_person()
        for door in self.doors[1:]:
            make_sign_up(door.shift, volunteer)
        return volunteer

    def live(self, script: Script) -> Volunteer:
        """Scan everything with a network, as it happens."""
        volunteer, run = self.person(), next(_serial)
        for number, (at, direction, where) in enumerate(script):
            door = self.doors[where]
            item = ScanItem(
                nonce_of(run, number),
                codes.personal_code(volunteer.id, at_of(at)),
                direction,
                door.shift.id,
                EntryPoint.MANAGER_SCAN,
            )
            take_scans([item], door.actor, EVERYTHING, now=at_of(at))
        return volunteer

    def afterwards(self, script: Script, shuffle: random.Random | None) -> Volunteer:
        """Scan everything without a network; send it in the evening, in order or shuffled with repeats."""
        volunteer, run = self.person(), next(_serial)
        sent: list[tuple[Phone, dict[str, str]]] = []
        for number, (at, direction, where) in enumerate(script):
            phone = self.phones[where]
            code = codes.personal_code(volunteer.id, at_of(at))
            sent.append((phone, phone.scan(code, direction, at_of(at), nonce=nonce_of(run, number))))
        if shuffle is not None:
            sent += shuffle.sample(sent, len(sent) // 2)
            shuffle.shuffle(sent)
        for phone, item in sent:
            phone.send([item], EVENING)
        return volunteer


def at_of(tens: int) -> datetime:
    return START + timedelta(seconds=10 * tens)


def nonce_of(run: int, number: int) -> str:
    """Return a nonce that sorts by its place in the script, so that ties are broken alike in every run."""
    return f"{number:08d}-{run:012d}"


def state_of(volunteer: Volunteer, doors: list[Door]) -> Any:
    places = {door.shift.id: name for name, door in zip("AAB", doors, strict=True)}
    sessions = db.session.scalars(
        select(ServiceSession)
        .where(
            ServiceSession.volunteer_id == volunteer.id, ServiceSession.closed_by.is_distinct_from(CloseKind.VOIDED)
        )
        .order_by(ServiceSession.in_at, ServiceSession.id)
    )
    entries = db.session.execute(
        select(HoursEntry.shift_id, HoursEntry.hours_class, HoursEntry.minutes).where(
            HoursEntry.volunteer_id == volunteer.id
        )
    )
    sums: dict[Any, int] = {}
    for shift_id, hours_class, minutes in entries:
        key = (places[shift_id], hours_class.value)
        sums[key] = sums.get(key, 0) + minutes
    balance = db.session.get(HoursBalance, volunteer.id)
    return (
        [
            (
                places[session.shift_id],
                session.in_at,
                session.out_at,
                session.closed_by,
                session.raw_minutes,
                session.credited_minutes,
                session.reductions,
                session.hours_class,
            )
            for session in sessions
        ],
        {key: minutes for key, minutes in sums.items() if minutes},
        balance.minutes if balance else 0,
    )


@example(script=[(0, Direction.IN, 0), (0, Direction.IN, 2)], seed=0)
@example(
    script=[(357, Direction.IN, 1), (1199, Direction.IN, 1), (91, Direction.OUT, 0), (1001, Direction.IN, 2)],
    seed=186192,
)
@given(script=st.lists(STEP, min_size=1, max_size=9), seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def _same_state(world: World, script: Script, seed: int) -> None:
    script = sorted(script, key=lambda step: (step[0], step[1]))
    people = [
        world.live(script),
        world.afterwards(script, None),
        world.afterwards(script, random.Random(seed)),
        world.afterwards(script, random.Random(seed + 1)),
    ]
    with transaction():
        close_forgotten(now=EVENING + timedelta(minutes=1))
    db.session.expire_all()
    states = [state_of(volunteer, world.doors) for volunteer in people]
    assert states[1:] == states[:1] * 3


def test_any_order_of_arrival_gives_the_same_sessions_and_the_same_hours(app: Flask) -> None:
    """Red when scans are judged as they come: take `deriving.apply` away and see the control below."""
    _same_state(World())
    with db.engine.connect() as connection:
        broken = [finding for finding in verify(connection).findings if finding.wrong]
    assert broken == []


def test_control_judged_as_they_come_the_order_matters(app: Flask, monkeypatch: Any) -> None:
    """The negative control: without derivation the same scans end in another state."""
    monkeypatch.setattr(deriving, "apply", lambda *_, **__: None)
    world = World()
    script: Script = [(0, Direction.IN, 0), (300, Direction.OUT, 1)]
    backwards = [world.phones[where] for _, _, where in script]
    volunteer = world.person()
    items = [
        phone.scan(codes.personal_code(volunteer.id, at_of(at)), direction, at_of(at))
        for phone, (at, direction, _) in zip(backwards, script, strict=True)
    ]
    for phone, item in reversed(list(zip(backwards, items, strict=True))):
        phone.send([item], EVENING)
    assert state_of(volunteer, world.doors) != state_of(world.afterwards(script, None), world.doors)
