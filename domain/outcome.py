"""What came of one try of an action, as a value: it is done, it failed, or it waits.

A handler of actions/ returns an outcome; what a handler raises instead, actions/decide.py turns into one; and
store/queue/settlement.py writes it. No outcome says anything that the site was not seen to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.errors import AppError
from domain.model import Booking, ClassRef, NoticeKind, Slot, Timetable
from domain.opening_report import OpeningReport
from domain.readings import Before

# What was done


@dataclass(frozen=True, slots=True)
class Booked:
    """A place was seen in "my bookings"."""

    booking: Booking
    slot: Slot | None = None  # as the timetable showed it, if it was looked for
    choice: int = 0  # 0: the class that was asked for; 1, 2 ...: its alternatives
    why_not_first: str = ""  # the site's words about the choices before
    report: OpeningReport | None = None  # how the opening went, if there was one


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A place was given back, and is proven to be gone."""

    class_ref: ClassRef


@dataclass(frozen=True, slots=True)
class Synced:
    """The person's bookings were read."""

    bookings: tuple[Booking, ...]
    before: Before  # what was known when the reading began
    zone: ZoneInfo  # of the site's dates
    in_page: bool = False  # it was read in the browser


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The timetable was read."""

    timetable: Timetable
    began_at: datetime  # before the site was asked


@dataclass(frozen=True, slots=True)
class PlaceFree:
    """A watch that only tells saw a free place."""


Effect = Booked | Cancelled | Synced | Refreshed | PlaceFree


# What became of the action


@dataclass(frozen=True, slots=True)
class AccountTrouble:
    """The error is the account's: a refused login stops it until its person acts, any other trouble lets it wait."""

    error: AppError
    tell: bool = True  # by a message of its own; else the action's own message says it
    chance: float = 0.0  # from 0 to 1: spreads the accounts that were turned away together


@dataclass(frozen=True, slots=True)
class Done:
    """The action is completed."""

    effect: Effect
    result: str  # a sentence for booking_actions.result


@dataclass(frozen=True, slots=True)
class Failed:
    """The action is not tried again."""

    error: AppError
    account: AccountTrouble | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """The action is back in the queue."""

    run_at: datetime | None = None  # not before; None: as it was
    error: AppError | None = None  # what this try met
    counts: bool = False
    """The try failed, and the row tells its error. Else the error's class alone is kept, and only where the site may
    have done what was asked: the action had begun to act, or its slot is open."""
    failures: int | None = None  # from now on; None: one more if the try counts, else as many as before
    sentence: str | None = None  # what the card tells though the try does not count
    opens_at: datetime | None = None  # a newer moment of its opening
    rehearsal: str | None = None  # what came of the rehearsal, which is over
    report: OpeningReport | None = None  # of the opening that a watch begins after
    absent_since: datetime | None = None  # a reading then lacked what is to be cancelled
    joins: timedelta | None = None  # another watch of its day that looks so near to `run_at` is joined
    succeeded: bool = False  # the site answered in the account's name: its login is in no trouble
    notices: tuple[NoticeKind, ...] = ()  # what its person is told of it, in this order
    account: AccountTrouble | None = None


Outcome = Done | Failed | Waits
