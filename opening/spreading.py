"""When each of many bookings prepares for the opening they all wait for, so that the site sees few requests at a time.

Pure; how far apart each step is stands in policy.py. Every booking has a rank among all that wait for an opening,
whichever worker has it in hand, and takes each step of its preparation at the moment of that rank: evenly apart, and in
the same order each time. Nobody takes a step later than its last moment; and however many there are, nobody takes it so
early that it says nothing any more at the opening: rather they come closer together.

With a thousand bookings, each of which sends the site one request in each step:

    T-300 ... T-200 s   what is held                10 a second
    T-190 ... T-60 s    the timetable                8 a second
    T-60  ... T-25 s    whether the session lives   29 a second
    T-25  ... T-2 s     a warm connection           43 a second
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rank:
    """The how-manieth of how many bookings that wait for one opening."""

    number: int = 0  # 0: the first
    of: int = 1

    @property
    def share(self) -> float:
        """Which part of all comes before this one: 0 for the first, 1 for the last."""
        return min(self.number / (self.of - 1), 1.0) if self.of > 1 else 0.0


@dataclass(frozen=True, slots=True)
class Spread:
    """How far apart the bookings of one opening do something, in seconds."""

    apart: float  # from one to the next
    longest: float  # from the first to the last: with many, they come closer together

    def width(self, bookings: int) -> float:
        """From the first of so many to the last."""
        return min(self.apart * max(bookings - 1, 0), self.longest)

    def earlier(self, rank: Rank) -> float:
        """So long before the last of them this one does it."""
        return self.width(rank.of) * (1.0 - rank.share)

    def later(self, rank: Rank) -> float:
        """So long after the first of them this one does it."""
        return self.width(rank.of) * rank.share
