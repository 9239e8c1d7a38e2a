"""Mobile numbers: one spelling for each. Pure; the only file that touches phonenumbers."""

from __future__ import annotations

import phonenumbers

from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.spelling import MAINLAND, fold
from volunteer_hub.core.text import N_


def normalise(typed: str, field: str = "mobile") -> str:
    """Return a mobile number as kept: 11 digits on the mainland, E.164 elsewhere.

    Raises DomainError at `field`. A number elsewhere must begin with + and its country.
    """
    number = fold(typed)
    if MAINLAND.fullmatch(number):
        return number
    if not number.startswith("+") or number.startswith("+86"):
        raise DomainError(
            "mobile_format",
            N_("请填写 11 位手机号码；境外号码请以 + 和国家或地区代码开头。"),
            field=field,
        )
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        raise DomainError("mobile_invalid", N_("这个境外号码不存在，请检查国家或地区代码和位数。"), field=field)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
