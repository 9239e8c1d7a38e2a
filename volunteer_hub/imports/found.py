"""What the dry run found of a row, before it is kept. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports.models import Outcome, RowState

#: A sentence, what it names, and the field it is about.
Reason = list[Any]


@dataclass
class Found:
    """One row with its outcome so far."""

    number: int
    cells: list[Any]
    outcome: Outcome = Outcome.NEW
    reasons: list[Reason] = field(default_factory=list)
    payload: dict[str, Any] | None = None
    document_index: str | None = None
    volunteer_id: int | None = None
    service_on: date | None = None
    minutes: int | None = None
    activity_index: str | None = None

    def say(self, outcome: Outcome, sentence: str, about: str = "", **params: Any) -> None:
        """Set the outcome and add a reason."""
        self.outcome = outcome
        self.reasons.append([sentence, params, about])

    def refuse(self, refusal: DomainError) -> None:
        """Make the row an error, with the refusal as its reason."""
        self.say(Outcome.ERROR, refusal.message, refusal.field or "", **refusal.params)

    def values(self, import_id: int) -> dict[str, Any]:
        """Return the row as it is inserted. What is not to be imported keeps its cells, for the error file."""
        wanted = self.outcome is Outcome.NEW
        return {
            "import_id": import_id,
            "number": self.number,
            "outcome": self.outcome,
            "state": RowState.STAGED,
            "reasons": self.reasons,
            "payload": _packed(self.payload) if wanted and self.payload is not None else None,
            "cells": None if self.outcome is Outcome.MATCH else _packed(self.cells),
            "document_index": self.document_index,
            "volunteer_id": self.volunteer_id,
            "service_on": self.service_on,
            "minutes": self.minutes,
            "activity_index": self.activity_index,
            "entry_id": None,
            "invitation_id": None,
        }


def row_of(cells: list[Any], mapping: Mapping[str, int]) -> dict[str, Any]:
    """Return the cells of a row by field; a column the row does not reach is empty."""
    return {name: cells[place] if place < len(cells) else None for name, place in mapping.items()}


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are one, whatever dots and spaces are used between their parts."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    return "".join(sign for sign in name if sign not in " ·•・.．‧").casefold()


def _packed(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
