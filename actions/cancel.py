"""The handler of cancellations: finds which booking is meant, has it cancelled on the site, says what that proves."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

import booking
from actions import cancelling
from actions.decide import progress
from actions.journal import Journal
from domain.errors import NothingToCancel, SiteUnavailable, SlotNotFound
from domain.job import Job
from domain.model import BETWEEN_READINGS, Action, BookingStatus, ClassRef, Clock
from domain.outcome import Cancelled, Done, Outcome, Waits
from portal.schedules import refuse_if_several
from portal.session.site_session import SiteSession

SECOND_READING = BETWEEN_READINGS + timedelta(seconds=1)

log = logging.getLogger(__name__)


class CancelHandler:
    """Cancels bookings. What the list alone lacks is looked for once more, later, before anything is told."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def cancel(self, job: Job, session: SiteSession, journal: Journal) -> Outcome:
        """Cancels a booking on the site. Raises what keeps the site from it, and NothingToCancel after two readings."""
        action, began = job.action, self._clock()
        class_ref = await _meant(job, session)
        cancelled = await cancelling.cancel(session, class_ref, action.free_until, journal.pressing)
        if cancelled.proven:
            return Done(Cancelled(class_ref), "read back as gone")
        if action.absent_since is None or not began - action.absent_since >= BETWEEN_READINGS:
            log.info("  %s %s: the list does not show it; looked for once more", action.type, action.id)
            return looked_for_again(action, cancelled.seen_gone_at)
        if action.pressed:
            await cancelling.refuse_if_still_ours(session, class_ref)
            return Done(Cancelled(class_ref), "gone since an earlier try")
        raise NothingToCancel(
            f"{class_ref.course} on {class_ref.day} at {class_ref.start:%H:%M} is not among the bookings"
        )


def looked_for_again(action: Action, absent_since: datetime) -> Waits:
    """A reading did not show what is to be cancelled: no word before a second one, later."""
    unproved = SiteUnavailable("the list lacks the booking, and one reading is no proof")
    return Waits(absent_since + SECOND_READING, unproved, absent_since=absent_since, notices=progress(action))


def _agrees(action: Action, class_ref: ClassRef) -> bool:
    """Whether a class is what an action is about, as far as that says: a course left out by hand may be any."""
    meant = action.class_ref if action.names_course else replace(action.class_ref, course=class_ref.course)
    return class_ref.matches(meant)


async def _meant(job: Job, session: SiteSession) -> ClassRef:
    """What a cancellation means: the booking it names; without a course, what is held at that day and time."""
    action = job.action
    meant = [each for each in job.named if action.wish is None or _agrees(action, each.booking.ref)]
    held = [each for each in meant if each.status is BookingStatus.CONFIRMED]
    refuse_if_several([each.booking.ref for each in held])
    if found := [*held, *meant]:
        return found[0].booking.ref
    if action.wish is None:
        raise SlotNotFound(f"there is no booking '{action.booking_id}' to cancel")
    return action.wish if action.names_course else await _held_then(job, session)


async def _held_then(job: Job, session: SiteSession) -> ClassRef:
    """What is held at an action's day and time: on the site, else (after an earlier try) as far as we know."""
    on_site = [each.ref for each in await booking.my_bookings(session)]
    known = [each.booking.ref for each in job.held]
    for refs in (on_site, known):
        found = [each for each in refs if _agrees(job.action, each)]
        refuse_if_several(found)
        if found:
            return found[0]
    return job.class_ref
