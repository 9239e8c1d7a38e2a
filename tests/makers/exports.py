"""Files in the background, and requests for whole identity numbers."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from volunteer_hub.accounts.models import Account
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import transaction
from volunteer_hub.core.scope import EVERYTHING
from volunteer_hub.exchange import catalogue, export_jobs, exports, identity_exports
from volunteer_hub.exchange.models import ExportJob, IdentityExport, Writing
from volunteer_hub.web.i18n import say


def actor_of(account: Account) -> Actor:
    """Return an account as whoever acts."""
    return Actor(account.id, account.display_name)


def make_export(
    account: Account,
    region: str,
    *,
    writing: Writing = Writing.CSV,
    kind: str = "people",
    having: str = "registered",
    as_of: datetime | None = None,
) -> int:
    """Ask for a file; return its id. Nobody has made it yet."""
    now = clock.now()
    asked = _read(region, having, as_of, now)
    job = ExportJob(
        account_id=account.id,
        kind=kind,
        args=asked.args(),
        writing=writing,
        locale="zh",
        region_code=region,
        name="名单",
    )
    with transaction():
        return exports.ask(actor_of(account), job, now=now).id


def work() -> int:
    """Let a worker make whatever waits, in a context of its own as a process has; return how many files."""
    with current_app.app_context():
        return export_jobs.work_off()


def make_ready_export(account: Account, region: str, *, writing: Writing = Writing.CSV) -> int:
    """Ask for a file and make it; return its id."""
    export_id = make_export(account, region, writing=writing)
    work()
    return export_id


def make_identity_export(
    account: Account, region: str, *, reason: str = "公安机关核对", now: datetime | None = None
) -> IdentityExport:
    """Ask for whole identity numbers; nobody has decided."""
    now = now or clock.now()
    asked = _read(region, "registered", None, now)
    with transaction():
        return identity_exports.ask(actor_of(account), asked, Writing.CSV, reason, locale="zh", now=now)


def _read(region: str, having: str, as_of: datetime | None, now: datetime) -> catalogue.Request:
    args = {"region": region, "having": having} | ({"as_of": as_of.isoformat()} if as_of else {})
    return catalogue.read(args, default_region=region, scope=EVERYTHING, say=say, now=now)
