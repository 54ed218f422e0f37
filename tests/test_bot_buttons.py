"""The language of the buttons, and that every screen leads on: each verb has a handler, each page a way home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import model
from bot import screens, screens_booking, screens_held, texts
from bot.answers import Answers
from bot.callbacks import LARGEST, MOST_BYTES, NUMBERS, Call, Forged, Verb, pack, unpack
from bot.italian import When
from bot.page import Page, chunk
from bot.slots import SlotState, SlotView, view_slot
from database import Database
from model import (
    Action,
    ActionStatus,
    ActionType,
    AppError,
    Booking,
    BookingStatus,
    CatalogueSlot,
    Confirmation,
    ConfirmationOutcome,
    DaySummary,
    HeldBooking,
    OpeningRule,
    PeriodicBooking,
    SlotStatus,
)
from settings import Settings
from tests import chats
from tests.chats import NOON, OWNER, PILATES, THURSDAY, TUESDAY

ROME = ZoneInfo("Europe/Rome")
WHEN = When(NOON, ROME)
RULE = OpeningRule(2, time(0), ROME)
NASTY = "<b>&'\"" + "x" * 300

ACTION = Action(
    id=LARGEST, type=ActionType.BOOK, user_id=OWNER, status=ActionStatus.PENDING, course=NASTY, location=NASTY,
    day=TUESDAY, start=time(18), booking_id="x", created_at=NOON, run_at=NOON, opens_at=NOON, started_at=None,
    completed_at=NOON, result=None, error=NASTY, error_kind=None, evidence=None, attempts=0, failures=0, quiet=False,
    card_message_id=None, periodic_booking_id=None,
)  # fmt: skip
HELD = HeldBooking(LARGEST, OWNER, Booking(NASTY, NASTY, TUESDAY, time(18)), "x", BookingStatus.CONFIRMED, NOON)
ASKED = Confirmation(LARGEST, OWNER, 1, NOON, NOON + timedelta(hours=1), None)
VIEW = SlotView(
    LARGEST, replace(PILATES, course=NASTY, instructor=NASTY), SlotState.FREE, NOON, NOON, HELD, ACTION, HELD
)
KINDS = sorted({name for name, one in vars(model).items() if isinstance(one, type) and issubclass(one, AppError)})


def recurring(*, active: bool = True, asks: bool = True) -> PeriodicBooking:
    """A periodic booking as far as the screens look at it."""
    seen = {"id": LARGEST, "name": NASTY, "course": NASTY, "location": NASTY, "day_of_week": 1, "start": time(18)}
    return cast("PeriodicBooking", SimpleNamespace(**seen, active=active, requires_confirmation=asks))


def action_pages() -> Iterator[Page]:
    for kind in ActionType:
        for status in ActionStatus:
            action = replace(ACTION, type=kind, status=status)
            for one in (action, replace(action, failures=1), replace(action, run_at=NOON - timedelta(hours=1))):
                yield from (screens.ticket(one, WHEN, is_card=True), screens.ticket(one, WHEN, is_card=False))
                yield screens.final_card(one, WHEN)
        for error in KINDS:
            failed = replace(ACTION, type=kind, status=ActionStatus.FAILED, error_kind=error)
            yield from (screens.failure(failed, WHEN), screens.ticket(failed, WHEN, is_card=False))
    for outcome in ("ok", "LoginRejected"):
        yield screens.rehearsed(replace(ACTION, rehearsal=outcome), WHEN)
    yield screens.status_page([ACTION] * 8, 1, WHEN, more=True)
    yield screens.status_page([], 0, WHEN, more=False)
    yield from (screens.booked(ACTION, HELD, WHEN), screens.booked(ACTION, None, WHEN), screens.cancelled(ACTION, WHEN))


def menu_pages() -> Iterator[Page]:
    overview = screens.Overview(NASTY, HELD, [ACTION] * 7, timetable_known=False, rejected=True)
    yield from (screens.home(overview, WHEN, "x"), screens.help_page(), screens.login_rejected())
    yield from (screens.vanished(HELD, WHEN), screens.refreshed(1, 1, WHEN), screens.notice_page("x"))


def booking_pages() -> Iterator[Page]:
    days = [screens_booking.OpenDay(day, 3, RULE.opens_at(day)) for day in (TUESDAY, THURSDAY)]
    yield screens_booking.days_page(days, NOON, WHEN)
    yield from (screens_booking.days_page([], read, WHEN) for read in (None, NOON))
    yield screens_booking.kinds_page(TUESDAY, [(PILATES.activity, 3)])
    yield screens_booking.gone_page(TUESDAY)
    yield from (screens_booking.gone_page(), screens_booking.no_slots_page(TUESDAY))
    for state in SlotState:
        view = replace(VIEW, state=state)
        yield screens_booking.confirm_page(view, LARGEST, 9, WHEN, rejected=True)
        for single in (True, False):
            page = chunk([view] * 20, 1)
            yield screens_booking.slots_page(TUESDAY, PILATES.activity, page, WHEN, single=single)
    yield screens_booking.hours_page([DaySummary(TUESDAY, 3, NOON)], NOON, WHEN)
    yield screens_booking.hours_page([], None, WHEN)
    hours = [screens_booking.hour_of_slot(CatalogueSlot(1, VIEW.slot, NOON))] * 20
    for key in (0, 1):
        yield screens_booking.hours_day_page(TUESDAY, key, [(1, NASTY), (2, "b")], chunk(hours, 1), NOON, WHEN)
    yield screens_booking.hours_day_page(TUESDAY, 0, [], chunk([], 0), None, WHEN)


def held_pages() -> Iterator[Page]:
    yield screens_held.mine_page(chunk([HELD] * 20, 1), [ACTION], NOON, WHEN)
    yield screens_held.mine_page(chunk([], 0), [], None, WHEN)
    for status in BookingStatus:
        for over in (True, False):
            yield screens_held.held_page(replace(HELD, status=status), None, WHEN, over=over)
    yield screens_held.held_page(HELD, ACTION, WHEN, over=False)
    for deadline in (NOON, NOON + timedelta(days=1)):
        yield screens_held.ask_cancel_page(HELD, LARGEST, deadline, 1.5, WHEN)
        yield screens_held.reminder(HELD, deadline, WHEN)
    yield from (screens_held.gone_page(), screens_held.file_page(HELD, WHEN))
    every_sort = [recurring(active=active, asks=asks) for active in (True, False) for asks in (True, False)]
    yield screens_held.periodic_page(chunk(every_sort * 5, 1), 45)
    yield screens_held.periodic_page(chunk([], 0), 60)
    for outcome in (None, *ConfirmationOutcome):
        yield screens_held.question(replace(ASKED, outcome=outcome), recurring(), ACTION.wish, WHEN)
        yield screens_held.answered(replace(ASKED, outcome=outcome), ACTION.wish, WHEN, ACTION)
    yield from (screens_held.expired(ACTION.wish, WHEN), screens_held.missed(ACTION.wish, WHEN))


def every_page() -> list[Page]:
    return [*action_pages(), *menu_pages(), *booking_pages(), *held_pages()]


@pytest.fixture
def answers(tmp_path: Path, db: Database) -> Answers:
    emulator = cast("Any", SimpleNamespace(token="123:abcdef", api_base_url="http://127.0.0.1"))
    settings: Settings = chats.settings_for(tmp_path, emulator)
    return Answers(db, settings, lambda: NOON)


def test_every_button_a_screen_can_show_has_a_handler(answers: Answers) -> None:
    shown = {unpack(button.data).verb for page in every_page() for row in page.rows for button in row}

    assert shown <= set(answers.handlers)
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
    for page in [screens.booked(ACTION, HELD, WHEN), *(screens.failure(action, WHEN) for action in failures)]:
        assert len(page.text) <= 1024


def test_every_kind_of_error_of_the_site_has_words_of_its_own() -> None:
    silent = {"AppError", "SiteError", "AlreadyQueued", "LeaseLost", "DatabaseError"}  # never end an action by name
    assert set(KINDS) - set(texts.TROUBLES) <= silent


def test_what_is_packed_fits_and_comes_back() -> None:
    for verb in Verb:
        numbers = tuple([LARGEST] * NUMBERS.get(verb, 0))
        if verb in (Verb.DAY, Verb.SLOTS, Verb.HOURS_DAY):
            numbers = (20261124, *numbers[1:])
        data = pack(verb, *numbers, fresh=True)
        assert unpack(data) == Call(verb, numbers, fresh=True)
        assert len(data.encode()) <= MOST_BYTES


@given(st.text(max_size=80))
def test_no_text_makes_the_reader_fail_in_any_other_way(data: str) -> None:
    try:
        call = unpack(data)
    except Forged:
        return
    assert pack(call.verb, *call.numbers, fresh=call.fresh) == data


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


def test_days_and_hours_are_told_as_people_tell_them() -> None:
    assert WHEN.at(NOON + timedelta(days=1)) == "domani alle 12:00"
    assert WHEN.at(datetime(2026, 11, 23, 23, tzinfo=UTC)) == "martedì 24 novembre alle 00:00"
    assert WHEN.soon(NOON, seconds=True) == "alle 12:00:00"
    assert WHEN.soon(NOON - timedelta(days=1)) == "ieri alle 12:00"
    assert WHEN.short(datetime(2026, 11, 23, 23, tzinfo=UTC)) == "mar 24 alle 00:00"
