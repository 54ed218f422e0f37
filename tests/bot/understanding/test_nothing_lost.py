"""No word of a question is lost in silence: it is harmless, read back, or named; seen by taking each word away."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from functools import cache

import pytest

from bot.understanding.hearing import about_page
from bot.understanding.intents import Doubt, Intent, Show, Unsure
from bot.understanding.lexicon import Kind
from bot.understanding.parts import taken_apart
from bot.understanding.phrases import COSTS, page_named
from bot.understanding.questions import words_for
from bot.understanding.reading import understand
from bot.understanding.sayings import plainer, reworded
from bot.understanding.telling import ACTS, COURTESIES, HARMLESS, act_of
from bot.understanding.words import normalised, spoken
from tests.bot.understanding.meanings import DEMO, HERE, TODAY

COMPOSED = 120
SEED = 12
FEW = 6  # of so many sentences one is taken apart; all of them are with NOTHING_LOST=all
PARTS = 2
PIECES = {
    "verb": ("cancel", "book", "move", "stop watching", "disdici", "prenota", "sposta", "sospendi", "keep", "", ""),
    "course": ("yoga", "pilates", "gag", "zumba", "total body", "the gym"),
    "day": ("tomorrow", "giovedì", "every monday", "until the 11th", "next week", "ogni martedì", "domani", ""),
    "hour": ("at 9", "dopo le 18", "before ten", "alle 18", "", ""),
    "beside": (
        "instead", "only if there is room", "for today", "but not pilates", "and sunday yoga", "invece",
        "tranne il nuoto", "if my knee holds", "e poi pilates venerdì", "not this time", "for my friend",
        "the second one", "as usual",
    ),
    "unknown": ("qwertz", "blorp", "stufato", "frombled"),
}  # fmt: skip


@cache
def read(text: str) -> Intent:
    return understand(text, DEMO, TODAY)


def sentences() -> Iterator[str]:
    """Every sentence of the files that is a question, or leads to a page by more than its name; and composed ones."""
    for path in sorted(HERE.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                yield line.rpartition(" = ")[0]
    pick = random.Random(SEED)  # noqa: S311 - the same sentences each time
    for _ in range(COMPOSED):
        words = [pick.choice(pieces) for pieces in PIECES.values()]
        pick.shuffle(words)
        yield " ".join(word for word in words if word)


def chosen() -> list[str]:
    return list(sentences())[:: 1 if os.environ.get("NOTHING_LOST") == "all" else FEW]


def named(found: Unsure | Show, plain: str) -> set[str]:
    """The words that the answer says it does not know, has read as a no, or has not used."""
    phrases = [*found.unused]
    if isinstance(found, Show):
        return {word for phrase in phrases for word in phrase.split()} | {*(words_for(found.place, plain) or ())}
    phrases += [*found.words, *found.quoted, *(normalised(no) for no in found.noes)]
    return {word for phrase in phrases for word in phrase.split()}


def read_back(found: Unsure, plain: str) -> set[str]:
    """The words of the verbs and the classes that the answer tells."""
    told = {wish for wish in (found.heard, found.denied, *found.more)}
    words = {word for wish in told for name in wish.names for word in spoken(name).split()}
    days = {day for wish in told for day in wish.days}
    acts = {each.act for each in found.acts}
    for part in taken_apart(plainer(plain), DEMO, TODAY):
        is_act = part.kind in ACTS and act_of(part) in acts
        is_named = bool(part.names) and any(set(part.names) <= set(wish.names) for wish in told)
        is_day = part.days is not None and set(part.days.dates) <= days
        if is_act or is_named or is_day or (part.kind is Kind.EVERY and found.weekly):
            words |= {*part.text.split()}
    return words | {*reworded(plain)} | {word for match in COURTESIES.finditer(plain) for word in match[0].split()}


def told_by(found: Intent, plain: str) -> set[str] | None:
    """The words that the answer tells; None for a page asked for by its name, and for a clear wish."""
    match found:
        case Unsure(doubt) if doubt is not Doubt.UNKNOWN and found == Unsure(doubt, about=found.about):
            return None  # nobody can do that: the answer is about nothing else
        case Unsure(doubt) if doubt is not Doubt.LONG:
            costs = COSTS.finditer(plain) if doubt is Doubt.COST else ()
            return named(found, plain) | read_back(found, plain) | {word for each in costs for word in each[0].split()}
        case Show(place, ()) if words_for(place, plain) is not None and not page_named(plain):
            return named(found, plain) | set(about_page(place, plain))
        case _:
            return None


def lost(text: str) -> list[str]:
    """The words without which the answer is the same, and that it does not tell."""
    found, words = read(text), text.split()
    told = told_by(found, normalised(text))
    if told is None:
        return []
    return [
        word
        for at, word in enumerate(words)
        if not set(normalised(word).split()) <= told | HARMLESS
        and read(" ".join([*words[:at], *words[at + 1 :]])) == found
    ]


@pytest.mark.parametrize("part", range(PARTS))
def test_a_word_that_changes_no_answer_is_harmless_or_named(part: int) -> None:
    missing = {text: words for text in chosen()[part::PARTS] if (words := lost(text))}
    assert missing == {}
