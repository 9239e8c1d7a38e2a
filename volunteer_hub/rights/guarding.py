"""Who may decide over somebody's data: the person with the password again, and for a minor the guardian."""

from __future__ import annotations

from datetime import datetime

from volunteer_hub.accounts import passwords
from volunteer_hub.accounts import queries as account_queries
from volunteer_hub.accounts import service as accounts
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.ages import Ages, full_years, is_minor
from volunteer_hub.volunteers.models import Volunteer


class WrongPassword(DomainError):
    """The password is wrong: the door remembers it for the throttle, in a transaction of its own."""


def check_password(actor: Actor, password: str, *, now: datetime) -> None:
    """Ask for the password of whoever really acts. Raises WrongPassword, or DomainError after too many tries."""
    if accounts.too_many_failures(throttled_as(actor), actor.address or "", now=now):
        raise DomainError("throttled", N_("尝试次数太多，请 15 分钟后再试。"), field="password")
    account = account_queries.get_account(actor.hand or 0)
    if not passwords.matches(account.password_hash, password):
        raise WrongPassword("wrong_password", N_("密码不对。"), field="password")


def throttled_as(actor: Actor) -> str:
    """Return the name under which failures of an account are counted here."""
    return f"again{actor.hand}"


def is_child(volunteer: Volunteer, ages: Ages, *, now: datetime) -> bool:
    """Tell whether a guardian has to decide."""
    if volunteer.birth_on is None:
        return False
    return is_minor(ages.band(full_years(volunteer.birth_on, clock.civil_date(now))))


def check_guardian(actor: Actor, volunteer: Volunteer, name: str, ages: Ages, *, now: datetime) -> bool:
    """Let a guardian decide for a minor, by acting for the child or by the registered name; tell whether one did.

    Raises DomainError at field `guardian_name`.
    """
    if not is_child(volunteer, ages, now=now):
        return False
    if actor.by_account_id is not None:
        return True
    guardian = volunteers.find_guardian(volunteer.id)
    if guardian is None or "".join(name.split()) != "".join(guardian.name.split()):
        raise DomainError(
            "guardian_decides",
            N_("未满 %(n)d 周岁由监护人决定。请监护人填写登记时的监护人姓名。"),
            field="guardian_name",
            n=ages.adult,
        )
    return True
