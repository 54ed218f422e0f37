"""The watch of a full slot: one look whether a place has freed, which books it, or tells."""

from __future__ import annotations

import logging
import random
from dataclasses import replace

import booking
from actions.attempt import Attempt
from actions.decide import Facts, Phase, Step, decide, step_of
from actions.shared_readings import Look, SharedReadings
from domain.errors import SiteError, SlotFull
from domain.model import SlotStatus, WatchMode
from domain.outcome import Done, Outcome, PlaceFree
from domain.unknown_outcome import leaves_unknown_outcome

log = logging.getLogger(__name__)


async def look(attempt: Attempt, readings: SharedReadings) -> Outcome:
    """One look, sharing what other watches have just read. Raises SlotFull once the watch is over."""
    action, closes = attempt.action, attempt.job.rules.closes
    ends = attempt.begins(attempt.class_ref) - max(closes, action.notice or closes)
    if attempt.clock() >= min(action.watch_until or ends, ends):
        if (found := await _booked_after_all(attempt)) is not None:
            return found
        raise SlotFull("nobody gave a place back in time")
    looking = readings.look()
    try:
        return await _booked_after_all(attempt) or await _find_place(attempt, looking)
    except SiteError as error:
        if step_of(error, Phase.LOOK) is not Step.LOOK_ON:
            raise
        log.info("  %s", error)
        return await watch_on(attempt, error, Facts(asked=looking.asked))


async def watch_on(attempt: Attempt, error: SiteError, facts: Facts) -> Outcome:
    """The outcome of a try that got no place: what it gave up for it is asked for again, and the watch goes on."""
    await attempt.swap.take_back()
    chance, lost = random.random(), attempt.swap.lost_the_old  # noqa: S311 - no secret
    facts = replace(facts, chance=chance, lost_the_old=lost)
    return decide(error, attempt.job, Phase.LOOK, attempt.clock(), facts)


async def _find_place(attempt: Attempt, looking: Look) -> Done:
    """Books what is free, or says that something is. Raises SlotFull when nothing is."""
    slot = await booking.find_slot(attempt.session, attempt.class_ref, looking.around)
    if slot.status is not SlotStatus.AVAILABLE and not slot.places:
        raise SlotFull("nobody has given a place back")
    await attempt.journal.note_free(slot)
    if attempt.action.watch is WatchMode.TELL:
        return Done(PlaceFree(), "a place is free")
    looking.asked = True
    return await attempt.won(await attempt.swap.book(attempt.class_ref))


async def _booked_after_all(attempt: Attempt) -> Done | None:
    """The outcome of a watch whose last booking was not answered, and was done all the same."""
    action = attempt.action
    if action.watch is not WatchMode.BOOK or not leaves_unknown_outcome(action.error_kind, action.failures):
        return None
    return await attempt.find_held()
