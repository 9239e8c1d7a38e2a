"""What a volunteer reads about each stay: counted, pending, running, not counted and why."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from volunteer_hub.checkin.models import CloseKind, ServiceSession
from volunteer_hub.home import labels
from volunteer_hub.home.records import (
    CaseFacts,
    Origin,
    Record,
    RecordState,
    grouped,
    net_minutes,
    of_entry,
    of_session,
)
from volunteer_hub.ledger.models import EntryKind, HoursClass, HoursEntry

IN = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
DAY = date(2026, 3, 5)


def stay(
    *,
    out_at: datetime | None = IN + timedelta(hours=2),
    closed_by: CloseKind | None = CloseKind.SCANNED,
    why: str = "",
) -> ServiceSession:
    return ServiceSession(
        in_at=IN,
        out_at=out_at,
        closed_by=closed_by,
        reductions=why,
        hours_class=HoursClass.B if closed_by is CloseKind.AUTOMATIC else HoursClass.A,
    )


@pytest.mark.parametrize(
    ("session", "net", "case", "state"),
    [
        (stay(), 120, None, RecordState.COUNTED),
        (stay(), 0, None, RecordState.REVERSED),
        (stay(out_at=None, closed_by=None), None, None, RecordState.RUNNING),
        (stay(why="too_short"), None, None, RecordState.UNCOUNTED),
        (stay(closed_by=CloseKind.AUTOMATIC), None, None, RecordState.PENDING),
        (stay(closed_by=CloseKind.AUTOMATIC), None, CaseFacts(is_decided=False), RecordState.PENDING),
        (stay(closed_by=CloseKind.AUTOMATIC), None, CaseFacts(True, "没有来"), RecordState.UNCOUNTED),
        (stay(why="overlap"), None, None, RecordState.PENDING),
        (stay(why="overlap"), None, CaseFacts(True, "同一时段"), RecordState.UNCOUNTED),
        (stay(closed_by=CloseKind.LEADER), 90, CaseFacts(True, "见到他离开"), RecordState.COUNTED),
    ],
)
def test_a_stay_is_in_one_state(
    session: ServiceSession, net: int | None, case: CaseFacts | None, state: RecordState
) -> None:
    record = of_session(session, DAY, net, case)
    assert record.state is state
    assert record.minutes == (net or 0)
    assert record.note == (case.reason if case else None)


def test_the_reasons_of_a_reduced_stay_are_kept_one_by_one() -> None:
    assert of_session(stay(why="outside_plan,rounded"), DAY, 90, None).reductions == ("outside_plan", "rounded")


def test_a_reversal_lowers_the_line_it_reverses() -> None:
    lines = [
        HoursEntry(id=1, kind=EntryKind.CREDIT, minutes=120),
        HoursEntry(id=2, kind=EntryKind.CREDIT, minutes=60),
        HoursEntry(id=3, kind=EntryKind.REVERSAL, minutes=-120, reverses_id=1),
    ]
    assert net_minutes(lines) == {1: 0, 2: 60}


def test_hours_without_a_stay_tell_who_recorded_them_why() -> None:
    line = HoursEntry(id=1, minutes=60, service_on=DAY, hours_class=HoursClass.C, reason="设备停电")
    assert of_entry(line, 60) == Record(
        DAY, RecordState.COUNTED, 60, HoursClass.C, note="设备停电", origin=Origin("entry", 1)
    )
    assert of_entry(line, 0).state is RecordState.REVERSED


def test_records_stand_by_activity_latest_first() -> None:
    def record(day: int, minutes: int) -> Record:
        return Record(date(2026, 3, day), RecordState.COUNTED, minutes, HoursClass.A)

    groups = grouped(
        [
            (1, "清洁日", record(1, 60)),
            (2, "送餐", record(3, 30)),
            (1, "清洁日", record(2, 45)),
            (None, None, record(1, 5)),
        ]
    )
    assert [(group.title, group.minutes) for group in groups] == [("送餐", 30), ("清洁日", 105), (None, 5)]
    assert [row.service_on.day for row in groups[1].records] == [2, 1]


def test_every_state_has_its_words_and_tone() -> None:
    assert set(labels.STATES) == set(labels.TONES) == set(RecordState)
