"""The week of one person as a message: its picture, drawn in a thread so that no tap waits, and the same in words."""

from __future__ import annotations

from datetime import timedelta

from bot.flows.services.bookings import Bookings
from bot.flows.services.house import House
from bot.flows.services.slots import Slots
from bot.pictures import drawn_week
from bot.screens.page import File, NewMessage
from bot.screens.week import DAYS_IN_A_WEEK, week_of, week_page
from database import Database


class Weeks:
    def __init__(self, db: Database, house: House, bookings: Bookings, slots: Slots) -> None:
        self._db = db
        self._house = house
        self._bookings = bookings
        self._slots = slots

    async def message(self, user_id: int) -> NewMessage:
        when = self._house.when()
        days = [when.today + timedelta(days=each) for each in range(DAYS_IN_A_WEEK)]
        views = [(day, await self._slots.on_day(user_id, day)) for day in days]
        held = await self._bookings.held(user_id)
        read = {one.day for one in await self._db.catalogue.days(when.today)}
        week = week_of(views, held, read, await self._db.catalogue.read_at(), when)
        prefers = await self._db.preferences.find(user_id)
        drawn = await drawn_week(week, dark=prefers.dark)
        picture = File(name=f"{when.today.isoformat()}.jpg", content=drawn)
        return NewMessage(week_page(week, dark=prefers.dark, mondays=prefers.mondays), picture=picture)
