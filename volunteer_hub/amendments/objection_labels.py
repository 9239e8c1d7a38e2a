"""Chinese words for objections."""

from __future__ import annotations

from volunteer_hub.amendments.objection_models import ObjectionState
from volunteer_hub.core.text import N_

STATES = {
    ObjectionState.ASKED: N_("等待答复"),
    ObjectionState.AMENDED: N_("已更正"),
    ObjectionState.KEPT: N_("维持原记录"),
    ObjectionState.WITHDRAWN: N_("已撤回"),
}
TONES = {
    ObjectionState.ASKED: "warn",
    ObjectionState.AMENDED: "good",
    ObjectionState.KEPT: "plain",
    ObjectionState.WITHDRAWN: "plain",
}
