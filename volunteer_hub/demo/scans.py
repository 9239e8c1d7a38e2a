"""The scans of the demonstration: two of a visit, and the refused and repeated ones that happen at every door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

from volunteer_hub.checkin import codes
from volunteer_hub.checkin.items import ScanItem
from volunteer_hub.checkin.models import Direction, EntryPoint, Outcome
from volunteer_hub.demo.attendance import Course, Visit
from volunteer_hub.demo.bulk import Row
from volunteer_hub.ledger.policy import credit_minutes
from volunteer_hub.ledger.queries import PolicyVersion

_ENTRY_POINTS = (EntryPoint.MANAGER_SCAN, EntryPoint.SELF_SCAN, EntryPoint.SHORT_CODE)
_ENTRY_WEIGHTS = (66, 28, 6)


class Cast(Protocol):
    """What is asked of the cast here."""

    @property
    def ids(self) -> Sequence[int]:
        """Return the volunteer's id of each person."""

    @property
    def managers(self) -> dict[str, int]:
        """Return the account that scans in each street."""

    @property
    def policy(self) -> PolicyVersion:
        """Return the policy that holds."""


class ScanWriter:
    """Collects rows, then numbers them in the order in which they happened."""

    def __init__(self, cast: Cast, random: Random) -> None:
        self.cast, self.random = cast, random
        self.rows: list[Row] = []

    def add_visit(self, visit: Visit) -> tuple[Row, Row | None]:
        """Add a visit's scans and return the accepted ones: in, and out where it was not forgotten."""
        entry_point = self.random.choices(_ENTRY_POINTS, _ENTRY_WEIGHTS)[0]
        self._add_stumbles(visit, entry_point)
        arrival = self._accepted(visit, Direction.IN, visit.in_at, entry_point, {})
        if visit.course is not Course.SCANNED:
            return arrival, None
        credit = credit_minutes(
            self.cast.policy.policy,
            planned_start=visit.shift.starts_at,
            planned_end=visit.shift.ends_at,
            in_at=visit.in_at,
            out_at=visit.out_at,
        )
        told = {"minutes": credit.credited, "raw": credit.raw, "why": list(credit.reductions)}
        return arrival, self._accepted(visit, Direction.OUT, visit.out_at, entry_point, told)

    def number(self, ids: list[int]) -> list[Row]:
        """Give every row its id in the order of time and return the rows so."""
        ordered = sorted(self.rows, key=lambda row: (row["scanned_at"], row["nonce"]))
        for identity, row in zip(ids, ordered, strict=True):
            row["id"] = identity
        return ordered

    def _accepted(
        self, visit: Visit, direction: Direction, at: datetime, entry_point: EntryPoint, told: dict[str, Any]
    ) -> Row:
        reason = "checked_in" if direction is Direction.IN else "checked_out"
        row = self._add(visit, direction, at, entry_point, Outcome.ACCEPTED, reason, told)
        if entry_point is not EntryPoint.SELF_SCAN:
            slot = codes.slot_of(at, codes.PERSONAL_SECONDS)
            row["code_use"] = f"p:{row['volunteer_id']}:{slot}"
        return row

    def _add_stumbles(self, visit: Visit, entry_point: EntryPoint) -> None:
        chance = self.random.randrange(1000)
        shift = visit.shift
        if chance < 9:
            opens = shift.starts_at - timedelta(minutes=self.cast.policy.policy.in_opens_before)
            told = {"at": opens.isoformat()}
            early = opens - timedelta(minutes=self.random.randrange(2, 20))
            self._add(visit, Direction.IN, early, entry_point, Outcome.REFUSED, "too_early", told)
        elif chance < 17 and entry_point is EntryPoint.MANAGER_SCAN:
            before = visit.in_at - timedelta(seconds=self.random.randrange(15, 70))
            row = self._add(visit, Direction.IN, before, entry_point, Outcome.REFUSED, "code_expired", {})
            row["code"] = codes.personal_code(row["volunteer_id"], before - timedelta(minutes=4))
        elif chance < 30:
            again = visit.in_at + timedelta(seconds=self.random.randrange(65, 400))
            told = {"at": visit.in_at.isoformat(), "by": ""}
            self._add(visit, Direction.IN, again, entry_point, Outcome.ALREADY, "already_in", told)

    def _add(
        self,
        visit: Visit,
        direction: Direction,
        at: datetime,
        entry_point: EntryPoint,
        outcome: Outcome,
        reason: str,
        told: dict[str, Any],
    ) -> Row:
        shift, volunteer_id = visit.shift, self.cast.ids[visit.person]
        by_self = entry_point is EntryPoint.SELF_SCAN
        code = _code(entry_point, shift.station.id if by_self else volunteer_id, at)
        nonce = f"{self.random.getrandbits(128):032x}"
        row: Row = {
            "nonce": nonce,
            "payload_digest": ScanItem(nonce, code, direction, shift.id, entry_point).digest,
            "direction": direction,
            "entry_point": entry_point,
            "code": code,
            "shift_id": shift.id,
            "station_id": shift.station.id,
            "volunteer_id": volunteer_id,
            "operator_account_id": None if by_self else self.cast.managers[shift.station.street_code],
            "device_id": None,
            "scanned_at": at,
            "received_at": at,
            "outcome": outcome,
            "reason": reason,
            "details": told,
            "code_use": None,
            "is_admissible": outcome in (Outcome.ACCEPTED, Outcome.ALREADY),
        }
        self.rows.append(row)
        return row


def _code(entry_point: EntryPoint, subject: int, at: datetime) -> str:
    if entry_point is EntryPoint.SELF_SCAN:
        return codes.station_code(subject, at)
    return codes.typed_code(subject, at) if entry_point is EntryPoint.SHORT_CODE else codes.personal_code(subject, at)
