"""Two people of one installation who book together: who agreed to it, and what follows from how it goes with each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

INVITATION_LASTS = timedelta(days=7)
TIME_TO_GIVE_BACK = timedelta(minutes=15)
"""Before a place can no longer be given back for free, bookings of both or none are given up: so late, one of the two
that fails leaves time to give the other's place back."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Somebody may have places booked for a friend, with the friend's account. Names are what Telegram calls them."""

    id: int
    asker_id: int
    asker_name: str
    friend_id: int
    friend_name: str


@dataclass(frozen=True, slots=True)
class EndedAgreement:
    """What one of the two has ended, or an invitation that the friend said no to."""

    agreement: Agreement
    ended_by: int
    was_agreed: bool


class Side(StrEnum):
    """How it stands with the place of one of the two."""

    OPEN = "open"  # asked for, or just being given back, or nobody knows yet what the site did
    WON = "won"  # held: read back from the site
    LOST = "lost"  # failed for good, or given up by its person


class PairState(StrEnum):
    """How it stands with two bookings that belong together."""

    OPEN = "open"  # a place may still come
    RETURNING = "returning"  # one has lost, and the other's place is being given back
    BOTH = "both"
    NONE = "none"
    APART = "apart"  # one of the two has a place, and keeps it
    RETURNED = "returned"  # one has lost, and the other's place was given back: read back as gone


class Follows(StrEnum):
    """What follows from how it stands with the two."""

    WAIT = "wait"
    BOTH = "both"
    NONE = "none"
    APART = "apart"
    GIVE_BACK = "give back"  # the place of the one who won
    WITHDRAW = "withdraw"  # what the other still waits for


def what_follows(asker: Side, friend: Side, *, both_or_none: bool, friends_own: bool, free: bool) -> Follows:
    """What follows when it stands so with the two.

    `both_or_none`: neither wants a place without the other. `friends_own`: the friend had the place, or had asked for
    it, before: it is not given back for the asker's sake. `free`: a place can be given back without penalty.
    Nothing is given back while the other may still get a place.
    """
    if asker is friend:
        return {Side.WON: Follows.BOTH, Side.LOST: Follows.NONE, Side.OPEN: Follows.WAIT}[asker]
    if Side.LOST not in (asker, friend):
        return Follows.WAIT
    left = friend if asker is Side.LOST else asker
    if not both_or_none:
        return Follows.WAIT if left is Side.OPEN else Follows.APART
    if friends_own and asker is Side.LOST:
        return Follows.WAIT if left is Side.OPEN else Follows.APART
    if left is Side.OPEN:
        return Follows.WITHDRAW
    return Follows.GIVE_BACK if free else Follows.APART


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of pairs: two bookings of one class for two people, asked for by one of them."""

    id: int
    asker_id: int
    friend_id: int
    asker_name: str
    friend_name: str
    asker_action_id: int
    friend_action_id: int | None  # None: the friend held the class already
    both_or_none: bool
    friends_own: bool
    free_until: datetime | None  # until then a place in the class is given back without penalty
    state: PairState
    return_id: int | None = None  # the cancellation of the place that is given back
    winner_id: int | None = None  # who of the two had the place when it ended with one
    withdrew_id: int | None = None  # who did not want their place any more, first; 0: that is not how it was lost
    again: frozenset[int] = frozenset()  # who was told that the class is full, and has been booked for once more

    def other_than(self, user_id: int) -> str:
        """The name of the one of the two who that is not."""
        return self.friend_name if user_id == self.asker_id else self.asker_name

    def action_of(self, user_id: int) -> int | None:
        """The booking of one of the two."""
        return self.asker_action_id if user_id == self.asker_id else self.friend_action_id
