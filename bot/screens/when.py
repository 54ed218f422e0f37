"""Days, times and numbers as words of the reader's language."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_day_names, get_month_names

from domain.club import Club
from domain.site_login import SiteLogin
from languages import _, decimal, locale, n_

SETUP = ".venv/bin/python setup.py"  # how the texts call it


def weekday(day_of_week: int, *, short: bool = False) -> str:
    """`martedì`, or `mar`. 0 = Monday."""
    return str(get_day_names("abbreviated" if short else "wide", "stand-alone", locale())[day_of_week])


def month_name(month: int) -> str:
    """`novembre`. 1 = January."""
    return str(get_month_names("wide", "stand-alone", locale())[month])


def short_day(day: date) -> str:
    """`mar 24 nov`."""
    return _formatted(day, "EEE d MMM", locale())


def long_day(day: date) -> str:
    """`martedì 24 novembre`."""
    return _formatted(day, "EEEE d MMMM", locale())


@lru_cache(maxsize=1024)
def _formatted(day: date, pattern: str, language: Locale) -> str:
    """A page tells a few days many times."""
    return str(format_date(day, pattern, language))


def every(day_of_week: int) -> str:
    """`ogni martedì`, `ogni domenica`. 0 = Monday."""
    return _("ogni {weekday}", weekday=weekday(day_of_week))


def hours_of(length: timedelta) -> str:
    """`2 ore`, `1,5 ore`, `45 minuti`."""
    if length < timedelta(hours=1) or length % timedelta(minutes=30):
        return n_("{n} minuto", "{n} minuti", length // timedelta(minutes=1))
    hours = length / timedelta(hours=1)
    if hours == int(hours):
        return n_("{n} ora", "{n} ore", int(hours))
    return _("{hours} ore", hours=decimal(hours, len(f"{hours:g}".partition(".")[2])))


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
    site: SiteLogin = SiteLogin.POLIMI  # how their club's site lets them in
    club: Club = Club()

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
        near = {-1: _("ieri"), 0: _("oggi"), 1: _("domani")}
        return near.get((day - self.today) // timedelta(days=1)) or long_day(day)

    def at(self, moment: datetime, *, seconds: bool = False) -> str:
        """`oggi alle 14:05`, `martedì 24 novembre alle 00:00`."""
        day = self.day(self.local(moment).date())
        return _("{day} alle {time}", day=day, time=self._clock(moment, seconds=seconds))

    def soon(self, moment: datetime, *, seconds: bool = False) -> str:
        """`alle 14:05` when that is today, else with its day."""
        today = self.local(moment).date() == self.today
        return self.hour(moment, seconds=seconds) if today else self.at(moment, seconds=seconds)

    def until(self, moment: datetime) -> str:
        """`fino alle 14:05` when that is today, `fino a domani alle 14:05` else."""
        local = self.local(moment)
        if local.date() == self.today:
            return _("fino alle {time}", time=self._clock(moment))
        return _("fino a {moment}", moment=self.at(moment))

    def hour(self, moment: datetime, *, seconds: bool = False) -> str:
        """`alle 00:00:01`."""
        return _("alle {time}", time=self._clock(moment, seconds=seconds))

    def short(self, moment: datetime) -> str:
        """`mar 24 alle 00:00`: short enough for a button."""
        local = self.local(moment)
        day = f"{weekday(local.weekday(), short=True)} {local.day}"
        return _("{day} alle {time}", day=day, time=self._clock(moment))

    def brief(self, moment: datetime) -> str:
        """`oggi 18:30`, `mar 24 00:00`: where even `short` is too long."""
        return f"{self.near(moment)} {self._clock(moment)}"

    def near(self, moment: datetime) -> str:
        """`oggi`, `domani`, `mar 24`."""
        local = self.local(moment)
        day = {0: _("oggi"), 1: _("domani")}.get((local.date() - self.today) // timedelta(days=1))
        return day or f"{weekday(local.weekday(), short=True)} {local.day}"

    def _clock(self, moment: datetime, *, seconds: bool = False) -> str:
        return f"{self.local(moment):{'%H:%M:%S' if seconds else '%H:%M'}}"
