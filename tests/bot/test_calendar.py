"""The .ics files: what a calendar makes of them, as three parsers read them, and how they follow a booking's life."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from bot.screens.calendar_file import calendar_file
from demo.telegram import Message
from domain.club import Club
from domain.model import Activity, Booking, BookingStatus, HeldBooking, Slot
from languages import Language, speaking
from tests.support import chats, outcomes
from tests.support.chats import MINE, World, queued, tapped

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


PILATES = Booking("PILATES; MATWORK, con «ROSSI»", "Lecco", date(2026, 11, 24), time(18), 55)


def file_of(day: date, start: time = time(18), zone: ZoneInfo = ROME, slot: Slot | None = None, **more: Any) -> bytes:
    booking = replace(PILATES, day=day, start=start)
    held = HeldBooking(7, 42, booking, "p", BookingStatus.CONFIRMED, NOW, calendar_id="p")
    return calendar_file(replace(held, **more), slot, zone, timedelta(hours=2), NOW, Club()).content


def event_of(content: bytes) -> Any:
    return Calendar.from_ical(content).walk("VEVENT")[0]


def starts_by_its_own_zone(content: bytes) -> dict[str, datetime]:
    """When two other parsers say that it begins, in UTC."""
    text = content.decode()
    [one] = vobject.readOne(text).vevent_list
    [other] = IcsCalendarStream.calendar_from_ics(text).events
    assert isinstance(other.dtstart, datetime)
    return {"vobject": one.dtstart.value.astimezone(UTC), "ical": other.dtstart.astimezone(UTC)}


@pytest.mark.parametrize("year", [1999, 2026, 2027, 2041])
@pytest.mark.parametrize(("month", "day"), [(6, 15), (1, 15), (3, 28), (10, 31), (10, 24)])
def test_other_parsers_read_the_hour_of_any_day_of_any_year(year: int, month: int, day: int) -> None:
    meant = datetime(year, month, day, 18, tzinfo=ROME).astimezone(UTC)
    assert starts_by_its_own_zone(file_of(date(year, month, day))) == {"vobject": meant, "ical": meant}


def test_the_zone_has_one_rule_for_each_change_from_its_onset_on() -> None:
    text = file_of(date(2026, 11, 24)).decode()
    zone = text[text.index("BEGIN:VTIMEZONE") : text.index("END:VTIMEZONE")].split("\r\n")
    assert "DTSTART:19700329T020000" in zone
    assert "DTSTART:19701025T030000" in zone
    assert "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3" in zone
    assert "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10" in zone
    assert not [line for line in zone if line.startswith("RDATE")]


@pytest.mark.parametrize("name", ["America/New_York", "Asia/Tokyo", "Australia/Sydney", "Europe/London"])
def test_other_zones_than_romes_are_read_as_well(name: str) -> None:
    zone = ZoneInfo(name)
    for month in (1, 6):
        meant = datetime(2027, month, 15, 18, tzinfo=zone).astimezone(UTC)
        assert starts_by_its_own_zone(file_of(date(2027, month, 15), zone=zone)) == {"vobject": meant, "ical": meant}


def test_the_alarm_comes_while_the_place_can_still_be_given_back_for_free() -> None:
    event = event_of(file_of(date(2026, 11, 24)))
    [alarm] = event.walk("VALARM")
    assert alarm["TRIGGER"].dt == -timedelta(hours=2, minutes=30)
    assert alarm["DESCRIPTION"].endswith("alle 18:00. Si annulla gratis fino alle 16:00.")
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=55)


def test_a_limit_on_the_day_before_is_named_with_its_day() -> None:
    assert "fino a lun 23 alle 23:00" in event_of(file_of(date(2026, 11, 24), time(1)))["DESCRIPTION"]


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("Lecco", "Lecco, Polimisport"),
        ("Giuriati", "Giuriati, Polimisport, Milano"),
        ("Campus Bovisa - Corsi Fitness", "Campus Bovisa - Corsi Fitness, Polimisport, Milano"),
        ("Palestra di Via Lecco", "Palestra di Via Lecco, Polimisport"),
        ("Piscina Cozzi", "Piscina Cozzi, Polimisport"),
    ],
)
def test_a_place_gets_the_city_it_is_known_to_lie_in_and_no_other(place: str, told: str) -> None:
    booking = replace(PILATES, location=place)
    assert event_of(file_of(date(2026, 11, 24), booking=booking))["LOCATION"] == told


def test_the_event_is_told_in_the_language_of_its_reader() -> None:
    slot = Slot(
        Activity("1", "Lecco - Corsi Campus"), "", PILATES.course, PILATES.day, PILATES.start, time(19), "ROSSI"
    )
    told = {}
    for language in Language:
        with speaking(language):
            event = event_of(file_of(PILATES.day, slot=slot))
            told[language] = event["DESCRIPTION"].split("\n")
    assert told[Language.ITALIAN] == ["Con ROSSI", "Corsi Campus", "Si annulla gratis fino alle 16:00."]
    assert told[Language.ENGLISH] == ["With ROSSI", "Corsi Campus", "Free to cancel until 16:00."]


def test_what_is_held_is_published_to_be_added_as_ones_own_event() -> None:
    """RFC 5546, 3.2.1: these properties, and nobody who is invited."""
    content = file_of(date(2026, 11, 24))
    event = event_of(content)
    assert Calendar.from_ical(content)["METHOD"] == "PUBLISH"
    assert event["STATUS"] == "CONFIRMED"
    assert "ATTENDEE" not in event
    assert {"DTSTAMP", "DTSTART", "ORGANIZER", "SUMMARY", "UID", "SEQUENCE", "LAST-MODIFIED"} <= set(event)


def test_the_lines_are_as_long_as_rfc_5545_lets_them_be_and_nothing_in_them_is_markup() -> None:
    booking = replace(PILATES, course="è, una; lunga\\ " * 12)
    content = file_of(date(2026, 11, 24), booking=booking)
    assert max(map(len, content.split(b"\r\n"))) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    [other] = IcsCalendarStream.calendar_from_ics(content.decode()).events
    assert other.summary == event_of(content)["SUMMARY"] == vobject.readOne(content.decode()).vevent.summary.value


@pytest.mark.parametrize("status", [BookingStatus.CANCELLED, BookingStatus.GONE])
def test_what_is_held_no_more_is_taken_out_of_the_calendar(status: BookingStatus) -> None:
    content = file_of(date(2026, 11, 24), status=status, sequence=1)
    event = event_of(content)
    assert Calendar.from_ical(content)["METHOD"] == "CANCEL"
    assert (event["STATUS"], event["SEQUENCE"], event["UID"]) == ("CANCELLED", 1, "p-42@polimisport-bot")
    assert event["SUMMARY"].startswith("Annullata: PILATES")
    assert not event.walk("VALARM")
    assert starts_by_its_own_zone(content)["ical"] == datetime(2026, 11, 24, 17, tzinfo=UTC)


async def document(message: Message) -> Any:
    assert message.document
    return event_of(message.document.data)


async def test_the_files_of_one_booking_follow_its_life(world: World) -> None:
    await queued(world.owner)
    await world.book()
    first = await document(await world.owner.wait_for(lambda message: "Prenotata!" in message.text))

    await tapped(world.owner, "❌ Annulla", "Annullo davvero?")
    await tapped(world.owner, "Sì, annulla", "In coda")
    action = await world.claim()
    await world.db.settlement.settle(action, outcomes.cancelled(action.class_ref, "read back as gone"))
    message = await world.owner.wait_for(lambda message: "Annullata\n" in message.text)
    assert message.document
    assert message.document.name == "pilates-matwork-2026-11-24-annullata.ics"
    second = await document(message)

    known = len(world.owner.messages)
    await queued(world.owner)
    named_otherwise = replace(MINE, location="Giuriati - Corsi Platinum")
    await world.db.settlement.settle(await world.claim(), outcomes.booked(named_otherwise, "seen"))
    third = await document(
        await world.owner.wait_for(lambda m: "Prenotata!" in m.text and m in world.owner.messages[known:])
    )

    assert first["UID"] == second["UID"] == third["UID"]
    assert (first["SEQUENCE"], second["SEQUENCE"], third["SEQUENCE"]) == (0, 1, 2)
    assert (second["STATUS"], third["STATUS"]) == ("CANCELLED", "CONFIRMED")


async def test_a_booking_that_vanished_comes_with_what_takes_it_out_of_the_calendar(world: World) -> None:
    await world.hold(MINE)
    await world.lose_all()

    told = await world.owner.wait_for(lambda message: "non c'è più sul sito" in message.text)

    assert (await document(told))["STATUS"] == "CANCELLED"


async def test_a_class_that_the_site_moves_updates_its_event_in_the_calendar(world: World) -> None:
    await world.hold(MINE)
    [held] = await world.db.bookings.held(chats.OWNER, MINE.day)
    moved = replace(MINE, start=time(21, 15))
    await world.sync([moved])
    await world.db.connection.write(
        "UPDATE user_bookings SET missing_since = '2026-01-01T00:00:00.000Z' WHERE id = :id", {"id": held.id}
    )
    await world.sync([moved], in_page=True)

    told = await world.owner.wait_for(lambda message: "è cambiata sul sito" in message.text)

    assert f"alle {MINE.start:%H:%M}. Non l'ho cambiata io" in told.text
    event = await document(told)
    assert event["STATUS"] == "CONFIRMED"
    assert event["UID"] == f"{held.calendar_id}-{chats.OWNER}@polimisport-bot"
    assert event["SEQUENCE"] == held.sequence + 1
    assert event["DTSTART"].dt.time() == moved.start
