"""What a look asks of the classes there are: places, which are full, who teaches, how long, when booking opens."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understanding.intents import About, Wish
from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part
from domain.model import FIT_CENTER

OPENS = re.compile(r"apr|open")
WHO_TEACHES = re.compile(r"chi (?:insegna|tiene|fa)$|who (?:teaches|is teaching)$")
IS_FULL = re.compile(r"full|pien[oaie]")
BOOKABLE = re.compile(r"^(?:quando|when) .*(?:prenot|book)")
WHEN = re.compile(r"quando|when")
HOW_LONG = re.compile(r"how long")
CLOSES = re.compile(r"closes?|chiud")
WHICH_LAST = re.compile(r"which last")
ASKS_WHICH = re.compile(r"what|which|when|qual|quando|a che ora|(?:in )?che|dimmi|tell")
EARLIEST = ("first", "prima", "primo", "earliest")


def asked_about(parts: Sequence[Part], wishes: Sequence[Wish]) -> About:
    """What is asked of them. Of one course it is told anyway whether it is full, and when it opens."""
    looked = [part.text for part in parts if part.kind is Kind.LOOK]
    if any(WHO_TEACHES.match(text) for text in looked):
        return About.TEACHERS
    asks_when = any(BOOKABLE.search(text) for text in looked) or all(
        any(words.match(text) for text in looked) for words in (OPENS, WHEN)
    )
    if any(HOW_LONG.match(text) for text in looked):
        return About.LENGTH
    if any(WHICH_LAST.match(text) for text in looked):
        return About.LAST
    asks_which = any(ASKS_WHICH.match(text) for text in looked)
    if asks_which and any(part.text in EARLIEST for part in parts):
        return About.FIRST
    if any(CLOSES.match(text) for text in looked):
        return About.CLOSING
    of_doors = any(FIT_CENTER in wish.names for wish in wishes) and not any(BOOKABLE.search(text) for text in looked)
    if asks_when and not of_doors and any(wish.days or wish.names for wish in wishes):
        return About.OPENING
    asks_full = any(IS_FULL.fullmatch(text) for text in looked)
    return About.FULL if asks_full and not any(wish.names for wish in wishes) else About.PLACES
