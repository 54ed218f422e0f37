"""When a booking is rehearsed, prepared and made, by the rule of openings. Pure: a clock is passed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.model import PREPARE, OpeningRule

REHEARSAL_ENDS = timedelta(minutes=30)  # before an opening, it is too late to rehearse: what fails can't be mended


@dataclass(frozen=True, slots=True)
class BookingPlan:
    """When a booking is taken in hand, when its slot opens, and when everything but the booking is tried before."""

    run_at: datetime
    opens_at: datetime
    rehearse_at: datetime | None


def plan_booking(
    rule: OpeningRule, day: date, now: datetime, rehearsal: time | None, start: time = time.min
) -> BookingPlan:
    """The plan for a slot of that day: rehearsed the evening before its opening (if wanted), then prepared, else now.

    `rehearsal` is a time of day in the rule's zone. Who asks later than that in the evening has it rehearsed at once.
    """
    opens = rule.opens_at(day, start)
    rehearse = max(now, _evening_before(opens, rehearsal, rule.zone)) if rehearsal else None
    if rehearse is None or rehearse > opens - REHEARSAL_ENDS:
        return BookingPlan(max(now, opens - PREPARE), opens, None)
    return BookingPlan(rehearse, opens, rehearse)


def _evening_before(opens: datetime, rehearsal: time, zone: ZoneInfo) -> datetime:
    """The last time it was that time of day before an opening, with room to mend what fails."""
    latest = (opens - REHEARSAL_ENDS).astimezone(zone)
    day = latest.date() if latest.time() >= rehearsal else latest.date() - timedelta(days=1)
    return datetime.combine(day, rehearsal, zone).astimezone(UTC)
