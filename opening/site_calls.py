"""Everything a race asks of the site, one method each. A test hands in a subclass of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, time

import booking
import scraper
from booking import Booked
from domain.errors import BookingRefused
from domain.model import Booking, ClassRef, Slot
from portal import api, bookings_list, proof
from portal.bookings_list import BookingsList, Sought
from portal.obstacles import refuse_if_overlapping
from portal.responses.response_errors import SiteResponse
from portal.schedules import known_calendars
from portal.session.site_session import SiteSession
from scraper import BookingAnswer, Calendar


class SiteCalls:
    """The site, as one account asks it around an opening."""

    def __init__(self, session: SiteSession) -> None:
        self._session = session

    # before the opening

    def awake(self) -> AbstractAsyncContextManager[None]:
        """Around a wait that must end with a request at once: nothing that sends it is closed for being idle."""
        return self._session.awake()

    async def bookings(self) -> BookingsList:
        """All that "my bookings" shows."""
        return await booking.read_my_bookings(self._session)

    def bookings_are_quick(self) -> bool:
        """Whether reading them takes one request, and no browser."""
        return bookings_list.is_quick(self._session)

    async def standing(self, listed: BookingsList, wish: ClassRef) -> Booking | None:
        """What a list shows of a class as held. Raises OnWaitingList or PlaceUnclear when it may not be ours."""
        return await proof.standing(self._session, listed, wish)

    def refuse_if_overlapping(self, mine: Sequence[Booking], slot: Slot, beside: ClassRef | None) -> None:
        """Raises Overlap when a slot meets what is held."""
        refuse_if_overlapping(self._session, mine, slot, beside)

    async def find_slots(self, wishes: Sequence[ClassRef], before: Sequence[Slot] = ()) -> list[Slot | BookingRefused]:
        """For each class its slot as the site lists it now, by its name or its id of `before`, or why it has none."""
        return await booking.find_slots(self._session, wishes, before)

    async def book_early(self, wish: ClassRef) -> Booked:
        """Books a slot that is shown as available before its time."""
        return await booking.book(self._session, wish)

    async def clock(self) -> Mapping[str, str]:
        """The headers of an answer to somebody without a session, which tell the server's time."""
        return await api.server_date(self._session)

    async def prove_session(self) -> None:
        """Asks for the account's own page: a session that has ended is renewed by that."""
        await api.my_bookings(self._session)

    async def warm_connection(self) -> None:
        """Opens one more connection."""
        await api.head(self._session)

    # at the opening

    def calendars(self) -> Sequence[Calendar]:
        """The calendars that are known from earlier readings."""
        return known_calendars(self._session)

    async def schedule(self, calendar: Calendar, day: date, starts: Callable[[], frozenset[time]]) -> Sequence[Slot]:
        """The slots of a calendar's day that begin at one of the times which count once the answer is here."""
        zone, activity = self._session.access.timezone, calendar.activity
        answer = await api.schedule(self._session, activity.id, calendar.flags, day, urgent=True)
        wanted = starts()
        return await self._session.read(
            "schedule", answer, lambda text: scraper.slots(text, activity, day, zone, wanted)
        )

    async def book(self, slot: Slot, sent_again: Callable[[], None], leaves_at: float | None = None) -> SiteResponse:
        """Asks for a place. `sent_again` is called before a request is repeated after a login.

        `leaves_at`: the request is built now, and leaves then, by `time.monotonic`.
        """
        return await api.book_appointment(
            self._session, slot.appointment_id, sent_again=sent_again, leaves_at=leaves_at
        )

    def read_answer(self, answer: SiteResponse, slot: Slot) -> BookingAnswer:
        """What the site's answer to a booking says."""
        return scraper.booking_answer(answer.text, self._session.redactor.words, slot.course)

    async def seen(self, sought: Sought, waits: Sequence[float]) -> Booking | None:
        """The booking, once "my bookings" shows it; None when it was not seen in all those looks."""
        return await proof.seen(self._session, sought, waits)

    def booked(self, found: Booking, slot: Slot, said: str) -> Booked:
        """A place that was seen after it was asked for by request."""
        return Booked(found, self._session.access.clock(), slot, "requests", said)

    def already_booked(self, held: Booking) -> Booked:
        """A place that was held before anything was asked for."""
        return Booked(held, self._session.access.clock(), None, "already", "")

    async def keep_evidence(self, said: str, note: str) -> str | None:
        """A folder with what the site said."""
        return await self._session.keep_evidence("book", said, note)
