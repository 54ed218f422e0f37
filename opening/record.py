"""What has come of a race so far: the report of its opening, and why choices of it could not be booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.errors import SiteError
from domain.opening_report import OpeningReport, Shot
from opening.server_clock import ServerClock


class RaceRecord:
    """The report of one race, and the refusals of its choices in their order."""

    def __init__(self, opens_at: datetime) -> None:
        self.report = OpeningReport(opens_at)
        self.refusals: list[SiteError] = []

    @property
    def has_shots(self) -> bool:
        """Whether anything was shot at."""
        return bool(self.report.shots)

    @property
    def why(self) -> str:
        """The site's words about the choices that could not be booked."""
        return "; ".join(str(refusal) for refusal in self.refusals)

    def note_clock(self, server: ServerClock) -> None:
        """Notes what is known of the server's clock; nothing is known without a `Date`."""
        if server.known:
            self.report = replace(
                self.report,
                offset=server.ahead,
                uncertainty=server.uncertainty,
                round_trip=server.round_trip,
            )

    def note_shots(self, shots: Sequence[Shot]) -> None:
        """Notes shots that were fired together."""
        self.report = replace(self.report, shots=(*self.report.shots, *shots))

    def note_seen(self, after_opening: float) -> None:
        """Notes when the booking was read back, in seconds after the opening."""
        self.report = replace(self.report, seen=after_opening)
