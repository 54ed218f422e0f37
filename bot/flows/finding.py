"""The rows that a message in plain words can mean: classes there are, and what a person has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import zip_longest

from bot.flows.booking import FARTHEST
from bot.flows.services import Services
from bot.screens.plain_words import MOST_SHOWN
from bot.screens.slots import SlotState, SlotView
from bot.understanding.intents import Hours, Swap, Wish
from bot.understanding.matching import distance, fits, fits_weekly, is_kin, taught, weekdays_of
from bot.understanding.vocabulary import Vocabulary
from domain.model import FIT_CENTER, Action, ClassRef, Course, HeldBooking
from domain.names import plain, same_place
from domain.recurrence import PeriodicBooking

MOST_NEAR = 5  # of what comes nearest
NOT_TO_BE_HAD = (SlotState.STARTED, SlotState.MINE)
"""What no held class can be swapped for."""


@dataclass(frozen=True, slots=True)
class Mine:
    """What a person has that a wish can mean."""

    held: Sequence[HeldBooking]
    live: Sequence[Action]
    series: Sequence[PeriodicBooking]


class Finder:
    """The rows that a wish can mean."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._bookings = services.bookings
        self._slots = services.slots
        self._requests = services.requests

    async def vocabulary(self, user_id: int) -> Vocabulary:
        own = {one.name: one.course for one in await self._db.series.of(user_id)}
        return Vocabulary.of(await self._db.catalogue.courses(), own)

    async def slots(self, user_id: int, wish: Wish) -> list[SlotView]:
        """The classes of the next days that the wish can mean; one that has begun only where there is no other."""
        days = wish.days or await self._days_of(wish)
        offered = [view for day in days for view in await self._slots.on_day(user_id, day)]
        views = [view for view in offered if fits(wish, view.slot.ref) and taught(wish, view.slot.instructor)]
        ahead = [view for view in views if view.state is not SlotState.STARTED]
        return ahead or (views if wish.days else [])

    async def _days_of(self, wish: Wish) -> list[date]:
        """The days ahead on whose weekdays there is such a course."""
        today, weekdays = self._house.when().today, weekdays_of(wish, await self._db.catalogue.courses())
        ahead = (today + timedelta(days=each) for each in range(FARTHEST.days + 1))
        return [day for day in ahead if day.weekday() in weekdays]

    async def near(self, user_id: int, wish: Wish) -> list[SlotView]:
        """What comes nearest to a wish that nothing fits: its kin that day, itself on another, others that day."""
        same = await self.slots(user_id, replace(wish, days=(), hours=None, who=())) if wish.names else []
        others = await self.slots(user_id, replace(wish, names=(), where=(), who=())) if wish.days else []
        kin = [view for view in others if is_kin(wish, view.slot.course)]
        nearest = sorted(same, key=lambda view: distance(wish, view.slot.day, view.slot.start))[:MOST_NEAR]
        return each_once([kin, nearest, others])[:MOST_SHOWN]

    async def around(self, user_id: int, wish: Wish) -> list[SlotView]:
        """The same courses on the same days at other hours, the nearest first."""
        found = await self.slots(user_id, replace(wish, hours=None))
        return sorted(found, key=lambda view: distance(wish, view.slot.day, view.slot.start))[:MOST_NEAR]

    async def instead(self, user_id: int, held: HeldBooking, swap: Swap) -> list[SlotView]:
        """The classes that are meant in place of a held one, the likeliest first; what is not said is as it is there.

        Without a day, those of the held one's day where there are any, else of
        the days ahead.
        """
        ref = held.booking.ref
        at = datetime.combine(ref.day, ref.start)
        moments = swap.shift.of(at) if swap.shift else ()
        wish = replace(swap.new, names=swap.new.names or (ref.course or FIT_CENTER,))
        if moments and not wish.days:
            wish = replace(wish, days=tuple(dict.fromkeys(each.date() for each in moments)))
        if not wish.hours and (moments or swap.same_hour):
            wish = replace(wish, hours=Hours.at(*(each.time() for each in moments or (at,))))
        elif not wish.hours and swap.shift:
            wish = replace(wish, days=wish.days or (ref.day,), hours=Hours((swap.shift.side(ref.start),)))
        elif wish.hours and not wish.days:
            wish = replace(wish, days=(ref.day,))
        same_day = replace(wish, days=wish.days or (ref.day,))
        for each in (same_day, wish):
            found = await self.slots(user_id, each)
            views = [one for one in found if not one.slot.ref.matches(ref) and one.state not in NOT_TO_BE_HAD]
            if views:
                return sorted(views, key=lambda one: _apart(one, held))
        return []

    async def same_day(self, user_id: int, held: HeldBooking, day: date) -> list[SlotView]:
        """The other classes of a held one's course on that day, the nearest first."""
        wish = Wish(names=(held.booking.course or FIT_CENTER,), days=(day,))
        found = await self.slots(user_id, wish)
        views = [one for one in found if not one.slot.ref.matches(held.booking.ref) and one.state not in NOT_TO_BE_HAD]
        return sorted(views, key=lambda one: _apart(one, held))

    async def courses(self, wish: Wish) -> list[Course]:
        """The classes of the week that the wish can mean."""
        courses = await self._db.catalogue.courses()
        return [course for course in courses if fits_weekly(wish, course) and taught(wish, course.instructor)]

    async def near_courses(self, wish: Wish) -> list[Course]:
        any_time = [each for each in await self.courses(replace(wish, weekdays=(), hours=None, who=())) if wish.names]
        day = self._house.when().today
        return sorted(any_time, key=lambda course: distance(wish, day, course.start))[:MOST_NEAR]

    async def mine(self, user_id: int, wish: Wish) -> Mine:
        """What the person holds, has asked for, or has every week, that the wish can mean."""
        wish = await self._by_its_courses(wish)
        held = [one for one in await self._bookings.held(user_id) if not self._house.has_begun(one.booking.ref)]
        live = [*await self._requests.live_classes(user_id), *await self._on_lists(user_id)]
        teaches = await self._taught(wish)
        return Mine(
            [one for one in held if fits(wish, one.booking.ref) and teaches(one.booking.ref)],
            [one for one in live if fits(wish, one.class_ref) and teaches(one.class_ref)],
            await self.series(user_id, wish),
        )

    async def _by_its_courses(self, wish: Wish) -> Wish:
        """Of a part of a place ("the pool") its courses: what is held does not say where in its place it is."""
        if wish.names or len(wish.where) != 1:
            return wish
        courses = await self._db.catalogue.courses()
        if any(same_place(course.location, wish.where[0]) for course in courses):
            return wish
        names = {course.name for course in courses if course.name and fits_weekly(Wish(where=wish.where), course)}
        return replace(wish, names=tuple(sorted(names)), where=()) if names else wish

    async def _on_lists(self, user_id: int) -> list[Action]:
        """The requests that ended on the site's waiting list, where the person can still leave it."""
        return [one for one in await self._db.requests.on_lists(user_id) if one.wish is not None]

    async def mine_or_kin(self, user_id: int, wish: Wish) -> Mine:
        """And where nothing is meant by its name, what bears that name among other words: a vinyasa yoga for yoga."""
        mine = await self.mine(user_id, wish)
        if mine.held or mine.live or mine.series or not wish.names:
            return mine
        return await self.kin(user_id, wish)

    async def kin(self, user_id: int, wish: Wish) -> Mine:
        """What bears a meant name, alone or among other words, also where the timetable has no such course any more."""
        names = {course.name for course in await self._db.catalogue.courses()}
        names |= {one.booking.course for one in await self._bookings.held(user_id)}
        names |= {one.class_ref.course for one in await self._requests.live_classes(user_id)}
        kin = tuple(sorted(name for name in names if is_kin(wish, name)))
        return await self.mine(user_id, replace(wish, names=kin)) if kin else Mine([], [], [])

    async def _taught(self, wish: Wish) -> Callable[[ClassRef], bool]:
        """Whether the week's timetable gives a class to the instructors that are meant."""
        if not wish.who:
            return lambda ref: True
        courses = [course for course in await self._db.catalogue.courses() if taught(wish, course.instructor)]
        return lambda ref: any(course.on(ref.day).slot.ref.matches(ref) for course in courses)

    async def series(self, user_id: int, wish: Wish) -> list[PeriodicBooking]:
        wish = await self._by_its_courses(wish)
        found = [one for one in await self._db.series.of(user_id) if fits_weekly(wish, one)]
        courses = [
            course for course in await self._db.catalogue.courses() if wish.who and taught(wish, course.instructor)
        ]
        mine = {(plain(course.name), course.day_of_week, course.start) for course in courses}
        return [one for one in found if not wish.who or (plain(one.course), one.day_of_week, one.start) in mine]


def _apart(view: SlotView, held: HeldBooking) -> tuple[date, int, bool]:
    """By what one of several classes in a held one's place is the likelier: its day, its hour, the same place."""
    booking = held.booking
    minutes = distance(Wish(hours=Hours.at(booking.start)), view.slot.day, view.slot.start)
    return view.slot.day, minutes, not same_place(view.slot.activity.place, booking.location)


def in_turn(lists: Sequence[Sequence[SlotView]]) -> list[SlotView]:
    """The first of each list, then the second of each."""
    return [view for views in zip_longest(*lists) for view in views if view is not None]


def each_once(found: Iterable[Iterable[SlotView]]) -> list[SlotView]:
    views = {view.id: view for group in found for view in group}
    return list(views.values())
