"""What each button leads to: reads the rows, does what was asked of them, and hands back a screen.

Knows nothing of Telegram. Every method takes the truth from the database and asks whether it belongs to the person
who tapped; nothing is kept between two taps, so a restart loses nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot import screens, screens_booking, screens_held, texts
from bot.calendar_file import calendar_file
from bot.callbacks import Call, Verb
from bot.italian import When
from bot.page import PER_PAGE, File, Letter, Page, button, chunk, safe
from bot.screens_booking import Hour, OpenDay, hour_of_course, hour_of_slot
from bot.slots import SlotState, SlotView, activity_key, view_slot
from database import Database, NewAction
from model import (
    Action,
    ActionStatus,
    ActionType,
    Activity,
    AlreadyQueued,
    Clock,
    Confirmation,
    ConfirmationOutcome,
    HeldBooking,
    PeriodicBooking,
    Role,
    Wish,
    starts_at,
)
from settings import Settings

RECENT = 20  # actions looked through for the one a double tap has already made
LAST_PAGE = 1000  # of /status; whatever is older is found by its number


@dataclass(frozen=True, slots=True)
class Tap:
    """Who asks, for what, and on which message. A command is a tap on no message."""

    user_id: int
    name: str
    call: Call
    message_id: int | None = None

    @property
    def id(self) -> int:
        """The number of a verb that takes one."""
        return self.call.numbers[0]

    @property
    def card_id(self) -> int | None:
        """The message that will show the answer, when it is known already."""
        return None if self.call.fresh else self.message_id


Answer = Page | Letter
Handler = Callable[[Tap], Awaitable[Answer]]


class Answers:
    """One method per verb; `handlers` says which."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db = db
        self._settings = settings
        self._rule = settings.opening_rule
        self._clock = clock
        self.handlers: dict[Verb, Handler] = {
            Verb.HOME: self.home, Verb.HELP: self.help, Verb.STATUS: self.status, Verb.TICKET: self.ticket,
            Verb.WITHDRAW: self.withdraw, Verb.AGAIN: self.again, Verb.NEW: self.new, Verb.DAY: self.day,
            Verb.SLOTS: self.slots, Verb.SLOT: self.slot, Verb.BOOK: self.book, Verb.MINE: self.mine,
            Verb.HELD: self.held, Verb.FILE: self.file, Verb.ASK_CANCEL: self.ask_cancel, Verb.CANCEL: self.cancel,
            Verb.SYNC: self.sync, Verb.PERIODIC: self.periodic, Verb.PAUSE: self.pause, Verb.RESUME: self.resume,
            Verb.HOURS: self.hours, Verb.HOURS_DAY: self.hours_day, Verb.REFRESH: self.refresh,
            Verb.CONFIRM: self.confirm, Verb.SKIP: self.skip, Verb.FORGIVE: self.forgive,
        }  # fmt: skip

    async def to(self, tap: Tap) -> Answer:
        """The answer to a tap."""
        return await self.handlers[tap.call.verb](tap)

    def when(self) -> When:
        return When(self._clock(), self._rule.zone)

    # The menu and the tickets

    async def home(self, tap: Tap) -> Page:
        return await self.home_with(tap.user_id, tap.name)

    async def home_with(self, user_id: int, name: str, note: str = "") -> Page:
        """The menu, after a sentence. Where no timetable was ever read, its reading is queued."""
        known = await self._db.catalogue.read_at() is not None
        if not known:
            await self._read_timetable_quietly(user_id)
        bookings = await self.held_bookings(user_id)
        live = await self._db.queue.live(user_id)
        overview = screens.Overview(
            name=name,
            next_booking=bookings[0] if bookings else None,
            live=[action for action in live if action.day and action.start],
            timetable_known=known,
            rejected=await self._rejected(user_id),
        )
        return screens.home(overview, self.when(), note)

    async def _read_timetable_quietly(self, user_id: int) -> None:
        """Queues a reading that nobody is told of, in the owner's name, unless one is under way or has just failed."""
        people = await self._db.people.all()
        owner = next((one.user_id for one in people if one.role is Role.OWNER), user_id)
        _, tried = await self._db.queue.last_of(ActionType.REFRESH, owner)
        if tried is not None and self._clock() - tried < timedelta(minutes=1):
            return
        await self._queue(NewAction(ActionType.REFRESH, owner, quiet=True))

    async def _rejected(self, user_id: int) -> bool:
        account = await self._db.people.find(user_id)
        return account is not None and account.rejected

    async def help(self, tap: Tap) -> Page:
        return screens.help_page()

    async def status(self, tap: Tap) -> Page:
        return await self.status_with(tap.user_id, tap.id)

    async def status_with(self, user_id: int, page: int = 0, note: str = "") -> Page:
        """The latest actions, after a sentence."""
        page = min(page, LAST_PAGE)
        actions = await self._db.queue.latest(user_id, PER_PAGE + 1, page * PER_PAGE)
        more = len(actions) > PER_PAGE
        return screens.status_page(actions[:PER_PAGE], page, self.when(), more=more, note=note)

    async def status_of(self, user_id: int, word: str) -> Page:
        """/status with a number as somebody types it; what is no ticket of theirs gets a sentence and the list."""
        number = word.strip().lstrip("#")
        if not (number.isascii() and number.isdigit() and len(number) <= 18):
            return await self.status_with(user_id, note=f"«{safe(word)}» non è un numero di richiesta.")
        action = await self._db.queue.find(int(number), user_id)
        if action is None:
            return await self.status_with(user_id, note=f"Tra le tue richieste non c'è la n. {int(number)}.")
        return screens.ticket(action, self.when(), is_card=False)

    async def ticket(self, tap: Tap) -> Page:
        action = await self._db.queue.find(tap.id, tap.user_id)
        return self._ticket(action, tap) if action else await self._no_ticket(tap)

    async def _no_ticket(self, tap: Tap) -> Page:
        return await self.status_with(tap.user_id, note="Questa richiesta non la trovo tra le tue.")

    def _ticket(self, action: Action, tap: Tap, note: str = "") -> Page:
        is_card = tap.card_id is not None and action.card_message_id == tap.card_id
        return screens.ticket(action, self.when(), is_card=is_card, note=note)

    async def withdraw(self, tap: Tap) -> Page:
        withdrawn = await self._db.queue.withdraw(tap.id, tap.user_id)
        action = withdrawn or await self._db.queue.find(tap.id, tap.user_id)
        if action is None:
            return await self._no_ticket(tap)
        late = action.status is ActionStatus.PROCESSING
        note = "Ci sto già lavorando: non posso più ritirarla. Ti scrivo com'è andata." if late else ""
        return self._ticket(action, tap, note)

    async def again(self, tap: Tap) -> Answer:
        """Back to what a failed action was about, as things stand now."""
        action = await self._db.queue.find(tap.id, tap.user_id)
        if action is None:
            return await self._no_ticket(tap)
        match action.type:
            case ActionType.BOOK:
                return await self._book_again(tap, action.wish)
            case ActionType.CANCEL:
                return await self._cancel_again(tap, action)
            case ActionType.CHECK:
                return await self.sync(tap)
            case ActionType.REFRESH:
                return await self.refresh(tap)

    async def _book_again(self, tap: Tap, wish: Wish) -> Page:
        rows = await self._db.catalogue.slots_on(wish.day)
        found = next((row for row in rows if row.slot.wish.meant_by(wish)), None)
        return screens_booking.gone_page(wish.day) if found is None else await self._confirm(tap, found.id)

    async def _cancel_again(self, tap: Tap, action: Action) -> Page:
        held = await self._db.bookings.by_booking_id(action.booking_id or "", tap.user_id)
        return await self._ask_cancel(tap, held) if held else screens_held.gone_page()

    # A new booking

    async def new(self, tap: Tap) -> Page:
        when = self.when()
        summaries = await self._db.catalogue.days(when.today)
        days = [OpenDay(one.day, one.slots, self._rule.opens_at(one.day)) for one in summaries if one.day > when.today]
        today = await self._bookable(tap, when.today)
        if today:
            days.insert(0, OpenDay(when.today, len(today), self._rule.opens_at(when.today)))
        read_at = await self._db.catalogue.read_at()
        if read_at is None:
            await self._read_timetable_quietly(tap.user_id)
        return screens_booking.days_page([day for day in days if day.slots], read_at, when)

    async def _bookable(self, tap: Tap, day: date) -> list[SlotView]:
        """A day's slots that have not begun."""
        held = await self.held_bookings(tap.user_id)
        live = await self._db.queue.live(tap.user_id)
        now = self._clock()
        views = [view_slot(row, held, live, self._rule, now) for row in await self._db.catalogue.slots_on(day)]
        return [view for view in views if view.state is not SlotState.STARTED]

    async def day(self, tap: Tap) -> Page:
        day = tap.call.day
        views = await self._bookable(tap, day)
        kinds = _kinds(views)
        if not kinds:
            return screens_booking.no_slots_page(day)
        if len(kinds) == 1:
            return screens_booking.slots_page(day, kinds[0][0], chunk(views, 0), self.when(), single=True)
        return screens_booking.kinds_page(day, kinds)

    async def slots(self, tap: Tap) -> Page:
        day = tap.call.day
        _, key, page = tap.call.numbers
        views = await self._bookable(tap, day)
        wanted = [view for view in views if activity_key(view.slot.activity) == key]
        if not wanted:
            return await self.day(tap)
        single = len(wanted) == len(views)
        return screens_booking.slots_page(day, wanted[0].slot.activity, chunk(wanted, page), self.when(), single=single)

    async def slot(self, tap: Tap) -> Page:
        return await self._confirm(tap, tap.id)

    async def _view(self, tap: Tap, slot_id: int) -> SlotView | None:
        row = await self._db.catalogue.slot(slot_id)
        if row is None:
            return None
        held = await self.held_bookings(tap.user_id)
        return view_slot(row, held, await self._db.queue.live(tap.user_id), self._rule, self._clock())

    async def _confirm(self, tap: Tap, slot_id: int) -> Page:
        view = await self._view(tap, slot_id)
        if view is None:
            return screens_booking.gone_page()
        siblings = await self._bookable(tap, view.slot.day)
        ids = [one.id for one in siblings if one.slot.activity == view.slot.activity]
        page = ids.index(view.id) // PER_PAGE if view.id in ids else 0
        newest = await self._newest(tap.user_id)
        rejected = await self._rejected(tap.user_id)
        return screens_booking.confirm_page(view, newest, page, self.when(), rejected=rejected)

    async def book(self, tap: Tap) -> Page:
        """Queues the booking of a slot, once per button however often it is tapped."""
        slot_id, newest = tap.call.numbers
        view = await self._view(tap, slot_id)
        if view is None:
            return screens_booking.gone_page()
        made = await self._made_since(newest, tap.user_id, ActionType.BOOK, view.slot.wish)
        if made:
            return self._ticket(made, tap)
        if view.state in (SlotState.STARTED, SlotState.MINE, SlotState.QUEUED):
            return await self._confirm(tap, slot_id)
        return self._card(await self._queue(self._booking(tap, view.slot.wish)), tap)

    def _booking(self, tap: Tap, wish: Wish, periodic_id: int | None = None) -> NewAction:
        """A booking that runs at once, or as soon as its slot opens; the tapped message becomes its card."""
        opens_at = self._rule.opens_at(wish.day)
        return NewAction(
            ActionType.BOOK,
            tap.user_id,
            wish,
            opens_at=opens_at,
            run_at=max(self._clock(), opens_at),
            card_message_id=tap.card_id,
            periodic_booking_id=periodic_id,
        )

    async def _newest(self, user_id: int) -> int:
        latest = await self._db.queue.latest(user_id, 1)
        return latest[0].id if latest else 0

    async def _made_since(self, newest: int, user_id: int, kind: ActionType, wish: Wish) -> Action | None:
        """The action a button has already made: one about the same, younger than the button."""
        for action in await self._db.queue.latest(user_id, RECENT):
            about = action.wish if action.day and action.start else None
            if action.id > newest and action.type is kind and about and about.meant_by(wish):
                return action
        return None

    async def _queue(self, new: NewAction) -> Action:
        """The action in the queue: the new one, or the live one that is about the same."""
        try:
            return await self._db.queue.add(new)
        except AlreadyQueued as same:
            found = await self._db.queue.find(same.action_id)
            if found is None:
                raise
            return found

    # My bookings

    async def held_bookings(self, user_id: int) -> list[HeldBooking]:
        """What a person holds whose class is not over."""
        held = await self._db.bookings.held(user_id, self.when().today)
        return [one for one in held if self._clock() < self._end(one)]

    def _start(self, held: HeldBooking) -> datetime:
        return starts_at(held.booking.day, held.booking.start, self._rule.zone)

    def _end(self, held: HeldBooking) -> datetime:
        return self._start(held) + timedelta(minutes=held.booking.minutes or 60)

    async def mine(self, tap: Tap) -> Page:
        return await self.mine_of(tap.user_id, tap.id)

    async def mine_of(self, user_id: int, page: int = 0, note: str = "") -> Page:
        """The person's bookings, after a sentence."""
        held = await self.held_bookings(user_id)
        live = [action for action in await self._db.queue.live(user_id) if action.day and action.start]
        read_at = await self._db.bookings.last_read(user_id)
        return screens_held.mine_page(chunk(held, page), live, read_at, self.when(), note)

    async def held(self, tap: Tap) -> Page:
        held = await self._db.bookings.find(tap.id, tap.user_id)
        if held is None:
            return screens_held.gone_page()
        over = self._clock() >= self._start(held)
        return screens_held.held_page(held, await self._live_about(held), self.when(), over=over)

    async def _live_about(self, held: HeldBooking) -> Action | None:
        live = await self._db.queue.live(held.user_id)
        mine = (one for one in live if one.day and one.start and one.wish.meant_by(held.booking.wish))
        return next(mine, None)

    async def file(self, tap: Tap) -> Answer:
        held = await self._db.bookings.find(tap.id, tap.user_id)
        if held is None:
            return screens_held.gone_page()
        return Letter(screens_held.file_page(held, self.when()), document=await self.calendar_file(held))

    async def calendar_file(self, held: HeldBooking) -> File:
        rows = await self._db.catalogue.slots_on(held.booking.day)
        end: time | None = next((row.slot.end for row in rows if row.slot.wish.meant_by(held.booking.wish)), None)
        return calendar_file(held, end, self._rule.zone, self._clock())

    async def ask_cancel(self, tap: Tap) -> Page:
        held = await self._db.bookings.find(tap.id, tap.user_id)
        return await self._ask_cancel(tap, held) if held else screens_held.gone_page()

    async def _ask_cancel(self, tap: Tap, held: HeldBooking) -> Page:
        over = self._clock() >= self._start(held)
        live = await self._live_about(held)
        if over or live or not screens_held.is_held(held):
            return screens_held.held_page(held, live, self.when(), over=over)
        newest = await self._newest(tap.user_id)
        hours = self._settings.free_cancel_hours
        return screens_held.ask_cancel_page(held, newest, self.free_until(held), hours, self.when())

    def free_until(self, held: HeldBooking) -> datetime:
        """Until when a booking can be given back without penalty."""
        return self._start(held) - timedelta(hours=self._settings.free_cancel_hours)

    async def cancel(self, tap: Tap) -> Page:
        """Queues the cancelling of a booking, once per button however often it is tapped."""
        row_id, newest = tap.call.numbers
        held = await self._db.bookings.find(row_id, tap.user_id)
        if held is None:
            return screens_held.gone_page()
        wish = held.booking.wish
        made = await self._made_since(newest, tap.user_id, ActionType.CANCEL, wish)
        if made:
            return self._ticket(made, tap)
        if self._clock() >= self._start(held) or not screens_held.is_held(held) or await self._live_about(held):
            return await self._ask_cancel(tap, held)
        card = tap.card_id
        new = NewAction(ActionType.CANCEL, tap.user_id, wish, booking_id=held.booking_id, card_message_id=card)
        return self._card(await self._queue(new), tap)

    async def sync(self, tap: Tap) -> Page:
        """Queues a reading of my bookings; the message becomes the list when it is done."""
        new = NewAction(ActionType.CHECK, tap.user_id, card_message_id=tap.card_id)
        return await self._queue_loud(tap, new)

    async def _queue_loud(self, tap: Tap, new: NewAction) -> Page:
        """Queues a reading that is told. One under way already, perhaps a quiet one, is made to tell here too."""
        action = await self._queue(new)
        if tap.card_id is not None and (action.quiet or action.card_message_id != tap.card_id):
            await self.becomes_card(action.id, tap.user_id, tap.card_id)
            action = await self._db.queue.find(action.id) or action
        return self._card(action, tap)

    def _card(self, action: Action, tap: Tap) -> Page:
        """The ticket of what was just queued. A message that is yet to be sent becomes its card when it is."""
        if tap.card_id is None and (action.card_message_id is None or action.quiet):
            return screens.ticket(action, self.when(), is_card=True)
        return self._ticket(action, tap)

    async def becomes_card(self, action_id: int, user_id: int, message_id: int) -> None:
        """From now on that message shows the action. A reading that was begun quietly now tells its end there."""
        if await self._db.queue.adopt(action_id, user_id, message_id) is None:
            await self._db.queue.set_card(action_id, message_id)

    # Periodic bookings

    async def periodic(self, tap: Tap) -> Page:
        return await self._periodic(tap.user_id, tap.id)

    async def _periodic(self, user_id: int, page: int = 0, note: str = "") -> Page:
        every = chunk(await self._db.periodic.of(user_id), page)
        return screens_held.periodic_page(every, self._settings.confirmation.lead_minutes, note)

    async def pause(self, tap: Tap) -> Page:
        return await self._set_active(tap, active=False)

    async def resume(self, tap: Tap) -> Page:
        return await self._set_active(tap, active=True)

    async def _set_active(self, tap: Tap, *, active: bool) -> Page:
        changed = await self._db.periodic.set_active(tap.id, tap.user_id, active)
        mine = await self._db.periodic.of(tap.user_id)
        page = next((at // PER_PAGE for at, one in enumerate(mine) if one.id == tap.id), 0)
        note = "" if changed else "Questa prenotazione periodica non la trovo tra le tue."
        return await self._periodic(tap.user_id, page, note)

    async def confirm(self, tap: Tap) -> Page:
        """Yes to a question: queues the booking. Late and double taps hear the truth."""
        asked = await self._asked(tap)
        if asked is None:
            return _no_question()
        confirmation, periodic, wish = asked
        if confirmation.outcome is None and self._clock() < confirmation.expires_at:
            new = self._booking(tap, wish, periodic.id)
            action = await self._db.periodic.confirm(confirmation, wish.day, new)
            if action:
                return self._card(action, tap)
        return await self._answered(tap, wish)

    async def skip(self, tap: Tap) -> Page:
        """No to a question."""
        asked = await self._asked(tap)
        if asked is None:
            return _no_question()
        confirmation, _, wish = asked
        await self._db.periodic.skip(confirmation, wish.day)
        return await self._answered(tap, wish)

    async def _asked(self, tap: Tap) -> tuple[Confirmation, PeriodicBooking, Wish] | None:
        confirmation = await self._db.periodic.confirmation(tap.id, tap.user_id)
        if confirmation is None:
            return None
        periodic = await self._db.periodic.find(confirmation.periodic_booking_id)
        return (confirmation, periodic, self.wish_of(confirmation, periodic)) if periodic else None

    def wish_of(self, confirmation: Confirmation, periodic: PeriodicBooking) -> Wish:
        """What a question is about: the periodic booking on the question's own date."""
        day = confirmation.scheduled_for.astimezone(self._rule.zone).date()
        return Wish(periodic.course, periodic.location, day, periodic.start)

    async def _answered(self, tap: Tap, wish: Wish) -> Page:
        confirmation = await self._db.periodic.confirmation(tap.id, tap.user_id)
        if confirmation is None:
            return _no_question()
        ticket = None
        if confirmation.outcome is ConfirmationOutcome.CONFIRMED:
            ticket = await self._made_since(0, tap.user_id, ActionType.BOOK, wish)
        return screens_held.answered(confirmation, wish, self.when(), ticket)

    # The timetable

    async def hours(self, tap: Tap) -> Page:
        when = self.when()
        return screens_booking.hours_page(
            await self._db.catalogue.days(when.today), await self._db.catalogue.read_at(), when
        )

    async def hours_day(self, tap: Tap) -> Page:
        day = tap.call.day
        _, key, page = tap.call.numbers
        hours, read_at = await self._hours_of(day)
        kinds = sorted({(hour.key, hour.place) for hour in hours}, key=lambda kind: kind[1])
        shown = [hour for hour in hours if key in (0, hour.key)]
        return screens_booking.hours_day_page(day, key, kinds, chunk(shown, page), read_at, self.when())

    async def _hours_of(self, day: date) -> tuple[list[Hour], datetime | None]:
        """A day's lines and when they were read: dated slots where that day was read, else the weekly courses."""
        summaries = await self._db.catalogue.days(day)
        read_at = next((one.read_at for one in summaries if one.day == day), None)
        if read_at is not None:
            return [hour_of_slot(row) for row in await self._db.catalogue.slots_on(day)], read_at
        courses = await self._db.catalogue.courses_on(day.weekday())
        return [hour_of_course(course) for course in courses], max((c.last_updated for c in courses), default=None)

    async def refresh(self, tap: Tap) -> Page:
        """Queues a reading of the timetable; the message tells when it is done."""
        new = NewAction(ActionType.REFRESH, tap.user_id, card_message_id=tap.card_id)
        return await self._queue_loud(tap, new)

    async def timetable_size(self) -> tuple[int, int]:
        """How many days and slots are known from today on."""
        days = await self._db.catalogue.days(self.when().today)
        return len(days), sum(day.slots for day in days)

    # The password

    async def forgive(self, tap: Tap) -> Page:
        """Tries a refused password once more, by reading my bookings with it."""
        await self._db.people.forgive(tap.user_id)
        return await self.sync(tap)


def _kinds(views: list[SlotView]) -> list[tuple[Activity, int]]:
    """The activities of a day's slots, each with how many it has."""
    activities = {view.slot.activity.id: view.slot.activity for view in views}
    counted = [(one, sum(view.slot.activity.id == one.id for view in views)) for one in activities.values()]
    return sorted(counted, key=lambda kind: kind[0].name)


def _no_question() -> Page:
    rows = ((button(texts.PERIODIC_LABEL, Verb.PERIODIC, 0),),)
    return screens.notice_page("Questa domanda non la trovo più tra le tue.", *rows)
