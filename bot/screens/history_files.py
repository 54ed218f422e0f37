"""The history as files: CSV for a spreadsheet, JSON for a program, ICS for a calendar. Pure functions.

What stands in CSV and JSON is the same in every language: whoever reads them is a program.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar

from bot.screens.calendar_file import calendar_event, entry_of
from bot.screens.calendar_zone import time_zone
from bot.screens.page import File
from domain.club import Club
from domain.history import Entry
from domain.model import stamp

NAME = "polimisport"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes a cell that begins so for a formula, and runs it
FIELDS = (
    "date", "start", "course", "place", "became", "at", "won_at_opening", "given_back_in_time", "why_not", "arrived_ms",
    "read_back_ms", "request",
)  # fmt: skip
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads letters with accents wrong


def _fields(entry: Entry) -> dict[str, str | int | float | bool | None]:
    return {
        "date": entry.ref.day.isoformat(),
        "start": f"{entry.ref.start:%H:%M}",
        "course": entry.ref.course,
        "place": entry.ref.where,
        "became": entry.became,
        "at": stamp(entry.at),
        "won_at_opening": entry.won,
        "given_back_in_time": entry.in_time,
        "why_not": entry.why_not,
        "arrived_ms": None if entry.arrived_ms is None else round(entry.arrived_ms),
        "read_back_ms": None if entry.seen_ms is None else round(entry.seen_ms),
        "request": entry.action_id,
    }


def csv_file(entries: Sequence[Entry]) -> File:
    """A line per entry. Nothing in it is run by a spreadsheet."""
    written = io.StringIO()
    writer = csv.DictWriter(written, FIELDS)
    writer.writeheader()
    for entry in entries:
        writer.writerow({name: _cell(value) for name, value in _fields(entry).items()})
    return File(f"{NAME}.csv", (BYTE_ORDER_MARK + written.getvalue()).encode())


def _cell(value: str | int | float | bool | None) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) and not isinstance(value, int | float) else text


def json_file(entries: Sequence[Entry]) -> File:
    """A list of objects, one per entry."""
    return File(
        f"{NAME}.json", json.dumps([_fields(entry) for entry in entries], ensure_ascii=False, indent=1).encode()
    )


def ics_file(entries: Sequence[Entry], zone: ZoneInfo, free_cancel: timedelta, now: datetime, club: Club) -> File:
    """The places that were held, under the names they have in the calendar already."""
    held = [entry.held for entry in entries if entry.held is not None]
    calendar = Calendar()
    calendar.add("prodid", "-//Polimisport Bot//history")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(time_zone(zone, min((each.booking.day.year for each in held), default=now.year)))
    for each in held:
        calendar.add_component(calendar_event(entry_of(each), None, zone, free_cancel, now, club))
    return File(f"{NAME}.ics", calendar.to_ical())
