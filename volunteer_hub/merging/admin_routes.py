"""The Office's pages on registrations that may be one person's."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.merging import candidates, labels, queries, service
from volunteer_hub.merging.forms import CompareForm, ReasonForm
from volunteer_hub.merging.models import Merge, MergeState
from volunteer_hub.merging.service import Limits
from volunteer_hub.volunteers import labels as people_labels
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.web.access import actor, require, scope

pages = Blueprint("merging", __name__)
pages.context_processor(lambda: {"labels": labels, "people_labels": people_labels})

MERGE = Permission.MERGE_PEOPLE
Answer = str | Response | tuple[str, int]


@pages.route("/office/duplicates", methods=["GET", "POST"])
@require(MERGE)
def index() -> Answer:
    """List the pairs found by rule and the merges there were; compare any two by their numbers."""
    form = CompareForm()
    if form.validate_on_submit():
        try:
            kept, merged = (_numbered(form[name].data or "", name) for name in ("kept", "merged"))
            queries.get_pair(scope(MERGE), kept.id, merged.id)
        except NotFound:
            form.refuse(DomainError("not_here", N_("两个登记要不同，并且都在您管理的区划内。")))
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("merging.compare", kept=kept.id, merged=merged.id))
    allowed = scope(MERGE)
    page = render_template(
        "merging/index.html",
        form=form,
        found=candidates.list_candidates(allowed),
        walk_ins=candidates.list_walk_in_pairs(allowed, now=clock.now()),
        merges=queries.page_merges(allowed, request.args.get("page", 1, int)),
    )
    return page, 422 if form.errors else 200


@pages.get("/office/duplicates/compare")
@require(MERGE)
def compare() -> str:
    """Show two registrations beside one another, and what a merge would make of them."""
    return _comparison(*_asked(), ReasonForm(None))


@pages.post("/office/duplicates/merge")
@require(MERGE)
def merge() -> Answer:
    """Merge, or ask a second person to."""
    kept_id, merged_id = _asked()
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction():
                made = service.ask(
                    actor(),
                    scope(MERGE),
                    kept_id,
                    merged_id,
                    form.reason.data,
                    now=clock.now(),
                    limits=_limits(),
                )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            waits = made.state is MergeState.REQUESTED
            flash(_("已提交，等另一位工作人员批准。") if waits else _("已合并。"))
            return redirect(url_for("merging.show", merge_id=made.id))
    return _comparison(kept_id, merged_id, form), 422


@pages.post("/office/duplicates/distinct")
@require(MERGE)
def tell_apart() -> Answer:
    """Note that they are two people."""
    kept_id, merged_id = _asked()
    form = ReasonForm()
    if form.validate_on_submit():
        with transaction():
            service.tell_apart(actor(), scope(MERGE), kept_id, merged_id, form.reason.data, now=clock.now())
        flash(_("已记为两个人，不再提示。"))
        return redirect(url_for("merging.index"))
    return _comparison(kept_id, merged_id, form), 422


@pages.get("/office/duplicates/<int:merge_id>")
@require(MERGE)
def show(merge_id: int) -> str:
    """Show one merge: what it moved, who decided, and whether it can still be undone."""
    return _shown(merge_id, ReasonForm(None))


@pages.post("/office/duplicates/<int:merge_id>/approve")
@require(MERGE)
def approve(merge_id: int) -> Answer:
    """Merge as the second person."""
    try:
        with transaction():
            service.approve(actor(), scope(MERGE), merge_id, now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        form = ReasonForm(None)
        form.refuse(refusal)
        return _shown(merge_id, form), refusal.status
    flash(_("已合并。"))
    return redirect(url_for("merging.show", merge_id=merge_id))


@pages.post("/office/duplicates/<int:merge_id>/refuse")
@require(MERGE)
def refuse(merge_id: int) -> Answer:
    """Say no as the second person, or take one's own request back."""
    return _decide(
        merge_id,
        lambda reason: service.refuse(actor(), scope(MERGE), merge_id, reason, now=clock.now()),
        _("已退回，两个登记保持原样。"),
    )


@pages.post("/office/duplicates/<int:merge_id>/undo")
@require(MERGE)
def undo(merge_id: int) -> Answer:
    """Take a merge apart."""
    return _decide(
        merge_id,
        lambda reason: service.undo(actor(), scope(MERGE), merge_id, reason, now=clock.now(), limits=_limits()),
        _("已撤销合并，两个登记恢复原状。"),
    )


def _decide(merge_id: int, act: Callable[[str], object], done: str) -> Answer:
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction():
                act(form.reason.data)
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(done)
            return redirect(url_for("merging.show", merge_id=merge_id))
    return _shown(merge_id, form), 422


def _numbered(typed: str, field: str) -> Volunteer:
    found = volunteers.find_by_number("".join(typed.split()).upper())
    if found is None:
        raise DomainError("number_unknown", N_("没有这个志愿者编号，请核对。"), field=field)
    return found


def _asked() -> tuple[int, int]:
    kept_id, merged_id = (request.values.get(name, 0, int) for name in ("kept", "merged"))
    if not kept_id or not merged_id:
        raise NotFound
    return kept_id, merged_id


def _limits() -> Limits:
    config = current_app.config
    return Limits(config["MERGE_ALONE_HOURS"], config["MERGE_UNDO_DAYS"])


def _comparison(kept_id: int, merged_id: int, form: ReasonForm) -> str:
    limits = _limits()
    return render_template(
        "merging/compare.html",
        seen=queries.preview(scope(MERGE), kept_id, merged_id, now=clock.now()),
        form=form,
        limits=limits,
    )


def _shown(merge_id: int, form: ReasonForm) -> str:
    merge: Merge = queries.get_merge(scope(MERGE), merge_id)
    waits = merge.state is MergeState.REQUESTED
    now = clock.now()
    people = {one: accounts.get_account(one).display_name for one in _deciders(merge)}
    return render_template(
        "merging/show.html",
        merge=merge,
        kept=db.session.get_one(Volunteer, merge.kept_id),
        merged=db.session.get_one(Volunteer, merge.merged_id),
        seen=queries.preview(scope(MERGE), merge.kept_id, merge.merged_id, now=now, but=merge.id) if waits else None,
        lines=queries.list_lines(merge.id),
        people=people,
        own=merge.requested_by == actor().account_id,
        undo_until=service.undo_until(merge, _limits()),
        now=now,
        form=form,
    )


def _deciders(merge: Merge) -> list[int]:
    return [one for one in (merge.requested_by, merge.decided_by, merge.undone_by) if one is not None]
