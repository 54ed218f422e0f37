"""Shots fired together: when they shall arrive, how many an account may send, and what they came to. For race.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.errors import (
    AlreadyBooked,
    Blocked,
    BookingRefused,
    BookingsClosed,
    NotOpenYet,
    OnWaitingList,
    SessionExpired,
    SiteChanged,
    SiteError,
    SiteUnavailable,
    SlotNotFound,
)
from domain.opening_report import Shot, ShotOutcome

MOST_REQUESTS = 10  # per account around an opening: warming up, shots and reading back
LEAST_SHARE = 3  # of them for each booking, however many an account has at once: a shot, another, and a look
SHOTS = {1: 3, 2: 2}  # fired together for each booking, by how many the account has at this opening
TOO_MANY_REQUESTS = 429  # HTTP status
SINGLE = 1  # with more of them
WIDEST = 0.3  # s; the less sure we are of the clock, the wider the volley, up to this
SOONEST = 0.0005  # s after the opening: our own way to the network is never quite even

REPEATS = ((), (0.3,), (0.05, 0.8), (0.0, 0.3, 1.5), (0.0, 0.25, 1.2, 2.5))
"""s before each further shot after "not open yet", by how many are left: few at once, some for what opens late."""
REPEATS_ODD = ((), (2.2,), (0.9, 2.2), (0.9, 1.5, 3.6), (0.9, 0.9, 1.7, 3.5))
"""The same after answers that make no sense, or none: a site in trouble is given time, and some are kept for later."""

Plans = Mapping[int, Sequence[tuple[float, float]]]

PLANS: Plans = {1: ((1.6, 0.6),), 2: ((1.1, 0.0), (1.35, 0.8)), 3: ((0.7, -0.3), (0.9, 0.1), (1.0, 0.8))}
"""When the shots of a volley shall arrive after T, in deviations of the way to the server and in doubts of its clock.

A way that is uneven costs each shot something of its own, so that the first of three is early enough even if all aim a
deviation late. A clock that is in doubt costs all of them the same, so that they have to be apart. Found by simulating
even, skewed and steady ways with clocks known to 1-3 ms (tests/test_volley.py): refused as early are all of a volley in
less than one opening in a hundred.
"""


ASKING: Plans = {1: ((1.6, 0.6),), 2: ((1.1, 0.0), (1.35, 0.4))}
"""The same for schedules: of those that are all too early the answers only cost a way there and back, and are asked for
again at once."""


def plan(shots: int, jitter: float, doubt: float, plans: Plans = PLANS) -> tuple[float, ...]:
    """When so many shots shall arrive, in seconds after the opening; both measures in seconds."""
    known_to = min(doubt, WIDEST)
    return tuple(SOONEST + ways * jitter + doubts * known_to for ways, doubts in plans[shots])


@dataclass(frozen=True, slots=True)
class Volley:
    """What shots fired together came to."""

    shots: Sequence[Shot]
    errors: Sequence[SiteError]  # what they met, in words

    def has(self, *outcomes: ShotOutcome) -> bool:
        return any(shot.outcome in outcomes for shot in self.shots)

    @property
    def senseless(self) -> bool:
        """Whether no answer says anything about the slot: lost, a page, a no without a word, "too many requests"."""
        unsaid = (ShotOutcome.LOST, ShotOutcome.REFUSED)
        return all(shot.outcome in unsaid and not shot.message for shot in self.shots)

    @property
    def final(self) -> SiteError | None:
        """What leaves no hope for this choice. Words nobody knows, and "closed", may mean "not open yet"."""
        unsure = (BookingRefused, BookingsClosed)
        hopeless = [each for each in self.errors if type(each) not in unsure and not _may_pass(each)]
        listed = (each for each in hopeless if isinstance(each, OnWaitingList))
        return next(listed, hopeless[0] if hopeless else None)

    @property
    def last(self) -> SiteError:
        """What the last one met."""
        return (
            self.errors[-1] if self.errors else SiteChanged("the site answered OK, but the booking is not among ours")
        )


def _may_pass(error: SiteError) -> bool:
    """Whether the next shot may be answered otherwise: an id may be unknown until its slot opens. "Too many requests",
    and not for how long: after a pause."""
    if isinstance(error, Blocked):
        return error.status == TOO_MANY_REQUESTS and error.retry_after is None
    return isinstance(error, NotOpenYet | SlotNotFound | SiteUnavailable | SiteChanged | AlreadyBooked | SessionExpired)


@dataclass(slots=True)
class Allowance:
    """The requests of an account around one opening, shared out among its bookings, however often each is raced for."""

    spent: dict[int, int] = field(default_factory=dict)  # by each of its bookings
    races: Counter[int] = field(default_factory=Counter)  # under way here, for each: more than one after a claim anew
    warmed_by: int | None = None  # the booking that paid for opening connections; they serve all
    warmed: int = 0  # how many it opened

    def join(self, booking_number: int) -> None:
        """From now on one more of the account's bookings has its share."""
        self.races[booking_number] += 1
        self.spend(booking_number, 0)

    def leave(self, booking_number: int) -> None:
        """A booking that has sent nothing, and is raced for no more, leaves its share to the others."""
        self.races[booking_number] -= 1
        if self.races[booking_number] <= 0 and not self.spent.get(booking_number):
            self.spent.pop(booking_number, None)

    def know(self, spent: Mapping[int, int]) -> None:
        """What every worker together has sent for each booking of the account at this opening, as far as is written.

        What is raced for here is better known here.
        """
        for number in [each for each in self.spent if each not in spent and each not in self.races]:
            del self.spent[number]
        self.spent |= {number: sent for number, sent in spent.items() if not self.spent.get(number)}

    def sent(self, booking_number: int) -> int:
        """What was sent for a booking, with the opening of connections if that was its part."""
        return self.spent.get(booking_number, 0) + (self.warmed if booking_number == self.warmed_by else 0)

    def spend(self, booking_number: int, requests: int) -> None:
        self.spent[booking_number] = self.spent.get(booking_number, 0) + requests

    @property
    def shots(self) -> int:
        """How many each booking fires together."""
        return SHOTS.get(len(self.spent), SINGLE)

    def left(self, booking_number: int) -> int:
        """How many requests that booking may still send."""
        elsewhere = sum(number not in self.races for number in self.spent)  # each with connections of its own
        warming = self.shots if self.warmed_by is None else self.warmed
        share = (MOST_REQUESTS - warming - self.shots * elsewhere) // max(len(self.spent), 1)
        return max(share, LEAST_SHARE) - self.spent.get(booking_number, 0)
