"""Registering a child from its guardian's account: the guardian is who is signed in, so less is asked for."""

from __future__ import annotations

from typing import Any

from volunteer_hub.volunteers import queries
from volunteer_hub.volunteers.ages import Ages
from volunteer_hub.volunteers.forms import DeskForm
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.registration import GuardianAnswer
from volunteer_hub.volunteers.showing import registration_page


class ChildForm(DeskForm):
    """A child, registered by the guardian whose account this is."""

    guardian_name = None  # type: ignore[assignment]  # WTForms' way to leave an inherited field out
    guardian_mobile = None  # type: ignore[assignment]  # likewise

    carer: Volunteer

    def _guardian(self) -> GuardianAnswer:
        return GuardianAnswer(
            name=self.carer.name,
            mobile=self.carer.mobile,
            agrees=self.guardian_agrees.data,
            agrees_to_child_data=self.guardian_agrees_to_child_data.data,
        )


def form_for(carer: Volunteer, thresholds: Ages) -> ChildForm:
    """Return the form, filled in with what a child usually shares with its guardian: mobile and home."""
    standing = queries.current_standing(carer.id)
    form = ChildForm(mobile=carer.mobile, region_code=standing.region_code if standing else "")
    form.carer, form.thresholds = carer, thresholds
    return form


def page(template: str, form: ChildForm, **more: Any) -> tuple[str, int]:
    """Return the page with the form and the texts that are agreed to."""
    return registration_page(template, form, **more)
