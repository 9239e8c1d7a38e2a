"""Forms of one's own wishes: an e-mail address and its code, topics, quiet hours."""

from __future__ import annotations

import re
from datetime import time

from flask_babel import lazy_gettext as _l

from volunteer_hub.notices.topics import TOPICS
from volunteer_hub.web.forms import (
    CheckboxesField,
    Form,
    StringField,
    TimeField,
    ValidationError,
    at_most,
    choices,
    required,
)

EMAIL = re.compile(r"[^@\s<>,;:\"\\]{1,64}@[^@\s<>,;:\"\\]{1,180}\.[^@\s<>,;:\"\\.]{2,60}")


class EmailForm(Form):
    """Where mail is to go."""

    address = StringField(
        _l("电子邮箱"),
        [required(), at_most(254)],
        render_kw={"type": "email", "autocomplete": "email", "inputmode": "email", "enterkeyhint": "send"},
    )

    def validate_address(self, field: StringField) -> None:
        """Refuse what no mail server would take."""
        if not EMAIL.fullmatch((field.data or "").strip()):
            raise ValidationError(_l("这不像一个邮箱地址，请检查。"))


class CodeForm(Form):
    """The code that was sent there."""

    code = StringField(
        _l("六位验证码"),
        [required(), at_most(12)],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code", "enterkeyhint": "done"},
    )


class WishesForm(Form):
    """What is sent outside, and when not."""

    topics = CheckboxesField(
        _l("这些事在应用外也告诉我"), choices=choices([(topic, _l(words)) for topic, (words, _) in TOPICS.items()])
    )
    quiet_from = TimeField(_l("免打扰从"), default=time(21, 30))
    quiet_until = TimeField(_l("免打扰到"), default=time(7, 30))
