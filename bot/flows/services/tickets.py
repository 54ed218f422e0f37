"""An action as a page: its ticket, with all that is known of it now."""

from __future__ import annotations

from bot import screens
from bot.flows.services.accounts import Accounts
from bot.flows.services.bookings import Bookings
from bot.flows.services.house import House
from bot.flows.services.requests import Requests
from bot.flows.services.slots import Slots
from bot.flows.tap import Tap
from bot.screens.page import ButtonRow, Page, Words
from database import Database
from domain.model import Action, ActionStatus, ActionType, HeldBooking


class Tickets:
    """The message that follows an action is its card; a ticket anywhere else is a page like any other."""

    def __init__(
        self, db: Database, house: House, accounts: Accounts, bookings: Bookings, slots: Slots, requests: Requests
    ) -> None:
        self._db = db
        self._house = house
        self._accounts = accounts
        self._bookings = bookings
        self._slots = slots
        self._requests = requests

    async def ticket(self, action: Action, tap: Tap, note: Words = "") -> Page:
        """The ticket of an action, as its card if the tapped message is that."""
        is_card = tap.card_id is not None and action.card_message_id == tap.card_id
        return await self.page(action, is_card=is_card, note=note)

    async def card(self, action: Action, tap: Tap, note: Words = "") -> Page:
        """The ticket of an action that was just queued. Without a card yet, the message that shows this becomes it."""
        if tap.card_id is None and (action.card_message_id is None or action.quiet):
            return await self.page(action, is_card=True, note=note)
        return await self.ticket(action, tap, note)

    async def _with_whom(self, action: Action) -> str:
        """What is said of the booking's companion while it is under way, or once it was withdrawn for both."""
        live = action.type is ActionType.BOOK and action.status in (ActionStatus.PENDING, ActionStatus.PROCESSING)
        withdrawn = action.both_or_none and action.status is ActionStatus.CANCELLED
        pair = await self._db.pairs.of_action(action.id) if live or withdrawn else None
        if pair and withdrawn:
            return screens.together.was_for_both(pair, action.user_id)
        return screens.together.with_whom(pair, action.user_id) if pair else ""

    async def page(self, action: Action, *, is_card: bool, note: Words = "") -> Page:
        others = await self._db.choices.alternatives(action.id) if action.type is ActionType.BOOK else []
        report = None if is_card else await self._db.openings.report(action.id)
        got = await self._bookings.got_by(action)
        watchable = action.status is ActionStatus.FAILED and self._house.is_watchable(action)
        return screens.tickets.ticket_page(
            action,
            self._house.when(action.user_id),
            others,
            is_card=is_card,
            note="\n".join(filter(None, (str(note), await self._with_whom(action)))),
            watchable=watchable,
            undoable=self._requests.can_be_requeued(action),
            got=got,
            clash=await self._slots.clash(action),
            pause=await self._accounts.pause(action.user_id),
            has_figures=report is not None,
            first_watchable=not is_card and self._house.first_is_watchable(action, got),
            manage=[] if is_card else await self._manage(action, got),
            replaced=await self._replaced(action),
        )

    async def _replaced(self, action: Action) -> HeldBooking | None:
        """What a swap that is under way gives up, as it is now."""
        if action.replaces_row_id is None or action.status not in (ActionStatus.PENDING, ActionStatus.PROCESSING):
            return None
        return await self._db.bookings.find(action.replaces_row_id, action.user_id)

    async def _manage(self, action: Action, got: HeldBooking | None) -> list[ButtonRow]:
        """What can be done with the place that a booking got; nothing once it is given back, or being given back."""
        if action.status is not ActionStatus.COMPLETED or got is None or not screens.held.is_held(got):
            return []
        if self._house.has_begun(got.booking.ref) or await self._requests.live_about(got) is not None:
            return []
        return screens.held.manage_rows(got)
