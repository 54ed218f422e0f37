"""The slots of the simulated site, and the timetable they are in: a week's catalogue, made into dates."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

from demo.site import rivals
from demo.site.catalogue import Catalogue, Weekly
from demo.site.rivals import Crowd

ROME = ZoneInfo("Europe/Rome")
DAYS_BACK, DAYS_AHEAD = 7, 35  # the dates on which the timetable exists, around today


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
        """Course, date and hour as the site writes them in a sentence."""
        return f"{self.course or self.activity} del {self.date:%d/%m/%Y} alle {self.start}"

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.date, time.fromisoformat(self.start), ROME)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    def move_to(self, start: str) -> None:
        """The same appointment at another hour of its day."""
        begins = datetime.combine(self.date, time.fromisoformat(start))
        self.start, self.end = start, f"{begins + timedelta(minutes=self.minutes):%H:%M}"

    def overlaps(self, other: "Slot") -> bool:
        return self.date == other.date and self.start < other.end and other.start < self.end

    def settle_rivals(self, age: float) -> None:
        """Whatever rivals were going to do until `age` seconds from the opening is done."""
        for crowd in [each for each in self.crowds if each.after <= age]:
            self.crowds.remove(crowd)
            self.taken += self.free if crowd.places is None else min(self.free, crowd.places)


@dataclass(slots=True)
class Timetable:
    """The slots of every date around today, made when somebody first looks. The objects are live.

    `crowd_speed` is how many times as fast as usual rivals are; None: there are none.
    """

    catalogue: Catalogue
    opening_days: int
    opening_at: str  # HH:MM[:SS], Europe/Rome
    seed: int
    crowd_speed: Callable[[], float | None]
    _days: dict[date, list[Slot]] = field(default_factory=dict)
    _by_id: dict[str, Slot] = field(default_factory=dict)

    def day(self, day: date, today: date) -> list[Slot]:
        """The slots of a day by start; empty outside the horizon."""
        if not -DAYS_BACK <= (day - today).days <= DAYS_AHEAD:
            return []
        if day not in self._days:
            weekly = [each for each in self.catalogue.weekly if each.weekday == day.weekday()]
            self._days[day] = sorted((self._make(each, day) for each in weekly), key=lambda slot: slot.start)
            self._by_id.update({slot.appointment_id: slot for slot in self._days[day]})
        return self._days[day]

    def close(self, day: date, spared: Collection[str] = ()) -> None:
        """Lets a day open once more, by the rule as it is now: its places are empty, and rivals are yet to come.

        The `spared` slots, by their ids, stay as they are.
        """
        for weekly in (each for each in self.catalogue.weekly if each.weekday == day.weekday()):
            fresh = self._make(weekly, day)
            slot = self._by_id[fresh.appointment_id]
            if slot.appointment_id not in spared:
                slot.opens_at, slot.taken, slot.crowds = fresh.opens_at, 0, fresh.crowds

    def find(self, appointment_id: str, today: date) -> Slot | None:
        """The slot of that id, wherever in the horizon it is."""
        if appointment_id not in self._by_id:
            for offset in range(-DAYS_BACK, DAYS_AHEAD + 1):
                self.day(today + timedelta(days=offset), today)
        return self._by_id.get(appointment_id)

    def known(self, appointment_id: str) -> Slot:
        """A slot that was looked at before. Raises KeyError for any other."""
        return self._by_id[appointment_id]

    def _make(self, weekly: Weekly, day: date) -> Slot:
        activity = self.catalogue.activity(weekly.activity)
        number = self._number_for(weekly, day)
        start = datetime.combine(day, time.fromisoformat(weekly.start))
        opening_day, speed = day - timedelta(days=self.opening_days), self.crowd_speed()
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
            crowds=rivals.usual(weekly, number, crowds=speed is not None, speed=speed or 1.0),
        )

    def _number_for(self, weekly: Weekly, day: date) -> int:
        """A number that is the same for the same slot in every world of this seed."""
        key = f"{self.seed}|{weekly.activity}|{weekly.course}|{weekly.start}|{day}"
        return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big")
