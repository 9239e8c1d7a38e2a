"""Puts right, with the document in hand, what was typed wrong (PIPL art 46) or forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts import recovery
from volunteer_hub.accounts.roles import Grant
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.notices import service as notices
from volunteer_hub.volunteers import identity, queries, registration
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.registration import Correction
from volunteer_hub.volunteers.service import already_registered, refuse_own


def correct_identity(actor: Actor, volunteer: Volunteer, correction: Correction, *, now: datetime) -> None:
    """Put a volunteer's name and document right; the trail says what changed, not from what to what.

    Raises DomainError at the field at fault, also for a document that somebody else has registered; Denied
    for one's own.
    """
    refuse_own(actor, volunteer)
    if not correction.reason.strip():
        raise DomainError("reason_missing", N_("请写明理由。"), field="reason")
    db.session.refresh(volunteer, with_for_update=True)
    kind, today = correction.document_kind, clock.civil_date(now)
    number = identity.normalise(kind, correction.document_number)
    facts = identity.check(kind, number, today)
    new = {
        "name": registration.check_name(correction.name),
        "document_kind": kind,
        "document_number": number,
        "birth_on": facts.birth_on or registration.check_birth(correction.birth_on or volunteer.birth_on, today),
        "sex": facts.sex or volunteer.sex,
    }
    changed = [name for name, value in new.items() if getattr(volunteer, name) != value]
    if not changed:
        raise DomainError("nothing_changed", N_("填写的内容与登记的相同，没有需要更正的。"))
    _write(volunteer, new, queries.document_index(kind, number))
    if volunteer.account_id is not None:
        accounts.get_account(volunteer.account_id).display_name = volunteer.name
    standing = queries.current_standing(volunteer.id)
    audit.record(
        actor,
        "volunteers.correct_identity",
        "volunteer",
        volunteer.id,
        now=now,
        region=standing.region_code if standing else None,
        reason=correction.reason.strip(),
        changed=changed,
    )
    db.session.flush()


def _write(volunteer: Volunteer, new: dict[str, object], index: str) -> None:
    """Write the row; a document that another has, even from this moment on, is refused as at registration."""
    volunteer_id = volunteer.id
    try:
        with db.session.begin_nested():
            for name, value in new.items():
                setattr(volunteer, name, value)
            volunteer.document_index = index
            db.session.flush()
    except IntegrityError:
        if queries.find_other_with_document(index, volunteer_id):
            raise already_registered() from None
        raise


def give_recovery_code(
    actor: Actor, held: Sequence[Grant], volunteer: Volunteer, *, now: datetime
) -> tuple[str, datetime]:
    """Give somebody who stands at the desk with the document a code for a new password, and tell the account.

    Raises DomainError without an account, Denied for one's own or one that works above the giver.
    """
    if volunteer.account_id is None:
        raise DomainError("no_account", N_("这位志愿者没有登录账号。"))
    standing = queries.current_standing(volunteer.id)
    region = standing.region_code if standing else None
    account = accounts.get_account(volunteer.account_id)
    code, until = recovery.give_code(actor, held, account, now=now, region=region)
    notices.tell(
        account.id,
        N_("工作人员 %(by)s 为您开了一张找回密码的凭条，所有设备已退出登录。如不是您本人办理，请立即联系站点。"),
        {"by": actor.label},
        key=f"recovery:{now.isoformat()}",
        now=now,
    )
    return code, until
