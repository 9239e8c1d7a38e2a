"""What the templates of targets need, on whichever page they are drawn."""

from __future__ import annotations

from typing import Any

from volunteer_hub.regions.labels import BASES
from volunteer_hub.statistics import labels, targets


def words() -> dict[str, Any]:
    """Return the words and functions that templates/statistics/targets_parts.html wants."""
    return {
        "base_words": {base.value: label for base, label in BASES.items()},
        "over": labels.OVER,
        "units": labels.TARGET_UNITS,
        "definition_of": targets.definition_of,
        "threshold": targets.threshold,
    }
