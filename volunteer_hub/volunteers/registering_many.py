"""Registers and withdraws people in bulk, with the same result row by row as `service` gives one at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import aliased

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts.models import Account, Login, SignInKind, SignInName
from volunteer_hub.core import clock
from volunteer_hub.core.db import Base, db, table_of
from volunteer_hub.core.dialect import new_keys, upsert, write_many
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_
from volunteer_hub.volunteers import queries
from volunteer_hub.volunteers.models import STILL, Consent, Guardian, NumberSeries, Standing, Volunteer
from volunteer_hub.volunteers.numbers import LARGEST, check_letter
from volunteer_hub.volunteers.registration import Checked, Registration
from volunteer_hub.volunteers.service import SELF_CLAIMED

#: The name of somebody whose data are erased.
ERASED = "—"


_people = table_of(Volunteer)
_ERASE = (
    update(_people)
    .where(_people.c.id == bindparam("person"))
    .values(
        name=ERASED,
        document_number="",
        document_index=bindparam("freed"),
        mobile="",
        mobile_index=bindparam("freed"),
        skills=[],
        categories=[],
        withdrawn_at=bindparam("at"),
    )
)


@dataclass(frozen=True)
class Entrant:
    """Somebody to be registered: what was given, as the rules read it, and when the consent was given."""

    given: Registration
    checked: Checked
    consented_at: datetime | None = None


def register_many(entrants: Sequence[Entrant], *, now: datetime) -> list[int]:
    """Enter people in the register and return their ids, in order.

    The caller has checked that the residences are ones and that no document is in the register; one that
    gets there in between is an IntegrityError, which undoes everybody. Raises DomainError when the
    numbers of a division and month are used up.
    """
    if not entrants:
        return []
    numbers = _next_numbers([entrant.given.region_code for entrant in entrants], now)
    account_ids = _open_accounts(entrants, numbers, now)
    ids = new_keys(db.session, table_of(Volunteer), len(entrants))
    _write(Volunteer, [_row(*what, now) for what in zip(ids, account_ids, numbers, entrants, strict=True)])
    _write(
        Standing,
        [
            {
                "volunteer_id": id_,
                "region_code": entrant.given.region_code,
                "assurance": SELF_CLAIMED,
                "since": now,
                "until": STILL,
            }
            for id_, entrant in zip(ids, entrants, strict=True)
        ],
    )
    _write(
        Guardian,
        [
            {"volunteer_id": id_, "name": entrant.checked.guardian.name, "mobile": entrant.checked.guardian.mobile}
            for id_, entrant in zip(ids, entrants, strict=True)
            if entrant.checked.guardian is not None
        ],
    )
    _write(
        Consent,
        [
            {
                "volunteer_id": id_,
                "kind": kind,
                "version": text.version,
                "text_digest": text.digest,
                "given_by": given_by,
                "given_at": entrant.consented_at or now,
                "withdrawn_at": None,
            }
            for id_, entrant in zip(ids, entrants, strict=True)
            for kind, text, given_by in entrant.checked.consents
        ],
    )
    return ids


def _row(id_: int, account_id: int, number: str, entrant: Entrant, now: datetime) -> dict[str, Any]:
    given, checked = entrant.given, entrant.checked
    return {
        "id": id_,
        "number": number,
        "account_id": account_id,
        "name": checked.name,
        "document_kind": given.document_kind,
        "document_number": checked.document_number,
        "document_index": queries.document_index(given.document_kind, checked.document_number),
        "birth_on": checked.birth_on,
        "sex": checked.sex,
        "mobile": checked.mobile,
        "mobile_index": queries.mobile_index(checked.mobile),
        "skills": list(given.skills),
        "categories": list(given.categories),
        "is_party_member": given.is_party_member,
        "registered_at": now,
        "withdrawn_at": None,
        "merged_into_id": None,
        "is_demonstration": False,
    }


def _next_numbers(codes: Sequence[str], now: datetime) -> list[str]:
    """Return a number for each, in order: those that one at a time would have given them."""
    month = f"{clock.civil_date(now):%y%m}"
    prefixes = [f"{code[:6]}{month}" for code in codes]
    table = table_of(NumberSeries)
    following: dict[str, int] = {}
    for prefix, count in sorted(Counter(prefixes).items()):
        last = db.session.scalar(
            upsert(db.session, table)
            .values(prefix=prefix, last=count)
            .on_conflict_do_update(index_elements=["prefix"], set_={"last": table.c.last + count})
            .returning(table.c.last)
        )
        if last is None or last > LARGEST:
            raise DomainError("series_used_up", N_("本月的志愿者编号已经用完，请联系管理员。"))
        following[prefix] = last - count
    numbers = []
    for prefix in prefixes:
        following[prefix] += 1
        digits = f"{prefix}{following[prefix]:06d}"
        numbers.append(f"V{digits}{check_letter(digits)}")
    return numbers


def _open_accounts(entrants: Sequence[Entrant], numbers: Sequence[str], now: datetime) -> list[int]:
    ids = new_keys(db.session, table_of(Account), len(entrants))
    _write(
        Account,
        [
            {
                "id": id_,
                "display_name": entrant.checked.name,
                "password_hash": entrant.given.password_hash,
                "created_at": now,
                "disabled_at": None,
                "is_demonstration": False,
            }
            for id_, entrant in zip(ids, entrants, strict=True)
        ],
    )
    names: list[dict[str, Any]] = []
    for id_, entrant, number in zip(ids, entrants, numbers, strict=True):
        for kind, typed in ((SignInKind.VOLUNTEER_NUMBER, number), (SignInKind.MOBILE, entrant.checked.mobile)):
            names.append({"account_id": id_, "kind": kind, "name_index": accounts.sign_in_index(typed)})
    _write(SignInName, names)
    return ids


def _write(model: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        write_many(db.session, table_of(model), list(rows[0]), [tuple(row.values()) for row in rows])


def list_untouched(ids: Sequence[int]) -> set[int]:
    """Return those of these volunteers who have done nothing with their registration themselves.

    Nobody set a password, signed in, withdrew, moved, was looked at by staff or merged. What other rooms
    hold of them is theirs to ask.
    """
    once = (
        select(Standing.volunteer_id)
        .where(Standing.volunteer_id.in_(ids))
        .group_by(Standing.volunteer_id)
        .having(func.count() == 1, func.max(Standing.until) == STILL, func.max(Standing.assurance) == SELF_CLAIMED)
    )
    signed_in = select(Login.account_id).where(Login.account_id == Volunteer.account_id).exists()
    other = aliased(Volunteer)
    merged_here = select(other.id).where(other.merged_into_id == Volunteer.id).exists()
    return set(
        db.session.scalars(
            select(Volunteer.id)
            .join(Account, Account.id == Volunteer.account_id)
            .where(
                Volunteer.id.in_(once),
                Volunteer.withdrawn_at.is_(None),
                Account.password_hash.is_(None),
                ~signed_in,
                ~merged_here,
            )
        )
    )


def withdraw_and_erase(ids: Sequence[int], *, now: datetime) -> None:
    """Take people out of the register from now on, and erase who they were; the document can be registered anew.

    Rows, division, birth date and sex stay without a name: a figure as of an earlier instant stays what it was.
    """
    if not ids:
        return
    db.session.execute(
        delete(Standing).where(Standing.volunteer_id.in_(ids), Standing.until == STILL, Standing.since >= now)
    )
    db.session.execute(
        update(Standing).where(Standing.volunteer_id.in_(ids), Standing.until == STILL).values(until=now)
    )
    db.session.execute(
        update(Consent).where(Consent.volunteer_id.in_(ids), Consent.withdrawn_at.is_(None)).values(withdrawn_at=now)
    )
    db.session.execute(delete(Guardian).where(Guardian.volunteer_id.in_(ids)))
    rows = db.session.execute(select(Volunteer.id, Volunteer.account_id).where(Volunteer.id.in_(ids))).all()
    held = [account_id for _, account_id in rows if account_id is not None]
    db.session.execute(delete(SignInName).where(SignInName.account_id.in_(held)))
    db.session.execute(update(Account).where(Account.id.in_(held)).values(display_name=ERASED, disabled_at=now))
    db.session.connection().execute(_ERASE, [{"person": id_, "freed": f"erased:{id_}", "at": now} for id_, _ in rows])
    db.session.expire_all()
