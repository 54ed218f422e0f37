"""The state of the simulated site and its rules: slots, places, openings, rivals, bookings. No HTTP in here.

The *server's* clock is injected and may be shifted at will. Nothing happens by timers: what rivals were going to do
until now is done whenever somebody looks, so a world is exact and repeatable whatever the speed of the machine.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import blake2b
from zoneinfo import ZoneInfo

from demo.site import farm, penalties, rivals
from demo.site.accounts import Accounts, Person
from demo.site.catalogue import Activity, Catalogue, Weekly, default_catalogue
from demo.site.faults import Faults
from demo.site.likeness import Likeness
from demo.site.penalties import Penalties, Penalty
from demo.site.rivals import Crowd
from demo.site.switches import Switches

ROME = ZoneInfo("Europe/Rome")
DAYS_BACK, DAYS_AHEAD = 7, 35  # the dates on which the timetable exists, around today
LOG_LIMIT = 20_000  # requests kept, so that a demo can run for weeks


class Outcome(StrEnum):
    """What became of the wish for a place."""

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


@dataclass(slots=True, eq=False)
class Slot:
    """A course, or a turn of the gym, on a date. `taken` counts rivals and people alike."""

    appointment_id: str
    activity: str
    activity_id: str
    course: str  # empty for the gym
    date: date
    start: str  # HH:MM, Europe/Rome
    end: str
    instructor: str
    capacity: int
    opens_at: datetime  # by the rule; may be set to another instant
    minutes: int
    taken: int = 0
    crowds: list[Crowd] = field(default_factory=list, repr=False)
    held_until: datetime | None = None  # for those on the waiting list

    @property
    def free(self) -> int:
        return self.capacity - self.taken

    @property
    def title(self) -> str:
        """What, and when, as the site writes it in a sentence."""
        return f"{self.course or self.activity} del {self.date:%d/%m/%Y} alle {self.start}"

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.date, time.fromisoformat(self.start), ROME)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    def overlaps(self, other: "Slot") -> bool:
        return self.date == other.date and self.start < other.end and other.start < self.end


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
    ) -> None:
        self._true_clock = clock
        self.opening_days = opening_days
        self.opening_at = opening_at  # HH:MM[:SS], Europe/Rome
        self.round_trip = round_trip  # seconds
        self.round_trip_jitter = round_trip_jitter  # seconds, more or less
        self.catalogue = catalogue or default_catalogue()
        self.crowds = crowds
        self.cookie_banner = cookie_banner
        self.free_cancel_hours = free_cancel_hours
        self.faults = Faults()
        self.switches = switches or Switches()
        self.likeness = Likeness()
        self.accounts = Accounts(people, lambda: self.clock(), self.faults, self.switches)
        self.penalties = Penalties()
        self.log: list[Request] = []
        self.shots: list[Shot] = []
        self.seed = seed
        self._random = random.Random(seed)
        self._days: dict[date, list[Slot]] = {}
        self._by_id: dict[str, Slot] = {}
        self._held: dict[str, dict[str, str]] = {}  # username -> appointment id -> booking number
        self._waiting: dict[str, list[str]] = {}  # appointment id -> usernames, first come first
        self._missed: set[tuple[str, str]] = set()  # username, appointment id
        self._numbers = 0

    # ----- time

    def clock(self) -> datetime:
        """Now, by the application server that answers."""
        return farm.by_its_own_clock(self._true_clock())

    @property
    def today(self) -> date:
        return self.clock().astimezone(ROME).date()

    def opens_at(self, slot: Slot) -> datetime:
        """When the site really takes the first booking: the rule, and the fault that bends it."""
        return slot.opens_at + timedelta(seconds=self.faults.peek("opening_shift") or 0.0)

    def is_open(self, slot: Slot) -> bool:
        return self.clock() >= self.opens_at(slot)

    def has_started(self, slot: Slot) -> bool:
        return self.clock() >= slot.starts_at

    def since_opening(self) -> float:
        """Seconds from the nearest opening by the rule, by the server's clock; negative before it."""
        now = self.clock()
        opening = time.fromisoformat(self.opening_at)
        days = (self.today + timedelta(days=offset) for offset in (-1, 0, 1))
        return min(((now - datetime.combine(day, opening, ROME)).total_seconds() for day in days), key=abs)

    def leg(self) -> float:
        """Seconds a request, or an answer, is on its way."""
        if not self.round_trip:
            return 0.0
        jitter = self._random.uniform(-self.round_trip_jitter, self.round_trip_jitter)
        return max(0.0, (self.round_trip + jitter) / 2)

    # ----- people

    @property
    def people(self) -> list[Person]:
        return list(self.accounts.people.values())

    @property
    def login_attempts(self) -> dict[str, int]:
        """Username -> passwords received, right or wrong."""
        return self.accounts.login_attempts

    @property
    def codes_received(self) -> dict[str, list[str]]:
        """Username -> one-time codes received in order, right or wrong."""
        return self.accounts.codes_received

    def end_sessions(self, username: str | None = None) -> None:
        self.accounts.end_sessions(username)

    # ----- timetable

    def slots(self, day: date | str, activity: str = "") -> list[Slot]:
        """The slots of a day (of one activity, or of all) by start. The objects are live; empty outside the horizon."""
        day = date.fromisoformat(day) if isinstance(day, str) else day
        if not self._in_horizon(day):
            return []
        slots = self._day(day)
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
        if appointment_id not in self._by_id:
            for offset in range(-DAYS_BACK, DAYS_AHEAD + 1):
                self._day(self.today + timedelta(days=offset))
        slot = self._by_id.get(appointment_id)
        if slot is not None:
            self._settle(slot)
        return slot

    def _in_horizon(self, day: date) -> bool:
        return -DAYS_BACK <= (day - self.today).days <= DAYS_AHEAD

    def _day(self, day: date) -> list[Slot]:
        if day not in self._days:
            weekly = [each for each in self.catalogue.weekly if each.weekday == day.weekday()]
            slots = sorted((self._make(each, day) for each in weekly), key=lambda slot: slot.start)
            self._days[day] = slots
            self._by_id.update({slot.appointment_id: slot for slot in slots})
        return self._days[day]

    def _make(self, weekly: Weekly, day: date) -> Slot:
        activity: Activity = self.catalogue.activity(weekly.activity)
        number = self._number_for(weekly, day)
        start = datetime.combine(day, time.fromisoformat(weekly.start))
        opening_day = day - timedelta(days=self.opening_days)
        return Slot(
            appointment_id=str(10**17 + number % (9 * 10**17)),
            activity=activity.name,
            activity_id=activity.id,
            course=weekly.course,
            date=day,
            start=weekly.start,
            end=f"{start + timedelta(minutes=weekly.minutes):%H:%M}",
            instructor=weekly.instructor,
            capacity=weekly.capacity,
            opens_at=datetime.combine(opening_day, time.fromisoformat(self.opening_at), ROME),
            minutes=weekly.minutes,
            crowds=rivals.usual(weekly, number, crowds=self.crowds, speed=self.switches.crowd_speed),
        )

    def _number_for(self, weekly: Weekly, day: date) -> int:
        """The same for the same slot in every world of this seed, known long before the opening."""
        key = f"{self.seed}|{weekly.activity}|{weekly.course}|{weekly.start}|{day}"
        return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big")

    # ----- rivals

    def fill(self, appointment_id: str) -> None:
        """Rivals take all the places that are left."""
        slot = self._known(appointment_id)
        slot.taken = slot.capacity

    def free(self, appointment_id: str, places: int = 1) -> None:
        """Rivals give places back."""
        slot = self._known(appointment_id)
        slot.taken = max(len(self._holders(appointment_id)), slot.taken - places)
        self._given_back(slot)

    def rival(self, appointment_id: str, after: float = 0.1, places: int | None = None) -> None:
        """Rivals take the last places (or so many) `after` seconds from the opening, by the server's clock."""
        self._known(appointment_id).crowds.append(Crowd(after, places))

    def rush(self, appointment_id: str, within: float) -> None:
        """Rivals take every place, one by one and ever slower, until `within` seconds from the opening."""
        slot = self._known(appointment_id)
        slot.crowds.extend(rivals.one_by_one(slot.capacity, within / self.switches.crowd_speed))

    def _settle(self, slot: Slot) -> None:
        """Whatever rivals were going to do until now is done."""
        age = (self.clock() - self.opens_at(slot)).total_seconds()
        for crowd in [each for each in slot.crowds if each.after <= age]:
            slot.crowds.remove(crowd)
            slot.taken += slot.free if crowd.places is None else min(slot.free, crowd.places)

    def _known(self, appointment_id: str) -> Slot:
        slot = self.find(appointment_id)
        if slot is None:
            raise LookupError(f"no appointment {appointment_id}")
        return slot

    # ----- bookings

    def bookings(self, username: str) -> list[Slot]:
        """What the person holds, by date and time. A place on a waiting list is not in here."""
        held = [self._by_id[appointment_id] for appointment_id in self._held.get(username, {})]
        return sorted(held, key=lambda slot: (slot.date, slot.start))

    def holds(self, username: str, appointment_id: str) -> bool:
        return appointment_id in self._held.get(username, {})

    def booking_number(self, username: str, appointment_id: str) -> str:
        """The site's own number of a booking, known to its pages only."""
        return self._held[username][appointment_id]

    def waiting(self, appointment_id: str) -> set[str]:
        """Who is on the waiting list."""
        return set(self._waiting.get(appointment_id, ()))

    def waits_for(self, username: str) -> list[Slot]:
        """The slots on whose waiting list the person is."""
        return [self._by_id[each] for each, waiting in self._waiting.items() if username in waiting]

    def judge(self, username: str, appointment_id: str) -> Outcome:
        """What would become of the wish, were it made now. Changes nothing. KeyError for a stranger."""
        slot = self.find(appointment_id)
        if slot is None:
            return Outcome.UNKNOWN
        refusals = (
            (Outcome.STARTED, self.has_started(slot)),
            (Outcome.MEMBERSHIP, self._lacks_membership(username)),
            (Outcome.ALREADY, self.holds(username, appointment_id)),
            (Outcome.NOT_OPEN, not self.is_open(slot)),
            (Outcome.CLOSED, self.has_closed(slot)),
            (Outcome.OVERLAP, self.switches.overlap == "refused" and self.overlapping(username, slot) is not None),
            (Outcome.LIMIT, self.is_limited(username)),
            (Outcome.HELD, self._is_held(username, slot)),
            (Outcome.SUSPENDED, self.suspended_until(username) is not None),
            (Outcome.WAITING, slot.free <= 0 and self.takes_waiting_list(slot)),
            (Outcome.FULL, slot.free <= 0),
        )
        return next((outcome for outcome, applies in refusals if applies), Outcome.BOOKED)

    def book(self, username: str, appointment_id: str) -> Outcome:
        """Take a place, or say why not. Capacity is never exceeded."""
        outcome = self.judge(username, appointment_id)
        if outcome is Outcome.BOOKED:
            self._take(username, self._by_id[appointment_id])
            self._leave_waiting(username, appointment_id)
        elif outcome is Outcome.WAITING:
            waiting = self._waiting.setdefault(appointment_id, [])
            waiting.extend([username] if username not in waiting else [])
        return outcome

    def has_closed(self, slot: Slot) -> bool:
        """Whether it is too late to book, by a rule that ends bookings before the start."""
        return self.clock() >= slot.starts_at - timedelta(minutes=self.switches.closes_minutes)

    def is_limited(self, username: str) -> bool:
        """Whether the account may book no more, whatever it is."""
        held = [slot for slot in self.bookings(username) if slot.starts_at > self.clock()]
        return bool(self.switches.account_limit) and len(held) >= self.switches.most_bookings

    def _is_held(self, username: str, slot: Slot) -> bool:
        waits = username in self._waiting.get(slot.appointment_id, ())
        return slot.held_until is not None and self.clock() < slot.held_until and not waits

    def _given_back(self, slot: Slot) -> None:
        """What becomes of a place that somebody gave back: outsiders wait, or the first on the list has it."""
        if self.switches.held_minutes:
            slot.held_until = self.clock() + timedelta(minutes=self.switches.held_minutes)
        waiting = self._waiting.get(slot.appointment_id, [])
        if self.switches.waiting_moves and waiting and slot.free > 0:
            self._take(waiting.pop(0), slot)

    def _leave_waiting(self, username: str, appointment_id: str) -> None:
        waiting = self._waiting.get(appointment_id, [])
        if username in waiting:
            waiting.remove(username)

    def _take(self, username: str, slot: Slot) -> None:
        self._numbers += 1
        self._held.setdefault(username, {})[slot.appointment_id] = f"P{self._numbers:06d}"
        slot.taken += 1

    def cancel(self, username: str, appointment_id: str) -> bool:
        """Give the place back; False when there was none, or when it can't be given back any more."""
        slot = self.find(appointment_id)
        if slot is None or not self.can_cancel(slot) or not self.holds(username, appointment_id):
            return False
        del self._held[username][appointment_id]
        slot.taken -= 1
        if self.switches.penalties and self.is_late(slot):
            reason = f"Cancellazione tardiva: {slot.title}"
            self.penalties.give(username, self.clock(), penalties.LATE_POINTS, reason)
        self._given_back(slot)
        return True

    def is_late(self, slot: Slot) -> bool:
        """Whether the free term for cancelling is over."""
        return self.clock() > slot.starts_at - timedelta(hours=self.free_cancel_hours)

    def can_cancel(self, slot: Slot) -> bool:
        """Whether the site still takes a place back."""
        return not self.has_started(slot) and (self.switches.late_cancel == "allowed" or not self.is_late(slot))

    def takes_waiting_list(self, slot: Slot) -> bool:
        """Whether somebody may wait for a place of this slot once it is full."""
        return slot.course in self.switches.waiting_courses or bool(self.faults.peek("waiting_list"))

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

    def _holders(self, appointment_id: str) -> list[str]:
        return [who for who, held in self._held.items() if appointment_id in held]

    # ----- what was received

    def record(self, request: Request) -> None:
        self.log.append(request)
        if len(self.log) > LOG_LIMIT:
            del self.log[: LOG_LIMIT // 2]

    def requests(self, text: str, host: str = "") -> list[Request]:
        """The requests received whose path contains `text`."""
        return [each for each in self.log if text in each.path and host in ("", each.host)]
