"""What somebody tried of merging, recovering, changing a mobile and one's rights goes with the demonstration."""

from __future__ import annotations

from sqlalchemy import or_, select, update

from volunteer_hub.accounts.models import Account, RecoveryCode
from volunteer_hub.core.db import db
from volunteer_hub.core.person_keys import PersonKey
from volunteer_hub.demo.uprooting import Removed, delete_rows
from volunteer_hub.merging.models import Merge, MergeEntry
from volunteer_hub.rights.models import ConsentRefusal, Erasure, RightsRequest
from volunteer_hub.volunteers.models import MobileChange, Volunteer

#: Tables whose rows cannot be deleted otherwise.
KEPT_AS_WRITTEN = ("erasures",)


def remove_identities(removed: Removed) -> None:
    """Remove merges with invented people on either side, slips, keys, and what invented people asked of their data.

    Before the ledger's lines, which merges point at.
    """
    people = select(Volunteer.id).where(Volunteer.is_demonstration)
    accounts = select(Account.id).where(Account.is_demonstration)
    invented = or_(Merge.kept_id.in_(people), Merge.merged_id.in_(people))
    delete_rows(removed, MergeEntry, MergeEntry.merge_id.in_(select(Merge.id).where(invented)))
    delete_rows(removed, Merge, invented)
    leading = update(Account).where(Account.leads_to_id.in_(accounts)).values(leads_to_id=None)
    db.session.execute(leading.execution_options(synchronize_session=False))
    delete_rows(removed, RecoveryCode, RecoveryCode.account_id.in_(accounts))
    for model in (MobileChange, RightsRequest, ConsentRefusal, PersonKey, Erasure):
        delete_rows(removed, model, model.volunteer_id.in_(people))
