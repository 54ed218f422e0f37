"""What late cancelling and missed classes cost on the simulated site (invented: that they may, is known)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

LATE_POINTS, MISSED_POINTS = 1, 2
MOST_POINTS = 3  # with so many nothing can be booked for a while
COUNT_FOR = timedelta(days=30)
SUSPENDED_FOR = timedelta(days=7)  # from the point that was one too many


@dataclass(frozen=True, slots=True)
class Penalty:
    at: datetime
    points: int
    reason: str  # as the page shows it


class Penalties:
    """The points people have, by username."""

    def __init__(self) -> None:
        self._given: dict[str, list[Penalty]] = defaultdict(list)

    def give(self, username: str, at: datetime, points: int, reason: str) -> None:
        self._given[username].append(Penalty(at, points, reason))

    def of(self, username: str, now: datetime) -> list[Penalty]:
        """Those that still count, oldest first."""
        return [each for each in self._given[username] if now - each.at < COUNT_FOR]

    def points(self, username: str, now: datetime) -> int:
        return sum(each.points for each in self.of(username, now))

    def suspended_until(self, username: str, now: datetime) -> datetime | None:
        """Until when the person may book nothing; None for who may."""
        if self.points(username, now) < MOST_POINTS:
            return None
        until = max(each.at for each in self.of(username, now)) + SUSPENDED_FOR
        return until if now < until else None
