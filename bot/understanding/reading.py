"""A message becomes an intent, or a question: the one way into the package."""

from __future__ import annotations

from datetime import date

from bot.understanding.days_off import holiday_days
from bot.understanding.grammar import meaning
from bot.understanding.intents import Doubt, Intent, Place, Show, Unsure
from bot.understanding.parts import taken_apart
from bot.understanding.phrases import COSTS, page_named, pleasantry
from bot.understanding.sayings import plainer
from bot.understanding.vocabulary import Vocabulary
from bot.understanding.words import MOST_CHARACTERS, MOST_WORDS, normalised


def understand(text: str, vocabulary: Vocabulary, today: date) -> Intent:
    """What a message means, said today by somebody who knows these courses."""
    if len(text) > MOST_CHARACTERS:
        return Unsure(Doubt.LONG)
    plain = normalised(text)
    if len(plain.split()) > MOST_WORDS:
        return Unsure(Doubt.LONG)
    whole = pleasantry(plain, text) or page_named(plain)
    if whole == Show(Place.HOLIDAYS):
        return Show(Place.HOLIDAYS, holiday_days(plain, today))
    if whole is not None:
        return whole
    if COSTS.search(plain):
        return Unsure(Doubt.COST)
    if not plain or plain.isdigit():
        return Unsure(Doubt.UNKNOWN)
    return meaning(taken_apart(plainer(plain), vocabulary, today), vocabulary)
