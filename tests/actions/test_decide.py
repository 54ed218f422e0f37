"""What an error leads to: the table of actions/decide.py, the pauses of actions, and how long accounts wait. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from actions.decide import AGREED_WITHIN, MOST_FAILURES, MOST_ODD, TABLE, TOLD_AFTER, Facts, Phase, decide, phase_of
from domain import errors
from domain.errors import (
    AccountLimit,
    AlreadyBooked,
    AlreadyQueued,
    AppError,
    Blocked,
    BookingsClosed,
    ClassCancelled,
    ClassMoved,
    ConfigError,
    DatabaseError,
    DuplicatePeriodic,
    HeldForOthers,
    LeaseLost,
    LoginBlocked,
    LoginInterrupted,
    LoginRejected,
    LoginUnavailable,
    MembershipProblem,
    NotOpenYet,
    OnWaitingList,
    OtpRejected,
    Overlap,
    SessionExpired,
    SiteChanged,
    SiteUnavailable,
    SlotFull,
    SlotNotFound,
    StillActing,
    TooManyHolidays,
    TooManyWaiting,
    UnknownGuest,
    YesWithoutPlace,
)
from domain.house_rules import HouseRules
from domain.job import Job
from domain.model import (
    OPENING_LASTS,
    PREPARE,
    Action,
    ActionStatus,
    ActionType,
    ClassRef,
    NoticeKind,
    OpeningRule,
    WatchMode,
)
from domain.outcome import AccountTrouble, Failed, Outcome, Waits
from domain.rests import LONG_REST, LONGEST_REST, REST, SHORT_REST, rest_of
from tests.support.sites import ROME, TUESDAY

RULE = OpeningRule(2, time(0), ROME)
OPENS = datetime(2026, 11, 21, 23, tzinfo=UTC)
BEGINS = datetime(2026, 11, 24, 17, tzinfo=UTC)
BEFORE, AFTER = OPENS - timedelta(hours=9), OPENS + timedelta(hours=9)
NONSENSE = [
    SiteUnavailable("503"), SessionExpired("logout"), SiteChanged("a page for data"), SlotNotFound("an empty day"),
    AlreadyBooked("so it says"), NotOpenYet("later"), AppError("nobody thought of it"), LoginInterrupted("a JSON"),
]  # fmt: skip
CLEAR = [
    SlotFull("full"), Overlap("another"), MembershipProblem("expired"), AccountLimit("3"), OnWaitingList("in lista"),
]  # fmt: skip
OF_ACCOUNT = [
    LoginBlocked("a page"), LoginUnavailable("no answer"), OtpRejected("twice"), Blocked("captcha"),
    Blocked("429", status=429),
]  # fmt: skip


def action(kind: ActionType = ActionType.BOOK, created_at: datetime = BEFORE, failures: int = 0) -> Action:
    is_about_a_class = kind in (ActionType.BOOK, ActionType.CANCEL)
    return Action(
        id=1, type=kind, user_id=42, status=ActionStatus.PROCESSING,
        wish=ClassRef("YOGA", "Giuriati", TUESDAY, time(18)) if is_about_a_class else None, booking_id=None,
        created_at=created_at, run_at=created_at, opens_at=OPENS if kind is ActionType.BOOK else None, started_at=None,
        completed_at=None, result=None, error=None, error_kind=None, evidence=None, attempts=1, failures=failures,
        quiet=False, card_message_id=None, periodic_booking_id=None,
    )  # fmt: skip


def after(error: AppError, tried: Action, now: datetime, closes: timedelta = timedelta(0)) -> Outcome:
    """What becomes of an action after an error."""
    job = Job(tried, HouseRules(RULE, closes=closes))
    return decide(error, job, phase_of(tried, RULE, now), now)


def again(error: AppError, tried: Action, now: datetime, closes: timedelta = timedelta(0)) -> datetime | None:
    """When an action is tried again by itself; None: never, or when its account goes on."""
    outcome = after(error, tried, now, closes)
    return outcome.run_at if isinstance(outcome, Waits) else None


@pytest.mark.parametrize("error", NONSENSE, ids=lambda error: error.kind)
@pytest.mark.parametrize("failures", [0, 40])
def test_after_an_opening_nothing_but_a_clear_no_is_final_until_the_class_begins(
    error: AppError, failures: int
) -> None:
    at = again(error, action(failures=failures), OPENS + timedelta(minutes=1))
    assert at
    assert at <= OPENS + timedelta(minutes=6)
    assert again(error, action(failures=failures), BEGINS - timedelta(seconds=1)) is None


@pytest.mark.parametrize("error", CLEAR, ids=lambda error: error.kind)
@pytest.mark.parametrize("created_at", [BEFORE, AFTER])
def test_the_sites_clear_no_about_the_slot_is_final(error: AppError, created_at: datetime) -> None:
    assert isinstance(after(error, action(created_at=created_at), AFTER), Failed)


@pytest.mark.parametrize(
    ("error", "tries"), [(ClassCancelled("annullata"), 2), (ClassMoved("20:00"), 2), (YesWithoutPlace("OK"), 4)]
)
@pytest.mark.parametrize("now", [OPENS + timedelta(seconds=1), AFTER], ids=["at its opening", "late"])
def test_what_is_no_slip_of_the_site_is_told_once_a_few_tries_in_a_row_have_met_it(
    error: AppError, tries: int, now: datetime
) -> None:
    for failures in range(tries - 1):
        at = again(error, replace(action(failures=failures), error_kind=error.kind if failures else None), now)
        assert at
        assert at - now <= AGREED_WITHIN
    assert isinstance(after(error, replace(action(failures=tries - 1), error_kind=error.kind), now), Failed)
    waits = after(error, replace(action(failures=40), error_kind="SiteUnavailable"), now)
    assert isinstance(waits, Waits)
    assert waits.failures == 1  # what it met before is none of those


@pytest.mark.parametrize(("said", "minutes"), [(None, 10), (timedelta(minutes=5), 5), (timedelta(minutes=999), 60)])
@pytest.mark.parametrize("created_at", [BEFORE, AFTER])
def test_a_place_that_is_held_for_others_is_tried_again_when_it_is_released(
    said: timedelta | None, minutes: int, created_at: datetime
) -> None:
    held = HeldForOthers("riservato", said)
    at = again(held, action(created_at=created_at), AFTER)
    assert at
    assert timedelta(0) < at - AFTER - timedelta(minutes=minutes) < timedelta(seconds=5)
    assert isinstance(after(held, action(created_at=created_at), BEGINS - timedelta(minutes=4)), Failed)


@pytest.mark.parametrize(
    "error", [*NONSENSE, HeldForOthers("riservato", timedelta(minutes=1))], ids=lambda one: one.kind
)
def test_nothing_is_tried_once_bookings_have_closed_by_the_rules_of_the_house(error: AppError) -> None:
    closes = timedelta(minutes=30)
    before, past = BEGINS - timedelta(minutes=45), BEGINS - timedelta(minutes=30, seconds=1)
    assert again(error, action(failures=3), before, closes)
    assert isinstance(after(error, action(failures=3), past, closes), Failed)
    cancel = replace(action(failures=3), type=ActionType.CANCEL)
    assert again(SiteUnavailable("503"), cancel, past, closes)  # what is held can still be given back


def test_closed_bookings_may_mean_not_yet_before_an_opening_but_not_by_day() -> None:
    closed = BookingsClosed("chiuse")
    assert again(closed, action(created_at=BEFORE), OPENS)
    assert isinstance(after(closed, action(created_at=AFTER), AFTER), Failed)


@pytest.mark.parametrize(
    ("error", "kind", "most"),
    [
        (SiteUnavailable("503"), ActionType.BOOK, MOST_FAILURES),
        (AppError("unexpected"), ActionType.CHECK, MOST_FAILURES),
        (SessionExpired("logout"), ActionType.CANCEL, MOST_FAILURES),
        (SiteChanged("half a JSON"), ActionType.CHECK, MOST_ODD),
        (SiteChanged("a page for data"), ActionType.BOOK, MOST_ODD),
        (SlotNotFound("an empty day"), ActionType.BOOK, MOST_ODD),
        (LoginRejected("wrong"), ActionType.BOOK, 0),
        (ConfigError("nobody"), ActionType.CHECK, 0),
    ],
)
def test_by_day_what_may_pass_is_tried_again_a_few_times_in_growing_pauses(
    error: AppError, kind: ActionType, most: int
) -> None:
    found = [again(error, action(kind, AFTER, failures), AFTER) for failures in range(most + 1)]
    assert [at and (at - AFTER).total_seconds() for at in found] == [*(2.0 * 2**n for n in range(most)), None]


@pytest.mark.parametrize("error", OF_ACCOUNT, ids=lambda error: error.kind)
@pytest.mark.parametrize("kind", ActionType)
def test_a_trouble_of_the_account_ends_no_action(error: AppError, kind: ActionType) -> None:
    for failures in (0, 50):
        outcome = after(error, action(kind, AFTER - timedelta(minutes=1), failures), AFTER)
        assert isinstance(outcome, Waits)
        assert (outcome.run_at, outcome.counts, outcome.account) == (None, False, AccountTrouble(error))


@pytest.mark.parametrize("error", [*NONSENSE, *OF_ACCOUNT, LoginRejected("wrong")], ids=lambda error: error.kind)
def test_no_odd_answer_ends_a_watch(error: AppError) -> None:
    watch = replace(action(created_at=AFTER), watch=WatchMode.BOOK, failures=50)
    assert isinstance(after(error, watch, AFTER), Waits)


def test_a_swap_whose_old_place_was_given_up_in_vain_asks_for_both_again_soon() -> None:
    watch = replace(action(created_at=AFTER), watch=WatchMode.BOOK)
    job, error = Job(watch, HouseRules(RULE)), SlotFull("nobody gave one back")
    first = decide(error, job, Phase.LOOK, AFTER, Facts(lost_the_old=True))
    later = decide(error, replace(job, action=replace(watch, gave_up=True)), Phase.LOOK, AFTER, Facts())
    plain = decide(error, job, Phase.LOOK, AFTER, Facts())
    waits = [each for each in (first, later, plain) if isinstance(each, Waits)]
    pauses = [each.run_at - AFTER for each in waits if each.run_at]
    assert pauses[0] <= timedelta(seconds=10)
    assert pauses == sorted(set(pauses))
    assert [each.joins is None for each in waits] == [True, True, False]


@pytest.mark.parametrize("error", [SiteUnavailable("503"), SiteChanged("a page")])
def test_no_pause_before_an_opening_goes_past_it(error: AppError) -> None:
    for left in (280.0, 60.0, 14.0, 5.0, 0.5):
        at = again(error, action(failures=15), OPENS - timedelta(seconds=left))
        assert at
        assert at <= OPENS + timedelta(seconds=1.5)


@pytest.mark.parametrize("error", OF_ACCOUNT, ids=lambda error: error.kind)
def test_a_booking_in_its_preparation_is_tried_once_more_before_it_opens(error: AppError) -> None:
    at = again(error, action(), OPENS - PREPARE)
    assert at
    assert at < OPENS


@pytest.mark.parametrize(
    ("error", "after"),
    [(LoginBlocked("a page"), [60]), (LoginInterrupted("a JSON"), [10, 20, 40, 80])],
    ids=lambda one: one.kind if isinstance(one, AppError) else "",
)
def test_no_login_that_ends_oddly_gives_the_opening_up_and_each_sends_a_few_passwords(
    error: AppError, after: list[int]
) -> None:
    now, tries = OPENS - PREPARE, [-PREPARE.total_seconds()]
    while (at := again(error, action(failures=len(tries)), now)) and at < OPENS + OPENING_LASTS:
        now = at
        tries.append((at - OPENS).total_seconds())
    assert tries[-2 - len(after) :] == [-15, 0, *after]
    assert len([each for each in tries if each < 0]) <= 5


def test_a_session_that_is_cut_short_right_before_its_opening_is_made_anew_soon_after_it() -> None:
    error, now = LoginInterrupted("a JSON"), OPENS - timedelta(seconds=1)
    moments = []
    for failures in range(2):
        at = again(error, action(failures=failures), now)
        assert at
        now = at
        moments.append((now - OPENS).total_seconds())
    assert moments == [1, 11]  # the first is told what the last login ended with, and sends no password


def test_a_sign_on_that_does_not_answer_is_sent_five_more_passwords_until_the_opening_and_some_after_it() -> None:
    now = OPENS - PREPARE
    tries: list[float] = []
    while (at := again(LoginUnavailable("no answer"), action(failures=len(tries)), now)) and at < AFTER:
        now = at
        tries.append((at - OPENS).total_seconds())
        if len(tries) == 12:
            break
    assert [each for each in tries if -20 < each <= 0] == [-15, 0]
    assert len([each for each in tries if each <= 0]) <= 5
    assert all(later - earlier <= 120 for earlier, later in itertools.pairwise(tries))
    assert [each for each in tries if each > 0][:2] == [60, 120]


@pytest.mark.parametrize("asked", [None, 40.0])
def test_who_is_turned_away_at_an_opening_shoots_again_soon_and_never_before_the_site_allows(
    asked: float | None,
) -> None:
    error = Blocked("429", status=429, retry_after=timedelta(seconds=asked) if asked else None)
    at = again(error, action(), OPENS)
    assert at == OPENS + timedelta(seconds=asked or 2)


def test_a_slot_that_opens_a_minute_late_is_found_within_twenty_seconds() -> None:
    now, failures = OPENS, 0
    while now < OPENS + timedelta(seconds=60):
        at = again(NotOpenYet("later"), action(failures=failures), now)
        assert at
        now, failures = at, failures + 1
    assert now < OPENS + timedelta(seconds=80)
    assert failures < 12


def test_what_takes_long_is_told_once() -> None:
    error = SiteChanged("a page")
    outcomes = [after(error, action(failures=n), AFTER) for n in range(30)]
    told = [n for n, each in enumerate(outcomes) if isinstance(each, Waits) and NoticeKind.STRUGGLING in each.notices]
    assert told == [TOLD_AFTER - 1]


@pytest.mark.parametrize(
    ("error", "rests", "shortest"),
    [
        (Blocked("429", status=429, retry_after=timedelta(seconds=40)), 3, timedelta(seconds=40)),
        (Blocked("429", status=429, retry_after=timedelta(0)), 0, timedelta(seconds=5)),
        (Blocked("429", status=429, retry_after=timedelta(seconds=1)), 9, REST),
        (Blocked("403", status=403), 0, REST),
        (Blocked("403", status=403), 2, REST * 4),
        (Blocked("captcha"), 0, LONG_REST),
        (LoginBlocked("a page"), 0, LONG_REST),
        (LoginBlocked("a page"), 30, LONGEST_REST),
        (LoginUnavailable("no answer"), 0, SHORT_REST),
        (LoginUnavailable("no answer"), 3, SHORT_REST * 8),
    ],
)
def test_an_account_waits_as_long_as_the_site_says_or_longer_each_time(
    error: AppError, rests: int, shortest: timedelta
) -> None:
    assert rest_of(error, rests, 0.0) == shortest
    assert shortest < rest_of(error, rests, 0.7) <= shortest * 1.2 + timedelta(seconds=1)


def test_every_error_of_the_table_is_one_of_ours() -> None:
    assert [each for each in TABLE if getattr(errors, each.__name__) is not each] == []


# Every cell of the table

NEVER_DECIDED = (
    LeaseLost, DatabaseError, AlreadyQueued, DuplicatePeriodic, TooManyHolidays, TooManyWaiting, StillActing,
    UnknownGuest,
)  # fmt: skip
"""The runner lets the first two pass; no handler raises the others."""
SITUATIONS = {
    Phase.READING: (action(ActionType.CHECK, AFTER), AFTER),
    Phase.CANCELLING: (action(ActionType.CANCEL, AFTER), AFTER),
    Phase.REHEARSAL: (action(), BEFORE),
    Phase.WAITING: (action(), BEFORE),
    Phase.RACE: (action(), OPENS - timedelta(minutes=1)),
    Phase.LATE: (action(), AFTER),
    Phase.NOW: (action(created_at=AFTER), AFTER),
    Phase.WATCH: (replace(action(), watch=WatchMode.BOOK), AFTER),
    Phase.LOOK: (replace(action(), watch=WatchMode.BOOK), AFTER),
}
CELLS = """
                  reading cancelling rehearsal waiting race   late    now     watch   look
AccountLimit      fails   fails      told      fails   fails  fails   fails   fails   fails
AccountWaits      behind  behind     behind    behind  behind behind  behind  behind  behind
AlreadyBooked     fails   fails      told      +2      +2     +2      +2      +2      looks
AppError          +2      +2         told      +2      +2     +2      +2      +2      looks
Blocked           account account    told!     account +45!   account account account account
BookingRefused    fails   fails      told      +2      +2     +2      fails   +2      looks
BookingsClosed    fails   fails      told      +2      +2     +2      fails   +2      +2
CancelTooLate     fails   fails      told      fails   fails  fails   fails   fails   fails
ClassCancelled    fails   fails      told      +2      +2     +2      +2      +2      +2
ClassMoved        fails   fails      told      +2      +2     +2      +2      +2      +2
ClassStarted      fails   fails      told      fails   fails  fails   fails   fails   fails
ConfigError       fails   fails      told      fails   fails  fails   fails   fails   fails
HeldForOthers     fails   fails      told      +602    +602   +602    +602    +602    looks
KeyMissing        +2      +2         told      +2      +2     +2      +2      +2      looks
LoginBlocked      account account    told!     account +30!   account account account account
LoginDiverted     fails!  fails!     told!     told!   fails! fails!  fails!  +2!     +2!
LoginFailed       fails   fails      told      fails   fails  fails   fails   fails   fails
LoginInterrupted  +2      +2         told      +2      +30    +2      +2      +2      looks
LoginNeeded       fails!  fails!     told!     told!   +10!   fails!  fails!  +2!     +2!
LoginRejected     fails!  fails!     told!     told!   fails! fails!  fails!  +2!     +2!
LoginStopped      fails!  fails!     told!     fails!  fails! fails!  fails!  fails!  fails!
LoginUnavailable  account account    told!     account +30!   account account account account
MatricolaMissing  fails!  fails!     told!     told!   fails! fails!  fails!  +2!     +2!
MembershipProblem fails   fails      told      fails   fails  fails   fails   fails   fails
NotOpenYet        fails   fails      told      +2      +2     +2      +2      +2      looks
NothingToCancel   fails   fails      told      fails   fails  fails   fails   fails   fails
OnWaitingList     fails   fails      fails     fails   fails  fails   fails   fails   fails
OtpError          fails   fails      told      fails   fails  fails   fails   fails   fails
OtpMissing        fails!  fails!     told!     told!   fails! fails!  fails!  +2!     +2!
OtpRejected       account account    told!     account +180!  account account account account
Overlap           fails   fails      told      fails   fails  fails   fails   fails   fails
PlaceUnclear      fails   fails      told      fails   fails  fails   fails   fails   fails
SealBroken        fails   fails      told      told    fails  fails   fails   +2      +2
SessionExpired    +2      +2         told      +2      +2     +2      +2      +2      looks
SeveralClasses    fails   fails      told      fails   fails  fails   fails   fails   fails
SiteChanged       +2      +2         told      +2      +2     +2      +2      +2      looks
SiteError         fails   fails      told      fails   fails  fails   fails   fails   fails
SiteUnavailable   +2      +2         told      +2      +2     +2      +2      +2      looks
SlotFull          fails   fails      told      fails   fails  fails   fails   fails   looks
SlotNotFound      fails   fails      told      +2      +2     +2      +2      +2      looks
TooLateToAsk      fails   fails      told      fails   fails  fails   fails   fails   fails
TooLateToCancel   fails   fails      told      fails   fails  fails   fails   fails   fails
YesWithoutPlace   +2      +2         told      +2      +2     +2      +2      +2      looks
"""
"""The first time an error is met: `fails`; `+2` tried again after so many seconds; `account` the account waits, and the
action with it; `behind` the account waits already; `told` that is the rehearsal's result, told, and the booking waits
for its opening; `looks` the watch looks again. `!`: the account is stopped, or has to wait, too."""


def decided_classes() -> list[type[AppError]]:
    def below(error: type[AppError]) -> Iterator[type[AppError]]:
        yield error
        for each in error.__subclasses__():
            yield from below(each)

    ours = (each for each in below(AppError) if each.__module__ == errors.__name__)
    found = {each for each in ours if not issubclass(each, NEVER_DECIDED)}
    return sorted(found, key=lambda each: each.__name__)


def in_short(outcome: Outcome, now: datetime) -> str:
    match outcome:
        case Failed(account=account):
            return "fails!" if account else "fails"
        case Waits(run_at=None, sentence=str(), account=account):
            return "account" if account else "behind"
        case Waits(rehearsal=str(), account=account):
            return "told!" if account else "told"
        case Waits(run_at=datetime() as at, counts=True, account=account):
            return f"{(at - now).total_seconds():+g}{'!' if account else ''}"
        case Waits(joins=timedelta()):
            return "looks"
    raise AssertionError(outcome)


def cells(error: type[AppError]) -> list[str]:
    return [in_short(decide(error("x"), Job(tried, HouseRules(RULE)), phase, now), now)
            for phase, (tried, now) in SITUATIONS.items()]  # fmt: skip


def test_the_table_says_what_every_error_leads_to_in_every_phase() -> None:
    header, *stated = [line.split() for line in CELLS.strip().splitlines()]
    assert header == [phase.name.lower() for phase in Phase]
    assert {name: words for name, *words in stated} == {each.__name__: cells(each) for each in decided_classes()}


def test_each_situation_of_that_test_is_the_phase_it_is_named_after() -> None:
    by_the_handler = {Phase.REHEARSAL: Phase.WAITING, Phase.LOOK: Phase.WATCH}
    for phase, (tried, now) in SITUATIONS.items():
        assert phase_of(tried, RULE, now) is by_the_handler.get(phase, phase)
