"""Adds to an import's counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from volunteer_hub.imports.models import Import


def add_counts(found: Import, more: Mapping[str, int]) -> None:
    """Add to the counts by name; a new object, so that the column is seen to change."""
    if more:
        found.counts = dict(Counter(found.counts) + Counter(dict(more)))
