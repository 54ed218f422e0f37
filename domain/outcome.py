"""What came of one try of an action, as a value: it is done, it failed, or it waits.

A handler of actions/ returns an outcome; what a handler raises instead, actions/decide.py turns into one; and
store/queue/settlement.py writes it. No outcome says anything that the site was not seen to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.errors import AppError, SiteError, SlotFull
from domain.model import Action, Booking, ClassRef, NoticeKind, OpeningRule, Slot, Timetable
from domain.opening_report import OpeningReport, ShotOutcome
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
    kept: tuple[ClassRef, ...] = ()  # what the list lacked for long, and the timetable shows as ours


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The timetable was read."""

    timetable: Timetable
    began_at: datetime  # before the site was asked
    rule: OpeningRule | None  # when its classes open, as far as is known


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


def report_of(outcome: Outcome) -> OpeningReport | None:
    """How the opening went that a try raced at; None when there was none."""
    match outcome:
        case Done(effect=Booked(report=report)) | Waits(report=OpeningReport() as report):
            return report
        case Failed(error=SiteError(opening=report)) | Waits(error=SiteError(opening=report)):
            return report
        case _:
            return None


def refused_as_full(action: Action, outcome: Outcome) -> set[int]:
    """Which choices of a booking the site refused as full in this try: 0 the wish, 1 the first alternative ...

    The end of a watch is no refusal: nothing was asked for, or read, then.
    """
    report = report_of(outcome)
    full = {shot.choice for shot in report.shots if shot.outcome is ShotOutcome.FULL} if report else set()
    asked = (isinstance(outcome, Failed) and action.watch is None) or (
        isinstance(outcome, Waits) and outcome.rehearsal is None
    )
    if asked and not isinstance(outcome, Done) and isinstance(outcome.error, SlotFull):
        full.add(0)
    return full
