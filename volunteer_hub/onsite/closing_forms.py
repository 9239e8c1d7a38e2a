"""The form of a leader's closing."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.web.forms import DateTimeLocalField, Form, Optional


class CloseForm(Form):
    """When those who are still here leave; empty is now."""

    out_at = DateTimeLocalField(_l("离开时间"), [Optional()], format="%Y-%m-%dT%H:%M")
