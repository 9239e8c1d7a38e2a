"""A published answer for programs: the same document as for the office, with hidden figures left empty and why."""

from __future__ import annotations

from typing import Any

from volunteer_hub.core.tabular import UNKNOWN
from volunteer_hub.core.text import N_
from volunteer_hub.statistics import showing
from volunteer_hub.statistics.publishing import Shown
from volunteer_hub.web.i18n import say

HIDDEN_PEOPLE = N_("人数少于 5 人，或与之相邻可被推算，不公布")
HIDDEN_MINUTES = N_("时长只公布各月月末的累计数，且当月服务人数不少于 5 人")
#: Which figures must be shown for another to be: both its parts.
NEEDS = {
    "registered": {"registered"},
    "registration_ratio": {"registered"},
    "with_hours": {"with_hours"},
    "hours_ratio": {"with_hours", "registered"},
    "participants": {"participants"},
    "participation_ratio": {"participants", "registered"},
    "minutes": {"minutes"},
    "hours_per_registered": {"minutes", "registered"},
    "hours_per_active": {"minutes", "with_hours"},
}


def shows(shown: Shown, key: str) -> bool:
    """Tell whether a figure, by the key of its definition, may be read by anybody; what is not listed may not."""
    return key == "population" or (key in NEEDS and NEEDS[key] <= shown.figures)


def why_hidden(shown: Shown, key: str = "registered") -> str:
    """Return the marked sentence for a figure of this cell that is not shown."""
    is_of_time = "minutes" in NEEDS.get(key, ()) and NEEDS[key] - {"minutes"} <= shown.figures
    return HIDDEN_MINUTES if is_of_time else HIDDEN_PEOPLE


def printed(shown: Shown, key: str) -> str:
    """Return a figure as the page prints it; a dash where it is hidden or does not exist."""
    return showing.printed(shown.cell, key) if shows(shown, key) else UNKNOWN


def as_json(shown: Shown) -> dict[str, Any]:
    """Return a cell's figures as anybody may read them. Classes are never published: few may stand behind one."""
    document = showing.as_json(shown.cell)
    for key, value in document["figures"].items():
        if not shows(shown, key):
            reason = say(why_hidden(shown, key))
            document["figures"][key] = _blank(value, reason) if isinstance(value, dict) else None
    document["classes"] = {kind: dict.fromkeys(share) for kind, share in document["classes"].items()}
    document["hidden"] = None if shown.people else say(HIDDEN_PEOPLE)
    return document


def _blank(ratio: dict[str, Any], reason: str) -> dict[str, Any]:
    return {**dict.fromkeys(ratio), "reason": reason}
