"""The rules of a race in one value: what is due when before an opening, and how much an account may send.

`OpeningPolicy` is handed in wherever something of it is needed, so that a test hands in its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.model import LAST_CALL, PREPARE
from domain.request_counts import MOST_AT_OPENING
from opening.spreading import Spread

Plans = Mapping[int, Sequence[tuple[float, float]]]
"""By how many requests are sent together: for each, when it shall arrive after the opening, in deviations of the way to
the server and in uncertainties of its clock."""

Pauses = Sequence[Sequence[float]]
"""By how many requests are left: the seconds before each further one."""

SHOT_PLANS: Plans = {1: ((1.6, 0.6),), 2: ((1.1, 0.0), (1.35, 0.8)), 3: ((0.7, -0.3), (0.9, 0.1), (1.0, 0.8))}
"""For the shots of a volley.

A way that is uneven costs each shot something of its own, so that the first of three is early enough even if all aim a
deviation late. A clock that is uncertain costs all of them the same, so that they have to be apart. Found by simulating
even, skewed and steady ways with clocks known to 1-3 ms (tests/opening/test_volley.py): all shots of a volley are
refused as early in less than one opening in a hundred.
"""

SCHEDULE_PLANS: Plans = {1: ((1.6, 0.6),), 2: ((1.1, 0.0), (1.35, 0.4))}
"""For schedules: when all are too early, the answers only cost a round trip, and are asked for again at once."""

AFTER_NOT_OPEN: Pauses = ((), (0.3,), (0.05, 0.8), (0.0, 0.3, 1.5), (0.0, 0.25, 1.2, 2.5))
"""After "not open yet": a few shots at once, some kept for a slot that opens late."""

AFTER_NONSENSE: Pauses = ((), (2.2,), (0.9, 2.2), (0.9, 1.5, 3.6), (0.9, 0.9, 1.7, 3.5))
"""After answers that make no sense, or none: a site in trouble is given time, and some shots are kept for later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningPolicy:
    """When each step of a race is due, and how many requests it may send. T is the opening, by the server's clock."""

    # what is due when: seconds before T
    prepare: float = PREPARE.total_seconds()  # what is held is read
    turns_until: float = 90.0  # until then one account after the other logs in, later all at once
    look_up: float = 60.0  # the ids of the slots are read
    learn_clock: float = 40.0  # the server's clock is learnt from here
    prove_session: float = 25.0  # whether the session still lives; a login takes seconds
    try_early_until: float = 20.0  # later than that, a slot that looks open already is left for T
    look_again: float = 12.0  # a slot that was not listed is looked for once more
    last_call: float = LAST_CALL.total_seconds() - 2.0  # by the server's clock, a little after the person's last chance
    hurry: float = 8.0  # a race that begins later asks for everything at once
    leave_early: float = 2.0  # this long before `hurry`, an early try is left to itself
    learn_clock_until: float = 3.0
    learn_clock_until_late: float = 0.4  # for a race that began late
    warm: float = 2.0  # connections are opened
    call_answered_by: float = 0.5  # nobody waits longer for a database that is locked
    last_moment: float = 0.03  # before the first shot leaves: what has no answer by then is done without

    # preparing
    ask_again_after: float = 5.0  # s before a site that does not answer is asked again
    longest_is_wanted: float = 0.1  # s for the plain read whether a booking is still wanted

    # how far apart the bookings of one opening take a step: no step of one begins before the one ahead of it
    spread_prepare: Spread = Spread(apart=0.1, longest=100.0)
    spread_look_up: Spread = Spread(apart=0.25, longest=130.0)
    spread_prove: Spread = Spread(apart=0.05, longest=35.0)
    spread_warm: Spread = Spread(apart=0.03, longest=22.9)  # a connection that nobody uses is closed after some time

    # what is kept of an opening, in seconds after it
    latest_clock: float = 300.0  # a site's clock may be so far behind ours
    budget_kept: float = 10.0  # what an account has sent is not forgotten sooner

    # requests of an account around an opening: warming up, shots and reading back
    most_requests: int = MOST_AT_OPENING
    least_share: int = 3  # of them for each booking, however many an account has at once: two shots and a look
    shots_together: Mapping[int, int] = field(default_factory=lambda: {1: 3, 2: 2})  # by how many bookings it has
    schedules_together: int = 2  # a third would be won by no more than it costs, another connection and itself
    shots_at_sight: int = 2  # at what has just appeared: of two ways, one is the shorter
    most_volleys: int = 8  # accounts racing at once in this process; with more, each sends one shot first
    kept_for_another_clock: int = 3  # requests kept for the opening by the next of the site's clocks: two shots, a look
    kept_after_sight: int = 3  # kept for what shots at sight come to: another shot, a look, the timetable
    kept_for_appearance: int = 3  # kept for what appears: a shot, a look, the timetable
    kept_for_proof: int = 2  # kept for a shot without an answer: a look, the timetable
    kept_for_witness: int = 1  # kept for the timetable, which is asked about what "my bookings" shows

    # when requests arrive: seconds after T
    built: float = 1.5  # s before T the shots of a crowd are built: to build a thousand takes longer than to send them
    built_later: float = 0.002  # a shot that was built before has a shorter way out than the readings of the clock had
    soonest: float = 0.0005  # our own way to the network is never quite even
    widest: float = 0.3  # the less certain the clock, the wider the volley, up to this
    shot_plans: Plans = field(default_factory=lambda: SHOT_PLANS)
    schedule_plans: Plans = field(default_factory=lambda: SCHEDULE_PLANS)
    late: float = 0.1  # a race that begins to shoot later has no use for shots side by side
    lease_is_sure: float = 2.0  # later shots ask for the lease first; around an opening it lasts four, and is extended
    far_too_early: float = 0.3  # s before T: the clock was wrong, and is read again before the next shot
    after_not_open: Pauses = AFTER_NOT_OPEN
    after_nonsense: Pauses = AFTER_NONSENSE

    # reading back: seconds before each look at "my bookings"
    looks_accepted: Sequence[float] = (0.0, 0.5, 2.0, 7.0)  # for what the site has accepted: ten seconds in all
    looks_lost: Sequence[float] = (0.0, 0.3, 1.0)  # for a lost answer, when no more shots are left
    others_shoot_until: float = 0.15  # s after T: to read a page takes time that others' shots do not have

    @staticmethod
    def pauses(table: Pauses, left: int) -> Sequence[float]:
        """The pauses of a table for so many requests that are left."""
        return table[max(min(left, len(table) - 1), 0)]

    def arrivals(self, plans: Plans, requests: int, jitter: float, uncertainty: float) -> tuple[float, ...]:
        """When so many requests shall arrive, in seconds after the opening; both measures in seconds."""
        known_to = min(uncertainty, self.widest)
        return tuple(self.soonest + ways * jitter + clocks * known_to for ways, clocks in plans[requests])
