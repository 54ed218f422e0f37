"""How many requests an account may send around one opening, shared out among its bookings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opening.policy import OpeningPolicy

ALONE = 1  # shot fired together when an account has more bookings than the policy names


class OpeningBudget:
    """The requests of an account around one opening, shared out among its bookings, however often each is raced for."""

    def __init__(self, policy: OpeningPolicy) -> None:
        self._policy = policy
        self.spent: dict[int, int] = {}  # by each of its bookings
        self._races: Counter[int] = Counter()  # under way here, by booking: more than one after it was claimed anew
        self._warmed_by: int | None = None  # the booking that paid for opening connections; they serve all
        self._warmed = 0  # how many it opened

    def join(self, booking_number: int) -> None:
        """From now on one more of the account's bookings has its share."""
        self._races[booking_number] += 1
        self.spend(booking_number, 0)

    def leave(self, booking_number: int) -> None:
        """A booking that has sent nothing, and is raced for no more, leaves its share to the others."""
        self._races[booking_number] -= 1
        if self._races[booking_number] <= 0 and not self.spent.get(booking_number):
            self.spent.pop(booking_number, None)

    def know(self, spent: Mapping[int, int]) -> None:
        """Takes over what all workers together have sent for each booking of the account, as far as it is written.

        What is raced for here is better known here.
        """
        for number in [each for each in self.spent if each not in spent and each not in self._races]:
            del self.spent[number]
        self.spent |= {number: sent for number, sent in spent.items() if not self.spent.get(number)}

    def sent(self, booking_number: int) -> int:
        """How many requests were sent for a booking, with the opening of connections if it paid for that."""
        return self.spent.get(booking_number, 0) + (self._warmed if booking_number == self._warmed_by else 0)

    def spend(self, booking_number: int, requests: int) -> None:
        """Counts requests of a booking."""
        self.spent[booking_number] = self.spent.get(booking_number, 0) + requests

    def pay_for_warming(self, booking_number: int, connections: int) -> bool:
        """Counts the opening of connections, once for all bookings of the account. False: another has paid already."""
        if self._warmed_by is not None:
            return False
        self._warmed_by, self._warmed = booking_number, connections
        return True

    @property
    def is_warm(self) -> bool:
        """Whether the account's connections were opened."""
        return self._warmed_by is not None

    @property
    def shots_together(self) -> int:
        """How many shots each booking fires together."""
        return self._policy.shots_together.get(len(self.spent), ALONE)

    def left(self, booking_number: int) -> int:
        """How many requests that booking may still send."""
        elsewhere = sum(number not in self._races for number in self.spent)  # each with connections of its own
        warming = self.shots_together if self._warmed_by is None else self._warmed
        all_bookings = self._policy.most_requests - warming - self.shots_together * elsewhere
        share = all_bookings // max(len(self.spent), 1)
        return max(share, self._policy.least_share) - self.spent.get(booking_number, 0)


class Share:
    """The part of an account's requests that one booking has."""

    def __init__(self, budget: OpeningBudget, booking_number: int) -> None:
        self._budget = budget
        self._number = booking_number

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within it the booking has its share; one that has sent nothing leaves it to the others."""
        self._budget.join(self._number)
        try:
            yield
        finally:
            self._budget.leave(self._number)

    @property
    def left(self) -> int:
        """How many requests may still be sent."""
        return self._budget.left(self._number)

    @property
    def shots_together(self) -> int:
        """How many shots are fired together."""
        return self._budget.shots_together

    @property
    def is_warm(self) -> bool:
        """Whether the account's connections were opened."""
        return self._budget.is_warm

    def spend(self, requests: int = 1) -> None:
        """Counts requests."""
        self._budget.spend(self._number, requests)

    def pay_for_warming(self, connections: int) -> None:
        """Counts the opening of connections."""
        self._budget.pay_for_warming(self._number, connections)
