"""What whoever keeps the machine sees of it: everybody's queue, openings, notices that wait, accounts in trouble."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.model import Account, Action, ActionStatus, ActionType, NoticeKind
from domain.opening_report import ShotOutcome

STUCK = timedelta(minutes=5)  # after it fell due: an idle worker takes a second, a busy one some minutes

Counts = Mapping[tuple[ActionType, ActionStatus], int]


@dataclass(frozen=True, slots=True)
class QueueState:
    """What is in the queue now. `due`: may be claimed at once; `held_up`: due too, but their accounts wait."""

    live: Counts
    due: int
    oldest_due: datetime | None  # since when the one that waits longest may be claimed
    held_up: int
    lost_leases: int  # in the hand of a worker that has been silent for longer than its lease

    @property
    def size(self) -> int:
        return sum(self.live.values())

    def is_stuck(self, now: datetime) -> bool:
        """Whether something waits for a worker for longer than workers honestly need."""
        return self.oldest_due is not None and now - self.oldest_due > STUCK


@dataclass(frozen=True, slots=True)
class Finished:
    """An action that ended, in one way."""

    id: int
    type: ActionType
    status: ActionStatus
    started_at: datetime | None
    completed_at: datetime
    read_back: float | None  # of one that was raced for: seconds from its opening until it was read back
    shots: Mapping[ShotOutcome, int]


@dataclass(frozen=True, slots=True)
class AwaitedOpening:
    """A booking that waits for its opening, and the requests that were sent around it so far."""

    action: Action
    opens_at: datetime
    sent: int


@dataclass(frozen=True, slots=True)
class RacedOpening:
    """How the opening of an action went."""

    action: Action
    opened_at: datetime
    read_back: float | None  # seconds after the opening; None: never
    shots: Mapping[ShotOutcome, int]


@dataclass(frozen=True, slots=True)
class WaitingNotices:
    """What one person has not been told yet."""

    user_id: int
    messages: int
    edits: int
    oldest: datetime  # of the messages if there are any
    tries: int  # of the one that was tried most often
    unreachable_since: datetime | None


@dataclass(frozen=True, slots=True)
class OutboxState:
    waiting: Mapping[NoticeKind, int]
    oldest: datetime | None  # the message that waits longest for somebody who can be reached
    given_up: int  # within a day: never told, or told in another way


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account as the owner sees it: nothing of its credentials."""

    account: Account
    live: int  # actions that are not finished
    unreachable_since: datetime | None
    suspended_at: datetime | None  # a guest for whom the owner has nothing done


@dataclass(frozen=True, slots=True)
class AccountCounts:
    """How many accounts there are, and in which trouble. One may be in several."""

    active: int
    rejected: int
    paused: int
    unreachable: int
