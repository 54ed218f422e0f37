"""A better class for one that overlaps it: the new one is tried beside the old, which is given up only when it must be.

The site may refuse two bookings at the same hours, or take them. So the new one is asked for first. Only when the site
says that they overlap, the old place is given back and the new one asked for again; when that fails, the old one is
asked for once more. Used by pursuit.py.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

import booking
from booking import Booked
from database import Database
from errors import BookingRefused, Overlap, quoted
from model import Action, BookingStatus, Clock, HeldBooking, Wish
from portal.session import SiteSession

log = logging.getLogger(__name__)


class Exchange:
    """How one action books, whether it asks for an exchange or not."""

    def __init__(self, db: Database, session: SiteSession, action: Action, clock: Clock) -> None:
        self._db = db
        self._session = session
        self._action = action
        self._clock = clock
        self._gave_up = action.gave_up  # by an earlier try of this action

    @property
    def lost_the_old(self) -> bool:
        """Whether what it replaces was given up just now, in vain, and could not be had again."""
        return self._gave_up and not self._action.gave_up

    async def book(self, wish: Wish, opens_at: datetime | None = None) -> Booked:
        """Books; raises what booking.book raises. What was given up for it in vain is asked for again before that."""
        old = await self._db.bookings.find(self._action.replaces_row_id or 0, self._action.user_id)
        if old is None:
            return await booking.book(self._session, wish, opens_at)
        try:
            return await self._beside(old, wish, opens_at)
        except BookingRefused:
            await self._take_back(old)
            raise

    async def _beside(self, old: HeldBooking, wish: Wish, opens_at: datetime | None) -> Booked:
        try:
            return await booking.book(self._session, wish, opens_at, old.booking.wish)
        except Overlap as overlap:
            if not quoted(str(overlap)) or not _meet(old, wish) or old.status is not BookingStatus.CONFIRMED:
                raise  # it meets another booking, which nobody wants to give up
            log.info("  %s: the other is given back first", overlap)
        await booking.cancel(self._session, old.booking.wish, self._action.free_until)
        await self._db.queue.gave_up(self._action, old.booking.wish)
        self._gave_up = True
        return await booking.book(self._session, wish, opens_at)

    async def _take_back(self, old: HeldBooking) -> None:
        """Asks for the old place again, if this action has given it up."""
        if not self._gave_up:
            return
        try:
            taken = await booking.book(self._session, old.booking.wish)
        except BookingRefused as refused:
            log.warning("  the place that was given up can't be had again: %s", refused)
        else:
            await self._db.queue.took_back(self._action, taken.booking)
            self._gave_up = False


def _meet(old: HeldBooking, wish: Wish) -> bool:
    """Whether the old booking is at the hours of the wish, whose length nobody has to know: an hour counts."""
    begins = datetime.combine(date.min, wish.start)
    return old.booking.overlaps(wish.day, wish.start, (begins + timedelta(hours=1)).time())
