"""What happens next to an action whose try ended with an error: one table, class of the error x phase. Pure functions.

Used by runner.py and book.py. Once "my bookings" were read as "not held", until the class begins (or its bookings
close, by the rules of the house) only the site's own clear no about the slot ends a booking that was asked for before
its slot opened; everything else waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import (
    AlreadyBooked,
    AppError,
    Blocked,
    BookingRefused,
    BookingsClosed,
    HeldForOthers,
    LoginBlocked,
    LoginDiverted,
    LoginInterrupted,
    LoginNeeded,
    LoginRejected,
    LoginUnavailable,
    MatricolaMissing,
    NotOpenYet,
    OtpMissing,
    OtpRejected,
    SessionExpired,
    SiteChanged,
    SiteUnavailable,
    SlotFull,
    SlotNotFound,
)
from domain.model import OPENING_LASTS, PREPARE, Action, ActionType, OpeningRule, starts_at

MOST_FAILURES = 8  # tries of what is tried again for minutes
MOST_ODD = 3  # tries again after an answer that makes no sense, while somebody waits for the result
FIRST_PAUSE = timedelta(seconds=2)
GROWTH = 2.0  # of the pauses
PATIENT_GROWTH = 1.3  # of the pauses of who is patient: what comes back late is found within a third of its delay
LONGEST_PAUSE = timedelta(minutes=5)
APPEARS = timedelta(seconds=5)  # the longest pause near an opening, while the timetable does not show the class
STILL_OPENING = timedelta(seconds=10)  # after an opening by our clock: the server's may be behind, so race all the same
TOLD_AFTER = (
    12  # failures of a patient booking, about two minutes: its person is told once, and may look for themselves
)
HELD = timedelta(minutes=10)  # a place that was given back is kept for others, when the site does not say how long
LONGEST_HELD = timedelta(hours=1)
ODD_LOOKS = 8  # looks of a watch that found nothing they could read, one after the other: the same
UNKNOWN_NOES = 3  # the same of refusals in words that nobody knows

ANOTHER_CODE = timedelta(seconds=60)  # after two refused ones; the clock that was wrong may have been set by then
LOGIN_AGAIN = timedelta(seconds=30)  # before an opening, after a sign-on that did not answer; then growing
MOST_LOGIN_GROWTH = 2  # times that pause grows: to two minutes
LOGIN_AFTER = timedelta(seconds=60)  # the same after an opening
INTERRUPTED = timedelta(seconds=10)  # after an opening, a login the booking site itself cut short; then growing
PERSON_LOOKED_FOR = timedelta(seconds=10)  # near an opening: whether a person has logged in by hand
LAST_TRIES = tuple(timedelta(seconds=each) for each in (15, 4, 0))  # before an opening: no pause is longer than that
LAST_LOGINS = (LAST_TRIES[0], LAST_TRIES[-1])  # each may send the password: a sign-on that counts them locks accounts

REST = timedelta(minutes=5)  # of an account that was turned away, when the site does not say how long
SHORT_REST = timedelta(minutes=1)  # of an account whose sign-on does not answer: that may be over soon
LONG_REST = timedelta(minutes=30)  # of an account whose login meets something that somebody should look at
LONGEST_REST = timedelta(hours=6)
LEAST_REST = timedelta(seconds=5)  # whatever the site says ("Retry-After: 0"), doubled each time it turns us away again


class Phase(StrEnum):
    """What an action is at, as far as an error's meaning depends on it."""

    READING = "reading"  # my bookings, or the timetable
    CANCELLING = "cancelling"
    BY_DAY = "by day"  # a booking that was asked for when its slot was open
    OPENING = "opening"  # a booking that was asked for before its slot opened, from its preparation on
    WATCH = "watch"  # a full slot is looked at again and again


class Step(StrEnum):
    """What an error leads to."""

    FINAL = "final"  # told, and never tried again
    FEW = "few"  # tried again a few times: an answer without sense may have been a single one
    AGAIN = "again"  # tried again for minutes
    PATIENT = "patient"  # tried again until the class begins, or its bookings close
    ACCOUNT = "account"  # it is the account's trouble: the account waits, and with it whatever it has in the queue


FINAL, FEW, AGAIN, PATIENT, ACCOUNT = Step
TABLE: dict[type[AppError], tuple[Step, Step, Step, Step, Step]] = {
    #                 reading  cancelling  by day   opening  watch
    SiteUnavailable: (AGAIN,   AGAIN,      AGAIN,   PATIENT, PATIENT),
    LoginInterrupted: (AGAIN,  AGAIN,      AGAIN,   PATIENT, PATIENT),
    SessionExpired:  (AGAIN,   AGAIN,      AGAIN,   PATIENT, PATIENT),
    AppError:        (AGAIN,   AGAIN,      AGAIN,   PATIENT, PATIENT),  # nobody thought of it; it may pass
    NotOpenYet:      (FINAL,   FINAL,      PATIENT, PATIENT, PATIENT),
    SiteChanged:     (FEW,     FEW,        FEW,     PATIENT, PATIENT),
    SlotNotFound:    (FINAL,   FINAL,      FEW,     PATIENT, PATIENT),
    AlreadyBooked:   (FINAL,   FINAL,      FEW,     PATIENT, PATIENT),
    BookingRefused:  (FINAL,   FINAL,      FINAL,   AGAIN,   PATIENT),  # in words that we don't know
    BookingsClosed:  (FINAL,   FINAL,      FINAL,   AGAIN,   AGAIN),  # before an opening it may mean "not yet"
    HeldForOthers:   (FINAL,   FINAL,      PATIENT, PATIENT, PATIENT),  # as long as the site says
    SlotFull:        (FINAL,   FINAL,      FINAL,   FINAL,   FINAL),  # a watch looks on by itself
    LoginRejected:   (FINAL,   FINAL,      FINAL,   FINAL,   PATIENT),
    LoginDiverted:   (FINAL,   FINAL,      FINAL,   FINAL,   PATIENT),
    MatricolaMissing: (FINAL,  FINAL,      FINAL,   FINAL,   PATIENT),
    OtpMissing:      (FINAL,   FINAL,      FINAL,   FINAL,   PATIENT),
    LoginNeeded:     (FINAL,   FINAL,      FINAL,   FINAL,   PATIENT),  # near an opening its person is waited for
    LoginBlocked:    (ACCOUNT, ACCOUNT,    ACCOUNT, ACCOUNT, ACCOUNT),
    LoginUnavailable: (ACCOUNT, ACCOUNT,   ACCOUNT, ACCOUNT, ACCOUNT),
    OtpRejected:     (ACCOUNT, ACCOUNT,    ACCOUNT, ACCOUNT, ACCOUNT),
    Blocked:         (ACCOUNT, ACCOUNT,    ACCOUNT, ACCOUNT, ACCOUNT),
}  # fmt: skip
"""By the very class of the error; whatever is not named here is final."""


@dataclass(frozen=True, slots=True)
class Next:
    """What happens next."""

    step: Step
    at: datetime | None = None  # when it is tried again by itself; None: never, or when its account goes on
    tell: bool = False  # it takes long: its person is told, once


def phase_of(action: Action, rule: OpeningRule, now: datetime) -> Phase:
    """What an action is at."""
    if action.type is ActionType.CANCEL:
        return Phase.CANCELLING
    if action.type is not ActionType.BOOK or action.wish is None:
        return Phase.READING
    opens = action.opens_at or rule.opens_at(action.wish.day, action.wish.start)
    if action.watch is not None and now >= opens + STILL_OPENING:
        return Phase.WATCH
    return Phase.OPENING if action.created_at < opens else Phase.BY_DAY


def step_of(error: AppError, phase: Phase) -> Step:
    return TABLE.get(type(error), (FINAL,) * 5)[tuple(Phase).index(phase)]


def decide(error: AppError, action: Action, rule: OpeningRule, now: datetime, closes: timedelta = timedelta(0)) -> Next:
    """What happens next to an action after that error; `closes`: so long before its class a booking is too late."""
    phase = phase_of(action, rule, now)
    step = step_of(error, phase)
    near = phase is Phase.OPENING and is_near_opening(action, now)
    if step is ACCOUNT or (near and isinstance(error, LoginInterrupted)):
        return Next(step, _near_opening(error, action, now) if near else None)
    if near and isinstance(error, LoginNeeded):
        return Next(step, _before_opening(now + PERSON_LOOKED_FOR, action, now))
    longest = LONGEST_PAUSE
    if isinstance(error, SlotNotFound) and phase in (Phase.OPENING, Phase.BY_DAY) and is_near_opening(action, now):
        step, longest = PATIENT, APPEARS  # asked for before it opened or after, it may not be shown yet
    ends = _too_late_from(action, rule, closes)
    again = _again(step, action, now, longest, ends) if step is not FINAL else None
    if again is not None and isinstance(error, HeldForOthers):
        again = _once_released(error, now, ends)
    if again is None:
        return Next(FINAL)
    return Next(step, again, tell=step is PATIENT and action.failures + 1 == TOLD_AFTER)


def is_near_opening(action: Action, now: datetime) -> bool:
    """Whether an action's slot opens so soon, or has so lately, that not even a waiting account holds it up."""
    at = action.opens_at if action.type is ActionType.BOOK else None
    return at is not None and at - PREPARE - timedelta(seconds=1) <= now < at + OPENING_LASTS


def _too_late_from(action: Action, rule: OpeningRule, closes: timedelta) -> datetime | None:
    """From when on nothing can be done for an action: its class begins, or bookings for it have closed."""
    if action.wish is None:
        return None
    begins = starts_at(action.wish.day, action.wish.start, rule.zone)
    return begins - closes if action.type is ActionType.BOOK else begins


def _again(step: Step, action: Action, now: datetime, longest: timedelta, ends: datetime | None) -> datetime | None:
    """When to try again; None when there were tries enough, or it would be too late."""
    tries = {FEW: MOST_ODD, AGAIN: MOST_FAILURES}.get(step)
    if tries is not None and action.failures >= tries:
        return None
    growth = PATIENT_GROWTH if step is PATIENT else GROWTH
    again = now + min(FIRST_PAUSE * growth ** min(action.failures, 50), longest)
    if ends is None:
        return again
    again = _before_opening(again, action, now)
    return again if again < ends else None


def _once_released(error: HeldForOthers, now: datetime, ends: datetime | None) -> datetime | None:
    """When a place is no longer kept for others; None when it is too late by then."""
    again = now + min(error.retry_after or HELD, LONGEST_HELD) + FIRST_PAUSE
    return again if ends is None or again < ends else None


def _before_opening(
    again: datetime, action: Action, now: datetime, last_tries: Sequence[timedelta] = LAST_TRIES
) -> datetime:
    """No pause goes past an opening that is still to come."""
    if action.opens_at is None or now >= action.opens_at:
        return again
    last = [action.opens_at - each for each in last_tries if action.opens_at - each > now + FIRST_PAUSE / 2]
    return min([again, *last]) if last else min(again, now + FIRST_PAUSE)


def _near_opening(error: AppError, action: Action, now: datetime) -> datetime:
    """When an action whose login or account is in trouble is tried again near its opening."""
    at = action.opens_at or now
    over = at + OPENING_LASTS
    if isinstance(error, OtpRejected):
        return now + ANOTHER_CODE if now + ANOTHER_CODE < at - ANOTHER_CODE / 2 else over
    if isinstance(error, Blocked):
        if now < at:
            return _before_opening(over, action, now)
        return now + max(FIRST_PAUSE * GROWTH ** min(action.failures, 10), error.retry_after or timedelta(0))
    if now < at:
        again = now + LOGIN_AGAIN * GROWTH ** min(action.failures, MOST_LOGIN_GROWTH)
        return _before_opening(again, action, now, LAST_LOGINS)
    return now + (max(INTERRUPTED, now - at) if isinstance(error, LoginInterrupted) else LOGIN_AFTER)


def rest_of(error: AppError, rests: int, chance: float) -> timedelta:
    """How long an account waits after such an error.

    `rests`: how often it has waited since something last succeeded. `chance`: from 0 to 1, so that accounts that were
    turned away together do not come back together.
    """
    said = error.retry_after if isinstance(error, Blocked) else None
    usual = REST if isinstance(error, Blocked) and not error.is_captcha else LONG_REST
    if isinstance(error, LoginUnavailable):
        usual = SHORT_REST
    growth = 2.0 ** min(rests, 10)
    rest = usual * growth if said is None else max(said, min(LEAST_REST * growth, usual))
    return min(rest, LONGEST_REST) * (1 + chance / 5) + timedelta(seconds=chance)
