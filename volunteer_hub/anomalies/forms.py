"""The forms of a flag: what was found out, and what somebody concerned says."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.anomalies.labels import DECISIONS
from volunteer_hub.anomalies.models import ANSWER_LENGTH, REASON_LENGTH
from volunteer_hub.web.forms import Form, RadioField, TextAreaField, at_most, choices, required


class DecisionForm(Form):
    """What looking into it has shown, and why."""

    state = RadioField(
        _l("核查结果"),
        [required(_l("请选择核查结果。"))],
        choices=choices((key, _l(words)) for key, words in DECISIONS.items()),
    )
    reason = TextAreaField(_l("理由"), [required(_l("请写明理由。")), at_most(REASON_LENGTH)])


class AnswerForm(Form):
    """What happened, in one's own words."""

    said = TextAreaField(_l("您的说明"), [required(_l("请写下您的说明。")), at_most(ANSWER_LENGTH)])
