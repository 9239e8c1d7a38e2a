"""The forms of a report about the public record, and of what was found."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.publicity.labels import FINDINGS
from volunteer_hub.publicity.models import REASON_LENGTH
from volunteer_hub.web.forms import Form, RadioField, StringField, TextAreaField, at_most, choices, required


class ReportForm(Form):
    """What is wrong with the record, and how to reach who says so."""

    reason = TextAreaField(_l("哪里不对"), [required(_l("请写明举报的原因。")), at_most(REASON_LENGTH)])
    contact = StringField(_l("联系方式（可不填）"), [at_most(60)], render_kw={"autocomplete": "off"})


class FindingForm(Form):
    """What looking into it has shown, and why."""

    finding = RadioField(
        _l("核查结果"), [required()], choices=choices((key, _l(words)) for key, words in FINDINGS.items())
    )
    reason = TextAreaField(_l("理由"), [required(_l("请写明理由。")), at_most(200)])
