"""Which class is meant: more than its name and hour; as the site writes names, levels, places and notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import booking
import scraper
from bot.screens.classes import in_a_line
from bot.screens.when import When
from database import Database
from demo.site import SiteWorld
from demo.site.catalogue import Activity as Calendar
from demo.site.catalogue import Catalogue, Weekly
from domain.errors import AlreadyQueued, SeveralClasses, quoted
from domain.matching import find_matching
from domain.model import FIT_CENTER, ActionType, Activity, Booking, BookingStatus, ClassRef, Slot
from domain.recurrence import PeriodicMode
from domain.requests import NewAction, NewPeriodic
from portal.bookings_list import Sought, as_held
from portal.schedules import the_meant
from portal.session.site_session import SiteSession
from tests.conftest import GIULIA
from tests.support import outcomes
from tests.support.clock import FakeClock
from tests.support.sites import GIULIA as STUDENT
from tests.support.sites import TUESDAY, person

pytest_plugins = ["tests.support.site_fixtures"]

ROME = ZoneInfo("Europe/Rome")
GOLD, PLATINUM = (f"Giuriati - Corsi {name}" for name in ("Gold", "Platinum"))
BLOCK = """
<div id="event-repository"><div class="event-main-block">
<div class="event-info-schedule">24/11/2026</div><span class="time-start">18:30</span>
<div class="event-info-description">{description}</div><div class="event-info-skill-level">{skill}</div>
</div></div>
"""
YOGA = ClassRef("YOGA", "Giuriati", TUESDAY, time(18, 30), "Corsi Platinum")


@pytest.fixture
def world(site_clock: FakeClock) -> SiteWorld:
    """Two calendars of one place, with the same course at the same hour; the other one is listed first."""
    weekly = tuple(Weekly(name, "YOGA", TUESDAY.weekday(), "18:30", 60, "ROSSI ANNA", 12) for name in (GOLD, PLATINUM))
    calendars = (Calendar("71", GOLD), Calendar("72", PLATINUM))
    return SiteWorld(clock=site_clock, people=[person()], catalogue=Catalogue(calendars, weekly))


@pytest.mark.parametrize(
    "wish",
    [YOGA, replace(YOGA, location="Giuriati - Corsi Platinum", course_type="")],
    ids=["of that kind", "by the calendar's whole name"],
)
async def test_of_two_calendars_with_the_same_course_at_the_same_hour_the_one_that_is_meant_is_booked(
    session: SiteSession, world: SiteWorld, wish: ClassRef
) -> None:
    booked = await booking.book(session, wish)
    assert [each.activity for each in world.bookings(STUDENT)] == [PLATINUM]
    assert booked.booking.course_type == "Corsi Platinum"
    assert find_matching([booked.booking], replace(YOGA, course_type="Corsi Gold")) is None


async def test_the_queue_what_is_held_and_what_recurs_know_the_kind_of_class(db: Database) -> None:
    other = replace(YOGA, course_type="Corsi Gold")
    await db.requests.add(NewAction(ActionType.BOOK, GIULIA, YOGA, alternatives=(other,)))
    await db.requests.add(NewAction(ActionType.BOOK, GIULIA, other))
    for wish in (YOGA, replace(YOGA, course_type="")):
        with pytest.raises(AlreadyQueued):
            await db.requests.add(NewAction(ActionType.BOOK, GIULIA, wish))
    action = await db.claims.claim("w", 60)
    assert action
    assert (action.wish, await db.choices.alternatives(action.id)) == (YOGA, [other])
    await db.settlement.settle(
        action, outcomes.booked(Booking("YOGA", "Giuriati", TUESDAY, YOGA.start, 60, "Corsi Platinum"), "seen")
    )
    [held] = await db.bookings.held(GIULIA, TUESDAY)
    assert held.booking.ref == YOGA
    new = NewPeriodic(GIULIA, "mine", "YOGA", "Giuriati", 1, YOGA.start, PeriodicMode.HOLD, (), "Corsi Platinum")
    assert (await db.series.add(new)).on(TUESDAY) == YOGA
    assert (await db.series.add(replace(new, course_type="Corsi Gold"))).on(TUESDAY) == other


async def test_a_row_by_hand_without_the_kind_means_any(db: Database) -> None:
    await db.connection.write(
        "INSERT INTO booking_actions (action_type, user_id, location, course_name, date, time_slot, run_at)"
        " VALUES ('book', 42, 'Giuriati', 'YOGA', '2026-11-24', '18:30', '2026-11-22T00:00:00.000Z')"
    )
    action = await db.claims.claim("w", 60)
    assert action
    assert action.class_ref.matches(YOGA)


# ----- as the site writes it


def slot(activity: str = PLATINUM, **fields: Any) -> Slot:
    basic = {"AppointmentId": "1", "StartDateTime": "2026-11-24T18:30:00", "Status": "Available"}
    [read] = scraper.slots({"data": [basic | fields]}, Activity("72", activity), date(2026, 11, 24), ROME)
    return read


@pytest.mark.parametrize(
    ("activity", "fields", "course"),
    [
        (PLATINUM, {"SkillName": "Livello 1", "EventName": "YOGA", "EventDescription": PLATINUM}, "YOGA"),
        (PLATINUM, {"SkillName": "Principianti", "EventDescription": f"{PLATINUM} - YOGA"}, "YOGA"),
        (PLATINUM, {"SkillName": "Livello 1", "EventName": PLATINUM}, "Livello 1"),
        (PLATINUM, {"SkillName": None, "EventDescription": "Giuriati-Corsi Platinum-YOGA"}, "YOGA"),
        (PLATINUM, {"SkillName": None, "EventDescription": "Giuriati -Corsi Platinum- TRX-BASE"}, "TRX-BASE"),
        (
            "Giuriati-Corsi Platinum",
            {"SkillName": None, "EventDescription": "GIURIATI - corsi platinum - YOGA"},
            "YOGA",
        ),
        (PLATINUM, {"SkillName": "CORSO IN LISTA", "EventName": PLATINUM}, "CORSO IN LISTA"),
        ("Giuriati - Fit Center", {"SkillName": None, "EventName": "Giuriati-Fit Center"}, FIT_CENTER),
    ],
)
def test_the_course_is_told_from_its_level_and_its_calendar(activity: str, fields: dict[str, Any], course: str) -> None:
    assert slot(activity, **fields).course == course


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Posti occupati: 9 su 16", 7),
        ("9 posti occupati su 16", 7),
        ("Occupati 16/16", 0),
        ("Iscritti: 9 / 16 posti", 7),
        ("Posti occupati: 9", None),
        ("Posti totali: 16", None),
        ("Posti disponibili: 7 su 16", 7),
        ("Posti disponibili: 7", 7),
    ],
)
def test_free_places_are_told_from_taken_ones(text: str, places: int | None) -> None:
    assert slot(EventDescription3=text).places == places


def block(course: str, beside: str = "", description: str = PLATINUM) -> Booking | None:
    html = (
        '<div id="event-repository"><div class="event-main-block"><div class="event-info-schedule">24/11/2026</div>'
        f'<span class="time-start">18:30</span><div class="event-info-description">{description}</div>'
        f'<div class="event-info-skill-level">{course}</div><div>{beside}</div>'
        '<button class="btn-delete">Cancella</button></div></div>'
    )
    [read] = scraper.booking_blocks(html)
    return read


@pytest.mark.parametrize(
    ("beside", "known"),
    [
        ("", True),
        ("Prenotato", True),
        ("Stato: Confermata", True),
        ("Cancellazione gratuita entro il 24/11/2026 alle 16:00", True),
        ("Da confermare", False),
        ("Non cancellabile", False),
        ("Posizione 3", False),
        ("Richiesta inviata", False),
    ],
)
def test_a_block_with_words_nobody_knows_says_so(beside: str, known: bool) -> None:
    read = block("YOGA", beside)
    assert read
    assert (read.unknown_words == "") is known


@pytest.mark.parametrize("beside", ["In attesa", "Lista d'attesa", "Sei in lista", "IN LISTA D'ATTESA: posizione 3"])
def test_a_place_on_a_waiting_list_is_no_booking(beside: str) -> None:
    assert block("YOGA", beside) is None


def test_a_course_may_be_called_like_a_waiting_list() -> None:
    read = block("CORSO IN LISTA")
    assert read
    assert read.course == "CORSO IN LISTA"
    said = '{"status": "OK", "message": "Prenotazione per CORSO IN LISTA effettuata."}'
    assert not scraper.booking_answer(said, str, "CORSO IN LISTA").waiting
    assert scraper.booking_answer('{"status": "OK", "message": "Sei in lista d\'attesa."}', str, "YOGA").waiting


def test_a_booking_of_a_place_without_blanks_around_its_dash_is_read() -> None:
    read = block("", description="Giuriati-Corsi Platinum-YOGA")
    assert read
    assert (read.course, read.location, read.course_type) == ("YOGA", "Giuriati", "Corsi Platinum")


async def test_two_bookings_of_one_hour_in_two_kinds_are_told_apart_though_they_have_one_name(db: Database) -> None:
    gold, platinum = (
        Booking("YOGA", "Giuriati", TUESDAY, time(18, 30), 60, f"Corsi {one}") for one in ("Gold", "Platinum")
    )
    for each in (gold, platinum):
        action = await db.claims.add_claimed(NewAction(ActionType.BOOK, GIULIA, each.ref), "somebody", 60)
        assert action
        await db.settlement.settle(action, outcomes.booked(each, "seen"))
        if each is gold:
            cancel = await db.claims.add_claimed(NewAction(ActionType.CANCEL, GIULIA, each.ref), "somebody", 60)
            assert cancel
            await db.settlement.settle(cancel, outcomes.cancelled(gold.ref, "gone"))

    first, second = [await db.bookings.by_booking_id(gold.booking_id, GIULIA, one.ref) for one in (gold, platinum)]
    assert first
    assert second
    assert [first.status, second.status] == [BookingStatus.CANCELLED, BookingStatus.CONFIRMED]
    assert (second.calendar_id, second.sequence > first.sequence) == (first.calendar_id, True)
    shown = {one.id: one.subject for one in await db.requests.latest(GIULIA, 9) if one.type is ActionType.BOOK}
    assert [wish.course_type for _, wish in sorted(shown.items()) if wish] == ["Corsi Gold", "Corsi Platinum"]


async def test_a_swap_that_got_nothing_but_what_it_was_to_free_frees_nothing(db: Database) -> None:
    held = Booking("YOGA", "Giuriati", TUESDAY, time(18, 30), 60)
    first = await db.claims.add_claimed(NewAction(ActionType.BOOK, GIULIA, held.ref), "somebody", 60)
    assert first
    await db.settlement.settle(first, outcomes.booked(held, "seen"))
    [row] = await db.bookings.held(GIULIA, TUESDAY)
    swap = await db.claims.add_claimed(NewAction(ActionType.BOOK, GIULIA, YOGA, replaces_row_id=row.id), "somebody", 60)
    assert swap
    await db.settlement.settle(swap, outcomes.booked(held, "seen"))
    assert await db.requests.live(GIULIA) == []


def test_what_the_site_calls_booked_already_is_not_the_booking_that_another_is_asked_for_beside() -> None:
    old = Booking("PILATES", "Giuriati", TUESDAY, YOGA.start, 60, "Corsi Platinum")
    renamed = Booking("YOGA con ROSSI ANNA", "Giuriati", TUESDAY, YOGA.start, 60, "Corsi Platinum")
    sought = Sought(YOGA, before=as_held(old.ref), accepted=True)
    assert sought.among([old]) == (None, False)
    assert sought.among([old, renamed]) == (renamed, False)


def test_a_place_whose_list_names_the_course_where_the_kind_should_be_is_still_ours() -> None:
    block = BLOCK.format(description="Giuriati - YOGA", skill="")
    [listed] = scraper.bookings(block)
    assert YOGA.matches(listed.ref)


async def test_what_fits_two_kinds_of_class_names_both_and_books_neither(
    session: SiteSession, world: SiteWorld
) -> None:
    with pytest.raises(SeveralClasses) as caught:
        await booking.book(session, replace(YOGA, course_type=""))
    assert quoted(str(caught.value)) == "YOGA (Giuriati - Corsi Gold), YOGA (Giuriati - Corsi Platinum)"
    assert world.bookings(STUDENT) == []


def test_a_kind_whose_name_begins_like_anothers_is_told_from_it() -> None:
    wishes = [replace(YOGA, course_type=kind) for kind in ("Corsi - Gold", "Corsi")]
    assert the_meant(wishes, wishes[1], lambda each: each) == wishes[1]
    with pytest.raises(SeveralClasses):
        the_meant(wishes, replace(YOGA, course_type=""), lambda each: each)


@pytest.mark.parametrize("kind", ["", "Corsi Gold"])
def test_the_chat_shows_the_kind_where_two_classes_would_read_the_same(kind: str) -> None:
    when = When(datetime(2026, 11, 22, 11, tzinfo=UTC), ROME)
    other = replace(YOGA, course_type=kind, location="Giuriati")
    line = in_a_line(YOGA, when, beside=[YOGA, other])
    assert line == "<b>YOGA</b>, martedì 24 novembre alle 18:30 · Giuriati - Corsi Platinum"
    assert in_a_line(YOGA, when, beside=[YOGA]).endswith("18:30")
