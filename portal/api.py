"""The requests that the site's own pages send, one function each. scraper.py reads the responses.

All raise the errors of domain/errors.py: a response that comes back from here is what was asked for, or looks it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from portal.responses.response_errors import SiteResponse
from portal.session.renewal import BOOKINGS
from portal.session.site_session import SiteSession


async def my_bookings(session: SiteSession) -> SiteResponse:
    """`/Booking`: the page with what we hold. A read back after a booking is never made to wait for the budget."""
    return await session.request("GET", BOOKINGS, urgent=True)


async def head(session: SiteSession) -> Mapping[str, str]:
    """The headers of `/Booking`, whatever its status: warms a connection."""
    return await session.head(BOOKINGS)


async def server_date(session: SiteSession) -> Mapping[str, str]:
    """The headers that anybody gets for `/Booking`, with the server's `Date`: a redirect to the login page, which costs
    the server least."""
    return await session.anonymous_head(BOOKINGS)


async def choose_activity(session: SiteSession) -> SiteResponse:
    """`/Booking/ChooseActivity`: the page that links to the calendars."""
    return await session.request("GET", "/Booking/ChooseActivity")


async def schedule(
    session: SiteSession, activity_id: str, flags: str, day: date, *, urgent: bool = False
) -> SiteResponse:
    """The slots of one activity on one day, as JSON."""
    form = {
        "currentDate": day.isoformat(),
        "activityID": activity_id,
        "skillID": "0",
        "activityFlags": flags,
        "getForCatchUp": "false",
    }
    return await session.request("POST", "/Booking/GetActivitySchedule", form=form, wants_json=True, urgent=urgent)


async def confirmation(session: SiteSession, appointment_id: str) -> SiteResponse:
    """The confirmation of a slot, as a fragment of HTML. Books nothing."""
    path = "/Booking/ConfirmActivityBooking"
    return await session.request("GET", path, params={"appointmentID": appointment_id}, urgent=True)


async def book_appointment(
    session: SiteSession,
    appointment_id: str,
    sent_again: Callable[[], None] = lambda: None,
    leaves_at: float | None = None,
) -> SiteResponse:
    """Books a slot; the answer, in JSON, is no proof. Sent once: only a redirect to the login has it sent again.

    `sent_again` is called before that happens. `leaves_at`: built now, and sent then, by `time.monotonic`.
    """
    form = {"appointmentID": appointment_id}
    return await session.request(
        "POST",
        "/Booking/BookAppointment",
        form=form,
        wants_json=True,
        urgent=True,
        sent_again=sent_again,
        acts=True,
        leaves_at=leaves_at,
    )
