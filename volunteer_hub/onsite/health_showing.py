"""The health board as a page and as JSON: one set of texts by key, so that a script only has to put them in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from volunteer_hub.core import crypto
from volunteer_hub.core.text import N_
from volunteer_hub.onsite.device_health import DeviceHealth, Gap
from volunteer_hub.onsite.health import ShiftHealth
from volunteer_hub.web.filters import clock_time, count, moment
from volunteer_hub.web.i18n import say

GAPS_SHOWN = 4


class Phase(StrEnum):
    """Where a shift stands now."""

    BEFORE = "before"
    RUNNING = "running"
    LEAVING = "leaving"
    OVER = "over"


PHASES = {
    Phase.BEFORE: N_("未开始"),
    Phase.RUNNING: N_("进行中"),
    Phase.LEAVING: N_("签退中"),
    Phase.OVER: N_("已结束"),
}
TONES = {Phase.BEFORE: "plain", Phase.RUNNING: "good", Phase.LEAVING: "warn", Phase.OVER: "plain"}


@dataclass(frozen=True)
class Board:
    """Everything on the board. `values` are its texts by key; `shape` changes when more than texts does."""

    shifts: Sequence[ShiftHealth]
    devices: Sequence[DeviceHealth]
    phases: dict[int, Phase]
    values: dict[str, str]
    shape: str
    now: datetime


def board(shifts: Sequence[ShiftHealth], devices: Sequence[DeviceHealth], now: datetime) -> Board:
    """Return the board at an instant."""
    phases = {one.shift.id: phase_of(one, now) for one in shifts}
    values = _totals(shifts, devices, now)
    for one in shifts:
        values |= _of_shift(one, now)
    for device in devices:
        values |= _of_device(device)
    return Board(shifts, devices, phases, values, _shape(shifts, devices, phases, now), now)


def phase_of(one: ShiftHealth, now: datetime) -> Phase:
    """Return where a shift stands."""
    if now < one.shift.starts_at:
        return Phase.BEFORE
    if now <= one.shift.ends_at:
        return Phase.RUNNING
    return Phase.LEAVING if now <= one.check_out_closes else Phase.OVER


def _totals(shifts: Sequence[ShiftHealth], devices: Sequence[DeviceHealth], now: datetime) -> dict[str, str]:
    return {
        "updated": moment(now, "%H:%M:%S"),
        "inside": count(sum(one.inside for one in shifts)),
        "refused": count(sum(sum(one.refused.values()) for one in shifts)),
        "pending": count(sum(one.pending for one in shifts)),
        "open": count(sum(one.open_after_end(now) for one in shifts)),
        "silent": count(sum(device.is_silent for device in devices)),
        "unsent": count(sum(device.unsent for device in devices)),
    }


def _of_shift(one: ShiftHealth, now: datetime) -> dict[str, str]:
    key = f"shift-{one.shift.id}"
    texts = {
        "signed-up": count(one.signed_up),
        "inside": count(one.inside),
        "left": count(one.left),
        "pending": count(one.pending),
        "automatic": count(one.automatic),
        "open": count(one.open_after_end(now)),
        "pace": _pace(one),
    }
    texts |= {f"refused-{reason}": count(times) for reason, times in one.refused.items()}
    return {f"{key}-{name}": text for name, text in texts.items()}


def _pace(one: ShiftHealth) -> str:
    if one.gap_seconds is None:
        return say(N_("最近 10 分钟扫码 %(n)s 次"), {"n": one.recent})
    return say(
        N_("最近 10 分钟每分钟 %(n)s 次，相隔（中位数）%(gap)s 秒"),
        {"n": f"{one.per_minute:.1f}", "gap": f"{one.gap_seconds:.0f}"},
    )


def _of_device(device: DeviceHealth) -> dict[str, str]:
    key = f"device-{device.id}"
    return {
        f"{key}-seen": moment(device.last_seen_at, "%m-%d %H:%M:%S") or say(N_("从未")),
        f"{key}-unsent": _unsent(device),
        f"{key}-gaps": _gaps(device.gaps),
    }


def _unsent(device: DeviceHealth) -> str:
    if not device.unsent or device.oldest_unsent_at is None:
        return count(device.unsent)
    return say(N_("%(n)s 条，最早 %(at)s"), {"n": device.unsent, "at": clock_time(device.oldest_unsent_at)})


def _gaps(gaps: Sequence[Gap]) -> str:
    if not gaps:
        return "—"
    shown = [str(gap.first) if gap.count == 1 else f"{gap.first}–{gap.last}" for gap in gaps[:GAPS_SHOWN]]
    more = "…" if len(gaps) > GAPS_SHOWN else ""
    numbers = say(N_("、")).join(shown) + more
    return say(N_("%(n)s 个：%(numbers)s"), {"n": sum(gap.count for gap in gaps), "numbers": numbers})


def _shape(
    shifts: Sequence[ShiftHealth], devices: Sequence[DeviceHealth], phases: dict[int, Phase], now: datetime
) -> str:
    """Return a mark of which rows and warnings stand on the board: a script that sees another one loads the page."""
    marks = [
        (one.shift.id, phases[one.shift.id], sorted(one.refused), *map(bool, _warnings(one, now))) for one in shifts
    ]
    kit = [(device.id, device.is_silent, bool(device.unsent), bool(device.gaps)) for device in devices]
    return crypto.fingerprint(repr((marks, kit)).encode())[:16]


def _warnings(one: ShiftHealth, now: datetime) -> tuple[int, int, int]:
    return one.pending, one.automatic, one.open_after_end(now)
