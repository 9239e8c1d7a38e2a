"""Whether an enrolled device may be believed about its scans: signature, chain, beacon and clocks.

Nothing here refuses a scan. What cannot be believed waits for a person (docs/offline.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts.roles import scope_of
from volunteer_hub.checkin import beacons, queries
from volunteer_hub.checkin.codes import CodeKind, CodeState, Reading
from volunteer_hub.checkin.decision import LATE_UPLOAD
from volunteer_hub.checkin.items import ScanItem, SignedItem, Witness
from volunteer_hub.checkin.queries import DeviceFacts, Link
from volunteer_hub.core import crypto
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import NOTHING, Scope

#: By how much a device's two clocks may differ over the time since its beacon.
DRIFT = timedelta(seconds=60)


def examine(signed: Sequence[SignedItem], *, now: datetime) -> list[ScanItem]:
    """Return the scans with what their devices' word is worth: two statements a device, and a few an operator."""
    devices = {number: queries.find_device(number) for number in {item.device_id for item in signed}}
    chains = {
        number: queries.list_links(number, [item.seq for item in signed if item.device_id == number])
        for number in devices
    }
    for item in signed:
        chains[item.device_id].setdefault(item.seq, Link(item.item.nonce, item.item_hash, item.prev_hash))
    operators: dict[int, tuple[Actor, Scope]] = {}
    return [
        replace(item.item, witness=_witness(item, devices[item.device_id], chains[item.device_id], operators, now))
        for item in signed
    ]


def _witness(
    item: SignedItem,
    device: DeviceFacts | None,
    chain: dict[int, Link],
    operators: dict[int, tuple[Actor, Scope]],
    now: datetime,
) -> Witness:
    witness = Witness(
        item.device_id, item.seq, item.prev_hash, item.item_hash, None, None, NOTHING, item.mono_ms, item.wall_ms,
        item.told,
    )  # fmt: skip
    if device is None:
        return replace(witness, trouble="device_unknown")
    beacon = beacons.read(item.beacon)
    if (
        not crypto.is_signed(item.text.encode(), item.signature, device.public_key)
        or beacon is None
        or beacon.device_id not in (None, item.device_id)
    ):
        return replace(witness, trouble="signature_wrong")
    if beacon.account_id not in operators:
        operators[beacon.account_id] = _operator(beacon.account_id, now)
    operator, scope = operators[beacon.account_id]
    trouble = "device_revoked" if device.revoked_at else _trouble_in_chain(item, chain)
    return replace(
        witness,
        beacon_at=beacon.at,
        operator=replace(operator, device_id=item.device_id),
        scope=scope,
        trouble=trouble,
    )


def trouble_with(witness: Witness, reading: Reading, scanned_at: datetime, *, now: datetime) -> str | None:
    """Return what is wrong with the device's word about this scan, its clocks included, or None.

    A personal code that is good at the stated time proves it, since the server made its slot; so does
    receipt within the few minutes that any scan is allowed.
    """
    if witness.trouble is not None or witness.beacon_at is None:
        return witness.trouble
    if reading.kind is CodeKind.PERSONAL and reading.state is CodeState.VALID:
        return None
    if timedelta(0) <= now - scanned_at <= LATE_UPLOAD:
        return None
    if witness.mono_ms is None:
        return "clock_unproven"
    mono, wall = timedelta(milliseconds=witness.mono_ms), timedelta(milliseconds=witness.wall_ms)
    off = abs(witness.beacon_at + mono - scanned_at)
    return "clock_skewed" if abs(mono - wall) > DRIFT or off > DRIFT else None


def _trouble_in_chain(item: SignedItem, chain: dict[int, Link]) -> str | None:
    """Compare a scan with its neighbours, where they are known: what lies in a gap may still be on its way."""
    here, before, after = (chain.get(seq) for seq in (item.seq, item.seq - 1, item.seq + 1))
    fits = (
        (here is None or here.nonce == item.item.nonce)
        and (before is None or before.item_hash == item.prev_hash)
        and (after is None or after.prev_hash == item.item_hash)
        and (item.seq > 1 or item.prev_hash == "")
    )
    return None if fits else "chain_broken"


def _operator(account_id: int, now: datetime) -> tuple[Actor, Scope]:
    account = accounts.get_account(account_id)
    scope = NOTHING
    if account.disabled_at is None:
        scope = scope_of(accounts.list_grants(account_id, now), Permission.SCAN, None)
    return Actor(account.id, account.display_name), scope
