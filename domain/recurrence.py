"""Periodic bookings as values: the series, its dates, its confirmations, holidays. Standard library only.

Imported like domain/model.py, whose words it uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from domain.model import Action, BookingStatus, ClassRef, HeldBooking


class ConfirmationOutcome(StrEnum):
    CONFIRMED = "confirmed"
    SKIPPED = "skipped"
    EXPIRED = "expired"


class ConfirmationPurpose(StrEnum):
    """What a confirmation asks its person."""

    BOOK = "book"  # "shall I book it?"
    KEEP = "keep"  # "will you keep it?": a place held by the mode `hold`, given back unless confirmed


class PeriodicMode(StrEnum):
    """How much a periodic booking does without asking its person."""

    ASK_FIRST = "ask_first"  # asks shortly before the class, then books
    ASK_OPENING = "ask_opening"  # asks shortly before the slot opens, then books at the opening
    HOLD = "hold"  # books at the opening, asks before the place can't be given back any more
    AUTOMATIC = "automatic"  # books at the opening


class OccurrenceState(StrEnum):
    """The state of one date of a periodic booking."""

    ASKED = "asked"  # a confirmation is open
    QUEUED = "queued"  # a booking is in the queue, or was
    SKIPPED = "skipped"  # the person said no
    EXPIRED = "expired"  # nobody answered in time
    MISSED = "missed"  # we woke too late to ask, or to give a held place back


@dataclass(frozen=True, slots=True)
class PeriodicBooking:
    """A row of periodic_bookings."""

    id: int
    user_id: int
    name: str
    course: str
    location: str
    day_of_week: int  # 0 = Monday
    start: time
    requires_confirmation: bool
    active: bool
    created_at: datetime
    mode: PeriodicMode = PeriodicMode.ASK_FIRST
    lead: timedelta | None = None  # how long before its class the mode `ask_first` asks; None: as configured
    planned_from: datetime | None = None  # resumed or changed then: what was too late by then is no loss
    course_type: str = ""  # the kind of class: `Corsi Platinum`

    def on(self, day: date) -> ClassRef:
        """Its class on that day."""
        return ClassRef(self.course, self.location, day, self.start, self.course_type)

    @property
    def place(self) -> str:
        """Where it is, and of which kind."""
        return self.on(date.min).where

    @property
    def since(self) -> datetime:
        """From when on its dates are ours to deal with."""
        return max(self.created_at, self.planned_from or self.created_at)


@dataclass(frozen=True, slots=True)
class PeriodicChoice:
    """An alternative of a periodic booking, on the same weekday."""

    course: str
    location: str
    start: time
    course_type: str = ""

    def on(self, day: date) -> ClassRef:
        """Its class on that day."""
        return ClassRef(self.course, self.location, day, self.start, self.course_type)

    @property
    def place(self) -> str:
        """Where it is, and of which kind."""
        return self.on(date.min).where


@dataclass(frozen=True, slots=True)
class Holiday:
    """A row of holidays: from first to last, both included, nothing recurring is booked or asked."""

    id: int
    user_id: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class PlannedDate:
    """One date of a periodic booking, as the preview shows it."""

    day: date
    state: OccurrenceState | None  # None: nothing was done about it yet
    holiday: bool
    action_id: int | None
    acts_at: datetime | None  # when something happens next for it: a question, an opening; None: nothing more


@dataclass(frozen=True, slots=True)
class DateAhead:
    """A date of a periodic booking with what is known of it: its action, and what the action got."""

    planned: PlannedDate
    action: Action | None = None
    held: HeldBooking | None = None

    @property
    def is_held(self) -> bool:
        return self.held is not None and self.held.status is BookingStatus.CONFIRMED


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A row of pending_confirmations."""

    id: int
    user_id: int
    periodic_booking_id: int
    scheduled_for: datetime  # when the class begins
    expires_at: datetime
    outcome: ConfirmationOutcome | None  # None: not answered yet
    purpose: ConfirmationPurpose = ConfirmationPurpose.BOOK
    booking_row_id: int | None = None  # what is held, when the question is whether to keep it

    @property
    def silence_keeps(self) -> bool:
        """Whether a held place stays when nobody answers: it was too late to give it back without penalty."""
        return self.purpose is ConfirmationPurpose.KEEP and self.expires_at >= self.scheduled_for


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A row of occurrences: one date of a periodic booking."""

    id: int
    periodic_booking_id: int
    day: date
    state: OccurrenceState
    action_id: int | None
