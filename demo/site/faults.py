"""Everything the simulated site can be told to do wrong.

One `Faults` belongs to a world and can be changed while the site runs, in the process (`world.faults.reset = True`) or
over HTTP (`/__demo__/faults`). All off by default. `faults.where[name] = "BookAppointment"` limits a fault to the paths
that contain the text, `faults.times[name] = 2` to its next two uses, after which it is off again. Both don't apply to
what describes a state rather than a request: the forms of the timetable, the waiting list, the missing membership, the
shifted opening.
"""

from dataclasses import dataclass, field
from typing import Any

from demo.site.adjustable import Adjustable

# What `rename_classes = True` stands for: the site after a redesign.
REDESIGN = {
    "event-slot": "calendar-cell",
    "event-main-block": "reservation-card",
    "day-column": "calendar-day",
    "time-start": "from-hour",
}


@dataclass
class Faults(Adjustable):
    called = "fault"

    # The answer as a whole
    fail: dict[str, int] = field(default_factory=dict)  # text in the path -> HTTP status, {"BookAppointment": 503}
    status_500: bool = False
    status_503: bool = False
    status_403: bool = False
    status_429: bool = False  # with Retry-After
    captcha: bool = False  # a "prove that you are human" page, status 200
    maintenance: bool = False  # a page, status 200
    answer: str = ""  # this text, JSON or a page, status 200, in place of every answer; nothing is done
    reset: bool = False  # connection closed before anything is done
    slow: float = 0.0  # seconds before the request is handled
    hang: bool = False  # never answers
    html_for_json: bool = False  # status 200, a page where JSON is due; what was asked is done
    pages_only: bool = False  # the same, for calls by script that do not come from one of the site's pages
    byte_order_mark: bool = False  # every page and answer begins with one
    empty_answer: bool = False  # status 200, no body where JSON is due; what was asked is done
    lost_answer: bool = False  # book and cancel: done, then the connection is closed without an answer

    blocked: list[str] = field(default_factory=list)  # usernames whose every request with a session is answered 403
    echo_secrets: str = ""  # a username: every page, answer and header gives back what the site knows of that person

    # Login and session
    sso_down: bool = False  # the single sign-on answers 503
    refuse_code: bool = False  # the right one-time code is refused (and counts as used)
    refuse_expiring_codes: bool = False  # a code in the last two seconds of its period is refused
    session_ends: bool = False  # the session has ended when the request arrives

    # The pages
    rename_classes: bool | dict[str, str] = field(default=False, metadata={"also": (dict,)})  # True: REDESIGN
    banner_over_button: bool = False  # the cookie banner covers the whole page
    deaf: float = 0.0  # s for which whatever has just appeared takes no click, the single sign-on's pages too
    dead_first_click: bool = False  # ChooseActivity: the first click does not navigate
    no_booking_container: bool = False  # /Booking without #event-repository
    empty_bookings: bool = False  # /Booking with an empty list, whatever is held
    bookings_by_script: bool = False  # /Booking with an empty list that the page's script fills in
    booking_note: str = ""  # a text in every block of /Booking
    booking_name: str = ""  # every block of /Booking shows this in place of the course

    # The timetable
    empty_timetable: bool = False
    json_case: str = ""  # "camel", "lower", "upper": letter case of every JSON field
    json_dates: str = ""  # "ms": /Date(ms)/ in UTC, "italian": dd/mm/yyyy HH:MM:SS
    no_start_datetime: bool = False  # StartDateTime and EndDateTime left out; TimeStart and DateStart stay
    course_name_in: str = ""  # "EventName" or "EventDescription" instead of "SkillName"
    no_places: bool = False  # without "Posti disponibili: 7"

    # Booking
    book_status: str = ""  # the word for success in place of "OK"
    lying_success: bool = False  # "OK", but nothing is booked
    waiting_list: bool = False  # a full slot takes a waiting list: button "Lista", answer "Ok"
    membership_missing: bool = False  # for everybody
    unknown_refusal: str = ""  # every booking is refused with this message
    opening_shift: float = 0.0  # seconds later (or, negative, earlier) than the rule

    where: dict[str, str] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)

    def peek(self, name: str, path: str = "") -> Any:
        """The value of a fault if it applies to this path, otherwise None. Uses nothing up."""
        value = getattr(self, name)
        here = not path or self.where.get(name, "") in path
        return value if value and here and self.times.get(name, 1) > 0 else None

    def take(self, name: str, path: str = "") -> Any:
        """As `peek`, and one of its `times` is used up; the last one switches the fault off."""
        value = self.peek(name, path)
        if value is not None and name in self.times:
            self.times[name] -= 1
            if self.times[name] <= 0:
                self.off(name)
        return value

    def take_status(self, path: str) -> int | None:
        """The HTTP status this request is to fail with, if any."""
        for code in (500, 503, 403, 429):
            if self.take(f"status_{code}", path):
                return code
        return next((self._take_fail(text) for text in self.fail if text in path), None)

    def _take_fail(self, text: str) -> int:
        status = self.fail[text]
        self.take("fail")
        return status

    def off(self, name: str) -> None:
        """Back to how it was at the start, modifiers included."""
        setattr(self, name, getattr(Faults(), name))
        self.where.pop(name, None)
        self.times.pop(name, None)
