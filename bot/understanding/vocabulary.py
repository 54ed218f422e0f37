"""The names of the courses and places there are, and every way to say them: whole, in part, in the other language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from rapidfuzz import fuzz, process

from bot.understanding.lexicon import steers
from bot.understanding.words import spoken
from domain.model import FIT_CENTER, Course

M = TypeVar("M")
Offer = tuple[str, str, str, str]  # a course, where it is, of which kind, who teaches it

LONGEST_PHRASE = 5  # words of a name that are looked at
LEAST_PART = 3  # letters of a word that may stand for the whole name
NEAR = 75.0  # of 100: as alike must a name be to be shown as one of the nearest
LEAST_NEAR = 5  # letters of a word that may be near to a name: a shorter one is like too many
MOST_NEAR = 3
ADVERB = ("ly", "mente")
"""How a word ends that only begins like a name."""

GYM = (
    "fit center", "fitcenter", "fit centre", "fitness center", "fitness centre", "fit", "palestra", "palestre",
    "sala pesi", "sala attrezzi", "sala macchine", "gymnastic room", "gymnastics room",
    "gymnasium", "fitness room", "sala fitness", "pesi", "gym", "the gym", "weights room", "weight room", "weights",
)  # fmt: skip
"""What the gym is called, which the site calls Fit Center."""

SAME = (
    ("boxe", "box", "boxing", "pugilato"),
    ("arrampicata", "arrampicare", "climbing", "bouldering"),
    ("posturale", "postural", "posture", "ginnastica posturale"),
    ("functional", "funzionale", "functional training", "allenamento funzionale"),
    ("stretching", "allungamento", "stretch"),
    ("nuoto", "nuoto libero", "swimming", "swim", "nuotare", "nuotata", "nuotatina", "free swimming", "swims"),
    ("spinning", "spin", "indoor cycling"),
    ("danza", "dance"),
    ("pallavolo", "volley", "volleyball"),
    ("difesa personale", "self defence", "self defense"),
    ("corsa", "running"),
    ("meditazione", "meditation"),
    ("acquagym", "aquagym", "aqua gym"),
    ("addominali", "abs"),
    ("pilates", "matwork", "mat"),
    ("crossfit", "xfit", "x fit", "cross fit"),
)  # fmt: skip
"""Words of one meaning in the two languages: whichever the site uses, the others are understood."""

SWIMMING = ("nuoto", "nuotare", "nuotata", "swim", "swimming")
POOL = ("piscina", "pool", "the pool", "swimming pool", "vasca", "in vasca", "corsia")
"""What the place is called where one swims: the course, where no place is called so."""

COMMON = {
    "corso",
    "corsi",
    "lezione",
    "lezioni",
    "classe",
    "course",
    "class",
    "per",
    "con",
    "and",
    "the",
    "for",
    "base",
}
"""Words of names that say nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Phrases of plain words -> the names they can mean."""

    courses: Mapping[str, tuple[str, ...]]
    places: Mapping[str, str]
    words: frozenset[str]  # every word of a phrase: what a misspelled word may be meant as
    containing: Mapping[str, frozenset[str]]  # a word -> all names that have it
    teachers: Mapping[str, tuple[str, ...]]  # whole names of instructors, in either order
    called: Mapping[str, tuple[str, ...]]  # a first name or surname -> those who have it
    taught: Mapping[str, frozenset[str]]  # an instructor -> the courses

    @classmethod
    def of(cls, courses: Iterable[Course], own: Mapping[str, str] | None = None) -> Vocabulary:
        """`own`: how the person calls what recurs for them -> the name of the course it is."""
        offers = frozenset(
            (course.name or FIT_CENTER, course.location, course.course_type, course.instructor) for course in courses
        )
        return _vocabulary(offers, tuple(sorted((own or {}).items())))

    @classmethod
    def made_of(cls, offers: frozenset[Offer], own: Iterable[tuple[str, str]]) -> Vocabulary:
        names = sorted({name for name, *_ in offers})
        plains = {name: spoken(name) for name in names}
        containing = _containing(plains)
        phrases: dict[str, tuple[str, ...]] = {}
        for part, found in _parts(plains).items():
            phrases.setdefault(part, tuple(sorted(found)))
        for name, whole in plains.items():
            phrases[whole] = phrases[whole.replace(" ", "")] = (name,)
        _add_synonyms(phrases)
        if FIT_CENTER in names:
            phrases |= dict.fromkeys(GYM, (FIT_CENTER,))
        for said, name in own:
            if name in plains and len(spoken(said)) >= LEAST_PART:
                phrases.setdefault(spoken(said), (name,))
        places = _places({each for _, *where, _who in offers for each in where if each})
        places = {said: name for said, name in places.items() if said not in phrases}
        _add_the_pool(phrases, places)
        words = frozenset(word for phrase in (*phrases, *places) for word in phrase.split() if word.isalpha())
        taught: dict[str, set[str]] = {}
        for name, _place, _kind, who in offers:
            if who:
                taught.setdefault(who, set()).add(name)
        teachers, called = _teachers(taught)
        courses = {who: frozenset(of_them) for who, of_them in taught.items()}
        return cls(phrases, places, words, containing, teachers, called, courses)

    def course_at(self, words: list[str], at: int) -> tuple[int, tuple[str, ...]] | None:
        """The longest phrase of a course that begins there: how many words it has, and what it means."""
        return _longest(self.courses, words, at)

    def place_at(self, words: list[str], at: int) -> tuple[int, str] | None:
        return _longest(self.places, words, at)

    def teacher_at(self, words: list[str], at: int) -> tuple[int, tuple[str, ...]] | None:
        """The instructor whose whole name begins there."""
        return _longest(self.teachers, words, at)

    def teach(self, who: Iterable[str], names: Iterable[str]) -> bool:
        """Whether one of the instructors teaches one of the courses."""
        wanted = set(names)
        return any(self.taught[each] & wanted for each in who)

    def both(self, one: tuple[str, ...], other: tuple[str, ...], words: Iterable[str]) -> tuple[str, ...]:
        """What two phrases side by side mean together: the names that have all their words, or both phrases mean."""
        sets = [self.containing.get(word, frozenset()) for word in words]
        together = frozenset.intersection(*sets) if sets else frozenset()
        return tuple(sorted(together)) or tuple(sorted(set(one) & set(other)))

    def near(self, words: Iterable[str]) -> tuple[str, ...]:
        """The names nearest to words that were not placed, the nearest first."""
        best: dict[str, float] = {}
        for word in (each for each in words if len(each) >= LEAST_NEAR):
            found = process.extract(word, self.courses.keys(), scorer=fuzz.ratio, score_cutoff=NEAR, limit=8)
            for phrase, score, _ in found:
                if word.endswith(ADVERB) and word.startswith(phrase):
                    continue  # "totally" is another word than "total"
                for name in self.courses[phrase]:
                    best[name] = max(best.get(name, 0.0), score)
        return tuple(sorted(best, key=lambda name: (-best[name], name))[:MOST_NEAR])


@lru_cache(maxsize=8)
def _vocabulary(offers: frozenset[Offer], own: tuple[tuple[str, str], ...]) -> Vocabulary:
    """Made once for each timetable and each person: that takes longer than to read a message."""
    return Vocabulary.made_of(offers, own)


def _longest(phrases: Mapping[str, M], words: list[str], at: int) -> tuple[int, M] | None:
    for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
        found = phrases.get(" ".join(words[at : at + length]))
        if found is not None:
            return length, found
    return None


def _containing(plains: Mapping[str, str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, whole in plains.items():
        for word in whole.split():
            found.setdefault(word, set()).add(name)
    return {word: frozenset(names) for word, names in found.items()}


def _parts(plains: Mapping[str, str]) -> dict[str, set[str]]:
    """Every run of words within a name that can stand for it, with the names it can stand for."""
    found: dict[str, set[str]] = {}
    for name, whole in plains.items():
        words = whole.split()
        for first in range(len(words)):
            for last in range(first + 1, len(words) + 1):
                part = words[first:last]
                says = any(len(word) >= LEAST_PART and word not in COMMON and word.isalpha() for word in part)
                if says and not (len(part) < len(words) and steers(" ".join(part))):
                    found.setdefault(" ".join(part), set()).add(name)
    return found


def _teachers(names: Iterable[str]) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """The ways to say the instructors: by the whole name, in either order, and by one word of it."""
    wholes: dict[str, set[str]] = {}
    called: dict[str, set[str]] = {}
    for name in sorted(names):
        words = spoken(name).split()
        for turned in range(len(words)) if len(words) > 1 else ():
            wholes.setdefault(" ".join((*words[turned:], *words[:turned])), set()).add(name)
        if len(words) > 2:  # a surname of two words
            wholes.setdefault(" ".join(words[:-1]), set()).add(name)
        for word in words:
            if len(word) >= LEAST_PART and word not in COMMON:
                called.setdefault(word, set()).add(name)
    return (
        {said: tuple(sorted(found)) for said, found in wholes.items()},
        {said: tuple(sorted(found)) for said, found in called.items()},
    )


def _add_synonyms(phrases: dict[str, tuple[str, ...]]) -> None:
    for group in SAME:
        known = next((phrases[word] for word in group if word in phrases), None)
        if known:
            for word in group:
                phrases.setdefault(word, known)


def _add_the_pool(phrases: dict[str, tuple[str, ...]], places: dict[str, str]) -> None:
    """The pool by each of its names, and who swims there by the pool where no course is called swimming."""
    there = next((places[word] for word in POOL if word in places), None)
    swimming = phrases.get("nuoto") or phrases.get("swimming")
    for word in POOL:
        if there:
            places.setdefault(word, there)
        elif swimming:
            phrases.setdefault(word, swimming)
    if there and not swimming:
        for word in SWIMMING:
            places.setdefault(word, there)


def _places(names: set[str]) -> dict[str, str]:
    """Places and kinds of classes, whole and by the words that only one of them has."""
    wholes = {name: spoken(name) for name in names}
    parts: dict[str, set[str]] = {}
    for name, whole in wholes.items():
        for word in whole.split():
            if len(word) > LEAST_PART and word not in COMMON and word.isalpha():
                parts.setdefault(word, set()).add(name)
    alone = {word: next(iter(names)) for word, names in parts.items() if len(names) == 1}
    return alone | {whole: name for name, whole in wholes.items() if whole}
