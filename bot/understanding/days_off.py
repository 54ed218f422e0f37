"""The days of a holiday that a message names: from one to another, from one on, a single one, a whole week."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.understanding.days import BY_MONTH, days_at

AHEAD = 366  # days: a date without its year is the next one
_MONTH = "|".join(sorted(BY_MONTH, key=len, reverse=True))
_TH = r"(?: ?(?:st|nd|rd|th))?"


def _day(number: int) -> str:
    """`20`, `20/12`, `20 dicembre`, `20th of December`, `December 20`."""
    before = rf"(?P<before{number}>{_MONTH}) (?:the )?(?P<after{number}>\d{{1,2}}){_TH}"
    first = rf"(?P<day{number}>\d{{1,2}}){_TH}(?:[/.](?P<month{number}>\d{{1,2}})| (?:of )?(?P<name{number}>{_MONTH}))?"
    return rf"(?:(?:il|the|l) )?(?:{before}|{first})"


RANGE = re.compile(rf"\b{_day(1)} (?:al|all|a|to|until|till|through|fino al|fino all|-) {_day(2)}(?= |$)")
BEGIN = re.compile(rf"\b(?:dal|dall|from|starting|since) {_day(1)}(?= |$)")


def holiday_days(text: str, today: date) -> tuple[date, ...]:
    """The first and the last day that the normalised text names, or the first alone; nothing where it names none."""
    if found := RANGE.search(text):
        return _between(found, today)
    if found := BEGIN.search(text):
        day, month = _said(found, 1)
        first = _next(day, month, today)
        return (first,) if first else ()
    named = [days_at(text, each.start(), today) for each in re.finditer(r"\b\w", text)]
    dates = next((days.dates for _, days in filter(None, named) if days.dates), ())
    is_whole = dates and (dates[-1] - dates[0]).days == len(dates) - 1
    return (dates[0], dates[-1]) if is_whole else ()


def _between(found: re.Match[str], today: date) -> tuple[date, ...]:
    (day, month), (last_day, last_month) = _said(found, 1), _said(found, 2)
    if month is None and last_month is not None:
        month = last_month if day <= last_day else (last_month - 2) % 12 + 1
    first = _next(day, month, today)
    last = _next(last_day, last_month, first) if first else None
    return (first, last) if first and last else ()


def _said(found: re.Match[str], number: int) -> tuple[int, int | None]:
    day = int(found[f"day{number}"] or found[f"after{number}"])
    name = found[f"name{number}"] or found[f"before{number}"]
    if name:
        return day, BY_MONTH[name]
    return day, int(found[f"month{number}"]) if found[f"month{number}"] else None


def _next(day: int, month: int | None, earliest: date) -> date | None:
    """The first such date from that one on."""
    ahead = (earliest + timedelta(days=each) for each in range(AHEAD))
    return next((each for each in ahead if each.day == day and month in (None, each.month)), None)
