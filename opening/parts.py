"""The parts of one race that each of its steps works with."""

from __future__ import annotations

from dataclasses import dataclass

from opening.budget import Share
from opening.crowd import Crowd
from opening.last_call import Call
from opening.policy import OpeningPolicy
from opening.record import RaceRecord
from opening.server_clock import ServerClock
from opening.site_calls import SiteCalls
from opening.spreading import Rank
from opening.timeline import Timeline


@dataclass(frozen=True, slots=True)
class RaceParts:
    """One race: how it asks the site, what time it is there, what it may send, and what has come of it so far."""

    site: SiteCalls
    server: ServerClock
    timeline: Timeline
    crowd: Crowd
    share: Share
    record: RaceRecord
    policy: OpeningPolicy
    rank: Rank
    call: Call
