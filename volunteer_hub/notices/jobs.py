"""The timetable's share: messages that are due go out."""

from __future__ import annotations

import logging

from flask import current_app
from flask_babel import force_locale

from volunteer_hub.core import channels, clock
from volunteer_hub.core.channels import Refused, Unreachable
from volunteer_hub.core.db import transaction
from volunteer_hub.core.one_by_one import each
from volunteer_hub.notices import sending
from volunteer_hub.web.i18n import say

log = logging.getLogger(__name__)


def deliver() -> None:
    """Hand over what is due. No transaction is open while a carrier is asked."""
    if not channels.kinds():
        return
    each(sending.list_due(clock.now()), _deliver)


def _deliver(delivery_id: int) -> None:
    with transaction():
        ready = sending.prepare(delivery_id, _say, _origin(), now=clock.now())
    if ready is not None:
        _hand_over(ready)


def _hand_over(ready: sending.Ready) -> None:
    carrier = channels.find(ready.kind)
    if carrier is None:
        return
    try:
        carrier.send(ready.message)
    except Unreachable as trouble:
        log.warning("%s could not be reached (%s); tried again later", ready.kind.value, trouble)
        return
    except Refused as trouble:
        log.warning("%s refused a message (%s)", ready.kind.value, trouble)
        with transaction():
            sending.note_refused(ready.delivery_id, now=clock.now())
        return
    with transaction():
        sending.note_sent(ready.delivery_id, now=clock.now())


def _say(sentence: str, params: dict[str, object], language: str) -> str:
    with force_locale(language):
        return say(sentence, params)


def _origin() -> str:
    """Return where this deployment is found, or empty where it was not told its own name."""
    hosts = current_app.config["TRUSTED_HOSTS"]
    return f"{current_app.config['PREFERRED_URL_SCHEME']}://{hosts[0].lstrip('.')}" if hosts else ""
