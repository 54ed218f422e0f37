"""The slots of the timetable, as they are to one person now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.flows.services.bookings import Bookings
from bot.flows.services.house import House
from bot.flows.services.own_events import OwnEvents
from bot.screens import texts
from bot.screens.slots import Clash, SlotState, SlotView, view_slot
from database import Database
from domain.errors import Overlap
from domain.house_rules import Overlapping, WaitingList
from domain.matching import find_matching
from domain.model import (
    Action,
    ActionStatus,
    ActionType,
    CatalogueSlot,
    ClassRef,
    Course,
    HeldBooking,
    SlotStatus,
    WatchMode,
)

AHEAD = timedelta(days=14)  # how far a course's next dates are told by its week


class Slots:
    def __init__(self, db: Database, house: House, bookings: Bookings, own_events: OwnEvents) -> None:
        self._db = db
        self._house = house
        self._bookings = bookings
        self._own_events = own_events

    async def bookable(self, user_id: int, day: date) -> list[SlotView]:
        """A day's slots that have not begun."""
        return [view for view in await self.on_day(user_id, day) if view.state is not SlotState.STARTED]

    async def of_course(self, user_id: int, weekly: Sequence[Course]) -> list[SlotView]:
        """The next dates of a course, given as its lines of the week: those that have not begun, by time."""
        today = self._house.when().today
        rows = await self._db.catalogue.slots_of(weekly[0], today)
        shown = {row.slot.day for row in rows}
        for day in (today + timedelta(days=each) for each in range(AHEAD.days + 1)):
            if day not in shown and any(one.day_of_week == day.weekday() for one in weekly):
                rows += [row for row in await self._unseen_on(day) if row.slot.activity == weekly[0].activity
                         and row.slot.course == weekly[0].name]  # fmt: skip
        views = await self._views(user_id, sorted(rows, key=lambda row: (row.slot.day, row.slot.start)))
        return [view for view in views if view.state is not SlotState.STARTED]

    async def on_day(self, user_id: int, day: date) -> list[SlotView]:
        now, rows = self._house.now(), await self._db.catalogue.slots_on(day)
        if now < self._house.opening.opens_at(day, time.max):
            rows = sorted([*rows, *await self._unseen_on(day)], key=lambda row: row.slot.start)
        return await self._views(user_id, rows)

    async def _unseen_on(self, day: date) -> list[CatalogueSlot]:
        """What a day will have and the site does not show yet: after its opening it is full, or not to come."""
        unseen = await self._db.catalogue.unseen_on(day)
        return [row for row in unseen if self._house.now() < self._house.opening.opens_at(day, row.slot.start)]

    async def _views(self, user_id: int, rows: Sequence[CatalogueSlot]) -> list[SlotView]:
        held, live = await self._bookings.held(user_id), await self._db.requests.live(user_id)
        rule, now = self._house.opening, self._house.now()
        return [self._by_rules(view_slot(row, held, live, rule, now), len(held)) for row in rows]

    def _by_rules(self, view: SlotView, held: int) -> SlotView:
        """The slot with warnings from the rules of the house. The site decides, so nothing is forbidden here."""
        warnings = []
        if self._house.rules.most_bookings is not None and held >= self._house.rules.most_bookings:
            warnings.append(texts.TOO_MANY_HELD.filled(most=self._house.rules.most_bookings))
        closes = self._house.starts(view.slot.ref) - self._house.rules.closes
        minutes = round(self._house.rules.closes / timedelta(minutes=1))
        if minutes and closes <= self._house.now():
            warnings.append(texts.closed_by_now(minutes))
        both_taken = self._house.rules.overlap is Overlapping.WARNED
        binds = view.clash is not None and self._house.still_free_until(view.clash) is None
        wanted = self._house.rules.waiting_list is not WaitingList.NEVER
        takes_list = wanted and view.slot.status is SlotStatus.WAITING and not (view.clash and not both_taken)
        return replace(view, both_taken=both_taken, warnings=tuple(warnings), clash_binds=binds, takes_list=takes_list)

    async def view(self, user_id: int, slot_id: int) -> SlotView | None:
        """The slot in that row; None when the timetable no longer has it."""
        row = await self._db.catalogue.slot(slot_id)
        if row is None:
            return None
        held = await self._bookings.held(user_id)
        live = await self._db.requests.live(user_id)
        view = self._by_rules(view_slot(row, held, live, self._house.opening, self._house.now()), len(held))
        ref = view.slot.ref
        waits = next((one for one in await self._db.requests.on_lists(user_id) if one.class_ref.matches(ref)), None)
        return replace(view, own_events=await self._own_events.at(user_id, ref, view.slot.end), waits=waits)

    async def clash(self, action: Action) -> Clash | None:
        """The held booking that an action's class overlaps, while the action waits or after it was refused for it."""
        refused = action.status is ActionStatus.FAILED and action.error_kind == Overlap.__name__
        books = action.watch is not WatchMode.TELL and action.replaces_row_id is None
        waits = action.status is ActionStatus.PENDING and books
        if action.type is not ActionType.BOOK or not (refused or waits) or action.wish is None:
            return None
        if waits and self._house.rules.overlap is Overlapping.WARNED:
            return None
        clash = await self._met_by(action.user_id, action.wish)
        return replace(clash, when_free=True) if clash and waits and action.watch else clash

    async def clash_of(self, user_id: int, ref: ClassRef) -> Clash | None:
        """The held booking that a class overlaps, where the site takes only one of them as far as we know."""
        return None if self._house.rules.overlap is Overlapping.WARNED else await self._met_by(user_id, ref)

    async def met_by(self, held: HeldBooking, beside: HeldBooking | None = None) -> HeldBooking | None:
        """Another booking of the person's at the hours of a held one, and not the one `beside`."""
        mine, begins = held.booking, datetime.combine(held.booking.day, held.booking.start)
        ends = begins + timedelta(minutes=mine.minutes or 60)
        others = (one for one in await self._bookings.held(held.user_id) if one.id != held.id and one != beside)
        return next((one for one in others if one.booking.overlaps(mine.day, mine.start, ends.time())), None)

    async def _met_by(self, user_id: int, ref: ClassRef) -> Clash | None:
        if self._house.has_begun(ref):
            return None
        rows = [*await self._db.catalogue.slots_on(ref.day), *await self._db.catalogue.unseen_on(ref.day)]
        row = find_matching(rows, ref)
        # what the timetable has no more lasts an hour, as every class whose length is not known
        end = row.slot.end if row else (datetime.combine(ref.day, ref.start) + timedelta(hours=1)).time()
        meeting = [one for one in await self._bookings.held(user_id) if one.booking.overlaps(ref.day, ref.start, end)]
        other = next((one for one in meeting if not one.booking.ref.matches(ref)), None)
        return await self._clash(other, row.id if row else None) if other else None

    async def _clash(self, held: HeldBooking, slot_id: int | None) -> Clash:
        """With the person's newest action, where the other can be given back for free: one tap may swap them then."""
        if self._house.still_free_until(held) is None:
            return Clash(held, slot_id)
        latest = await self._db.requests.latest(held.user_id, 1)
        return Clash(held, slot_id, latest[0].id if latest else 0)

    async def row_of(self, ref: ClassRef) -> int | None:
        """The row of a class in the timetable, if that has it."""
        row = find_matching(await self._db.catalogue.slots_on(ref.day), ref)
        return row.id if row else None
