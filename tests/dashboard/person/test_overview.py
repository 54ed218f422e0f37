"""The first page as sections of entries: made of rows, with the chat's sentences and buttons. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.screens.when import When
from dashboard.countdown import countdown
from dashboard.person.overview import Entry, overview_page
from domain.errors import login_stop
from domain.model import (
    Account,
    ActionStatus,
    ActionType,
    Booking,
    BookingStatus,
    ClassRef,
    HeldBooking,
    OpeningRule,
    Role,
    WatchMode,
)
from domain.overview import OwnOverview, PlannedSeries
from domain.recurrence import DateAhead, PeriodicBooking, PeriodicMode, PlannedDate
from domain.recurrence_rules import RecurrenceRules
from domain.recurring_pauses import RecurringPause
from languages import Language, speaking
from tests.bot.test_buttons import ACTION

ROME = ZoneInfo("Europe/Rome")
NOON = datetime(2026, 11, 22, 11, tzinfo=UTC)  # Sunday, 12:00 in Rome
WHEN = When(NOON, ROME)
TUESDAY, THURSDAY, FRIDAY = date(2026, 11, 24), date(2026, 11, 26), date(2026, 11, 27)
OPENS = datetime(2026, 11, 23, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = RecurrenceRules(OpeningRule(2, time(0), ROME), HOUR, timedelta(minutes=15), 4 * HOUR, 3 * HOUR, time(20))
NOTHING = OwnOverview("0", Account(42, Role.OWNER), (), (), (), {}, {}, (), (), (), None, None, None)
PILATES = HeldBooking(
    7, 42, Booking("PILATES <b>", "Giuriati", TUESDAY, time(18), 55), "x", BookingStatus.CONFIRMED, NOON
)
GAG = ClassRef("GAG", "Giuriati", THURSDAY, time(18))
WAITS = replace(
    ACTION, id=12, type=ActionType.BOOK, status=ActionStatus.PENDING, wish=GAG, got=None, opens_at=OPENS,
    run_at=OPENS - timedelta(minutes=5), watch=None, failures=0, attempts=0, absent_since=None, replaces_row_id=None,
    rehearse_at=None,
)  # fmt: skip
WEEKLY = PeriodicBooking(3, 42, "", "GAG", "Giuriati", 3, time(18), False, True, NOON, PeriodicMode.AUTOMATIC)
PLANNED = PlannedSeries(WEEKLY, (DateAhead(PlannedDate(THURSDAY, None, False, None, OPENS)),))


def verbs(entry: Entry) -> list[str]:
    return [button.data.split(":")[0] for button in entry.buttons]


def said(entry: Entry) -> str:
    return " ".join(str(line) for line in entry.lines)


def test_a_held_place_can_be_given_back_swapped_and_put_into_a_calendar() -> None:
    [entry] = overview_page(replace(NOTHING, held=(PILATES,)), WHEN, RULES).held
    assert (entry.title, entry.day, entry.hour, entry.near) == ("PILATES <b>", "Mar 24 nov", "18:00", "")
    assert verbs(entry) == ["file", "share_held", "swap_days", "ask_cancel"]
    assert "vista sul sito" in said(entry)
    assert "Puoi annullare senza penalità fino a martedì 24 novembre alle 15:00" in said(entry)
    late = When(datetime(2026, 11, 24, 15, 30, tzinfo=UTC), ROME)
    [entry] = overview_page(replace(NOTHING, held=(PILATES,)), late, RULES).held
    assert entry.near == "Oggi"
    assert "il termine per annullare gratis è già passato" in said(entry)
    over = When(datetime(2026, 11, 24, 18, tzinfo=UTC), ROME)
    assert overview_page(replace(NOTHING, held=(PILATES,)), over, RULES).held == ()


def test_a_place_that_is_being_given_back_leads_to_its_request_only() -> None:
    cancel = replace(WAITS, type=ActionType.CANCEL, wish=PILATES.booking.ref, opens_at=None)
    page = overview_page(replace(NOTHING, held=(PILATES,), live=(cancel,)), WHEN, RULES)
    assert verbs(page.held[0]) == ["ticket"]
    assert page.held[0].state == "In annullamento"
    assert [entry.key for entry in page.queue] == ["action-12"]


def test_what_waits_for_its_opening_counts_down_in_order_queued_or_only_planned() -> None:
    later = replace(WAITS, id=13, wish=replace(GAG, day=FRIDAY), opens_at=OPENS + timedelta(days=1))
    zumba = replace(PLANNED, periodic=replace(WEEKLY, course="ZUMBA"))
    page = overview_page(replace(NOTHING, live=(later, WAITS), series=(PLANNED, zumba)), WHEN, RULES)
    assert [entry.key for entry in page.openings] == [
        "action-12",
        "date-3-2026-11-26",
        "action-13",
    ]
    first = page.openings[0]
    assert first.countdown
    assert first.countdown.left == "1 g 12:00:00"
    assert verbs(first) == ["alts", "withdraw"]
    assert "Ti scrivo io" not in said(first)
    assert verbs(page.openings[1]) == ["skip_date"]
    assert page.queue == ()
    begun = When(OPENS + timedelta(seconds=1), ROME)
    assert [entry.key for entry in overview_page(replace(NOTHING, live=(WAITS,)), begun, RULES).queue] == ["action-12"]


def test_a_watch_stands_by_itself_and_can_be_ended() -> None:
    watch = replace(WAITS, watch=WatchMode.TELL, opens_at=None)
    page = overview_page(replace(NOTHING, live=(watch,)), WHEN, RULES)
    assert (page.queue, page.openings) == ((), ())
    assert verbs(page.watches[0]) == ["withdraw", "notice"]


def test_what_recurs_tells_its_next_date_and_can_be_paused_or_skipped() -> None:
    [entry] = overview_page(replace(NOTHING, series=(PLANNED,)), WHEN, RULES).series
    assert "Gio 26 nov · prenoto mar 24 alle 00:00" in said(entry)
    assert verbs(entry) == ["skip_date", "pause"]
    resting = replace(PLANNED, periodic=replace(WEEKLY, active=False))
    assert verbs(overview_page(replace(NOTHING, series=(resting,)), WHEN, RULES).series[0])[-1] == "resume"


def test_what_keeps_the_bot_from_working_is_told_first_with_the_way_out() -> None:
    stopped = Account(42, Role.OWNER, rejected=True, stop=login_stop("LoginRejected", "no"))
    pause = RecurringPause(NOON, "AccountLimit", "troppe")
    warned = overview_page(replace(NOTHING, account=stopped, recurring_pause=pause), WHEN, RULES).warnings
    assert [button.data for each in warned for button in each.buttons] == ["forgive", "go_on"]


def test_there_is_a_way_to_book_by_day_and_by_course_in_both_languages() -> None:
    page = overview_page(NOTHING, WHEN, RULES)
    assert [button.data for button in page.begin] == ["new", "courses:0", "hours"]
    with speaking(Language.ENGLISH):
        english = overview_page(replace(NOTHING, live=(WAITS,)), WHEN, RULES)
        assert english.openings[0].countdown
        assert english.openings[0].countdown.left == "1 d 12:00:00"


def test_a_countdown_ends_at_nothing() -> None:
    assert countdown(NOON - HOUR, NOON).left == "00:00:00"
    assert countdown(NOON + timedelta(hours=3, minutes=4, seconds=5), NOON).left == "03:04:05"
