"""The one file that touches WTForms: our base form, fields, and validators with our sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import wtforms
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from volunteer_hub.core import clock
from volunteer_hub.core.errors import DomainError
from volunteer_hub.web.i18n import say

__all__ = [
    "BooleanField",
    "CheckboxesField",
    "DateField",
    "DateTimeLocalField",
    "DecimalField",
    "FileField",
    "Form",
    "HiddenField",
    "IntegerField",
    "Length",
    "NumberRange",
    "Optional",
    "PasswordField",
    "RadioField",
    "SelectField",
    "StringField",
    "TextAreaField",
    "TimeField",
    "ValidationError",
    "agreed",
    "at_most",
    "choices",
    "instant",
    "required",
]


class Form(FlaskForm):  # type: ignore[misc]  # WTForms is untyped
    """Parent of every form; keeps what was typed, and takes a refusal at the field it belongs to."""

    def refuse(self, error: DomainError) -> None:
        """Show a domain refusal at its field, or above the form if it has none."""
        sentence = say(error.message, error.params)
        if error.field and error.field in self._fields:
            self._fields[error.field].errors = [*self._fields[error.field].errors, sentence]
        else:
            self.form_errors.append(sentence)

    @property
    def first_wrong(self) -> str | None:
        """Return the id of the first field with an error, for the focus."""
        return next((field.id for field in self if field.errors), None)


#: What ends a line, and what no column, header or sheet can hold.
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")


class StringField(wtforms.StringField):  # type: ignore[misc]  # WTForms is untyped
    """One line of text, whatever was sent; a password is not one, it stays as it was typed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Put a space for what breaks the line, and leave out what cannot be seen."""
        super().process_formdata([_CONTROLS.sub("", _BREAKS.sub(" ", sent)) for sent in valuelist])


class TextAreaField(wtforms.TextAreaField):  # type: ignore[misc]  # WTForms is untyped
    """Text of several lines."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Leave out what cannot be seen; lines stay."""
        super().process_formdata([_CONTROLS.sub("", sent) for sent in valuelist])


class CheckboxesField(SelectMultipleField):  # type: ignore[misc]  # WTForms is untyped
    """Several of a list, as checkboxes a thumb can hit."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def required(sentence: Any = None) -> Any:
    """Refuse an empty field."""
    return InputRequired(sentence or _l("请填写这一项。"))


def at_most(length: int) -> Any:
    """Refuse more characters than the column holds."""
    return Length(max=length, message=_l("最多 %(max)d 个字。"))


def agreed(sentence: Any) -> Any:
    """Refuse an unticked box."""

    def check(_form: Any, field: Any) -> None:
        if not field.data:
            raise StopValidation(sentence)

    return check


def choices(pairs: Iterable[tuple[object, Any]]) -> list[SelectChoice]:
    """Return what a field offers, from (value, words) pairs."""
    return [SelectChoice(str(value), words) for value, words in pairs]


def instant(wall: datetime) -> datetime:
    """Read a form's wall-clock time as an instant in UTC."""
    return clock.from_wall(wall)
