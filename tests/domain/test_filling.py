"""How fast classes fill and what chance is told, on simulated nights."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.screens.filling import filling_lines, within
from domain.filling import LEAST_SEEN, Filling, Races, chance, usual, usually_full_after

MONDAY = date(2026, 3, 2)
CLASSES_AROUND = 300  # of the same kind, of which the races are known
WEEKS = range(25)
OURS = 0.2  # s after the opening: by then a request of ours has arrived
NOWHERE: list[Races] = []


def night(number: int, *, free: float | None = None, full: float | None = None, won: bool | None = None) -> Filling:
    day, opens_at = MONDAY + timedelta(weeks=number), datetime(2026, 3, 1, tzinfo=UTC) + timedelta(weeks=number)
    return Filling(day, opens_at, free, full, Races() if won is None else Races(1, int(won)))


def test_nothing_is_told_before_five_openings_were_seen() -> None:
    four = [night(each, free=10, full=40, won=True) for each in range(LEAST_SEEN - 1)]
    assert filling_lines(four, NOWHERE, opens_later=True) == []
    five = [*four, night(9, free=20, full=38, won=True)]
    assert filling_lines(five, NOWHERE, opens_later=True) == [
        "⏱ Di solito si riempie entro 40 s dall'apertura.",
        "🎯 Probabilità di prenderla, da com'è andata finora: circa 80 %.",
    ]
    assert filling_lines(five, NOWHERE, opens_later=False) == ["⏱ Di solito si riempie entro 40 s dall'apertura."]


def test_no_reading_alone_tells_a_chance() -> None:
    assert chance([night(each, free=30, full=40) for each in range(20)], usual(NOWHERE)) is None


def test_of_two_here_who_asked_for_one_place_each_had_half_a_chance() -> None:
    seen = [replace(night(each), races=Races(2, 1)) for each in range(20)]
    assert chance(seen, usual(NOWHERE)) == 0.5


def test_an_opening_that_nobody_looked_at_in_time_tells_nothing() -> None:
    late = [night(each, full=100_000) for each in range(20)]  # full a day later: when, nobody saw
    assert (usually_full_after(late), chance(late, usual(NOWHERE))) == (None, None)


def test_a_class_that_mostly_does_not_fill_is_not_said_to() -> None:
    seen = [*(night(each, free=7200) for each in range(6)), *(night(each, full=30) for each in range(6, 10))]
    assert usually_full_after(seen) is None
    assert usually_full_after([*seen, *(night(each, full=60) for each in range(10, 14))]) == 60


def test_openings_at_which_it_was_last_seen_to_be_free_count_too() -> None:
    seen = [*(night(each, free=600) for each in range(6)), *(night(each, full=30) for each in range(6, 11))]
    assert usually_full_after(seen) is None
    assert usually_full_after([replace(each, free=0.07) if each.free else each for each in seen]) == 30


def test_a_place_that_was_seen_after_none_was_makes_it_unknown_whether_the_class_was_full() -> None:
    contradicted = [night(each, free=7000, full=12) for each in range(5)]
    assert {each.was_full_by(seconds) for each in contradicted for seconds in (5, 12, 3000, 8000)} == {None}
    assert usually_full_after(contradicted) is None
    assert usually_full_after([*contradicted, *(night(each, full=40) for each in range(5, 10))]) == 40


def test_old_openings_stop_to_count() -> None:
    assert (
        usually_full_after([*(night(n, full=9) for n in range(20)), *(night(n, full=90) for n in range(20, 40))]) == 90
    )


@pytest.mark.parametrize(("seconds", "said"), [(0.4, "1 s"), (31, "40 s"), (60, "60 s"), (91, "2 min")])
def test_a_bound_is_told_as_the_next_round_number(seconds: float, said: str) -> None:
    assert within(seconds) == said


def seen_of(number: int, dice: random.Random, *, is_there: bool) -> Filling:
    """What is seen of a night at which there was, or was not, a place when a request of ours arrives."""
    fills = OURS + dice.expovariate(1 / 60) if is_there else dice.uniform(0, OURS)
    raced = dice.random() < 0.5
    read = 120.0  # the reading after the opening
    return night(
        number, won=is_there if raced else None, free=fills * 0.9 if is_there and dice.random() < 0.8 else None,
        full=fills if not is_there else read if fills < read else None,
    )  # fmt: skip


CLASSES: dict[str, Callable[[random.Random], float]] = {
    "all kinds": lambda dice: dice.random(),
    "most are to be had": lambda dice: dice.betavariate(4, 1.5),
    "most are hard": lambda dice: dice.betavariate(1.5, 4),
    "easy ones and hopeless ones": lambda dice: dice.choice([0.85, 0.15]) + dice.uniform(-0.1, 0.1),
}


TOLD = {"most are hard": 40_000}  # of such classes few are told to have so large a chance
FEWER = 5_000
NEXT = 30  # openings of each class that are told the chance


class Nights:
    """Openings of classes, each drawn from a few hundred that are made once."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._made = {
            (week, is_there): [seen_of(week, dice, is_there=is_there) for _ in range(20)]
            for week in WEEKS
            for is_there in (True, False)
        }

    def of_class(self, share: float) -> list[Filling]:
        dice = self._dice
        return [dice.choice(self._made[week, dice.random() < share]) for week in range(dice.randint(5, len(WEEKS)))]


@pytest.mark.parametrize("kind", CLASSES)
def test_of_what_is_told_to_have_a_chance_of_80_percent_70_to_90_come_true(kind: str) -> None:
    dice = random.Random(f"nights of {kind}")  # noqa: S311 - no secret
    nights = Nights(dice)
    around = [[each.races for each in nights.of_class(CLASSES[kind](dice))] for _ in range(CLASSES_AROUND)]
    everywhere = [Races(sum(each.asked for each in one), sum(each.got for each in one)) for one in around]
    elsewhere = usual(everywhere)
    came_true: dict[int, list[bool]] = defaultdict(list)
    for _ in range(TOLD.get(kind, FEWER)):
        share = CLASSES[kind](dice)
        told = chance(nights.of_class(share), elsewhere)
        if told is not None:
            came_true[round(told * 10) * 10].extend(dice.random() < share for _ in range(NEXT))
    share = sum(came_true[80]) / len(came_true[80])
    assert len(came_true[80]) >= 20 * NEXT
    assert 0.7 <= share <= 0.9, (share, len(came_true[80]), elsewhere)
    if kind == "all kinds":
        shares = {percent: sum(true) / len(true) for percent, true in came_true.items()}
        assert all(abs(share - percent / 100) <= 0.1 for percent, share in shares.items()), shares
