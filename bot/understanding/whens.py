"""The times that a message puts to a page: the month of a history, days off, and those a page does not show."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta

from bot.understanding.days import BY_MONTH, NUMBERS
from bot.understanding.days_off import holiday_days
from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part

_MONTHS = "|".join(
    sorted((name for name in BY_MONTH if len(name) > len("sett") or name in ("june", "july")), key=len, reverse=True)
)
_NUMBER = r"(?:\d{1,2}|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + r"|couple of|few|paio di|alcun[ei])"
_UNIT = r"(?:weeks?|settiman[ae]|days?|giorn[oi]|months?|mes[ei]|years?|ann[oi]|hours?|or[ae])"
SAID = re.compile(
    r"\b(?:(?:since|from|until|till|before|after|during|in|on|of|for|by|to|da|dal|dall|dalla|fino (?:a|ad|al|alla)|di"
    r"|del|nel|nell|per|dopo|prima (?:di|del)|a) )?(?:(?:the|the start of|the end of|fine|inizio"
    r"|the whole of|all|all of|tutto) )?"
    rf"(?:(?:{_MONTHS})(?: 20\d\d)?|(?:the )?(?:last|past|scors[oaie]|ultim[oaie]) (?:{_NUMBER} )?{_UNIT}"
    rf"|{_UNIT} (?:scors[oa]|passat[oa])|{_NUMBER} {_UNIT} (?:ago|fa)|(?:this|quest[oa]) (?:week|month|year"
    rf"|semester|settimana|mese"
    r"|anno|semestre)|quest anno|yesterday|ieri|20\d\d)(?= |$)"
    rf"|\b(?:for|per) {_NUMBER} {_UNIT}(?= |$)"
)
"""A time, with the word that leads to it."""
ONE_MONTH = re.compile(
    rf"(?:\b(?P<bound>since|from|until|till|before|after|da|dal|fino a|fino ad|dopo"
    rf"|prima di) )?\b(?P<month>{_MONTHS})\b(?: (?P<year>20\d\d))?"
)
MONTH_GONE = re.compile(r"\b(?:last month|(?:mese scorso|scorso mese|mese passato))\b")
AWAY = re.compile(
    r"\b(?:do not|non|stop|never|no)(?: \w+){0,3}? (?:book\w*|prenot\w+)"
    r"|\b(?:salt\w+|skip|paus\w+|sospen\w+|ferm\w+|freeze|congel\w+|interromp\w+"
    r"|hold)(?: \w+){0,3}? (?:tutt[oaie]|everything|all"
    r"|periodic\w+|weekly|settimanali|automat\w+|fiss[ei]|recurring|prenotazioni|bookings)\b"
    r"|\b(?:go|going|fly|flying|back|torn\w+|vado|rientro)(?: \w+){0,2} (?:home|a casa|giu)\b"
    r"|\b(?:in|on|per|for) (?:\w+ )?(?:ferie|vacanz[ae]|holidays?|vacation|leave)\b|\b(?:away|abroad|all estero)\b"
)
"""Somebody is away, or wants nothing of what recurs for a while."""
BOOKS_ALL_THE_SAME = re.compile(
    r"\bprenot\w+(?: \w+){0,2} (?:lo stesso|comunque|come sempre|ugualmente)|\b(?:keep|still|go on"
    r"|continue|continua\w* a)"
    r"(?: \w+)? (?:book|prenot)\w*|\bbook(?:ings?)?(?: \w+){0,3} (?:anyway|as usual|all the same|go on)\b"
)
"""Somebody is away, and what recurs is to be booked all the same."""
LEAST = timedelta(days=2)
OF_A_CLASS = frozenset({Kind.COURSE, Kind.HOURS, Kind.WHO, Kind.CANCEL, Kind.MOVE, Kind.WATCH, Kind.UNWATCH})


def days_away(plain: str, parts: Sequence[Part], today: date) -> tuple[date, ...]:
    """The first and the last of the days on which nothing is to be booked; nothing where a class is meant."""
    kinds = {part.kind for part in parts}
    if (
        kinds & (OF_A_CLASS - ({Kind.CANCEL} if Kind.EVERY in kinds else set()))
        or not AWAY.search(plain)
        or BOOKS_ALL_THE_SAME.search(plain)
    ):
        return ()
    days = holiday_days(plain, today)
    return days if len(days) > 1 and days[-1] - days[0] >= LEAST else ()


def month_said(plain: str, today: date) -> int | None:
    """The one month that is over or runs, as a filter of the history carries it: 202611."""
    if MONTH_GONE.search(plain):
        last = today.replace(day=1) - timedelta(days=1)
        return last.year * 100 + last.month
    found = list(ONE_MONTH.finditer(plain))
    if len(found) != 1 or found[0]["bound"]:
        return None
    number = BY_MONTH[found[0]["month"]]
    year = int(found[0]["year"]) if found[0]["year"] else today.year - (number > today.month)
    return year * 100 + number


def times_left(plain: str, taken: Collection[str] = ()) -> tuple[str, ...]:
    """Each time that was said, as it was written, but for those in which all that was taken stands."""
    found = (match[0].strip() for match in SAID.finditer(plain))
    return tuple(dict.fromkeys(said for said in found if not set(said.split()) & set(taken)))
