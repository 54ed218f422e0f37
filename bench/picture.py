"""The picture of the week: 60 classes, eight of them at overlapping hours each day, from the rows to the file.

Timed, in one process: the layout, the drawing and the JPEG, light and dark in turn. The first of all, in which the
fonts are read, is a figure of its own; the catalogues of languages are read before, as the bot does at its start.
"""

from __future__ import annotations

import time
from datetime import date, timedelta

from bench.figures import Figure
from bot.pictures.week import week_picture
from bot.screens.week import Standing, Week, WeekClass, WeekDay
from languages import _

ROUNDS = 20
GOAL = 300  # ms
CLASSES = 60
MONDAY = date(2026, 11, 23)
WORDS = {
    Standing.MINE: "tua",
    Standing.WAITS: "in coda",
    Standing.FREE: "14",
    Standing.FEW: "2",
    Standing.FULL: "piena",
    Standing.LATER: "apre mer",
}
NAMES = ("PILATES MATWORK", "FUNCTIONAL TRAINING", "STRETCHING & MOBILITY", "YOGA", "ZUMBA")


async def measure(rounds: int | None) -> list[Figure]:
    week = _week()
    _("La tua settimana")
    first = _drawn(week, dark=False)
    rest = tuple(_drawn(week, dark=number % 2 == 1) for number in range(rounds or ROUNDS))
    return [
        Figure("the week's picture, the first", "ms", (first,), GOAL),
        Figure("the week's picture, 60 classes", "ms", rest, GOAL, "max"),
    ]


def _drawn(week: Week, *, dark: bool) -> float:
    began = time.perf_counter()
    week_picture(week, dark=dark)
    return (time.perf_counter() - began) * 1000


def _week() -> Week:
    days = [_day(MONDAY + timedelta(days=each), range(each, CLASSES, 7)) for each in range(7)]
    return Week("Dal lun 23 nov al dom 29 nov", "Letta oggi alle 07:30", tuple(days))


def _day(day: date, numbers: range) -> WeekDay:
    kinds = list(WORDS)
    classes = [
        WeekClass(
            f"{17 + at // 3}:{at % 3 * 15:02d}",
            f"{18 + at // 3}:{at % 3 * 15:02d}",
            NAMES[number % len(NAMES)],
            ("Giuriati", "Lecco")[number % 2],
            kinds[number % len(kinds)],
            WORDS[kinds[number % len(kinds)]],
            "",
        )
        for at, number in enumerate(numbers)
    ]
    return WeekDay(day, f"{day:%d/%m}", day == MONDAY, tuple(classes))
