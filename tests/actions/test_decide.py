"""What an error leads to: the table of actions/decide.py, the pauses of actions, and how long accounts wait. Pure."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from actions.decide import (
    LONG_REST,
    LONGEST_REST,
    MOST_FAILURES,
    MOST_ODD,
    REST,
    SHORT_REST,
    TABLE,
    TOLD_AFTER,
    Step,
    decide,
    rest_of,
)
from domain import errors
from domain.errors import (
    AccountLimit,
    AlreadyBooked,
    AppError,
    Blocked,
    BookingsClosed,
    ConfigError,
    HeldForOthers,
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
)
from domain.model import OPENING_LASTS, PREPARE, Action, ActionStatus, ActionType, ClassRef, OpeningRule, WatchMode
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


@pytest.mark.parametrize("error", NONSENSE, ids=lambda error: error.kind)
@pytest.mark.parametrize("failures", [0, 40])
def test_after_an_opening_nothing_but_a_clear_no_is_final_until_the_class_begins(
    error: AppError, failures: int
) -> None:
    following = decide(error, action(failures=failures), RULE, OPENS + timedelta(minutes=1))
    assert following.step is Step.PATIENT
    assert following.at
    assert following.at <= OPENS + timedelta(minutes=6)
    assert decide(error, action(failures=failures), RULE, BEGINS - timedelta(seconds=1)).at is None


@pytest.mark.parametrize("error", CLEAR, ids=lambda error: error.kind)
@pytest.mark.parametrize("created_at", [BEFORE, AFTER])
def test_the_sites_clear_no_about_the_slot_is_final(error: AppError, created_at: datetime) -> None:
    assert decide(error, action(created_at=created_at), RULE, AFTER).step is Step.FINAL


@pytest.mark.parametrize(("said", "minutes"), [(None, 10), (timedelta(minutes=5), 5), (timedelta(minutes=999), 60)])
@pytest.mark.parametrize("created_at", [BEFORE, AFTER])
def test_a_place_that_is_held_for_others_is_tried_again_when_it_is_released(
    said: timedelta | None, minutes: int, created_at: datetime
) -> None:
    held = HeldForOthers("riservato", said)
    at = decide(held, action(created_at=created_at), RULE, AFTER).at
    assert at
    assert timedelta(0) < at - AFTER - timedelta(minutes=minutes) < timedelta(seconds=5)
    assert decide(held, action(created_at=created_at), RULE, BEGINS - timedelta(minutes=4)).step is Step.FINAL


@pytest.mark.parametrize(
    "error", [*NONSENSE, HeldForOthers("riservato", timedelta(minutes=1))], ids=lambda one: one.kind
)
def test_nothing_is_tried_once_bookings_have_closed_by_the_rules_of_the_house(error: AppError) -> None:
    closes = timedelta(minutes=30)
    before, past = BEGINS - timedelta(minutes=45), BEGINS - timedelta(minutes=30, seconds=1)
    assert decide(error, action(failures=3), RULE, before, closes).at
    assert decide(error, action(failures=3), RULE, past, closes).step is Step.FINAL
    cancel = replace(action(failures=3), type=ActionType.CANCEL)
    assert decide(SiteUnavailable("503"), cancel, RULE, past, closes).at  # what is held can still be given back


def test_closed_bookings_may_mean_not_yet_before_an_opening_but_not_by_day() -> None:
    closed = BookingsClosed("chiuse")
    assert decide(closed, action(created_at=BEFORE), RULE, OPENS).step is Step.AGAIN
    assert decide(closed, action(created_at=AFTER), RULE, AFTER).step is Step.FINAL


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
    found = [decide(error, action(kind, AFTER, failures), RULE, AFTER).at for failures in range(most + 1)]
    assert [at and (at - AFTER).total_seconds() for at in found] == [*(2.0 * 2**n for n in range(most)), None]


@pytest.mark.parametrize("error", OF_ACCOUNT, ids=lambda error: error.kind)
@pytest.mark.parametrize("kind", ActionType)
def test_a_trouble_of_the_account_ends_no_action(error: AppError, kind: ActionType) -> None:
    for failures in (0, 50):
        following = decide(error, action(kind, AFTER - timedelta(minutes=1), failures), RULE, AFTER)
        assert (following.step, following.at) == (Step.ACCOUNT, None)


@pytest.mark.parametrize("error", [*NONSENSE, *OF_ACCOUNT, LoginRejected("wrong")], ids=lambda error: error.kind)
def test_no_odd_answer_ends_a_watch(error: AppError) -> None:
    watch = replace(action(created_at=AFTER), watch=WatchMode.BOOK, failures=50)
    assert decide(error, watch, RULE, AFTER).step in (Step.PATIENT, Step.ACCOUNT)


@pytest.mark.parametrize("error", [SiteUnavailable("503"), SiteChanged("a page")])
def test_no_pause_before_an_opening_goes_past_it(error: AppError) -> None:
    for left in (280.0, 60.0, 14.0, 5.0, 0.5):
        following = decide(error, action(failures=15), RULE, OPENS - timedelta(seconds=left))
        assert following.at
        assert following.at <= OPENS + timedelta(seconds=1.5)


@pytest.mark.parametrize("error", OF_ACCOUNT, ids=lambda error: error.kind)
def test_a_booking_in_its_preparation_is_tried_once_more_before_it_opens(error: AppError) -> None:
    at = decide(error, action(), RULE, OPENS - PREPARE).at
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
    while (at := decide(error, action(failures=len(tries)), RULE, now).at) and at < OPENS + OPENING_LASTS:
        now = at
        tries.append((at - OPENS).total_seconds())
    assert tries[-2 - len(after) :] == [-15, 0, *after]
    assert len([each for each in tries if each < 0]) <= 5


def test_a_session_that_is_cut_short_right_before_its_opening_is_made_anew_soon_after_it() -> None:
    error, now = LoginInterrupted("a JSON"), OPENS - timedelta(seconds=1)
    moments = []
    for failures in range(2):
        following = decide(error, action(failures=failures), RULE, now)
        assert following.at
        now = following.at
        moments.append((now - OPENS).total_seconds())
    assert moments == [1, 11]  # the first is told what the last login ended with, and sends no password


def test_a_sign_on_that_does_not_answer_is_sent_five_more_passwords_until_the_opening_and_some_after_it() -> None:
    now = OPENS - PREPARE
    tries: list[float] = []
    while (at := decide(LoginUnavailable("no answer"), action(failures=len(tries)), RULE, now).at) and at < AFTER:
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
    at = decide(error, action(), RULE, OPENS).at
    assert at == OPENS + timedelta(seconds=asked or 2)


def test_a_slot_that_opens_a_minute_late_is_found_within_twenty_seconds() -> None:
    now, failures = OPENS, 0
    while now < OPENS + timedelta(seconds=60):
        at = decide(NotOpenYet("later"), action(failures=failures), RULE, now).at
        assert at
        now, failures = at, failures + 1
    assert now < OPENS + timedelta(seconds=80)
    assert failures < 12


def test_what_takes_long_is_told_once() -> None:
    error = SiteChanged("a page")
    told = [n for n in range(30) if decide(error, action(failures=n), RULE, AFTER).tell]
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
