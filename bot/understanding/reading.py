"""A message becomes an intent, or a question: the one way into the package."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.understanding.asides import without_asides
from bot.understanding.days_off import holiday_days
from bot.understanding.grammar import meaning
from bot.understanding.hearing import DROPS, OF_MINE, TELLS, WISHES, denied, heard, pages_about
from bot.understanding.intents import Doubt, Intent, Place, Show, Unsure
from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part, taken_apart
from bot.understanding.phrases import COSTS, page_named, pleasantry
from bot.understanding.questions import asked_whole, one_setting
from bot.understanding.ranges import with_ranges
from bot.understanding.sayings import plainer
from bot.understanding.values import with_values
from bot.understanding.vocabulary import Vocabulary
from bot.understanding.words import MOST_CHARACTERS, MOST_WORDS, normalised, worded

SMALL = worded("but ma se if until till fino che so quindi pero perche because then poi and e or o al alla a to")
"""Words that make a message a question, and that nobody needs to be told of beside others."""
EVERYDAY = worded(
    """
    sure yet re while after before two one week weekday weekdays say thing things same last later than back hour too
    fine they who mine even often fast else every still moment there instead
    piu sei sia caso volta altra via idea qualcosa fa vabbe me
    """
)
"""Words that everybody knows: nobody is told that they are unknown."""
SAYS_NO = re.compile(
    r"\b(?:(?:do|does|did|is|are|was|were|have|has|could|would|should|can|wo|ca)n['\u2019]?t|cannot|not|no|never|none"
    r"|nothing|without|non|mai|niente|nulla|nessun[oa]?|senza|n[e\u00e9])\b(?: +(?:\w|['\u2019])+)?",
    re.IGNORECASE,
)
"""A no with the word behind it, as somebody writes it."""


def understand(text: str, vocabulary: Vocabulary, today: date) -> Intent:
    """What a message means, said today by somebody who knows these courses."""
    if len(text) > MOST_CHARACTERS:
        return Unsure(Doubt.LONG)
    plain = normalised(text)
    if len(plain.split()) > MOST_WORDS:
        return Unsure(Doubt.LONG)
    whole = pleasantry(plain, text) or page_named(plain)
    if whole is None:
        plain = without_asides(plain)
        whole = pleasantry(plain, text) or page_named(plain)
    if whole == Show(Place.HOLIDAYS):
        return Show(Place.HOLIDAYS, holiday_days(plain, today))
    if whole == Show(Place.SETTINGS):
        return with_values(Show(one_setting(plain) or Place.SETTINGS), plain)
    if whole is not None:
        return whole
    if COSTS.search(plain):
        return Unsure(Doubt.COST)
    if not plain or plain.isdigit():
        return Unsure(Doubt.UNKNOWN)
    parts = with_ranges(taken_apart(plainer(plain), vocabulary, today), today)
    found = asked_whole(plain, parts, today) or meaning(parts, vocabulary)
    if isinstance(found, Show):
        return with_values(found, plain)
    return _with_what_was_heard(found, parts, plain, text) if isinstance(found, Unsure) else found


def _with_what_was_heard(unsure: Unsure, parts: Sequence[Part], plain: str, text: str) -> Unsure:
    """A question that tells what was heard, and where its words may lead."""
    kinds = {part.kind for part in parts}
    shifts = {part.text for part in parts if part.shift}
    told = tuple(word for word in unsure.words if word not in SMALL | EVERYDAY | shifts)
    asks = Kind.ASKING in kinds or Kind.MINE in kinds
    said_no = SAYS_NO.search(text)
    return replace(
        unsure,
        words=told,
        heard=heard(parts),
        denied=denied(parts),
        of_mine=bool(kinds & OF_MINE),
        only_asks=asks and not kinds & (DROPS if Kind.ASKING in kinds else DROPS | {Kind.NOT}),
        about=pages_about(plain) or ((Place.HISTORY,) if unsure.doubt is Doubt.PAST else ()),
        said_no=said_no[0] if said_no else "",
        shift=next((part.shift for part in parts if part.shift), None),
        wishes=bool(kinds & WISHES),
        drops=bool(kinds & DROPS),
        is_told=bool(kinds & TELLS),
    )
