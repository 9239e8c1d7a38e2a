"""The form for somebody who came without registration."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.onsite.walk_ins import Arrival
from volunteer_hub.volunteers import mobiles
from volunteer_hub.web.forms import Form, HiddenField, Length, StringField, at_most, required


class WalkInForm(Form):
    """As little as will do: what the person is known by."""

    nonce = HiddenField(validators=[Length(min=16, max=64)])
    label = StringField(_l("怎么称呼"), [required(), at_most(40)])
    name = StringField(_l("姓名（可不填）"), [at_most(60)])
    mobile = StringField(_l("手机号（可不填）"), [at_most(20)])

    def arrival(self) -> Arrival:
        """Return what was written down. Raises DomainError at `mobile` for what cannot be one."""
        mobile = mobiles.normalise(self.mobile.data) if (self.mobile.data or "").strip() else ""
        return Arrival(self.label.data, self.name.data or "", mobile)
