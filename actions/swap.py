"""The swap of a held class for one that overlaps it: the held place is cancelled only when it must be.

The site may refuse two bookings at the same hours, or take them. So the new one is asked for first. Only when the site
says that they overlap, the held place is cancelled and the new one asked for again. Whenever that is in vain, for
whatever reason, the old place is booked once more: here at once, and by store/queue/swaps.py when the action ends
without it. Booked again, it is given up no second time unless its person says so. That it may have been given up is
written before the site is told, so that a worker that dies leaves it behind. Used by the handlers of bookings.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

import booking
from actions import cancelling
from actions.journal import Journal
from booking import Booked
from domain.errors import Overlap, SiteError, SiteUnavailable, quoted
from domain.model import Action, BookingStatus, ClassRef, HeldBooking
from portal.session.site_session import SiteSession

log = logging.getLogger(__name__)


class Swap:
    """How one action books, whether it swaps a held place for the new one or not. One for each try of an action."""

    def __init__(self, session: SiteSession, action: Action, journal: Journal) -> None:
        self._session = session
        self._action = action
        self._journal = journal
        self._gave_up = action.gave_up  # by this try, or an earlier one

    @property
    def lost_the_old(self) -> bool:
        """Whether the old place was given up by this try, in vain, and could not be booked again."""
        return self._gave_up and not self._action.gave_up

    async def beside(self) -> ClassRef | None:
        """The booking that the new one may overlap, as far as we are concerned."""
        old = await self._journal.replaced()
        return old.booking.ref if old else None

    async def book(self, class_ref: ClassRef, opens_at: datetime | None = None) -> Booked:
        """Books a class, and gives the old place up for it if the site wants that. Raises what booking.book raises.

        A handler whose try failed calls take_back() before it is done.
        """
        old = await self._journal.replaced()
        if old is None:
            return await self._book(class_ref, opens_at)
        try:
            return await self.sure(await self._book(class_ref, opens_at, old.booking.ref))
        except Overlap as overlap:
            if not quoted(str(overlap)) or not _meet(old, class_ref) or old.status is not BookingStatus.CONFIRMED:
                raise  # it overlaps another booking, which is not to be given up
            if self._action.took_back:
                raise  # a place that looks free, and can't be had, would cost the old one in the end
            log.info("  %s: the booking to be swapped is cancelled first", overlap)
        await self._give_up(old)
        return await self._book(class_ref, opens_at)

    async def _book(
        self, class_ref: ClassRef, opens_at: datetime | None = None, beside: ClassRef | None = None
    ) -> Booked:
        return await booking.book(self._session, class_ref, opens_at, beside, still_ours=self._journal.still_ours)

    async def sure(self, booked: Booked) -> Booked:
        """The same, as sure as a place must be for which another is given back. Raises PlaceUnclear."""
        if not self._gave_up and await self._journal.replaced() is not None:
            booking.refuse_if_unsure(booked.booking)
        return booked

    async def _give_up(self, old: HeldBooking) -> None:
        """Cancels the old booking. Raises SiteUnavailable when the list lacks it though nothing was pressed."""
        given = await cancelling.cancel(self._session, old.booking.ref, self._action.free_until, self._pressing)
        if given.proven:
            await self._journal.gave_up(old.booking.ref)
        elif not self._gave_up:
            await self._journal.read_mine_soon()
            raise SiteUnavailable("what is to be swapped is not in the list, and was not given back by us")

    async def _pressing(self) -> None:
        await self._journal.giving_up()
        self._gave_up = True

    async def take_back(self) -> None:
        """Books the old place again, if this action has given it up and did not get the new one."""
        old = await self._journal.replaced() if self._gave_up else None
        if old is None:
            return
        try:
            taken = await self._book(old.booking.ref)
        except SiteError as error:
            log.warning("  the place that was given up can't be booked again: %s", error)
        else:
            await self._journal.took_back(taken.booking)
            self._gave_up = False


def _meet(old: HeldBooking, class_ref: ClassRef) -> bool:
    """Whether the old booking overlaps a class. How long that takes is not known: an hour counts."""
    begins = datetime.combine(date.min, class_ref.start)
    return old.booking.overlaps(class_ref.day, class_ref.start, (begins + timedelta(hours=1)).time())
