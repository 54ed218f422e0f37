"""A booking whose opening is near: raced for, and what a race that was lost leads to."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

from actions.attempt import Attempt
from actions.decide import STILL_OPENING, Facts, postponed
from actions.journal import Journal
from actions.watching import watch_on
from domain.errors import DatabaseError, Overlap, SiteError, SlotFull, quoted
from domain.model import Action
from domain.opening_report import OpeningReport
from domain.outcome import Outcome
from opening.budget import OpeningBudget
from opening.openings import Openings
from opening.race import Race, Target, Won
from opening.spreading import Rank

HURRIED = timedelta(seconds=60)  # before an opening: a booking claimed later has no time for a login's long waits
RACE_AGAIN = 2  # requests another race takes at least: a shot and a look; else it waits a little

log = logging.getLogger(__name__)


class _LastCall:
    """The row behind a race, which its person may take back until the last call, and what was sent for it."""

    def __init__(self, journal: Journal, action: Action, budget: OpeningBudget) -> None:
        self._journal = journal
        self._action = action
        self._budget = budget

    async def begin(self) -> None:
        await self._journal.begin_to_act()
        await self.share()

    async def is_wanted(self) -> bool:
        return await self._journal.is_wanted()

    async def still_ours(self) -> None:
        await self._journal.still_ours()

    async def share(self) -> None:
        """Learns what else of the account opens then, and what was sent for it, by whichever worker."""
        if self._action.opens_at is not None:
            self._budget.know(await self._journal.requests_sent())

    @property
    def sent(self) -> int:
        return self._budget.sent(self._action.id)

    async def note_sent(self, before: int) -> None:
        """Writes what this race has sent, so that no worker's next one sends it again."""
        more = self.sent - before
        try:
            if more:
                await self._journal.note_requests(more)
        except DatabaseError as error:
            log.error("  what was sent for action %s is not written: %s", self._action.id, error)


async def race(attempt: Attempt, openings: Openings) -> Outcome:
    """Races for the class and its alternatives. Raises why the class could not be booked, with the report."""
    action, opens = attempt.action, attempt.opens
    budget = openings.budget(action.user_id, opens)
    last_call = _LastCall(attempt.journal, action, budget)
    await last_call.share()
    if action.failures and budget.left(action.id) < RACE_AGAIN:
        return postponed(action, opens + STILL_OPENING, opens)
    choices = attempt.bookable_unasked(attempt.choices)
    beside = await attempt.swap.beside()
    target = Target(choices, opens, attempt.job.expected, action.id, beside, Rank(*attempt.job.rank))
    racing = openings.race(attempt.session, target, budget=budget, last_call=last_call)
    late = attempt.clock() > opens - HURRIED
    try:
        async with attempt.session.awake() if late else nullcontext():
            won = await _run(racing, last_call, attempt)
    except SiteError as error:
        if isinstance(error, SlotFull) and action.watch is not None:
            return await watch_on(attempt, error, Facts(report=error.opening or OpeningReport(opens)))
        raise
    return await attempt.won(await attempt.swap.sure(won.booked), won.choice, won.report, won.why_not_first)


async def _run(racing: Race, last_call: _LastCall, attempt: Attempt) -> Won:
    """The race; what the site refuses only for the booking it is swapped for, it is asked for in exchange."""
    before = last_call.sent
    try:
        return await racing.run()
    except Overlap as overlap:
        if await attempt.swap.beside() is None or not quoted(str(overlap)):
            raise
        return await _in_exchange(attempt, overlap)
    finally:
        await last_call.note_sent(before)


async def _in_exchange(attempt: Attempt, overlap: Overlap) -> Won:
    report = overlap.opening
    try:
        booked = await attempt.swap.book(attempt.class_ref, report.opens_at if report else None)
    except SiteError as error:
        error.opening = report
        raise
    return Won(booked, 0, report and replace(report, seen=attempt.since(report.opens_at)))
