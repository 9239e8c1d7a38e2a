"""The form that asks for a month to be closed anew."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.web.forms import Form, TextAreaField, at_most, required


class AnewForm(Form):
    """Why the close was wrong in itself."""

    reason = TextAreaField(_l("为什么要重新月结"), [required(_l("请写明理由。")), at_most(200)])
