"""What people ask for: an action for the queue, a recurring booking, and how much of each they may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.model import PREPARE, ActionType, ClassRef, WatchMode
from domain.recurrence import PeriodicBooking, PeriodicChoice, PeriodicMode

MOST_ALTERNATIVES = 3  # at an opening each costs a request, and there are ten in all
READ_BY = PREPARE + timedelta(minutes=5)  # before an opening: later, its worker may have read the choices already
MOST_HOLIDAYS = 50  # of one person, ended ones left out


@dataclass(frozen=True, slots=True)
class NewAction:
    """What is put in the queue."""

    type: ActionType
    user_id: int
    wish: ClassRef | None = None
    booking_id: str | None = None
    run_at: datetime | None = None  # None: now
    opens_at: datetime | None = None
    quiet: bool = False
    card_message_id: int | None = None
    periodic_booking_id: int | None = None
    alternatives: tuple[ClassRef, ...] = ()  # tried in this order when the wish can't be had
    watch: WatchMode | None = None
    watch_until: datetime | None = None
    replaces_row_id: int | None = None  # the booking to free once this one is made
    rehearse_at: datetime | None = None
    free_until: datetime | None = None  # what is given back without another question is so only until then
    pressed: bool = False  # it was confirmed before it was queued, by the swap it belongs to
    notice: timedelta | None = None  # of a watch: a place that frees later than so long before its class is not wanted
    both_or_none: bool = False  # of a pair in which neither wants a place without the other
    joins_list: bool = False  # its person has said yes to the site's waiting list


@dataclass(frozen=True, slots=True)
class NewPeriodic:
    """What a person wants every week."""

    user_id: int
    name: str
    course: str
    location: str
    day_of_week: int  # 0 = Monday
    start: time
    mode: PeriodicMode = PeriodicMode.ASK_FIRST
    alternatives: tuple[PeriodicChoice, ...] = ()
    course_type: str = ""
    left_out: date | None = None  # a date that it skips from the beginning


def is_wish_of(choice: PeriodicChoice, periodic: PeriodicBooking) -> bool:
    """Whether a choice is what a periodic booking wants first anyway."""
    return choice.on(date.min).matches(periodic.on(date.min))
