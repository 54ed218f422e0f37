"""Schedules read once for all who look at them: ten watches of a day ask the site one question. Used by book.py."""

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
LONGEST_TURN = 3.0  # s; whoever has waited so long for somebody else's answer asks for it alone


class SharedReadings:
    """What was read within the last seconds, by whichever account of this process. Only for looking, never to book."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._read: dict[tuple[Calendar, date], tuple[datetime, tuple[Slot, ...]]] = {}
        self._turns: dict[tuple[Calendar, date], asyncio.Lock] = {}

    def around(self, read: Reader) -> Reader:
        """A reader that asks only for what nobody has just read. A reading that fails is nobody else's answer."""

        async def shared(calendar: Calendar, day: date) -> tuple[Slot, ...]:
            self._forget()
            async with _my_turn(self._turns.setdefault((calendar, day), asyncio.Lock())):
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
async def _my_turn(turn: asyncio.Lock) -> AsyncIterator[None]:
    """One after the other, so that the second finds what the first has read; an answer that hangs holds up nobody."""
    mine = False
    with suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_TURN):
            mine = await turn.acquire()
    try:
        yield
    finally:
        if mine:
            turn.release()


def _for_others(slot: Slot) -> Slot:
    """A slot as who has not booked it sees it: whose it is was said to the reader alone."""
    if slot.status is not SlotStatus.BOOKED:
        return slot
    return replace(slot, status=SlotStatus.AVAILABLE if slot.places else SlotStatus.DISABLED)
