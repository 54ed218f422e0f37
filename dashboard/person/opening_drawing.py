"""An opening drawn shot by shot: where on the paper each request, each answer and the opening itself stand. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.screens.openings import OUTCOMES, since_opening
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from languages import N_

WIDTH = 360  # as wide as a phone: letters are as large there as those around the drawing
EDGE = 10
TOP, ROW, BELOW = 24, 38, 26
NARROWEST = 4  # a bar that can still be seen
APART = 62  # of two figures of the scale, at least
LINEAR_UP_TO = 1.2  # s on either side of the opening: what goes farther is drawn on a scale that is pressed together
PRESSED_FROM = 0.05  # s from the opening where it begins to be
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
PRESSED_STEPS = (0.1, 1.0, 10.0, 60.0, 600.0)
MOST_STEPS = 6
NO_ANSWER = N_("nessuna risposta")
READ_BACK = N_("vista nelle tue prenotazioni")


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A request from when it was sent until its answer came; `at`: when it arrived at the site."""

    y: float
    x: float
    width: float
    at: float
    label: str
    kind: str  # ShotOutcome, as the style sheet knows it


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: float
    opening: float
    doubt_from: float  # between these the site's clock may have shown the opening
    doubt_width: float
    ticks: tuple[Tick, ...]
    bars: tuple[Bar, ...]
    seen: Bar | None  # when the booking was read back
    pressed: bool  # the scale is not linear

    @property
    def floor(self) -> float:
        """Where the rows end and the scale begins."""
        return self.height - BELOW


class _Scale:
    def __init__(self, first: float, last: float) -> None:
        self.pressed = max(-first, last) > LINEAR_UP_TO
        begin, end = self._pressed(first), self._pressed(last)
        self._begin, self._per_unit = begin, (WIDTH - 2 * EDGE) / ((end - begin) or 1.0)
        self.first, self.last = first, last

    def x(self, seconds: float) -> float:
        return round(EDGE + (self._pressed(seconds) - self._begin) * self._per_unit, 1)

    def _pressed(self, seconds: float) -> float:
        return math.copysign(math.log1p(abs(seconds) / PRESSED_FROM), seconds) if self.pressed else seconds

    def ticks(self) -> tuple[Tick, ...]:
        """The opening first, then as many figures as have room beside it."""
        shown: list[float] = [0.0]
        for seconds in self._round():
            if all(abs(self.x(seconds) - self.x(other)) >= APART for other in shown):
                shown.append(seconds)
        return tuple(Tick(self.x(each), since_opening(each) if each else "0") for each in sorted(shown))

    def _round(self) -> Sequence[float]:
        if self.pressed:
            steps = [sign * step for step in reversed(PRESSED_STEPS) for sign in (1, -1)]
        else:
            fits = (step for step in STEPS if (self.last - self.first) / step <= MOST_STEPS)
            step = next(fits, STEPS[-1])
            count = range(math.ceil(self.first / step), math.floor(self.last / step) + 1)
            steps = [round(each * step, 3) for each in count if each]
        return [each for each in steps if self.first <= each <= self.last]


def drawing_of(report: OpeningReport) -> Drawing:
    """The drawing of a report; of one without shots there is the opening, and when the booking was read back."""
    moments = [0.0, *(moment for shot in report.shots for moment in (shot.sent, shot.answered))]
    moments += [report.seen] if report.seen is not None else []
    first, last = min(*moments, -report.uncertainty), max(*moments, report.uncertainty, 0.02)
    room = (last - first) * 0.04
    scale = _Scale(first - room, last + room)
    bars = tuple(_bar(number, shot, report, scale) for number, shot in enumerate(report.shots))
    seen = None
    if report.seen is not None:
        label = f"{READ_BACK} · {since_opening(report.seen)}"
        seen = Bar(_row(len(bars)), scale.x(report.seen), 0, scale.x(report.seen), label, "seen")
    doubt_from, doubt_to = scale.x(-report.uncertainty), scale.x(report.uncertainty)
    rows = len(bars) + (seen is not None)
    return Drawing(
        WIDTH, TOP + ROW * rows + BELOW, scale.x(0.0), doubt_from, round(max(2.0, doubt_to - doubt_from), 1),
        scale.ticks(), bars, seen, scale.pressed,
    )  # fmt: skip


def _bar(number: int, shot: Shot, report: OpeningReport, scale: _Scale) -> Bar:
    begin, end = scale.x(shot.sent), scale.x(max(shot.sent, shot.answered))
    words = f"{number + 1}. {outcome(shot)} · {since_opening(shot.answered)}"
    width = round(max(float(NARROWEST), end - begin), 1)
    return Bar(_row(number), begin, width, scale.x(report.arrived(shot)), words, str(shot.outcome))


def _row(number: int) -> float:
    return TOP + ROW * number


def outcome(shot: Shot) -> str:
    """What became of a request, in a word or two."""
    return str(NO_ANSWER if shot.outcome is ShotOutcome.LOST else OUTCOMES[shot.outcome])
