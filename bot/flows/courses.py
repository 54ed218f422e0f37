"""What the buttons of a booking that starts from the course lead to: the list of courses, one's dates, its star."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from bot import screens
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens.callbacks import Verb
from bot.screens.courses import COURSE_STARRED, COURSE_UNSTARRED, CourseLine, course_key
from bot.screens.page import Page, Words, chunk
from bot.screens.slots import SlotView
from domain.model import Course
from domain.usual import CourseName

MANY_IN_A_DAY = 4  # hours of a course on one day: with more its days come first


class CoursesFlow:
    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._slots = services.slots
        self._can_write = not services.only_looks  # a browser's page has no field for it
        self.routes: Routes = {
            Verb.COURSES: self.courses, Verb.COURSE: self.course, Verb.STAR_COURSE: self.star,
        }  # fmt: skip

    async def courses(self, tap: Tap) -> Page:
        """The list: favourites first, then by name."""
        starred = set(await self._db.favourites.courses(tap.user_id))
        weekdays: dict[CourseName, set[int]] = defaultdict(set)
        for course in await self._db.catalogue.courses():
            weekdays[CourseName.of(course)].add(course.day_of_week)
        lines = [CourseLine(one, tuple(sorted(days)), one in starred) for one, days in weekdays.items()]
        lines.sort(key=lambda line: (not line.is_starred, line.course.name, line.course.location))
        return screens.courses.courses_page(chunk(lines, tap.id), lines, can_write=self._can_write)

    async def course(self, tap: Tap) -> Page:
        key, page = tap.call.numbers
        return await self._dates(tap, key, page)

    async def _dates(self, tap: Tap, key: int, page: int, note: Words = "") -> Page:
        """The page of a course's next dates."""
        weekly = await self._weekly(key)
        if not weekly:
            return screens.courses.gone_course_page()
        course, favourites = CourseName.of(weekly[0]), self._db.favourites
        views = await self._slots.of_course(tap.user_id, weekly)
        is_starred = await favourites.has_course_star(tap.user_id, course)
        days = _by_day(views)
        if max((len(one) for one in days.values()), default=0) > MANY_IN_A_DAY:
            return screens.courses.course_days_page(course, list(days.items()), is_starred=is_starred, note=note)
        hours = await favourites.hours(tap.user_id, course)
        starred = {one.id for one in views if (one.slot.day.weekday(), one.slot.start) in hours}
        shown, when = chunk(views, page), self._house.when()
        return screens.courses.course_page(course, shown, starred, when, is_starred=is_starred, note=note)

    async def _weekly(self, key: int) -> list[Course]:
        """A course's lines of the weekly timetable."""
        return [one for one in await self._db.catalogue.courses() if course_key(CourseName.of(one)) == key]

    async def star(self, tap: Tap) -> Page:
        """Sets the star as the button said, however often it is tapped."""
        key, wanted = tap.call.numbers
        weekly = await self._weekly(key)
        if not weekly:
            return screens.courses.gone_course_page()
        course = CourseName.of(weekly[0])
        if wanted:
            await self._db.favourites.star_course(tap.user_id, course)
        else:
            await self._db.favourites.unstar_course(tap.user_id, course)
        return await self._dates(tap, key, 0, COURSE_STARRED if wanted else COURSE_UNSTARRED)


def _by_day(views: list[SlotView]) -> dict[date, list[SlotView]]:
    days: dict[date, list[SlotView]] = defaultdict(list)
    for view in views:
        days[view.slot.day].append(view)
    return days
