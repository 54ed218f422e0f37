"""What a class that meets a held place says of itself, and how a swap is told: pure screens."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from bot import screens
from bot.screens.callbacks import Verb, unpack
from bot.screens.origin import From, Origin
from bot.screens.page import chunk
from bot.screens.slots import SlotState, SlotView
from bot.screens.when import When
from domain.model import Action, ActionStatus, ActionType, BookingStatus, HeldBooking, WatchMode
from domain.together import Agreement
from tests.support.chats import FRIEND, MINE, NOON, OWNER, TUESDAY, slot

ID = 7
WHEN = When(NOON, ZoneInfo("Europe/Rome"))
ORIGIN = Origin(From.LIST, 1, 0)
HELD = HeldBooking(ID, OWNER, MINE, "x", BookingStatus.CONFIRMED, NOON)
VIEW = SlotView(ID, slot("CORE", TUESDAY, "18:30"), SlotState.FREE, NOON, NOON)
AGREED = Agreement(1, OWNER, "Giulia", FRIEND, "Marco")
ACTION = Action(
    id=ID, type=ActionType.BOOK, user_id=OWNER, status=ActionStatus.PENDING, wish=VIEW.slot.ref, booking_id=None,
    created_at=NOON, run_at=NOON, opens_at=None, started_at=None, completed_at=None, result=None, error=None,
    error_kind=None, evidence=None, attempts=0, failures=0, quiet=False, card_message_id=None,
    periodic_booking_id=None,
)  # fmt: skip


def test_what_the_site_refuses_beside_a_held_place_is_swapped_for_and_not_simply_booked() -> None:
    for state in (SlotState.FREE, SlotState.OPENS, SlotState.FULL):
        for binds in (False, True):
            view = replace(VIEW, state=state, clash=HELD, clash_binds=binds, both_taken=False)
            page = screens.booking.confirm_page(view, ID, ORIGIN, WHEN, stop=None, friends=[AGREED])
            verbs = [unpack(button.data).verb for row in page.rows for button in row]
            assert verbs[0] is (Verb.SWAP_SLOT if binds or state is SlotState.FULL else Verb.SWAP_NOW)
            assert not {Verb.BOOK_ALT, Verb.WITH} & set(verbs)
            assert (Verb.BOOK in verbs) is (state is SlotState.OPENS), "it may be free by then"
            assert "Prenoto subito" not in page.text
            assert "conferma, e non devi" not in page.text
            second = screens.plain_words.with_second(page, view, VIEW, ID, WHEN, more=False)
            assert second.rows[0] == page.rows[0]
    both = screens.booking.confirm_page(replace(VIEW, clash=HELD, both_taken=True), ID, ORIGIN, WHEN, stop=None)
    assert unpack(both.rows[0][0].data).verb is Verb.BOOK


def test_an_overlap_that_was_not_asked_for_is_the_keepers_to_configure_and_a_friend_asks_them() -> None:
    failed = replace(ACTION, status=ActionStatus.FAILED, error_kind="Overlap", error="our own rule")
    keepers, guests = (
        screens.tickets.ticket_page(failed, replace(WHEN, to_keeper=keeps), is_card=True).text
        for keeps in (True, False)
    )
    assert "config.json" in keepers
    assert "config.json" not in guests
    assert "dillo a chi tiene il bot" in guests


def test_a_swap_is_warned_of_what_the_house_knows_as_a_booking_is() -> None:
    page = screens.booking.swap_page(replace(VIEW, warnings=("Ne hai già tre.",)), HELD, ID, WHEN, watchable=True)
    assert "Ne hai già tre." in page.text


def test_a_list_of_mine_that_is_cut_says_how_many_more_there_are() -> None:
    assert "Ce ne sono altre 3" in screens.plain_words.which_of_mine_page("Quale?", [HELD] * 11, [], [], WHEN).text
    assert "Ce n" not in screens.plain_words.which_of_mine_page("Quale?", [HELD] * 8, [], [], WHEN).text


def test_a_swap_says_what_it_gives_up_and_what_became_of_that() -> None:
    def told(status: BookingStatus, *, gave_up: bool = False, watch: WatchMode | None = None) -> str:
        swap = replace(ACTION, replaces_row_id=ID, gave_up=gave_up, watch=watch)
        old = replace(HELD, status=status)
        page = screens.tickets.ticket_page(swap, WHEN, is_card=True, replaced=old)
        mine = screens.held.mine_page(chunk([swap], 0), 0, NOON, WHEN, replaced={ID: old})
        line = next(one for one in page.text.splitlines() if "scambio" in one)
        assert line in mine.text
        return line

    for watch in (None, WatchMode.BOOK):
        assert "quando questa è tua, libero <b>PILATES MATWORK</b>" in told(BookingStatus.CONFIRMED, watch=watch)
        assert "ho già liberato <b>PILATES" in told(BookingStatus.CANCELLED, gave_up=True, watch=watch)
        assert "ho chiesto al sito di liberare" in told(BookingStatus.CONFIRMED, gave_up=True, watch=watch)
        assert "non la tieni più" in told(BookingStatus.GONE, watch=watch)


def test_the_list_of_requests_calls_a_swap_a_swap() -> None:
    page = screens.tickets.status_page([replace(ACTION, replaces_row_id=ID)], 0, WHEN, more=False)
    assert "scambio: CORE" in page.rows[0][0].label
