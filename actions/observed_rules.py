"""What the site was seen to do otherwise than the rules of the house say, noted for the owner after an action."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from database import Database
from domain import rule_sightings
from domain.errors import AppError, BookingRefused, DatabaseError
from domain.house_rules import HouseRules
from domain.model import Action, ActionType, BookingStatus, ClassRef, Clock, Role, Timetable, starts_at
from domain.rule_sightings import Sighting

log = logging.getLogger(__name__)


class ObservedRules:
    """Notes what an action showed of the site's rules. A note that can't be kept undoes nothing of what was done."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def note(self, action: Action, error: AppError | None, rules: HouseRules) -> None:
        """Notes what a booking, cancellation or sync showed, or the error it ended with."""
        if action.type is ActionType.REFRESH or (action.type is not ActionType.CHECK and action.wish is None):
            return
        try:
            for sighting, class_ref in await self._seen(action, error, rules):
                await self._note(action, sighting, class_ref, rules, said=error is not None)
        except DatabaseError as busy:
            log.error("  what was seen of the site's rules is not kept: %s", busy)

    async def note_timetable(self, action: Action, timetable: Timetable, read_at: datetime, rules: HouseRules) -> None:
        """Notes what a reading of the timetable showed."""
        zone = rules.opening.zone
        try:
            held = await self._db.bookings.held(action.user_id, read_at.astimezone(zone).date())
            ahead = [each.booking for each in held if each.status is BookingStatus.CONFIRMED]
            ahead = [each for each in ahead if starts_at(each.day, each.start, zone) > read_at]
            if seen := rule_sightings.of_timetable(timetable.slots, len(ahead), rules, read_at):
                await self._note(action, *seen, rules, said=False)
        except DatabaseError as busy:
            log.error("  what was seen of the site's rules is not kept: %s", busy)

    async def _seen(self, action: Action, error: AppError | None, rules: HouseRules) -> list[tuple[Sighting, ClassRef]]:
        now = self._clock()
        if error is not None:
            refused = isinstance(error, BookingRefused)
            seen = rule_sightings.of_refusal(error, action.class_ref, rules, now) if refused else None
            return [(seen, action.class_ref)] if seen else []
        if action.type is ActionType.CANCEL:
            seen = rule_sightings.of_cancelled(action.class_ref, rules, now)
            return [(seen, action.class_ref)] if seen else []
        held = await self._db.bookings.held(action.user_id, now.astimezone(rules.opening.zone).date())
        shown = [each.booking for each in held if each.missing_since is None]
        found = [(seen, shown[0].ref)] if (seen := rule_sightings.of_held(shown, rules)) else []
        report = await self._db.openings.report(action.id) if action.type is ActionType.BOOK else None
        if report and (seen := rule_sightings.of_opening(action.class_ref, report, rules)):
            found.append((seen, action.class_ref))
        return found

    async def _note(
        self, action: Action, sighting: Sighting, class_ref: ClassRef, rules: HouseRules, *, said: bool
    ) -> None:
        """`said`: its words are the site's. What was seen of a friend's classes is not for the owner to read."""
        log.info("  the site was seen to have %s %s: %s", sighting.rule, sighting.value, sighting.words)
        account = await self._db.people.find(action.user_id)
        of_a_friend = account is None or account.role is not Role.OWNER
        told = replace(sighting, words="") if of_a_friend and not said else sighting
        await self._db.rules.note(told, rules, class_ref, action.id)
