"""What the buttons of the timetable lead to: the week, a day of it, its reading from the site."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

from bot import screens
from bot.flows.held import HeldFlow
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens.booking import shown_of
from bot.screens.callbacks import Verb
from bot.screens.hours import Hour, hour_of_course, hour_of_slot
from bot.screens.page import Chunk, Page, chunk
from bot.screens.slots import SlotState
from bot.screens.when import When
from domain.model import ActionType, DaySummary
from domain.requests import NewAction


class HoursFlow:
    def __init__(self, services: Services, held: HeldFlow) -> None:
        self._db = services.db
        self._house = services.house
        self._slots = services.slots
        self._held_flow = held
        self.routes: Routes = {
            Verb.HOURS: self.hours, Verb.HOURS_DAY: self.hours_day, Verb.REFRESH: self.refresh,
        }  # fmt: skip

    async def hours(self, tap: Tap) -> Page:
        when, catalogue = self._house.when(), self._db.catalogue
        days = [await self._ahead(one, when) for one in await catalogue.days(when.today)]
        return screens.hours.hours_page(days, await catalogue.read_at(), when)

    async def _ahead(self, summary: DaySummary, when: When) -> DaySummary:
        """The day with how many of its slots can still be had: of today's not all."""
        if summary.day != when.today:
            return summary
        now = when.local(when.now).time()
        slots = await self._db.catalogue.slots_on(summary.day)
        return replace(summary, slots=sum(one.slot.start > now for one in slots))

    async def hours_day(self, tap: Tap) -> Page:
        day = tap.call.day
        _, key, page = tap.call.numbers
        hours, read_at = await self._hours_of(day, tap.user_id)
        kinds = sorted({(hour.key, hour.place) for hour in hours}, key=lambda kind: kind[1])
        shown = [hour for hour in hours if key in (0, hour.key)]
        views = [hour.view for hour in shown if hour.view]
        in_columns = len(views) == len(shown) and shown_of(views, 0).pages == 1
        opens_at = self._house.opening.opens_at(day, time.max)
        return screens.hours.hours_day_page(
            day,
            key,
            kinds,
            Chunk(shown, 0, 1) if in_columns else chunk(shown, page),
            read_at,
            self._house.when(),
            opens_at=opens_at,
        )

    async def _hours_of(self, day: date, user_id: int) -> tuple[list[Hour], datetime | None]:
        """What a day still has, and when that was read: dated slots where that day was, else the weekly courses."""
        catalogue, when = self._db.catalogue, self._house.when()
        read_at = next((one.read_at for one in await catalogue.days(day) if one.day == day), None)
        views = await self._slots.on_day(user_id, day)
        if read_at is not None:
            return [hour_of_slot(view, when) for view in views if view.state is not SlotState.STARTED], read_at
        known = {view.id: view for view in views}
        now = when.local(when.now)
        on_day = await catalogue.courses_on(day.weekday())
        courses = [course for course in on_day if (day, course.start) > (now.date(), now.time())]
        return [hour_of_course(course, known.get(course.on(day).id)) for course in courses], max(
            (c.last_updated for c in courses), default=None
        )

    async def refresh(self, tap: Tap) -> Page:
        """Queues a reading of the timetable; the tapped message says when it is done."""
        return await self._held_flow.read_and_notify(
            tap, NewAction(ActionType.REFRESH, tap.user_id, card_message_id=tap.card_id)
        )
