"""The values of settings that a message names: from when to when nothing rings, how long before a class one is told."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time, timedelta

from bot.understanding.hours import moments_in
from bot.understanding.intents import Place, Show
from bot.understanding.shifts import LENGTH, length_of

USUAL_BEGIN, USUAL_END = time(22), time(7)  # of a night of which only the other end is said
MORNING, NOON = time(6), time(12)
OF_THE_MORNING = re.compile(r"\d am\b|\bmattina\b|\bmorning\b")
MIDNIGHT = re.compile(r"\b(?:midnight|mezzanotte)\b")
ENDS = re.compile(r"(?:before|until|till|prima|fino|entro|by)(?: (?:a|alle|all|delle|dell|le|the|at))*$")
_A_DAY = (
    r"(?:(?:next |prossim[oa] |this |quest[oa] )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|lunedi|martedi"
    r"|mercoledi|giovedi"
    r"|venerdi|sabato|domenica|domani|tomorrow|weekend|week|settimana|lun|mar|mer|gio|ven|sab|dom|mon|tue|wed|thu"
    r"|fri|sat|sun)"
)
FOR_A_WHILE = re.compile(
    r"\b(?:today|oggi|tonight|stasera|stanotte|this (?:morning|afternoon|evening|week|weekend)|quest[oa] (?:mattina"
    r"|sera|settimana"
    r"|pomeriggio|weekend|ora|notte)|for (?:now|a (?:while|bit|moment|few)|the moment)|per (?:ora|adesso|un po"
    r"|il momento|un attimo)"
    r"|un (?:po|attimo)|(?:for|per) (?:\w+ ){0,3}(?:hours?|or[ae]|minut\w+|days?|giorn[oi]|weeks?|settiman[ae]|weekend)"
    rf"|(?:during|durante|while|mentre|finche|until i|for the exam)|(?:for|per|on|di|this|nel|il|tutto il"
    rf"|all) {_A_DAY}|{_A_DAY}$"
    rf"|(?:until|till|til|fino (?:a|ad|al|alla|alle|all)) (?:{_A_DAY}|(?:le |the )?\d|i\b|noon|midnight|mezzogiorno"
    rf"|mezzanotte"
    r"|stasera|tonight|sera|evening|mattina|domattina))\b"
)
"""Only this once: the quiet hours are those of every night."""
EVERY_NIGHT = re.compile(
    r"\b(?:every|each|ogni|tutt[ei] (?:le|i)|always|sempre|di notte|at night|nights|notti|nightly|mentre dormo"
    r"|while (?:i )?sleep"
    r"|dall[ea]? .* all?[ea]?|from .* (?:to|until|till)|between|tra le|fra le|quiet hours|ore di silenzio)\b"
)
LEAD = re.compile(rf"(?<![\w:.,]){LENGTH}(?= |$)")


def with_values(show: Show, plain: str) -> Show:
    """The page of a setting with what the normalised text says it shall be."""
    match show.place:
        case Place.QUIET:
            once = bool(FOR_A_WHILE.search(plain) and not EVERY_NIGHT.search(plain))
            return replace(show, span=None if once else quiet_span(plain), once=once)
        case Place.REMINDERS:
            return replace(show, lead=lead_said(plain))
        case _:
            return show


def quiet_span(plain: str) -> tuple[time, time] | None:
    """From when to when nothing is to ring, as far as the normalised text says; the usual night's end for the other."""
    text = MIDNIGHT.sub("00:00", plain)
    said = moments_in(text)
    if not said or len(said) > 2:
        return None
    if len(said) == 2:
        begin, end = said[0][1][0], said[1][1][0]
        by_day = begin < end and end >= NOON and begin >= MORNING
        begin = begin if by_day else _evening(said[0][1], plain)
        return (begin, end) if begin != end else None
    at, moments = said[0]
    if ENDS.search(text[:at].strip()):
        return (USUAL_BEGIN, moments[0])
    return (_evening(moments, plain), USUAL_END)


def _evening(moments: tuple[time, ...], plain: str) -> time:
    """The moment as the evening's, unless the morning is named: who says from eleven on means 23."""
    first = moments[0]
    if not MORNING <= first < NOON or OF_THE_MORNING.search(plain):
        return first
    return first.replace(hour=first.hour + 12)


def lead_said(plain: str) -> timedelta | None:
    """How long before a class, where the normalised text says one length."""
    found = list(LEAD.finditer(plain))
    return length_of(found[0]) if len(found) == 1 else None
