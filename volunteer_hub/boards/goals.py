"""What an area has set itself, as the boards show it: one aim for a figure, and how far each division is from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from volunteer_hub.statistics import targets
from volunteer_hub.statistics.answer import Answer, Cell
from volunteer_hub.statistics.targets import Distance, Line
from volunteer_hub.statistics.targets_models import Target


@dataclass(frozen=True)
class Aim:
    """A target of the division, with the distances of those it could be measured for."""

    target: Target
    threshold: Decimal
    #: False where the target is measured over another period or base than what is shown: no distances then.
    fits: bool
    #: By code.
    distances: Mapping[str, Distance]

    def distance(self, cell: Cell) -> Distance | None:
        """Return how far a cell is, or None where that cannot be said of what is shown."""
        return self.distances.get(cell.code)


def find(answer: Answer) -> dict[str, Aim]:
    """Return the aims of an answer's division by figure; of several for one figure, one that fits. One statement."""
    aims: dict[str, Aim] = {}
    for line in targets.lines(answer):
        figure = line.target.figure
        if figure not in aims or (line.fits and not aims[figure].fits):
            aims[figure] = _aim(answer, line)
    return aims


def _aim(answer: Answer, line: Line) -> Aim:
    distances = {cell.code: distance for cell, distance in line.parts}
    if line.whole is not None:
        distances[answer.whole.code] = line.whole
    return Aim(line.target, targets.threshold(line.target), line.fits, distances)
