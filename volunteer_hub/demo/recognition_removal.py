"""Clears recognition of the demonstration: objections, points, stars, and what was entered beside the hours."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, or_, select, true

from volunteer_hub.accounts.models import Account
from volunteer_hub.amendments.objection_models import Objection
from volunteer_hub.core.scope import AnyColumn, in_region
from volunteer_hub.demo.city_plan import CITY
from volunteer_hub.demo.district import MAKER
from volunteer_hub.demo.plan import DISTRICT
from volunteer_hub.demo.uprooting import Removed, delete_rows
from volunteer_hub.ledger.models import HoursEntry
from volunteer_hub.recognition.models import (
    Evaluation,
    Honour,
    PointEntry,
    PointMark,
    PointRule,
    StarChoice,
    StarGrant,
    StarLevel,
    Training,
    YearShare,
)
from volunteer_hub.stations.models import Station
from volunteer_hub.volunteers.models import Volunteer

#: Tables of recognition whose rows cannot be deleted otherwise.
KEPT_AS_WRITTEN = (
    "objections",
    "points",
    "point_rules",
    "star_choices",
    "star_levels",
    "trainings",
    "honours",
    "evaluations",
)
PEOPLE = select(Volunteer.id).where(Volunteer.is_demonstration)
STATIONS = select(Station.id).where(Station.is_demonstration)


def remove_recognition(removed: Removed, lines: ColumnElement[bool], shifts: Select[int]) -> None:
    """Remove it all; `lines` says on `HoursEntry` which are the demonstration's, `shifts` which its shifts are.

    The marks of how far points were folded go too: numbers of lines are given anew, and looking at all of them
    again adds nothing twice.
    """
    entries = select(HoursEntry.id).where(lines)
    of_entries = or_(PointEntry.volunteer_id.in_(PEOPLE), PointEntry.entry_id.in_(entries))
    delete_rows(removed, PointEntry, of_entries)
    delete_rows(removed, PointMark, true())
    delete_rows(
        removed,
        Objection,
        or_(
            Objection.volunteer_id.in_(PEOPLE),
            Objection.station_id.in_(STATIONS),
            Objection.shift_id.in_(shifts),
            Objection.entry_id.in_(entries),
        ),
    )
    for entered in (Training, Honour, Evaluation):
        delete_rows(removed, entered, or_(entered.volunteer_id.in_(PEOPLE), entered.shift_id.in_(shifts)))
    for own in (StarGrant, YearShare):
        delete_rows(removed, own, own.volunteer_id.in_(PEOPLE))
    _remove_choices(removed)


def _remove_choices(removed: Removed) -> None:
    """Remove levels and rules of points that only the demonstration set."""
    accounts = select(Account.display_name).where(Account.is_demonstration)

    def made(by: AnyColumn, region: AnyColumn) -> ColumnElement[bool]:
        return and_(
            or_(*(in_region(region, code) for code in (DISTRICT, CITY))), or_(by == MAKER.label, by.in_(accounts))
        )

    choices = select(StarChoice.id).where(made(StarChoice.chosen_by, StarChoice.region_code))
    delete_rows(removed, StarLevel, StarLevel.choice_id.in_(choices))
    delete_rows(removed, StarChoice, made(StarChoice.chosen_by, StarChoice.region_code))
    used = select(PointEntry.rule_id).where(PointEntry.rule_id.is_not(None))
    delete_rows(removed, PointRule, and_(made(PointRule.set_by, PointRule.region_code), PointRule.id.not_in(used)))
