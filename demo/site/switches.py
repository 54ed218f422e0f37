"""What the contract leaves open: how the simulated site keeps house, one switch each, at its likeliest by default.

Unlike a fault a switch is nothing wrong: a site that is set so is healthy, and somebody's real one may be. They can be
given to a world, or changed while the site runs (`world.switches.penalties = True`, or POST `/__demo__/switches`).
"""

from dataclasses import dataclass, field

from demo.site.adjustable import Adjustable


@dataclass
class Switches(Adjustable):
    called = "switch"

    # The crowd
    crowd_speed: float = 1.0  # rivals are so many times as fast as usual
    rush_seconds: float = 0.0  # so long from an opening on the site is slow, and answers a few requests with 503
    refuse_floods: bool = False  # 429 for who sends more than a person with many tabs would

    # The session
    session_minutes: float = 0.0  # a session that is not used for so long is over; 0: it lasts

    # The rules of the house
    penalties: bool = False  # late cancelling and missed classes give points, and three points suspend for a week
    waiting_courses: list[str] = field(default_factory=list)  # those of these names take a waiting list once full


def lively() -> Switches:
    """A site as people meet it: out of breath at an opening, strict with floods and late cancelling, and with a waiting
    list on one course."""
    return Switches(rush_seconds=4.0, refuse_floods=True, penalties=True, waiting_courses=["ZUMBA"])
