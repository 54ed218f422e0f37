"""The requests the site's own pages send, one function each. What they answer is read by scraper.py.

All raise the errors of domain/errors.py: an answer that comes back from here is what was asked for, or at least looks
it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from portal.session import BOOKINGS, SiteSession
from portal.trouble import Answer


async def my_bookings(session: SiteSession) -> Answer:
    """`/Booking`: the page with what we hold. A read back after a booking is never made to wait for the budget."""
    return await session.ask("GET", BOOKINGS, urgent=True)


async def knock(session: SiteSession) -> Mapping[str, str]:
    """The headers of `/Booking`, whatever its status: warms a connection."""
    return await session.knock("/Booking")


async def clock(session: SiteSession) -> Mapping[str, str]:
    """The headers a stranger gets for `/Booking`: the way to the login page, which costs the server least."""
    return await session.ask_as_stranger("/Booking")


async def choose_activity(session: SiteSession) -> Answer:
    """`/Booking/ChooseActivity`: the page that links to the calendars."""
    return await session.ask("GET", "/Booking/ChooseActivity")


async def schedule(session: SiteSession, activity_id: str, flags: str, day: date, *, urgent: bool = False) -> Answer:
    """The slots of one activity on one day, as JSON."""
    form = {
        "currentDate": day.isoformat(),
        "activityID": activity_id,
        "skillID": "0",
        "activityFlags": flags,
        "getForCatchUp": "false",
    }
    return await session.ask("POST", "/Booking/GetActivitySchedule", form=form, wants_json=True, urgent=urgent)


async def confirmation(session: SiteSession, appointment_id: str) -> Answer:
    """The confirmation of a slot, as a fragment of HTML. Books nothing."""
    path = "/Booking/ConfirmActivityBooking"
    return await session.ask("GET", path, params={"appointmentID": appointment_id}, urgent=True)


async def book_appointment(
    session: SiteSession, appointment_id: str, sent_again: Callable[[], None] = lambda: None
) -> Answer:
    """Books a slot; the answer, in JSON, is no proof. Sent once: only a redirect to the login has it sent again.

    `sent_again` is called before that happens.
    """
    form = {"appointmentID": appointment_id}
    return await session.ask(
        "POST", "/Booking/BookAppointment", form=form, wants_json=True, urgent=True, sent_again=sent_again
    )
