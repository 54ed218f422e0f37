"""What the buttons of my bookings lead to: the list, one booking, its file, its cancelling, its reminder."""

from __future__ import annotations

from bot import screens
from bot.flows.services import Services
from bot.flows.tap import Response, Routes, Tap
from bot.screens.callbacks import Verb
from bot.screens.held import Entry
from bot.screens.page import NewMessage, Page, chunk
from domain.house_rules import LateCancel
from domain.model import Action, ActionType, HeldBooking
from domain.requests import NewAction


class HeldFlow:
    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._bookings = services.bookings
        self._requests = services.requests
        self._tickets = services.tickets
        self.routes: Routes = {
            Verb.MINE: self.mine, Verb.HELD: self.held, Verb.FILE: self.file, Verb.ASK_CANCEL: self.ask_cancel,
            Verb.CANCEL: self.cancel, Verb.ASK_TWICE: self.ask_twice, Verb.CANCEL_LATE: self.cancel_late,
            Verb.STAY: self.stay, Verb.SYNC: self.sync,
        }  # fmt: skip

    async def mine(self, tap: Tap) -> Page:
        return await self.mine_of(tap.user_id, tap.id)

    async def mine_of(self, user_id: int, page: int = 0, note: str = "") -> Page:
        """The page of the person's bookings and unfinished actions; `note` is a sentence above it."""
        held = await self._bookings.held(user_id)
        live = await self._requests.live_classes(user_id)
        waits = [
            each for each in await self._db.requests.on_lists(user_id) if not self._house.has_begun(each.class_ref)
        ]
        entries: list[Entry] = [*held, *(action for action in live if not action.watch), *waits]
        watches = sum(bool(action.watch) for action in live)
        read_at = await self._db.bookings.last_read(user_id)
        swaps = {action.replaces_row_id for action in live if action.replaces_row_id is not None}
        found = [await self._db.bookings.find(row_id, user_id) for row_id in swaps]
        replaced = {one.id: one for one in found if one is not None}
        return screens.held.mine_page(chunk(entries, page), watches, read_at, self._house.when(), note, replaced)

    async def held(self, tap: Tap) -> Page:
        held = await self._db.bookings.find(tap.id, tap.user_id)
        return await self._held(held) if held else screens.held.gone_page()

    async def page_unless_safe(self, held: HeldBooking) -> Page | None:
        """The booking's page when it is no longer held or an action about it is unfinished; else None."""
        is_safe = screens.held.is_held(held) and await self._requests.live_about(held) is None
        return None if is_safe else await self._held(held)

    async def _held(self, held: HeldBooking, note: str = "") -> Page:
        over, live = self._house.has_begun(held.booking.ref), await self._requests.live_about(held)
        return screens.held.held_page(held, live, self._house.when(), over=over, note=note)

    async def file(self, tap: Tap) -> Response:
        held = await self._db.bookings.find(tap.id, tap.user_id)
        if held is None:
            return screens.held.gone_page()
        page = screens.held.file_page(held, self._house.when())
        return NewMessage(page, document=await self._bookings.calendar_file(held))

    # Cancelling: asked once, and twice when it may cost

    async def ask_cancel(self, tap: Tap) -> Page:
        held = await self._db.bookings.find(tap.id, tap.user_id)
        return await self.ask_about(tap, held) if held else screens.held.gone_page()

    async def ask_about(self, tap: Tap, held: HeldBooking) -> Page:
        """The question whether to cancel; the booking's page when it can't be cancelled."""
        if not await self._can_cancel(held):
            return await self._held(held)
        newest, free_until = await self._requests.newest(tap.user_id), self._house.free_until(held.booking.ref)
        rules = self._house.rules
        return screens.held.ask_cancel_page(
            held, newest, free_until, rules.free_cancel, self._house.when(),
            refused=rules.late_cancel is LateCancel.REFUSED,
        )  # fmt: skip

    async def _can_cancel(self, held: HeldBooking) -> bool:
        begun, live = self._house.has_begun(held.booking.ref), await self._requests.live_about(held)
        return screens.held.is_held(held) and not begun and live is None

    def _is_late(self, held: HeldBooking) -> bool:
        return self._house.now() >= self._house.free_until(held.booking.ref)

    async def ask_twice(self, tap: Tap) -> Page:
        held = await self._db.bookings.find(tap.id, tap.user_id)
        if held is None:
            return screens.held.gone_page()
        if not await self._can_cancel(held) or not self._is_late(held):
            return await self.ask_about(tap, held)
        return screens.held.ask_twice_page(held, await self._requests.newest(tap.user_id), self._house.when())

    async def cancel(self, tap: Tap) -> Page:
        """Queues the cancellation, once per button. A button made before the free limit passed asks again."""
        return await self._cancel(tap, may_be_late=False)

    async def cancel_late(self, tap: Tap) -> Page:
        return await self._cancel(tap, may_be_late=True)

    async def _cancel(self, tap: Tap, *, may_be_late: bool) -> Page:
        row_id, newest = tap.call.numbers
        held = await self._db.bookings.find(row_id, tap.user_id)
        if held is None:
            return screens.held.gone_page()
        made = await self._requests.made_since(newest, tap.user_id, ActionType.CANCEL, held.booking.ref)
        if made:
            return await self._tickets.ticket(made, tap)
        if not await self._can_cancel(held) or (self._is_late(held) and not may_be_late):
            return await self.ask_about(tap, held)
        return await self._tickets.card(await self._requests.add_cancel(tap, held), tap)

    async def stay(self, tap: Tap) -> Page:
        """ "I'll go": it is not asked about any more, and that is said, if it is still true."""
        held = await self._db.bookings.find(tap.id, tap.user_id)
        if held is None:
            return screens.held.gone_page()
        if not await self._can_cancel(held):
            return await self._held(held)
        await self._db.bookings.keep(held.id, tap.user_id, self._house.now())
        return screens.held.staying(held, self._house.when())

    # Reading them from the site

    async def sync(self, tap: Tap) -> Page:
        """Queues a sync of the person's bookings; the tapped message shows the list when that is done."""
        return await self.read_and_notify(tap, NewAction(ActionType.CHECK, tap.user_id, card_message_id=tap.card_id))

    async def read_and_notify(self, tap: Tap, new: NewAction) -> Page:
        """Queues a reading that reports its end. An unfinished one, even a quiet one, is made to report here too."""
        action: Action = await self._requests.add(new)
        if tap.card_id is not None and (action.quiet or action.card_message_id != tap.card_id):
            await self._requests.set_card(action.id, tap.user_id, tap.card_id)
            action = await self._db.requests.find(action.id) or action
        return await self._tickets.card(action, tap)
