"""What the menu offers to book in one tap: the starred classes and the habits of a person, on their next dates."""

from __future__ import annotations

from collections.abc import Sequence

from bot import screens
from bot.flows.booking import BookingFlow
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens.callbacks import Verb
from bot.screens.origin import Origin
from bot.screens.page import Page
from bot.screens.slots import SlotState, SlotView, view_slot
from bot.screens.usual import STARRED, UNSTARRED
from domain.model import Action, HeldBooking
from domain.usual import likely

MOST_CARDS = 3
TO_BOOK = (SlotState.FREE, SlotState.OPENS, SlotState.FULL)


class Usual:
    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house

    async def cards(self, user_id: int, held: Sequence[HeldBooking], live: Sequence[Action]) -> list[SlotView]:
        """At most MOST_CARDS classes: of what is learnt none that is held, asked for, or overlaps what is; nor what
        recurs anyway. What is starred stays, and says that it is theirs, or asked for, already."""
        when, rule = self._house.when(), self._house.opening
        wishes = await self._db.favourites.next_classes(user_id, when.now.astimezone(rule.zone))
        views = [(one, view_slot(one.slot, held, live, rule, when.now)) for one in likely(wishes)]
        to_book = [view for _, view in views if _is_to_book(view)]
        settled = [view for one, view in views if one.is_starred and view.state in (SlotState.MINE, SlotState.QUEUED)]
        return (to_book + settled)[:MOST_CARDS]


def _is_to_book(view: SlotView) -> bool:
    """Whether there is something to be asked for: what the site does not show after its opening is not to come."""
    settled = view.state not in TO_BOOK or view.clash is not None or view.rival is not None
    return not settled and (not view.is_unseen or view.state is SlotState.OPENS)


class StarFlow:
    """The star of a class of the week, on the page of its slot."""

    def __init__(self, services: Services, booking: BookingFlow) -> None:
        self._db = services.db
        self._booking_flow = booking
        self.routes: Routes = {Verb.STAR: self.star}

    async def star(self, tap: Tap) -> Page:
        """Sets the star as the button said, however often it is tapped."""
        slot_id, wanted = tap.call.numbers[:2]
        row = await self._db.catalogue.slot(slot_id)
        if row is None:
            return screens.booking.gone_page()
        if wanted:
            await self._db.favourites.star(tap.user_id, row.ref)
        else:
            await self._db.favourites.unstar(tap.user_id, row.ref)
        note, origin = STARRED if wanted else UNSTARRED, Origin.of(tap.call.numbers)
        return await self._booking_flow.confirm_slot(tap, slot_id, note, origin)
