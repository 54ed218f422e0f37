"""What an error leads to: one table, class of the error x phase of the action, and one pure function that reads it.

Once "my bookings" were read as "not held", until the class begins (or its bookings close, by the rules of the house)
only the site's own clear no about the slot ends a booking that was asked for before its slot opened; everything else
waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import (
    AccountWaits,
    AlreadyBooked,
    AppError,
    Blocked,
    BookingRefused,
    BookingsClosed,
    ClassCancelled,
    ClassMoved,
    HeldForOthers,
    KeyMissing,
    LoginBlocked,
    LoginDiverted,
    LoginInterrupted,
    LoginNeeded,
    LoginRejected,
    LoginStopped,
    LoginUnavailable,
    MatricolaMissing,
    NotOpenYet,
    OnWaitingList,
    OtpMissing,
    OtpRejected,
    SealBroken,
    SessionExpired,
    SiteChanged,
    SiteUnavailable,
    SlotFull,
    SlotNotFound,
    YesWithoutPlace,
)
from domain.job import Job
from domain.model import (
    OPENING_LASTS,
    PREPARE,
    Action,
    ActionType,
    ClassRef,
    NoticeKind,
    OpeningRule,
    starts_at,
)
from domain.opening_report import OpeningReport
from domain.outcome import AccountTrouble, Failed, Outcome, Waits
from domain.results import REHEARSED_WELL

MOST_FAILURES = 8  # tries of what is tried again for minutes
MOST_ODD = 3  # tries again after an answer that makes no sense, while somebody waits for the result
ENOUGH: dict[type[AppError], int] = {ClassCancelled: 2, ClassMoved: 2, YesWithoutPlace: 1 + MOST_ODD}
"""Tries in a row that have met the same, after which it is believed, and told."""
FIRST_PAUSE = timedelta(seconds=2)
GROWTH = 2.0  # of the pauses
PATIENT_GROWTH = 1.3  # of the pauses of PATIENT: a site that comes back late is found within a third of its delay
LONGEST_PAUSE = timedelta(minutes=5)
APPEARS_WITHIN = timedelta(seconds=5)  # the longest pause near an opening, while the timetable lacks the class
AGREED_WITHIN = timedelta(seconds=10)  # the longest pause until what the site said is heard once more
STILL_OPENING = timedelta(seconds=10)  # after an opening by our clock: the server's may be behind, so race all the same
TOLD_AFTER = (
    12  # failures of a patient booking, about two minutes: its person is told once, and may look for themselves
)
HELD = timedelta(minutes=10)  # a place that was given back is kept for others, when the site does not say how long
LONGEST_HELD = timedelta(hours=1)  # the most that a site's own word about such a place is believed

LOOK_EVERY = (60.0, 120.0)  # s between two looks of a watch: about as often as a person would reload
ASKED_BACK_AT_ONCE = timedelta(seconds=8)  # after a swap gave the old place up in vain: somebody else may take it
ASKED_BACK = timedelta(seconds=30)  # the same from the second time on
LOOKS_APART = timedelta(seconds=30)  # a watch of a day that another is to be looked at so near to it joins that one
ODD_LOOKS = 8  # looks of a watch that found nothing they could read, one after the other: its person is told once
UNKNOWN_NOES = 3  # the same for refusals in words that are not known
STILL_TAKEN = (SlotFull, SlotNotFound, HeldForOthers)
"""What a watch goes on after without a word: a site may hide what is full, or keep what was given back for others."""

ANOTHER_CODE = timedelta(seconds=60)  # after two refused ones; the clock that was wrong may have been set by then
LOGIN_AGAIN = timedelta(seconds=30)  # before an opening, after a sign-on that did not answer; then growing
MOST_LOGIN_GROWTH = 2  # times that pause grows: to two minutes
LOGIN_AFTER = timedelta(seconds=60)  # the same after an opening
INTERRUPTED = timedelta(seconds=10)  # after an opening, a login the booking site itself cut short; then growing
PERSON_LOOKED_FOR = timedelta(seconds=10)  # near an opening: whether a person has logged in by hand
LAST_TRIES = tuple(timedelta(seconds=each) for each in (15, 4, 0))  # before an opening: no pause is longer than that
LAST_LOGINS = (LAST_TRIES[0], LAST_TRIES[-1])  # each may send the password: a sign-on that counts them locks accounts


class Phase(StrEnum):
    """What an action is at, as far as an error's meaning depends on it."""

    READING = "reading"  # my bookings, or the timetable
    CANCELLING = "cancelling"
    REHEARSAL = "rehearsal"  # everything but the booking is tried, long before the opening
    WAITING = "waiting"  # for its opening: too early to prepare
    RACE = "race"  # asked for before its opening, which is near: from its preparation on
    LATE = "late"  # asked for before its opening, which is over
    NOW = "now"  # asked for when its slot was open
    WATCH = "watch"  # a full slot is looked at again and again
    LOOK = "look"  # one such look is under way


class Step(StrEnum):
    """What an error leads to."""

    FINAL = "final"  # the action failed
    FEW = "few"  # tried again a few times: an answer without sense may have been a single one
    AGREED = "agreed"  # tried again in short pauses, until enough tries have met the same
    AGAIN = "again"  # tried again for minutes
    PATIENT = "patient"  # tried again until the class begins, or its bookings close
    APPEARS = "appears"  # the class may not be shown yet: patient near its opening, in short pauses, else a few times
    ACCOUNT = "account"  # the account is in trouble and waits, and with it whatever it has in the queue
    ACCOUNT_NEAR = "account near"  # the account waits, and the action is tried all the same: its opening is near
    LOGIN_NEAR = "login near"  # no account is blamed; tried again near the opening, but each try sends the password
    PERSON = "person"  # its person has to log in, and is waited for near the opening
    BEHIND = "behind"  # the account waits already: nothing was sent, and the action waits with it
    KEPT = "kept"  # the login may be mended until the opening: the card tells, and the action goes on waiting
    REHEARSED = "rehearsed"  # that is what came of the rehearsal
    LOOK_ON = "look on"  # the watch looks again


FINAL, FEW, AGREED, AGAIN, PATIENT, APPEARS, ACCOUNT, ACCT_NEAR, LOGIN, PERSON, BEHIND, KEPT, REHEARSED, LOOK_ON = Step
Row = tuple[Step, Step, Step, Step, Step, Step, Step, Step, Step]
ELSE: Row = (FINAL, FINAL, REHEARSED, FINAL, FINAL, FINAL, FINAL, FINAL, FINAL)
TABLE: dict[type[AppError], Row] = {
    #                  reading  cancelling rehearsal waiting  race       late     now      watch    look
    SiteUnavailable:  (AGAIN,   AGAIN,     REHEARSED, PATIENT, PATIENT,   PATIENT, AGAIN,   PATIENT, LOOK_ON),
    SessionExpired:   (AGAIN,   AGAIN,     REHEARSED, PATIENT, PATIENT,   PATIENT, AGAIN,   PATIENT, LOOK_ON),
    LoginInterrupted: (AGAIN,   AGAIN,     REHEARSED, PATIENT, LOGIN,     PATIENT, AGAIN,   PATIENT, LOOK_ON),
    AppError:         (AGAIN,   AGAIN,     REHEARSED, PATIENT, PATIENT,   PATIENT, AGAIN,   PATIENT, LOOK_ON),
    NotOpenYet:       (FINAL,   FINAL,     REHEARSED, PATIENT, PATIENT,   PATIENT, PATIENT, PATIENT, LOOK_ON),
    SiteChanged:      (FEW,     FEW,       REHEARSED, PATIENT, PATIENT,   PATIENT, FEW,     PATIENT, LOOK_ON),
    YesWithoutPlace:  (FEW,     FEW,       REHEARSED, AGREED,  AGREED,    AGREED,  FEW,     PATIENT, LOOK_ON),
    SlotNotFound:     (FINAL,   FINAL,     REHEARSED, PATIENT, APPEARS,   PATIENT, APPEARS, PATIENT, LOOK_ON),
    AlreadyBooked:    (FINAL,   FINAL,     REHEARSED, PATIENT, PATIENT,   PATIENT, FEW,     PATIENT, LOOK_ON),
    BookingRefused:   (FINAL,   FINAL,     REHEARSED, AGAIN,   AGAIN,     AGAIN,   FINAL,   PATIENT, LOOK_ON),
    BookingsClosed:   (FINAL,   FINAL,     REHEARSED, AGAIN,   AGAIN,     AGAIN,   FINAL,   AGAIN,   AGAIN),
    ClassCancelled:   (FINAL,   FINAL,     REHEARSED, AGREED,  AGREED,    AGREED,  AGREED,  AGREED,  AGREED),
    ClassMoved:       (FINAL,   FINAL,     REHEARSED, AGREED,  AGREED,    AGREED,  AGREED,  AGREED,  AGREED),
    HeldForOthers:    (FINAL,   FINAL,     REHEARSED, PATIENT, PATIENT,   PATIENT, PATIENT, PATIENT, LOOK_ON),
    SlotFull:         (FINAL,   FINAL,     REHEARSED, FINAL,   FINAL,     FINAL,   FINAL,   FINAL,   LOOK_ON),
    OnWaitingList:    (FINAL,   FINAL,     FINAL,     FINAL,   FINAL,     FINAL,   FINAL,   FINAL,   FINAL),
    LoginRejected:    (FINAL,   FINAL,     REHEARSED, KEPT,    FINAL,     FINAL,   FINAL,   PATIENT, PATIENT),
    LoginDiverted:    (FINAL,   FINAL,     REHEARSED, KEPT,    FINAL,     FINAL,   FINAL,   PATIENT, PATIENT),
    MatricolaMissing: (FINAL,   FINAL,     REHEARSED, KEPT,    FINAL,     FINAL,   FINAL,   PATIENT, PATIENT),
    OtpMissing:       (FINAL,   FINAL,     REHEARSED, KEPT,    FINAL,     FINAL,   FINAL,   PATIENT, PATIENT),
    LoginNeeded:      (FINAL,   FINAL,     REHEARSED, KEPT,    PERSON,    FINAL,   FINAL,   PATIENT, PATIENT),
    LoginBlocked:     (ACCOUNT, ACCOUNT,   REHEARSED, ACCOUNT, ACCT_NEAR, ACCOUNT, ACCOUNT, ACCOUNT, ACCOUNT),
    LoginUnavailable: (ACCOUNT, ACCOUNT,   REHEARSED, ACCOUNT, ACCT_NEAR, ACCOUNT, ACCOUNT, ACCOUNT, ACCOUNT),
    OtpRejected:      (ACCOUNT, ACCOUNT,   REHEARSED, ACCOUNT, ACCT_NEAR, ACCOUNT, ACCOUNT, ACCOUNT, ACCOUNT),
    Blocked:          (ACCOUNT, ACCOUNT,   REHEARSED, ACCOUNT, ACCT_NEAR, ACCOUNT, ACCOUNT, ACCOUNT, ACCOUNT),
    KeyMissing:       (AGAIN,   AGAIN,     REHEARSED, PATIENT, PATIENT,   PATIENT, AGAIN,   PATIENT, LOOK_ON),
    SealBroken:       (FINAL,   FINAL,     REHEARSED, KEPT,    FINAL,     FINAL,   FINAL,   PATIENT, PATIENT),
    AccountWaits:     (BEHIND,  BEHIND,    BEHIND,    BEHIND,  BEHIND,    BEHIND,  BEHIND,  BEHIND,  BEHIND),
}  # fmt: skip
"""By the very class of the error; what is not named here takes the row ELSE."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a handler knows of its try besides the error."""

    chance: float = 0.0  # from 0 to 1: pauses of several accounts or watches come apart by it
    session_lives: bool = False  # of a rehearsal: the session works though its login is in trouble
    asked: bool = True  # of a look: the site was, in this account's name
    lost_the_old: bool = False  # of a look that swaps: the old place was given up in vain, and could not be had again
    report: OpeningReport | None = None  # of the opening that was lost to others, and that a watch begins after


NOTHING_MORE = Facts()


def phase_of(action: Action, rule: OpeningRule, now: datetime) -> Phase:
    """What an action is at, unless its handler rehearses or looks."""
    if action.type is ActionType.CANCEL:
        return Phase.CANCELLING
    if action.type is not ActionType.BOOK or action.wish is None:
        return Phase.READING
    opens = _opens_at(action, rule, action.wish)
    if action.watch is not None and now >= opens + STILL_OPENING:
        return Phase.WATCH
    if now < opens - PREPARE:
        return Phase.WAITING
    if action.created_at >= opens:
        return Phase.NOW
    return Phase.RACE if is_near_opening(action, now) else Phase.LATE


def is_near_opening(action: Action, now: datetime) -> bool:
    """Whether an action's slot opens so soon, or has so lately, that not even a waiting account holds it up."""
    at = action.opens_at if action.type is ActionType.BOOK else None
    return at is not None and at - PREPARE - timedelta(seconds=1) <= now < at + OPENING_LASTS


def step_of(error: AppError, phase: Phase) -> Step:
    return TABLE.get(type(error), ELSE)[tuple(Phase).index(phase)]


def decide(error: AppError, job: Job, phase: Phase, now: datetime, facts: Facts = NOTHING_MORE) -> Outcome:
    """What becomes of an action after that error."""
    action = job.action
    match step_of(error, phase):
        case Step.FINAL:
            return _failed(error, action)
        case Step.ACCOUNT:
            trouble = AccountTrouble(error, chance=facts.chance)
            return Waits(error=error, sentence=str(error), notices=progress(action), account=trouble)
        case Step.BEHIND:
            return Waits(sentence=str(error), notices=progress(action))
        case Step.ACCOUNT_NEAR:
            trouble = AccountTrouble(error, chance=facts.chance)
            return _failed_try(error, action, _near_opening(error, action, now), account=trouble)
        case Step.LOGIN_NEAR:
            return _failed_try(error, action, _near_opening(error, action, now))
        case Step.PERSON:
            again = _before_opening(now + PERSON_LOOKED_FOR, action, now)
            return _failed_try(error, action, again, account=AccountTrouble(error))
        case Step.KEPT | Step.REHEARSED:
            return _rehearsed(error, job, facts)
        case Step.LOOK_ON:
            return _looks_on(error, action, now, facts)
        case step:
            return _tried_again(error, job, step, now)


def handed_back(error: AppError) -> Waits:
    """What becomes of an action whose worker stops, and ended its work with that error: it waits as before."""
    return Waits(error=error)


def rehearsed(job: Job, error: AppError | None = None, result: str = REHEARSED_WELL) -> Waits:
    """What becomes of a booking whose rehearsal is over: its person is told, and it waits for its opening.

    `result`: what came of it when there was no error.
    """
    opens = _opens_at(job.action, job.rules.opening, job.class_ref)
    return Waits(
        run_at=opens - PREPARE,
        error=error,
        rehearsal=error.kind if error else result,
        succeeded=error is None,
        notices=(NoticeKind.REHEARSAL,),
    )


def postponed(action: Action, run_at: datetime, opens_at: datetime, met: AppError | None = None) -> Waits:
    """What becomes of a booking whose slot opens later than was thought; `met`: what the site said to a try."""
    failures = None if met is None else 0
    return Waits(run_at=run_at, opens_at=opens_at, error=met, failures=failures, notices=progress(action))


def _failed(error: AppError, action: Action) -> Failed:
    trouble = AccountTrouble(error, tell=action.quiet) if isinstance(error, LoginStopped) else None
    return Failed(error, trouble)


def _failed_try(
    error: AppError, action: Action, again: datetime, *, tell: bool = False, account: AccountTrouble | None = None
) -> Waits:
    """The try failed, and there will be another; `tell`: it takes long, and its person hears of it, once."""
    struggling = (NoticeKind.STRUGGLING,) if tell else ()
    notices = (*progress(action), *struggling)
    return Waits(again, error, counts=True, notices=notices, account=account)


def progress(action: Action) -> tuple[NoticeKind, ...]:
    """The card is edited; of routine work there is none."""
    return () if action.quiet else (NoticeKind.PROGRESS,)


def _tried_again(error: AppError, job: Job, step: Step, now: datetime) -> Outcome:
    """Once more after a pause, unless there were tries enough, or it would be too late."""
    action, longest = job.action, LONGEST_PAUSE
    if step is Step.APPEARS:
        step, longest = (Step.PATIENT, APPEARS_WITHIN) if is_near_opening(action, now) else (Step.FEW, LONGEST_PAUSE)
    if step is Step.AGREED:
        action = action if action.error_kind == error.kind else replace(action, failures=0)  # those alike count
        if action.failures + 1 >= ENOUGH[type(error)]:
            return _failed(error, action)
        longest = AGREED_WITHIN
    ends = _too_late_from(job)
    again = _again(step, action, now, longest, ends)
    if again is not None and isinstance(error, HeldForOthers):
        again = _once_released(error, now, ends)
    if again is None:
        return _failed(error, action)
    trouble = AccountTrouble(error) if isinstance(error, LoginStopped) else None
    tell = step is Step.PATIENT and action.failures + 1 == TOLD_AFTER
    return replace(_failed_try(error, action, again, tell=tell, account=trouble), failures=action.failures + 1)


def _rehearsed(error: AppError, job: Job, facts: Facts) -> Waits:
    """The rehearsal's own message tells of a trouble of the account. One of the login alone is none while the session
    lives."""
    stopped = isinstance(error, LoginStopped)
    blocked = isinstance(error, Blocked) and not error.at_login
    of_account = step_of(error, Phase.WAITING) is Step.ACCOUNT and (blocked or not facts.session_lives)
    told = rehearsed(job, error)
    if not (stopped or of_account):
        return told
    return replace(told, account=AccountTrouble(error, tell=False, chance=facts.chance))


def _looks_on(error: AppError, action: Action, now: datetime, facts: Facts) -> Waits:
    """The watch goes on: no place was free, another person was quicker, or the site's answer made no sense."""
    least, most = LOOK_EVERY
    pause = least + (most - least) * facts.chance
    if isinstance(error, HeldForOthers) and error.retry_after is not None:
        pause = max(least, min(error.retry_after, LONGEST_HELD).total_seconds())
    gave_up = facts.lost_the_old or action.gave_up
    if gave_up:
        pause = (ASKED_BACK_AT_ONCE if facts.lost_the_old else ASKED_BACK).total_seconds()
    odd = not isinstance(error, STILL_TAKEN)
    enough = UNKNOWN_NOES if type(error) is BookingRefused else ODD_LOOKS
    tell = facts.lost_the_old or (odd and action.failures + 1 == enough)
    begins = (NoticeKind.PROGRESS,) if facts.report else ()  # the card tells that a watch follows the opening
    struggling = (NoticeKind.STRUGGLING,) if tell else ()
    return Waits(
        now + timedelta(seconds=pause),
        error,
        failures=action.failures + 1 if odd else 0,
        report=facts.report,
        joins=None if gave_up else LOOKS_APART,
        succeeded=facts.asked and not odd,
        notices=(*begins, *struggling),
    )


def _opens_at(action: Action, rule: OpeningRule, class_ref: ClassRef) -> datetime:
    return action.opens_at or rule.opens_at(class_ref.day, class_ref.start)


def _too_late_from(job: Job) -> datetime | None:
    """From when on nothing can be done for an action: its class begins, or bookings for it have closed."""
    action, rules = job.action, job.rules
    if action.wish is None:
        return None
    begins = starts_at(action.wish.day, action.wish.start, rules.opening.zone)
    return begins - rules.closes if action.type is ActionType.BOOK else begins


def _again(step: Step, action: Action, now: datetime, longest: timedelta, ends: datetime | None) -> datetime | None:
    """When to try again; None when there were tries enough, or it would be too late."""
    tries = {Step.FEW: MOST_ODD, Step.AGAIN: MOST_FAILURES}.get(step)
    if tries is not None and action.failures >= tries:
        return None
    growth = PATIENT_GROWTH if step is Step.PATIENT else GROWTH
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
