"""The form that keeps a search."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.web.forms import Form, HiddenField, StringField, at_most, required


class SearchForm(Form):
    """What one looks for, and the name one gives it."""

    name = StringField(
        _l("给它起个名字"), [required(), at_most(20)], render_kw={"placeholder": _l("例如：家附近的环保活动")}
    )
    query = HiddenField(validators=[at_most(400)])
