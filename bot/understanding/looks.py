"""What a look asks of the classes there are: their places, which are full, who teaches them, when booking opens."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understanding.intents import About, Wish
from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part

OPENS = re.compile(r"apr|open")
WHO_TEACHES = re.compile(r"chi (?:insegna|tiene|fa)$|who (?:teaches|is teaching)$")
IS_FULL = re.compile(r"full|pien[oaie]")
BOOKABLE = re.compile(r"^(?:quando|when) .*(?:prenot|book)")
WHEN = re.compile(r"quando|when")


def asked_about(parts: Sequence[Part], wishes: Sequence[Wish]) -> About:
    """What is asked of them. Of one course it is told anyway whether it is full, and when it opens."""
    looked = [part.text for part in parts if part.kind is Kind.LOOK]
    if any(WHO_TEACHES.match(text) for text in looked):
        return About.TEACHERS
    asks_when = any(BOOKABLE.search(text) for text in looked) or all(
        any(words.match(text) for text in looked) for words in (OPENS, WHEN)
    )
    if asks_when and wishes[0].days and not any(wish.names or wish.who for wish in wishes):
        return About.OPENING
    asks_full = any(IS_FULL.fullmatch(text) for text in looked)
    return About.FULL if asks_full and not any(wish.names for wish in wishes) else About.PLACES
