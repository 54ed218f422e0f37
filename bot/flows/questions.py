"""What the answers to a periodic booking's question, or to a rehearsal, lead to. Late ones hear the truth."""

from __future__ import annotations

from bot.flows.desk import Desk, Handlers, Tap
from bot.flows.held import HeldAnswers
from bot.screens import held as screens_held
from bot.screens import questions as screens_questions
from bot.screens import results as screens_results
from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.common import notice_page
from bot.screens.page import Page, button
from domain.model import Action, ActionStatus, ActionType, ClassRef, HeldBooking
from domain.recurrence import (
    Confirmation,
    ConfirmationOutcome,
    ConfirmationPurpose,
    OccurrenceState,
    PeriodicBooking,
    PeriodicMode,
)


class QuestionAnswers:
    def __init__(self, desk: Desk, held: HeldAnswers) -> None:
        self._desk = desk
        self._held = held
        self.handlers: Handlers = {
            Verb.CONFIRM: self.confirm, Verb.SKIP: self.skip, Verb.KEEP: self.keep, Verb.GIVE_BACK: self.give_back,
            Verb.APPROVE: self.approve, Verb.LET_GO: self.let_go,
        }  # fmt: skip

    # What a question is about

    async def asked_about(
        self, confirmation_id: int, user_id: int
    ) -> tuple[Confirmation, PeriodicBooking, ClassRef] | None:
        """A person's question, its periodic booking, and the class it is about: what is held, or what recurs."""
        confirmation = await self._desk.db.confirmations.find(confirmation_id, user_id)
        if confirmation is None:
            return None
        periodic = await self._desk.db.series.find(confirmation.periodic_booking_id)
        if periodic is None:
            return None
        held = await self._held_place(confirmation)
        return confirmation, periodic, held.booking.ref if held else self._wish_of(confirmation, periodic)

    def _wish_of(self, confirmation: Confirmation, periodic: PeriodicBooking) -> ClassRef:
        day = self._desk.recurrence.day_of(confirmation.scheduled_for)
        return periodic.on(day)

    async def _held_place(self, confirmation: Confirmation) -> HeldBooking | None:
        if confirmation.booking_row_id is None:
            return None
        return await self._desk.db.bookings.find(confirmation.booking_row_id, confirmation.user_id)

    def binds_unexpectedly(self, periodic: PeriodicBooking, wish: ClassRef) -> bool:
        """Whether a place could not be given back for free any more, and its mode does not say so from the start."""
        by_its_mode = periodic.mode is PeriodicMode.ASK_FIRST and self._asks_late(periodic)
        return not by_its_mode and self._desk.clock() >= self._desk.free_until(wish)

    def _asks_late(self, periodic: PeriodicBooking) -> bool:
        return self._desk.ask_times(periodic.day_of_week, periodic.start, periodic.lead).binding

    def _is_open(self, confirmation: Confirmation, purpose: ConfirmationPurpose) -> bool:
        in_time = self._desk.clock() < confirmation.expires_at
        return confirmation.purpose is purpose and confirmation.outcome is None and in_time

    # "Shall I book it?"

    async def confirm(self, tap: Tap) -> Page:
        """Yes: queues the booking, with the alternatives of the periodic booking."""
        asked = await self.asked_about(tap.id, tap.user_id)
        if asked is None:
            return _no_question()
        confirmation, periodic, wish = asked
        if self._is_open(confirmation, ConfirmationPurpose.BOOK):
            choices = await self._desk.db.series.alternatives(periodic.id)
            new = self._desk.recurrence.booking(periodic, wish.day, choices, self._desk.clock(), tap.card_id)
            action = await self._desk.db.confirmations.confirm(confirmation, wish.day, new)
            if action:
                note = texts.BINDING if self.binds_unexpectedly(periodic, wish) else ""
                return await self._desk.card(action, tap, note)
        return await self._answered(tap, wish)

    async def skip(self, tap: Tap) -> Page:
        """No: this date is left out."""
        asked = await self.asked_about(tap.id, tap.user_id)
        if asked is None:
            return _no_question()
        confirmation, _, wish = asked
        if confirmation.purpose is ConfirmationPurpose.BOOK:
            await self._desk.db.confirmations.skip(confirmation, wish.day)
        return await self._answered(tap, wish)

    async def _answered(self, tap: Tap, wish: ClassRef) -> Page:
        confirmation = await self._desk.db.confirmations.find(tap.id, tap.user_id)
        if confirmation is None:
            return _no_question()
        if await self.was_taken_back(confirmation, wish):
            every = await self._desk.held_bookings(tap.user_id)
            held = next((one for one in every if one.booking.ref.matches(wish)), None)
            return screens_questions.no_longer_asked(confirmation, wish, self._desk.when(), held)
        ticket = await self._ticket_of(confirmation, wish)
        return screens_questions.answered(confirmation, wish, self._desk.when(), ticket)

    async def was_taken_back(self, confirmation: Confirmation, wish: ClassRef) -> bool:
        """Whether a question was closed without an answer, because its date was freed to be planned anew."""
        if confirmation.purpose is ConfirmationPurpose.KEEP or confirmation.outcome is not ConfirmationOutcome.SKIPPED:
            return False
        state = await self._desk.db.occurrences.state_of(confirmation.periodic_booking_id, wish.day)
        return state is not OccurrenceState.SKIPPED

    async def _ticket_of(self, confirmation: Confirmation, wish: ClassRef) -> Action | None:
        """What came of the answer, if it put something in the queue."""
        keep = confirmation.purpose is ConfirmationPurpose.KEEP
        if confirmation.outcome is None or keep is (confirmation.outcome is ConfirmationOutcome.CONFIRMED):
            return None
        kind = ActionType.CANCEL if keep else ActionType.BOOK
        return await self._desk.made_since(0, confirmation.user_id, kind, wish)

    # "Will you keep it?"

    async def keep(self, tap: Tap) -> Page:
        """Yes: the place stays."""
        asked = await self.asked_about(tap.id, tap.user_id)
        if asked is None:
            return _no_question()
        confirmation, _, wish = asked
        if self._is_open(confirmation, ConfirmationPurpose.KEEP):
            await self._desk.db.keeping.keep(confirmation)
        elif confirmation.outcome is not ConfirmationOutcome.CONFIRMED:
            return await self._answered(tap, wish)
        return await self._lost_place(confirmation) or await self._answered(tap, wish)

    async def _lost_place(self, confirmation: Confirmation) -> Page | None:
        """The page of a place that is not held any more, or is being given back: a yes does not change that."""
        if confirmation.purpose is not ConfirmationPurpose.KEEP:
            return None
        held = await self._held_place(confirmation)
        if held is None:
            return screens_held.gone_page()
        return await self._held.page_unless_safe(held)

    async def give_back(self, tap: Tap) -> Page:
        """No: the place is really cancelled on the site. When that may cost by now, it is asked like any late one."""
        asked = await self.asked_about(tap.id, tap.user_id)
        if asked is None:
            return _no_question()
        confirmation, _, wish = asked
        if not self._is_open(confirmation, ConfirmationPurpose.KEEP):
            return await self._answered(tap, wish)
        held = await self._held_place(confirmation)
        if held and self._desk.clock() >= self._desk.free_until(wish):
            return await self._held.ask_about(tap, held)
        action = await self._desk.db.keeping.give_back(confirmation, wish.day, self._desk.free_until(wish))
        if action is None:
            return await self._answered(tap, wish)
        if tap.card_id is not None:
            await self._desk.becomes_card(action.id, tap.user_id, tap.card_id)
            action = await self._desk.db.requests.find(action.id) or action
        return await self._desk.card(action, tap)

    # Rehearsals

    async def approve(self, tap: Tap) -> Page:
        """The evening's card was seen: nothing changes, and that is said, if it is still true."""
        action = await self._desk.own(tap)
        if action is None:
            return screens_held.not_found_page(texts.NO_TICKET)
        if action.status is not ActionStatus.PENDING:
            return await self._desk.ticket(action, tap)
        others = await self._desk.db.choices.alternatives(action.id)
        return screens_results.approved(action, others, self._desk.when())

    async def let_go(self, tap: Tap) -> Page:
        """Not this time: withdrawn; what recurs skips this date."""
        action = await self._desk.own(tap)
        if action is None:
            return screens_held.not_found_page(texts.NO_TICKET)
        if action.periodic_booking_id is not None and action.wish is not None:
            await self._desk.db.occurrences.skip(action.periodic_booking_id, tap.user_id, action.wish.day)
        await self._desk.db.requests.withdraw(action.id, tap.user_id)
        action = await self._desk.own(tap) or action
        return await self._desk.ticket(action, tap, texts.TOO_LATE if action.status is ActionStatus.PROCESSING else "")


def _no_question() -> Page:
    rows = ((button(texts.PERIODIC_LABEL, Verb.PERIODIC, 0),),)
    return notice_page("Questa domanda non la trovo più tra le tue.", *rows)
