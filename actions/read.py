"""The handlers of readings: a person's bookings, and the timetable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import booking
from domain.job import Job
from domain.matching import find_matching
from domain.model import Clock
from domain.outcome import Done, Refreshed, Synced
from domain.readings import Before
from portal.session.site_session import SiteSession

DAYS_TO_READ = 8  # today and the week that follows: every weekday once, today's twice


async def read_bookings(job: Job, before: Before, session: SiteSession) -> Done:
    """Reads what the person holds; in the browser too, where something was missing for long.

    `before`: what is known of it, read before the site is asked.
    """
    read = await booking.read_my_bookings(session)
    if any(find_matching(read.bookings, class_ref) is None for class_ref in before.long_missing):
        read = await booking.read_again_in_page(session, read)
    missing = [each for each in before.long_missing if find_matching(read.bookings, each) is None]
    kept = await booking.shown_as_ours(session, missing) if missing else ()
    bookings = await booking.counted(session, read.bookings, before)
    synced = Synced(tuple(bookings), before, job.rules.opening.zone, in_page=read.in_page, kept=kept)
    return Done(synced, f"{len(bookings)} {'booking' if len(bookings) == 1 else 'bookings'}")


async def read_timetable(job: Job, session: SiteSession, clock: Clock, progress: Callable[[str], None] | None) -> Done:
    """Reads every slot of the days to come; `progress` hears of each step."""
    began_at = clock()
    today = began_at.astimezone(job.rules.opening.zone).date()
    days = [today + timedelta(days=offset) for offset in range(DAYS_TO_READ)]
    timetable = await booking.timetable(session, days, progress)
    result = f"{len(timetable.activities)} activities, {len(timetable.slots)} slots in {len(days)} days"
    return Done(Refreshed(timetable, began_at, job.rules.opening), result)
