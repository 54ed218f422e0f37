"""The language of the buttons, and that every screen leads on: each verb has a handler, each page a way home."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import cache
from itertools import chain, product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import screens
from bot.flows.router import Router
from bot.flows.services import Services
from bot.screens.callbacks import DAY, ID, KEY, MOST_BYTES, NUMBERS, PAGE, Call, Forged, Verb, pack, unpack
from bot.screens.failure_messages import FAILURE_MESSAGES
from bot.screens.history import Choice, courses_of, months_of, results
from bot.screens.hours import hour_of_slot
from bot.screens.origin import From, Origin
from bot.screens.page import Chunk, Page, chunk
from bot.screens.slots import Clash, SlotState, SlotView, view_slot
from bot.screens.when import When
from bot.understanding.intents import Act, Asked, Doubt, Hours, Place, Show, Unsure, Wish
from database import Database
from domain import errors
from domain.errors import (
    AccountWaits,
    AlreadyQueued,
    AppError,
    DatabaseError,
    DuplicatePeriodic,
    LeaseLost,
    LoginDiverted,
    LoginRejected,
    StillActing,
    TooManyHolidays,
    TooManyWaiting,
    UnknownGuest,
    quote,
)
from domain.feeds import Feed
from domain.history import Became, Entry, numbers
from domain.house_rules import HouseRules, Rule
from domain.model import (
    Action,
    ActionStatus,
    ActionType,
    Booking,
    BookingStatus,
    CatalogueSlot,
    ClassRef,
    Course,
    DaySummary,
    HeldBooking,
    OpeningRule,
    SlotStatus,
    WatchMode,
)
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from domain.own_calendars import CalendarTrouble, OwnCalendar
from domain.programs import Outage
from domain.recurrence import (
    Confirmation,
    ConfirmationOutcome,
    ConfirmationPurpose,
    DateAhead,
    Holiday,
    OccurrenceState,
    PeriodicBooking,
    PeriodicChoice,
    PeriodicMode,
    PlannedDate,
)
from domain.recurring_pauses import MissedDate, RecurringPause
from domain.seen_rules import SeenRule
from domain.together import Agreement, Pair, PairState
from domain.usual import CourseName
from runtime.settings import Settings
from tests.support import chats
from tests.support.browser_pages import browser_pages
from tests.support.chats import NOON, OWNER, PILATES, THURSDAY, TUESDAY
from tests.support.full_classes import pages_of_full_classes
from tests.support.guest_pages import guest_pages

ROME = ZoneInfo("Europe/Rome")
WHEN = When(NOON, ROME)
RULE = OpeningRule(2, time(0), ROME)
NASTY = "<b>&'\"" + "x" * 300

STOPS = (LoginRejected("no"), LoginDiverted(f"led astray to https://evil.test/: {quote('<b>parole</b>')}"))
ACTION = Action(
    id=ID, type=ActionType.BOOK, user_id=OWNER, status=ActionStatus.PENDING,
    wish=ClassRef(NASTY, NASTY, TUESDAY, time(18)), booking_id="x", created_at=NOON, run_at=NOON, opens_at=NOON,
    started_at=None, completed_at=NOON, result=None, error=NASTY, error_kind=None, evidence=None, attempts=0,
    failures=0, quiet=False, card_message_id=None, periodic_booking_id=None,
)  # fmt: skip
HELD = HeldBooking(ID, OWNER, Booking(NASTY, NASTY, TUESDAY, time(18)), "x", BookingStatus.CONFIRMED, NOON)
ASKED = Confirmation(ID, OWNER, 1, NOON, NOON + timedelta(hours=1), None)
VIEW = SlotView(ID, replace(PILATES, course=NASTY, instructor=NASTY), SlotState.FREE, NOON, NOON, HELD, ACTION, HELD)
COLUMNS = [hour_of_slot(replace(VIEW, state=one, slot=replace(PILATES, instructor="")), WHEN) for one in SlotState]
ORIGIN = Origin(From.LIST, KEY, PAGE)
KINDS = sorted({name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, AppError)})


OTHERS = [ClassRef(NASTY, NASTY, THURSDAY, time(18))] * 3
CHOICES = [PeriodicChoice(NASTY, NASTY, time(19))] * 3
COURSE = Course(ID, NASTY, NASTY, 1, time(18), time(19), 3, 7, NASTY, NASTY, NOON)
SERIES = PeriodicBooking(ID, OWNER, NASTY, NASTY[:-1], NASTY, 1, time(18), True, True, NOON)
SHOTS = (Shot(0, 0, 0, 0.01, ShotOutcome.EARLY), Shot(0, 62, 62, 62.1, ShotOutcome.ACCEPTED))
LATE_REPORT = OpeningReport(NOON, 0.1, 0.002, 0.03, 62.4, shots=SHOTS)
HOLIDAY = Holiday(ID, OWNER, TUESDAY, THURSDAY)


def action_pages() -> Iterator[Page]:
    for kind in ActionType:
        for status in ActionStatus:
            action = replace(ACTION, type=kind, status=status)
            yield from (screens.tickets.final_card(action, WHEN), screens.tickets.final_card(action, WHEN, HELD))
            for one in (action, replace(action, failures=1), replace(action, run_at=NOON - timedelta(hours=1)),
                        replace(action, run_at=NOON + timedelta(minutes=3))):  # fmt: skip
                yield from (
                    screens.tickets.ticket_page(one, WHEN, OTHERS, is_card=card, undoable=card)
                    for card in (True, False)
                )
        for error in KINDS:
            failed = replace(ACTION, type=kind, status=ActionStatus.FAILED, error_kind=error)
            for clash in (Clash(HELD, ID), Clash(HELD, ID, ID)):
                yield screens.results.failure(failed, WHEN, LATE_REPORT, clash, watchable=True, stands=True)
            yield screens.tickets.ticket_page(failed, WHEN, is_card=False, watchable=True, clash=Clash(HELD))
    yield from pages_of_full_classes(ACTION, WHEN)
    for status in ActionStatus:
        for mode in WatchMode:
            watch = replace(
                ACTION, status=status, watch=mode, watch_until=NOON, replaces_row_id=1, error_kind="SlotFull"
            )
            clash = Clash(HELD, ID, ID, when_free=True)
            yield from (screens.tickets.ticket_page(watch, WHEN, is_card=card, clash=clash) for card in (True, False))
            yield screens.results.failure(watch, WHEN)
    yield screens.tickets.status_page([ACTION] * 8, 1, WHEN, more=True)
    yield screens.tickets.status_page([], 0, WHEN, more=False)


def result_pages() -> Iterator[Page]:
    won = replace(ACTION, won_choice=3, why_not_first=f"full: the site says «{NASTY}»", replaces_row_id=1)
    yield screens.results.booked(won, HELD, WHEN, LATE_REPORT, HELD, first_watchable=True)
    yield from (
        screens.tickets.ticket_page(won, WHEN, is_card=False, has_figures=True, first_watchable=True),
        screens.results.booked(ACTION, None, WHEN),
    )
    yield from (screens.results.cancelled(ACTION, WHEN, has_file=has_file) for has_file in (True, False))
    yield screens.results.place_free(ACTION, WHEN)
    yield screens.results.changed(HELD, HELD.ref, WHEN, HELD)
    yield from (screens.results.vanished(HELD, WHEN), screens.results.refreshed(1, 1, WHEN))
    for stop in STOPS:
        yield screens.results.login_stopped(stop, WHEN)
    for outcome in ("ok", *KINDS):
        for periodic in (None, ID):
            told = replace(ACTION, rehearsal=outcome, periodic_booking_id=periodic)
            yield from (screens.results.rehearsed(told, OTHERS, WHEN), screens.results.approved(told, OTHERS, WHEN))


def opening_pages() -> Iterator[Page]:
    yield from (screens.openings.figures_page(ACTION, report, WHEN) for report in (LATE_REPORT, OpeningReport(NOON)))


def menu_pages() -> Iterator[Page]:
    overview = screens.menu.Overview(NASTY, HELD, [ACTION] * 7, timetable_known=False, stop=STOPS[0], usual=[VIEW] * 3)
    yield from (
        screens.menu.home(overview, WHEN),
        *(screens.menu.help_page("Polimisport Bot 1.0.0", keeper=each) for each in (True, False)),
        screens.menu.notice_page("x"),
    )
    for program in ("bot", "worker", "executor", "web"):
        outage = Outage(1, program, NOON, died=True, until=None)
        yield from (screens.programs.down(outage, WHEN), screens.programs.back(outage, WHEN))


def booking_pages() -> Iterator[Page]:
    days = [screens.booking.OpenDay(day, 3, RULE.opens_at(day)) for day in (TUESDAY, THURSDAY)]
    alternative = screens.booking.alternative_to(ACTION, lambda _: True)
    routes = (screens.booking.NEW_BOOKING, alternative, screens.booking.better_than(HELD))
    unseen = [screens.booking.OpenDay(THURSDAY, 3, RULE.opens_at(THURSDAY), is_unseen=True)]
    yield from (screens.booking.far_days_page(each, WHEN) for each in (unseen, []))
    yield screens.booking.days_page(days, NOON, WHEN, farther=True)
    yield screens.booking.days_page([], None, WHEN, held_up=True)
    for route in routes:
        yield screens.booking.days_page(days, NOON, WHEN, route)
        yield from (screens.booking.days_page([], read, WHEN, route) for read in (None, NOON))
        yield screens.booking.kinds_page(TUESDAY, [(PILATES.activity, 3)], route)
        yield screens.booking.no_slots_page(TUESDAY, route)
        for single in (True, False):
            shown = chunk([VIEW] * 20, 1)
            yield screens.booking.slots_page(TUESDAY, PILATES.activity, shown, WHEN, route, single=single)
    yield from (screens.booking.gone_page(TUESDAY), screens.booking.gone_page())
    for state in SlotState:
        for watchable in (True, False):
            view = replace(VIEW, state=state, clash_binds=not watchable, both_taken=watchable, takes_list=watchable)
            yield screens.booking.confirm_page(view, ID, ORIGIN, WHEN, stop=STOPS[1], watchable=watchable)
            for source in From:
                origin = replace(ORIGIN, source=source)
                yield screens.booking.confirm_page(view, ID, origin, WHEN, stop=None, is_starred=watchable)
            for held in (HELD, replace(HELD, booking=replace(HELD.booking, day=THURSDAY))):
                yield screens.booking.swap_page(view, held, ID, WHEN, watchable=watchable)
    for full in (True, False):
        yield screens.booking.alternatives_page(ACTION, OTHERS, WHEN, [(OTHERS[0], Clash(HELD, ID, ID))], full=full)


def plain_words_pages() -> Iterator[Page]:
    words = screens.plain_words
    wish = Wish((NASTY,) * 3, (TUESDAY,), (1,), Hours.at(time(6), time(18)), (NASTY,))
    views, courses = [VIEW] * 20, [COURSE] * 20
    for shown in (views, views[:1], []):
        yield from (words.which_slot_page(wish, shown, WHEN), words.no_slot_page([wish], shown, WHEN))
        yield from (words.one_by_one_page(shown, WHEN), words.or_else_page(shown, WHEN))
        yield words.swap_which_page(HELD, shown, WHEN)
    page = screens.booking.confirm_page(VIEW, ID, ORIGIN, WHEN, stop=STOPS[1])
    yield from (words.with_second(page, VIEW, VIEW, ID, WHEN, more=True), words.no_second(page, VIEW, WHEN))
    yield words.which_of_mine_page("x", [HELD] * 5, [ACTION] * 5, [SERIES], WHEN)
    yield words.which_of_mine_page("x", [], [], [SERIES], WHEN)
    for one in (wish, Wish()):
        yield from (words.none_of_mine_page(one, WHEN), words.no_series_page(one, WHEN))
    yield from (words.which_course_page(wish, courses, [3], WHEN), words.no_course_page(wish, courses, WHEN))
    yield screens.making.new_mode_page(COURSE, times(), "x", COURSE)
    yield words.another_weekday(screens.making.new_mode_page(COURSE, times(), "x"), courses)
    yield from (words.thanks_page(), words.yes_page(), words.no_page(), words.odd_page())
    buttons = [words.once_button(VIEW), words.weekly_button(COURSE), words.day_button(TUESDAY, WHEN)]
    for doubt in Doubt:
        unsure = Unsure(doubt, words=(NASTY,) * 5, heard=wish, about=tuple(Place)[-3:])
        told = replace(unsure, acts=tuple(map(Asked, Act)), quoted=(NASTY,), noes=(NASTY,), unused=(NASTY,) * 9)
        told = replace(told, weekly=True, everything=True, more=(wish,) * 2, denied=wish)
        for each in (unsure, told, Unsure(doubt)):
            yield screens.doubts.unsure_page(each, buttons if each is unsure else [], WHEN, stays=each is unsure)
    yield from (screens.doubts.left_page(), screens.doubts.with_left_out(words.no_page(), Show(Place.QUIET)))
    yield words.none_on(screens.booking.instead_of(page, HELD, WHEN), wish, WHEN)


def hours_pages() -> Iterator[Page]:
    yield screens.hours.hours_page([DaySummary(TUESDAY, 3, NOON)], NOON, WHEN)
    yield screens.hours.hours_page([], None, WHEN)
    hours = [hour_of_slot(VIEW, WHEN)] * 20
    for key in (0, 1):
        yield screens.hours.hours_day_page(
            TUESDAY, key, [(1, NASTY), (2, "b")], chunk(hours, 1), NOON, WHEN, opens_at=NOON
        )
    yield screens.hours.hours_day_page(TUESDAY, 1, [], Chunk(COLUMNS, 0, 1), NOON, WHEN, opens_at=NOON)
    yield screens.hours.hours_day_page(TUESDAY, 0, [], chunk([], 0), None, WHEN, opens_at=NOON)


def course_pages() -> Iterator[Page]:
    courses, one = screens.courses, CourseName(NASTY, NASTY, NASTY)
    lines = [courses.CourseLine(replace(one, location=str(each)), (1, 2), each % 2 == 0) for each in range(20)]
    yield from (courses.courses_page(chunk(lines, 1), lines), courses.courses_page(chunk([], 0), []))
    for is_starred in (True, False):
        yield courses.course_page(one, chunk([VIEW] * 20, 1), {ID}, WHEN, is_starred=is_starred)
        yield courses.course_page(one, chunk([], 0), set(), WHEN, is_starred=is_starred)
        yield courses.course_days_page(one, [(TUESDAY, [VIEW] * 20)], is_starred=is_starred)
    yield courses.gone_course_page()


def week_pages() -> Iterator[Page]:
    week = screens.week.week_of([(TUESDAY, [VIEW] * 60)], [], [TUESDAY], NOON, WHEN)
    for either in (True, False):
        yield screens.week.week_page(week, dark=either, mondays=either)


def own_calendar_pages() -> Iterator[Page]:
    calendar = OwnCalendar(ID, "https://calendar.example/secret.ics")
    read = replace(calendar, read_at=NOON)
    broken = [replace(each, trouble=trouble) for each in (calendar, read) for trouble in CalendarTrouble]
    yield screens.own_calendar.calendar_page(None, 0, WHEN, str(screens.own_calendar.PORT))
    yield screens.own_calendar.ask_replace_page(calendar, calendar, ID)
    yield from (screens.own_calendar.calendar_page(each, 3, WHEN) for each in (calendar, read, *broken))
    yield from (screens.own_calendar.told(each, 1) for each in (read, *broken))


def feed_pages() -> Iterator[Page]:
    made = Feed(OWNER, NOON, ID)
    for is_served in (True, False):
        for feed in (None, made, replace(made, read_at=NOON)):
            yield screens.feed.feed_page(feed, WHEN, NASTY[:0], is_served=is_served)
        yield screens.feed.address_page(f"https://{NASTY}", WHEN, is_reachable=is_served)


def held_pages() -> Iterator[Page]:
    entries: list[screens.held.Entry] = [HELD, ACTION] * 10
    yield screens.held.mine_page(chunk(entries, 1), 3, NOON, WHEN)
    yield screens.held.mine_page(chunk([], 0), 0, None, WHEN)
    for status in BookingStatus:
        for over in (True, False):
            yield screens.held.held_page(replace(HELD, status=status), None, WHEN, over=over)
    yield screens.held.held_page(HELD, ACTION, WHEN, over=False)
    for deadline in (NOON, NOON + timedelta(days=1)):
        yield screens.held.ask_cancel_page(HELD, ID, deadline, timedelta(hours=1.5), WHEN)
        yield screens.held.reminder(HELD, deadline, timedelta(hours=2), WHEN)
    yield from (screens.held.ask_twice_page(HELD, ID, WHEN), screens.held.staying(HELD, WHEN))
    yield from (screens.held.gone_page(), screens.held.file_page(HELD, WHEN))
    yield from (screens.held.not_found_page("x", day) for day in (None, TUESDAY))
    watch = replace(ACTION, watch=WatchMode.TELL, watch_until=NOON, replaces_row_id=1, notice=timedelta(hours=6))
    yield screens.held.notice_page(watch, [(0, timedelta(hours=2), NOON), (3, timedelta(hours=6), NOON)], WHEN)
    yield from (screens.held.watches_page(chunk([watch] * 20, 1), WHEN), screens.held.watches_page(chunk([], 0), WHEN))


def sharing_pages() -> Iterator[Page]:
    ref = ACTION.class_ref
    yield screens.sharing.to_forward(ref, screens.sharing.link_to("polimisport_bot", "1" * 39), WHEN)
    agreement = Agreement(KEY, OWNER, NASTY, OWNER + 1, NASTY)
    for asker in (OWNER, OWNER + 1):
        yield screens.together.together_page(
            [replace(agreement, asker_id=asker, friend_id=2 * OWNER + 1 - asker)], OWNER
        )
    yield from (screens.together.together_page([], OWNER), screens.together.invitation(NASTY, "https://t.me/x"))
    yield from (screens.together.question(agreement), screens.together.agreed(agreement))
    yield from (screens.together.choose_page(VIEW, agreement, ID, can_be_none=each) for each in (True, False))
    yield screens.booking.confirm_page(
        replace(VIEW, state=SlotState.OPENS, both_taken=True), ID, ORIGIN, WHEN, stop=None, friends=[agreement]
    )
    for state in PairState:
        pair = Pair(ID, OWNER, OWNER + 1, NASTY, NASTY, ID, ID, True, False, NOON, state, ID, OWNER)
        yield from (screens.together.ended(pair, ref, each, WHEN) for each in (OWNER, OWNER + 1))
        yield from (
            screens.together.asked_for_you(replace(pair, friends_own=each), ref, WHEN) for each in (True, False)
        )
    yield from (screens.together.declined(), screens.together.your_own(), screens.together.said_yes(agreement))
    yield from (screens.sharing.begun(ref, WHEN), screens.sharing.vanished(ref, WHEN), screens.sharing.unknown())


def question_pages() -> Iterator[Page]:
    for purpose in ConfirmationPurpose:
        for outcome in (None, *ConfirmationOutcome):
            asked = replace(ASKED, outcome=outcome, purpose=purpose)
            for when in (WHEN, When(NOON + timedelta(hours=2), ROME)):
                opens = NOON + timedelta(days=1)
                yield screens.questions.question(
                    asked, SERIES, ACTION.class_ref, opens, when, clash=Clash(HELD, ID, ID)
                )
            for ticket in (ACTION, None):
                yield screens.questions.answered(asked, ACTION.class_ref, WHEN, ticket)
            yield from (screens.questions.no_longer_asked(asked, ACTION.class_ref, WHEN, held) for held in (HELD, None))
            yield screens.questions.expired(asked, ACTION.class_ref, WHEN)
    for held in (True, False):
        yield screens.questions.missed(SERIES, ACTION.class_ref, WHEN, held=held)


def dates() -> list[DateAhead]:
    found = []
    for state in (None, *OccurrenceState):
        for holiday in (True, False):
            planned = PlannedDate(TUESDAY, state, holiday, None, NOON)
            found.append(DateAhead(planned))
            found += [DateAhead(planned, replace(ACTION, status=one), HELD) for one in ActionStatus]
    return found


def periodic_pages() -> Iterator[Page]:
    every = [replace(SERIES, active=active, mode=mode) for active in (True, False) for mode in PeriodicMode]
    yield screens.periodic.periodic_page(chunk(every * 5, 1), [HOLIDAY] * 9)
    yield screens.periodic.periodic_page(chunk([], 0), [])
    pause = RecurringPause(NOON, "AccountLimit", NASTY)
    yield screens.periodic.periodic_page(chunk(every * 5, 1), [HOLIDAY] * 9, pause=pause)
    yield screens.periodic.going_on_page([MissedDate(every[0], TUESDAY)] * 9, WHEN)
    yield screens.periodic.going_on_page([], WHEN)
    for one in every:
        for date in dates():
            yield screens.periodic.card_page(one, CHOICES, [date] * 2, times(), WHEN, "x", [SERIES] * 2)
            yield screens.periodic.dates_page(one, [date] * 4, WHEN)
        yield screens.making.change_mode_page(one, times())
        yield screens.making.leads_page(one, [timedelta(hours=1), timedelta(hours=24)], times())
    yield screens.periodic.ask_delete_page(SERIES)
    for full in (True, False):
        yield screens.periodic.alternatives_page(SERIES, CHOICES, full=full)
    yield screens.periodic.alternatives_page(SERIES, [], full=False)
    for route in (screens.making.NEW_SERIES, screens.making.moving(SERIES), screens.making.adding_to(SERIES)):
        yield from (screens.making.kinds_page(kinds, route, 1) for kinds in ([], [(PILATES.activity, 3)]))
        yield screens.making.weekdays_page(PILATES.activity, dict.fromkeys(range(7), 3), route)
        yield screens.making.courses_page(PILATES.activity, 1, chunk([COURSE] * 20, 1), route)
        yield screens.making.course_gone_page(route)
    firsts = [None, *(screens.making.FirstDate(TUESDAY, "x", left_out=each) for each in (False, True))]
    for first, other in product(firsts, (None, COURSE)):
        yield screens.making.new_mode_page(COURSE, times(), screens.making.meets_line([SERIES]), other, first=first)
    yield screens.making.not_mine_page()
    yield from (screens.holidays.holidays_page(chunk([HOLIDAY] * 20, 1)), screens.holidays.holidays_page(chunk([], 0)))
    for month in range(screens.holidays.MONTHS_AHEAD + 1):
        yield screens.holidays.first_day_page(month, TUESDAY)
        yield screens.holidays.last_day_page(THURSDAY, month, TUESDAY)


def rules_pages() -> Iterator[Page]:
    rules = HouseRules(RULE)
    values = ("hours_before=48", "warned", "refused", "24", "30", "3")
    seen = [
        SeenRule(ID, rule, value, rules.value(rule), NASTY, 2, NOON, answer)
        for rule, value in zip(Rule, values, strict=True)
        for answer in (None, "set")
    ]
    yield from (screens.rules.seen_page(each, WHEN) for each in seen)
    yield screens.rules.rules_page(rules, seen, "✅ Impostato.")
    yield screens.rules.rules_page(rules.with_value(Rule.OVERLAP, "warned"), seen)
    yield screens.rules.friends_page(rules)


def times() -> screens.making.AskTimes:
    """In the words of the language that is spoken."""
    return screens.making.ask_times(3, time(18), timedelta(minutes=109), RULE, timedelta(hours=1), timedelta(hours=2))


def preference_pages() -> Iterator[Page]:
    settings = screens.preferences.Setting
    yield screens.preferences.overview([(each, "?") for each in settings], owner=True)
    yield screens.preferences.overview([(each, "?") for each in settings], guest=True)
    option = screens.preferences.Option("?", 0)
    yield from (screens.preferences.setting_page(each, [option, replace(option, chosen=True)]) for each in settings)


def history_pages() -> Iterator[Page]:
    entries = [
        Entry(became, ACTION.class_ref, NOON, in_time=in_time, arrived_ms=67, taken_ms=87, seen_ms=900, won=True)
        for became in Became
        for in_time in (True, False, None)
    ]
    for choice in (Choice(), Choice(1, 202611, 3)):
        yield screens.history.history_page(chunk(entries * 4, 1), choice, NASTY, is_empty=False)
        for what, options in enumerate((courses_of(entries), months_of(entries * 40), results())):
            yield screens.history.pick_page(what, chunk(options * 20, 1), choice)
    for is_empty in (True, False):
        yield screens.history.history_page(chunk([], 0), Choice(), "", is_empty=is_empty)
    yield screens.history.file_page("CSV")
    for told in (entries, []):
        yield from (screens.statistics.statistics_page(numbers(told, TUESDAY), dark=dark) for dark in (False, True))


@cache
def every_page() -> tuple[Page, ...]:
    shown = (rules_pages(), action_pages(), result_pages(), menu_pages(), booking_pages(), hours_pages(), held_pages())
    more = (
        course_pages(),
        sharing_pages(),
        week_pages(),
        own_calendar_pages(),
        feed_pages(),
        browser_pages(),
        question_pages(),
        periodic_pages(),
        plain_words_pages(),
        preference_pages(),
        opening_pages(),
        guest_pages(ACTION, SERIES, NASTY, WHEN),
    )
    return (*chain(*shown, *more, history_pages()),)


@pytest.fixture
def router(tmp_path: Path, db: Database) -> Router:
    emulator = cast("Any", SimpleNamespace(token="123:abcdef", api_base_url="http://127.0.0.1"))
    settings: Settings = chats.settings_for(tmp_path, emulator)
    return Router(Services(db, settings, lambda: NOON))


def test_every_button_a_screen_can_show_has_a_handler(router: Router) -> None:
    shown = {unpack(button.data).verb for page in every_page() for row in page.rows for button in row}

    assert shown <= set(router.routes)
    assert shown == set(Verb), "a verb that no screen shows is dead"


def test_every_screen_with_buttons_leads_home() -> None:
    for page in every_page():
        verbs = [unpack(button.data).verb for row in page.rows for button in row]
        is_menu = {Verb.NEW, Verb.MINE, Verb.PERIODIC, Verb.HOURS} <= set(verbs)
        assert not verbs or is_menu or Verb.HOME in verbs, page


def test_every_screen_fits_into_a_message_and_escapes_what_comes_from_outside() -> None:
    for page in every_page():
        assert 0 < len(page.text) <= 4096
        assert "<b>&'" not in page.text
        assert len(page.rows) <= 20
        assert all(0 < len(button.label) <= 60 for row in page.rows for button in row)


def test_a_screen_that_goes_with_a_file_fits_into_a_caption() -> None:
    failures = [replace(ACTION, status=ActionStatus.FAILED, error_kind=kind) for kind in KINDS]
    results = [page for page in result_pages() if "Prenotata" in page.text]
    for page in [*results, *(screens.results.failure(one, WHEN, LATE_REPORT) for one in failures)]:
        assert len(html.unescape(re.sub("<[^>]+>", "", page.text))) <= 1024


def test_nobody_but_who_keeps_the_bot_is_told_to_mend_its_configuration_or_programs() -> None:
    ours = re.compile(r"config\.json|otpatu|opening\.at|worker\.py|setup\.py|riavvia")
    guest, waiting = replace(WHEN, to_keeper=False), replace(ACTION, run_at=NOON - timedelta(hours=1))
    early = replace(LATE_REPORT, opened_early=True)
    pages = [screens.results.login_stopped(STOPS[0], guest), screens.tickets.ticket_page(waiting, guest, is_card=True)]
    pages += [screens.results.booked(ACTION, HELD, guest, report) for report in (LATE_REPORT, early)]
    for kind in KINDS:
        failed = replace(ACTION, status=ActionStatus.FAILED, error_kind=kind)
        pages += [
            screens.results.failure(failed, guest, LATE_REPORT),
            screens.tickets.ticket_page(failed, guest, is_card=True),
        ]
        pages.append(screens.results.rehearsed(replace(ACTION, rehearsal=kind), [], guest))
    assert [page.text for page in pages if ours.search(page.text)] == []
    assert ours.search(screens.results.login_stopped(STOPS[0], WHEN).text)


def test_every_kind_of_error_of_the_site_has_words_of_its_own() -> None:
    never_end_an_action = (
        AlreadyQueued, DuplicatePeriodic, TooManyHolidays, LeaseLost, DatabaseError, AccountWaits, TooManyWaiting,
        StillActing, UnknownGuest,
    )  # fmt: skip
    silent = {kind for kind in KINDS if issubclass(getattr(errors, kind), never_end_an_action)}
    assert set(KINDS) - set(FAILURE_MESSAGES) - silent == {"AppError", "SiteError", "LoginFailed", "LoginStopped"}


def test_what_is_packed_fits_and_comes_back() -> None:
    for verb in Verb:
        numbers = tuple(20261124 if largest is DAY else int(largest) for largest in NUMBERS.get(verb, ()))
        data = pack(verb, *numbers, fresh=True, reread=True)
        assert unpack(data) == Call(verb, numbers, fresh=True, reread=True)
        assert len(data.encode()) <= MOST_BYTES


@given(st.text(max_size=80))
def test_no_text_makes_the_reader_fail_in_any_other_way(data: str) -> None:
    try:
        call = unpack(data)
    except Forged:
        return
    assert call.data == data


@pytest.mark.parametrize(
    "data", [None, "", "home:1", "day", "day:20260230", "day:1", "ticket:01", "ticket:-1", "ticket:9223372036854775808"]
)
def test_what_no_button_of_ours_carries_is_forged(data: str | None) -> None:
    with pytest.raises(Forged):
        unpack(data)


def test_a_button_that_could_not_come_back_is_not_made() -> None:
    with pytest.raises(ValueError, match="no button can carry"):
        pack(Verb.TICKET, -1)


@pytest.mark.parametrize(
    ("places", "status", "read_at", "state"),
    [
        (7, SlotStatus.AVAILABLE, NOON, SlotState.FREE),
        (0, SlotStatus.DISABLED, NOON, SlotState.FULL),
        (None, SlotStatus.DISABLED, NOON, SlotState.FULL),
        (None, SlotStatus.AVAILABLE, NOON, SlotState.FREE),
        (3, SlotStatus.WAITING, NOON, SlotState.FULL),
        (None, SlotStatus.DISABLED, NOON - timedelta(days=1), SlotState.FREE),  # read before its opening: says nothing
    ],
)
def test_a_slot_is_full_only_when_it_was_read_so_after_its_opening(
    places: int | None, status: SlotStatus, read_at: datetime, state: SlotState
) -> None:
    row = CatalogueSlot(1, replace(PILATES, places=places, status=status), read_at)

    assert view_slot(row, [], [], RULE, NOON).state is state


def test_what_the_site_shows_as_open_is_open_whatever_the_rule_says() -> None:
    later = replace(PILATES, day=THURSDAY)

    assert view_slot(CatalogueSlot(1, later, NOON), [], [], RULE, NOON).state is SlotState.FREE
    closed = replace(later, status=SlotStatus.DISABLED)
    assert view_slot(CatalogueSlot(1, closed, NOON), [], [], RULE, NOON).state is SlotState.OPENS
