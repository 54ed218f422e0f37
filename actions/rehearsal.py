"""The evening before an opening: everything but the booking is tried, and its person is told what came of it."""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import datetime, timedelta

import booking
from actions.attempt import Attempt, already_held
from actions.decide import Facts, Phase, Step, decide, rehearsed, step_of
from booking import Booked
from domain.errors import (
    AppError,
    Blocked,
    BookingRefused,
    OnWaitingList,
    OtpError,
    PlaceUnclear,
    SiteError,
    SlotNotFound,
)
from domain.matching import find_matching
from domain.model import ClassRef, Clock, Slot, SlotStatus
from domain.opening_report import OpeningReport
from domain.outcome import Outcome
from domain.results import REHEARSED_UNSEEN
from portal.obstacles import refuse_if_overlapping
from portal.session.site_session import SiteSession

LOGIN_HOLDS = timedelta(hours=1)  # after one rehearsed login, the same account's next rehearsals need none

log = logging.getLogger(__name__)


class ProvenLogins:
    """The accounts of a process whose login was tried of late. They log in one after the other."""

    def __init__(self, clock: Clock, turns: asyncio.Lock) -> None:
        self._clock = clock
        self._turns = turns
        self._proven: dict[int, datetime] = {}  # by account

    def note(self, user_id: int) -> None:
        """The account's login has just been tried, and went well."""
        self._proven[user_id] = self._clock()

    async def prove(self, session: SiteSession) -> None:
        """Logs in anew, unless that was done of late. Raises what a login raises."""
        if session.credentials.by_hand:
            return  # whatever is asked next proves the session, and there is no other login
        user_id = session.credentials.user_id
        async with self._turns:
            before = self._proven.get(user_id)
            if before is None or not timedelta(0) <= self._clock() - before < LOGIN_HOLDS:
                await session.renew()
                self.note(user_id)


async def rehearse(attempt: Attempt, logins: ProvenLogins) -> Outcome:
    """A real login with its one-time code, the slot, what is held already. Raises OnWaitingList."""
    try:
        booked = await _try_everything(attempt, logins)
        report = OpeningReport(attempt.opens, opened_early=True) if booked and booked.way != "already" else None
        return await attempt.won(booked, report=report) if booked else rehearsed(attempt.job)
    except OnWaitingList:
        raise
    except SlotNotFound as error:
        if attempt.job.awaited is None:
            return await _failed(attempt, error)
        log.info("  %s: the class is expected to appear when it opens", error)
        return rehearsed(attempt.job, result=REHEARSED_UNSEEN)
    except (SiteError, OtpError) as error:
        return await _failed(attempt, error)


async def _failed(attempt: Attempt, error: AppError) -> Outcome:
    log.warning("  rehearsal of action %s: %s: %s", attempt.action.id, error.kind, error)
    lives = await _session_lives(error, attempt.session)
    facts = Facts(chance=random.random(), session_lives=lives)  # noqa: S311 - no secret
    return decide(error, attempt.job, Phase.REHEARSAL, attempt.clock(), facts)


async def _session_lives(error: AppError, session: SiteSession) -> bool:
    """Whether the session works all the same, after an error of the login alone."""
    if step_of(error, Phase.WAITING) is not Step.ACCOUNT or (isinstance(error, Blocked) and not error.at_login):
        return False
    try:
        await booking.my_bookings(session)
    except SiteError:
        return False
    return True


async def _try_everything(attempt: Attempt, logins: ProvenLogins) -> Booked | None:
    """The booking if it is ours already, or if the slot is open long before its time; None when all is well.

    It may overlap the booking it is swapped for. That one is not given back before the opening.
    """
    session, class_ref, awaited = attempt.session, attempt.class_ref, attempt.job.awaited
    beside = await attempt.swap.beside()
    await logins.prove(session)
    mine = await booking.my_bookings(session)
    if (held := find_matching(mine, class_ref)) is not None:
        return already_held(held, attempt.clock())
    if awaited is not None:
        refuse_if_overlapping(session, mine, awaited, beside)
    slot = await booking.find_slot(session, class_ref)
    refuse_if_overlapping(session, mine, slot, beside)
    return await _book_if_open(attempt, slot, beside)


async def _book_if_open(attempt: Attempt, slot: Slot, beside: ClassRef | None) -> Booked | None:
    """A slot that looks open before its time is tried: the rule may be wrong, or have changed."""
    if slot.status is not SlotStatus.AVAILABLE:
        return None
    await attempt.journal.begin_to_act()
    try:
        ours = attempt.journal.still_ours
        return await booking.book(attempt.session, attempt.class_ref, beside=beside, still_ours=ours)
    except (OnWaitingList, PlaceUnclear):
        raise
    except BookingRefused as error:
        log.info("  the slot looks open already, but: %s", error)
        return None
