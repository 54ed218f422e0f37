"""What happened at an opening, shot by shot. Imports nothing of ours, so that an error may carry a report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ShotOutcome(StrEnum):
    """What became of a booking request at an opening."""

    ACCEPTED = "accepted"  # it sounds like a yes; only "my bookings" decides
    ALREADY = "already"  # we hold it: an earlier shot got through
    EARLY = "early"  # not open yet
    FULL = "full"
    REFUSED = "refused"  # for another reason
    LOST = "lost"  # no answer, or none that can be read


@dataclass(frozen=True, slots=True)
class Shot:
    """One booking request at an opening. Times are seconds after the opening, by the server's clock as we know it."""

    choice: int  # 0: the wish; 1, 2 ...: its alternatives
    planned: float  # when it should arrive
    sent: float
    answered: float
    outcome: ShotOutcome
    message: str = ""

    @property
    def arrived(self) -> float:
        """When it arrived, as far as we can tell: halfway between sending and answer."""
        return (self.sent + self.answered) / 2


@dataclass(frozen=True, slots=True)
class OpeningReport:
    """What happened at an opening, shot by shot. Seconds."""

    opens_at: datetime
    offset: float = 0.0  # how far the server's clock is ahead of ours
    uncertainty: float = 0.0  # how far off that may be
    round_trip: float = 0.0
    seen: float | None = None  # after the opening, when it was read back
    opened_early: bool = False  # it could be booked before the time the rule says
    shots: tuple[Shot, ...] = ()

    def arrived(self, shot: Shot) -> float:
        """When a shot arrived, as far as we can tell: it took half the usual way, however late the answer came."""
        return min(shot.arrived, shot.sent + self.round_trip / 2) if self.round_trip else shot.arrived

    @property
    def hit(self) -> Shot | None:
        """The first shot that the site accepted."""
        accepted = [shot for shot in self.shots if shot.outcome is ShotOutcome.ACCEPTED]
        return min(accepted, key=lambda shot: shot.sent, default=None)
