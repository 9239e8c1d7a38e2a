"""A class, a team or a family in one act: who may be offered, and one scan for each who was chosen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from volunteer_hub.checkin.items import Answer, ScanItem
from volunteer_hub.checkin.models import Direction, EntryPoint, Outcome
from volunteer_hub.core.actor import Actor
from volunteer_hub.onsite import people
from volunteer_hub.onsite.people import Expected

#: As many as one batch of scans takes.
MOST = 200


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to: a team, or a family by its first member's id."""

    team_id: int | None = None
    family: int | None = None


@dataclass(frozen=True)
class Line:
    """One person's result."""

    expected: Expected
    answer: Answer


@dataclass(frozen=True)
class Results:
    """What became of a group: how many were done, and who was not, with each one's reason."""

    done: int
    already: tuple[Line, ...]
    refused: tuple[Line, ...]

    @property
    def total(self) -> int:
        """Return how many were asked for."""
        return self.done + len(self.already) + len(self.refused)


def narrow(offered: Sequence[Expected], wanted: Filter) -> list[Expected]:
    """Return those of a team or a family; all of them where nothing is asked for."""
    family = people.families(offered).get(wanted.family or 0)
    return [
        one
        for one in offered
        if (wanted.team_id is None or one.team_id == wanted.team_id)
        and (wanted.family is None or (family is not None and one.volunteer.id in family))
    ]


def items_for(
    offered: Sequence[Expected], chosen: Collection[int], actor: Actor, shift_id: int, direction: Direction, form: str
) -> list[tuple[Expected, ScanItem]]:
    """Return one scan for each chosen person who was offered; the operator never signs for himself.

    The nonces are made of the form's own, so that a form sent again is the same acts again.
    """
    return [
        (
            one,
            ScanItem(
                nonce=f"{form}-{direction}-{one.volunteer.id}",
                code=f"group:{one.volunteer.id}",
                direction=direction,
                shift_id=shift_id,
                entry_point=EntryPoint.GROUP,
                volunteer_id=one.volunteer.id,
            ),
        )
        for one in offered
        if one.volunteer.id in chosen and not is_own(one, actor)
    ]


def is_own(one: Expected, actor: Actor) -> bool:
    """Tell whether somebody is the operator."""
    return one.volunteer.account_id is not None and one.volunteer.account_id == actor.account_id


def results_of(expected: Sequence[Expected], answers: Sequence[Answer]) -> Results:
    """Return the answers as a person reads them: what was not done stands out."""
    lines = [Line(one, answer) for one, answer in zip(expected, answers, strict=True)]
    done = sum(line.answer.outcome is Outcome.ACCEPTED for line in lines)
    already = tuple(line for line in lines if line.answer.outcome is Outcome.ALREADY)
    others = tuple(line for line in lines if line.answer.outcome in (Outcome.REFUSED, Outcome.PENDING))
    return Results(done, already, others)
