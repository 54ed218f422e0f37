"""What the contract leaves open: how the simulated site keeps house, one switch each, at its likeliest by default.

Unlike a fault a switch is nothing wrong: a site that is set so is healthy, and somebody's real one may be. They can be
given to a world, or changed while the site runs (`world.switches.penalties = True`, or POST `/__demo__/switches`).
"""

from dataclasses import dataclass, field
from typing import Any

from demo.site.adjustable import Adjustable

LIMITS = ("bookings", "entries", "credit", "week", "day", "certificate", "payment", "profile", "blocked")


def _one_of(usual: str, *others: str) -> Any:
    return field(default=usual, metadata={"choices": (usual, *others)})


def _some_of(usual: str, *others: str) -> Any:
    """A list out of these; the first alone unless set."""
    return field(default_factory=lambda: [usual], metadata={"choices": (usual, *others)})


@dataclass
class Switches(Adjustable):
    called = "switch"

    # The crowd
    crowd_speed: float = 1.0  # rivals are so many times as fast as usual
    rush_seconds: float = 0.0  # so long from an opening on the site is slow, and answers a few requests with 503
    refuse_floods: bool = False  # 429 for who sends more than a person with many tabs would

    # The session
    session_minutes: float = 0.0  # a session that is not used for so long is over; 0: it lasts
    session_end: str = _one_of("redirect", "401", "403", "json")  # what a call by script is answered once it is over

    # The rules of the house
    penalties: bool = False  # late cancelling and missed classes give points, and three points suspend for a week
    waiting_courses: list[str] = field(default_factory=list)  # those of these names take a waiting list once full
    waiting_moves: bool = False  # a place that is given back goes at once to the first on the list
    waiting_words: str = ""  # my bookings show places on a waiting list, with these words; {n}: the number
    waiting_answer: str = ""  # the site's words to whoever it puts on a waiting list, in place of its own: "Ok"
    waiting_shown: str = _one_of("list", "full", "available")  # a full class with a list, in the timetable
    held_minutes: float = 0.0  # after a cancellation whoever is not on the waiting list is refused for so long
    overlap: str = _one_of("refused", "warned", "allowed")  # with another booking of mine
    late_cancel: str = _one_of("allowed", "refused", "no_button")  # past the free term
    most_bookings: int = 0  # whoever holds so many is refused for `account_limit`; with 0, everybody
    account_limit: str = _one_of("", *LIMITS)  # why an account can book nothing more
    limit_words: str = ""  # the site's words for it, in place of its own
    closes_minutes: float = 0.0  # before the start nothing can be booked any more

    # How it is told
    refusal_field: str = _one_of("message", "error_message", "errorMessage", "error", "Message")  # of an answer
    hide_full: bool = False  # a full slot is not in the timetable
    hide_unopened: bool = False  # a slot is not in the timetable until it opens
    grouped: bool = False  # the slots of a course at one hour are under a line that has to be opened
    confirm_wakes_after: float = 0.0  # s until "Conferma Prenotazione" does something when it is clicked

    # Several application servers behind one address
    servers: int = 1  # they answer in turn
    clock_spread: float = 0.0  # s each one's clock is ahead of the one before
    session_lag: float = 0.0  # s until the others know a session that one of them has opened
    servers_told: str = _one_of("header", "cookie", "nothing")  # where an answer says whose it is
    known_go_home: bool = False  # the login page sends on to the dashboard whoever is logged in

    # The login
    own_form: bool = False  # the site itself asks for user name and password: no single sign-on, no one-time code
    login_pages: list[str] = _some_of("code", "notice", "expiring", "matricola", "extension")  # after the password
    chooser: bool = False  # the password form stands beside SPID, CIE and the others
    sign_on_minutes: float = 0.0  # whoever comes back so soon needs neither password nor code
    login_error: str = _one_of("own", "message", "alert")  # how a refused password is shown


def lively() -> Switches:
    """A site as people meet it: out of breath at an opening, strict with floods and late cancelling, and with a waiting
    list on one course."""
    return Switches(rush_seconds=4.0, refuse_floods=True, penalties=True, waiting_courses=["ZUMBA"])
