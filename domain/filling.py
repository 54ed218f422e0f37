"""How fast a class fills after its opening, and the chance to have it, from what was seen at its openings. Pure.

Nothing is said before LEAST_SEEN openings were seen. What a reading shows is a bound: a place that was there at a
moment, or was there no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

LEAST_SEEN = 5  # openings, before anything is said
LATELY = 20  # openings that count: the newest, for habits change with each term
WITHIN = 3600.0  # s after its opening: a class that is not full by then does not fill at its opening
SURE = 0.9  # no chance is told to be higher, or lower than the rest of it: a few openings make nobody sure
ENOUGH_CLASSES = 50  # before they tell how much one class differs from another
WEIGHT = 5.0  # openings: so much counts what is usual, beside what was seen of a class, before enough classes tell it
WEIGHTS = (2.0, 20.0)  # the least and the most that they can tell


@dataclass(frozen=True, slots=True)
class Races:
    """How many requests were made here at openings, and how many of them got a place."""

    asked: int = 0
    got: int = 0


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual in all classes."""

    share: float  # of the requests that get a place
    weight: float  # of that, in openings, beside what was seen of one class


@dataclass(frozen=True, slots=True)
class Filling:
    """What was seen at one opening of a class. Seconds after it."""

    day: date
    opens_at: datetime
    free: float | None = None  # the last moment at which a place was seen to be free
    full: float | None = None  # the first at which none was
    races: Races = Races()

    @property
    def is_contradicted(self) -> bool:
        """A place was seen after none was: it was not full, or one came free. Which of them, nobody knows."""
        return self.full is not None and self.free is not None and self.free > self.full

    def was_full_by(self, seconds: float) -> bool | None:
        """Whether it was surely full by then; None when nobody looked in time, or when a place was seen later."""
        if self.is_contradicted:
            return None
        if self.full is not None and self.full <= WITHIN:
            return self.full <= seconds
        return False if self.free is not None and self.free >= seconds else None


def usually_full_after(seen: Sequence[Filling]) -> float | None:
    """Within how many seconds of its opening a class is full more often than not.

    None when it is not, or when fewer than LEAST_SEEN openings tell.
    """
    lately = newest(seen)
    told_full = [each.full for each in lately if each.full is not None and not each.is_contradicted]
    for seconds in sorted(full for full in told_full if full <= WITHIN):
        told = [full for each in lately if (full := each.was_full_by(seconds)) is not None]
        if len(told) >= LEAST_SEEN and 2 * sum(told) > len(told):
            return seconds
    return None


def chance(seen: Sequence[Filling], elsewhere: Usual) -> float | None:
    """The chance that a request at the next opening gets a place; None when it was asked for at too few openings.

    Only requests tell it: whether one would have been in time, nobody sees in a reading, and to take those readings
    alone that show a place would promise too much. A few openings say little, so the class is drawn to what is usual
    `elsewhere`: an empirical Bayes estimate of a beta-binomial.
    """
    raced = [each.races for each in newest(seen) if each.races.asked]
    if len(raced) < LEAST_SEEN:
        return None
    own = sum(each.got / each.asked for each in raced)
    share = (own + elsewhere.weight * elsewhere.share) / (len(raced) + elsewhere.weight)
    return min(max(share, 1 - SURE), SURE)


def usual(everywhere: Sequence[Races]) -> Usual:
    """What is usual in the races of each class.

    The weight is small where classes differ much: the method of moments of Kleinman (1973) for proportions.
    """
    classes = [each for each in everywhere if each.asked]
    asked, got = sum(each.asked for each in classes), sum(each.got for each in classes)
    share = (got + WEIGHT / 2) / (asked + WEIGHT)
    if len(classes) < ENOUGH_CLASSES:
        return Usual(share, WEIGHT)
    parts = [each.asked / asked for each in classes]
    spread = sum(part * (each.got / each.asked - share) ** 2 for part, each in zip(parts, classes, strict=True))
    by_luck = sum(part * (1 - part) / each.asked for part, each in zip(parts, classes, strict=True))
    whole = sum(part * (1 - part) for part in parts)
    same = (spread / (share * (1 - share)) - by_luck) / (whole - by_luck) if whole > by_luck else 0.0
    return Usual(share, min(max(1 / same - 1, WEIGHTS[0]), WEIGHTS[1]) if same > 0 else WEIGHTS[1])


def newest(seen: Sequence[Filling]) -> list[Filling]:
    return sorted(seen, key=lambda each: each.day)[-LATELY:]
