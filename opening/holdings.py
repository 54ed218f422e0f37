"""What the account holds when it races: read before the opening, it decides which choices may be shot at."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress

from domain.errors import OnWaitingList, Overlap, PlaceUnclear
from domain.model import Booking, ClassRef, Slot
from opening.appearance import Choice, Wishes
from opening.parts import RaceParts
from opening.timeline import PASSING
from portal.bookings_list import BookingsList

log = logging.getLogger(__name__)


class Holdings:
    """The bookings of one account, as far as "my bookings" could be read."""

    def __init__(self, parts: RaceParts, wishes: Wishes, beside: ClassRef | None) -> None:
        self._site = parts.site
        self._timeline = parts.timeline
        self._record = parts.record
        self._wishes = wishes
        self._beside = beside  # a booking that the wish may overlap, as far as we are concerned
        self._listed: BookingsList | None = None

    @property
    def are_known(self) -> bool:
        """Whether the list was read at all."""
        return self._listed is not None

    @property
    def are_swapped(self) -> bool:
        """Whether something that is held is to be given up for the wish."""
        return self._beside is not None

    @property
    def bookings(self) -> Sequence[Booking]:
        """What the latest list shows; nothing when none could be read."""
        return self._listed.bookings if self._listed else ()

    async def read(self) -> None:
        """Reads "my bookings". When the site can't tell in time, the list before counts, and the site judges shots."""
        with suppress(*PASSING):
            self._listed = await self._timeline.while_there_is_time("my bookings", self._site.bookings)

    async def won_already(self, ours: Wishes = ()) -> tuple[int, Booking] | None:
        """The choice that is held, with its booking: an earlier attempt booked it and crashed before settling.

        `ours`: what the timetable shows as ours of the choices, under the names that it has for them now.
        After the opening, raises what stands in its place and may not be ours: to shoot again might take a second one.
        What stood there before the opening says nothing about a place that nobody could have yet.
        """
        if self._listed is None:
            return None
        for number, wish in (*self._wishes, *ours):
            try:
                held = await self._site.standing(self._listed, wish)
            except (OnWaitingList, PlaceUnclear) as stands:
                if self._timeline.is_past(0.0):
                    raise
                log.warning("  what is held is unclear (%s): the site decides by its answers to the shots", stands)
                continue
            if held is not None:
                return number, held
        return None

    def possible(self, choices: Sequence[Choice]) -> list[Choice]:
        """The choices that meet nothing else that is held, by the latest reading. Raises why when there is none."""
        self._record.refusals += [overlap for each in choices if (overlap := self.overlap(each.slot)) is not None]
        free = [each for each in choices if self.overlap(each.slot) is None]
        if not free:
            raise self._record.refusals[0]
        return free

    def overlap(self, slot: Slot) -> Overlap | None:
        """The overlap of a slot with what is held, as far as is known.

        What is listed in words nobody knows is left to the site.
        """
        mine = [each for each in self.bookings if not each.unknown_words]
        try:
            self._site.refuse_if_overlapping(mine, slot, self._beside)
        except Overlap as overlap:
            return overlap
        return None

    def all_are_possible(self, choices: Sequence[Choice]) -> bool:
        """Whether no choice meets what is held."""
        return all(self.overlap(each.slot) is None for each in choices)
