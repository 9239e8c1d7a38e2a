"""How flags are put into words for whoever reads them."""

from __future__ import annotations

import re
from typing import Any

from volunteer_hub.anomalies import labels
from volunteer_hub.anomalies.models import AnomalyFlag, Rule
from volunteer_hub.anomalies.month_rules import Closing
from volunteer_hub.anomalies.rows import read_subject
from volunteer_hub.anomalies.thresholds import ANSWER_HOURS, LIMITS
from volunteer_hub.checkin.labels import CLOSES, DIRECTIONS, ENTRY_POINTS, OUTCOMES
from volunteer_hub.checkin.models import Direction
from volunteer_hub.web.i18n import say

_PLACES = re.compile(r"%\((\w+)\)s")


def saw(flag: AnomalyFlag) -> str:
    """Return in plain words, with the numbers, what was seen."""
    facts = dict(flag.facts)
    if "direction" in facts:
        facts["direction"] = say(DIRECTIONS[Direction(facts["direction"])])
    if "closing" in facts:
        facts["closing"] = say(labels.CLOSINGS[Closing(facts["closing"])])
    is_near = flag.rule is Rule.TRAVEL and "km" not in facts
    sentence = labels.SAW_WITHOUT_POSITION if is_near else labels.RULES[flag.rule].saw
    # Flags stay as they were found: one from before a sentence learnt to say more must still be readable.
    return say(sentence, dict.fromkeys(_PLACES.findall(sentence), "—") | facts)


def looks_for(rule: Rule) -> str:
    """Return what a rule looks for, with the limits that hold."""
    return say(labels.RULES[rule].looks_for, LIMITS.as_places())


def subject_kind(flag: AnomalyFlag) -> str:
    """Return the word for whom or what a flag is about."""
    return say(labels.SUBJECTS[read_subject(flag.subject).kind])


def words() -> dict[str, Any]:
    """Return what every page of flags needs."""
    return {
        "rules": labels.RULES,
        "states": labels.STATES,
        "tones": labels.TONES,
        "saw": saw,
        "looks_for": looks_for,
        "subject_kind": subject_kind,
        "answer_hours": ANSWER_HOURS,
        "directions": DIRECTIONS,
        "entry_points": ENTRY_POINTS,
        "outcomes": OUTCOMES,
        "closes": CLOSES,
    }
