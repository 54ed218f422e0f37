"""Schedules that several watches share: ten watches of a day ask the site one question. Used by actions/book.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from domain.model import Clock, Slot, SlotStatus
from portal.schedules import Reader
from scraper import Calendar

SHARED_FOR = timedelta(seconds=5)
LONGEST_TURN = 3.0  # s; a watch that has waited so long for another one's answer asks the site itself


class SharedReadings:
    """The schedules that any account of this process read in the last seconds. Only for looking, never to book."""

    def __init__(self, clock: Clock, longest_turn: float = LONGEST_TURN) -> None:
        self._clock = clock
        self._longest_turn = longest_turn
        self._read: dict[tuple[Calendar, date], tuple[datetime, tuple[Slot, ...]]] = {}
        self._turns: dict[tuple[Calendar, date], asyncio.Lock] = {}

    def around(self, read: Reader) -> Reader:
        """A reader that asks the site only for what was not just read. A reading that fails is not shared."""

        async def shared(calendar: Calendar, day: date) -> tuple[Slot, ...]:
            self._forget()
            async with _my_turn(self._turns.setdefault((calendar, day), asyncio.Lock()), self._longest_turn):
                known = self._read.get((calendar, day))
                if known is not None:
                    return known[1]
                slots = await read(calendar, day)
                self._read[calendar, day] = (self._clock(), tuple(_for_others(each) for each in slots))
                return slots

        return shared

    def look(self) -> Look:
        return Look(self)

    def _forget(self) -> None:
        now = self._clock()
        old = [key for key, (read_at, _) in self._read.items() if abs(now - read_at) > SHARED_FOR]
        for key in old:
            del self._read[key]
            if not self._turns[key].locked():
                del self._turns[key]


@dataclass(slots=True)
class Look:
    """One look at the timetable, by one account: what another has just read says nothing of this one's session."""

    _readings: SharedReadings
    asked: bool = False  # the site itself, in this account's name

    def around(self, read: Reader) -> Reader:
        async def own(calendar: Calendar, day: date) -> tuple[Slot, ...]:
            self.asked = True
            return await read(calendar, day)

        return self._readings.around(own)


@asynccontextmanager
async def _my_turn(turn: asyncio.Lock, longest: float) -> AsyncIterator[None]:
    """One watch after the other, so that the second finds what the first has read; none waits for long."""
    mine = False
    with suppress(TimeoutError):
        async with asyncio.timeout(longest):
            mine = await turn.acquire()
    try:
        yield
    finally:
        if mine:
            turn.release()


def _for_others(slot: Slot) -> Slot:
    """A slot as an account sees it that has not booked it: "booked" was said to the reader alone."""
    if slot.status is not SlotStatus.BOOKED:
        return slot
    return replace(slot, status=SlotStatus.AVAILABLE if slot.places else SlotStatus.DISABLED)
