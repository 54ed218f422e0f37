"""A person's history as entries, filters, numbers and files, without a database."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from bot.screens.history import Choice, course_number, courses_of, filter_of, history_page, months_of
from bot.screens.history_files import csv_file, ics_file, json_file
from bot.screens.page import chunk
from bot.screens.statistics import statistics_page
from domain.club import Club
from domain.history import Became, Entry, Filter, Shown, last_months, numbers, without_repeats
from domain.model import Booking, BookingStatus, ClassRef, HeldBooking
from languages import Language, speaking

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
MONDAY = date(2026, 11, 16)


def entry(became: Became, course: str = "YOGA", day: date = MONDAY, **more: Any) -> Entry:
    held = HeldBooking(
        7,
        42,
        Booking(course, "Giuriati", day, time(18), 55),
        "y",
        BookingStatus.PAST,
        NOW,
        calendar_id=f"{course}{day}",
    )
    is_held = became not in (Became.LOST, Became.FAILED)
    return replace(Entry(became, held.ref, NOW, held if is_held else None), **more)


HISTORY = [
    entry(Became.AHEAD, day=date(2026, 11, 30)),
    entry(Became.HAD, arrived_ms=47.0, taken_ms=67.0, seen_ms=900.0, won=True),
    entry(Became.HAD, day=date(2026, 10, 5), taken_ms=120.0, seen_ms=1200.0, won=True),
    entry(Became.HAD, "Yoga", day=date(2026, 10, 12), taken_ms=80.0, seen_ms=700.0, won=True),
    entry(Became.LOST, day=date(2026, 10, 19), won=False),
    entry(Became.GIVEN_BACK, "GAG", in_time=True),
    entry(Became.GIVEN_BACK, "GAG", day=date(2026, 9, 7), in_time=False),
    entry(Became.HAD, "GAG", day=date(2026, 9, 14)),
]


def test_the_numbers_are_those_of_the_entries() -> None:
    told = numbers(HISTORY, NOW.date())
    assert (told.had, told.ahead, told.given_back, told.in_time, told.lost) == (4, 1, 2, 1, 1)
    yoga, gag = told.courses
    assert (yoga.course, yoga.had, yoga.raced, yoga.won, yoga.median_ms, yoga.best_ms) == ("YOGA", 3, 4, 3, 80, 67)
    assert (gag.had, gag.raced, gag.median_ms) == (1, 0, None)
    assert told.months[-3:] == ((date(2026, 9, 1), 1), (date(2026, 10, 1), 2), (date(2026, 11, 1), 1))
    assert last_months(date(2026, 1, 31))[0] == date(2025, 2, 1)


def test_the_numbers_are_told_in_both_languages() -> None:
    page = statistics_page(numbers(HISTORY, NOW.date()), dark=False)
    assert (
        "✅ 4 lezioni avute\n📅 1 in arrivo\n↩️ 2 restituite, 1 in tempo, 1 tardi\n❌ 1 mai presa: era piena"
        in page.text
    )
    assert "⚡ <b>YOGA</b>: 3 su 4 alle aperture, di solito in 80 ms, al meglio in 67 ms" in page.text
    with speaking(Language.ENGLISH):
        text = statistics_page(numbers(HISTORY, NOW.date()), dark=False).text
        assert "3 of 4 at the openings, usually in 80 ms, at best in 67 ms" in text


def test_what_was_lost_at_its_opening_and_got_later_is_told_as_both() -> None:
    later = entry(Became.AHEAD, won=False)
    told = numbers([later], NOW.date())
    page = statistics_page(told, dark=False)
    assert (told.lost, told.courses[0].later) == (0, 1)
    assert "🏃 Ancora nessuna lezione avuta: la prima si conterà qui.\n📅 1 in arrivo" in page.text
    assert "<b>YOGA</b>: 0 su 1 alle aperture; 1 presa dopo" in page.text
    shown = history_page(chunk([later], 0), Choice(), "", is_empty=False)
    assert "<b>YOGA</b> · persa all'apertura, presa dopo · in arrivo" in shown.text
    [row] = csv.DictReader(io.StringIO(csv_file([later]).content.decode("utf-8-sig")))
    assert (row["became"], row["won_at_opening"]) == ("ahead", "0")
    with speaking(Language.ENGLISH):
        text = statistics_page(told, dark=False).text
        assert "🏃 No classes yet: your first one will count here." in text
        assert "0 of 1 at the openings; 1 got later" in text


def test_a_filter_shows_a_course_a_month_or_an_outcome() -> None:
    def shown(**chosen: Any) -> int:
        return sum(Filter(**chosen).fits(each) for each in HISTORY)

    assert (shown(), shown(course="yoga"), shown(month=(2026, 10)), shown(shown=Shown.LOST)) == (8, 5, 3, 1)
    assert shown(course="yoga", month=(2026, 10), shown=Shown.HAD) == 2
    assert filter_of(Choice(course_number("gag"), 202609, 2), HISTORY) == Filter("gag", (2026, 9), Shown.GIVEN_BACK)
    assert not any(filter_of(Choice(course=12345), HISTORY).fits(each) for each in HISTORY)
    assert [name for _, name in courses_of(HISTORY)] == ["YOGA", "GAG"]
    assert [name for _, name in months_of(HISTORY)] == ["Novembre 2026", "Ottobre 2026", "Settembre 2026"]


def test_a_class_that_was_asked_for_several_times_is_there_once() -> None:
    lost = entry(Became.LOST, "GAG")
    again = replace(lost, at=NOW + timedelta(hours=1), action_id=9)
    had = entry(Became.HAD, "YOGA")
    lost_before = replace(had, became=Became.LOST, held=None, won=False)
    kept = without_repeats([lost, lost_before, again, had])
    assert sorted((one.became, one.ref.course, one.action_id, one.won) for one in kept) == [
        (Became.HAD, "YOGA", None, False),  # lost at its opening, got later
        (Became.LOST, "GAG", 9, None),
    ]


def test_the_files_say_the_same_and_no_spreadsheet_runs_what_is_in_them() -> None:
    odd = replace(HISTORY[4], ref=ClassRef('=HYPERLINK("http://x")', "Giuriati", MONDAY, time(18)))
    rows = list(csv.DictReader(io.StringIO(csv_file([*HISTORY, odd]).content.decode("utf-8-sig"))))
    objects = json.loads(json_file([*HISTORY, odd]).content)
    assert len(rows) == len(objects) == 9
    assert rows[-1]["course"] == "'" + objects[-1]["course"]
    assert rows[1] | {"place": ""} == {
        "date": "2026-11-16", "start": "18:00", "course": "YOGA", "place": "", "became": "had",
        "at": "2026-11-22T11:00:00.000Z", "won_at_opening": "1", "given_back_in_time": "", "why_not": "",
        "arrived_ms": "47", "read_back_ms": "900", "request": "",
    }  # fmt: skip
    assert (rows[5]["given_back_in_time"], objects[5]["given_back_in_time"]) == ("1", True)


def test_an_empty_history_is_a_file_too() -> None:
    assert csv_file([]).content.decode("utf-8-sig").startswith("date,start,course")
    assert json.loads(json_file([]).content) == []


def test_the_calendar_has_the_places_and_not_the_refusals() -> None:
    calendar = Calendar.from_ical(ics_file(HISTORY, ROME, timedelta(hours=2), NOW, Club()).content)
    events = calendar.walk("VEVENT")
    assert len(events) == 7
    assert len({event["UID"] for event in events}) == 7
