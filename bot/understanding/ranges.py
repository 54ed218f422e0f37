"""Several days in a row that two words bound: from tomorrow to Thursday, Sunday to Wednesday, until the 11th."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.understanding.days import WEEK, Days
from bot.understanding.hours import hours_at
from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part

LONGEST = timedelta(days=31)
BEGINS = ("from", "da", "dal", "dall", "dalla", "starting", "between", "tra", "fra")
BETWEEN = ("between", "tra", "fra")
LEADS_ON = (
    "to",
    "a",
    "al",
    "alla",
    "ad",
    "-",
    "through",
    "thru",
    "until",
    "till",
    "til",
    "fino a",
    "fino al",
    "e",
    "and",
)
ENDS = ("until", "till", "til", "through", "thru", "fino a", "fino al", "fino alla", "up to")
NO_RANGE = frozenset({Kind.MOVE, Kind.EVERY, Kind.PAUSE})
"""Beside these two days are what is moved, the days of a week, or how long a pause lasts."""
THE_NUMBER = re.compile(r"(?:the|il|le|l) (\d{1,2})")
NEAR_AN_HOUR = ("before", "prima", "after", "dopo", "by", "entro")


def with_ranges(parts: Sequence[Part], today: date) -> list[Part]:
    """With each such range as one piece that names all its days."""
    made = _hours_of_a_day(parts)
    kinds = {part.kind for part in made}
    if kinds & NO_RANGE or sum(part.kind is Kind.DAY for part in made) == 0:
        return made
    at = 0
    while at < len(made):
        found = _from_to(made, at) or _until(made, at, today)
        if found is not None:
            last, part = found
            made[at:last] = [part]
        at += 1
    return made


def _from_to(parts: Sequence[Part], at: int) -> tuple[int, Part] | None:
    """`from Monday to Wednesday`, `Sunday to Wednesday`, `between Monday and Wednesday`; two days joined by a bare
    "and" are no range."""
    begins = parts[at].text in BEGINS and parts[at].kind is not Kind.DAY
    rest = list(parts[at + begins : at + begins + 3])
    if len(rest) < 2 or rest[0].kind is not Kind.DAY:
        return None
    led_by_the_day = rest[1].kind is Kind.DAY and rest[1].text.startswith(("to ", "al ", "alla ", "a "))
    joined = len(rest) == 3 and rest[1].text in LEADS_ON and rest[2].kind is Kind.DAY
    if not (led_by_the_day or joined):
        return None
    bare_and = joined and rest[1].kind is Kind.AND
    if bare_and and not (begins and parts[at].text in BETWEEN):
        return None
    last = rest[1] if led_by_the_day else rest[2]
    dates = _row(rest[0].days, last.days)
    taken = [*parts[at : at + begins], *rest[: 2 if led_by_the_day else 3]]
    return (at + len(taken), _day(taken, dates)) if dates else None


def _until(parts: Sequence[Part], at: int, today: date) -> tuple[int, Part] | None:
    """`until the 11th`, `entro venerdì`: from today on."""
    led = parts[at].text == "fino" and " ".join(part.text for part in parts[at + 1 : at + 2]) in ("a", "ad", "al")
    end = at + 2 if led else at + 1
    if not led and (parts[at].text not in ENDS or parts[at].kind is Kind.DAY):
        return None
    last = parts[end] if end < len(parts) else None
    if last is None or last.kind is not Kind.DAY:
        return None
    dates = _row(Days((today,)), last.days)
    return (end + 1, _day(parts[at : end + 1], dates)) if dates else None


def _row(first: Days | None, last: Days | None) -> tuple[date, ...]:
    """Every day from one to the other; none where they lie too far apart, or in the wrong order."""
    if not first or not last or not first.dates or not last.dates:
        return ()
    begin = first.dates[0]
    end = next((day for day in last.dates if day > begin), None)
    if end is None and last.weekday is not None and last.dates[-1] != begin:
        end = last.dates[-1] + timedelta(days=WEEK)
    if end is None or not timedelta(0) < end - begin <= LONGEST:
        return ()
    return tuple(begin + timedelta(days=each) for each in range((end - begin).days + 1))


def _day(taken: Sequence[Part], dates: tuple[date, ...]) -> Part:
    return Part(Kind.DAY, " ".join(part.text for part in taken), days=Days(dates))


def _hours_of_a_day(parts: Sequence[Part]) -> list[Part]:
    """With `before the 10` as an hour where a day is named already: nobody names two."""
    made = list(parts)
    for at, part in enumerate(made[:-1]):
        number = THE_NUMBER.fullmatch(made[at + 1].text)
        if part.text not in NEAR_AN_HOUR or made[at + 1].kind is not Kind.DAY or not number:
            continue
        others = [one for one in made if one.kind is Kind.DAY and one is not made[at + 1]]
        told = hours_at(f"{part.text} {number[1]}", 0)
        if others and told:
            made[at] = replace(made[at + 1], kind=Kind.HOURS, text=f"{part.text} {number[0]}", days=None, told=told[1])
            del made[at + 1]
            break
    return made
