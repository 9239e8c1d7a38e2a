"""Finds registrations that may be one person's, by rule; whether they are is for somebody to say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from volunteer_hub.activities.models import Activity, Shift
from volunteer_hub.checkin.models import WalkIn
from volunteer_hub.core.db import AnyRow, db
from volunteer_hub.core.scope import Scope
from volunteer_hub.merging.alike import are_alike, plain
from volunteer_hub.merging.models import Merge
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import STILL, Standing, Volunteer

#: Pairs a page shows, and rows looked through for them.
SHOWN, LOOKED_AT = 100, 2000
#: How long people who came without registration are compared.
WALK_INS_FOR = timedelta(days=60)


class Sign(StrEnum):
    """What two registrations have in common, or may."""

    SAME_MOBILE = "same_mobile"
    SAME_NAME = "same_name"
    ALIKE_NAME = "alike_name"
    SAME_BIRTH = "same_birth"
    OTHER_DOCUMENT = "other_document"


@dataclass(frozen=True)
class Candidate:
    """A pair, the one to keep first: surer, with more behind it, or older."""

    kept: Volunteer
    merged: Volunteer
    signs: tuple[Sign, ...]


@dataclass(frozen=True)
class WalkInPair:
    """Two placeholders at one shift with the same name and mobile: entered by two phones without a network."""

    activity: str
    shift_id: int
    labels: tuple[str, ...]


def list_candidates(scope: Scope) -> list[Candidate]:
    """Return the pairs inside the scope about which nobody has decided anything, the likeliest first."""
    pairs: dict[tuple[int, int], AnyRow] = {}
    for statement in (_by_mobile(scope), _by_name_and_birth(scope)):
        for row in db.session.execute(statement.limit(LOOKED_AT)):
            pairs.setdefault((row[0].id, row[1].id), row)
    decided = _decided(pairs)
    found = [_candidate(row) for key, row in pairs.items() if key not in decided]
    likely = [one for one in found if one is not None]
    return sorted(likely, key=lambda one: (-len(one.signs), one.merged.id))[:SHOWN]


def list_walk_in_pairs(scope: Scope, *, now: datetime) -> list[WalkInPair]:
    """Return placeholders nobody has confirmed that name the same person at the same shift."""
    rows = db.session.execute(
        select(WalkIn, Activity.title)
        .join(Shift, Shift.id == WalkIn.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Station, Station.id == Activity.station_id)
        .where(
            WalkIn.confirmed_at.is_(None),
            WalkIn.in_at > now - WALK_INS_FOR,
            scope.where(region=Station.region_code, station=Station.path),
        )
        .order_by(WalkIn.id)
        .limit(LOOKED_AT)
    )
    alike: dict[tuple[int, str, str], list[AnyRow]] = defaultdict(list)
    for row in rows:
        if row.WalkIn.name and row.WalkIn.mobile:
            alike[row.WalkIn.shift_id, plain(row.WalkIn.name), row.WalkIn.mobile].append(row)
    return [
        WalkInPair(same[0].title, key[0], tuple(row.WalkIn.label for row in same))
        for key, same in alike.items()
        if len(same) > 1
    ]


_one, _other = aliased(Volunteer), aliased(Volunteer)
_here, _there = aliased(Standing), aliased(Standing)


def _pairs(scope: Scope) -> Select[Volunteer, Volunteer, Standing, Standing]:
    return (
        select(_one, _other, _here, _there)
        .join(_other, _other.id > _one.id)
        .join(_here, and_(_here.volunteer_id == _one.id, _here.until == STILL))
        .join(_there, and_(_there.volunteer_id == _other.id, _there.until == STILL))
        .where(scope.where(region=_here.region_code), scope.where(region=_there.region_code))
        .order_by(_one.id, _other.id)
    )


def _by_mobile(scope: Scope) -> Select[Volunteer, Volunteer, Standing, Standing]:
    same = or_(_one.name == _other.name, _one.birth_on == _other.birth_on)
    return _pairs(scope).where(_one.mobile_index == _other.mobile_index, same)


def _by_name_and_birth(scope: Scope) -> Select[Volunteer, Volunteer, Standing, Standing]:
    twice = (
        select(Volunteer.name)
        .where(Volunteer.birth_on.is_not(None))
        .group_by(Volunteer.name, Volunteer.birth_on)
        .having(func.count() > 1)
    )
    return _pairs(scope).where(_one.name.in_(twice), _one.name == _other.name, _one.birth_on == _other.birth_on)


def _decided(pairs: dict[tuple[int, int], AnyRow]) -> set[tuple[int, int]]:
    ids = {one for pair in pairs for one in pair}
    if not ids:
        return set()
    rows = db.session.execute(select(Merge.kept_id, Merge.merged_id).where(Merge.kept_id.in_(ids)))
    return {(min(kept, merged), max(kept, merged)) for kept, merged in rows}


def _candidate(row: AnyRow) -> Candidate | None:
    one, other, here, there = row
    signs = tuple(_signs(one, other))
    likely = {Sign.SAME_NAME, Sign.ALIKE_NAME} & set(signs)
    if not likely or (one.birth_on and other.birth_on and one.birth_on != other.birth_on):
        return None
    first, second = (one, other) if here.assurance >= there.assurance else (other, one)
    return Candidate(first, second, signs)


def _signs(one: Volunteer, other: Volunteer) -> Iterator[Sign]:
    if one.mobile_index == other.mobile_index:
        yield Sign.SAME_MOBILE
    if plain(one.name) == plain(other.name):
        yield Sign.SAME_NAME
    elif are_alike(one.name, other.name):
        yield Sign.ALIKE_NAME
    if one.birth_on is not None and one.birth_on == other.birth_on:
        yield Sign.SAME_BIRTH
    if one.document_kind is not other.document_kind:
        yield Sign.OTHER_DOCUMENT
