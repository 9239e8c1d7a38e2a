"""Printed cards at a desk: one person's, and sheets for a team or for those who signed up for a shift."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.audit import service as audit
from volunteer_hub.checkin import codes, queries
from volunteer_hub.core import clock
from volunteer_hub.core.db import transaction
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.core.text import N_
from volunteer_hub.onsite import card_paper, people
from volunteer_hub.onsite.card_paper import PaperCard
from volunteer_hub.teams import queries as teams
from volunteer_hub.volunteers import cards, passes
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.web.access import actor, require, scope

pages = Blueprint("cards", __name__)

DESK = Permission.RAISE_ASSURANCE
#: Twenty sheets; more is a second click.
MOST = 200
_NUMBER = re.compile(r"V[0-9]{16}[A-Z]")


@pages.get("/office/volunteers/<int:volunteer_id>/card")
@require(DESK)
def show(volunteer_id: int) -> str:
    """Show whether somebody has a card."""
    volunteer = _seen(volunteer_id)
    held = volunteers.list_cards(volunteer.id)
    return render_template(
        "onsite/card.html",
        volunteer=volunteer,
        held=held,
        live=next((card for card in held if card.revoked_at is None), None),
        registered=volunteers.current_standing(volunteer.id) is not None,
        found=request.values.get("found", ""),
    )


@pages.post("/office/volunteers/<int:volunteer_id>/card/issue")
@require(DESK)
def issue(volunteer_id: int) -> Response:
    """Give a first card, or another for one that was lost."""
    with transaction():
        cards.issue(actor(), _seen(volunteer_id), now=clock.now())
    flash(_("已发新卡，请打印。原来的卡（如有）已作废。"))
    return _back(volunteer_id)


@pages.post("/office/volunteers/<int:volunteer_id>/card/revoke")
@require(DESK)
def revoke(volunteer_id: int) -> Response:
    """Take the card back."""
    with transaction():
        cards.revoke(actor(), _seen(volunteer_id), now=clock.now())
    flash(_("卡已作废，再扫会被拒绝。"))
    return _back(volunteer_id)


@pages.post("/office/volunteers/<int:volunteer_id>/card/print")
@require(DESK)
def print_one(volunteer_id: int) -> Response:
    """Answer a form with the live card as a PDF; it is in the trail, since whoever holds a card may use it."""
    with transaction():
        volunteer = _seen(volunteer_id)
        held = cards.live_cards([volunteer.id])
        if not held:
            raise DomainError("no_card", N_("此人没有在用的卡。"))
        audit.record(actor(), "volunteers.print_card", "volunteer", volunteer.id, now=clock.now())
    return _pdf(card_paper.draw_one(_paper(volunteer, held[volunteer.id]), _site()))


@pages.get("/manage/teams/<int:team_id>/cards")
@require(DESK)
def team_sheet(team_id: int) -> str:
    """Offer a team's members for a sheet of cards."""
    team = teams.get_managed(scope(DESK), team_id)
    members = people.list_members(team.id)
    return _choice_page(members, team.name, url_for("cards.print_team", team_id=team.id))


@pages.post("/manage/teams/<int:team_id>/cards")
@require(DESK)
def print_team(team_id: int) -> Response:
    """Print cards for the chosen members."""
    with transaction():
        team = teams.get_managed(scope(DESK), team_id)
        drawn = _draw_chosen(people.list_members(team.id), "team", team.id)
    return _pdf(drawn)


@pages.get("/manage/shifts/<int:shift_id>/cards")
@require(DESK)
def shift_sheet(shift_id: int) -> str:
    """Offer those with a place at a shift for a sheet of cards."""
    shift, activity, _station = queries.get_shift_here(scope(DESK), shift_id)
    return _choice_page(
        people.list_accepted(shift.id), activity.title, url_for("cards.print_shift", shift_id=shift.id)
    )


@pages.post("/manage/shifts/<int:shift_id>/cards")
@require(DESK)
def print_shift(shift_id: int) -> Response:
    """Print cards for the chosen among those with a place."""
    with transaction():
        shift, _activity, _station = queries.get_shift_here(scope(DESK), shift_id)
        drawn = _draw_chosen(people.list_accepted(shift.id), "shift", shift.id)
    return _pdf(drawn)


@pages.route("/manage/cards", methods=["GET", "POST"])
@require(DESK)
def roster() -> str | Response:
    """Print cards for a roster: the volunteer numbers on a list, one after another, however they are separated."""
    if request.method == "GET":
        return render_template("onsite/card_roster.html", most=MOST)
    numbers = list(dict.fromkeys(_NUMBER.findall(request.form.get("numbers", "").upper())))[:MOST]
    with transaction():
        found = people.list_numbered(scope(DESK), numbers)
        drawn = _draw(found, "roster", len(numbers))
    return _pdf(drawn)


def _choice_page(offered: Sequence[Volunteer], title: str, action: str) -> str:
    return render_template(
        "onsite/card_sheet.html",
        people=offered,
        held=cards.live_cards([volunteer.id for volunteer in offered]),
        title=title,
        action=action,
        most=MOST,
    )


def _draw_chosen(offered: Sequence[Volunteer], kind: str, key: int) -> bytes:
    """Give a card to each chosen person who has none, and draw everybody's; what was not offered is not chosen."""
    wanted = set(request.form.getlist("person", type=int))
    return _draw([volunteer for volunteer in offered if volunteer.id in wanted][:MOST], kind, key)


def _draw(chosen: Sequence[Volunteer], kind: str, key: int) -> bytes:
    now = clock.now()
    held = cards.issue_missing(actor(), chosen, now=now)
    drawn = [_paper(volunteer, held[volunteer.id]) for volunteer in chosen if volunteer.id in held]
    if not drawn:
        raise DomainError("nobody_chosen", N_("请至少选一个人。"))
    audit.record(actor(), "volunteers.print_cards", kind, key, now=now, people=len(drawn))
    return card_paper.draw_many(drawn, _site())


def _paper(volunteer: Volunteer, card_id: int) -> PaperCard:
    return PaperCard(volunteer.name, volunteer.number, codes.card_code(card_id))


def _pdf(drawn: bytes) -> Response:
    return send_file(BytesIO(drawn), "application/pdf", download_name=f"{_('志愿者卡')}.pdf", max_age=0)


def _site() -> str:
    return str(current_app.config["SITE_NAME"])


def _seen(volunteer_id: int) -> Volunteer:
    """Return somebody inside the scope, or found a while ago by a full number. Raises NotFound."""
    was_found = passes.was_found(request.values.get("found", ""), volunteer_id, actor().account_id)
    return volunteers.get_volunteer(EVERYTHING if was_found else scope(DESK), volunteer_id)


def _back(volunteer_id: int) -> Response:
    return redirect(url_for("cards.show", volunteer_id=volunteer_id, found=request.form.get("found") or None))
