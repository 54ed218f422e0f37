"""What can go wrong, by what happens next: the class of an error decides, its sentence says what it was.

The table is in actions/decide.py: class of the error x what the action is at.

Imports domain/opening_report.py alone; domain/model.py and every other file import from here.
"""

from __future__ import annotations

import re
from datetime import timedelta

from domain.opening_report import OpeningReport

ASKED_AGAIN = "the site asks for the password again, and does not say why"  # a LoginRejected that nobody explained


def quote(words: str) -> str:
    """How an error holds the site's own words, apart from ours."""
    return f"the site says «{words}»"


def quoted(error: str) -> str:
    """The site's own words in an error's sentence; empty when it holds none."""
    found = re.search(r"«(.*)»", error, re.DOTALL)
    return found[1] if found else ""


class AppError(Exception):
    """Something went wrong in a way we know. The class says what happens next; the sentence says what it was."""

    @property
    def kind(self) -> str:
        """The stored name of the class."""
        return type(self).__name__


class ConfigError(AppError):
    """The configuration can't be used: the program stops, with the key and the remedy."""


class DatabaseError(AppError):
    """The database can't be used: the program stops, with the remedy; the file is left as it is."""


class DatabaseDamaged(DatabaseError):
    """The file is no SQLite database, or broken. It is never written again, so that what is left can be saved."""


class DatabaseBusy(DatabaseError):
    """Somebody else's lock, or a full disk: it passes, and what was not written can be written then."""


class AlreadyQueued(AppError):
    """There is a live action for this already: its ticket is shown instead."""

    def __init__(self, action_id: int) -> None:
        super().__init__(f"action {action_id} is already about this")
        self.action_id = action_id


class DuplicatePeriodic(AppError):
    """The person has the same periodic booking already: that one is shown instead."""

    def __init__(self, periodic_id: int) -> None:
        super().__init__(f"periodic booking {periodic_id} is already the same")
        self.periodic_id = periodic_id


class TooManyHolidays(AppError):
    """The person has as many days off ahead as one may have: some have to go first."""


class LeaseLost(AppError):
    """Another worker holds this action now: what we did with it is dropped."""


class TakenBack(LeaseLost):
    """Its person took the action back before anything was sent that could book or cancel."""


class OtpError(AppError):
    """The otpauth:// URL or its QR code can't be read."""


class SiteError(AppError):
    """The site did not do what was asked.

    `evidence` names the folder with page and screenshot, if kept; `opening` tells how the opening went, if it was one.
    """

    def __init__(self, message: str, evidence: str | None = None) -> None:
        super().__init__(message)
        self.evidence = evidence
        self.opening: OpeningReport | None = None


class SiteUnavailable(SiteError):
    """No usable answer (network, 5xx, maintenance, time-out): try again later, with growing pauses."""


class SessionExpired(SiteError):
    """The stored session is over: log in again, once."""


class LoginFailed(SiteError):
    """A login that did not end where it should: see the classes below."""


class LoginStopped(LoginFailed):
    """This account is not let in, and a second try could do harm: nothing is tried until its person acts."""


class LoginRejected(LoginStopped):
    """Wrong user name or password: stop for this account and tell."""


class OtpMissing(LoginStopped):
    """The site asks for a one-time code, and no secret is configured: stop for this account and tell."""


class MatricolaMissing(LoginStopped):
    """The configured matricola is none of those the site lets us choose from: stop for this account and tell which."""


class LoginDiverted(LoginStopped):
    """The login was led where no password may go: stop for this account and tell loudly, with the address."""


class LoginNeeded(LoginStopped):
    """Its person logs in by hand, and their session has ended, or there is none yet: tell, and wait for them.

    Nothing is sent that could do harm, so the site is asked again now and then: a session it takes ends the stop.
    """


class OtpRejected(LoginFailed):
    """The one-time code was refused twice: the account waits, and tells; usually the clock or the secret is wrong."""


class LoginBlocked(LoginFailed):
    """The login came to a page at which it can't go on: the account waits, tells once (address, title and words of the
    page), and tries once more later."""


class LoginUnavailable(LoginFailed):
    """The sign-on does not answer, or the login broke off after the password: the account waits, tells once, and tries
    again soon. Who has a live session goes on."""


class LoginInterrupted(LoginFailed):
    """The sign-on let us in, and the booking site itself then gave no page: it is the site's trouble, and nobody's
    account is blamed. Apart from SiteUnavailable because each try sends the password."""


def login_stop(kind: str | None, sentence: str) -> LoginStopped:
    """The error that stopped an account, from what is stored of it."""
    others = (LoginDiverted, LoginNeeded, MatricolaMissing, OtpMissing)
    classes: dict[str | None, type[LoginStopped]] = {each.__name__: each for each in others}
    return classes.get(kind, LoginRejected)(sentence)


def login_error(kind: str, sentence: str) -> LoginFailed:
    """The error a login ended with, from what is stored of it."""
    for each in (LoginInterrupted, LoginBlocked, LoginUnavailable, OtpRejected):
        if kind == each.__name__:
            return each(sentence)
    return login_stop(kind, sentence)


class SiteChanged(SiteError):
    """A page or answer is not what the contract says: evidence is kept. It may be a single one: a few more tries.

    A booking asked for before its slot opened is tried until the class begins.
    """


class Blocked(SiteError):
    """403, 429 or a captcha: the account waits as long as the site says, or some minutes, tells once, then goes on."""

    def __init__(
        self, message: str, *, status: int | None = None, retry_after: timedelta | None = None, at_login: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status  # None: a captcha
        self.retry_after = retry_after
        self.at_login = at_login  # it says nothing of the accounts whose sessions live

    @property
    def is_captcha(self) -> bool:
        return self.status is None


class AccountWaits(SiteError):
    """The account of the action waits after a trouble of its own: nothing was sent for it, and it waits too."""


class BookingRefused(SiteError):
    """The site said no, in words we keep. In words we know it is final; in others a booking at its opening goes on."""


class NotOpenYet(BookingRefused):
    """The slot opens later: wait until then."""


class SlotFull(BookingRefused):
    """No place left."""


class OnWaitingList(BookingRefused):
    """Full, and the site put us on its waiting list: nothing else is tried, or it might become two places."""


class PlaceUnclear(BookingRefused):
    """The site lists it in words we do not know, and the timetable does not show it as ours: the person has to look."""


class SlotNotFound(BookingRefused):
    """The timetable has no such slot: it may be hidden, or the timetable empty for a moment. A few more looks.

    A booking asked for before its slot opened, and a watch, look until the class begins.
    """


class AlreadyBooked(BookingRefused):
    """We hold it already: success, once seen in "my bookings". Until then as if it was not found."""


class Overlap(BookingRefused):
    """It meets another booking of ours."""


class MembershipProblem(BookingRefused):
    """Membership, certificate, payment or profile of the person: only they can mend it. No other slot would do."""


class AccountLimit(BookingRefused):
    """So many bookings at once, entries or credit used up, or barred for a while. No other slot would do."""


class HeldForOthers(BookingRefused):
    """A place that was given back is kept for a while for who waits for it: later anybody may have it."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # as the site says; None: it does not


class ClassStarted(BookingRefused):
    """Too late: the class has begun."""


class BookingsClosed(BookingRefused):
    """The site takes no bookings for it: too late, or, before an opening, not yet."""


class TooLateToCancel(BookingRefused):
    """What was to be given back unasked could not be while that was free: from now on only the person decides."""


class CancelTooLate(BookingRefused):
    """The site lets go of no place so near its class: its words say so, or the button is gone. The place stays ours."""


class TooLateToAsk(BookingRefused):
    """What was asked for while a place could be given back for free can be booked only now: the person decides."""


class NothingToCancel(BookingRefused):
    """Two readings apart did not show the booking, and we had not pressed its button: the person has to look."""


class SeveralClasses(BookingRefused):
    """What was asked for, by hand as a rule, fits several classes of the site: the person has to say which."""
