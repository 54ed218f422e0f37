"""Chooses a weekly course by taps: its kind, its weekday, itself. A route says what it is chosen for."""

from __future__ import annotations

from bot import screens
from bot.flows.services import Services
from bot.screens.making import CourseRoute
from bot.screens.page import Page, chunk
from bot.screens.slots import activity_key
from domain.model import FIT_CENTER, Activity, Course
from domain.recurrence import PeriodicChoice


def as_choice(course: Course) -> PeriodicChoice:
    """A course as the alternative of a periodic booking."""
    return PeriodicChoice(course.name or FIT_CENTER, course.location, course.start, course.course_type)


class CourseChooser:
    """Chooses a weekly course: kind -> weekday -> course. A route says what the course is for."""

    def __init__(self, services: Services) -> None:
        self._db = services.db

    async def kinds(self, route: CourseRoute, weekday: int | None = None) -> Page:
        courses = await self._db.catalogue.courses()
        shown = [course for course in courses if weekday in (None, course.day_of_week)]
        activities = sorted({course.activity for course in shown}, key=lambda kind: kind.name)
        counted = [(kind, sum(one.activity == kind for one in shown)) for kind in activities]
        return screens.making.kinds_page(counted, route, weekday)

    async def weekdays(self, key: int, route: CourseRoute) -> Page:
        kind, courses = await self._of_kind(key)
        if kind is None:
            return await self.kinds(route)
        days = {course.day_of_week for course in courses}
        counts = {day: sum(course.day_of_week == day for course in courses) for day in days}
        return screens.making.weekdays_page(kind, counts, route)

    async def courses(self, key: int, weekday: int, page: int, route: CourseRoute) -> Page:
        kind, courses = await self._of_kind(key)
        shown = [course for course in courses if course.day_of_week == weekday]
        if kind is None or not shown:
            return await self.kinds(route, weekday if route.weekday is None else None)
        return screens.making.courses_page(kind, weekday, chunk(shown, page), route)

    async def _of_kind(self, key: int) -> tuple[Activity | None, list[Course]]:
        every = await self._db.catalogue.courses()
        courses = [course for course in every if activity_key(course.activity) == key]
        return (courses[0].activity if courses else None), courses
