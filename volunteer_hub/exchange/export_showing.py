"""What the pages of files in the background show: each file's state in words, how far it is, and until when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for

from volunteer_hub.exchange import export_labels as labels
from volunteer_hub.exchange.export_queries import OPEN
from volunteer_hub.exchange.exports import MOST_BYTES
from volunteer_hub.exchange.file_writing import ENDINGS
from volunteer_hub.exchange.models import ExportJob, ExportState
from volunteer_hub.web.i18n import say

MEBIBYTE = 1024 * 1024


def words() -> dict[str, Any]:
    """Return the words and rules that every page of these uses."""
    return {
        "states": labels.STATES,
        "tones": labels.TONES,
        "writings": labels.WRITINGS,
        "endings": ENDINGS,
        "identity_states": labels.IDENTITY_STATES,
        "identity_tones": labels.IDENTITY_TONES,
        "percent_of": percent_of,
        "failure_of": failure_of,
        "size_of": size_of,
        "state_of": state_of,
        "is_open": is_open,
    }


def state_of(job: ExportJob, now: datetime) -> ExportState:
    """Return a file's state; one whose time is over counts as erased before anybody has erased it."""
    over = job.state is ExportState.READY and job.expires_at is not None and now > job.expires_at
    return ExportState.ERASED if over else job.state


def is_open(job: ExportJob) -> bool:
    """Tell whether a file still waits or is being made."""
    return job.state in OPEN


def percent_of(job: ExportJob) -> int | None:
    """Return how much of a file is made, of about as many rows as were counted; None where none were."""
    if not job.rows_about:
        return None
    return min(99, job.rows_done * 100 // job.rows_about)


def failure_of(job: ExportJob) -> str:
    """Return why a file was not made, as a sentence."""
    sentence = labels.FAILURES.get(job.failure or "", labels.FAILURES["broken"])
    return say(sentence, {"most": f"{MOST_BYTES // MEBIBYTE} MB"} if "%(most)s" in sentence else None)


def size_of(size: int | None) -> str:
    """Return bytes as people say them."""
    if size is None:
        return ""
    return f"{size / MEBIBYTE:.1f} MB" if size >= MEBIBYTE else f"{max(1, size // 1024)} KB"


def as_json(job: ExportJob, now: datetime) -> dict[str, Any]:
    """Return what the page's script needs to show a file anew."""
    state = state_of(job, now)
    return {
        "id": job.id,
        "state": state.value,
        "words": say(labels.STATES[state]),
        "open": is_open(job),
        "rows": job.rows_done,
        "percent": percent_of(job),
        "file": url_for("exports.fetch", export_id=job.id) if state is ExportState.READY else None,
    }
