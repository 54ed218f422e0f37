"""Which topic a message is most like, among some thousand examples: people say it in more ways than a grammar has.

A naive Bayes classifier: each word, its beginning, each pair of neighbours speaks for the topics in whose examples it
stands. Names of courses and places, days and hours are taken for one another. It is these forty lines, because a
library for it would bring a hundred megabytes onto a Raspberry Pi. To read the examples takes about half a second of a
desktop's processor, once; to compare a message a fraction of a millisecond.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.understanding.topics import Topic

EXAMPLES = Path(__file__).parent / "examples"
BEGINNING = 4  # letters of a word that tell as much as all of it
UNSEEN = 0.1  # how often a word is taken to stand in a topic without it
RARE = 0.3  # how much it counts that a topic has many examples
INDEPENDENT = 0.35  # how far words that stand together speak for themselves: in truth, they go together
_COURSES = (
    r"(?:(?:vinyasa |hatha )?yoga|pilates(?: matwork)?|zumba|gag|cross ?fit|cross training|spinning|boxe|boxing|trx"
    r"|hiit|total body|functional(?: training)?|fit ?center|nuoto(?: libero)?|(?:free )?swim(?:ming)?|piscina|pool|gym"
    r"|palestra|tone|step|karate|judo|posturale|stretching|arrampicata|climbing)"
)
_DAYS = (
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?|lun(?:edi)?|mar(?:tedi)?|mer(?:coledi)?"
    r"|gio(?:vedi)?|ven(?:erdi)?|sab(?:ato)?|dom(?:enica)?|today|tomorrow|tonight|oggi|domani|stasera|dopodomani"
    r"|stamattina|domattina|(?:this |next )?(?:week|month)|(?:this |next )?weekend)"
)
MASKS = (
    (re.compile(rf"\b{_COURSES}\b"), "_course"),
    (re.compile(rf"\b{_DAYS}\b"), "_day"),
    (re.compile(r"\b\d+(?:[:.,/]\d+)*(?: ?(?:am|pm|h)\b)?"), "_number"),
    (re.compile(r"\b(?:giuriati|bovisa|lecco|leonardo|milano|como)\b"), "_place"),
)
TOKEN = re.compile(r"_?[^\W_]+|\?")


@dataclass(frozen=True, slots=True)
class Likely:
    """A topic, and how sure it is that the message is about it: from 0 to 1, of all topics together 1."""

    topic: Topic
    share: float


class Likeness:
    """What some examples say of any message."""

    def __init__(self, examples: Iterable[tuple[Topic, str]]) -> None:
        counts: defaultdict[str, Counter[Topic]] = defaultdict(Counter)
        texts: Counter[Topic] = Counter()
        for topic, text in examples:
            texts[topic] += 1
            for sign in signs(text):
                counts[sign][topic] += 1
        signs_of: Counter[Topic] = Counter()
        for found in counts.values():
            signs_of.update(found)
        self._topics = list(texts)
        self._gain = {
            sign: [(topic, math.log(1 + count / UNSEEN)) for topic, count in found.items()]
            for sign, found in counts.items()
        }
        self._cost = {topic: math.log(signs_of[topic] + UNSEEN * len(counts)) for topic in self._topics}
        self._start = {topic: RARE * math.log(texts[topic] / texts.total()) for topic in self._topics}

    def has(self, word: str) -> bool:
        """Whether people write the word: it is no misspelling of another then."""
        return word in self._gain

    def of(self, text: str) -> list[Likely]:
        """Every topic, the likeliest first."""
        known = [sign for sign in signs(text) if sign in self._gain]
        gains: defaultdict[Topic, float] = defaultdict(float)
        for sign in known:
            for topic, gain in self._gain[sign]:
                gains[topic] += gain
        scores = {
            topic: self._start[topic] + INDEPENDENT * (gains[topic] - len(known) * self._cost[topic])
            for topic in self._topics
        }
        best = max(scores.values())
        odds = {topic: math.exp(score - best) for topic, score in scores.items()}
        whole = sum(odds.values())
        return sorted((Likely(topic, each / whole) for topic, each in odds.items()), key=lambda one: -one.share)


def signs(text: str) -> set[str]:
    """What of a message speaks for a topic."""
    low = unicodedata.normalize("NFD", text.lower().replace("\u2019", "'"))
    bare = "".join(sign for sign in low if not unicodedata.combining(sign))
    for pattern, instead in MASKS:
        bare = pattern.sub(instead, bare)
    words = TOKEN.findall(bare)
    beginnings = (f"{word[:BEGINNING]}*" for word in words if len(word) > BEGINNING)
    pairs = (f"{one} {other}" for one, other in zip(["^", *words], [*words, "$"], strict=True))
    return {*words, *beginnings, *pairs}


def read_examples(file: Path) -> list[tuple[Topic, str]]:
    """The lines of a file: `topic | message`."""
    lines = (line.split(" | ", 1) for line in file.read_text(encoding="utf-8").splitlines())
    return [(Topic(topic), text) for topic, text in lines]


@cache
def known() -> Likeness:
    """What the examples of both languages say; read once."""
    return Likeness(each for file in sorted(EXAMPLES.glob("*.txt")) for each in read_examples(file))
