"""The form that turns a browser into a kiosk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.web.forms import Form, PasswordField, at_most, required


class EnterForm(Form):
    """The PIN by which the kiosk is left, twice."""

    pin = PasswordField(_l("退出密码（4 到 8 位数字）"), [required(), at_most(8)])
    again = PasswordField(_l("再输一遍"), [required(), at_most(8)])

    def check_repeat(self) -> None:
        """Raise DomainError at `again` where the two differ: nobody could leave by what nobody knows."""
        if self.pin.data != self.again.data:
            raise DomainError("pin_differs", N_("两次输入的密码不一样。"), field="again")
