"""What all parts of one tick go by: the database, the clock, the rules in force and what the executor remembers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from database import Database
from domain.due_dates import Memory, first_day
from domain.model import Clock
from domain.recurrence_rules import RecurrenceRules

LOOK_BACK = timedelta(days=7)  # dates slept through longer ago are not told any more: each weekday once


@dataclass(frozen=True, slots=True)
class Tick:
    db: Database
    clock: Clock
    zone: ZoneInfo
    recurrence: RecurrenceRules
    memory: Memory

    @property
    def first_day(self) -> date:
        """From which day on something may have to be done or told."""
        return first_day(self.recurrence, self.memory, self.clock(), LOOK_BACK)
