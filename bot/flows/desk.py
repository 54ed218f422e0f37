"""The desk behind which every answer is made: the database, the rules of the configuration, the clock.

Every look takes the truth from the database for the person who tapped; nothing is kept between two taps, so a restart
loses nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.screens import common as screens
from bot.screens import texts
from bot.screens.calendar_file import calendar_file
from bot.screens.callbacks import Call, Verb
from bot.screens.italian import When, count
from bot.screens.making import ANY_DAY, AskTimes, ask_times, hour_before
from bot.screens.page import File, NewMessage, Page
from bot.screens.results import opening_line
from bot.screens.slots import Clash, SlotState, SlotView, view_slot
from database import Database
from domain.errors import AlreadyQueued, LoginStopped, Overlap
from domain.house_rules import Overlapping
from domain.model import (
    Action,
    ActionStatus,
    ActionType,
    ClassRef,
    Clock,
    HeldBooking,
    OpeningRule,
    Pause,
    Role,
    WatchMode,
    starts_at,
)
from domain.opening_plan import BookingPlan, plan_booking
from domain.requests import NewAction
from runtime.configured import recurrence_rules_of
from runtime.settings import Settings

OPEN_SINCE = timedelta(minutes=1)  # what the site shows as open before its time was opened at least so long ago
RECENT = 20  # actions looked through for the one a double tap has already made


@dataclass(frozen=True, slots=True)
class Tap:
    """Who asks, for what, and on which message. A command is a tap on no message."""

    user_id: int
    name: str
    call: Call
    message_id: int | None = None

    @property
    def id(self) -> int:
        """The first number of the button."""
        return self.call.numbers[0]

    @property
    def card_id(self) -> int | None:
        """The message that will show the answer, when it is known already."""
        return None if self.call.fresh else self.message_id


Answer = Page | NewMessage
Handler = Callable[[Tap], Awaitable[Answer]]
Handlers = dict[Verb, Handler]


class Desk:
    """What all answers need. One for the whole bot."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self.db = db
        self.settings = settings
        self.house = settings.house_rules  # as in force, once they were asked for
        self.recurrence = recurrence_rules_of(settings)
        self.clock = clock

    @property
    def rule(self) -> OpeningRule:
        return self.house.opening

    async def learn_rules(self) -> None:
        """Takes the rules of the house that are in force; asked before each answer and each message."""
        self.house = await self.db.rules.in_force(self.settings.house_rules)
        self.recurrence = recurrence_rules_of(self.settings, self.house)

    def when(self, user_id: int | None = None) -> When:
        """This moment, as it is told to that person; None: nothing told depends on who it is."""
        keeps = user_id in (None, self.settings.telegram.allowed_user_id)
        return When(self.clock(), self.rule.zone, keeps, self.settings.config_file)

    # Classes

    def starts(self, wish: ClassRef) -> datetime:
        return starts_at(wish.day, wish.start, self.rule.zone)

    def free_until(self, wish: ClassRef) -> datetime:
        """Until when a place in a class can be given back without penalty."""
        return self.recurrence.free_until(self.starts(wish))

    def has_begun(self, wish: ClassRef) -> bool:
        return self.clock() >= self.starts(wish)

    def can_be_watched(self, wish: ClassRef) -> bool:
        """Whether a place that frees now could be booked, and still be given back free of penalty."""
        return self.clock() < min(self.free_until(wish), self.starts(wish) - self.house.closes)

    def free_to_give_back(self, held: HeldBooking) -> datetime | None:
        """Until when what a swap frees is freed without another question; None when that is over, and was said."""
        free_until = self.free_until(held.booking.ref)
        return free_until if self.clock() < free_until else None

    def ask_times(self, weekday: int, start: time, lead: timedelta | None) -> AskTimes:
        """When a periodic booking of a class that begins then asks; `lead`: its own time before the class, if any."""
        recurrence = self.recurrence
        starts = starts_at(ANY_DAY, start, self.rule.zone)
        times = ask_times(weekday, start, lead or recurrence.lead, self.rule, recurrence.lead, recurrence.free_cancel)
        return replace(times, to_keep=hour_before(start, starts - recurrence.keep_asked_at(starts)))

    # What a person holds

    async def held_bookings(self, user_id: int) -> list[HeldBooking]:
        """What a person holds whose class is not over."""
        held = await self.db.bookings.held(user_id, self.when().today)
        return [one for one in held if self.clock() < self._end(one)]

    def _end(self, held: HeldBooking) -> datetime:
        return self.starts(held.booking.ref) + timedelta(minutes=held.booking.minutes or 60)

    async def live_classes(self, user_id: int) -> list[Action]:
        """A person's unfinished actions that are about a class."""
        return [action for action in await self.db.requests.live(user_id) if action.wish is not None]

    async def live_about(self, held: HeldBooking) -> Action | None:
        """The unfinished action about what is held, if there is one."""
        live = await self.live_classes(held.user_id)
        return next((one for one in live if one.class_ref.matches(held.booking.ref)), None)

    async def calendar_file(self, held: HeldBooking) -> File:
        """For the calendar: of what is held, its event; of what is held no more, what takes the event out again."""
        rows = await self.db.catalogue.slots_on(held.booking.day)
        end: time | None = next((row.slot.end for row in rows if row.slot.ref.matches(held.booking.ref)), None)
        return calendar_file(held, end, self.rule.zone, self.recurrence.free_cancel, self.clock())

    async def stop(self, user_id: int) -> LoginStopped | None:
        """Why nothing is tried for an account: its login was refused, or led astray."""
        account = await self.db.people.find(user_id)
        return account.stop if account is not None else None

    async def pause(self, user_id: int) -> Pause | None:
        """What a person's account waits for, as long as it does."""
        account = await self.db.people.find(user_id)
        waits = account is not None and account.waits_until(self.clock()) is not None
        return account.pause if account is not None and waits else None

    # Slots, as they are to a person

    async def bookable(self, user_id: int, day: date) -> list[SlotView]:
        """A day's slots that have not begun."""
        return [view for view in await self.slots_on(user_id, day) if view.state is not SlotState.STARTED]

    async def slots_on(self, user_id: int, day: date) -> list[SlotView]:
        held = await self.held_bookings(user_id)
        live = await self.db.requests.live(user_id)
        now, rows = self.clock(), await self.db.catalogue.slots_on(day)
        if now < self.rule.opens_at(day, time.max):
            unseen = [
                row for row in await self.db.catalogue.unseen_on(day) if now < self.rule.opens_at(day, row.slot.start)
            ]  # later on it is full, or not to come
            rows = sorted([*rows, *unseen], key=lambda row: row.slot.start)
        return [self._by_rules(view_slot(row, held, live, self.rule, now), len(held)) for row in rows]

    def _by_rules(self, view: SlotView, held: int) -> SlotView:
        """A slot with what the rules of the house say against it. The site decides: nothing is forbidden here."""
        warnings = []
        if self.house.most_bookings is not None and held >= self.house.most_bookings:
            warnings.append(texts.TOO_MANY_HELD.format(most=self.house.most_bookings))
        closes = self.starts(view.slot.ref) - self.house.closes
        minutes = round(self.house.closes / timedelta(minutes=1))
        if minutes and closes <= self.clock():
            warnings.append(texts.CLOSED_BY_NOW.format(minutes=count(minutes, "minuto", "minuti")))
        both_taken = self.house.overlap is Overlapping.WARNED
        return replace(view, both_taken=both_taken, warnings=tuple(warnings))

    async def view(self, user_id: int, slot_id: int) -> SlotView | None:
        """A slot by its row; None when the timetable no longer has it."""
        row = await self.db.catalogue.slot(slot_id)
        if row is None:
            return None
        held = await self.held_bookings(user_id)
        view = view_slot(row, held, await self.db.requests.live(user_id), self.rule, self.clock())
        return self._by_rules(view, len(held))

    # The queue

    def booking(self, tap: Tap, wish: ClassRef, *, is_open: bool = False) -> NewAction:
        """A booking that runs at once, or is rehearsed and runs at its opening; the tapped message becomes its card.

        `is_open`: the site shows it as open, whatever the rule says. If it is not, the worker goes back to the rule.
        """
        now = self.clock()
        if is_open and now < self.rule.opens_at(wish.day, wish.start):
            plan = BookingPlan(now, now - OPEN_SINCE, None)
        else:
            plan = plan_booking(self.rule, wish.day, now, self.settings.opening.rehearsal_at, wish.start)
        return NewAction(
            ActionType.BOOK,
            tap.user_id,
            wish,
            run_at=plan.run_at,
            opens_at=plan.opens_at,
            rehearse_at=plan.rehearse_at,
            card_message_id=tap.card_id,
            free_until=self.free_until(wish) if self.can_be_watched(wish) else None,
        )

    async def queue(self, new: NewAction) -> Action:
        """The action in the queue: the new one, or the live one that is about the same."""
        try:
            return await self.db.requests.add(new)
        except AlreadyQueued as same:
            found = await self.db.requests.find(same.action_id)
            if found is None:
                raise
            return found

    async def queue_cancel(self, tap: Tap, held: HeldBooking) -> Action:
        """What was asked for while it cost nothing is done only until then, however long the site or account waits."""
        new = NewAction(
            ActionType.CANCEL,
            tap.user_id,
            held.booking.ref,
            booking_id=held.booking_id,
            card_message_id=tap.card_id,
            free_until=self.free_to_give_back(held),
        )
        return await self.queue(new)

    async def newest(self, user_id: int) -> int:
        """The person's newest action: a button that carries it knows what was made since."""
        latest = await self.db.requests.latest(user_id, 1)
        return latest[0].id if latest else 0

    async def made_since(self, newest: int, user_id: int, kind: ActionType, wish: ClassRef) -> Action | None:
        """The action a button has already made: one about the same, younger than the button."""
        for action in await self.db.requests.latest(user_id, RECENT):
            about = action.wish
            if action.id > newest and action.type is kind and about and about.matches(wish):
                return None if action.watch is WatchMode.TELL else action
        return None

    async def read_timetable_quietly(self, user_id: int) -> None:
        """Queues a reading that nobody is told of, in the owner's name, unless one is under way or has just failed."""
        people = await self.db.people.all()
        owner = next((one.user_id for one in people if one.role is Role.OWNER), user_id)
        _, tried = await self.db.history.last_of(ActionType.REFRESH, owner)
        if tried is not None and self.clock() - tried < timedelta(minutes=1):
            return
        await self.queue(NewAction(ActionType.REFRESH, owner, quiet=True))

    # Tickets

    async def ticket(self, action: Action, tap: Tap, note: str = "") -> Page:
        """An action as it stands, on its own card or elsewhere."""
        is_card = tap.card_id is not None and action.card_message_id == tap.card_id
        return await self.ticket_page(action, is_card=is_card, note=note)

    async def ticket_page(self, action: Action, *, is_card: bool, note: str = "") -> Page:
        others = await self.db.choices.alternatives(action.id) if action.type is ActionType.BOOK else []
        report = None if is_card else await self.db.openings.report(action.id)
        watchable = action.status is ActionStatus.FAILED and self.is_watchable(action)
        return screens.ticket(
            action,
            self.when(action.user_id),
            others,
            is_card=is_card,
            note=note,
            watchable=watchable,
            undoable=self.can_be_put_back(action),
            got=await self.got(action),
            clash=await self.clash(action),
            pause=await self.pause(action.user_id),
            figures=opening_line(report, self.when(action.user_id)) if report else "",
        )

    def can_be_put_back(self, action: Action) -> bool:
        """Whether a booking was withdrawn by its person and could still be made."""
        withdrawn = action.type is ActionType.BOOK and action.status is ActionStatus.CANCELLED
        if not withdrawn or action.wish is None:
            return False
        return self.can_be_watched(action.wish) if action.watch else not self.has_begun(action.wish)

    async def put_back(self, action: Action, tap: Tap) -> Action:
        """A withdrawn booking, in the queue once more with all that it was asked to do."""
        new = replace(
            self._watch_again(action, tap) if action.watch else self.booking(tap, action.class_ref),
            alternatives=tuple(await self.db.choices.alternatives(action.id)),
            replaces_row_id=action.replaces_row_id,
            free_until=action.free_until,
            periodic_booking_id=action.periodic_booking_id,
        )
        if action.periodic_booking_id is None or action.wish is None:
            return await self.queue(new)
        made = await self.db.occurrences.queue_again(action.periodic_booking_id, action.wish.day, new)
        return made or await self.queue(new)

    def _watch_again(self, action: Action, tap: Tap) -> NewAction:
        opens = self.rule.opens_at(action.class_ref.day, action.class_ref.start)
        until = action.watch_until or self.free_until(action.class_ref)
        return NewAction(
            ActionType.BOOK, tap.user_id, action.wish, opens_at=opens, watch=action.watch, watch_until=until,
            card_message_id=tap.card_id,
        )  # fmt: skip

    async def got(self, action: Action) -> HeldBooking | None:
        """What a booking got, as it is now, and as it is called."""
        if action.type is not ActionType.BOOK or not action.booking_id:
            return None
        held = await self.db.bookings.by_booking_id(action.booking_id, action.user_id, action.subject)
        if held is None or action.subject is None:
            return held
        called = held.booking.ref.named_as(action.subject)
        return replace(held, booking=replace(held.booking, course=called.course, course_type=called.course_type))

    async def clash(self, action: Action) -> Clash | None:
        """The booking that an action's class overlaps, before it is tried or once it was refused, as far as we know."""
        refused = action.status is ActionStatus.FAILED and action.error_kind == Overlap.__name__
        waits = action.status is ActionStatus.PENDING and action.watch is None and action.replaces_row_id is None
        if action.type is not ActionType.BOOK or not (refused or waits) or action.wish is None:
            return None
        if self.has_begun(action.wish) or (waits and self.house.overlap is Overlapping.WARNED):
            return None
        rows = [*await self.db.catalogue.slots_on(action.wish.day), *await self.db.catalogue.unseen_on(action.wish.day)]
        row = next((row for row in rows if row.slot.ref.matches(action.wish)), None)
        # what the timetable has no more lasts an hour, as every class whose length is not known
        end = (
            row.slot.end if row else (datetime.combine(action.wish.day, action.wish.start) + timedelta(hours=1)).time()
        )
        held = await self.held_bookings(action.user_id)
        meeting = (one for one in held if one.booking.overlaps(action.wish.day, action.wish.start, end))
        other = next((one for one in meeting if not one.booking.ref.matches(action.wish)), None)
        return Clash(other, row.id if row else None) if other else None

    async def slot_of(self, wish: ClassRef) -> int | None:
        """The row of a class in the timetable, if that has it."""
        rows = await self.db.catalogue.slots_on(wish.day)
        return next((row.id for row in rows if row.slot.ref.matches(wish)), None)

    def is_watchable(self, action: Action) -> bool:
        """Whether it makes sense to offer a watch after an action's failure."""
        if action.type is not ActionType.BOOK or action.wish is None:
            return False
        overlapped = action.watch is not None and action.error_kind == "Overlap"
        of_use = action.error_kind in ("SlotFull", "SlotNotFound") or overlapped
        return of_use and self.can_be_watched(action.wish)

    async def card(self, action: Action, tap: Tap, note: str = "") -> Page:
        """The ticket of what was just queued. A message that is yet to be sent becomes its card when it is."""
        if tap.card_id is None and (action.card_message_id is None or action.quiet):
            return await self.ticket_page(action, is_card=True, note=note)
        return await self.ticket(action, tap, note)

    async def becomes_card(self, action_id: int, user_id: int, message_id: int) -> None:
        """From now on that message shows the action. A reading that was begun quietly now tells its end there."""
        if await self.db.requests.adopt(action_id, user_id, message_id) is None:
            await self.db.requests.set_card(action_id, message_id)

    async def own(self, tap: Tap) -> Action | None:
        """The action a button names, when it is the person's."""
        return await self.db.requests.find(tap.id, tap.user_id)
