"""Another mobile by oneself, with a second proof; and proving that one holds the present one.

The first proof is the password. The second is a code sent to the new mobile where the deployment can send one;
where it cannot, the last four of the document and a day's wait, of which the account is told and which whoever
is signed in can stop.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import SignInKind
from volunteer_hub.audit import service as audit
from volunteer_hub.core.actor import TIMETABLE, Actor
from volunteer_hub.core.channels import ChannelKind
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.text import N_
from volunteer_hub.notices import reaching
from volunteer_hub.notices import service as notices
from volunteer_hub.volunteers import mobiles, queries, service
from volunteer_hub.volunteers.models import MobileChange, Volunteer

WAITS = timedelta(hours=24)
SELF_CLAIMED, PHONE = 0, 1
#: Whose word raises the assurance where a code was right: nobody's, so that nobody vouches for himself.
BY_CODE = Actor(None, "mobile code")


def check_new(volunteer: Volunteer, typed: str) -> str:
    """Return the new mobile in its one spelling. Raises DomainError at `mobile`."""
    number = mobiles.normalise(typed)
    if number == volunteer.mobile:
        raise DomainError("same_mobile", N_("这就是现在登记的手机号。"), field="mobile")
    return number


def change_proved(actor: Actor, volunteer: Volunteer, mobile: str, *, now: datetime) -> None:
    """Change the mobile at once, since a code proved that the person holds the new one."""
    _end_waiting(volunteer.id, now)
    _change(actor, volunteer, mobile, now=now)
    prove(volunteer, now=now)


def prove(volunteer: Volunteer, *, now: datetime) -> None:
    """Note that the person holds the mobile: assurance 1, where it was 0; nothing is ever lowered by it.

    Notices may go there from now on.
    """
    if volunteer.account_id is not None:
        reaching.keep_proved(volunteer.account_id, ChannelKind.SMS, volunteer.mobile, now=now)
    standing = queries.current_standing(volunteer.id)
    if standing is not None and standing.assurance < PHONE:
        service.raise_assurance(BY_CODE, volunteer, PHONE, N_("手机验证码"), now=now)


def ask(actor: Actor, volunteer: Volunteer, mobile: str, four: str, *, now: datetime) -> MobileChange:
    """Ask for another mobile without a code: it takes effect after a day, unless somebody signed in stops it.

    Raises DomainError at `four`.
    """
    if "".join(four.split()).upper() != volunteer.document_number[-4:]:
        raise DomainError("four_wrong", N_("证件号码后四位不对。"), field="four")
    db.session.refresh(volunteer, with_for_update=True)
    _end_waiting(volunteer.id, now)
    change = MobileChange(volunteer_id=volunteer.id, mobile=mobile, asked_at=now, due_at=now + WAITS)
    db.session.add(change)
    db.session.flush()
    audit.record(actor, "volunteers.ask_mobile", "volunteer", volunteer.id, now=now, region=_region(volunteer))
    _tell(
        volunteer,
        N_("您的手机号将在 24 小时后更换。如不是您本人操作，请马上在“我的手机号”里停止，并修改密码。"),
        f"mobile:{change.id}:asked",
        now,
    )
    return change


def find_waiting(volunteer_id: int) -> MobileChange | None:
    """Return the change that waits for its hour, if there is one."""
    return db.session.scalar(
        select(MobileChange).where(MobileChange.volunteer_id == volunteer_id, MobileChange.ended_at.is_(None))
    )


def stop(actor: Actor, volunteer: Volunteer, *, now: datetime) -> None:
    """Stop a change that waits. Raises NotFound where there is none."""
    if not _end_waiting(volunteer.id, now):
        raise NotFound
    audit.record(actor, "volunteers.stop_mobile", "volunteer", volunteer.id, now=now, region=_region(volunteer))


def list_due(*, now: datetime) -> list[int]:
    """Return the changes whose hour has come, the longest due first."""
    due = select(MobileChange.id).where(MobileChange.ended_at.is_(None), MobileChange.due_at <= now)
    return list(db.session.scalars(due.order_by(MobileChange.due_at, MobileChange.id)))


def carry_out(change_id: int, *, now: datetime) -> bool:
    """Carry out a change whose hour has come; False if it was stopped or done meanwhile."""
    change = db.session.get(MobileChange, change_id, with_for_update=True, populate_existing=True)
    if change is None or change.ended_at is not None or change.due_at > now:
        return False
    volunteer = db.session.get_one(Volunteer, change.volunteer_id)
    change.ended_at, change.changed = now, True
    _change(TIMETABLE, volunteer, change.mobile, now=now)
    standing = queries.current_standing(volunteer.id)
    if standing is not None and standing.assurance == PHONE:
        # What was known was that the old telephone is theirs.
        service.replace_standing(standing, standing.region_code, SELF_CLAIMED, now)
    return True


def _change(actor: Actor, volunteer: Volunteer, mobile: str, *, now: datetime) -> None:
    db.session.refresh(volunteer, with_for_update=True)
    volunteer.mobile, volunteer.mobile_index = mobile, queries.mobile_index(mobile)
    if volunteer.account_id is not None:
        accounts.change_sign_in_name(volunteer.account_id, SignInKind.MOBILE, mobile)
        reaching.forget(volunteer.account_id, ChannelKind.SMS)
    db.session.flush()
    audit.record(actor, "volunteers.change_mobile", "volunteer", volunteer.id, now=now, region=_region(volunteer))
    _tell(volunteer, N_("您登记的手机号已更换，请用新手机号登录。"), f"mobile:{now.isoformat()}:changed", now)


def _end_waiting(volunteer_id: int, now: datetime) -> bool:
    ended = db.session.execute(
        update(MobileChange)
        .where(MobileChange.volunteer_id == volunteer_id, MobileChange.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session="fetch")
    )
    return bool(ended.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one; the annotation says Result


def _region(volunteer: Volunteer) -> str | None:
    standing = queries.current_standing(volunteer.id)
    return standing.region_code if standing else None


def _tell(volunteer: Volunteer, subject: str, key: str, now: datetime) -> None:
    if volunteer.account_id is not None:
        notices.tell(volunteer.account_id, subject, {}, key=key, link="/me/mobile", now=now)
