"""The notices of actions: results, progress, rehearsals."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot import screens
from bot.flows.held import HeldFlow
from bot.flows.outgoing import CardEdit, Compose, NothingToTell, OutgoingNotice, told
from bot.flows.services import Services
from bot.screens.page import NewMessage, Page
from bot.screens.results import LateChoice
from domain.errors import LoginNeeded
from domain.model import Action, ActionStatus, ActionType, BookingStatus, ClassRef, HeldBooking, Notice, NoticeKind
from domain.recurrence import PeriodicMode
from domain.results import THOUGH_WITHDRAWN, TOLD_AS_LOST
from languages import _

ENDED = (ActionStatus.COMPLETED, ActionStatus.FAILED)
SCREENSHOT = "screenshot.png"  # in an action's evidence folder


class ActionNotices:
    """The notices about one action: its card is edited, and its end, rehearsal or delay is told by a new message."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._accounts = services.accounts
        self._bookings = services.bookings
        self._slots = services.slots
        self._tickets = services.tickets
        self._held_flow = HeldFlow(services)
        self.kinds: dict[NoticeKind, Compose] = {
            NoticeKind.RESULT: self._result,
            NoticeKind.PROGRESS: self._progress,
            NoticeKind.CARD: self._old_card,
            NoticeKind.LOGIN_DUE: self._login_due,
            NoticeKind.STRUGGLING: self._struggling,
            NoticeKind.REHEARSAL: self._rehearsal,
        }

    async def _action(self, notice: Notice) -> Action:
        action = await self._db.requests.find(notice.action_id or 0, notice.user_id)
        if action is None:
            raise NothingToTell(f"there is no action {notice.action_id}")
        return action

    async def _progress(self, notice: Notice) -> OutgoingNotice:
        action = await self._action(notice)
        result_tells = action.type in (ActionType.BOOK, ActionType.CANCEL) and action.status in ENDED
        if result_tells or action.card_message_id is None:
            return OutgoingNotice()
        return OutgoingNotice(card=CardEdit(action.card_message_id, await self._tickets.page(action, is_card=True)))

    async def _old_card(self, notice: Notice) -> OutgoingNotice:
        """Edits the message that was the action's card before its result was sent as a new one, or it was withdrawn."""
        action = await self._action(notice)
        if notice.message_id is None or action.status not in (*ENDED, ActionStatus.CANCELLED):
            raise NothingToTell(f"action {action.id} has no older card, or goes on")
        card = screens.tickets.final_card(action, self._house.when(), await self._bookings.got_by(action))
        return OutgoingNotice(card=CardEdit(notice.message_id, card))

    async def _result(self, notice: Notice) -> OutgoingNotice:
        action = await self._action(notice)
        if action.status is ActionStatus.COMPLETED and action.type in (ActionType.CHECK, ActionType.REFRESH):
            return self._in_place(action, await self._reading(action))
        card = None
        if action.card_message_id is not None:
            card = CardEdit(action.card_message_id, screens.tickets.final_card(action, self._house.when()))
        message, urgent = await self._result_message(action), screens.results.is_place_free(action)
        return OutgoingNotice(card=card, message=message, action_id=action.id, urgent=urgent)

    def _in_place(self, action: Action, page: Page) -> OutgoingNotice:
        """The card of a reading shows what was read; a new message is sent only when the card can't be edited."""
        card = CardEdit(action.card_message_id, page) if action.card_message_id is not None else None
        return OutgoingNotice(card=card, message=NewMessage(page), card_is_enough=True)

    async def _reading(self, action: Action) -> Page:
        if action.type is ActionType.CHECK:
            return await self._held_flow.mine_of(action.user_id, note=_("✅ Appena lette dal sito."))
        days = await self._db.catalogue.days(self._house.when().today)
        return screens.results.refreshed(len(days), sum(day.slots for day in days), self._house.when())

    async def _result_message(self, action: Action) -> NewMessage:
        when = self._house.when(action.user_id)
        if action.status is not ActionStatus.COMPLETED:
            report, watchable = await self._db.openings.report(action.id), self._house.is_watchable(action)
            clash, others = await self._slots.clash(action), await self._db.choices.alternatives(action.id)
            late, kept = await self._late_choices(action, others), await self._keeps_the_old(action)
            page = screens.results.failure(
                action, when, report, clash, others, watchable=watchable, late=late, kept=kept,
                stands=await self._stands(action), whose=await self._whose(action),
            )  # fmt: skip
            return NewMessage(page, picture=await _screenshot(action))
        if action.type is ActionType.CANCEL:
            held = await self._db.bookings.by_booking_id(action.booking_id or "", action.user_id, action.subject)
            document = await self._bookings.file_of_what_is_over(held)
            return NewMessage(screens.results.cancelled(action, when, has_file=document is not None), document=document)
        if screens.results.is_place_free(action):
            return NewMessage(screens.results.place_free(action, when))
        return await self._booked(action)

    async def _booked(self, action: Action) -> NewMessage:
        held = await self._bookings.got_by(action)
        if held is not None and held.status in TOLD_AS_LOST:
            return NewMessage(await self._tickets.page(action, is_card=False))
        report = await self._db.openings.report(action.id)
        replaced = await self._replaced(action)
        document = await self._bookings.calendar_file(held) if held else None
        asked_at = await self._asked_at(action, held) if held else None
        page = screens.results.booked(
            action, held, self._house.when(action.user_id), report, replaced, asked_at,
            first_watchable=self._house.first_is_watchable(action, held), asked=await self._asked(action),
            met=await self._slots.met_by(held, beside=replaced) if held else None,
        )  # fmt: skip
        return NewMessage(page, document=document)

    async def _asked(self, action: Action) -> ClassRef | None:
        """The choice that was won, as it was asked for."""
        if not action.won_choice:
            return action.wish
        others = await self._db.choices.alternatives(action.id)
        return others[action.won_choice - 1] if action.won_choice <= len(others) else None

    async def _whose(self, action: Action) -> str:
        """Who asked for it, where that was a friend."""
        return screens.together.asked_by(await self._db.pairs.asked_by(action.id), action.user_id)

    async def _stands(self, action: Action) -> bool:
        """Whether the person's periodic bookings are paused because of the error that this action failed with."""
        pause = await self._db.recurring_pauses.find(action.user_id)
        return pause is not None and pause.kind == action.error_kind

    async def _late_choices(self, action: Action, others: Sequence[ClassRef]) -> list[LateChoice]:
        """The alternatives whose free cancellation was over when the action ended, and whose class has not begun."""
        ended = action.completed_at or self._house.now()
        late = [one for one in others if self._house.free_until(one) <= ended and not self._house.has_begun(one)]
        return [LateChoice(ref, await self._slots.row_of(ref)) for ref in late]

    async def _keeps_the_old(self, action: Action) -> bool:
        """Whether the booking that a swap was to cancel is still held."""
        held = await self._db.bookings.find(action.replaces_row_id or 0, action.user_id)
        return held is not None and screens.held.is_held(held)

    async def _asked_at(self, action: Action, held: HeldBooking) -> datetime | None:
        """When the person is asked whether to keep this booking (mode `hold`); None when no question is to come."""
        periodic = await self._db.series.find(action.periodic_booking_id or 0, action.user_id)
        if periodic is None or not periodic.active or periodic.mode is not PeriodicMode.HOLD:
            return None
        asked_at = self._house.recurrence.keep_asked_at(self._house.starts(held.booking.ref))
        return asked_at if self._house.now() < asked_at else None

    async def _replaced(self, action: Action) -> HeldBooking | None:
        """The booking that a finished swap cancels next, or has cancelled. A withdrawn swap cancels nothing."""
        if action.result == THOUGH_WITHDRAWN:
            return None
        held = await self._db.bookings.find(action.replaces_row_id or 0, action.user_id)
        return held if held and held.status in (BookingStatus.CONFIRMED, BookingStatus.CANCELLED) else None

    async def _login_due(self, notice: Notice) -> OutgoingNotice:
        action, stop = await self._action(notice), await self._accounts.stop(notice.user_id)
        if not isinstance(stop, LoginNeeded) or action.status not in (ActionStatus.PENDING, ActionStatus.PROCESSING):
            raise NothingToTell(f"action {action.id} needs no login any more")
        return told(screens.results.login_due(action, stop, self._house.when(notice.user_id)))

    async def _struggling(self, notice: Notice) -> OutgoingNotice:
        action = await self._action(notice)
        if action.status not in (ActionStatus.PENDING, ActionStatus.PROCESSING):
            raise NothingToTell(f"action {action.id} is done")
        return told(screens.results.struggling(action, self._house.when()))

    async def _rehearsal(self, notice: Notice) -> OutgoingNotice:
        action = await self._action(notice)
        if action.status is not ActionStatus.PENDING or action.rehearsal is None:
            raise NothingToTell(f"action {action.id} does not wait for its opening any more")
        others, clash = await self._db.choices.alternatives(action.id), await self._slots.clash(action)
        page = screens.results.rehearsed(action, others, self._house.when(action.user_id), clash)
        return told(page, urgent=not screens.results.went_well(action))


async def _screenshot(action: Action) -> Path | None:
    """The screenshot of the page at which the action failed; None when none was kept."""
    if action.evidence is None:
        return None
    picture = Path(action.evidence) / SCREENSHOT
    return picture if await asyncio.to_thread(picture.is_file) else None
