"""What all parts of one tick go by: the database, the clock, the rules in force and what the executor remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from database import Database
from domain.due_dates import Memory, first_day
from domain.model import Clock
from domain.preferences import NONE, Preferences
from domain.recurrence_rules import RecurrenceRules

LOOK_BACK = timedelta(days=7)  # dates slept through longer ago are not told any more: each weekday once


@dataclass(frozen=True, slots=True)
class Tick:
    db: Database
    clock: Clock
    zone: ZoneInfo
    recurrence: RecurrenceRules
    memory: Memory
    preferences: Mapping[int, Preferences] = field(default_factory=dict)

    def recurrence_of(self, user_id: int) -> RecurrenceRules:
        """The rules of time as they are for that person."""
        return self.preferences.get(user_id, NONE).applied_to(self.recurrence)

    @property
    def last_reminded_day(self) -> date:
        """The furthest date of a class about which anybody's reminder can be due now."""
        everybody = [self.recurrence, *(each.applied_to(self.recurrence) for each in self.preferences.values())]
        return max(rules.last_held_day(self.clock()) for rules in everybody)

    @property
    def first_day(self) -> date:
        """From which day on something may have to be done or told."""
        return first_day(self.recurrence, self.memory, self.clock(), LOOK_BACK)
