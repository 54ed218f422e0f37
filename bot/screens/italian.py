"""Days, times and numbers as Italian words. Own tables: the machine's locale has no say in it."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SETUP = ".venv/bin/python setup.py"  # how the texts call it

WEEKDAYS = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica")
MONTHS = (
    "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno",
    "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre",
)  # fmt: skip


def count(number: int, one: str, many: str) -> str:
    """`1 posto`, `3 posti`."""
    return f"{number} {one if number == 1 else many}"


def short_day(day: date) -> str:
    """`mar 24 nov`."""
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]}"


def long_day(day: date) -> str:
    """`martedì 24 novembre`."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def every(day_of_week: int) -> str:
    """`ogni martedì`, `ogni domenica`. 0 = Monday."""
    return f"ogni {WEEKDAYS[day_of_week]}"


def first_up(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class When:
    """The moment a text is written at and its reader: what is today, what is tomorrow, in the reader's zone."""

    now: datetime
    zone: ZoneInfo
    to_keeper: bool = True  # they keep the bot; anybody else can mend neither its configuration nor its programs
    setup: str = SETUP  # how setup.py is called with the configuration that the programs run with

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def typed(self, words: str) -> str:
        """The words, with each command in them as it has to be typed for this configuration."""
        return words.replace(SETUP, html.escape(self.setup, quote=False))

    def local(self, moment: datetime) -> datetime:
        """The same instant on the wall clock."""
        return moment.astimezone(self.zone)

    def day(self, day: date) -> str:
        """`oggi`, `domani`, `ieri`, or `martedì 24 novembre`."""
        near = {-1: "ieri", 0: "oggi", 1: "domani"}
        return near.get((day - self.today) // timedelta(days=1)) or long_day(day)

    def at(self, moment: datetime, *, seconds: bool = False) -> str:
        """`oggi alle 14:05`, `martedì 24 novembre alle 00:00`."""
        return f"{self.day(self.local(moment).date())} {self.hour(moment, seconds=seconds)}"

    def soon(self, moment: datetime, *, seconds: bool = False) -> str:
        """`alle 14:05` when that is today, else with its day."""
        today = self.local(moment).date() == self.today
        return self.hour(moment, seconds=seconds) if today else self.at(moment, seconds=seconds)

    def until(self, moment: datetime) -> str:
        """`fino alle 14:05` when that is today, `fino a domani alle 14:05` else."""
        local = self.local(moment)
        return f"fino alle {local:%H:%M}" if local.date() == self.today else f"fino a {self.at(moment)}"

    def hour(self, moment: datetime, *, seconds: bool = False) -> str:
        """`alle 00:00:01`."""
        return f"alle {self.local(moment):{'%H:%M:%S' if seconds else '%H:%M'}}"

    def short(self, moment: datetime) -> str:
        """`mar 24 alle 00:00`: short enough for a button."""
        local = self.local(moment)
        return f"{WEEKDAYS[local.weekday()][:3]} {local.day} alle {local:%H:%M}"
