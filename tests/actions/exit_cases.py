"""The cases of test_exits.py: what the site says to one action, and the whole of what that leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from actions.cancelling import Cancelled
from booking import Booked
from domain.errors import (
    AlreadyBooked,
    Blocked,
    BookingRefused,
    BookingsClosed,
    DatabaseBusy,
    HeldForOthers,
    LeaseLost,
    LoginBlocked,
    LoginInterrupted,
    LoginNeeded,
    LoginRejected,
    LoginUnavailable,
    MembershipProblem,
    NotOpenYet,
    OnWaitingList,
    Overlap,
    SiteChanged,
    SiteError,
    SiteUnavailable,
    SlotFull,
    SlotNotFound,
    TakenBack,
)
from domain.model import (
    ActionType,
    Activity,
    Booking,
    OpeningRule,
    Slot,
    SlotStatus,
    Timetable,
)
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from opening.race import Won
from tests.support.sites import ROME

RULE = OpeningRule(2, time(12), ROME)
TUESDAY = date(2026, 11, 24)
OPENS = datetime(2026, 11, 22, 11, tzinfo=UTC)
BEGINS = datetime(2026, 11, 24, 17, tzinfo=UTC)
EVENING, WAITING = OPENS - timedelta(hours=1), OPENS - timedelta(minutes=30)
PREPARING, RACING = OPENS - timedelta(minutes=4), OPENS - timedelta(seconds=5)
LATE = OPENS + timedelta(hours=1)

YOGA = Booking("YOGA", "Giuriati", TUESDAY, time(18), 55)
GAG = Booking("GAG", "Giuriati", TUESDAY, time(20), 55)
ZUMBA = Booking("ZUMBA", "Giuriati", TUESDAY, time(18), 55)
PLATINUM = Activity("1", "Giuriati - Corsi Platinum")
OPEN = Slot(PLATINUM, "7", "YOGA", TUESDAY, time(18), time(19), places=3, status=SlotStatus.AVAILABLE)
FULL = Slot(PLATINUM, "7", "YOGA", TUESDAY, time(18), time(19), places=0)
SHOT = Shot(0, 0.0, 0.001, 0.05, ShotOutcome.FULL, "Pieno.")
REPORT = OpeningReport(OPENS, shots=(SHOT,))

ACTING = "UPDATE booking_actions SET acting = 1 WHERE id = 1"
PRESSED = "UPDATE booking_actions SET pressed = 1 WHERE id = 1"
WITHDRAWN = (
    "UPDATE booking_actions SET status = 'cancelled', lease_until = NULL, completed_at = '2026-11-22T12:00:00.000Z'"
    " WHERE id = 1"
)
CLAIMED_BY_ANOTHER = "UPDATE booking_actions SET attempts = attempts + 1, worker = 'another' WHERE id = 1"
ASKED_FOR = "UPDATE booking_actions SET quiet = 0 WHERE id = 1"
HELD = (
    "INSERT INTO user_bookings (user_id, booking_id, course_name, location, booking_date, booking_time, minutes)"
    " VALUES (42, '{id}', '{course}', 'Giuriati', '2026-11-24', '{at}', 55)"
)
HOLDS_ZUMBA = HELD.format(id=ZUMBA.booking_id, course="ZUMBA", at="18:00")
HOLDS_YOGA = HELD.format(id=YOGA.booking_id, course="YOGA", at="18:00")
RECURS = (
    "INSERT INTO periodic_bookings (id, user_id, course_name, day_of_week, time_slot, requires_confirmation)"
    " VALUES (1, 42, 'YOGA', 1, '18:00', 0)"
)
REJECTED = (
    "UPDATE accounts SET rejected = 1, rejected_kind = 'LoginRejected', rejected_reason = 'no' WHERE user_id = 42"
)
PAUSED = (
    "UPDATE accounts SET paused_until = '2026-11-22T13:00:00.000Z', pause_kind = 'LoginBlocked',"
    " pause_reason = 'a page' WHERE user_id = 42"
)
WEEKLY = (
    "INSERT INTO courses (name, location, day_of_week, time_start, time_end, course_type)"
    " VALUES ('YOGA', 'Giuriati', 1, '18:00', '19:00', 'Corsi Platinum')"
)
SPENT = "UPDATE booking_actions SET opening_requests = 10 WHERE id = 1"
ALTERNATIVE = (
    "INSERT INTO alternatives (action_id, position, course_name, location, date, time_slot)"
    " VALUES (1, 1, 'GAG', 'Giuriati', '2026-11-24', '20:00')"
)


OVERLAPS = Overlap("the site says «Si sovrappone»")
GONE = Cancelled(LATE, proven=True)


def booked(got: Booking = YOGA, slot: Slot | None = OPEN) -> Booked:
    return Booked(got, LATE, slot, "requests", "")


def told_of(error: SiteError) -> SiteError:
    """An error of a race, with the race's report."""
    error.opening = REPORT
    return error


@dataclass(frozen=True)
class Case:
    """One action, what the site says to it, and what is left behind."""

    name: str
    says: Mapping[str, Any]  # by verb: an error to raise, what to return, or a list of those, one after the other
    row: str  # what became of its row
    told: str = ""  # the notices in the outbox, in order
    more: str = ""  # the account, what is held, and what else is in the queue
    kind: ActionType = ActionType.BOOK
    at: datetime = LATE
    columns: Mapping[str, object] = field(default_factory=dict)
    before: Sequence[str] = ()
    meanwhile: Sequence[str] = ()  # what happens to the rows while the site is asked
    stops: bool = False  # the worker stops meanwhile
    raises: type[Exception] | None = None

    def __str__(self) -> str:
        return self.name


Columns = dict[str, object]
BY_DAY: Columns = {"created_at": "2026-11-22T11:30:00.000Z"}  # asked for when its slot was open
REHEARSES: Columns = {"rehearse_at": "2026-11-22T10:00:00.000Z"}
WATCHES: Columns = {"watch": "book"}
TELLS: Columns = {"watch": "tell"}
SWAPS: Columns = {"replaces_row_id": 1}
IN_DOUBT: Columns = {"error_kind": "SiteChanged", "failures": 2}
NO_OPENING: Columns = {"opens_at": None}
QUIET: Columns = {"quiet": 1}
CANCEL, CHECK, REFRESH = ActionType.CANCEL, ActionType.CHECK, ActionType.REFRESH


BOOKED = [
    Case("booked late", {"book": booked()},
         row="completed, result 'seen in my bookings (requests)', choice 0, names 20261124-1800-yoga-giuriati, of "
         "Corsi Platinum, ended", told="result", more="YOGA confirmed"),
    Case("booked by day, quietly", {"book": booked()},
         row="completed, result 'seen in my bookings (requests)', choice 0, names 20261124-1800-yoga-giuriati, of "
         "Corsi Platinum, ended", told="result", more="YOGA confirmed", columns=BY_DAY | QUIET),
    Case("booked, the alternative", {"my_bookings": (), "book": [SlotFull("full"), booked(GAG)]},
         row="completed, result 'seen in my bookings (requests)', choice 1, not first: full, names "
         "20261124-2000-gag-giuriati, ended", told="result", more="GAG confirmed", before=[ALTERNATIVE]),
    Case("booked in the race", {"race": Won(booked(), 0, REPORT)},
         row="completed, result 'seen in my bookings (requests)', choice 0, names 20261124-1800-yoga-giuriati, "
         "acting, of Corsi Platinum, ended", told="result", more="opening with ['full'] early 0; YOGA confirmed",
         at=PREPARING, meanwhile=[ACTING]),
    Case("booked at the rehearsal", {"my_bookings": (), "find_slot": OPEN, "book": booked()},
         row="completed, result 'seen in my bookings (requests)', to rehearse, choice 0, names "
         "20261124-1800-yoga-giuriati, acting, of Corsi Platinum, ended", told="result",
         more="opening with [] early 1; YOGA confirmed", at=EVENING, columns=REHEARSES),
    Case("found held at the rehearsal", {"my_bookings": (YOGA,)},
         row="completed, result 'seen in my bookings (already)', to rehearse, choice 0, names "
         "20261124-1800-yoga-giuriati, ended", told="result", more="YOGA confirmed", at=EVENING, columns=REHEARSES),
    Case("booked by a watch", {"find_slot": OPEN, "book": booked()},
         row="completed, result 'seen in my bookings (requests)', choice 0, names 20261124-1800-yoga-giuriati, of "
         "Corsi Platinum, ended", told="result", more="YOGA confirmed", columns=WATCHES),
    Case("booked by a watch whose answer was lost", {"my_bookings": (YOGA,)},
         row="completed, result 'seen in my bookings (already)', choice 0, names 20261124-1800-yoga-giuriati, ended",
         told="result", more="YOGA confirmed", columns=WATCHES | {"error_kind": "SiteUnavailable"}),
    Case("a place is free", {"find_slot": OPEN}, row="completed, result 'a place is free', ended", told="result",
         columns=TELLS),
    Case("a swap", {"book": booked()},
         row="completed, result 'seen in my bookings (requests)', choice 0, names 20261124-1800-yoga-giuriati, of "
         "Corsi Platinum, ended", told="result",
         more="ZUMBA confirmed; YOGA confirmed; cancel ZUMBA pending, at +0s, names 20261124-1800-zumba-giuriati",
         columns=SWAPS, before=[HOLDS_ZUMBA]),
    Case("a swap that gave up the old one",
         {"book": [OVERLAPS, booked()], "cancel": GONE},
         row="completed, result 'seen in my bookings (requests)', choice 0, names 20261124-1800-yoga-giuriati, "
         "gave_up, of Corsi Platinum, ended", told="result, gone", more="ZUMBA cancelled; YOGA confirmed",
         columns=SWAPS, before=[HOLDS_ZUMBA]),
    Case("booked too late to ask, by an earlier try", {"my_bookings": (YOGA,)},
         row="completed, result 'seen in my bookings (already)', choice 0, names 20261124-1800-yoga-giuriati, ended",
         told="result", more="YOGA confirmed", columns={"free_until": "2026-11-22T11:30:00.000Z"}),
    Case("booked while its account waits", {"race": Won(booked(), 0, None)},
         row="completed, result 'seen in my bookings (requests)', choice 0, names 20261124-1800-yoga-giuriati, of "
         "Corsi Platinum, ended", told="result", more="YOGA confirmed", at=PREPARING, before=[PAUSED]),
]  # fmt: skip

CANCELLED = [
    Case("cancelled", {"cancel": Cancelled(LATE, proven=True)},
         row="completed, result 'read back as gone', pressed, ended", told="result", more="YOGA cancelled",
         kind=CANCEL, before=[HOLDS_YOGA]),
    Case("not in the list once", {"cancel": Cancelled(LATE, proven=False)},
         row="pending, at +31s, SiteUnavailable, failures 2, absent +0s", told="progress", more="YOGA confirmed",
         kind=CANCEL, before=[HOLDS_YOGA], columns=IN_DOUBT),
    Case("not in the list twice, pressed by an earlier try", {"cancel": Cancelled(LATE, proven=False)},
         row="completed, result 'gone since an earlier try', absent -1800s, pressed, ended", told="result",
         more="YOGA cancelled", kind=CANCEL, before=[HOLDS_YOGA, PRESSED],
         columns={"absent_since": "2026-11-22T11:30:00.000Z"}),
    Case("not in the list twice, never pressed", {"cancel": Cancelled(LATE, proven=False)},
         row="failed, NothingToCancel, 'YOGA on 2026-11-24 at 18:00 is not among the bookings', failures 1, absent "
         "-1800s, ended", told="result", more="YOGA confirmed; check  quietly pending, at +0s", kind=CANCEL,
         before=[HOLDS_YOGA], columns={"absent_since": "2026-11-22T11:30:00.000Z"}),
    Case("a cancellation that names nothing", {"my_bookings": ()},
         row="failed, SlotNotFound, 'there is no booking 'nothing' to cancel', failures 1, names nothing, ended",
         told="result", kind=CANCEL, columns={"booking_id": "nothing", "date": None, "time_slot": None}),
    Case("no answer to a cancellation", {"cancel": SiteUnavailable("503")},
         row="pending, at +2s, SiteUnavailable, '503', failures 1", told="progress", kind=CANCEL,
         columns={"absent_since": "2026-11-22T11:30:00.000Z"}),
]  # fmt: skip

READ = [
    Case("synced", {"read_my_bookings": (YOGA,)}, row="completed, result '1 booking', ended", told="result",
         more="YOGA confirmed", kind=CHECK),
    Case("synced quietly", {"read_my_bookings": (YOGA,)}, row="completed, result '1 booking', ended",
         more="YOGA confirmed", kind=CHECK, columns=QUIET),
    Case("synced quietly, asked for meanwhile", {"read_my_bookings": (YOGA,)},
         row="completed, result '1 booking', ended", told="result", more="YOGA confirmed", kind=CHECK, columns=QUIET,
         meanwhile=[ASKED_FOR]),
    Case("synced, and one is missing", {"read_my_bookings": ()}, row="completed, result '0 bookings', ended",
         told="result", more="YOGA confirmed, missing; check  quietly pending, at +31s", kind=CHECK,
         before=[HOLDS_YOGA]),
    Case("refreshed", {"timetable": Timetable((PLATINUM,), (TUESDAY,), (OPEN,))},
         row="completed, result '1 activities, 1 slots in 8 days', ended", told="result", kind=REFRESH),
    Case("refreshed quietly", {"timetable": Timetable((PLATINUM,), (TUESDAY,), (OPEN,))},
         row="completed, result '1 activities, 1 slots in 8 days', ended", kind=REFRESH, columns=QUIET),
    Case("a timetable nobody believes", {"timetable": Timetable((), (TUESDAY,), ())},
         row="pending, at +2s, SiteChanged, 'the timetable came back empty: the old one stays', failures 1",
         told="progress", kind=REFRESH),
]  # fmt: skip

WAITS = [
    Case("claimed long before its opening", {}, row="pending, at +1500s", told="progress", at=WAITING),
    Case("claimed long before, in doubt", {}, row="pending, at +1500s, SiteChanged, failures 2", told="progress",
         at=WAITING, columns=IN_DOUBT),
    Case("claimed long before, quietly", {}, row="pending, at +1500s", at=WAITING, columns=QUIET),
    Case("looked open before its time", {"book": NotOpenYet("later")}, row="pending, at +1500s, NotOpenYet",
         told="progress", at=WAITING, columns={"opens_at": "2026-11-22T10:00:00.000Z"}),
    Case("looked open before its time, no answer for the sixth time", {"book": SiteUnavailable("503")},
         row="pending, at +1500s, SiteUnavailable", told="progress", at=WAITING,
         columns={"opens_at": "2026-11-22T10:00:00.000Z", "failures": 5}),
    Case("no requests left for another race", {}, row="pending, at +15s, failures 1", told="progress", at=RACING,
         columns={"failures": 1}, before=[SPENT]),
    Case("rehearsed", {"my_bookings": (), "find_slot": FULL}, row="pending, at +3300s, rehearsal ok",
         told="rehearsal", at=EVENING, columns=REHEARSES),
    Case("rehearsed, and it looked open", {"my_bookings": (), "find_slot": OPEN, "book": NotOpenYet("later")},
         row="pending, at +3300s, rehearsal ok, acting", told="rehearsal", at=EVENING, columns=REHEARSES),
    Case("rehearsed unseen", {"my_bookings": (), "find_slot": SlotNotFound("hidden")},
         row="pending, at +3300s, rehearsal unseen", told="rehearsal", at=EVENING, columns=REHEARSES,
         before=[WEEKLY]),
    Case("rehearsed in vain", {"my_bookings": (), "find_slot": SlotNotFound("none")},
         row="pending, at +3300s, rehearsal SlotNotFound", told="rehearsal", at=EVENING, columns=REHEARSES),
    Case("rehearsed, no answer", {"my_bookings": SiteUnavailable("503")},
         row="pending, at +3300s, rehearsal SiteUnavailable", told="rehearsal", at=EVENING, columns=REHEARSES),
    Case("rehearsed and booking's answer lost",
         {"my_bookings": (), "find_slot": OPEN, "book": SiteUnavailable("503")},
         row="pending, at +3300s, SiteUnavailable, rehearsal SiteUnavailable, acting", told="rehearsal", at=EVENING,
         columns=REHEARSES),
    Case("rehearsed, password refused", {"renew": LoginRejected("wrong")},
         row="pending, at +3300s, rehearsal LoginRejected", told="rehearsal", more="rejected LoginRejected 'wrong'",
         at=EVENING, columns=REHEARSES),
    Case("rehearsed, login in trouble", {"renew": LoginBlocked("a page"), "my_bookings": SiteUnavailable("503")},
         row="pending, at +3300s, rehearsal LoginBlocked", told="rehearsal",
         more="paused +1800s LoginBlocked rests 1", at=EVENING, columns=REHEARSES),
    Case("rehearsed, login in trouble and its session lives", {"renew": LoginBlocked("a page"), "my_bookings": ()},
         row="pending, at +3300s, rehearsal LoginBlocked", told="rehearsal", at=EVENING, columns=REHEARSES),
    Case("rehearsed, turned away", {"renew": Blocked("403", status=403)}, row="pending, at +3300s, rehearsal Blocked",
         told="rehearsal", more="paused +300s Blocked rests 1", at=EVENING, columns=REHEARSES),
    Case("rehearsed onto a waiting list", {"my_bookings": (), "find_slot": OPEN, "book": OnWaitingList("in coda")},
         row="failed, OnWaitingList, 'in coda', failures 1, to rehearse, acting, ended", told="result", at=EVENING,
         columns=REHEARSES),
    Case("rejected account, opening to come", {}, row="pending, at +1500s, rehearsal LoginRejected", told="rehearsal",
         more="rejected LoginRejected 'no'", at=WAITING, before=[REJECTED]),
    Case("its account waits", {},
         row="pending, at -10800s, SiteChanged, 'the account waits until 13:00 UTC: a page', failures 2",
         told="progress", more="paused +3600s LoginBlocked rests 0", before=[PAUSED], columns=IN_DOUBT),
    Case("its account waits, quietly", {}, row="pending, at -10800s, 'the account waits until 13:00 UTC: a page'",
         more="paused +3600s LoginBlocked rests 0", kind=CHECK, before=[PAUSED], columns=QUIET),
]  # fmt: skip

WATCHED = [
    Case("a watch sees it full", {"find_slot": FULL}, row="pending, at +60s, SlotFull",
         columns=WATCHES | {"failures": 3}),
    Case("a watch meets an odd answer for the first time", {"find_slot": SiteChanged("odd")},
         row="pending, at +60s, SiteChanged, failures 1", columns=WATCHES),
    Case("a watch meets an odd answer for the eighth time", {"find_slot": SiteChanged("odd")},
         row="pending, at +60s, SiteChanged, failures 8", told="struggling", columns=WATCHES | {"failures": 7}),
    Case("a watch meets unknown words for the third time",
         {"my_bookings": (), "find_slot": OPEN, "book": BookingRefused("Mah.")},
         row="pending, at +60s, BookingRefused, failures 3", told="struggling",
         columns=WATCHES | {"failures": 2, "error_kind": "BookingRefused"}),
    Case("a watch waits for who waits", {"find_slot": OPEN, "book": HeldForOthers("riservato", timedelta(minutes=5))},
         row="pending, at +300s, HeldForOthers", columns=WATCHES),
    Case("a watch is over", {}, row="failed, SlotFull, 'nobody gave a place back in time', failures 1, ended",
         told="result", columns=WATCHES | {"watch_until": "2026-11-22T11:30:00.000Z"}),
    Case("a watch whose place would come too late", {},
         row="failed, SlotFull, 'nobody gave a place back in time', failures 1, ended",
         told="result", columns=WATCHES | {"notice_minutes": 54 * 60}),
    Case("a watch after bookings closed", {"find_slot": OPEN, "book": BookingsClosed("chiuse")},
         row="pending, at +2s, BookingsClosed, 'chiuse', failures 1", told="progress", columns=WATCHES),
    Case("a watch whose password is refused", {"find_slot": LoginRejected("wrong")},
         row="pending, at +2s, LoginRejected, 'wrong', failures 1", told="login_rejected, progress",
         more="rejected LoginRejected 'wrong'", columns=WATCHES),
    Case("a watch whose login is blocked", {"find_slot": LoginBlocked("a page")},
         row="pending, at -10800s, LoginBlocked, 'a page'", told="account_waits, progress",
         more="paused +1800s LoginBlocked rests 1", columns=WATCHES),
    Case("a watch begins with a lost race", {"race": told_of(SlotFull("full"))},
         row="pending, at +60s, SlotFull, acting", told="progress", more="opening with ['full'] early 0",
         at=PREPARING, columns=WATCHES, meanwhile=[ACTING]),
    Case("a watch that swaps gave the old one up in vain",
         {"find_slot": OPEN, "book": [OVERLAPS, SlotFull("full"), SlotFull("full")], "cancel": GONE},
         row="pending, at +8s, SlotFull, gave_up", told="struggling", more="ZUMBA cancelled",
         columns=WATCHES | SWAPS, before=[HOLDS_ZUMBA]),
]  # fmt: skip

FAILED = [
    Case("full", {"book": SlotFull("full")}, row="failed, SlotFull, 'full', failures 1, ended", told="result"),
    Case("full in the race", {"race": told_of(SlotFull("full"))},
         row="failed, SlotFull, 'full', failures 1, acting, ended", told="result",
         more="opening with ['full'] early 0", at=PREPARING, meanwhile=[ACTING]),
    Case("full after an answer that was lost", {"book": SlotFull("full")},
         row="failed, SlotFull, 'full', failures 3, ended", told="result", columns=IN_DOUBT),
    Case("overlaps quietly", {"book": Overlap("another")}, row="failed, Overlap, 'another', failures 1, ended",
         told="result", columns=QUIET),
    Case("no answer for the ninth time, by day", {"book": SiteUnavailable("503")},
         row="failed, SiteUnavailable, '503', failures 9, ended", told="result",
         more="check  quietly pending, at +0s", columns=BY_DAY | {"failures": 8}),
    Case("already booked, but not there, for the fourth time", {"book": AlreadyBooked("gia")},
         row="failed, AlreadyBooked, 'gia', failures 4, ended", told="result", more="check  quietly pending, at +0s",
         columns=BY_DAY | {"failures": 3}),
    Case("a swap that failed after giving up the old one",
         {"book": [OVERLAPS, SlotFull("full"), SlotFull("full")], "cancel": GONE},
         row="failed, SlotFull, 'full', failures 1, gave_up, ended", told="result",
         more="ZUMBA cancelled; book ZUMBA pending, at +0s", columns=SWAPS, before=[HOLDS_ZUMBA]),
    Case("a swap that failed and has the old one back",
         {"book": [OVERLAPS, SlotFull("full"), booked(ZUMBA)], "cancel": GONE},
         row="failed, SlotFull, 'full', failures 1, took_back, ended", told="result", more="ZUMBA confirmed",
         columns=SWAPS, before=[HOLDS_ZUMBA]),
    Case("membership ended, and it recurs", {"book": MembershipProblem("the site says «Tessera scaduta»")},
         row="failed, MembershipProblem, 'the site says «Tessera scaduta»', failures 1, ended", told="result",
         more="recurring pause MembershipProblem", columns={"periodic_booking_id": 1}, before=[RECURS]),
    Case("password refused", {"book": LoginRejected("wrong")},
         row="failed, LoginRejected, 'wrong', failures 1, ended", told="result",
         more="rejected LoginRejected 'wrong'"),
    Case("password refused, quietly", {"read_my_bookings": LoginRejected("wrong")},
         row="failed, LoginRejected, 'wrong', failures 1, ended", told="login_rejected",
         more="rejected LoginRejected 'wrong'", kind=CHECK, columns=QUIET),
    Case("login by hand is due, quietly", {"read_my_bookings": LoginNeeded("over")},
         row="failed, LoginNeeded, 'over', failures 1, ended", told="login_rejected",
         more="rejected LoginNeeded 'over'", kind=CHECK, columns=QUIET),
    Case("rejected account", {},
         row="failed, LoginRejected, 'the site refused this password before: it is not tried again until it "
         "changes', failures 1, ended", told="result", more="rejected LoginRejected 'no'", before=[REJECTED]),
    Case("the class has begun", {}, row="failed, ClassStarted, 'the class has begun', failures 1, ended",
         told="result", at=BEGINS),
    Case("too late to ask", {"my_bookings": ()},
         row="failed, TooLateToAsk, 'it could be booked only after a place could be given back for free', failures "
         "1, ended", told="result", more="check  quietly pending, at +0s",
         columns={"free_until": "2026-11-22T11:30:00.000Z"}),
    Case("a reading that fails for the fourth time", {"read_my_bookings": SiteChanged("odd")},
         row="failed, SiteChanged, 'odd', failures 4, ended", told="result", kind=CHECK,
         columns=QUIET | {"failures": 3}),
]  # fmt: skip

RETRIED = [
    Case("no answer, late", {"book": SiteUnavailable("503")},
         row="pending, at +2s, SiteUnavailable, '503', failures 1", told="progress"),
    Case("no answer, quietly", {"book": SiteUnavailable("503")},
         row="pending, at +2s, SiteUnavailable, '503', failures 1", columns=QUIET | BY_DAY),
    Case("no answer for the twelfth time", {"book": SiteUnavailable("503")},
         row="pending, at +35.843s, SiteUnavailable, '503', failures 12", told="progress, struggling",
         columns={"failures": 11}),
    Case("an odd page, with evidence", {"book": SiteChanged("odd", evidence="/evidence/1")},
         row="pending, at +2s, SiteChanged, 'odd', failures 1, evidence /evidence/1", told="progress",
         columns=BY_DAY),
    Case("unknown words, late", {"book": BookingRefused("Mah.")},
         row="pending, at +2s, BookingRefused, 'Mah.', failures 1", told="progress"),
    Case("held for others", {"book": HeldForOthers("riservato")},
         row="pending, at +602s, HeldForOthers, 'riservato', failures 1", told="progress"),
    Case("nobody thought of it", {"book": ZeroDivisionError("a bug")},
         row="pending, at +2s, AppError, 'unexpected ZeroDivisionError', failures 1", told="progress"),
    Case("no answer in the race, not yet shot", {"race": SiteUnavailable("503")},
         row="pending, at +2s, SiteUnavailable, '503', failures 1", told="progress", at=PREPARING),
    Case("no answer in the race, shot", {"race": told_of(SiteUnavailable("503"))},
         row="pending, at +2s, SiteUnavailable, '503', failures 1, acting", told="progress",
         more="opening with ['full'] early 0", at=PREPARING, meanwhile=[ACTING]),
    Case("not shown in the race", {"race": SlotNotFound("hidden")},
         row="pending, at +2s, SlotNotFound, 'hidden', failures 1", told="progress", at=OPENS),
    Case("login interrupted near the opening", {"race": LoginInterrupted("a JSON")},
         row="pending, at +30s, LoginInterrupted, 'a JSON', failures 1", told="progress", at=PREPARING),
    Case("login by hand is due near the opening", {"race": LoginNeeded("over")},
         row="pending, at +10s, LoginNeeded, 'over', failures 1", told="login_rejected, progress",
         more="rejected LoginNeeded 'over'", at=OPENS),
    Case("turned away near the opening", {"race": told_of(Blocked("429", status=429))},
         row="pending, at +2s, Blocked, '429', failures 1, acting", told="account_waits, progress",
         more="paused +300s Blocked rests 1; opening with ['full'] early 0; refresh  quietly pending, at +120s",
         at=OPENS, meanwhile=[ACTING]),
    Case("turned away late", {"book": Blocked("429", status=429)},
         row="pending, at -10800s, Blocked, '429', failures 2", told="account_waits, progress",
         more="paused +300s Blocked rests 1", columns=IN_DOUBT),
    Case("turned away while it waited, by a watch", {"find_slot": Blocked("captcha")},
         row="pending, at -10800s, Blocked, 'captcha'", told="account_waits, progress",
         more="paused +1800s Blocked rests 1", columns=WATCHES),
    Case("sign-on silent, a reading", {"read_my_bookings": LoginUnavailable("no answer")},
         row="pending, at -10800s, LoginUnavailable, 'no answer'", told="account_waits",
         more="paused +60s LoginUnavailable rests 1", kind=CHECK, columns=QUIET),
]  # fmt: skip

STOPPED = [
    Case("stopped while asked", {"book": SiteUnavailable("closed")}, row="pending, at -10800s, SiteUnavailable",
         stops=True),
    Case("stopped while asked, no opening known", {"book": SiteUnavailable("closed")},
         row="pending, at -10800s, SiteUnavailable", stops=True, columns=NO_OPENING),
    Case("stopped while it prepared", {"race": SiteUnavailable("closed")}, row="pending, at -6960s", stops=True,
         at=PREPARING),
    Case("stopped while it shot", {"race": told_of(SiteUnavailable("closed"))},
         row="pending, at -7195s, SiteUnavailable, acting", stops=True, at=RACING, meanwhile=[ACTING]),
    Case("stopped while it prepared, in doubt", {"race": SiteUnavailable("closed")},
         row="pending, at -6960s, SiteChanged, failures 2", stops=True, at=PREPARING, columns=IN_DOUBT),
    Case("stopped while it shot, in doubt", {"race": SiteUnavailable("closed")},
         row="pending, at -7195s, SiteUnavailable, failures 2, acting", stops=True, at=RACING, columns=IN_DOUBT,
         meanwhile=[ACTING]),
    Case("stopped at its login", {"book": LoginUnavailable("closed")}, row="pending, at -10800s, LoginUnavailable",
         stops=True),
    Case("stopped at its login, in doubt", {"book": LoginUnavailable("closed")},
         row="pending, at -10800s, SiteChanged, failures 2", stops=True, columns=IN_DOUBT),
    Case("stopped, a password that was refused", {"book": LoginRejected("wrong")},
         row="pending, at -10800s, LoginRejected", stops=True),
    Case("stopped, a cancellation looked for once more", {"cancel": SiteUnavailable("closed")},
         row="pending, at -10800s, SiteUnavailable", stops=True, kind=CANCEL,
         columns={"absent_since": "2026-11-22T11:30:00.000Z"}),
    Case("stopped, a reading", {"read_my_bookings": SiteUnavailable("closed")},
         row="pending, at -10800s, SiteUnavailable", stops=True, kind=CHECK, columns=QUIET),
    Case("stopped, the site had said no", {"book": SlotFull("full")}, row="pending, at -10800s, SlotFull",
         stops=True),
]  # fmt: skip

NOT_OURS = [
    Case("claimed by another, booked", {"book": booked()}, row="processing, held by another",
         meanwhile=[CLAIMED_BY_ANOTHER], raises=LeaseLost),
    Case("claimed by another, failed", {"book": SlotFull("full")}, row="processing, held by another",
         meanwhile=[CLAIMED_BY_ANOTHER], raises=LeaseLost),
    Case("claimed by another, password refused", {"book": LoginRejected("wrong")}, row="processing, held by another",
         told="login_rejected", more="rejected LoginRejected 'wrong'", meanwhile=[CLAIMED_BY_ANOTHER],
         raises=LeaseLost),
    Case("withdrawn meanwhile, booked", {"book": booked()}, row="cancelled, LeaseLost, ended",
         more="check  quietly pending, at +0s", meanwhile=[WITHDRAWN], raises=LeaseLost),
    Case("withdrawn meanwhile, failed", {"book": SlotFull("full")}, row="cancelled, LeaseLost, ended",
         more="check  quietly pending, at +0s", meanwhile=[WITHDRAWN], raises=LeaseLost),
    Case("withdrawn while it prepared", {"race": SiteUnavailable("503")}, row="cancelled, ended", at=PREPARING,
         meanwhile=[WITHDRAWN], raises=LeaseLost),
    Case("taken back before the last call", {"race": TakenBack("taken back")}, row="cancelled, ended", at=RACING,
         meanwhile=[WITHDRAWN], raises=TakenBack),
    Case("withdrawn meanwhile, a rehearsal that looked open",
         {"my_bookings": (), "find_slot": OPEN, "book": booked()}, row="cancelled, to rehearse, ended", at=EVENING,
         columns=REHEARSES, meanwhile=[WITHDRAWN], raises=TakenBack),
    Case("the database is busy", {"book": DatabaseBusy("locked")}, row="processing, held by ours",
         raises=DatabaseBusy),
]  # fmt: skip

CASES = [*BOOKED, *CANCELLED, *READ, *WAITS, *WATCHED, *FAILED, *RETRIED, *STOPPED, *NOT_OURS]
