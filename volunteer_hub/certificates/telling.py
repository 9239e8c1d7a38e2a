"""Tells holders and issuers what became of a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from volunteer_hub.notices import service as notices
from volunteer_hub.volunteers.models import Volunteer

OWN_PAGE = "/my/certificates"
DESK = "/office/certificates"


def tell_holder(holder: Volunteer, subject: str, params: Mapping[str, str], *, key: str, now: datetime) -> None:
    """Tell the holder, who may have no account."""
    if holder.account_id is not None:
        notices.tell(holder.account_id, subject, params, key=key, link=OWN_PAGE, now=now)


def tell_issuer(account_id: int, subject: str, params: Mapping[str, str], *, key: str, now: datetime) -> None:
    """Tell whoever issued a certificate."""
    notices.tell(account_id, subject, params, key=key, link=DESK, now=now)
