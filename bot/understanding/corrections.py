"""Something came out otherwise than it was meant: `I said Monday, not Tuesday` as what goes and what comes instead."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understanding.intents import Swap, Wish
from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part

SAYS_WRONG = re.compile(
    r"\b(?:i (?:said|asked(?: for)?|meant|mean|wanted|needed)|i had (?:said|asked)|my (?:intention|mistake)"
    r"|wrong(?:ly)?"
    r"|by mistake|a mistake|made mistake|correction|rather|should (?:have been|be)|was supposed"
    r"|(?:avevo|ho) (?:detto|scritto|chiesto)|volevo(?! (?:sapere|chieder\w+|annull\w+|disd\w+|cancell\w+)\b)|intendevo"
    r"|sbagliat[oaie]|per (?:errore|sbaglio)|correggo|doveva essere)\b"
)
"""Somebody says that something is not as they wanted it."""
WRONG_ONE = re.compile(
    r"\b(?:the )?wrong (?:day|time|hour|class|course|date|one|place)\b"
    r"|\b(?:(?:il |la |l )?(?:giorno|ora|orario|lezione|corso|data|sede) sbagliat[oa])\b"
    r"|\b(?:i (?:said|had said)|avevo (?:detto|scritto|chiesto)) "
)
"""What was shown or booked is not what was said."""
OF_A_KIND = (Kind.HOURS, Kind.DAY)
LINKS = (Kind.COMMA, Kind.AND, Kind.FILLER, Kind.TO, Kind.SOFT, Kind.BOTH)


def put_otherwise(parts: Sequence[Part]) -> Swap | None:
    """What was wrong, right behind the one "not", and what of its kind was said instead; None where that is unclear."""
    noes = [at for at, part in enumerate(parts) if part.kind is Kind.NOT]
    if len(noes) != 1:
        return None
    wrong = next((part for part in parts[noes[0] + 1 :] if part.kind not in LINKS), None)
    if wrong is None or wrong.kind not in OF_A_KIND:
        return None
    others = [part for part in parts if part.kind is wrong.kind and part is not wrong]
    if len(others) != 1:
        return None
    course = (
        next((part.names for part in parts if part.kind is Kind.COURSE), ()) if wrong.kind is not Kind.COURSE else ()
    )
    days = [part.days.dates for part in parts if part.kind is Kind.DAY and part.days]
    day = days[0] if wrong.kind is not Kind.DAY and len(days) == 1 else ()
    old = _wish(wrong)
    return Swap(Wish(course, day or old.days, (), old.hours), _wish(others[0]))


def _wish(part: Part) -> Wish:
    """What one piece says of a class."""
    days = part.days.dates if part.days else ()
    return Wish((), days, (), part.told.hours if part.told else None)
