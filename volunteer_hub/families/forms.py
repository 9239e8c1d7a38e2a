"""Forms of the family page and of the desk."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.families.labels import KINDS
from volunteer_hub.families.models import CareKind
from volunteer_hub.web.forms import Form, SelectField, StringField, at_most, choices, required


class InviteForm(Form):
    """As what somebody may act for the person who gives the code away."""

    kind = SelectField(
        _l("谁来代办"),
        choices=choices((kind, _l(KINDS[kind])) for kind in (CareKind.RELATIVE, CareKind.HELPER)),
        coerce=CareKind,
    )


class JoinForm(Form):
    """The code somebody was given."""

    code = StringField(
        _l("代办码（8 位数字）"),
        [required(), at_most(20)],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code"},
    )


class CardForm(Form):
    """What a phone reads from a child's printed card."""

    card = StringField(
        _l("卡上二维码的文字"),
        [required(), at_most(120)],
        render_kw={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"},
    )


class DeskLinkForm(Form):
    """Who may act for the person at the desk, and what staff looked at."""

    number = StringField(
        _l("代办人的志愿者编号"),
        [required(), at_most(30)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    kind = SelectField(
        _l("关系"), choices=choices((kind, _l(words)) for kind, words in KINDS.items()), coerce=CareKind
    )
    evidence = StringField(
        _l("核验了什么"),
        [required(), at_most(200)],
        render_kw={"autocomplete": "off", "placeholder": _l("例如：户口本和双方身份证原件；老人在场并同意")},
    )

    def offer(self, *, is_minor: bool) -> None:
        """Offer what fits the age of the person cared for."""
        fitting = [kind for kind in KINDS if (kind is CareKind.GUARDIAN) == is_minor]
        self.kind.choices = choices((kind, _l(KINDS[kind])) for kind in fitting)


class DeskEndForm(Form):
    """Why staff end a link; one stands on the page for each link."""

    def __init__(self, link_id: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"end-{link_id}-", **kwargs)

    reason = StringField(_l("结束理由"), [required(), at_most(200)], render_kw={"autocomplete": "off"})
