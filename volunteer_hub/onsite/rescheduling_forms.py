"""The forms that give a shift other times, or cut it in two."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.web.forms import DateTimeLocalField, Form, Optional, TextAreaField, at_most, required

WALL = "%Y-%m-%dT%H:%M"


def _reason() -> Any:
    return TextAreaField(_l("原因"), [Optional(), at_most(140)])


class TimesForm(Form):
    """When the shift is to begin and to end. Once it has begun the start is not asked for."""

    starts_at = DateTimeLocalField(_l("开始时间"), [Optional()], format=WALL)
    ends_at = DateTimeLocalField(_l("结束时间"), [required()], format=WALL)
    reason = _reason()


class SplitForm(Form):
    """Where the shift is cut."""

    at = DateTimeLocalField(_l("从哪一刻分段"), [required()], format=WALL)
    reason = _reason()
