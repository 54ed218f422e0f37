"""The others who want places: how many, and when. Pure; used by `world.py`."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from demo.site.catalogue import Weekly

ORDINARY_AFTER = 300.0  # s after the opening: others book, but places stay
ORDINARY_WITHIN = 48 * 3600.0  # s from the opening until the last of them has booked, where they come one by one
SHARE = (0.2, 0.75)  # of an ordinary course's places that others take
# Where there are crowds, these are gone within seconds of their opening, as on the real site.
POPULAR = {"PILATES MATWORK": (4.0, 12.0), "ZUMBA": (20.0, 90.0), "YOGA": (45.0, 400.0)}


@dataclass(frozen=True, slots=True)
class Crowd:
    """Rivals: `after` seconds from the opening they take `places`, None for all that are left."""

    after: float
    places: int | None = None


def usual(weekly: Weekly, number: int, *, crowds: bool, speed: float) -> list[Crowd]:
    """Who wants places of this slot; the same for the same `number`. Without crowds, a part is taken in one step."""
    chance = random.Random(number)
    if crowds and weekly.course in POPULAR:
        return list(one_by_one(weekly.capacity, chance.uniform(*POPULAR[weekly.course]) / speed))
    places = int(weekly.capacity * chance.uniform(*SHARE))
    if not crowds:
        return [Crowd(ORDINARY_AFTER, places)]
    return [Crowd(each.after, 1) for each in one_by_one(places, ORDINARY_WITHIN / speed)]


def one_by_one(places: int, within: float) -> Iterator[Crowd]:
    """Rivals who come along a curve, many at once and ever fewer: half of the places go in the first quarter of the
    time. The last takes whatever is left by then."""
    for number in range(1, places + 1):
        yield Crowd(within * (number / places) ** 2, 1 if number < places else None)
