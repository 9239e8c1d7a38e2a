"""The form that finds somebody at the door."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.web.forms import Form, StringField, at_most, required


class LookUpForm(Form):
    """Part of a name, last four digits, or both."""

    q = StringField(_l("姓名，或姓名加后四位"), [required(), at_most(40)])
