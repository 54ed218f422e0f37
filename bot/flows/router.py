"""What each button leads to: reads the rows, does what was asked of them, and hands back a screen.

Knows nothing of Telegram. The menu, the tickets and the timetable are here; the rest is in answers_*.py by subject.
Every method takes the truth from the database and asks whether it belongs to the person who tapped.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import date, datetime, time

from bot.flows.booking import BookingAnswers, Chooser
from bot.flows.choices import AlternativeAnswers, SwapAnswers, WatchAnswers
from bot.flows.desk import Answer, Desk, Handlers, Tap
from bot.flows.held import HeldAnswers
from bot.flows.holidays import HolidayAnswers
from bot.flows.periodic import MakingAnswers, PeriodicAnswers
from bot.flows.questions import QuestionAnswers
from bot.flows.rules import RulesAnswers
from bot.screens import common as screens
from bot.screens import held as screens_held
from bot.screens import hours as screens_hours
from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.hours import Hour, hour_of_course, hour_of_slot
from bot.screens.page import PER_PAGE, Page, chunk, safe
from database import Database
from domain.errors import DatabaseError, LoginNeeded
from domain.model import Action, ActionStatus, ActionType, Clock
from domain.requests import NewAction
from runtime.settings import Settings

ON_THE_WAY_TO_THE_SITE = {
    Verb.NEW, Verb.FAR_DAYS, Verb.DAY, Verb.SLOTS, Verb.SLOT, Verb.MINE, Verb.HELD, Verb.ASK_CANCEL, Verb.ASK_TWICE,
    Verb.SWAP_DAYS, Verb.SWAP_DAY, Verb.SWAP_SLOTS, Verb.SWAP_SLOT,
}  # fmt: skip
LAST_PAGE = 1000  # of /status; whatever is older is found by its number

log = logging.getLogger(__name__)


class Answers:
    """One method per verb; `handlers` says which."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self.desk = Desk(db, settings, clock)
        self._notes: set[asyncio.Task[None]] = set()
        chooser = Chooser(self.desk)
        self.booking = BookingAnswers(self.desk, chooser)
        self.held = HeldAnswers(self.desk)
        self.questions = QuestionAnswers(self.desk, self.held)
        subjects = (
            self.booking,
            AlternativeAnswers(self.desk, chooser, self.booking),
            SwapAnswers(self.desk, chooser),
            WatchAnswers(self.desk, self.booking),
            self.held,
            self.questions,
            PeriodicAnswers(self.desk),
            MakingAnswers(self.desk),
            HolidayAnswers(self.desk),
            RulesAnswers(self.desk),
        )
        self.handlers: Handlers = {
            Verb.HOME: self.home, Verb.HELP: self.help, Verb.STATUS: self.status, Verb.TICKET: self.ticket,
            Verb.WITHDRAW: self.withdraw, Verb.UNDO: self.undo, Verb.AGAIN: self.again, Verb.FORGIVE: self.forgive,
            Verb.HOURS: self.hours, Verb.HOURS_DAY: self.hours_day, Verb.REFRESH: self.refresh,
        }  # fmt: skip
        for subject in subjects:
            self.handlers |= subject.handlers

    async def to(self, tap: Tap) -> Answer:
        """The answer to a tap. On the way to the site, workers are let know; the answer doesn't wait for that."""
        if tap.call.verb in ON_THE_WAY_TO_THE_SITE:
            note = asyncio.create_task(self._expect(tap.user_id))
            self._notes.add(note)
            note.add_done_callback(self._notes.discard)
        await self.desk.learn_rules()
        return await self.handlers[tap.call.verb](tap)

    async def _expect(self, user_id: int) -> None:
        try:
            await self.desk.db.people.expect(user_id)
        except DatabaseError as error:
            log.info("workers could not be told to get ready: %s", error)

    # The menu

    async def home(self, tap: Tap) -> Page:
        return await self.home_with(tap.user_id, tap.name)

    async def home_with(self, user_id: int, name: str, note: str = "") -> Page:
        """The menu, after a sentence. Where no timetable was ever read, its reading is queued."""
        await self.desk.learn_rules()
        known = await self.desk.db.catalogue.read_at() is not None
        if not known:
            await self.desk.read_timetable_quietly(user_id)
        bookings = await self.desk.held_bookings(user_id)
        overview = screens.Overview(
            name=name,
            next_booking=bookings[0] if bookings else None,
            live=await self.desk.live_classes(user_id),
            timetable_known=known,
            stop=await self.desk.stop(user_id),
            pause=await self.desk.pause(user_id),
        )
        return screens.home(overview, self.desk.when(), note)

    async def help(self, tap: Tap) -> Page:
        return screens.help_page()

    # Tickets

    async def status(self, tap: Tap) -> Page:
        return await self.status_with(tap.user_id, tap.id)

    async def status_with(self, user_id: int, page: int = 0, note: str = "") -> Page:
        """The latest actions, after a sentence."""
        page = min(page, LAST_PAGE)
        actions = await self.desk.db.requests.latest(user_id, PER_PAGE + 1, page * PER_PAGE)
        more = len(actions) > PER_PAGE
        return screens.status_page(actions[:PER_PAGE], page, self.desk.when(), more=more, note=note)

    async def status_of(self, user_id: int, word: str) -> Page:
        """/status with a number as somebody types it; what is no ticket of theirs gets a sentence and the list."""
        number = word.strip().lstrip("#")
        if not (number.isascii() and number.isdigit() and len(number) <= 18):
            return await self.status_with(user_id, note=f"«{safe(word)}» non è un numero di richiesta.")
        action = await self.desk.db.requests.find(int(number), user_id)
        if action is None:
            return await self.status_with(user_id, note=f"Tra le tue richieste non c'è la n. {int(number)}.")
        return await self.desk.ticket_page(action, is_card=False)

    async def ticket(self, tap: Tap) -> Page:
        action = await self.desk.own(tap)
        return await self.desk.ticket(action, tap) if action else await self._no_ticket(tap)

    async def _no_ticket(self, tap: Tap) -> Page:
        return await self.status_with(tap.user_id, note=texts.NO_TICKET)

    async def withdraw(self, tap: Tap) -> Page:
        """Takes a waiting action back. A watch that is just looking has its last look."""
        await self.desk.db.requests.withdraw(tap.id, tap.user_id)
        action = await self.desk.own(tap)
        if action is None:
            return await self._no_ticket(tap)
        return await self.desk.ticket(action, tap, await self._too_late(action))

    async def _too_late(self, action: Action) -> str:
        if action.status is not ActionStatus.PROCESSING:
            return ""
        if action.watch and await self.desk.db.watches.end(action.id, action.user_id):
            return texts.LAST_LOOK
        return texts.TOO_LATE

    async def undo(self, tap: Tap) -> Answer:
        """Puts what was withdrawn back in the queue, once however often it is tapped, or says how things stand."""
        action = await self.desk.own(tap)
        if action is None or action.wish is None:
            return await self._no_ticket(tap)
        made = await self.desk.made_since(action.id, tap.user_id, ActionType.BOOK, action.wish)
        if made and made.status is not ActionStatus.CANCELLED:
            return await self.desk.ticket(made, tap)
        held = await self.desk.held_bookings(tap.user_id)
        if not self.desk.can_be_put_back(action) or any(one.booking.ref.matches(action.wish) for one in held):
            return await self.booking.confirm_wish(tap, action.wish)
        return await self.desk.card(await self.desk.put_back(action, tap), tap)

    async def again(self, tap: Tap) -> Answer:
        """Back to what a failed action was about, as things stand now."""
        action = await self.desk.own(tap)
        if action is None:
            return await self._no_ticket(tap)
        match action.type:
            case ActionType.BOOK:
                return await self.booking.confirm_wish(tap, action.class_ref)
            case ActionType.CANCEL:
                return await self._cancel_again(tap, action)
            case ActionType.CHECK:
                return await self.held.sync(tap)
            case ActionType.REFRESH:
                return await self.refresh(tap)

    async def _cancel_again(self, tap: Tap, action: Action) -> Page:
        held = await self.desk.db.bookings.by_booking_id(action.booking_id or "", tap.user_id, action.subject)
        if held is None and action.wish is not None:  # put in by hand, perhaps: named by its class
            every = await self.desk.held_bookings(tap.user_id)
            held = next((one for one in every if one.booking.ref.matches(action.wish)), None)
        return await self.held.ask_about(tap, held) if held else screens_held.gone_page()

    # The timetable

    async def hours(self, tap: Tap) -> Page:
        when, catalogue = self.desk.when(), self.desk.db.catalogue
        return screens_hours.hours_page(await catalogue.days(when.today), await catalogue.read_at(), when)

    async def hours_day(self, tap: Tap) -> Page:
        day = tap.call.day
        _, key, page = tap.call.numbers
        hours, read_at = await self._hours_of(day, tap.user_id)
        kinds = sorted({(hour.key, hour.place) for hour in hours}, key=lambda kind: kind[1])
        shown = [hour for hour in hours if key in (0, hour.key)]
        opens_at = self.desk.rule.opens_at(day, time.max)
        return screens_hours.hours_day_page(
            day, key, kinds, chunk(shown, page), read_at, self.desk.when(), opens_at=opens_at
        )

    async def _hours_of(self, day: date, user_id: int) -> tuple[list[Hour], datetime | None]:
        """A day's lines and when they were read: dated slots where that day was read, else the weekly courses."""
        catalogue = self.desk.db.catalogue
        read_at = next((one.read_at for one in await catalogue.days(day) if one.day == day), None)
        if read_at is not None:
            now = self.desk.clock()
            return [hour_of_slot(view, now) for view in await self.desk.slots_on(user_id, day)], read_at
        courses = await catalogue.courses_on(day.weekday())
        return [hour_of_course(course) for course in courses], max((c.last_updated for c in courses), default=None)

    async def refresh(self, tap: Tap) -> Page:
        """Queues a reading of the timetable; the message tells when it is done."""
        return await self.held.queue_loud(tap, NewAction(ActionType.REFRESH, tap.user_id, card_message_id=tap.card_id))

    async def timetable_size(self) -> tuple[int, int]:
        """How many days and slots are known from today on."""
        days = await self.desk.db.catalogue.days(self.desk.when().today)
        return len(days), sum(day.slots for day in days)

    # The password

    async def forgive(self, tap: Tap) -> Page:
        """Ends what the account waits for, a refused password too: a new login is tried, then my bookings are read.

        Who logs in by hand is believed once they were read.
        """
        if not isinstance(await self.desk.stop(tap.user_id), LoginNeeded):
            await self.desk.db.people.go_on(tap.user_id, log_in=True)
        return await self.held.sync(tap)
