"""Which of another's own pages each kind of carer may open. Pure; whatever is not named here stays closed.

A guardian answers for a child (PIPL art 31) and does nearly everything for it. A relative signs up and looks
at what comes and what was served; the elder's identity, presence and leaving stay the elder's own: the code
that proves that somebody is there is not shown on a phone that may be elsewhere (decision 0123).
"""

from __future__ import annotations

from volunteer_hub.families.models import CareKind

NOBODY: frozenset[CareKind] = frozenset()
GUARDIANS = frozenset({CareKind.GUARDIAN})
CARERS = frozenset(CareKind)

#: By endpoint, else by blueprint. A test asks that every own page of the application be named.
REACH: dict[str, frozenset[CareKind]] = {
    "accounts": NOBODY,
    "accounts.sign_out": CARERS,
    # One signs in with it, and gets codes by it.
    "mobiles": NOBODY,
    "families": NOBODY,
    "families.back": CARERS,
    "home": CARERS,
    "activities": CARERS,
    "activities.family": NOBODY,
    "checkin": GUARDIANS,
    "teams": GUARDIANS,
    "notices": GUARDIANS,
    # A guardian gets copies; where the child's own go would outlast the link.
    "notice_wishes": NOBODY,
    "volunteers": GUARDIANS,
    "make_ups": GUARDIANS,
    "objections": GUARDIANS,
    "anomaly_answers": GUARDIANS,
    "identity_exports": GUARDIANS,
    "agenda": GUARDIANS,
    # Whoever has the address reads on when the link has long ended.
    "agenda.open_feed": NOBODY,
    "recognition": GUARDIANS,
    "certificates": GUARDIANS,
    "rights": GUARDIANS,
    "rights_leaving": GUARDIANS,
}


def may_open(kind: CareKind, endpoint: str) -> bool:
    """Tell whether a carer of this kind may open an own page of the person cared for."""
    allowed = REACH.get(endpoint, REACH.get(endpoint.partition(".")[0], NOBODY))
    return kind in allowed
