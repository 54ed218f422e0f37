"""The days of a holiday that a message names: from one to another, from one on, a single one, a whole week."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from bot.understanding.days import BY_MONTH, NUMBERS, WEEK, days_at

THREE = 3  # days that are named: those of a week, and the week
AHEAD = 366  # days: a date without its year is the next one
_MONTH = "|".join(sorted(BY_MONTH, key=len, reverse=True))
_TH = r"(?: ?(?:st|nd|rd|th))?"


def _day(number: int) -> str:
    """`20`, `20/12`, `20 dicembre`, `20th of December`, `December 20`."""
    before = rf"(?P<before{number}>{_MONTH}) (?:the )?(?P<after{number}>\d{{1,2}}){_TH}"
    first = rf"(?P<day{number}>\d{{1,2}}){_TH}(?:[/.](?P<month{number}>\d{{1,2}})| (?:of )?(?P<name{number}>{_MONTH}))?"
    return rf"(?:(?:il|the|l) )?(?:{before}|{first})"


RANGE = re.compile(rf"\b(?:{_day(1)} (?:al|all|a|to|until|till|through|fino al|fino all|-) {_day(2)})(?= |$)")
BETWEEN = re.compile(rf"\b(?:between|tra|fra) {_day(1)} (?:and|e) {_day(2)}(?= |$)")
BEGIN = re.compile(rf"\b(?:dal|dall|from|starting|since) {_day(1)}(?= |$)")


A_MONTH = re.compile(
    rf"\b(?:(?P<until>until|till|til|fino (?:a|ad)|(?:back|torno|rientro|again) (?:in|a|ad)) "
    rf"(?P<end>(?:the )?(?:end|fine)(?: (?:of|di))? )?|(?P<whole>in|for|all|all of|during|per|a|tutto"
    rf"|the whole of|durante) )"
    rf"(?P<month>{'|'.join(name for name in BY_MONTH if len(name) > len('sett'))})(?= |$)(?! \d)"
)
LENGTH = re.compile(
    rf"\b(?:for|per) (?:the next |(?:le )?prossime |i prossimi |about |circa )?(?P<n>\d{{1,2}}|{'|'.join(NUMBERS)}"
    rf"|(?:a )?couple of|un paio di) (?P<unit>weeks?|settiman[ae]|days|giorni)(?= |$)"
)
UNTIL = re.compile(r"\b(?:until|till|through|fino (?:a|ad|al|alla|all))\b")
FROM = re.compile(r"\b(?:from|starting|since|da|dal|dall|dalla)\b")


def holiday_days(text: str, today: date) -> tuple[date, ...]:
    """The first and the last day that the normalised text names, or the first alone; nothing where it names none."""
    if found := RANGE.search(text) or BETWEEN.search(text):
        return _between(found, today)
    if found := A_MONTH.search(text):
        return _of_a_month(found, today)
    if found := LENGTH.search(text):
        named = _named(text, today)
        number = int(found["n"]) if found["n"].isdigit() else NUMBERS.get(found["n"], 2)
        days = number * (WEEK if found["unit"][0] in "sw" else 1)
        since = named[0][0] if named else today
        return (since, since + timedelta(days=days - 1)) if 1 < days < AHEAD else ()
    if found := BEGIN.search(text):
        day, month = _said(found, 1)
        first = _next(day, month, today)
        return (first,) if first else ()
    named = _named(text, today)
    if not named:
        return ()
    if len(named) == THREE and len(named[0]) == WEEK:  # "next week ..., from Monday to Friday"
        of_it = {day.weekday(): day for day in named[0]}
        return (of_it[named[1][0].weekday()], of_it[named[2][0].weekday()])
    first, last = named[0][0], named[-1][-1]
    begins, ends = FROM.search(text), UNTIL.search(text)
    if len(named) == 2 and (begins or ends):
        return (first, last if last > first else last + timedelta(days=WEEK))
    if ends:
        return (today, last)
    if begins:
        return (first,)
    is_whole = (named[0][-1] - first).days == len(named[0]) - 1
    return (first, named[0][-1]) if is_whole else ()


def _of_a_month(found: re.Match[str], today: date) -> tuple[date, ...]:
    """Until that month begins, or ends; or all of it."""
    number = BY_MONTH[found["month"]]
    year = today.year + (number < today.month or (number == today.month and bool(found["until"] and not found["end"])))
    begins = date(year, number, 1)
    ends = date(year, number, monthrange(year, number)[1])
    if found["until"]:
        return (today, ends if found["end"] else begins - timedelta(days=1))
    return (max(begins, today), ends)


def _named(text: str, today: date) -> list[tuple[date, ...]]:
    """The days that the text names, in its order."""
    named, at = [], 0
    for word in re.finditer(r"\b\w", text):
        found = days_at(text, word.start(), today) if word.start() >= at else None
        if found and found[1].dates:
            named.append(found[1].dates)
            at = found[0]
    return named


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
