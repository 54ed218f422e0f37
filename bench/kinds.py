"""The kinds of openings that bench/opening.py measures, and bench/midnight.py makes."""

from __future__ import annotations

from dataclasses import dataclass

UNEVEN = 0.02  # s a round trip is longer or shorter
APART = 6.0  # s between the clocks of two servers: each three off


@dataclass(frozen=True, slots=True)
class Kind:
    """How the openings of a row are made."""

    name: str
    jitter: float  # s
    crowd_after: float | None  # s
    turnstile: bool  # the other simulator
    may_lose: float  # share of the openings
    absent: bool = False  # the slot is in no timetable before it opens
    servers: int = 1  # behind one address; they answer in turn
    spread: float = 0.0  # s each one's clock is ahead of the one before
    told: str = "nothing"  # where an answer says which of them it comes from
    median: float = 5.0  # ms after the opening, of the first accepted shot: the goal
    nearly_always: float = 15.0  # ms; the same for the 95th percentile


CALM = Kind("calm", 0.0, 0.1, turnstile=False, may_lose=0.0)
TOGETHER = Kind("a hundred accounts", 0.0, None, turnstile=False, may_lose=0.0)
THOUSAND = Kind("a thousand accounts", 0.0, None, turnstile=True, may_lose=0.0)
ABSENT = Kind(
    "absent, crowd 150", UNEVEN, 0.15, turnstile=False, may_lose=0.0, absent=True, median=40.0, nearly_always=70.0
)
KINDS = (
    CALM,
    Kind("uneven, crowd 50 ms", UNEVEN, 0.05, turnstile=False, may_lose=0.0),
    Kind("uneven, crowd 20 ms", UNEVEN, 0.02, turnstile=False, may_lose=0.04),
    Kind("turnstile, crowd 50 ms", UNEVEN, 0.05, turnstile=True, may_lose=0.0),
    Kind("turnstile, crowd 20 ms", UNEVEN, 0.02, turnstile=True, may_lose=0.04),
    ABSENT,
    Kind(
        "turnstile, absent, crowd 150",
        UNEVEN,
        0.15,
        turnstile=True,
        may_lose=0.0,
        absent=True,
        median=40.0,
        nearly_always=70.0,
    ),
    Kind(
        "two servers",
        UNEVEN,
        None,
        turnstile=False,
        may_lose=0.0,
        servers=2,
        spread=APART,
        median=1000.0,
        nearly_always=7000.0,
    ),
    Kind(
        "two servers, told",
        UNEVEN,
        None,
        turnstile=False,
        may_lose=0.0,
        servers=2,
        spread=APART,
        told="header",
        median=1000.0,
        nearly_always=7000.0,
    ),
    Kind(
        "turnstile, two servers",
        UNEVEN,
        None,
        turnstile=True,
        may_lose=0.0,
        servers=2,
        spread=APART,
        median=1000.0,
        nearly_always=7000.0,
    ),
)
