"""What failed without anybody knowing for certain is read again, and told after all when it was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from actions.decide import handed_back
from database import Database
from domain.errors import (
    AppError,
    Blocked,
    BookingRefused,
    ConfigError,
    LoginBlocked,
    LoginRejected,
    LoginUnavailable,
    NothingToCancel,
    OnWaitingList,
    OtpRejected,
    Overlap,
    SiteChanged,
    SiteUnavailable,
    SlotFull,
    YesWithoutPlace,
)
from domain.model import (
    Action,
    ActionStatus,
    ActionType,
    Activity,
    Booking,
    BookingStatus,
    ClassRef,
    NoticeKind,
    Slot,
    Timetable,
)
from domain.requests import NewAction
from domain.results import FROM_THE_LIST, THOUGH_WITHDRAWN
from domain.waiting_list import UNMARKED
from tests.conftest import GIULIA, MARCO
from tests.support import outcomes
from tests.support.clock import FakeClock

pytestmark = pytest.mark.both_engines

ROME = ZoneInfo("Europe/Rome")
TUESDAY = date(2026, 11, 24)
HELD = Booking("PILATES MATWORK", "Giuriati", TUESDAY, time(18), 55)
OTHER = Booking("YOGA", "Giuriati", TUESDAY, time(20), 55)
WISH = HELD.ref


async def failed(
    db: Database, kind: ActionType, error: AppError, replaces: int | None = None, *, pressed: bool = True
) -> Action:
    """`pressed`: of a cancellation, its button on the site."""
    pressed = pressed and kind is ActionType.CANCEL
    action = await db.requests.add(NewAction(kind, GIULIA, WISH, replaces_row_id=replaces, pressed=pressed))
    await claim_and_fail(db, action, error)
    return action


async def claim_and_fail(db: Database, action: Action, error: AppError) -> None:
    claimed = await db.claims.claim("w", 60)
    assert claimed
    assert claimed.id == action.id
    await db.settlement.settle(claimed, outcomes.failed(error))


async def read(
    db: Database, clock: FakeClock, *bookings: Booking, user_id: int = GIULIA, in_page: bool = False
) -> None:
    """The reading that follows, or any other."""
    action = await db.claims.add_claimed(NewAction(ActionType.CHECK, user_id, quiet=True), "w", 60)
    assert action
    await outcomes.sync(db, action, bookings, ROME, in_page=in_page)


async def read_twice(db: Database, clock: FakeClock, *bookings: Booking) -> None:
    """Two readings that agree, half a minute apart, the second in the browser."""
    await read(db, clock, *bookings)
    clock.go(seconds=31)
    await read(db, clock, *bookings, in_page=True)


async def told(db: Database) -> list[tuple[NoticeKind, int | None]]:
    rows = await db.connection.rows("SELECT kind, action_id FROM notices ORDER BY id")
    return [(NoticeKind(row["kind"]), row["action_id"]) for row in rows]


async def state(db: Database, action: Action) -> tuple[ActionStatus, str | None]:
    row = await db.requests.find(action.id)
    assert row
    return row.status, row.error_kind


@pytest.mark.parametrize("error", [SiteUnavailable("503"), SiteChanged("new"), Blocked("captcha"), AppError("died")])
async def test_a_booking_that_is_there_after_all_is_told(db: Database, clock: FakeClock, error: AppError) -> None:
    action = await failed(db, ActionType.BOOK, error)
    await read(db, clock, HELD)
    assert await state(db, action) == (ActionStatus.COMPLETED, None)
    assert await told(db) == [(NoticeKind.RESULT, action.id), (NoticeKind.RESULT, action.id)]
    row = await db.requests.find(action.id)
    assert row
    assert (row.booking_id, row.won_choice) == (HELD.booking_id, 0)


@pytest.mark.parametrize(("shown_at", "places", "ours"), [
    ("Centro Giuriati", ["Giuriati", "Bovisa"], True),
    ("Centro Giuriati", ["Giuriati", "Centro Giuriati"], False),
    ("Centro Bovisa", ["Giuriati", "Bovisa"], False),
    ("Lecco", ["Bovisa"], False),
])  # fmt: skip
async def test_a_booking_that_is_there_under_another_name_of_its_place_is_told_unless_that_is_another_place(
    db: Database, clock: FakeClock, shown_at: str, places: list[str], ours: bool
) -> None:
    names = [f"{each} - Corsi" for each in places]
    activities = tuple(Activity(name, name) for name in names)
    slots = tuple(Slot(each, "", "PILATES MATWORK", TUESDAY, time(18), time(19)) for each in activities)
    reading = await db.claims.add_claimed(NewAction(ActionType.REFRESH, GIULIA, quiet=True), "w", 60)
    assert reading
    await outcomes.refresh(db, reading, Timetable(activities, (TUESDAY,), slots))
    action = await failed(db, ActionType.BOOK, YesWithoutPlace("OK"))
    await read(db, clock, replace(HELD, location=shown_at))
    assert (await state(db, action))[0] is (ActionStatus.COMPLETED if ours else ActionStatus.FAILED)
    assert await told(db) == [(NoticeKind.RESULT, action.id)] * (2 if ours else 1)


async def test_a_cancellation_of_what_no_reading_had_shown_is_told_as_undone_once_the_site_shows_it_again(
    db: Database, clock: FakeClock
) -> None:
    action = await db.requests.add(NewAction(ActionType.CANCEL, GIULIA, WISH))
    claimed = await db.claims.claim("w", 60)
    assert claimed
    await db.settlement.settle(claimed, outcomes.cancelled(WISH))
    clock.go(minutes=5)
    await read(db, clock, HELD)
    assert await told(db) == [(NoticeKind.RESULT, action.id), (NoticeKind.BACK, None)]


async def test_a_booking_refused_without_a_known_reason_is_read_once_more_and_told_when_it_is_there(
    db: Database, clock: FakeClock
) -> None:
    action = await failed(db, ActionType.BOOK, BookingRefused("Si è verificato un errore. Riprovare più tardi."))
    assert await db.claims.claim("w", 60) is None
    clock.go(seconds=61)
    look = await db.claims.claim("w", 60)
    assert look
    assert (look.type, look.quiet) == (ActionType.CHECK, True)

    await outcomes.sync(db, look, [HELD], ROME)

    assert await state(db, action) == (ActionStatus.COMPLETED, None)
    assert await told(db) == [(NoticeKind.RESULT, action.id), (NoticeKind.RESULT, action.id)]


@pytest.mark.parametrize("why", ["a known reason", "long ago", "it was to take another's place"])
async def test_a_place_that_its_person_may_have_booked_by_hand_is_not_told_as_ours(
    db: Database, clock: FakeClock, why: str
) -> None:
    await read(db, clock, OTHER)
    [other] = await db.bookings.held(GIULIA, TUESDAY)
    error = SlotFull("posti esauriti") if why == "a known reason" else BookingRefused("errore")
    action = await failed(db, ActionType.BOOK, error, other.id if why == "it was to take another's place" else None)
    clock.go(seconds=3700 if why == "long ago" else 61)

    await read(db, clock, OTHER, HELD)

    assert (await state(db, action))[0] is ActionStatus.FAILED
    assert await told(db) == [(NoticeKind.RESULT, action.id)]


async def test_a_cancelling_in_doubt_is_settled_on_the_day_of_the_class_too(db: Database, clock: FakeClock) -> None:
    await read(db, clock, HELD)
    clock.now = datetime(2026, 11, 24, 15, tzinfo=UTC)  # two hours before
    action = await failed(db, ActionType.CANCEL, SiteUnavailable("503"))
    await read_twice(db, clock)
    assert await state(db, action) == (ActionStatus.COMPLETED, None)
    [row] = await db.connection.rows("SELECT status FROM user_bookings")
    assert row["status"] == BookingStatus.CANCELLED


async def test_what_was_withdrawn_in_doubt_is_read_and_told_when_it_was_done(db: Database, clock: FakeClock) -> None:
    action = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, WISH))
    claimed = await db.claims.claim("w", 60)
    assert claimed
    await db.settlement.settle(
        claimed, outcomes.tried_again(clock() + timedelta(minutes=1), SiteUnavailable("no answer"))
    )
    assert await db.requests.withdraw(action.id, GIULIA)
    await read(db, clock, HELD)
    row = await db.requests.find(action.id)
    assert row
    assert (row.status, row.result) == (ActionStatus.COMPLETED, THOUGH_WITHDRAWN)
    assert (await told(db))[-1] == (NoticeKind.RESULT, action.id)


async def test_what_was_withdrawn_before_it_was_tried_is_nobodys_doubt(db: Database, clock: FakeClock) -> None:
    action = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, WISH))
    assert await db.requests.withdraw(action.id, GIULIA)
    assert await db.claims.claim("w", 60) is None  # nothing is read for it
    await read(db, clock, HELD)  # the person booked it on the site
    assert await state(db, action) == (ActionStatus.CANCELLED, None)
    assert await told(db) == []


async def test_doubt_outlives_a_stop_and_a_postponement(db: Database, clock: FakeClock) -> None:
    action = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, WISH))
    for give_back in ("release", "postpone"):
        claimed = await db.claims.claim("w", 60)
        assert claimed
        if give_back == "release":
            await db.settlement.settle(claimed, handed_back(SiteUnavailable("stopped while it was asked")))
        else:
            await db.settlement.settle(claimed, outcomes.postponed(clock(), clock()))
    assert await db.requests.withdraw(action.id, GIULIA)
    await read(db, clock, HELD)
    row = await db.requests.find(action.id)
    assert row
    assert row.result == THOUGH_WITHDRAWN


async def test_what_is_only_prepared_leaves_no_doubt_behind(db: Database, clock: FakeClock) -> None:
    action = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, WISH, opens_at=clock() + timedelta(minutes=4)))
    claimed = await db.claims.claim("w", 60)
    assert claimed
    await db.settlement.settle(claimed, handed_back(SiteUnavailable("stopped before anything was sent")))
    assert await state(db, action) == (ActionStatus.PENDING, None)


async def test_once_it_was_read_a_withdrawn_booking_is_nobodys_any_more(db: Database, clock: FakeClock) -> None:
    action = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, WISH))
    claimed = await db.claims.claim("w", 60)
    assert claimed
    await db.settlement.settle(
        claimed, outcomes.tried_again(clock() + timedelta(minutes=1), SiteUnavailable("no answer"))
    )
    assert await db.requests.withdraw(action.id, GIULIA)
    await read_twice(db, clock)
    clock.go(hours=5)
    before = await told(db)
    await read(db, clock, HELD)  # the person has booked it on the site
    assert await state(db, action) == (ActionStatus.CANCELLED, None)
    assert await told(db) == before


async def test_a_withdrawn_swap_that_was_done_frees_nothing(db: Database, clock: FakeClock) -> None:
    other = Booking("YOGA", "Giuriati", TUESDAY, time(9), 55)
    await read(db, clock, other)
    [held] = await db.bookings.held(GIULIA, TUESDAY)
    action = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, WISH, replaces_row_id=held.id))
    claimed = await db.claims.claim("w", 60)
    assert claimed
    await db.settlement.settle(
        claimed, outcomes.tried_again(clock() + timedelta(minutes=1), SiteUnavailable("no answer"))
    )
    assert await db.requests.withdraw(action.id, GIULIA)
    await read(db, clock, other, HELD)
    assert [live for live in await db.requests.live(GIULIA) if live.type is ActionType.CANCEL] == []


async def test_who_withdraws_a_reading_has_no_other_read(db: Database, clock: FakeClock) -> None:
    action = await db.requests.add(NewAction(ActionType.CHECK, GIULIA))
    claimed = await db.claims.claim("w", 60)
    assert claimed
    await db.settlement.settle(
        claimed, outcomes.tried_again(clock() + timedelta(minutes=1), SiteUnavailable("no answer"))
    )
    assert await db.requests.withdraw(action.id, GIULIA)
    assert await db.requests.live_routine(ActionType.CHECK, GIULIA) is None


async def test_an_alternative_that_is_there_after_all_is_told_as_what_it_is(db: Database, clock: FakeClock) -> None:
    wish = ClassRef("YOGA", "Giuriati", date(2026, 11, 25), time(9))
    action = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, wish, alternatives=(WISH,)))
    await claim_and_fail(db, action, SiteUnavailable("the answer was lost"))
    await read(db, clock, HELD)
    row = await db.requests.find(action.id)
    assert row
    assert (row.status, row.won_choice, row.booking_id) == (ActionStatus.COMPLETED, 1, HELD.booking_id)


async def test_an_alternative_booked_by_hand_hours_later_is_the_persons_own(db: Database, clock: FakeClock) -> None:
    wish = ClassRef("YOGA", "Giuriati", date(2026, 11, 25), time(9))
    action = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, wish, alternatives=(WISH,)))
    await claim_and_fail(db, action, SiteUnavailable("the answer was lost"))
    await read(db, clock)
    clock.go(hours=2)
    await read(db, clock, HELD)
    assert await state(db, action) == (ActionStatus.FAILED, "SiteUnavailable")


@pytest.mark.parametrize(
    "error", [LoginRejected("wrong"), OtpRejected("twice"), LoginUnavailable("no answer"), ConfigError("nobody")]
)
async def test_who_was_not_let_in_has_done_nothing(db: Database, error: AppError) -> None:
    await failed(db, ActionType.BOOK, error)
    assert await db.requests.live_routine(ActionType.CHECK, GIULIA) is None


async def test_who_was_not_let_in_again_does_not_know_what_came_of_the_try_before(
    db: Database, clock: FakeClock
) -> None:
    action = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, WISH))
    claimed = await db.claims.claim("w", 60)
    assert claimed
    await db.settlement.settle(claimed, outcomes.tried_again(clock(), SiteUnavailable("the answer was lost")))
    await claim_and_fail(db, action, LoginRejected("wrong"))
    await read(db, clock, HELD)
    assert await state(db, action) == (ActionStatus.COMPLETED, None)


async def test_a_login_in_trouble_hides_no_doubt_about_the_try_before(db: Database, clock: FakeClock) -> None:
    action = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, WISH))
    claimed = await db.claims.claim("w", 60)
    assert claimed
    await db.settlement.settle(claimed, outcomes.tried_again(clock(), SiteUnavailable("the answer was lost")))
    claimed = await db.claims.claim("w", 60)
    assert claimed
    await db.settlement.settle(claimed, outcomes.waits_with_account(LoginBlocked("a page")))
    assert await db.requests.withdraw(action.id, GIULIA)
    await read(db, clock, HELD)
    assert await state(db, action) == (ActionStatus.COMPLETED, None)


async def test_it_is_told_once(db: Database, clock: FakeClock) -> None:
    await failed(db, ActionType.BOOK, SiteUnavailable("503"))
    await read(db, clock, HELD)
    await read(db, clock, HELD)
    assert len(await told(db)) == 2


async def test_a_booking_that_is_not_there_stays_failed(db: Database, clock: FakeClock) -> None:
    action = await failed(db, ActionType.BOOK, SiteUnavailable("503"))
    await read(db, clock)
    assert await state(db, action) == (ActionStatus.FAILED, "SiteUnavailable")
    assert len(await told(db)) == 1


@pytest.mark.parametrize("error", [SlotFull("full"), Overlap("two at once")])
async def test_after_a_clear_no_nothing_is_read_and_a_later_booking_is_somebody_elses_doing(
    db: Database, clock: FakeClock, error: AppError
) -> None:
    action = await failed(db, ActionType.BOOK, error)
    assert await db.requests.live_routine(ActionType.CHECK, GIULIA) is None
    await read(db, clock, HELD)
    assert (await state(db, action))[0] is ActionStatus.FAILED


async def test_a_cancellation_that_was_done_after_all_is_told_as_ours(db: Database, clock: FakeClock) -> None:
    await db.requests.add(NewAction(ActionType.CHECK, GIULIA, quiet=True))
    await read(db, clock, HELD)
    action = await failed(db, ActionType.CANCEL, AppError("died"))
    await read_twice(db, clock)
    [row] = await db.connection.rows("SELECT status FROM user_bookings")
    assert row["status"] == BookingStatus.CANCELLED
    assert await state(db, action) == (ActionStatus.COMPLETED, None)
    assert await told(db) == [(NoticeKind.RESULT, action.id)] * 2


async def test_what_vanished_without_our_having_pressed_its_button_is_not_called_ours(
    db: Database, clock: FakeClock
) -> None:
    await db.requests.add(NewAction(ActionType.CHECK, GIULIA, quiet=True))
    await read(db, clock, HELD)
    action = await failed(db, ActionType.CANCEL, SiteUnavailable("503"), pressed=False)
    await read_twice(db, clock)
    [row] = await db.connection.rows("SELECT status FROM user_bookings")
    assert (row["status"], (await state(db, action))[0]) == (BookingStatus.GONE, ActionStatus.FAILED)


async def test_who_found_nothing_to_cancel_does_not_hide_who_had_cancelled_it(db: Database, clock: FakeClock) -> None:
    await db.requests.add(NewAction(ActionType.CHECK, GIULIA, quiet=True))
    await read(db, clock, HELD)
    first = await failed(db, ActionType.CANCEL, SiteUnavailable("its answer was lost"))
    second = await failed(db, ActionType.CANCEL, NothingToCancel("not there"), pressed=False)
    await read_twice(db, clock)
    assert (await state(db, first), (await state(db, second))[0]) == (
        (ActionStatus.COMPLETED, None),
        ActionStatus.FAILED,
    )


async def test_what_is_booked_anew_did_not_come_back_by_itself(db: Database, clock: FakeClock) -> None:
    """A reading may show it before the worker that books it has told."""
    await db.requests.add(NewAction(ActionType.CHECK, GIULIA, quiet=True))
    await read(db, clock, HELD)
    await read_twice(db, clock)
    again = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, WISH))
    claimed = await db.claims.claim("w", 600)
    assert claimed
    assert claimed.id == again.id
    await read(db, clock, HELD)
    await db.settlement.settle(claimed, outcomes.booked(HELD, "seen"))
    assert await told(db) == [(NoticeKind.GONE, None), (NoticeKind.RESULT, again.id)]


async def test_only_the_last_word_about_a_class_counts(db: Database, clock: FakeClock) -> None:
    """Failed, then booked, then gone without us: that is a loss, and not the late end of the first try."""
    await failed(db, ActionType.BOOK, SiteUnavailable("503"))
    await read(db, clock)
    second = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, WISH))
    claimed = await db.claims.claim("w", 60)
    assert claimed
    await db.settlement.settle(claimed, outcomes.booked(HELD, "seen"))
    await read_twice(db, clock)
    await read(db, clock, HELD)
    assert (await told(db))[1:] == [(NoticeKind.RESULT, second.id), (NoticeKind.GONE, None), (NoticeKind.BACK, None)]


async def test_what_another_person_holds_settles_nothing(db: Database, clock: FakeClock) -> None:
    action = await failed(db, ActionType.BOOK, SiteUnavailable("503"))
    await read(db, clock)
    await read(db, clock, HELD, user_id=MARCO)
    assert (await state(db, action))[0] is ActionStatus.FAILED


async def test_an_upgrade_that_was_done_after_all_frees_what_it_replaces(db: Database, clock: FakeClock) -> None:
    worse = Booking("YOGA", "Giuriati", TUESDAY, time(13))
    await read(db, clock, worse)
    [held] = await db.bookings.held(GIULIA, TUESDAY)
    await failed(db, ActionType.BOOK, SiteUnavailable("503"), replaces=held.id)
    await read(db, clock, worse, HELD)
    [cancelling] = await db.requests.live(GIULIA)
    assert (cancelling.type, cancelling.class_ref.course) == (ActionType.CANCEL, "YOGA")


async def test_a_reading_that_is_queued_already_is_not_queued_twice(db: Database) -> None:
    action = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, WISH))
    check = await db.requests.add(NewAction(ActionType.CHECK, GIULIA))
    await claim_and_fail(db, action, SiteUnavailable("503"))
    live = await db.requests.live_routine(ActionType.CHECK, GIULIA)
    assert live
    assert live.id == check.id


@pytest.mark.parametrize("error", [f"full; {UNMARKED}", "full; waiting list: «W.L. 3»"])
async def test_a_class_that_is_waited_for_is_known_to_the_next_reading(
    db: Database, clock: FakeClock, error: str
) -> None:
    action = await failed(db, ActionType.BOOK, OnWaitingList(error))
    before = await db.readings.before(GIULIA, clock())
    assert before.waited_for == (action.wish,)
    assert before.unmarked == ((action.wish,) if UNMARKED in error else ())


async def test_a_place_that_the_site_gave_from_its_waiting_list_is_told_as_booked_by_the_reading_that_shows_it(
    db: Database, clock: FakeClock
) -> None:
    action = await failed(db, ActionType.BOOK, OnWaitingList("full; waiting list: «numero 2»"))
    await read(db, clock)  # it is still on the list, which is no booking
    assert await state(db, action) == (ActionStatus.FAILED, "OnWaitingList")
    await read(db, clock, HELD)
    assert await state(db, action) == (ActionStatus.COMPLETED, None)
    row = await db.requests.find(action.id)
    assert row
    assert row.result == FROM_THE_LIST
    assert await told(db) == [(NoticeKind.RESULT, action.id), (NoticeKind.RESULT, action.id)]
