"""The forms of objections."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.amendments.objection_models import LENGTH
from volunteer_hub.web.forms import DateField, Form, Optional, SelectField, TextAreaField, at_most, required


class ObjectionForm(Form):
    """What is wrong with one line of the record."""

    reason = TextAreaField(_l("哪里不对"), [required(_l("请写明哪里不对。")), at_most(LENGTH)])


class MissingForm(Form):
    """What is missing: at one of the shifts one signed up for, or elsewhere on some day."""

    shift = SelectField(_l("哪一场"), [required(_l("请选择哪一场。"))])
    served_on = DateField(_l("哪一天（不在上面的活动里时填写）"), [Optional()])
    reason = TextAreaField(_l("什么时间、在哪里、做了什么"), [required(_l("请写明哪里不对。")), at_most(LENGTH)])


class AnswerForm(Form):
    """What verifying has shown; it reaches the person."""

    answer = TextAreaField(_l("核实情况和答复"), [required(_l("请写明核实的情况。")), at_most(LENGTH)])
