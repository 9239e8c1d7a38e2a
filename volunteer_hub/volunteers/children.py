"""Registering a child from its guardian's account: the guardian is who is signed in, so less is asked for."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.volunteers import queries
from volunteer_hub.volunteers.ages import Ages
from volunteer_hub.volunteers.forms import DeskForm
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.registration import GuardianAnswer
from volunteer_hub.volunteers.showing import registration_page
from volunteer_hub.web.forms import BooleanField, agreed


class ChildForm(DeskForm):
    """A child, registered by the guardian whose account this is."""

    guardian_name = None  # type: ignore[assignment]  # WTForms' way to leave an inherited field out
    guardian_mobile = None  # type: ignore[assignment]  # likewise

    agrees = BooleanField(
        _l("我已阅读告知书，并向孩子说明过，同意孩子注册为志愿者并这样处理个人信息"),
        [agreed(_l("请阅读并同意后再提交。"))],
    )

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
