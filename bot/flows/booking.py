"""What the buttons of a new booking lead to: days, kinds, slots, the confirmation, and the booking put in the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot import screens
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens.booking import LAST_MOMENT, NEW_BOOKING, SETTLED, OpenDay, Route, shown_of
from bot.screens.callbacks import Verb
from bot.screens.filling import filling_lines
from bot.screens.origin import From, Origin
from bot.screens.page import Page, Words
from bot.screens.slots import SlotState, SlotView, activity_key
from domain.model import PREPARE, Action, ActionType, Activity, ClassRef

AROUND = 2  # days before and after a date that is far away: there alternatives to it are looked for
FARTHEST = timedelta(days=14)  # from today: so far ahead the week is taken to stay as it is
TIME_TO_CHOOSE = timedelta(minutes=3)  # how long a booking that could run waits for its alternatives


class SlotChooser:
    """Chooses a slot: day -> kind -> slot. A route says what the slot is for; all flows that need a slot use this."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._accounts = services.accounts
        self._slots = services.slots
        self._notes = services.notes

    async def days(self, user_id: int, route: Route, note: Words = "") -> Page:
        """The page of days with slots that fit the route. If no timetable was ever read, its reading is queued."""
        when = self._house.when()
        known = [one.day for one in await self._db.catalogue.days(when.today)]
        days = await self._with_slots(user_id, [*known, *_around(route.near, known)], route)
        read_at = await self._db.catalogue.read_at()
        if read_at is None:
            self._notes.want_reading()
        farther = route is NEW_BOOKING and bool(days) and await self._db.catalogue.courses() != []
        held_up = await self._accounts.stop(user_id) is not None or await self._accounts.pause(user_id) is not None
        return screens.booking.days_page(days, read_at, when, route, note, farther=farther, held_up=held_up)

    async def far_days(self, user_id: int) -> Page:
        """The page of dates that the site does not show yet, filled in from the weekly timetable."""
        when = self._house.when()
        known = [one.day for one in await self._db.catalogue.days(when.today)]
        first = max(known, default=when.today) + timedelta(days=1)
        later = [first + timedelta(days=each) for each in range((when.today + FARTHEST - first).days + 1)]
        return screens.booking.far_days_page(await self._with_slots(user_id, later, NEW_BOOKING), when)

    async def _with_slots(self, user_id: int, days: Sequence[date], route: Route) -> list[OpenDay]:
        """Those of the days that have slots which fit the route."""
        found = [(day, await self._serving(user_id, day, route)) for day in days]
        return [
            OpenDay(
                day, len(views), min(view.opens_at for view in views), is_unseen=all(view.is_unseen for view in views)
            )
            for day, views in found
            if views
        ]

    async def _serving(self, user_id: int, day: date, route: Route) -> list[SlotView]:
        """A day's slots that have not begun and fit the route."""
        return [view for view in await self._slots.bookable(user_id, day) if route.fits(view.slot)]

    async def day(self, user_id: int, day: date, route: Route) -> Page:
        views = await self._serving(user_id, day, route)
        kinds = _kinds(views, (await self._db.preferences.find(user_id)).place)
        if not kinds:
            return screens.booking.no_slots_page(day, route)
        if len(kinds) == 1:
            shown = shown_of(views, 0)
            return screens.booking.slots_page(day, kinds[0][0], shown, self._house.when(), route, single=True)
        return screens.booking.kinds_page(day, kinds, route)

    async def slots(self, user_id: int, day: date, key: int, page: int, route: Route) -> Page:
        views = await self._serving(user_id, day, route)
        wanted = [view for view in views if activity_key(view.slot.activity) == key]
        if not wanted:
            return await self.day(user_id, day, route)
        activity, single = wanted[0].slot.activity, len(wanted) == len(views)
        return screens.booking.slots_page(
            day, activity, shown_of(wanted, page), self._house.when(), route, single=single
        )


def _around(near: date | None, known: Sequence[date]) -> list[date]:
    """The dates within AROUND days of `near` that come after the last date that was read from the site."""
    if near is None:
        return []
    around = [near + timedelta(days=each) for each in range(-AROUND, AROUND + 1)]
    return [day for day in around if known and day > max(known)]


def _kinds(views: Sequence[SlotView], first: str) -> list[tuple[Activity, int]]:
    """The activities of a day's slots, each with how many it has; those of the place `first` before the others."""
    activities = {view.slot.activity.id: view.slot.activity for view in views}
    counted = [(one, sum(view.slot.activity.id == one.id for view in views)) for one in activities.values()]
    return sorted(counted, key=lambda kind: (kind[0].place != first, kind[0].name))


class BookingFlow:
    """The taps of a new booking."""

    def __init__(self, services: Services, chooser: SlotChooser) -> None:
        self._db = services.db
        self._house = services.house
        self._accounts = services.accounts
        self._slots = services.slots
        self._requests = services.requests
        self._tickets = services.tickets
        self._chooser = chooser
        self.routes: Routes = {
            Verb.NEW: self.new, Verb.DAY: self.day, Verb.SLOTS: self.slots, Verb.SLOT: self.slot,
            Verb.SLOT_FROM: self.slot_from,
            Verb.FAR_DAYS: self.far_days, Verb.BOOK: self.book, Verb.START_NOW: self.start_now,
        }  # fmt: skip

    async def new(self, tap: Tap) -> Page:
        return await self._chooser.days(tap.user_id, NEW_BOOKING)

    async def far_days(self, tap: Tap) -> Page:
        return await self._chooser.far_days(tap.user_id)

    async def day(self, tap: Tap) -> Page:
        return await self._chooser.day(tap.user_id, tap.call.day, NEW_BOOKING)

    async def slots(self, tap: Tap) -> Page:
        _, key, page = tap.call.numbers
        return await self._chooser.slots(tap.user_id, tap.call.day, key, page, NEW_BOOKING)

    async def slot(self, tap: Tap) -> Page:
        return await self.confirm_slot(tap, tap.id)

    async def slot_from(self, tap: Tap) -> Page:
        return await self.confirm_slot(tap, tap.id, origin=Origin.of(tap.call.numbers))

    async def confirm_slot(self, tap: Tap, slot_id: int, note: Words = "", origin: Origin | None = None) -> Page:
        """The page that confirms a slot; `note` is a sentence above it. Without an origin Back leads to its list."""
        view = await self._slots.view(tap.user_id, slot_id)
        if view is None:
            return screens.booking.gone_page()
        return screens.booking.confirm_page(
            view,
            await self._requests.newest(tap.user_id),
            origin or await self._list_of(tap.user_id, view),
            self._house.when(),
            stop=await self._accounts.stop(tap.user_id),
            watchable=self._house.can_be_watched(view.slot.ref),
            is_starred=await self._db.favourites.has_star(tap.user_id, view.slot.ref),
            note=note,
            friends=[one for one in await self._db.agreements.of(tap.user_id) if one.asker_id == tap.user_id],
            habits=await self._habits(view),
        )

    async def _habits(self, view: SlotView) -> list[str]:
        """How fast the class fills, as long as it is of interest."""
        opens_later = view.state is SlotState.OPENS
        if not opens_later and view.state is not SlotState.FREE:
            return []
        seen = await self._db.fillings.of(view.slot.ref)
        everywhere = await self._db.fillings.everywhere() if opens_later else []
        return filling_lines(seen, everywhere, opens_later=opens_later)

    async def _list_of(self, user_id: int, view: SlotView) -> Origin:
        """The page of its day's list that the slot is on."""
        siblings = await self._slots.bookable(user_id, view.slot.day)
        listed = [one for one in siblings if one.slot.activity == view.slot.activity]
        pages = (shown_of(listed, number) for number in range(len(listed)))
        page = next((each.number for each in pages if view.id in {one.id for one in each.items}), 0)
        return Origin(From.LIST, activity_key(view.slot.activity), page)

    async def confirm_class(self, tap: Tap, ref: ClassRef) -> Page:
        """The page that confirms a class, at the row the timetable has it in now."""
        rows = await self._slots.on_day(tap.user_id, ref.day)
        found = next((row for row in rows if row.slot.ref.matches(ref)), None)
        return screens.booking.gone_page(ref.day) if found is None else await self.confirm_slot(tap, found.id)

    async def book(self, tap: Tap) -> Page:
        """Queues the booking of a slot, once per button, however often the button is tapped."""
        made = await self.queue_slot(tap, hold_back=False)
        return made if isinstance(made, Page) else await self._tickets.card(made, tap)

    async def queue_slot(self, tap: Tap, *, hold_back: bool) -> Action | Page:
        """The booking that the button queues, or has queued before; a page instead when it can't queue one.

        `hold_back`: a slot that is open is not booked before there was time to choose alternatives.
        """
        slot_id, newest = tap.call.numbers
        view = await self._slots.view(tap.user_id, slot_id)
        if view is None:
            return screens.booking.gone_page()
        made = await self._requests.made_since(newest, tap.user_id, ActionType.BOOK, view.slot.ref)
        if made:
            return made
        if view.state in SETTLED:
            return await self.confirm_slot(tap, slot_id)
        new = self._requests.new_booking(tap, view.slot.ref, is_open=view.state is SlotState.FREE)
        if hold_back:
            new = replace(new, run_at=self._held_back(view, new.run_at or self._house.now()))
        return await self._requests.add(new)

    def _held_back(self, view: SlotView, run_at: datetime) -> datetime:
        """When a booking that waits for its alternatives starts: never so late that its opening suffers."""
        now = self._house.now()
        if run_at > now or now < view.opens_at - PREPARE:
            return run_at
        until = now + TIME_TO_CHOOSE
        return until if view.state is not SlotState.OPENS else max(now, min(until, view.opens_at - LAST_MOMENT))

    async def start_now(self, tap: Tap) -> Page:
        """Starts a booking that waits for its alternatives to be chosen."""
        await self._db.choices.start_now(tap.id, tap.user_id)
        action = await self._requests.own(tap)
        return await self._tickets.ticket(action, tap) if action else screens.booking.gone_page()
