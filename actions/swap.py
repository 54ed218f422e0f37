"""A better class for one that overlaps it: the new one is tried beside the old, which is given up only when it must be.

The site may refuse two bookings at the same hours, or take them. So the new one is asked for first. Only when the site
says that they overlap, the old place is given back and the new one asked for again. Whenever that is in vain, for
whatever reason, the old one is asked for once more: here at once, and by store/queue/swaps.py when the action ends
without
it; had again, it is given up no second time unless its person says so. That it may have been given up is written before
the site is told, so that whoever dies leaves it behind.
Used by actions/book.py.
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
        """Whether what it replaces was given up just now, in vain, and could not be had again."""
        return self._gave_up and not self._action.gave_up

    async def beside(self) -> ClassRef | None:
        """The booking that the new one may overlap, as far as we are concerned."""
        old = await self._journal.replaced()
        return old.booking.ref if old else None

    async def book(self, wish: ClassRef, opens_at: datetime | None = None) -> Booked:
        """Books; raises what booking.book raises. Who is done with an action that failed calls take_back()."""
        old = await self._journal.replaced()
        if old is None:
            return await booking.book(self._session, wish, opens_at)
        try:
            return await booking.book(self._session, wish, opens_at, old.booking.ref)
        except Overlap as overlap:
            if not quoted(str(overlap)) or not _meet(old, wish) or old.status is not BookingStatus.CONFIRMED:
                raise  # it meets another booking, which nobody wants to give up
            if self._action.took_back:
                raise  # a place that looks free, and can't be had, would cost the old one in the end
            log.info("  %s: the other is given back first", overlap)
        await self._give_up(old)
        return await booking.book(self._session, wish, opens_at)

    async def _give_up(self, old: HeldBooking) -> None:
        """Raises SiteUnavailable when the old one is not in the list though nothing was pressed: then nobody knows."""
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
        """Asks for the old place again, if this action has given it up: the new one was not won."""
        old = await self._journal.replaced() if self._gave_up else None
        if old is None:
            return
        try:
            taken = await booking.book(self._session, old.booking.ref)
        except SiteError as error:
            log.warning("  the place that was given up can't be had again: %s", error)
        else:
            await self._journal.took_back(taken.booking)
            self._gave_up = False


def _meet(old: HeldBooking, wish: ClassRef) -> bool:
    """Whether the old booking is at the hours of the wish, whose length nobody has to know: an hour counts."""
    begins = datetime.combine(date.min, wish.start)
    return old.booking.overlaps(wish.day, wish.start, (begins + timedelta(hours=1)).time())
