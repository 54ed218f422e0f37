"""What a meaning accounts for: a piece of the message that it does not is a question, and is never left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understanding.intents import (
    Book,
    Cancel,
    Intent,
    Look,
    Said,
    Series,
    Show,
    StopWatching,
    Swap,
    Unwanted,
    Watch,
    Weekly,
    Wish,
)
from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part

SAYS_NOTHING = frozenset({Kind.FILLER, Kind.SOFT, Kind.COMMA, Kind.ASKING, Kind.TO, Kind.DO, Kind.MINE, Kind.LOOK})
"""What changes no meaning that was found."""
OF_THE_WISH = frozenset({Kind.DAY, Kind.HOURS, Kind.COURSE, Kind.WHERE, Kind.WHO})
JOINED = frozenset({Kind.AND, Kind.OR, Kind.ELSE})
DENIED = frozenset({Kind.NOT, Kind.NOTHING, Kind.NO_LONGER})

SEVERAL = 2
ALWAYS = re.compile(r"^(?:at )?(?:always|sempre)\b")
"""What says of something that recurs only that it does."""

ACCOUNTED: dict[type[Intent], frozenset[Kind]] = {
    Book: JOINED | {Kind.BOOK, Kind.BOTH},
    Weekly: JOINED | {Kind.BOOK, Kind.BOTH, Kind.EVERY},
    Watch: frozenset({Kind.WATCH, Kind.BOOK, Kind.AND}),
    StopWatching: DENIED | {Kind.UNWATCH, Kind.AND},
    Look: JOINED | {Kind.BOTH, Kind.EVERY, Kind.RHYTHM, Kind.EXCEPT},
    Cancel: JOINED - {Kind.ELSE} | frozenset({Kind.CANCEL, Kind.AND, Kind.NO_LONGER, Kind.EXCEPT, Kind.NTH}),
    Series: DENIED | {Kind.CANCEL, Kind.PAUSE, Kind.EVERY, Kind.LASTING, Kind.MOVE, Kind.BOOK, Kind.AND, Kind.BOUND},
    Swap: frozenset({Kind.MOVE, Kind.BOUND, Kind.LATER, Kind.BOOK, Kind.BOTH, Kind.NTH}),
    Unwanted: DENIED | {Kind.BOOK, Kind.AND},
    Show: DENIED | {Kind.OR, Kind.BOOK, Kind.EVERY, Kind.PAUSE, Kind.LASTING, Kind.CANCEL, Kind.AND},
    Said: DENIED | {Kind.BOOK, Kind.CANCEL, Kind.PAUSE, Kind.AND, Kind.EVERY, Kind.OR},
}
"""Beside a wish's days, hours and courses, what each meaning has taken in."""


def left_over(parts: Sequence[Part], found: Intent) -> tuple[Part, ...]:
    """The pieces that the meaning takes no account of, in their order."""
    wishes = found.wishes if isinstance(found, Book | Weekly) else ()
    known = SAYS_NOTHING | OF_THE_WISH | ACCOUNTED.get(type(found), frozenset())
    known -= {Kind.BOTH} if len(wishes) < SEVERAL and not isinstance(found, Swap) else frozenset()
    known |= {Kind.BOOK} if isinstance(found, Look) and found.but != Wish() and not found.wish.names else frozenset()
    left = (part for part in parts if part.kind not in known)
    return tuple(part for part in left if not (isinstance(found, Weekly) and ALWAYS.search(part.text)))
