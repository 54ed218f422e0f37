"""What a measurement gives: figures with their samples, judged against a goal, and the table they are shown in."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Judged = Literal["median", "p95", "max"]
HEADINGS = ("what", "goal", "median", "p95", "min - max", "rounds", "met?")
FEWEST_FOR_P95 = 20  # with fewer samples the 95th percentile is only another name for the largest
SPACES = "  "


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `goal` is the most that `judged` of the samples may be; None: for information only."""

    what: str
    unit: str
    samples: tuple[float, ...]
    goal: float | None = None
    judged: Judged = "median"

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def p95(self) -> float:
        """The smallest sample that is not exceeded by 95 in 100 of them."""
        return sorted(self.samples)[math.ceil(0.95 * len(self.samples)) - 1]

    @property
    def met(self) -> bool:
        """Whether the goal was reached; a figure without one always is."""
        return self.goal is None or self._judged_value() <= self.goal

    def _judged_value(self) -> float:
        return {"median": self.median, "p95": self.p95, "max": max(self.samples)}[self.judged]

    def cells(self) -> tuple[str, ...]:
        """The figure as a row below HEADINGS."""
        goal = "" if self.goal is None else f"{self.judged} {_shown(self.goal)} {self.unit}"
        p95 = _shown(self.p95) if len(self.samples) >= FEWEST_FOR_P95 else "-"
        spread = f"{_shown(min(self.samples))} - {_shown(max(self.samples))}"
        verdict = "" if self.goal is None else "yes" if self.met else "NO"
        return (
            self.what,
            goal,
            f"{_shown(self.median)} {self.unit}",
            p95,
            spread,
            str(len(self.samples)),
            verdict,
        )


def _shown(value: float) -> str:
    """Three digits that count, without an exponent."""
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def table(figures: Iterable[Figure]) -> str:
    """The figures under their headings, in columns."""
    rows = [HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(row, widths, strict=True)
    cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return SPACES.join(cells).rstrip()
