"""Pictures that are sent in the chat, drawn with Pillow: week.py is the week,
statistics.py a person's numbers, canvas.py what all are drawn with.

Data in, a JPEG out. Drawing takes a tenth of a second of a processor, so it is done in a thread. What draws is loaded
with the first picture, in that thread: the pages in the browser seldom need one. The bot loads it when it starts.
"""

from __future__ import annotations

import asyncio

from bot.screens.week import Week
from domain.history import Numbers


async def drawn_week(week: Week, *, dark: bool = False) -> bytes:
    """A person's week as a JPEG."""
    return await asyncio.to_thread(_week, week, dark=dark)


def _week(week: Week, *, dark: bool) -> bytes:
    from bot.pictures.week import week_picture

    return week_picture(week, dark=dark)


async def drawn_numbers(numbers: Numbers, *, dark: bool = False) -> bytes:
    """A person's numbers as a JPEG."""
    return await asyncio.to_thread(_numbers, numbers, dark=dark)


def _numbers(numbers: Numbers, *, dark: bool) -> bytes:
    from bot.pictures.statistics import statistics_picture

    return statistics_picture(numbers, dark=dark)
