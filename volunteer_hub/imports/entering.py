"""Makes somebody to be registered of what the dry run kept of a row. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from volunteer_hub.core import clock
from volunteer_hub.imports.roster import registration_of
from volunteer_hub.volunteers import registration
from volunteer_hub.volunteers.ages import Ages, Band, full_years, is_minor
from volunteer_hub.volunteers.registering_many import Entrant
from volunteer_hub.volunteers.registration import Checked, GuardianAnswer, Registration, Texts


@dataclass(frozen=True)
class Desk:
    """What holds for everybody entered on one day by consents on paper."""

    texts: Texts
    ages: Ages
    today: date
    #: Beginnings of the days of consent, which come again and again.
    _days: dict[str, datetime] = field(default_factory=dict)

    def entrant(self, payload: Mapping[str, Any]) -> Entrant:
        """Return what is kept of a person who agreed on paper as somebody to be registered today.

        The dry run held the row to every rule, and what it kept cannot be changed without the key: only what
        depends on the day and on the settings is asked again, the age and what it asks for. Raises DomainError.
        """
        given = registration_of(payload, self.texts)
        birth_on = date.fromisoformat(payload["birth_on"])
        band = self.ages.band(full_years(birth_on, self.today))
        if band is Band.TOO_YOUNG:
            raise registration.too_young(self.ages, "birth_on")
        checked = Checked(
            name=given.name,
            document_number=given.document_number,
            birth_on=birth_on,
            sex=given.sex,
            mobile=given.mobile,
            band=band,
            guardian=self._guardian(given, band),
            consents=registration.consents_of(self.texts, band),
        )
        return Entrant(given, checked, self._at(payload["paper_on"]))

    def _guardian(self, given: Registration, band: Band) -> GuardianAnswer | None:
        if not is_minor(band):
            return None
        guardian = replace(given.guardian, agrees=True, agrees_to_child_data=True)
        for problem in registration.guardian_problems(guardian, band, self.ages):
            raise problem
        return guardian

    def _at(self, day: str) -> datetime:
        if day not in self._days:
            self._days[day] = clock.at(date.fromisoformat(day))
        return self._days[day]
