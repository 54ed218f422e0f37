"""What a message says of a swap: which class is to go, where the new one begins, how much later or earlier it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.understanding.clauses import CONTENT
from bot.understanding.hours import hours_at
from bot.understanding.intents import Shift
from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part

INTO = ("a ", "al ", "alla ", "per ", "for ", "to ")
FROM_TO = re.compile(r"(?:from|dalle|dall|dalla|da) (.+?) (?:to|until|till|alle|all|alla|a) (.+)")
WHICH_ONE = (("second", 1), ("third", 2), ("terz", 2), ("ultim", -1), ("last", -1), ("first", 0), ("prim", 0))
WEEK_ON = re.compile(r"settimana (?:dopo|seguente|successiva)$|week after$|following week$")
SOONER = re.compile(r"anticip|indietro")
LATER_ON = re.compile(r"posticip|postpon|rimand|push|delay|ritard|slitt|pospo|avanti")


def shift_said(parts: Sequence[Part]) -> Shift | None:
    """How much later or earlier; the verb says which way, where nothing else does."""
    said = next((part.shift for part in parts if part.shift), None)
    if said is None and any(part.kind is Kind.MOVE for part in parts):
        said = next((Shift(timedelta(days=7), 1) for part in parts if WEEK_ON.search(part.text)), None)
    if said is None or said.way:
        return said
    verb = " ".join(part.text for part in parts if part.kind is Kind.MOVE)
    return replace(said, way=bool(LATER_ON.search(verb)) - bool(SOONER.search(verb)))


def which_one(parts: Sequence[Part]) -> int | None:
    """Which of several is meant, in their order."""
    said = next((part.text for part in parts if part.kind is Kind.NTH), "")
    return next((number for word, number in WHICH_ONE if word in said), None)


def a_week_on(parts: Sequence[Part]) -> list[Part]:
    """Without "the week after" of what is moved: it is a week from the class that is held, and no day of it."""
    return [part for part in parts if not WEEK_ON.search(part.text)]


def from_one_to_another(parts: Sequence[Part]) -> list[Part]:
    """With hours "from 17 to 19" of what is moved as the old hour and the new one, which they are there."""
    apart: list[Part] = []
    for part in parts:
        said = FROM_TO.fullmatch(part.text) if part.kind is Kind.HOURS else None
        found = [hours_at(f"at {each}", 0) for each in said.groups()] if said else []
        told = [one[1] for one in found if one]
        if len(told) != len(found) or not told:
            apart.append(part)
            continue
        old, new = (Part(Kind.HOURS, part.text, told=each) for each in told)
        apart += [old, Part(Kind.TO, "to"), new]
    return apart


def split(parts: Sequence[Part]) -> int:
    """Where what is held ends, and what is to be had instead begins."""
    content = [at for at, part in enumerate(parts) if part.kind in CONTENT]
    if len(content) < 2:
        return len(parts)
    within = range(content[0] + 1, content[-1] + 1)
    leading = [at for at in within if _leads_on(parts[at])]
    hours = [at for at in within if parts[at].kind is Kind.HOURS and not _tells_the_day(parts, at)]
    return (leading or hours or [len(parts)])[-1]


def _leads_on(part: Part) -> bool:
    return part.kind is Kind.TO or (part.kind is Kind.DAY and part.text.startswith(INTO))


def _tells_the_day(parts: Sequence[Part], at: int) -> bool:
    """Whether hours are the part of the day before them: `tonight`, `Thursday evening`, and no hour to move to."""
    told = parts[at].told
    follows = at > 0 and parts[at - 1].kind is Kind.DAY
    return bool(follows and told and told.wide and not parts[at].text.startswith(INTO))
