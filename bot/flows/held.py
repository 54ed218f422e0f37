"""What the buttons of my bookings lead to: the list, one booking, its file, its cancelling, its reminder."""

from __future__ import annotations

from datetime import timedelta

from bot.flows.desk import Answer, Desk, Handlers, Tap
from bot.screens import held as screens_held
from bot.screens.callbacks import Verb
from bot.screens.held import Entry
from bot.screens.page import NewMessage, Page, chunk
from domain.house_rules import LateCancel
from domain.model import Action, ActionType, HeldBooking
from domain.requests import NewAction


class HeldAnswers:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.handlers: Handlers = {
            Verb.MINE: self.mine, Verb.HELD: self.held, Verb.FILE: self.file, Verb.ASK_CANCEL: self.ask_cancel,
            Verb.CANCEL: self.cancel, Verb.ASK_TWICE: self.ask_twice, Verb.CANCEL_LATE: self.cancel_late,
            Verb.STAY: self.stay, Verb.SYNC: self.sync,
        }  # fmt: skip

    async def mine(self, tap: Tap) -> Page:
        return await self.mine_of(tap.user_id, tap.id)

    async def mine_of(self, user_id: int, page: int = 0, note: str = "") -> Page:
        """The person's bookings and what is under way, after a sentence."""
        held = await self._desk.held_bookings(user_id)
        live = await self._desk.live_classes(user_id)
        entries: list[Entry] = [*held, *(action for action in live if not action.watch)]
        watches = sum(bool(action.watch) for action in live)
        read_at = await self._desk.db.bookings.last_read(user_id)
        return screens_held.mine_page(chunk(entries, page), watches, read_at, self._desk.when(), note)

    async def held(self, tap: Tap) -> Page:
        held = await self._desk.db.bookings.find(tap.id, tap.user_id)
        return await self._held(held) if held else screens_held.gone_page()

    async def page_unless_safe(self, held: HeldBooking) -> Page | None:
        """The booking's page when it is not held any more, or something is under way about it; else None."""
        is_safe = screens_held.is_held(held) and await self._desk.live_about(held) is None
        return None if is_safe else await self._held(held)

    async def _held(self, held: HeldBooking, note: str = "") -> Page:
        over, live = self._desk.has_begun(held.booking.ref), await self._desk.live_about(held)
        return screens_held.held_page(held, live, self._desk.when(), over=over, note=note)

    async def file(self, tap: Tap) -> Answer:
        held = await self._desk.db.bookings.find(tap.id, tap.user_id)
        if held is None:
            return screens_held.gone_page()
        page = screens_held.file_page(held, self._desk.when())
        return NewMessage(page, document=await self._desk.calendar_file(held))

    # Cancelling: asked once, and twice when it may cost

    async def ask_cancel(self, tap: Tap) -> Page:
        held = await self._desk.db.bookings.find(tap.id, tap.user_id)
        return await self.ask_about(tap, held) if held else screens_held.gone_page()

    async def ask_about(self, tap: Tap, held: HeldBooking) -> Page:
        """The first question, or the booking's page when there is nothing to cancel."""
        if not await self._can_cancel(held):
            return await self._held(held)
        newest, free_until = await self._desk.newest(tap.user_id), self._desk.free_until(held.booking.ref)
        hours = self._desk.house.free_cancel / timedelta(hours=1)
        refused = self._desk.house.late_cancel is LateCancel.REFUSED
        return screens_held.ask_cancel_page(held, newest, free_until, hours, self._desk.when(), refused=refused)

    async def _can_cancel(self, held: HeldBooking) -> bool:
        begun, live = self._desk.has_begun(held.booking.ref), await self._desk.live_about(held)
        return screens_held.is_held(held) and not begun and live is None

    def _is_late(self, held: HeldBooking) -> bool:
        return self._desk.clock() >= self._desk.free_until(held.booking.ref)

    async def ask_twice(self, tap: Tap) -> Page:
        held = await self._desk.db.bookings.find(tap.id, tap.user_id)
        if held is None:
            return screens_held.gone_page()
        if not await self._can_cancel(held) or not self._is_late(held):
            return await self.ask_about(tap, held)
        return screens_held.ask_twice_page(held, await self._desk.newest(tap.user_id), self._desk.when())

    async def cancel(self, tap: Tap) -> Page:
        """Queues the cancelling, once per button. A button from before it became late asks anew."""
        return await self._cancel(tap, may_be_late=False)

    async def cancel_late(self, tap: Tap) -> Page:
        return await self._cancel(tap, may_be_late=True)

    async def _cancel(self, tap: Tap, *, may_be_late: bool) -> Page:
        row_id, newest = tap.call.numbers
        held = await self._desk.db.bookings.find(row_id, tap.user_id)
        if held is None:
            return screens_held.gone_page()
        made = await self._desk.made_since(newest, tap.user_id, ActionType.CANCEL, held.booking.ref)
        if made:
            return await self._desk.ticket(made, tap)
        if not await self._can_cancel(held) or (self._is_late(held) and not may_be_late):
            return await self.ask_about(tap, held)
        return await self._desk.card(await self._desk.queue_cancel(tap, held), tap)

    async def stay(self, tap: Tap) -> Page:
        """ "I'll go": it is not asked about any more, and that is said, if it is still true."""
        held = await self._desk.db.bookings.find(tap.id, tap.user_id)
        if held is None:
            return screens_held.gone_page()
        if not await self._can_cancel(held):
            return await self._held(held)
        await self._desk.db.bookings.keep(held.id, tap.user_id, self._desk.clock())
        return screens_held.staying(held, self._desk.when())

    # Reading them from the site

    async def sync(self, tap: Tap) -> Page:
        """Queues a reading of my bookings; the message becomes the list when it is done."""
        return await self.queue_loud(tap, NewAction(ActionType.CHECK, tap.user_id, card_message_id=tap.card_id))

    async def queue_loud(self, tap: Tap, new: NewAction) -> Page:
        """Queues a reading that is told. One under way already, perhaps a quiet one, is made to tell here too."""
        action: Action = await self._desk.queue(new)
        if tap.card_id is not None and (action.quiet or action.card_message_id != tap.card_id):
            await self._desk.becomes_card(action.id, tap.user_id, tap.card_id)
            action = await self._desk.db.requests.find(action.id) or action
        return await self._desk.card(action, tap)
