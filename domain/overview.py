"""All that the first page of a person shows, as it was at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.model import Account, Action, ClassRef, HeldBooking
from domain.opening_report import OpeningReport
from domain.recurrence import Confirmation, DateAhead, Holiday, PeriodicBooking
from domain.recurring_pauses import RecurringPause


@dataclass(frozen=True, slots=True)
class PlannedSeries:
    """A periodic booking with its next dates, the soonest first."""

    periodic: PeriodicBooking
    dates: tuple[DateAhead, ...]


@dataclass(frozen=True, slots=True)
class RacedOpening:
    """A booking that waited for its opening, and how that went."""

    action: Action
    report: OpeningReport


@dataclass(frozen=True, slots=True)
class OwnOverview:
    """The rows of one person, all of the same commit."""

    sign: str  # another one as soon as anything of theirs has changed
    account: Account | None
    held: tuple[HeldBooking, ...]  # from today on, the soonest first
    live: tuple[Action, ...]  # unfinished, and about a class
    on_lists: tuple[Action, ...]  # ended on the site's waiting list, the soonest class first
    alternatives: Mapping[int, tuple[ClassRef, ...]]  # of what is unfinished, by its id
    given_up: Mapping[int, HeldBooking]  # what an unfinished swap gives up, by its row
    questions: tuple[tuple[Confirmation, PeriodicBooking], ...]  # open, the soonest to end first
    series: tuple[PlannedSeries, ...]
    holidays: tuple[Holiday, ...]  # those that are not over
    recurring_pause: RecurringPause | None
    last_opening: RacedOpening | None
    bookings_read_at: datetime | None  # when "my bookings" were last read from the site
