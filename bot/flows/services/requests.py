"""What a person asks of the worker: the actions in the queue, each asked for once however often a button is tapped."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

from bot.flows.services.house import House
from bot.flows.tap import Tap
from database import Database
from domain.errors import AlreadyQueued
from domain.model import Action, ActionStatus, ActionType, ClassRef, HeldBooking, WatchMode
from domain.opening_plan import BookingPlan, plan_booking
from domain.requests import NewAction

OPEN_SINCE = timedelta(minutes=1)  # what the site shows as open before its time was opened at least so long ago
RECENT = 20  # actions looked through for the one a double tap has already made


class Requests:
    def __init__(self, db: Database, house: House, rehearsal_at: time | None) -> None:
        self._db = db
        self._house = house
        self._rehearsal_at = rehearsal_at

    # What is queued

    async def own(self, tap: Tap) -> Action | None:
        """The action that the button names; None when it is not this person's."""
        return await self._db.requests.find(tap.id, tap.user_id)

    async def live_classes(self, user_id: int) -> list[Action]:
        """A person's unfinished actions that are about a class."""
        return [action for action in await self._db.requests.live(user_id) if action.wish is not None]

    async def live_about(self, held: HeldBooking) -> Action | None:
        """The unfinished action about the class of a booking, if there is one."""
        live = await self.live_classes(held.user_id)
        return next((one for one in live if one.class_ref.matches(held.booking.ref)), None)

    async def newest(self, user_id: int) -> int:
        """The id of the person's newest action, or 0: a button carries it to tell a second tap from a first."""
        latest = await self._db.requests.latest(user_id, 1)
        return latest[0].id if latest else 0

    async def made_since(self, newest: int, user_id: int, kind: ActionType, ref: ClassRef) -> Action | None:
        """The action that an earlier tap on the same button made: about the same class, and younger than the button."""
        for action in await self._db.requests.latest(user_id, RECENT, after=newest):
            about = action.wish
            if action.type is kind and about and about.matches(ref):
                return None if action.watch is WatchMode.TELL else action
        return None

    # What is to be queued

    def new_booking(self, tap: Tap, ref: ClassRef, *, is_open: bool = False) -> NewAction:
        """A booking to queue: it runs at once, or is rehearsed and runs at its opening. The tapped message is its card.

        `is_open`: the site shows it as open, whatever the rule says. If it is not, the worker goes back to the rule.
        """
        now = self._house.now()
        if is_open and now < self._house.opening.opens_at(ref.day, ref.start):
            plan = BookingPlan(now, now - OPEN_SINCE, None)
        else:
            plan = plan_booking(self._house.opening, ref.day, now, self._rehearsal_at, ref.start)
        return NewAction(
            ActionType.BOOK,
            tap.user_id,
            ref,
            run_at=plan.run_at,
            opens_at=plan.opens_at,
            rehearse_at=plan.rehearse_at,
            card_message_id=tap.card_id,
            free_until=self._house.free_until(ref) if self._house.can_be_watched(ref) else None,
        )

    async def add(self, new: NewAction) -> Action:
        """Queues the action; returns it, or the unfinished action about the same class."""
        try:
            return await self._db.requests.add(new)
        except AlreadyQueued as same:
            found = await self._db.requests.find(same.action_id)
            if found is None:
                raise
            return found

    async def add_cancel(self, tap: Tap, held: HeldBooking) -> Action:
        """Queues a cancellation. One asked for while it costs nothing is carried out only until then."""
        new = NewAction(
            ActionType.CANCEL,
            tap.user_id,
            held.booking.ref,
            booking_id=held.booking_id,
            card_message_id=tap.card_id,
            free_until=self._house.still_free_until(held),
        )
        return await self.add(new)

    def can_be_requeued(self, action: Action) -> bool:
        """Whether a request was withdrawn by its person and could still be carried out, as it was asked for.

        One of a pair of both or none could not: its pair has ended, and it would be for that person alone.
        """
        if action.status is not ActionStatus.CANCELLED or action.wish is None or action.both_or_none:
            return False
        return self._house.can_be_watched(action.wish) if action.watch else not self._house.has_begun(action.wish)

    async def requeue(self, action: Action, tap: Tap) -> Action:
        """Queues a withdrawn booking again, with all that it was asked to do."""
        new = replace(
            self._watch_again(action, tap) if action.watch else self.new_booking(tap, action.class_ref),
            alternatives=tuple(await self._db.choices.alternatives(action.id)),
            replaces_row_id=action.replaces_row_id,
            free_until=action.free_until,
            periodic_booking_id=action.periodic_booking_id,
        )
        if action.periodic_booking_id is None or action.wish is None:
            return await self.add(new)
        made = await self._db.occurrences.queue_again(action.periodic_booking_id, action.wish.day, new)
        return made or await self.add(new)

    def _watch_again(self, action: Action, tap: Tap) -> NewAction:
        opens = self._house.opening.opens_at(action.class_ref.day, action.class_ref.start)
        until = action.watch_until or self._house.free_until(action.class_ref)
        return NewAction(
            ActionType.BOOK, tap.user_id, action.wish, opens_at=opens, watch=action.watch, watch_until=until,
            card_message_id=tap.card_id, notice=action.notice,
        )  # fmt: skip

    async def set_card(self, action_id: int, user_id: int, message_id: int) -> None:
        """Makes the message the action's card. A silent reading reports its end there from now on."""
        if await self._db.requests.adopt(action_id, user_id, message_id) is None:
            await self._db.requests.set_card(action_id, message_id)
