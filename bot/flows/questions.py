"""The answers to a periodic booking's question, or to a rehearsal. A late answer is told how things stand."""

from __future__ import annotations

from dataclasses import replace

from bot import screens
from bot.flows.held import HeldFlow
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.page import Page, button
from domain.matching import find_matching
from domain.model import Action, ActionStatus, ActionType, ClassRef, HeldBooking
from domain.recurrence import (
    Confirmation,
    ConfirmationOutcome,
    ConfirmationPurpose,
)
from languages import _


class QuestionsFlow:
    def __init__(self, services: Services, held: HeldFlow) -> None:
        self._db = services.db
        self._house = services.house
        self._bookings = services.bookings
        self._requests = services.requests
        self._questions = services.questions
        self._tickets = services.tickets
        self._held_flow = held
        self.routes: Routes = {
            Verb.CONFIRM: self.confirm, Verb.CONFIRM_SWAP: self.confirm_swap, Verb.SKIP: self.skip,
            Verb.KEEP: self.keep, Verb.FREE_PLACE: self.free_place,
            Verb.APPROVE: self.approve, Verb.SKIP_REHEARSED: self.skip_rehearsed,
        }  # fmt: skip

    def _is_open(self, confirmation: Confirmation, purpose: ConfirmationPurpose) -> bool:
        in_time = self._house.now() < confirmation.expires_at
        return confirmation.purpose is purpose and confirmation.outcome is None and in_time

    # "Shall I book it?"

    async def confirm(self, tap: Tap) -> Page:
        """Yes to a booking: queues it, with the alternatives of the periodic booking."""
        return await self._confirm(tap)

    async def confirm_swap(self, tap: Tap) -> Page:
        """The same, in place of a booking that it overlaps, while that can be given back for free."""
        held = await self._db.bookings.find(tap.call.numbers[1], tap.user_id)
        if held is None:
            return screens.held.gone_page()
        if not screens.held.is_held(held) or self._house.still_free_until(held) is None:
            return screens.held.not_found_page(texts.TOO_LATE_TO_SWAP, held.booking.day)
        return await self._confirm(tap, held)

    async def _confirm(self, tap: Tap, instead_of: HeldBooking | None = None) -> Page:
        asked = await self._questions.asked_about(tap.id, tap.user_id)
        if asked is None:
            return _no_question()
        confirmation, periodic, ref = asked
        if self._is_open(confirmation, ConfirmationPurpose.BOOK):
            choices = await self._db.series.alternatives(periodic.id)
            new = self._house.recurrence.booking(periodic, ref.day, choices, self._house.now(), tap.card_id)
            if instead_of is not None:
                free_until = self._house.still_free_until(instead_of)
                new = replace(new, replaces_row_id=instead_of.id, free_until=free_until)
            action = await self._db.confirmations.confirm(confirmation, ref.day, new)
            if action:
                note = str(texts.BINDING) if self._questions.is_binding(ref) else ""
                return await self._tickets.card(action, tap, note)
        return await self._answered(tap, ref)

    async def skip(self, tap: Tap) -> Page:
        """No to a booking: its date is skipped."""
        asked = await self._questions.asked_about(tap.id, tap.user_id)
        if asked is None:
            return _no_question()
        confirmation, _, ref = asked
        if confirmation.purpose is ConfirmationPurpose.BOOK:
            await self._db.confirmations.skip(confirmation, ref.day)
        return await self._answered(tap, ref)

    async def _answered(self, tap: Tap, ref: ClassRef) -> Page:
        confirmation = await self._db.confirmations.find(tap.id, tap.user_id)
        if confirmation is None:
            return _no_question()
        if await self._questions.was_withdrawn(confirmation, ref):
            every = await self._bookings.held(tap.user_id)
            held = find_matching(every, ref)
            return screens.questions.no_longer_asked(confirmation, ref, self._house.when(), held)
        ticket = await self._ticket_of(confirmation, ref)
        return screens.questions.answered(confirmation, ref, self._house.when(), ticket)

    async def _ticket_of(self, confirmation: Confirmation, ref: ClassRef) -> Action | None:
        """The action that the answer queued, if it queued one."""
        keep = confirmation.purpose is ConfirmationPurpose.KEEP
        if confirmation.outcome is None or keep is (confirmation.outcome is ConfirmationOutcome.CONFIRMED):
            return None
        kind = ActionType.CANCEL if keep else ActionType.BOOK
        return await self._requests.made_since(0, confirmation.user_id, kind, ref)

    # "Will you keep it?"

    async def keep(self, tap: Tap) -> Page:
        """Yes to keeping a place: the question is closed, and nothing is cancelled."""
        asked = await self._questions.asked_about(tap.id, tap.user_id)
        if asked is None:
            return _no_question()
        confirmation, _, ref = asked
        if self._is_open(confirmation, ConfirmationPurpose.KEEP):
            await self._db.keeping.keep(confirmation)
        elif confirmation.outcome is not ConfirmationOutcome.CONFIRMED:
            return await self._answered(tap, ref)
        return await self._lost_place(confirmation) or await self._answered(tap, ref)

    async def _lost_place(self, confirmation: Confirmation) -> Page | None:
        """The page of a place that is no longer held or is being cancelled: a yes does not change that."""
        if confirmation.purpose is not ConfirmationPurpose.KEEP:
            return None
        held = await self._questions.held_place(confirmation)
        if held is None:
            return screens.held.gone_page()
        return await self._held_flow.page_unless_safe(held)

    async def free_place(self, tap: Tap) -> Page:
        """No to keeping a place: queues its cancellation. If that may cost by now, it is asked like any late one."""
        asked = await self._questions.asked_about(tap.id, tap.user_id)
        if asked is None:
            return _no_question()
        confirmation, _, ref = asked
        if not self._is_open(confirmation, ConfirmationPurpose.KEEP):
            return await self._answered(tap, ref)
        held = await self._questions.held_place(confirmation)
        if held and self._house.now() >= self._house.free_until(ref):
            return await self._held_flow.ask_about(tap, held)
        action = await self._db.keeping.give_back(confirmation, ref.day, self._house.free_until(ref))
        if action is None:
            return await self._answered(tap, ref)
        if tap.card_id is not None:
            await self._requests.set_card(action.id, tap.user_id, tap.card_id)
            action = await self._db.requests.find(action.id) or action
        return await self._tickets.card(action, tap)

    # Rehearsals

    async def approve(self, tap: Tap) -> Page:
        """The person has seen the rehearsal's card: nothing changes, and the card says so if that is still true."""
        action = await self._requests.own(tap)
        if action is None:
            return screens.held.not_found_page(str(texts.NO_TICKET))
        if action.status is not ActionStatus.PENDING:
            return await self._tickets.ticket(action, tap)
        others = await self._db.choices.alternatives(action.id)
        return screens.results.approved(action, others, self._house.when())

    async def skip_rehearsed(self, tap: Tap) -> Page:
        """Withdraws the rehearsed booking; its periodic booking skips this date."""
        action = await self._requests.own(tap)
        if action is None:
            return screens.held.not_found_page(str(texts.NO_TICKET))
        if action.periodic_booking_id is not None and action.wish is not None:
            await self._db.occurrences.skip(action.periodic_booking_id, tap.user_id, action.wish.day)
        await self._db.requests.withdraw(action.id, tap.user_id, tap.card_id)
        action = await self._requests.own(tap) or action
        return await self._tickets.ticket(
            action, tap, str(texts.TOO_LATE) if action.status is ActionStatus.PROCESSING else ""
        )


def _no_question() -> Page:
    rows = ((button(texts.PERIODIC_LABEL, Verb.PERIODIC, 0),),)
    return screens.menu.notice_page(_("Questa domanda non la trovo più tra le tue."), *rows)
