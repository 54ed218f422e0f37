"""Friends who book together: the invitation, its answer and its end, and a booking for both."""

from __future__ import annotations

from dataclasses import replace

from bot import screens
from bot.flows.booking import BookingFlow
from bot.flows.outgoing import Compose, NothingToTell, OutgoingNotice, told
from bot.flows.services import Services
from bot.flows.tap import Response, Routes, Tap
from bot.screens.callbacks import Verb
from bot.screens.page import NewMessage, Page
from bot.screens.slots import SlotState, SlotView
from domain.errors import AlreadyQueued
from domain.model import Action, ActionStatus, ActionType, Notice, NoticeKind
from domain.together import TIME_TO_GIVE_BACK, Agreement, Pair, PairState


class TogetherFlow:
    def __init__(self, services: Services, booking: BookingFlow) -> None:
        self._db = services.db
        self._house = services.house
        self._slots = services.slots
        self._requests = services.requests
        self._tickets = services.tickets
        self._booking_flow = booking
        self.routes: Routes = {
            Verb.TOGETHER: self.page, Verb.INVITE: self.invite, Verb.AGREE: self.agree, Verb.DECLINE: self.decline,
            Verb.STOP_TOGETHER: self.stop, Verb.WITH: self.choose, Verb.BOOK_WITH: self.book,
        }  # fmt: skip

    async def page(self, tap: Tap) -> Page:
        return await self._page(tap)

    async def _page(self, tap: Tap, note: str = "") -> Page:
        return screens.together.together_page(await self._db.agreements.of(tap.user_id), tap.user_id, note)

    async def invite(self, tap: Tap) -> Response:
        number = await self._db.agreements.invite(tap.user_id, tap.name)
        link = screens.sharing.link_to(tap.bot_name, number)
        return NewMessage(screens.together.invitation(tap.name, link))

    async def opened(self, tap: Tap, number: str) -> Page | None:
        """The question of an invitation that this person has opened; None when that number is no invitation to them."""
        asked = await self._db.agreements.open(number, tap.user_id, tap.name)
        if asked is None:
            return None
        if asked.asker_id == tap.user_id:
            return screens.together.your_own()
        agreed = await self._db.agreements.between(asked.asker_id, tap.user_id)
        return screens.together.agreed(agreed) if agreed else screens.together.question(asked)

    async def agree(self, tap: Tap) -> Page:
        asked = await self._db.agreements.accept(tap.id, tap.user_id)
        return screens.together.agreed(asked) if asked else screens.together.declined()

    async def decline(self, tap: Tap) -> Page:
        """Turns an invitation down; one that was agreed to meanwhile ends."""
        ended = await self._db.agreements.end(tap.id, tap.user_id)
        return screens.together.declined() if ended else await self._page(tap)

    async def stop(self, tap: Tap) -> Page:
        ended = await self._db.agreements.end(tap.id, tap.user_id)
        return await self._page(tap, screens.together.stopped(ended, tap.user_id) if ended else "")

    # A booking for both

    async def _asked_for(self, tap: Tap) -> tuple[SlotView, Agreement] | None:
        """The slot and the agreement that the button names, while a booking for both can be asked for."""
        slot_id, agreement_id = tap.call.numbers[:2]
        view = await self._slots.view(tap.user_id, slot_id)
        agreed = next((one for one in await self._db.agreements.of(tap.user_id) if one.id == agreement_id), None)
        if view is None or view.state not in (SlotState.FREE, SlotState.OPENS):
            return None
        return (view, agreed) if agreed is not None and agreed.asker_id == tap.user_id else None

    def _can_be_none(self, view: SlotView) -> bool:
        """Whether there is time to give a place back for free once the other turns out to have none."""
        ref = view.slot.ref
        in_time = self._house.now() < self._house.free_until(ref) - TIME_TO_GIVE_BACK
        return in_time and self._house.can_be_watched(ref)

    async def choose(self, tap: Tap) -> Page:
        """Only together, or each for themselves?"""
        asked = await self._asked_for(tap)
        if asked is None:
            return await self._booking_flow.confirm_slot(tap, tap.id)
        view, agreed = asked
        newest = await self._requests.newest(tap.user_id)
        return screens.together.choose_page(view, agreed, newest, can_be_none=self._can_be_none(view))

    async def book(self, tap: Tap) -> Page:
        """Queues the bookings of both, once per button, however often it is tapped."""
        slot_id, _agreement, newest, only_together = tap.call.numbers
        view = await self._slots.view(tap.user_id, slot_id)
        if view is None:
            return screens.booking.gone_page()
        made = await self._requests.made_since(newest, tap.user_id, ActionType.BOOK, view.slot.ref)
        if made is not None:
            return await self._tickets.card(made, tap)
        asked = await self._asked_for(tap)
        if asked is None or (only_together and not self._can_be_none(view)):
            return await self.choose(tap)
        made = await self._queue(tap, *asked, both_or_none=bool(only_together))
        return await self._tickets.card(made, tap) if made else await self._booking_flow.confirm_slot(tap, slot_id)

    async def _queue(self, tap: Tap, view: SlotView, agreed: Agreement, *, both_or_none: bool) -> Action | None:
        new = self._requests.new_booking(tap, view.slot.ref, is_open=view.state is SlotState.FREE)
        free_until = new.free_until
        if both_or_none and free_until is not None:
            new = replace(new, free_until=free_until - TIME_TO_GIVE_BACK)
        try:
            return await self._db.pairs.book(agreed, new, free_until, both_or_none=both_or_none)
        except AlreadyQueued as same:
            return await self._db.requests.find(same.action_id, tap.user_id)


class TogetherNotices:
    """The notices of bookings for two: the friend is told of it, and both of how it ended."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._tickets = services.tickets
        self.kinds: dict[NoticeKind, Compose] = {NoticeKind.TOGETHER: self._together, NoticeKind.AGREED: self._agreed}

    async def _together(self, notice: Notice) -> OutgoingNotice:
        pair = await self._db.pairs.find(notice.pair_id or 0, notice.user_id)
        if pair is None or await self._db.pairs.is_told_later(notice.id, pair.id, notice.user_id):
            raise NothingToTell(f"pair {notice.pair_id} is gone, or a later notice tells how it stands")
        asked = await self._db.requests.find(pair.asker_action_id)
        if asked is None or asked.wish is None:
            raise NothingToTell(f"there is no booking {pair.asker_action_id}")
        when = self._house.when(notice.user_id)
        if pair.state not in (PairState.OPEN, PairState.RETURNING):
            return told(screens.together.ended(pair, asked.wish, notice.user_id, when))
        if pair.again:
            if (loser := await self._tried_again(pair)) is None:
                raise NothingToTell(f"the second tries of pair {pair.id} are over")
            return told(screens.together.once_more(pair, asked.wish, loser, notice.user_id, when))
        own = await self._db.requests.find(pair.friend_action_id or 0, notice.user_id)
        if own is None or own.status not in (ActionStatus.PENDING, ActionStatus.PROCESSING):
            return told(screens.together.asked_for_you(pair, asked.wish, when))
        page = await self._tickets.page(own, is_card=True)
        if pair.friends_own:
            return told(page)
        return OutgoingNotice(message=NewMessage(page), action_id=own.id)

    async def _tried_again(self, pair: Pair) -> int | None:
        """Who of the two was told that the class is full, and is just booked for once more."""
        for user_id in sorted(pair.again):
            action = await self._db.requests.find(pair.action_of(user_id) or 0, user_id)
            if action is not None and action.status in (ActionStatus.PENDING, ActionStatus.PROCESSING):
                return user_id
        return None

    async def _agreed(self, notice: Notice) -> OutgoingNotice:
        agreed = await self._db.agreements.between(notice.user_id, notice.about_user_id or 0)
        if agreed is not None:
            return told(screens.together.said_yes(agreed))
        ended = await self._db.agreements.ended(notice.user_id, notice.about_user_id or 0)
        if ended is None:
            raise NothingToTell(f"{notice.about_user_id} has ended it, or agreed to it anew")
        return told(screens.together.ended_agreement(ended, notice.user_id))
