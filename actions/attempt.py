"""One try of a booking: what its handlers have in hand, and how a place that was seen becomes an outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import booking
from actions.journal import Journal
from actions.swap import Swap
from booking import Booked
from domain import outcome
from domain.job import Job
from domain.matching import find_matching
from domain.model import Action, Booking, ClassRef, Clock, starts_at
from domain.opening_report import OpeningReport
from domain.outcome import Done
from opening.appearance import Wishes
from portal.session.site_session import SiteSession


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a booking action."""

    job: Job
    session: SiteSession
    journal: Journal
    swap: Swap
    clock: Clock

    @property
    def action(self) -> Action:
        return self.job.action

    @property
    def class_ref(self) -> ClassRef:
        return self.job.class_ref

    @property
    def opens(self) -> datetime:
        """When the slot opens, as the row says; else as the rule says."""
        return self.action.opens_at or self.opens_by_rule(self.class_ref)

    def opens_by_rule(self, class_ref: ClassRef) -> datetime:
        return self.job.rules.opening.opens_at(class_ref.day, class_ref.start)

    def begins(self, class_ref: ClassRef) -> datetime:
        return starts_at(class_ref.day, class_ref.start, self.job.rules.opening.zone)

    def since(self, moment: datetime) -> float:
        """Seconds, by our clock."""
        return (self.clock() - moment).total_seconds()

    @property
    def choices(self) -> Wishes:
        """The class and its alternatives, numbered as they are stored. What the person holds anyway is left out."""
        held = [each.booking for each in self.job.held]
        numbered = enumerate(self.job.alternatives, start=1)
        others = (each for each in numbered if find_matching(held, each[1]) is None)
        return [(0, self.class_ref), *others]

    def bookable_unasked(self, choices: Wishes) -> Wishes:
        """Without the alternatives whose own free limit has passed: the person is asked about those first."""
        now, free_cancel = self.clock(), self.job.rules.free_cancel
        return [each for each in choices if each[0] == 0 or now < self.begins(each[1]) - free_cancel]

    async def find_held(self) -> Done | None:
        """The outcome, when the site's list shows that an earlier try has booked the class.

        Raises OnWaitingList or PlaceUnclear where it may be a place on a waiting list.
        """
        held = find_matching(await booking.my_bookings(self.session), self.class_ref)
        return await self.won(already_held(held, self.clock())) if held else None

    async def won(
        self, booked: Booked, choice: int = 0, report: OpeningReport | None = None, why_not_first: str = ""
    ) -> Done:
        """The outcome of a place that was seen in the site's list of bookings.

        What stood there before this try asked for it may be a place on a waiting list: raises OnWaitingList or
        PlaceUnclear.
        """
        if booked.way == "already":
            await booking.refuse_unless_counted(self.session, booked.booking, await self.journal.known())
        return _place_won(booked, choice, report, why_not_first)


def already_held(held: Booking, now: datetime) -> Booked:
    """A place that was ours before this try asked for it."""
    return Booked(held, now, None, "already", "")


def _place_won(booked: Booked, choice: int, report: OpeningReport | None, why_not_first: str) -> Done:
    effect = outcome.Booked(booked.booking, booked.slot, choice, why_not_first, report)
    return Done(effect, f"seen in my bookings ({booked.way})")
