"""What the registration pages share, whoever fills them in."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template

from volunteer_hub.core import clock
from volunteer_hub.regions.picker import Picker, residence_picker
from volunteer_hub.volunteers import texts
from volunteer_hub.volunteers.ages import Ages
from volunteer_hub.volunteers.forms import DeskForm
from volunteer_hub.volunteers.registration import MINOR, REGISTRATION


def ages() -> Ages:
    """Return the thresholds of this deployment."""
    config = current_app.config
    return Ages(config["AGE_ADULT"], config["AGE_SENSITIVE"], config["AGE_ACCOMPANIED"], config["AGE_MINIMUM"])


def picker() -> Picker:
    """Return where the choice of a residence begins."""
    return residence_picker(current_app.config["HOME_REGION"])


def registration_page(template: str, form: DeskForm, **more: Any) -> tuple[str, int]:
    """Return a registration form with its texts: 422 where something in it is refused."""
    page = render_template(
        template,
        form=form,
        picker=picker(),
        ages=ages(),
        today=clock.today(),
        mark=texts.mark_of(texts.shown_texts()),
        registration_text=texts.template_of(REGISTRATION, texts.CURRENT[REGISTRATION]),
        minor_text=texts.template_of(MINOR, texts.CURRENT[MINOR]),
        **more,
    )
    return page, 422 if form.errors else 200
