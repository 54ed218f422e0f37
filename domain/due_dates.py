"""What the executor has to look at, and what it remembers of its last ticks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.model import HeldBooking
from domain.recurrence import PeriodicBooking
from domain.recurrence_rules import RecurrenceRules


@dataclass(frozen=True, slots=True)
class DueDate:
    """A date of a periodic booking about which nothing was done yet, and something may have to be."""

    periodic: PeriodicBooking
    day: date
    on_holiday: bool


@dataclass(frozen=True, slots=True)
class HeldDate:
    """A place that the mode `hold` holds and has not asked about."""

    periodic: PeriodicBooking
    held: HeldBooking


@dataclass(frozen=True, slots=True)
class Memory:
    """What the executor knows of its last ticks."""

    plan_version: int
    ticked_at: datetime | None  # None: it never ran on this file


def first_day(recurrence: RecurrenceRules, memory: Memory, now: datetime, back: timedelta) -> date:
    """The earliest date that may not have been dealt with: of the last tick, but no more than `back` ago."""
    ticked = min(memory.ticked_at or now, now)
    return recurrence.day_of(max(ticked, now - back))


def was_awake(memory: Memory, moment: datetime) -> bool:
    """Whether the executor was awake after that moment: then whatever could be done by then was done."""
    return memory.ticked_at is not None and moment < memory.ticked_at
