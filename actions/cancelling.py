"""Cancels a booking through the site's page, and proves that the place is gone: check, act, check again.

Used by actions/cancel.py and actions/swap.py. The request behind the page's button is unknown. Two witnesses prove that
a place is gone, the site's own yes and the list, unless the timetable goes on showing it as ours; the list alone may be
empty for a moment, and is no proof.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from playwright.async_api import Page

import scraper
from domain import refusals
from domain.errors import (
    STILL_LISTED,
    STILL_SHOWN,
    CancelTooLate,
    SiteChanged,
    SiteUnavailable,
    TooLateToCancel,
)
from domain.model import ClassRef
from domain.names import plain
from portal import bookings_list
from portal.obstacles import refuse_if_begun
from portal.pages.my_bookings import MyBookingsPage
from portal.proof import shows_as_ours
from portal.schedules import name_of, the_meant
from portal.session.site_session import SiteSession

TROUBLE = re.compile(r"error|impossibil|fallit|problem|riprov")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A place that "my bookings" does not show, or no longer."""

    seen_gone_at: datetime
    proven: bool  # we confirmed it, the site said yes, and the timetable agrees; else the list alone lacks it


async def _nobody_is_told() -> None:
    """Stands for a caller that need not know that a cancellation is about to be confirmed."""


async def cancel(
    session: SiteSession,
    class_ref: ClassRef,
    free_until: datetime | None = None,
    pressing: Callable[[], Awaitable[None]] = _nobody_is_told,
) -> Cancelled:
    """Cancels a booking through the site's page, and touches no other booking.

    Returns once the list does not show the place, in the browser neither, and says whether that is proven. `pressing`
    is awaited before the cancellation is confirmed, and may raise to prevent it.
    Raises BookingRefused with the site's words when it keeps the booking, CancelTooLate when that is because of the
    hour or there is no button any more, ClassStarted when the class has begun,
    TooLateToCancel when the place is still ours at `free_until`, SeveralClasses when more than one booking fits,
    SiteChanged with evidence when nobody can say.
    """
    async with session.operation(f"cancel {name_of(class_ref)}"):
        if not await bookings_list.is_listed(session, class_ref):
            refuse_if_begun(session, class_ref)  # it leaves the list when it begins: nobody has cancelled it
            return Cancelled(session.access.clock(), proven=False)
        if free_until is not None and session.access.clock() >= free_until:
            raise TooLateToCancel(f"{name_of(class_ref)} can't be given back for free any more")
        try:
            said = await session.on_page("cancel", lambda page: _delete(session, page, class_ref, pressing), acts=True)
        except (SiteUnavailable, SiteChanged) as error:
            if not await bookings_list.is_gone(session, class_ref, session.access.read_back.unclear, told=False):
                raise
            log.info("the page failed (%s), but the list shows the booking no more", error)
            return Cancelled(session.access.clock(), proven=False)
        agreed = _is_yes(said)
        if not await bookings_list.is_gone(session, class_ref, session.access.read_back.accepted, told=agreed):
            raise await _kept(session, said)
        if not agreed or not await shows_as_ours(session, class_ref):
            return Cancelled(session.access.clock(), proven=agreed)
        log.warning("the list lacks %s, and the timetable shows it as ours: looking on", name_of(class_ref))
        agreed = await _timetable_follows(session, class_ref, said)
        return Cancelled(session.access.clock(), proven=agreed)


async def _timetable_follows(session: SiteSession, class_ref: ClassRef, said: str) -> bool:
    """Whether the timetable stops showing a place as ours that the list lacks; it may be slower than the list.

    Raises as when the site kept the booking, once a further look at the list, also in the browser, shows it again.
    """
    for pause in session.access.read_back.gone:
        await asyncio.sleep(pause)
        if await bookings_list.is_listed(session, class_ref):
            raise await _kept(session, said)
        if not await shows_as_ours(session, class_ref):
            return True
    return False


async def refuse_if_still_ours(session: SiteSession, class_ref: ClassRef) -> None:
    """Raises SiteChanged where the list lacks a place, and the timetable shows it as ours: nobody can say."""
    async with session.operation(f"whether {name_of(class_ref)} is gone"):
        if await shows_as_ours(session, class_ref):
            raise SiteChanged(STILL_SHOWN)


async def _delete(
    session: SiteSession, page: Page, class_ref: ClassRef, pressing: Callable[[], Awaitable[None]]
) -> str:
    """Presses the button of our booking and of no other; gives what the site said."""
    shown = MyBookingsPage(page, session.access)
    ours: list[tuple[int, ClassRef]] = []
    for _ in range(2):  # the list was seen with it; one that lacks it is asked for once more
        blocks = await session.parsed(await shown.open(), scraper.booking_blocks)
        listed = [(index, each.ref) for index, each in enumerate(blocks) if each]
        meant = the_meant(listed, class_ref, lambda each: each[1])
        ours = [each for each in listed if meant and each[1] == meant[1]]
        if ours:
            break
    if len(ours) != 1:
        raise SiteChanged(f"{len(ours)} bookings in the page look like {name_of(class_ref)}: none was touched")
    if not await shown.can_be_deleted(ours[0][0]):
        raise CancelTooLate("the site shows the booking, and no button to cancel it any more")
    return await shown.delete(ours[0][0], class_ref.day, class_ref.start, pressing)


def _is_no(said: str) -> bool:
    return "non" in plain(said).split()


def _is_yes(said: str) -> bool:
    """Whether the site said that it was done. Silence says nothing, nor does a question, or a trouble of its own."""
    refused = _is_no(said) or refusals.is_too_late_to_cancel(said)
    return bool(said) and "?" not in said and not refused and not TROUBLE.search(plain(said))


async def _kept(session: SiteSession, said: str) -> Exception:
    """Why the booking is still there after its cancellation."""
    words = session.redactor.words(said)
    if _is_no(said) or refusals.is_too_late_to_cancel(said):
        return refusals.kept(words)
    error = SiteChanged(f"{STILL_LISTED} ({words or 'the site said nothing'})")
    error.evidence = await session.keep_evidence("cancel", said, str(error))
    return error
