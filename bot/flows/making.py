"""The taps that make a periodic booking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot import screens
from bot.flows.periodic import SeriesCards
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.flows.weekly_courses import CourseChooser, as_choice
from bot.screens.callbacks import Verb
from bot.screens.making import MODES, NEW_SERIES, FirstDate
from bot.screens.page import Page
from bot.screens.week import DAYS_IN_A_WEEK
from domain.errors import DuplicatePeriodic
from domain.matching import find_matching
from domain.model import FIT_CENTER, Course, starts_at
from domain.requests import NewPeriodic
from languages import _


class MakingFlow:
    """The taps that make a periodic booking: kind, weekday, course, mode."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._requests = services.requests
        self._bookings = services.bookings
        self._notes = services.notes
        self._own_events = services.own_events
        self._cards = SeriesCards(services)
        self._chooser = CourseChooser(services)
        self.routes: Routes = {
            Verb.NEW_KINDS: self.new_kinds, Verb.NEW_WEEKDAY: self.new_weekday, Verb.NEW_COURSE: self.new_course,
            Verb.NEW_MODE: self.new_mode, Verb.NEW_MODE_OR: self.new_mode, Verb.NEW_MODE_AFTER: self.new_mode_after,
            Verb.MAKE: self.make, Verb.MAKE_OR: self.make, Verb.MAKE_AFTER: self.make_after,
        }  # fmt: skip

    async def new_kinds(self, tap: Tap) -> Page:
        if await self._db.catalogue.read_at() is None:
            self._notes.want_reading()
        return await self._chooser.kinds(NEW_SERIES)

    async def new_weekday(self, tap: Tap) -> Page:
        return await self._chooser.weekdays(tap.id, NEW_SERIES)

    async def new_course(self, tap: Tap) -> Page:
        key, weekday, page = tap.call.numbers
        return await self._chooser.courses(key, weekday, page, NEW_SERIES)

    async def new_mode(self, tap: Tap) -> Page:
        return await self.mode_page(tap, tap.id, await self._other(tap.call.numbers[1:]))

    async def new_mode_after(self, tap: Tap) -> Page:
        """The same page, for one that leaves its first date out."""
        course_id, *other = tap.call.numbers[1:]
        return await self.mode_page(tap, course_id, await self._other(other), after=tap.call.day)

    async def mode_page(self, tap: Tap, course_id: int, other: Course | None = None, after: date | None = None) -> Page:
        """How much shall a new one do by itself? `other`: an alternative made with it; `after`: a day it leaves out."""
        course = await self._db.catalogue.course(course_id)
        if course is None:
            return screens.making.course_gone_page(NEW_SERIES)
        meets = screens.making.meets_line(await self._cards.met_by(tap.user_id, course))
        own = [await self._own_events.each_week(tap.user_id, one) for one in (course, other) if one]
        return screens.making.new_mode_page(
            course,
            self._house.ask_times(course.day_of_week, course.start, None),
            [meets, *own],
            other,
            (await self._db.preferences.find(tap.user_id)).mode,
            await self._first_date(tap.user_id, course, after),
        )

    async def _first_date(self, user_id: int, course: Course, after: date | None) -> FirstDate | None:
        """The first date where the modes that don't ask would book it at once; `after`: that day is left out.

        None when it is not open yet, held or asked for already, on a holiday, or so near that they would ask first.
        """
        when, now = self._house.when(), self._house.now()
        day = when.today + timedelta(days=(course.day_of_week - when.today.weekday()) % DAYS_IN_A_WEEK)
        ref = as_choice(course).on(day)
        at_once = (
            self._house.opening.opens_at(day, course.start)
            <= now
            < self._house.recurrence.keep_until(starts_at(day, course.start, self._house.opening.zone))
        )
        live = await self._requests.live_classes(user_id) if at_once else []
        if not at_once or any(one.class_ref.matches(ref) for one in live):
            return None
        if find_matching(await self._bookings.held(user_id), ref):
            return None
        if any(one.first <= day <= one.last for one in await self._db.holidays.of(user_id)):
            return None
        return FirstDate(day, when.day(day), left_out=day == after)

    async def _other(self, ids: Sequence[int]) -> Course | None:
        """The alternative that a button names; 0, or no number, is none."""
        return await self._db.catalogue.course(ids[0]) if ids and ids[0] else None

    async def make(self, tap: Tap) -> Page:
        """Makes the periodic booking, with the alternative that the button names; a second tap shows the same one."""
        course_id, code, *other = tap.call.numbers
        return await self._make(tap, course_id, code, await self._other(other))

    async def make_after(self, tap: Tap) -> Page:
        """Makes one that leaves its first date out; the alternative is 0 when there is none."""
        course_id, code, other = tap.call.numbers[1:]
        return await self._make(tap, course_id, code, await self._other([other]), tap.call.day)

    async def _make(
        self, tap: Tap, course_id: int, code: int, other: Course | None, left_out: date | None = None
    ) -> Page:
        course = await self._db.catalogue.course(course_id)
        if course is None or code >= len(MODES):
            return screens.making.course_gone_page(NEW_SERIES)
        name = course.name or FIT_CENTER
        skips = left_out is not None and left_out.weekday() == course.day_of_week
        new = NewPeriodic(
            tap.user_id, name, name, course.location, course.day_of_week, course.start, MODES[code],
            course_type=course.course_type, left_out=left_out if skips else None,
        )  # fmt: skip
        try:
            made = await self._db.series.add(new)
        except DuplicatePeriodic as same:
            there = await self._db.series.find(same.periodic_id, tap.user_id)
            if there is None:
                return screens.making.not_mine_page()
            return await self._cards.card(there, _("Questa ce l'hai già. Se vuoi, cambia il modo."))
        if other is not None and other.day_of_week == made.day_of_week:
            await self._db.series.set_alternatives(made.id, tap.user_id, [as_choice(other)])
        return await self._cards.card(made, screens.making.made_note(made.mode))
