"""The forms about people who came without registration: who it was, and whether that is believed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.web.forms import DateTimeLocalField, Form, Optional, StringField, TextAreaField, at_most, required


class ClaimForm(Form):
    """Who it was."""

    who = StringField(_l("志愿者编号，或全名"), [required(), at_most(60)])
    four = StringField(_l("手机号或证件号后四位（按姓名找时填）"), [at_most(4)])


class ClaimDecisionForm(Form):
    """Whether it is believed, and why."""

    out_at = DateTimeLocalField(_l("实际离开时间"), [Optional()], format="%Y-%m-%dT%H:%M")
    reason = TextAreaField(_l("理由"), [required(_l("请写明理由。")), at_most(200)])
