"""The taps on periodic bookings as they are: the list, one card, pause, deletion, dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot import screens
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens.callbacks import Verb
from bot.screens.page import Page, chunk
from domain.matching import find_matching
from domain.model import Course, HeldBooking, same_course
from domain.recurrence import DateAhead, OccurrenceState, PeriodicBooking, PlannedDate
from domain.requests import MOST_ALTERNATIVES
from languages import _

WEEKS = 4  # how far the dates of the preview go
DATES_ON_THE_CARD = 2


class SeriesCards:
    """The pages of one periodic booking, from the rows as they are now."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._bookings = services.bookings

    async def card(self, periodic: PeriodicBooking, note: str = "") -> Page:
        others = await self._db.series.alternatives(periodic.id)
        dates = await self._dates(periodic, DATES_ON_THE_CARD)
        times = self._house.ask_times(periodic.day_of_week, periodic.start, periodic.lead)
        meets = await self.met_by(periodic.user_id, periodic, periodic.id) if periodic.active else []
        return screens.periodic.card_page(periodic, others, dates, times, self._house.when(), note, meets)

    async def met_by(
        self, user_id: int, one: PeriodicBooking | Course, except_id: int | None = None
    ) -> list[PeriodicBooking]:
        """The person's other active periodic bookings whose hours overlap, by the timetable."""
        courses = await self._db.catalogue.courses_on(one.day_of_week)
        others = [each for each in await self._db.series.of(user_id) if each.active and each.id != except_id]
        return [each for each in others if each.day_of_week == one.day_of_week and _overlap(each, one, courses)]

    async def dates(self, periodic: PeriodicBooking, note: str = "") -> Page:
        return screens.periodic.dates_page(periodic, await self._dates(periodic, WEEKS), self._house.when(), note)

    async def _dates(self, periodic: PeriodicBooking, weeks: int) -> Sequence[DateAhead]:
        """The next dates; today's is left out once its class has begun."""
        today, recurrence = self._house.when().today, self._house.recurrence
        planned = await self._db.series.preview(periodic.id, periodic.user_id, today, weeks + 1, recurrence)
        ahead = [one for one in planned if self._house.now() < recurrence.starts(periodic, one.day)]
        held = await self._bookings.held(periodic.user_id)
        return [await self._date(one, periodic, held) for one in ahead[:weeks]]

    async def _date(
        self, planned: PlannedDate, periodic: PeriodicBooking, held_now: Sequence[HeldBooking]
    ) -> DateAhead:
        user_id = periodic.user_id
        if planned.action_id is None:
            ref = periodic.on(planned.day)
            there = find_matching(held_now, ref)
            return DateAhead(planned, held=there if planned.state in (None, OccurrenceState.QUEUED) else None)
        action = await self._db.requests.find(planned.action_id, user_id)
        return DateAhead(planned, action, await self._bookings.got_by(action) if action else None)

    async def alternatives(self, periodic: PeriodicBooking, note: str = "") -> Page:
        others = await self._db.series.alternatives(periodic.id)
        return screens.periodic.alternatives_page(periodic, others, full=len(others) >= MOST_ALTERNATIVES, note=note)


class SeriesFlow:
    """The taps on a periodic booking as it is: list, card, pause, deletion, dates."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._cards = SeriesCards(services)
        self.routes: Routes = {
            Verb.PERIODIC: self.periodic, Verb.SERIES: self.series, Verb.PAUSE: self.pause, Verb.RESUME: self.resume,
            Verb.ASK_DELETE: self.ask_delete, Verb.DELETE: self.delete, Verb.DATES: self.dates,
            Verb.SKIP_DATE: self.skip_date, Verb.UNSKIP_DATE: self.unskip_date, Verb.GO_ON: self.go_on,
        }  # fmt: skip

    async def periodic(self, tap: Tap) -> Page:
        return await self._list(tap.user_id, tap.id)

    async def _list(self, user_id: int, page: int = 0, note: str = "") -> Page:
        every = chunk(await self._db.series.of(user_id), page)
        today = self._house.when().today
        ahead = [one for one in await self._db.holidays.of(user_id) if one.last >= today]
        pause = await self._db.recurring_pauses.find(user_id)
        return screens.periodic.periodic_page(every, ahead, note, pause)

    async def go_on(self, tap: Tap) -> Page:
        """Ends the pause of the person's periodic bookings, and shows the dates that were missed meanwhile."""
        missed = await self._db.recurring_pauses.end(tap.user_id, self._house.recurrence)
        if missed is None:
            return await self._list(tap.user_id, note=_("Non c'è niente di fermo."))
        return screens.periodic.going_on_page(missed, self._house.when())

    async def _own(self, tap: Tap, number: int = 0) -> PeriodicBooking | None:
        return await self._db.series.find(tap.call.numbers[number], tap.user_id)

    async def series(self, tap: Tap) -> Page:
        periodic = await self._own(tap)
        return await self._cards.card(periodic) if periodic else screens.making.not_mine_page()

    async def pause(self, tap: Tap) -> Page:
        return await self._set_active(tap, active=False)

    async def resume(self, tap: Tap) -> Page:
        return await self._set_active(tap, active=True)

    async def _set_active(self, tap: Tap, *, active: bool) -> Page:
        changed = await self._db.series.set_active(tap.id, tap.user_id, active)
        return await self._cards.card(changed) if changed else screens.making.not_mine_page()

    async def ask_delete(self, tap: Tap) -> Page:
        periodic = await self._own(tap)
        return screens.periodic.ask_delete_page(periodic) if periodic else screens.making.not_mine_page()

    async def delete(self, tap: Tap) -> Page:
        deleted = await self._db.series.delete(tap.id, tap.user_id)
        return await self._list(tap.user_id, note=_("🗑 Eliminata.") if deleted else _("Questa non c'è più."))

    # Dates

    async def dates(self, tap: Tap) -> Page:
        periodic = await self._own(tap)
        return await self._cards.dates(periodic) if periodic else screens.making.not_mine_page()

    async def skip_date(self, tap: Tap) -> Page:
        day, periodic = tap.call.day, await self._own(tap, 1)
        if periodic is None:
            return screens.making.not_mine_page()
        skipped = await self._ahead(periodic, day) and await self._db.occurrences.skip(periodic.id, tap.user_id, day)
        return await self._cards.dates(periodic, "" if skipped else _("Per questa data è tardi: guarda a che punto è."))

    async def _ahead(self, periodic: PeriodicBooking, day: date) -> bool:
        """Whether a day is one of the next dates and its class has not begun."""
        today, recurrence = self._house.when().today, self._house.recurrence
        shown = await self._db.series.preview(periodic.id, periodic.user_id, today, WEEKS + 1)
        return day in {one.day for one in shown} and self._house.now() < recurrence.starts(periodic, day)

    async def unskip_date(self, tap: Tap) -> Page:
        day, periodic = tap.call.day, await self._own(tap, 1)
        if periodic is None:
            return screens.making.not_mine_page()
        await self._db.occurrences.unskip(periodic.id, tap.user_id, day)
        return await self._cards.dates(periodic)


def _overlap(one: PeriodicBooking, other: PeriodicBooking | Course, courses: Sequence[Course]) -> bool:
    (begins, ends), (from_, until) = _hours(one, courses), _hours(other, courses)
    return begins < until and from_ < ends


def _hours(one: PeriodicBooking | Course, courses: Sequence[Course]) -> tuple[datetime, datetime]:
    """The hours of a class on an arbitrary day; a class that the timetable does not know lasts an hour."""
    name = one.name if isinstance(one, Course) else one.course
    known = (each for each in courses if each.start == one.start and same_course(each.name, name))
    begins = datetime.combine(date.min, one.start)
    course = next((each for each in known if each.end > each.start), None)
    return begins, datetime.combine(date.min, course.end) if course else begins + timedelta(hours=1)
