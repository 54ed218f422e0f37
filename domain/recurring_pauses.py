"""What recurs for a person waits, after a refusal that concerns their account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.recurrence import PeriodicBooking


@dataclass(frozen=True, slots=True)
class RecurringPause:
    """Since when what recurs for a person waits, and why."""

    since: datetime
    kind: str
    words: str  # the site's own


@dataclass(frozen=True, slots=True)
class MissedDate:
    """A date that nobody booked meanwhile."""

    periodic: PeriodicBooking
    day: date
