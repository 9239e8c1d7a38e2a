"""Where the rows of the large demonstration are gathered, numbered, summed up and sent to their tables in batches."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import NamedTuple

from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.amendments.models import MakeUp
from volunteer_hub.checkin.models import Scan, ServiceSession
from volunteer_hub.core.db import Base, table_of
from volunteer_hub.core.loading import Loader, Plain
from volunteer_hub.demo.bulk import Progress
from volunteer_hub.ledger.models import HoursBalance, HoursClass, HoursDay, HoursEntry
from volunteer_hub.reviews.models import ReviewCase

#: So many lines of the ledger are sent at once, with whatever stands behind them.
BATCH = 40_000

#: Tables in the order in which rows refer to one another, with the columns that have no default of their own.
COLUMNS: dict[type[Base], tuple[str, ...]] = {
    Activity: (
        "id", "project_id", "station_id", "team_id", "title", "category", "content", "risks", "place", "contact_name",
        "contact_phone", "audience", "needs_approval", "state", "declarations", "created_at", "created_by",
        "published_at", "published_by",
    ),
    Shift: ("id", "activity_id", "starts_at", "ends_at", "sign_up_opens_at", "sign_up_closes_at"),
    Scan: (
        "id", "nonce", "payload_digest", "direction", "entry_point", "code", "shift_id", "station_id", "volunteer_id",
        "operator_account_id", "scanned_at", "received_at", "outcome", "reason", "details", "code_use",
        "is_admissible",
    ),
    ServiceSession: (
        "id", "volunteer_id", "shift_id", "station_id", "team_id", "region_code", "in_at", "out_at", "in_scan_id",
        "out_scan_id", "closed_by", "raw_minutes", "credited_minutes", "reductions", "hours_class", "is_credited",
    ),
    ReviewCase: (
        "id", "kind", "session_id", "station_id", "opened_at", "decided_at", "decided_by", "decision",
        "stated_out_at", "reason",
    ),
    MakeUp: (
        "id", "volunteer_id", "shift_id", "station_id", "region_code", "in_at", "out_at", "minutes", "month",
        "reason", "evidence_id", "requested_by", "requested_at", "is_late", "decidable_at", "state", "decided_by",
        "decided_at",
    ),
    HoursEntry: (
        "recorded_at", "volunteer_id", "minutes", "hours_class", "service_on", "source", "region_code", "station_id",
        "team_id", "recorded_by", "shift_id", "approved_by", "reason", "kind", "reverses_id", "policy_id",
        "day_cap_minutes", "id",
    ),
    HoursDay: ("volunteer_id", "service_on", "minutes"),
}  # fmt: skip
TABLES = (*map(table_of, COLUMNS), table_of(HoursBalance))
_CLASSES = tuple(kind.value for kind in HoursClass)


class Line(NamedTuple):
    """A line of the ledger before it has its number; the first columns of the table's, in their order."""

    recorded_at: str
    volunteer_id: int
    minutes: int
    hours_class: str
    service_on: str
    source: str
    region_code: str
    station_id: int
    team_id: int | None
    recorded_by: int | None
    shift_id: int | None = None
    approved_by: int | None = None
    reason: str | None = None
    kind: str = "credit"
    reverses_id: int | None = None


class Books:
    """Gathers rows; keeps the two sums of the ledger that triggers keep for a line at a time."""

    def __init__(self, loader: Loader, people: range, policy: tuple[int, int], progress: Progress) -> None:
        self._loader, self._progress = loader, progress
        #: The policy's id and its day's cap.
        self._policy = policy
        self._rows: dict[type[Base], list[Plain]] = {model: [] for model in COLUMNS}
        self._people = people
        self._sums = {kind: array("q", bytes(8 * len(people))) for kind in _CLASSES}
        self._named = bytearray(len(people))

    def number(self, model: type[Base], count: int) -> range:
        """Return so many ids, one after another."""
        return self._loader.reserve(table_of(model), count)

    def add(self, model: type[Base], *row: int | float | str | None) -> None:
        """Gather one row, in the order of COLUMNS."""
        self._rows[model].append(row)

    def enter(self, lines: list[Line]) -> range:
        """Gather lines of the ledger in the order in which they were recorded, and return their ids."""
        ids = self.number(HoursEntry, len(lines))
        entries, days, begin = self._rows[HoursEntry], self._rows[HoursDay], self._people.start
        for identity, line in zip(ids, lines, strict=True):
            entries.append((*line, *self._policy, identity))
            place = line.volunteer_id - begin
            self._named[place] = 1
            self._sums[line.hours_class][place] += line.minutes
            # Of one person and day there is never a second line but an import's, which the days leave out.
            if line.hours_class != HoursClass.D.value:
                days.append((line.volunteer_id, line.service_on, line.minutes))
        if len(entries) >= BATCH:
            self.send()
        return ids

    def send(self) -> None:
        """Send what is gathered to its tables."""
        for model, rows in self._rows.items():
            if rows:
                self._loader.copy(table_of(model), COLUMNS[model], rows)
                self._progress(len(rows))
                rows.clear()

    def close(self) -> None:
        """Send the rest, and everybody's balance."""
        self.send()
        columns = ("volunteer_id", "minutes", "class_a", "class_b", "class_c", "class_d")
        self._loader.copy(table_of(HoursBalance), columns, self._balances())

    def _balances(self) -> Iterator[Plain]:
        for place, identity in enumerate(self._people):
            if self._named[place]:
                by_class = [self._sums[kind][place] for kind in _CLASSES]
                yield (identity, sum(by_class), *by_class)
