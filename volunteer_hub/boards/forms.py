"""The form that makes a wall."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.boards.walls import LONGEST_NAME
from volunteer_hub.web.forms import Form, StringField, at_most, required


class WallForm(Form):
    """Where the screen hangs, so that it can be found again in the list."""

    name = StringField(_l("屏幕挂在哪里"), [required(), at_most(LONGEST_NAME)])
