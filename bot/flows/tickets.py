"""What the buttons of tickets lead to: the list, one ticket, what is withdrawn or asked for once more."""

from __future__ import annotations

from bot import screens
from bot.flows.booking import BookingFlow
from bot.flows.held import HeldFlow
from bot.flows.hours import HoursFlow
from bot.flows.services import Services
from bot.flows.tap import Response, Routes, Tap
from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.page import PER_PAGE, Page, Words, safe
from domain.errors import LoginNeeded
from domain.matching import find_matching
from domain.model import Action, ActionStatus, ActionType
from languages import _

LAST_PAGE = 1000  # of /status; whatever is older is found by its number


class TicketFlow:
    def __init__(self, services: Services, booking: BookingFlow, held: HeldFlow, hours: HoursFlow) -> None:
        self._db = services.db
        self._house = services.house
        self._accounts = services.accounts
        self._bookings = services.bookings
        self._requests = services.requests
        self._tickets = services.tickets
        self._booking_flow = booking
        self._held_flow = held
        self._hours_flow = hours
        self.routes: Routes = {
            Verb.STATUS: self.status, Verb.TICKET: self.ticket, Verb.WITHDRAW: self.withdraw, Verb.UNDO: self.undo,
            Verb.FIGURES: self.figures, Verb.AGAIN: self.again, Verb.RETRY_LOGIN: self.retry_login,
        }  # fmt: skip

    async def status(self, tap: Tap) -> Page:
        return await self._list(tap.user_id, min(tap.id, LAST_PAGE))

    async def _list(self, user_id: int, page: int = 0, note: Words = "") -> Page:
        """The latest actions, after a sentence."""
        actions = await self._db.requests.latest(user_id, PER_PAGE + 1, page * PER_PAGE)
        more = len(actions) > PER_PAGE
        return screens.tickets.status_page(actions[:PER_PAGE], page, self._house.when(), more=more, note=str(note))

    async def status_of(self, tap: Tap, word: str) -> Page:
        """/status with a number as somebody types it; what is no ticket of theirs gets a sentence and the list."""
        number = word.strip().lstrip("#")
        if not (number.isascii() and number.isdigit() and len(number) <= 18):
            return await self._list(tap.user_id, note=_("«{word}» non è un numero di richiesta.", word=safe(word)))
        action = await self._db.requests.find(int(number), tap.user_id)
        if action is None:
            return await self._list(
                tap.user_id, note=_("Tra le tue richieste non c'è la n. {number}.", number=int(number))
            )
        return await self._tickets.page(action, is_card=False)

    async def ticket(self, tap: Tap) -> Page:
        action = await self._requests.own(tap)
        return await self._tickets.ticket(action, tap) if action else await self._no_ticket(tap)

    async def _no_ticket(self, tap: Tap) -> Page:
        return await self._list(tap.user_id, note=str(texts.NO_TICKET))

    async def withdraw(self, tap: Tap) -> Page:
        """Takes a waiting action back. A watch that is just looking has its last look."""
        await self._db.requests.withdraw(tap.id, tap.user_id, tap.card_id)
        action = await self._requests.own(tap)
        if action is None:
            return await self._no_ticket(tap)
        return await self._tickets.ticket(action, tap, await self._too_late(action))

    async def _too_late(self, action: Action) -> Words:
        if action.status is not ActionStatus.PROCESSING:
            return ""
        if action.watch and await self._db.watches.end(action.id, action.user_id):
            return str(texts.LAST_LOOK)
        return str(texts.TOO_LATE)

    async def undo(self, tap: Tap) -> Response:
        """Puts what was withdrawn back in the queue, once however often it is tapped, or says how things stand."""
        action = await self._requests.own(tap)
        if action is None or action.wish is None:
            return await self._no_ticket(tap)
        if action.type is ActionType.CANCEL:
            return await self._cancel_again(tap, action)
        made = await self._requests.made_since(action.id, tap.user_id, ActionType.BOOK, action.wish)
        if made and made.status is not ActionStatus.CANCELLED:
            return await self._tickets.ticket(made, tap)
        held = await self._bookings.held(tap.user_id)
        if not self._requests.can_be_requeued(action) or any(one.booking.ref.matches(action.wish) for one in held):
            return await self._booking_flow.confirm_class(tap, action.wish)
        return await self._tickets.card(await self._requests.requeue(action, tap), tap)

    async def figures(self, tap: Tap) -> Page:
        """How the opening of an action went, to the millisecond."""
        action = await self._requests.own(tap)
        if action is None:
            return await self._no_ticket(tap)
        report = await self._db.openings.report(action.id)
        if report is None:
            return await self._tickets.ticket(action, tap)
        return screens.openings.figures_page(action, report, self._house.when(action.user_id))

    async def again(self, tap: Tap) -> Response:
        """Back to what a failed action was about, as things stand now."""
        action = await self._requests.own(tap)
        if action is None:
            return await self._no_ticket(tap)
        match action.type:
            case ActionType.BOOK:
                return await self._booking_flow.confirm_class(tap, action.class_ref)
            case ActionType.CANCEL:
                return await self._cancel_again(tap, action)
            case ActionType.CHECK:
                return await self._held_flow.sync(tap)
            case ActionType.REFRESH:
                return await self._hours_flow.refresh(tap)

    async def _cancel_again(self, tap: Tap, action: Action) -> Page:
        held = await self._db.bookings.by_booking_id(action.booking_id or "", tap.user_id, action.subject)
        if held is None and action.wish is not None:  # put in by hand, perhaps: named by its class
            every = await self._bookings.held(tap.user_id)
            held = find_matching(every, action.wish)
        return await self._held_flow.ask_about(tap, held) if held else screens.held.gone_page()

    async def retry_login(self, tap: Tap) -> Page:
        """Ends what the account waits for, a refused password too: a new login is tried, then my bookings are read.

        Who logs in by hand is believed once they were read.
        """
        if not isinstance(await self._accounts.stop(tap.user_id), LoginNeeded):
            await self._db.pauses.end(tap.user_id, log_in=True)
        return await self._held_flow.sync(tap)
