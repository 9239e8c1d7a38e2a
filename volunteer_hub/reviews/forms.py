"""The form of a decision."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.web.forms import DateTimeLocalField, Form, Optional, TextAreaField, at_most, required


class DecisionForm(Form):
    """When the person left, and why that is believed."""

    out_at = DateTimeLocalField(_l("实际离开时间"), [Optional()], format="%Y-%m-%dT%H:%M")
    reason = TextAreaField(_l("理由"), [required(_l("请写明理由。")), at_most(200)])
