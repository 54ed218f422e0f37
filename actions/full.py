"""A class that is full, and a place on the site's waiting list instead, where the rules of the house want one.

Used by actions/book.py when nothing could be had. A place on that list is no booking: it ends the action as
OnWaitingList, and a later reading tells when the site has given the place.
"""

from __future__ import annotations

import logging

import booking
from actions.attempt import Attempt
from domain.errors import OnWaitingList, SlotFull
from domain.house_rules import WaitingList
from domain.outcome import Done
from domain.waiting_list import ASKED_ABOUT, OFFERED

log = logging.getLogger(__name__)


async def wait_on_the_list(attempt: Attempt, full: SlotFull) -> Done:
    """Goes on the class's waiting list. Raises `full` where that is not wanted or not offered, and OnWaitingList."""
    if not _is_of_use(attempt):
        raise full
    match attempt.job.rules.waiting_list:
        case WaitingList.ALWAYS:
            return await _join(attempt, full)
        case WaitingList.ASK if attempt.action.joins_list:
            return await _join(attempt, full)
        case WaitingList.ASK if OFFERED in str(full):
            asks = SlotFull(f"{full}; {ASKED_ABOUT}")
            asks.opening = full.opening
            raise asks
        case _:
            raise full


async def _join(attempt: Attempt, full: SlotFull) -> Done:
    try:
        ours = attempt.journal.still_ours
        held = await booking.join_waiting_list(attempt.session, attempt.class_ref, still_ours=ours)
        return await attempt.won(held, report=full.opening)
    except SlotFull as none_offered:
        log.info("  %s", none_offered)
        raise full from none_offered
    except OnWaitingList as waits:
        waits.opening = full.opening
        raise


def _is_of_use(attempt: Attempt) -> bool:
    """Whether nobody would lose by it: not before the opening, nor once a place could cost, nor in exchange for
    another, nor for two at once."""
    action, now = attempt.action, attempt.clock()
    alone = action.watch is None and action.replaces_row_id is None and not action.both_or_none
    return alone and attempt.opens <= now < attempt.begins(attempt.class_ref) - attempt.job.rules.free_cancel
