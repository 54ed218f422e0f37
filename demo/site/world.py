"""The state of the simulated site and its rules: people, places, openings, rivals. No HTTP in here.

The *server's* clock is injected and may be shifted at will. Nothing happens by timers: what rivals were going to do
until now is done whenever somebody looks, so a world is exact and repeatable whatever the speed of the machine.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from demo.site import farm, penalties, rivals
from demo.site.accounts import Accounts, Person
from demo.site.catalogue import Catalogue, default_catalogue
from demo.site.faults import Faults
from demo.site.likeness import Likeness
from demo.site.penalties import Penalties, Penalty
from demo.site.places import Places
from demo.site.rivals import Crowd
from demo.site.slots import ROME, Slot, Timetable
from demo.site.switches import Switches
from demo.site.tenant import POLIMI, Tenant
from demo.site.terms import Terms

LOG_LIMIT = 20_000  # requests kept, so that a demo can run for weeks


class Outcome(StrEnum):
    """What became of a request for a place."""

    BOOKED = "booked"
    WAITING = "waiting"  # on the waiting list, not booked
    UNKNOWN = "unknown"  # no such appointment
    STARTED = "started"
    MEMBERSHIP = "membership"
    ALREADY = "already"
    NOT_OPEN = "not_open"
    OVERLAP = "overlap"
    FULL = "full"
    SUSPENDED = "suspended"  # too many penalty points
    LIMIT = "limit"  # the account may book no more
    HELD = "held"  # for those on the waiting list
    CLOSED = "closed"  # bookings have closed, before the start
    REFUSED = "refused"  # for a reason nobody has seen before
    LIED = "lied"  # answered OK, nothing booked
    FAULT = "fault"  # never looked at: the request met a fault


@dataclass(slots=True)
class Request:
    """A request received. `t` is the server's clock at its arrival; `status` is None while it is being handled, and
    stays None for one that gets no answer."""

    t: datetime
    host: str  # "site" or "sso"
    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    user: str | None
    status: int | None = None


@dataclass(slots=True)
class Shot:
    """A BookAppointment request."""

    t: datetime
    user: str | None
    appointment_id: str
    outcome: Outcome


class RequestLog(list[Request]):
    """The requests received, the oldest first; of very many the later half."""

    def record(self, request: Request) -> None:
        self.append(request)
        if len(self) > LOG_LIMIT:
            del self[: LOG_LIMIT // 2]

    def about(self, text: str, host: str = "") -> list[Request]:
        """Those whose path contains `text`."""
        return [each for each in self if text in each.path and host in ("", each.host)]


@dataclass(slots=True)
class Line:
    """How long requests and answers are under way, in seconds: half a round trip, more or less."""

    round_trip: float
    jitter: float
    random: random.Random

    def leg(self) -> float:
        if not self.round_trip:
            return 0.0
        return max(0.0, (self.round_trip + self.random.uniform(-self.jitter, self.jitter)) / 2)


def real_clock() -> datetime:
    return datetime.now(UTC)


class SiteWorld:
    """All there is on the simulated site. Methods are synchronous, so each is atomic between requests."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = real_clock,
        people: Iterable[Person] = (),
        opening_days: int = 2,
        opening_at: str = "00:00",
        round_trip: float = 0.0,
        round_trip_jitter: float = 0.0,
        seed: int = 1,
        catalogue: Catalogue | None = None,
        crowds: bool = False,
        cookie_banner: bool = True,
        free_cancel_hours: float = 2.0,
        switches: Switches | None = None,
        tenant: Tenant = POLIMI,
    ) -> None:
        self._true_clock = clock
        self.tenant = tenant
        self.base = tenant.base  # what the paths of the site begin with
        self.seed = seed
        self.cookie_banner = cookie_banner
        self.faults = Faults()
        self.switches = switches or Switches()
        self.likeness = Likeness()
        self.line = Line(round_trip, round_trip_jitter, random.Random(seed))
        self.terms = Terms(self.clock, self.faults, self.switches, free_cancel_hours)
        self._crowds = crowds
        self.timetable = Timetable(catalogue or default_catalogue(), opening_days, opening_at, seed, self._crowd_speed)
        self.accounts = Accounts(people, self.clock, self.faults, self.switches)
        self.places = Places()
        self.penalties = Penalties()
        self.log = RequestLog()
        self.shots: list[Shot] = []
        self._missed: set[tuple[str, str]] = set()  # username, appointment id

    def clock(self) -> datetime:
        """Now, by the application server that answers."""
        return farm.by_its_own_clock(self._true_clock())

    @property
    def today(self) -> date:
        return self.clock().astimezone(ROME).date()

    @property
    def people(self) -> list[Person]:
        return list(self.accounts.people.values())

    # ----- timetable

    def slots(self, day: date | str, activity: str = "") -> list[Slot]:
        """The slots of a day (of one activity, or of all) by start. The objects are live; empty outside the horizon."""
        day = date.fromisoformat(day) if isinstance(day, str) else day
        slots = self.timetable.day(day, self.today)
        for slot in slots:
            self._settle(slot)
        return [slot for slot in slots if activity in ("", slot.activity)]

    def slot(self, day: date | str, course: str = "", start: str = "", activity: str = "") -> Slot:
        """The first slot of the day that fits; LookupError names what there is instead. No course means any course;
        the gym's slots are found with activity="Giuriati - Fit Center"."""
        slots = self.slots(day, activity)
        for slot in slots:
            if course in ("", slot.course) and start in ("", slot.start):
                return slot
        there = ", ".join(f"{slot.start} {slot.course or slot.activity}" for slot in slots)
        raise LookupError(f"no {course} {start} on {day}; there is: {there}")

    def find(self, appointment_id: str) -> Slot | None:
        """The slot of that id, wherever in the horizon it is."""
        slot = self.timetable.find(appointment_id, self.today)
        if slot is not None:
            self._settle(slot)
        return slot

    # ----- rivals

    def fill(self, appointment_id: str) -> None:
        """Rivals take all the places that are left."""
        slot = self._known(appointment_id)
        slot.taken = slot.capacity

    def free(self, appointment_id: str, places: int = 1) -> None:
        """Rivals give places back."""
        slot = self._known(appointment_id)
        slot.taken = max(len(self.places.holders(appointment_id)), slot.taken - places)
        self._given_back(slot)

    def rival(self, appointment_id: str, after: float = 0.1, places: int | None = None) -> None:
        """Rivals take the last places (or so many) `after` seconds from the opening, by the server's clock."""
        self._known(appointment_id).crowds.append(Crowd(after, places))

    def rush(self, appointment_id: str, within: float) -> None:
        """Rivals take every place, one by one and ever slower, until `within` seconds from the opening."""
        slot = self._known(appointment_id)
        slot.crowds.extend(rivals.one_by_one(slot.capacity, within / self.switches.crowd_speed))

    def _crowd_speed(self) -> float | None:
        return self.switches.crowd_speed if self._crowds else None

    def _settle(self, slot: Slot) -> None:
        """Whatever rivals were going to do until now is done."""
        slot.settle_rivals((self.clock() - self.terms.opens_at(slot)).total_seconds())

    def _known(self, appointment_id: str) -> Slot:
        slot = self.find(appointment_id)
        if slot is None:
            raise LookupError(f"no appointment {appointment_id}")
        return slot

    # ----- bookings

    def bookings(self, username: str) -> list[Slot]:
        """The slots a person holds, by date and time. Places on a waiting list are not included."""
        held = map(self.timetable.known, self.places.of(username))
        return sorted(held, key=lambda slot: (slot.date, slot.start))

    def waits_for(self, username: str) -> list[Slot]:
        """The slots on whose waiting list the person is."""
        return list(map(self.timetable.known, self.places.waited_for(username)))

    def waiting(self, appointment_id: str) -> set[str]:
        """Who is on the waiting list."""
        return set(self.places.waiting(appointment_id))

    def judge(self, username: str, appointment_id: str) -> Outcome:
        """The outcome that a request for a place would have now. Changes nothing. KeyError for an unknown user name."""
        slot = self.find(appointment_id)
        if slot is None:
            return Outcome.UNKNOWN
        refusals = (
            (Outcome.STARTED, self.terms.has_started(slot)),
            (Outcome.MEMBERSHIP, self._lacks_membership(username)),
            (Outcome.ALREADY, self.places.holds(username, appointment_id)),
            (Outcome.NOT_OPEN, not self.terms.is_open(slot)),
            (Outcome.CLOSED, self.terms.has_closed(slot)),
            (Outcome.OVERLAP, self.switches.overlap == "refused" and self.overlapping(username, slot) is not None),
            (Outcome.LIMIT, self.is_limited(username)),
            (Outcome.HELD, self._is_held(username, slot)),
            (Outcome.SUSPENDED, self.suspended_until(username) is not None),
            (Outcome.WAITING, slot.free <= 0 and self.terms.takes_waiting_list(slot)),
            (Outcome.FULL, slot.free <= 0),
        )
        return next((outcome for outcome, applies in refusals if applies), Outcome.BOOKED)

    def book(self, username: str, appointment_id: str) -> Outcome:
        """Take a place, or say why not. Capacity is never exceeded."""
        outcome = self.judge(username, appointment_id)
        if outcome is Outcome.BOOKED:
            self.places.take(username, self.timetable.known(appointment_id))
        elif outcome is Outcome.WAITING:
            self.places.wait_for(username, appointment_id)
        return outcome

    def is_limited(self, username: str) -> bool:
        """Whether a limit of the account refuses every further booking."""
        held = [slot for slot in self.bookings(username) if slot.starts_at > self.clock()]
        return bool(self.switches.account_limit) and len(held) >= self.switches.most_bookings

    def _is_held(self, username: str, slot: Slot) -> bool:
        return self.terms.is_held(slot) and username not in self.waiting(slot.appointment_id)

    def _given_back(self, slot: Slot) -> None:
        """What becomes of a place that somebody gave back: outsiders wait, or the first on the list has it."""
        if self.switches.held_minutes:
            slot.held_until = self.clock() + timedelta(minutes=self.switches.held_minutes)
        waiting = self.places.waiting(slot.appointment_id)
        if self.switches.waiting_moves and waiting and slot.free > 0:
            self.places.take(waiting[0], slot)

    def cancel(self, username: str, appointment_id: str) -> bool:
        """Give the place back; False when there was none, or when it can't be given back any more."""
        slot = self.find(appointment_id)
        if slot is None or not self.terms.can_cancel(slot) or not self.places.holds(username, appointment_id):
            return False
        self.places.give_back(username, slot)
        if self.switches.penalties and self.terms.is_late(slot):
            reason = f"Cancellazione tardiva: {slot.title}"
            self.penalties.give(username, self.clock(), penalties.LATE_POINTS, reason)
        self._given_back(slot)
        return True

    def penalties_of(self, username: str) -> list[Penalty]:
        """The points that count today, missed classes included. Empty where the site knows no penalties."""
        if not self.switches.penalties:
            return []
        self._settle_missed(username)
        return self.penalties.of(username, self.clock())

    def suspended_until(self, username: str) -> datetime | None:
        """Until when the person may book nothing, for penalty points."""
        return self.penalties.suspended_until(username, self.clock()) if self.penalties_of(username) else None

    def _settle_missed(self, username: str) -> None:
        """Classes that ended without the person who held a place are put down, once."""
        if self.accounts.people[username].attends:
            return
        for slot in self.bookings(username):
            if slot.ends_at <= self.clock() and (username, slot.appointment_id) not in self._missed:
                self._missed.add((username, slot.appointment_id))
                self.penalties.give(username, slot.ends_at, penalties.MISSED_POINTS, f"Assenza: {slot.title}")

    def overlapping(self, username: str, slot: Slot) -> Slot | None:
        """The booking of that person which is at the same time."""
        mine = (each for each in self.bookings(username) if each is not slot)
        return next((each for each in mine if each.overlaps(slot)), None)

    def _lacks_membership(self, username: str) -> bool:
        return bool(self.faults.peek("membership_missing")) or not self.accounts.people[username].membership
