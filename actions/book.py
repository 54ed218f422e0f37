"""The handler of bookings: what is due for one now is rehearsed, raced for, booked at once, or watched.

Used by actions/runner.py. A place that was won, or a wait, is its outcome; why there was none is raised.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

import booking
from actions.attempt import Attempt
from actions.decide import STILL_OPENING, postponed
from actions.full import wait_on_the_list
from actions.journal import Journal
from actions.racing import race
from actions.rehearsal import ProvenLogins, rehearse
from actions.shared_readings import SharedReadings
from actions.swap import Swap
from actions.watching import look
from domain.errors import (
    BookingRefused,
    BookingsClosed,
    ClassCancelled,
    ClassMoved,
    ClassStarted,
    HeldForOthers,
    NotOpenYet,
    Overlap,
    SiteError,
    SiteUnavailable,
    SlotFull,
    SlotNotFound,
    TooLateToAsk,
)
from domain.job import Job
from domain.matching import find_matching
from domain.model import PREPARE, Clock, WatchMode
from domain.opening_report import OpeningReport
from domain.outcome import Done, Outcome
from opening.appearance import Wishes
from opening.openings import Openings
from portal.session.site_session import SiteSession

CLAIMED_EARLY = timedelta(seconds=1)  # a claim this much before its time is in time
TIRED = 5  # failures after which what looked open before its time is left for its opening
ANOTHER_MAY_DO = (
    SlotFull, SlotNotFound, ClassCancelled, ClassMoved, Overlap, ClassStarted, BookingsClosed, HeldForOthers,
)  # fmt: skip

log = logging.getLogger(__name__)


class BookingHandler:
    """Books places. All bookings of a process share their openings, proven logins, and the readings of watches."""

    def __init__(self, clock: Clock, openings: Openings | None = None) -> None:
        self._clock = clock
        self._openings = openings or Openings(clock)
        self.logins = ProvenLogins(clock, self._openings.crowd.turns)
        self._readings = SharedReadings(clock)

    async def book(self, job: Job, session: SiteSession, journal: Journal) -> Outcome:
        """Does what is due for a booking now. Raises why it could not be done.

        What was given up for it, now or by a try before, is asked for again whenever it is not won.
        """
        swap = Swap(session, job.action, journal)
        attempt = Attempt(job, session, journal, swap, self._clock)
        try:
            try:
                return await self._do_what_is_due(attempt)
            except SlotFull as full:
                return await wait_on_the_list(attempt, full)
        except SiteError:
            await swap.take_back()
            raise

    async def _do_what_is_due(self, attempt: Attempt) -> Outcome:
        action, opens, now = attempt.action, attempt.opens, self._clock()
        ready = opens if action.watch is WatchMode.TELL else opens - PREPARE  # who only tells races for nothing
        if now >= attempt.begins(attempt.class_ref):
            raise ClassStarted("the class has begun")
        if (found := await _booked_before_it_was_too_late(attempt)) is not None:
            return found
        if action.rehearse_at is not None and now < opens - PREPARE:
            return await rehearse(attempt, self.logins)
        if now < ready - CLAIMED_EARLY:
            return postponed(action, ready, opens)
        if action.watch is not WatchMode.TELL and await self._is_opening(attempt.session, opens):
            return await race(attempt, self._openings)
        if action.watch is not None:
            return await look(attempt, self._readings)
        return await _book_if_it_opened(attempt)

    async def _is_opening(self, session: SiteSession, opens: datetime) -> bool:
        return self._clock() < opens + STILL_OPENING or await self._openings.is_ahead(session, opens)


async def _booked_before_it_was_too_late(attempt: Attempt) -> Done | None:
    """What an earlier try has booked. Raises TooLateToAsk when a place would now cost to give back.

    It was asked for while that was free, and is booked without another question only until then.
    """
    action = attempt.action
    swap = action.replaces_row_id is not None  # then free_until is about what it frees
    if action.free_until is None or attempt.clock() < action.free_until or swap or action.watch is not None:
        return None
    if (found := await attempt.find_held()) is None:
        raise TooLateToAsk("it could be booked only after a place could be given back for free")
    return found


async def _book_if_it_opened(attempt: Attempt) -> Outcome:
    """Books now; what looked open before its time, and is not, waits for the opening that the rule says."""
    by_rule = attempt.opens_by_rule(attempt.class_ref)
    try:
        return await _try_choices(attempt, max(attempt.opens, by_rule))
    except (BookingRefused, SiteUnavailable) as error:
        may_open = isinstance(error, NotOpenYet) or type(error) is BookingRefused
        tired = isinstance(error, SiteUnavailable) and attempt.action.failures >= TIRED
        if attempt.clock() >= by_rule or not (may_open or tired):
            raise
        log.info("  %s: waiting for %s, as the rule says", error, by_rule)
        await attempt.swap.take_back()
        return postponed(attempt.action, max(attempt.clock(), by_rule - PREPARE), by_rule, error)


async def _try_choices(attempt: Attempt, opens: datetime) -> Done:
    """Books the class, else the first of its alternatives that can be had. Raises why the class could not."""
    refusals: list[BookingRefused] = []
    for number, class_ref in await _in_order(attempt):
        try:
            opens_at = opens if number == 0 else attempt.opens_by_rule(class_ref)
            booked = await attempt.swap.book(class_ref, opens_at)
        except ANOTHER_MAY_DO as refused:
            refusals.append(refused)
            if isinstance(refused, SlotFull):
                await attempt.journal.note_full(class_ref)
            continue
        return await attempt.won(booked, number, _late_opening(attempt), "; ".join(map(str, refusals)))
    raise refusals[0]


async def _in_order(attempt: Attempt) -> Wishes:
    """Only the choice that is ours already, if any: an earlier attempt booked it and crashed before settling."""
    choices = attempt.choices
    if len(choices) == 1:
        return choices
    mine = await booking.my_bookings(attempt.session)
    ours = [each for each in choices if find_matching(mine, each[1])][:1]
    return ours or attempt.bookable_unasked(choices)


def _late_opening(attempt: Attempt) -> OpeningReport | None:
    """The report of the race before, now with its end: the slot opened later than the rule says, or went silent."""
    before = attempt.job.report
    if before is None:
        return None
    return replace(before, seen=attempt.since(before.opens_at), shots=())  # they are kept already
