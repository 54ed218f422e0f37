"""The taps that make a periodic booking, or change its mode, course, time or alternatives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot import screens
from bot.flows.periodic import SeriesCards
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens.callbacks import Verb
from bot.screens.making import MODES, NEW_SERIES, CourseRoute, FirstDate, adding_to, moving
from bot.screens.page import Page, chunk
from bot.screens.periodic import choice_key
from bot.screens.slots import activity_key
from bot.screens.week import DAYS_IN_A_WEEK
from domain.errors import DuplicatePeriodic
from domain.matching import find_matching
from domain.model import FIT_CENTER, Activity, Course, starts_at
from domain.recurrence import PeriodicBooking, PeriodicChoice
from domain.requests import MOST_ALTERNATIVES, READ_BY, NewPeriodic, is_wish_of
from languages import _

LEADS = tuple(timedelta(hours=hours) for hours in (2, 3, 6, 12, 24))  # how long before its class one can be asked about


def _choice(course: Course) -> PeriodicChoice:
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


class MakingFlow:
    """The taps that make a periodic booking, or change its mode, course, time or alternatives."""

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
            Verb.MODES: self.modes, Verb.SET_MODE: self.set_mode,
            Verb.LEADS: self.leads, Verb.SET_LEAD: self.set_lead,
            Verb.MOVE_KINDS: self.move_kinds, Verb.MOVE_WEEKDAY: self.move_weekday,
            Verb.MOVE_COURSE: self.move_course, Verb.MOVE: self.move, Verb.ELSE: self.alternatives,
            Verb.ELSE_KINDS: self.else_kinds, Verb.ELSE_COURSE: self.else_course, Verb.ELSE_ADD: self.else_add,
            Verb.ELSE_DROP: self.else_drop,
        }  # fmt: skip

    async def _own(self, tap: Tap, periodic_id: int) -> PeriodicBooking | None:
        return await self._db.series.find(periodic_id, tap.user_id)

    # A new one

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

        None when it is not open yet, held already, on a holiday, or so near that they would ask first.
        """
        when, now = self._house.when(), self._house.now()
        day = when.today + timedelta(days=(course.day_of_week - when.today.weekday()) % DAYS_IN_A_WEEK)
        ref = _choice(course).on(day)
        at_once = (
            self._house.opening.opens_at(day, course.start)
            <= now
            < self._house.recurrence.keep_until(starts_at(day, course.start, self._house.opening.zone))
        )
        if not at_once or find_matching(await self._bookings.held(user_id), ref):
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
            there = await self._own(tap, same.periodic_id)
            if there is None:
                return screens.making.not_mine_page()
            return await self._cards.card(there, _("Questa ce l'hai già. Se vuoi, cambia il modo."))
        if other is not None and other.day_of_week == made.day_of_week:
            await self._db.series.set_alternatives(made.id, tap.user_id, [_choice(other)])
        return await self._cards.card(made, screens.making.made_note(made.mode))

    # Changing one

    async def modes(self, tap: Tap) -> Page:
        periodic = await self._own(tap, tap.id)
        if periodic is None:
            return screens.making.not_mine_page()
        return screens.making.change_mode_page(
            periodic, self._house.ask_times(periodic.day_of_week, periodic.start, periodic.lead)
        )

    async def set_mode(self, tap: Tap) -> Page:
        periodic_id, code = tap.call.numbers
        mode = MODES[min(code, len(MODES) - 1)]
        changed = await self._db.series.change(periodic_id, tap.user_id, mode=mode)
        return await self._cards.card(changed, _("✅ Modo cambiato.")) if changed else screens.making.not_mine_page()

    def _leads(self) -> list[timedelta]:
        """How long before its class a booking can be asked about: as configured, and earlier."""
        return [self._house.recurrence.lead, *(lead for lead in LEADS if lead > self._house.recurrence.lead)]

    async def leads(self, tap: Tap) -> Page:
        periodic = await self._own(tap, tap.id)
        if periodic is None:
            return screens.making.not_mine_page()
        times = self._house.ask_times(periodic.day_of_week, periodic.start, periodic.lead)
        return screens.making.leads_page(periodic, self._leads(), times)

    async def set_lead(self, tap: Tap) -> Page:
        periodic_id, code = tap.call.numbers
        leads = self._leads()
        lead = leads[min(code, len(leads) - 1)]
        changed = await self._db.series.change(periodic_id, tap.user_id, lead=lead)
        return await self._cards.card(changed, _("✅ Orario cambiato.")) if changed else screens.making.not_mine_page()

    async def move_kinds(self, tap: Tap) -> Page:
        periodic = await self._own(tap, tap.id)
        return await self._chooser.kinds(moving(periodic)) if periodic else screens.making.not_mine_page()

    async def move_weekday(self, tap: Tap) -> Page:
        key, periodic_id = tap.call.numbers
        periodic = await self._own(tap, periodic_id)
        return await self._chooser.weekdays(key, moving(periodic)) if periodic else screens.making.not_mine_page()

    async def move_course(self, tap: Tap) -> Page:
        key, weekday, periodic_id, page = tap.call.numbers
        periodic = await self._own(tap, periodic_id)
        if periodic is None:
            return screens.making.not_mine_page()
        return await self._chooser.courses(key, weekday, page, moving(periodic))

    async def move(self, tap: Tap) -> Page:
        """Gives a periodic booking another course, weekday or time. A name that was the old course's changes too."""
        course_id, periodic_id = tap.call.numbers
        periodic, course = await self._own(tap, periodic_id), await self._db.catalogue.course(course_id)
        if periodic is None:
            return screens.making.not_mine_page()
        if course is None:
            return screens.making.course_gone_page(moving(periodic))
        had = await self._db.series.alternatives(periodic.id)
        new = course.name or FIT_CENTER
        name = new if periodic.name in ("", periodic.course) else None
        try:
            changed = await self._db.series.change(
                periodic.id, tap.user_id, name=name, course=new, location=course.location,
                course_type=course.course_type,
                day_of_week=course.day_of_week, start=course.start,
            )  # fmt: skip
        except DuplicatePeriodic:
            return await self._cards.card(periodic, _("Una così ce l'hai già: questa resta com'era."))
        left = len(had) - len(await self._db.series.alternatives(periodic.id))
        gone = {0: "", 1: _(" Un'alternativa non serve più: l'ho tolta.")}
        note = gone.get(left, _(" Le alternative non servono più: le ho tolte."))
        own = await self._own_events.each_week(tap.user_id, course)
        return await self._cards.card(changed or periodic, "\n".join(filter(None, (_("✅ Cambiata.") + note, own))))

    # Alternatives

    async def alternatives(self, tap: Tap) -> Page:
        periodic = await self._own(tap, tap.id)
        return await self._cards.alternatives(periodic) if periodic else screens.making.not_mine_page()

    async def else_kinds(self, tap: Tap) -> Page:
        periodic = await self._own(tap, tap.id)
        if periodic is None:
            return screens.making.not_mine_page()
        return await self._chooser.kinds(adding_to(periodic), periodic.day_of_week)

    async def else_course(self, tap: Tap) -> Page:
        key, periodic_id, page = tap.call.numbers[0], *tap.call.numbers[2:]
        periodic = await self._own(tap, periodic_id)
        if periodic is None:
            return screens.making.not_mine_page()
        return await self._chooser.courses(key, periodic.day_of_week, page, adding_to(periodic))

    async def else_add(self, tap: Tap) -> Page:
        """Adds an alternative after the others; a second tap changes nothing."""
        course_id, periodic_id = tap.call.numbers
        periodic, course = await self._own(tap, periodic_id), await self._db.catalogue.course(course_id)
        if periodic is None:
            return screens.making.not_mine_page()
        if course is None or course.day_of_week != periodic.day_of_week:
            return screens.making.course_gone_page(adding_to(periodic))
        choice = _choice(course)
        others = await self._db.series.alternatives(periodic.id)
        if is_wish_of(choice, periodic):
            return await self._cards.alternatives(periodic, _("È già la tua prima scelta."))
        if choice not in others and len(others) < MOST_ALTERNATIVES:
            await self._db.series.set_alternatives(periodic.id, tap.user_id, [*others, choice])
        own = await self._own_events.each_week(tap.user_id, course)
        notes = filter(None, (await self._too_late_for(periodic), own))
        return await self._cards.alternatives(periodic, "\n".join(notes))

    async def _too_late_for(self, periodic: PeriodicBooking) -> str:
        """A sentence when a booking is too far under way to use a changed choice; empty otherwise."""
        latest = self._house.now() + READ_BY
        live = await self._requests.live_classes(periodic.user_id)
        mine = [one for one in live if one.periodic_booking_id == periodic.id and one.opens_at]
        under_way = [one.wish.day for one in mine if one.wish is not None and one.opens_at and one.opens_at <= latest]
        if not under_way:
            return ""
        day = self._house.when().day(max(under_way))
        return _("Per {day} è tardi, ci sto già lavorando: vale dalla volta dopo.", day=day)

    async def else_drop(self, tap: Tap) -> Page:
        """Removes an alternative. The key in the button must match, so that an old button removes no other one."""
        periodic_id, position, key = tap.call.numbers
        periodic = await self._own(tap, periodic_id)
        if periodic is None:
            return screens.making.not_mine_page()
        others = await self._db.series.alternatives(periodic.id)
        if 1 <= position <= len(others) and choice_key(others[position - 1]) == key:
            del others[position - 1]
            await self._db.series.set_alternatives(periodic.id, tap.user_id, others)
        return await self._cards.alternatives(periodic, await self._too_late_for(periodic))
