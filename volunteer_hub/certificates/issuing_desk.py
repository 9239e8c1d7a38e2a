"""Issues at a desk: prepares, keeps, and begins again where somebody else was faster."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from volunteer_hub.certificates import issuing, keys, service
from volunteer_hub.certificates.models import Certificate
from volunteer_hub.certificates.service import Overtaken
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import Scope
from volunteer_hub.core.text import N_

#: One unit issues one certificate at a time by hand; who is overtaken so often is told to come again.
TRIES = 8


def issue(
    actor: Actor, where: Scope, request_id: int, *, address: Callable[[str], str], site: str, now: datetime
) -> Certificate:
    """Issue what was asked for; its paper is drawn outside the transaction, so that nobody waits for it.

    Raises NotFound, Denied for one's own, and what `issuing.compose` and `service.issue` raise.
    """
    with transaction():
        keys.current(now=now)
    for _ in range(TRIES):
        prepared = issuing.prepare(actor, where, request_id, address=address, site=site, now=now)
        try:
            with transaction():
                return service.issue(actor, where, prepared, now=now)
        except Overtaken:
            continue
    raise DomainError("overtaken", N_("同时有别的证明在开具，请再试一次。"))
