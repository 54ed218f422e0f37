"""The calendar of a person's classes that their own application reads, and the address at which it is."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.flows.services.house import House
from bot.screens.calendar_feed import KEPT, calendar_feed, feed_entries
from bot.screens.calendar_file import CalendarEntry
from database import Database
from domain.club import Club
from domain.matching import find_matching
from domain.model import Slot, SlotStatus
from languages import Language, speaking, spoken
from runtime.settings import Web

REMEMBERED = 64  # calendars as they were last written: one takes some milliseconds and some thirty kilobytes

Entries = tuple[tuple[CalendarEntry, Slot | None], ...]


class Feeds:
    """`is_served`: whether a program answers at the addresses; `is_reachable`: from another machine, too."""

    def __init__(self, db: Database, house: House, web: Web) -> None:
        self._db = db
        self._house = house
        self._url = web.url
        self.is_served = web.enabled
        self.is_reachable = web.public_url is not None or not ipaddress.ip_address(web.address).is_loopback

    def address(self, secret: str) -> str:
        """Where a calendar application finds the feed with that secret."""
        return f"{self._url}/feed/{secret}.ics"

    async def calendar(self, user_id: int) -> bytes:
        """A person's classes, in the language that is spoken: the same to the byte while they are the same."""
        await self._house.learn_rules()
        held = await self._db.bookings.in_calendar(user_id, self._house.now() - KEPT)
        entries = feed_entries(held, await self._db.requests.live(user_id))
        slots = await self._slots(entries)
        shown = tuple(
            (entry, _as_shown(slot) if (slot := find_matching(slots, entry.booking.ref)) else None) for entry in entries
        )
        rules = (self._house.opening.zone, self._house.recurrence.free_cancel, self._house.now().year)
        return await asyncio.to_thread(_written, shown, *rules, self._house.club, spoken())

    async def _slots(self, entries: Sequence[CalendarEntry]) -> list[Slot]:
        """The timetable of the days to come on which there is something."""
        today = self._house.when().today
        days = sorted({entry.booking.day for entry in entries if entry.booking.day >= today})
        return [row.slot for day in days for row in await self._db.catalogue.slots_on(day)]


def _as_shown(slot: Slot) -> Slot:
    """A slot without what no calendar shows and what is another at each reading."""
    return replace(slot, appointment_id="", places=None, status=SlotStatus.DISABLED)


@lru_cache(maxsize=REMEMBERED)
def _written(
    shown: Entries, zone: ZoneInfo, free_cancel: timedelta, year: int, club: Club, language: Language
) -> bytes:
    with speaking(language):
        return calendar_feed(shown, zone, free_cancel, year, club)
