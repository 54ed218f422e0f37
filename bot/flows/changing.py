"""The taps that change a periodic booking: its mode, course, time or alternatives."""

from __future__ import annotations

from datetime import timedelta

from bot import screens
from bot.flows.periodic import SeriesCards
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.flows.weekly_courses import CourseChooser, as_choice
from bot.screens.callbacks import Verb
from bot.screens.making import MODES, adding_to, moving
from bot.screens.page import Page
from bot.screens.periodic import choice_key
from domain.errors import DuplicatePeriodic
from domain.model import FIT_CENTER
from domain.recurrence import PeriodicBooking
from domain.requests import MOST_ALTERNATIVES, READ_BY, is_wish_of
from languages import _

LEADS = tuple(timedelta(hours=hours) for hours in (2, 3, 6, 12, 24))  # how long before its class one can be asked about


class ChangingFlow:
    """The taps that change a periodic booking: its mode, course, time or alternatives."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._requests = services.requests
        self._own_events = services.own_events
        self._cards = SeriesCards(services)
        self._chooser = CourseChooser(services)
        self.routes: Routes = {
            Verb.MODES: self.modes, Verb.SET_MODE: self.set_mode,
            Verb.LEADS: self.leads, Verb.SET_LEAD: self.set_lead,
            Verb.MOVE_KINDS: self.move_kinds, Verb.MOVE_WEEKDAY: self.move_weekday,
            Verb.MOVE_COURSE: self.move_course, Verb.MOVE: self.move, Verb.ELSE: self.alternatives,
            Verb.ELSE_KINDS: self.else_kinds, Verb.ELSE_COURSE: self.else_course, Verb.ELSE_ADD: self.else_add,
            Verb.ELSE_DROP: self.else_drop,
        }  # fmt: skip

    async def _own(self, tap: Tap, periodic_id: int) -> PeriodicBooking | None:
        return await self._db.series.find(periodic_id, tap.user_id)

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
        choice = as_choice(course)
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
