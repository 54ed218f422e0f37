"""Takes a message apart: each piece is a day, an hour, a course, a place, a verb, a joint, or a word nobody knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.understanding import days, hours
from bot.understanding.days import Days, days_at
from bot.understanding.hours import Told, hours_at
from bot.understanding.intents import Shift
from bot.understanding.lexicon import COMPILED, FILLERS, FIRST_NAMES, Kind
from bot.understanding.phrases import WORDS_OF_PAGES
from bot.understanding.shifts import shift_at
from bot.understanding.verbs import EVERYDAY, NOUNS, OF_A_NOUN
from bot.understanding.vocabulary import Vocabulary
from bot.understanding.words import worded

SHORT_CORRECTED, LONG_CORRECTED = 5, 8  # letters from which a word may have one wrong, or two
LEAST_CUT = 4  # letters of a word of a course that may be cut off after them
TODAY_PARTS = {
    "stasera": "evening", "questa sera": "evening", "tonight": "evening", "this evening": "evening",
    "stamattina": "morning", "stamane": "morning", "stamani": "morning", "questa mattina": "morning",
    "this morning": "morning", "questo pomeriggio": "afternoon", "this afternoon": "afternoon",
}  # fmt: skip
TOMORROW_PARTS = {"domattina": "morning", "domani mattina": "morning"}
MISSPELLED = worded(
    """
    vorrei voglio potresti prenota prenotare prenotami annulla annullare annullami cancella cancellare disdici disdire
    sposta spostare altrimenti oppure grazie every otherwise cancel please reserve favore periodica weekly palestra ogni
    posto posti
    """
)
"""Words besides those of days and hours that are worth correcting."""

DONE = re.compile(r"(?:prenotat|annullat|cancellat|spostat)[oaie]")
"""What was done already is no misspelled wish."""
RATHER_A_NAME = ("marzo", "march", "aprile", "april")
BOUNDS = worded("prima dopo da dal dalla from by before after until till entro since")
ORDER, OF = ("prima", "dopo", "before", "after"), ("di", "del", "della", "dell", "dello", "the", "my", "il", "la")
OF_A_TEACHER = worded(
    """
    con with by di da dal dalla del della of from prof professor professoressa maestro maestra teacher coach instructor
    istruttore istruttrice insegnante
    """
)
"""What may lead to the name of an instructor, who may be called by one word of it then."""
TITLES = OF_A_TEACHER | worded("la il l lo the mr ms mrs signora signor")
TEACHES = worded("insegna insegnano teach teaches tiene tengono fa does")
CLASSES = worded("class classes lesson lessons session sessions course courses") | worded("insegna teach teaches")
PREPOSITIONS = ("in", "a", "at", "di", "al", "alla", "presso", "nel", "da", "the")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the message, with what it means where it means something."""

    kind: Kind
    text: str
    days: Days | None = None
    told: Told | None = None
    names: tuple[str, ...] = ()
    where: str = ""
    who: tuple[str, ...] = ()
    shift: Shift | None = None


def taken_apart(text: str, vocabulary: Vocabulary, today: date) -> list[Part]:
    """The pieces of normalised text, in their order; a misspelled word counts as the one it must be."""
    corrected = " ".join(corrected_word(word, vocabulary) for word in text.split())
    return _bounded(list(_scan(corrected, vocabulary, today)))


def _bounded(parts: list[Part]) -> list[Part]:
    """With each word that makes a day a bound marked ("from Monday", "before Saturday"): no wish has bounds."""
    for at, part in enumerate(parts[:-1]):
        if part.text in BOUNDS and parts[at + 1].kind is Kind.DAY:
            parts[at] = replace(part, kind=Kind.BOUND)
    for at, part in enumerate(parts[:-2]):
        if part.text in ORDER and parts[at + 1].text in OF and parts[at + 2].kind is Kind.COURSE:
            parts[at] = replace(part, kind=Kind.BOUND)  # "before yoga" is about another class
    if any(part.kind is Kind.PAUSE for part in parts):
        return list(_lasting(parts))
    return parts


def _lasting(parts: list[Part]) -> Iterator[Part]:
    """With each day that bounds a pause as how long that lasts, and no day of a class: `pause the gym until Monday`."""
    for before, part in pairwise([None, *parts]):
        bounds = before is not None and before.kind is Kind.BOUND
        if part is not None and part.kind is not Kind.BOUND:
            yield replace(part, kind=Kind.LASTING, days=None) if bounds else part


def _scan(text: str, vocabulary: Vocabulary, today: date) -> Iterator[Part]:
    at, words, ends = 0, text.split(), _ends(text)
    while at < len(text):
        number = sum(end < at for end in ends)
        part, at = _longest_at(text, at, words, number, vocabulary, today)
        yield from part
        at += 1


def _ends(text: str) -> list[int]:
    """Where each word ends."""
    ends, at = [], -1
    for word in text.split():
        at += len(word) + 1
        ends.append(at)
    return ends


def _longest_at(
    text: str, at: int, words: list[str], number: int, vocabulary: Vocabulary, today: date
) -> tuple[list[Part], int]:
    """The longest piece that begins at that character, the word of that number; of equally long ones the first."""
    if words[number] in NOUNS and number and words[number - 1] in OF_A_NOUN:
        return [Part(Kind.UNKNOWN, words[number])], at + len(words[number])
    found: list[tuple[int, list[Part]]] = []
    found += _of_the_catalogue(at, words, number, vocabulary)
    for told_parts, offset in ((TODAY_PARTS, 0), (TOMORROW_PARTS, 1)):
        for phrase, name in told_parts.items():
            if f"{text} ".startswith(f"{phrase} ", at):
                day = Part(Kind.DAY, phrase, days=Days((date.fromordinal(today.toordinal() + offset),)))
                found.append((at + len(phrase), [day, Part(Kind.HOURS, phrase, told=Told.part(name))]))
    if (day_found := days_at(text, at, today)) is not None:
        end, said = day_found
        number_too = [Part(Kind.UNKNOWN, said.doubtful)] if said.doubtful else []
        found.append((end, [Part(Kind.DAY, text[at:end], days=said), *number_too]))
    if (hours_found := hours_at(text, at)) is not None and not days.OF_A_MONTH.match(text, hours_found[0]):
        found.append((hours_found[0], [Part(Kind.HOURS, text[at : hours_found[0]], told=hours_found[1])]))
    if (shift_found := shift_at(text, at)) is not None:
        end, shift = shift_found
        found.append((end, [Part(Kind.LATER, text[at:end], shift=shift)]))
    for kind, pattern in COMPILED:
        if match := pattern.match(text, at):
            found.append((match.end(), [Part(kind, match[0])]))
    if found:
        end, parts = max(found, key=lambda one: one[0])
        return parts, end
    word = words[number]
    return [Part(_alone(word, words[number - 1] if number else ""), word)], at + len(word)


def _alone(word: str, before: str) -> Kind:
    """What a word is that no phrase has: an everyday verb, where what stands before it makes no noun of it."""
    if word in FIRST_NAMES or word in FILLERS:
        return Kind.PERSON if word in FIRST_NAMES else Kind.FILLER
    return Kind.UNKNOWN if before in OF_A_NOUN else EVERYDAY.get(word, Kind.UNKNOWN)


def _of_the_catalogue(
    at: int, words: list[str], number: int, vocabulary: Vocabulary
) -> Iterator[tuple[int, list[Part]]]:
    """The course or the place that begins with that word; a place may have a preposition before it."""
    if course := vocabulary.course_at(words, number):
        said = " ".join(words[number : number + course[0]])
        yield at + len(said), [Part(Kind.COURSE, said, names=course[1])]
    skipped = 1 if words[number] in PREPOSITIONS and number + 1 < len(words) else 0
    if place := vocabulary.place_at(words, number + skipped):
        said = " ".join(words[number : number + skipped + place[0]])
        yield at + len(said), [Part(Kind.WHERE, said, where=place[1])]
    if teacher := _teacher_at(words, number, vocabulary):
        said = " ".join(words[number : number + teacher[0]])
        yield at + len(said), [Part(Kind.WHO, said, who=teacher[1])]


def _teacher_at(words: list[str], number: int, vocabulary: Vocabulary) -> tuple[int, tuple[str, ...]] | None:
    """The instructor: by the whole name, or by one word of it where it is clear that an instructor is meant."""
    first = next((at for at in range(number, len(words)) if words[at] not in TITLES), len(words))
    leads = [word for word in words[number:first] if word in OF_A_TEACHER]
    if whole := vocabulary.teacher_at(words, first):
        return first - number + whole[0], whole[1]
    teaches = words[first + 1 : first + 2] and words[first + 1] in CLASSES
    is_told = leads or teaches or (first == number and number > 0 and words[number - 1] in TEACHES)
    found = vocabulary.called.get(words[first]) if first < len(words) and is_told else None
    return (first - number + 1, found) if found else None


def corrected_word(word: str, vocabulary: Vocabulary) -> str:
    """The word that a misspelled one must be, or itself: never when two are as near, never a person's name."""
    if (
        not word.isalpha()
        or word in vocabulary.words
        or word in vocabulary.called
        or word in FIRST_NAMES
        or DONE.fullmatch(word)
        or _is_known(word)
    ):
        return word
    longer = {other for other in vocabulary.words if other.startswith(word)} if len(word) >= LEAST_CUT else set()
    if len(longer) == 1:
        return next(iter(longer))
    near = {other for other in _alike(word, vocabulary.words, SHORT_CORRECTED - 1)}
    near |= set(_alike(word, _steering(), SHORT_CORRECTED))
    best = min((OSA.distance(word, other) for other in near), default=0)
    nearest = [other for other in near if OSA.distance(word, other) == best]
    return nearest[0] if len(nearest) == 1 else word


def _alike(word: str, others: frozenset[str], least: int) -> list[str]:
    """Those of the words that differ from it by a slip or two, and begin alike."""
    if len(word) < least:
        return []
    slips = 2 if len(word) >= LONG_CORRECTED else 1
    found = process.extract(word, others, scorer=OSA.distance, score_cutoff=slips, limit=6)
    return [other for other, *_ in found if other[0] == word[0] and len(other) >= least and not _is_cut(word, other)]


def _is_cut(word: str, other: str) -> bool:
    """Whether the word is the other without its ending, which makes another word of it, and no slip."""
    return len(other) > len(word) + 1 and other.startswith(word)


@cache
def _steering() -> frozenset[str]:
    """The words of the grammar that a misspelled one may be meant as."""
    return frozenset(
        word
        for word in (*days.WORDS, *hours.WORDS, *TODAY_PARTS, *TOMORROW_PARTS, *MISSPELLED)
        if word.isalpha() and len(word) >= SHORT_CORRECTED and word not in RATHER_A_NAME
    )


@cache
def _known() -> frozenset[str]:
    """The words of the grammar's phrases, and of the names of pages."""
    phrases = "".join(sign if sign.isalpha() else " " for _, one in COMPILED for sign in f"{one.pattern} ")
    more = (FILLERS, days.WORDS, hours.WORDS, TODAY_PARTS, TOMORROW_PARTS, WORDS_OF_PAGES)
    return frozenset(phrases.split()).union(*more)


def _is_known(word: str) -> bool:
    """Whether the grammar knows the word as it stands."""
    return word in _known() or word in EVERYDAY or any(pattern.fullmatch(word) for _, pattern in COMPILED)
