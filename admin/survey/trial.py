"""One booking far ahead, and its cancellation, by the product's own code: what the site answers to both. For --book."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import booking
from actions import cancelling
from admin.survey.seen import Got, Seen, Trial
from admin.survey.visit import SurveyObserver
from domain.errors import BookingRefused, SiteError
from domain.model import BETWEEN_READINGS, ClassRef, Slot, SlotStatus, starts_at
from languages.terminal import _
from portal.schedules import name_of
from portal.session.site_session import SiteSession

MANY = 5  # free places: nobody is kept from one
BOOK, SCHEDULE = "/Booking/BookAppointment", "/Booking/GetActivitySchedule"
MOST_TRIES = 3  # to give it back
NOTICE = timedelta(hours=24)  # before the class: it can surely be given back for free

log = logging.getLogger(__name__)
Tell = Callable[[str], None]


def choose(seen: Seen) -> Slot | None:
    """The latest slot that can be booked now and has many places; None when there is none."""
    found = [slot for schedule in seen.schedules for slot in seen.read(schedule)]
    good = [slot for slot in found if _is_harmless(seen, slot)]
    return max(good, key=lambda slot: (slot.day, slot.start), default=None)


def _is_harmless(seen: Seen, slot: Slot) -> bool:
    far = starts_at(slot.day, slot.start, seen.zone) > seen.at + NOTICE
    return far and slot.status is SlotStatus.AVAILABLE and (slot.places or 0) >= MANY


async def attempt(session: SiteSession, observer: SurveyObserver, slot: Slot, seen: Seen, tell: Tell) -> None:
    """Books the slot and gives it back, whatever happens in between. What became of it is in `seen.trial`."""
    seen.trial = trial = Trial(name_of(slot.ref))
    try:
        await _book(session, slot.ref, trial)
        if trial.seen_booked:
            await _look_at_the_list(session, seen)
    finally:  # also when somebody presses Ctrl-C
        trial.booking = next((each for each in observer.posts if each.path.endswith(BOOK)), None)
        if trial.seen_booked or trial.still_held:
            tell(_("giving it back ..."))
            await _give_back(session, slot.ref, trial, BETWEEN_READINGS)
        others = [each for each in observer.posts if not each.path.endswith((BOOK, SCHEDULE))]
        trial.deletion = others[-1] if others else None


async def _book(session: SiteSession, wish: ClassRef, trial: Trial) -> None:
    try:
        trial.still_held = True  # from here on nobody knows, until it is seen
        booked = await booking.book(session, wish)
    except BookingRefused as error:
        trial.still_held, trial.trouble = False, str(error)
    except SiteError as error:
        trial.trouble = str(error)
    else:
        if booked.way == "already":
            trial.still_held, trial.trouble = False, _("it was held before: it stays")
        else:
            trial.seen_booked = True


async def _look_at_the_list(session: SiteSession, seen: Seen) -> None:
    """Now there is at least one booking in it."""
    with suppress(SiteError):
        answer = await session.fetch("GET", "/Booking")
        seen.sent["bookings"] = Got(answer.status, answer.text, dict(answer.headers), answer.seconds)
        seen.pages.pop("bookings", None)


async def _give_back(session: SiteSession, wish: ClassRef, trial: Trial, between: timedelta) -> None:
    """Cancels the booking: gone once the site has said so and the list agrees, or once the list lacks it twice."""
    was_absent = False
    for _try in range(MOST_TRIES):
        try:
            cancelled = await cancelling.cancel(session, wish)
        except SiteError as error:
            trial.trouble, was_absent = str(error), False
            continue
        if cancelled.proven or was_absent:
            trial.seen_gone, trial.still_held = trial.seen_booked, False
            return
        trial.trouble, was_absent = _("the list alone lacks it"), True
        await asyncio.sleep(between.total_seconds())
