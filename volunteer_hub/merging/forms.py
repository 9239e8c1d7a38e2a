"""Forms for comparing two registrations and for deciding on them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.web.forms import Form, StringField, at_most, required


class CompareForm(Form):
    """Two volunteer numbers."""

    kept = StringField(_l("保留的登记：志愿者编号"), [required(), at_most(30)])
    merged = StringField(_l("并入的登记：志愿者编号"), [required(), at_most(30)])


class ReasonForm(Form):
    """Why."""

    reason = StringField(_l("理由"), [required(), at_most(200)])
