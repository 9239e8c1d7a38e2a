"""Signing a whole family up for one shift in one act, with an answer for each person.

A file beside `routes.py`, which would be too long with it; its view belongs to the same pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.activities import accompanying, candidates, queries, sign_ups
from volunteer_hub.activities.eligibility import Reason, Verdict
from volunteer_hub.activities.models import Shift, SignUpState
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.families import queries as families
from volunteer_hub.families import service as care
from volunteer_hub.families.models import CareKind
from volunteer_hub.families.queries import Cared
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.showing import ages
from volunteer_hub.web.access import actor, require
from volunteer_hub.web.i18n import say

#: Of oneself, among the keys of those who are ticked; the others are told by their links.
ONESELF = 0
SIGNED_UP = {
    SignUpState.ACCEPTED: N_("%(name)s：报名成功。"),
    SignUpState.PENDING: N_("%(name)s：已提交，等待负责人确认。"),
    SignUpState.WAITING: N_("%(name)s：名额已满，已进入候补。"),
}


@dataclass(frozen=True)
class Member:
    """One of the family, and whether a place can be asked for."""

    key: int
    volunteer: Volunteer
    cared: Cared | None
    verdict: Verdict

    @property
    def may_ask(self) -> bool:
        """Tell whether a tick would do something."""
        return self.verdict.reason is Reason.FREE or self.verdict.may_wait

    @property
    def is_child(self) -> bool:
        """Tell whether one is the guardian of this person."""
        return self.cared is not None and self.cared.link.kind is CareKind.GUARDIAN


def add_to(pages: Blueprint) -> None:
    """Give the public pages the rule of this file."""
    pages.add_url_rule("/shifts/<int:shift_id>/family", view_func=family, methods=["GET", "POST"])


@require(Permission.OWN_PAGES)
def family(shift_id: int) -> str | Response:
    """Show who of the family could come, and sign up those who are ticked, each by oneself."""
    now = clock.now()
    activity = queries.get_public_by_shift(shift_id)
    shift = next(one for one in activity.shifts if one.id == shift_id)
    members = _members(shift, now)
    if request.method == "POST":
        chosen = request.form.getlist("who", type=int)
        # Adults before children, whom they accompany.
        for member in sorted(members, key=lambda one: one.is_child):
            if member.key in chosen:
                flash(_ask_for(shift_id, member.key, member.volunteer.name))
        if not chosen:
            flash(_("请勾选要报名的人。"))
        return redirect(url_for("activities.family", shift_id=shift_id))
    return render_template("activities/family.html", activity=activity, shift=shift, members=members, now=now)


def _ask_for(shift_id: int, key: int, name: str) -> str:
    """Sign one person up, in a transaction of its own: what one is refused takes no place from another."""
    now, by = clock.now(), actor()
    try:
        with transaction():
            cared = None if key == ONESELF else families.get_cared_for(by.account_id or 0, key, now, ages())
            volunteer = cared.volunteer if cared else queries.find_own_volunteer(by.account_id)
            if volunteer is None:
                raise NotFound
            accompanying.refuse_alone(volunteer, shift_id, now=now, ages=ages())
            hand = care.acting(by, cared) if cared else by
            row = sign_ups.sign_up(hand, shift_id, volunteer, now=now, minimum_age=current_app.config["AGE_MINIMUM"])
            if cared:
                care.note_act(hand, cared, "activities.family", {"shift_id": shift_id}, now=now)
    except DomainError as refusal:
        return str(_("%(name)s：%(answer)s", name=name, answer=say(refusal.message, refusal.params)))
    return str(say(SIGNED_UP[row.state], {"name": name}))


def _members(shift: Shift, now: datetime) -> list[Member]:
    """Return oneself, if a volunteer, and those one acts for, each with the verdict on this shift."""
    own = queries.find_own_volunteer(actor().account_id)
    people: list[tuple[int, Volunteer, Cared | None]] = [(ONESELF, own, None)] if own else []
    cared_for = families.list_cared_for(actor().account_id or 0, now, ages())
    people += [(cared.link.id, cared.volunteer, cared) for cared in cared_for]
    return [Member(key, volunteer, cared, _judge(shift, volunteer, now)) for key, volunteer, cared in people]


def _judge(shift: Shift, volunteer: Volunteer, now: datetime) -> Verdict:
    minimum_age = current_app.config["AGE_MINIMUM"]
    return candidates.judge_all(shift.activity, [shift], volunteer, now=now, minimum_age=minimum_age)[shift.id]
