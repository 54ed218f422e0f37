"""The errors of the product: the class of an error decides what happens next, its sentence says what went wrong.

The table is in actions/decide.py: class of the error x what the action is at.

Imports domain/opening_report.py alone; domain/model.py and every other file import from here.
"""

from __future__ import annotations

import re
from datetime import timedelta

from domain.opening_report import OpeningReport

ASKED_AGAIN = "the site asks for the password again, and does not say why"  # a LoginRejected that nobody explained
STILL_LISTED = "the booking is still there after cancelling it"  # in a SiteChanged
STILL_SHOWN = "the list does not show the booking any more, and the timetable shows it as ours"  # in a SiteChanged


def quote(words: str) -> str:
    """How an error holds the site's own words, apart from ours."""
    return f"the site says «{words}»"


def quoted(error: str) -> str:
    """The site's own words in an error's sentence; empty when it holds none."""
    found = re.search(r"«(.*)»", error, re.DOTALL)
    return found[1] if found else ""


class ClockInDoubt(Exception):
    """The program was told to stop while it waited for the machine's clock to be set, or does not wait for it: no
    action has met it.
    """


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


class DatabaseNewer(DatabaseError):
    """A newer release has upgraded the database on the server, to version `found`; it is left as it is."""

    def __init__(self, sentence: str, found: int) -> None:
        super().__init__(sentence)
        self.found = found


class AlreadyQueued(AppError):
    """The queue holds an unfinished action about the same class already: the bot shows that ticket instead."""

    def __init__(self, action_id: int) -> None:
        super().__init__(f"action {action_id} is already about this")
        self.action_id = action_id


class DuplicatePeriodic(AppError):
    """The person has the same periodic booking already: that one is shown instead."""

    def __init__(self, periodic_id: int) -> None:
        super().__init__(f"periodic booking {periodic_id} is already the same")
        self.periodic_id = periodic_id


class TooManyHolidays(AppError):
    """The person has as many holidays ahead as one account may have: some have to be deleted first."""


class TooManyWaiting(AppError):
    """As many bookings of the person wait as the owner lets them have at once: one has to end first."""

    def __init__(self, user_id: int, most: int) -> None:
        super().__init__(f"{most} bookings of user {user_id} wait already, and no more may")
        self.user_id = user_id
        self.most = most


class StillActing(AppError):
    """A place is being booked or given back for the person at this moment: they can't be forgotten before it ends."""


class UnknownGuest(AppError):
    """Nobody with that Telegram id came with an invitation, or the owner has removed them meanwhile."""


class KeyMissing(AppError):
    """The key is not here that sealed what a guest logs in with."""


class SealBroken(AppError):
    """What a guest logs in with is not as it was sealed, or was put into another's row: it opens nothing."""


class LeaseLost(AppError):
    """Another worker holds this action now: the result of the worker that lost its lease is dropped."""


class TakenBack(LeaseLost):
    """The person withdrew the action before the worker sent anything that could book or cancel."""


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
    """The site does not accept the stored session any more: the portal logs in again, once."""


class LoginFailed(SiteError):
    """A login did not reach the booking site: the classes below say where it ended."""


class LoginStopped(LoginFailed):
    """The sign-on does not let this account in, and a second try could lock it: nothing is tried until the person
    acts.
    """


class LoginRejected(LoginStopped):
    """The sign-on refused user name or password: the account stops, and its person is told."""


class OtpMissing(LoginStopped):
    """The sign-on asks for a one-time code, and no secret is configured: the account stops, and its person is told."""


class MatricolaMissing(LoginStopped):
    """The site does not offer the configured matricola: the account stops, and its person is told which are offered."""


class LoginDiverted(LoginStopped):
    """The login was led to an address where no password may be typed: the account stops; its person is told the
    address.
    """


class LoginNeeded(LoginStopped):
    """The person logs in by hand, and there is no living session: the person is told, and the account waits for them.

    Nothing is sent that could do harm, so the site is asked again now and then: a session it takes ends the stop.
    """


class OtpRejected(LoginFailed):
    """The sign-on refused two one-time codes: the account waits, and its person is told. Usually a clock or the secret
    is wrong.
    """


class LoginBlocked(LoginFailed):
    """The login met a page at which it can't go on: the account waits, and tries once more later.

    Its person is told once, with the address, the title and the words of the page.
    """


class LoginUnavailable(LoginFailed):
    """The sign-on does not answer, or the login broke off after the password: the account waits, and tries again soon.

    Its person is told once. An account with a living session goes on.
    """


class LoginInterrupted(LoginFailed):
    """The sign-on accepted the account, and the booking site then gave no page: no account is blamed. It is not a
    SiteUnavailable because each try sends the password."""


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
    """A page or an answer is not what the contract says. Evidence is kept, and a few more tries follow.

    A booking asked for before its slot opened is tried until the class begins.
    """


class YesWithoutPlace(SiteChanged):
    """The site said yes to a booking, and "my bookings" does not show the place: asked for again a few times, then told
    as it is; a later reading may still find it.
    """


class Blocked(SiteError):
    """The site answered 403, 429 or a captcha: the account waits as long as the site says, or some minutes, then goes
    on.
    """

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
    """The account of the action waits after an earlier error: nothing was sent, and its actions wait with it."""


class BookingRefused(SiteError):
    """The site refused, and its words are kept. Known words are final; with others a booking at its opening is tried
    again.
    """


class NotOpenYet(BookingRefused):
    """The site says that the slot opens later: the action waits until then."""


class SlotFull(BookingRefused):
    """The slot has no free place."""


class OnWaitingList(BookingRefused):
    """The slot is full, and the site put the account on its waiting list. Nothing else is tried: it might become two
    places.
    """


class PlaceUnclear(BookingRefused):
    """The site listed the booking in unknown words or after a bare "Ok", or the timetable does not show it as held: the
    person looks, and the next readings tell when both agree.
    """


class SlotNotFound(BookingRefused):
    """The timetable has no such slot. It may be hidden, or the timetable empty for a moment: a few more looks follow.

    A booking asked for before its slot opened, and a watch, look until the class begins.
    """

    is_gone = False  # its id was known, and its day shows other slots at its hour or later, and not that id


class ClassCancelled(BookingRefused):
    """The site says that the class does not take place: told once it was said twice."""


class ClassMoved(BookingRefused):
    """The site shows the class at another hour than the one that was asked for: told, and not booked there."""


class AlreadyBooked(BookingRefused):
    """The site says that the account holds the place: a success once "my bookings" shows it, until then like
    SlotNotFound.
    """


class Overlap(BookingRefused):
    """The class overlaps another booking of the account."""


class MembershipProblem(BookingRefused):
    """The site asks for a membership, certificate, payment or profile: only the person can mend it; no other slot
    would do.
    """


class AccountLimit(BookingRefused):
    """The account has too many bookings, no entries or credit left, or is suspended: no other slot would do."""


class HeldForOthers(BookingRefused):
    """The site keeps a cancelled place for its waiting list for a while: later anybody may book it."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # as the site says; None: it does not


class ClassStarted(BookingRefused):
    """The class has begun: it can't be booked any more."""


class BookingsClosed(BookingRefused):
    """The site takes no bookings for the class: it is too late or, before the opening, too early."""


class TooLateToCancel(BookingRefused):
    """A place that was to be cancelled without a question could not be while cancelling was free: now the person
    decides.
    """


class CancelTooLate(BookingRefused):
    """The site cancels no booking so near its class: its words say so, or the button is missing. The place stays
    booked.
    """


class TooLateToAsk(BookingRefused):
    """A booking wanted while cancelling was free became possible only after that: the person decides."""


class NothingToCancel(BookingRefused):
    """Two readings did not show the booking, and its cancel button was never pressed: the person has to look."""


class SeveralClasses(BookingRefused):
    """A row, usually typed by hand, fits several classes of the site: the person has to say which."""
