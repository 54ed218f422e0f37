"""What the simulated sports centres offer every week: the activities, the courses and the gym's slots.

Pure data, used by `world.py`. Names, hours and amounts follow what is known of the real timetable.
"""

from dataclasses import dataclass

PLATINUM = "Giuriati - Corsi Platinum"
BOVISA = "Bovisa - Corsi Fitness"
LECCO = "Lecco - Corsi Campus"
FIT_CENTER = "Giuriati - Fit Center"

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
FIT_CENTER_MINUTES = 90
FIT_CENTER_PLACES = 45
WEEKDAY_TIMES = ("07:00", "08:30", "10:00", "11:30", "13:00", "14:30", "16:00", "17:30", "19:00", "20:30")
WEEKEND_TIMES = ("09:00", "10:30", "12:00", "13:30", "15:00", "16:30")


@dataclass(frozen=True, slots=True)
class Activity:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Weekly:
    """Something that takes place every week. `course` is empty for the gym's slots."""

    activity: str
    course: str
    weekday: int  # 0 = Monday
    start: str  # HH:MM, Europe/Rome
    minutes: int
    instructor: str
    capacity: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Activities in the order in which the site lists them, and what each offers in a week."""

    activities: tuple[Activity, ...]
    weekly: tuple[Weekly, ...]

    def activity(self, name: str) -> Activity:
        """The activity of that name; KeyError when there is none."""
        for activity in self.activities:
            if activity.name == name:
                return activity
        raise KeyError(name)


# activity, course, weekday, start, minutes, instructor, places
_COURSES = (
    (PLATINUM, "PILATES MATWORK", TUE, "18:00", 55, "BIANCHI LAURA", 20),
    (PLATINUM, "PILATES MATWORK", THU, "18:00", 55, "BIANCHI LAURA", 20),
    (PLATINUM, "PILATES MATWORK", SAT, "10:00", 55, "BIANCHI LAURA", 20),
    (PLATINUM, "YOGA", MON, "18:30", 85, "FERRARI CHIARA", 18),
    (PLATINUM, "YOGA", WED, "18:30", 85, "FERRARI CHIARA", 18),
    (PLATINUM, "VINYASA YOGA", FRI, "13:00", 60, "DE ANGELIS SOFIA", 18),
    (PLATINUM, "POSTURALE", MON, "13:00", 50, "COLOMBO ANDREA", 15),
    (PLATINUM, "POSTURALE", THU, "13:00", 50, "COLOMBO ANDREA", 15),
    (PLATINUM, "FUNCTIONAL TRAINING", MON, "19:00", 55, "RUSSO MATTEO", 22),
    (PLATINUM, "FUNCTIONAL TRAINING", WED, "19:00", 55, "RUSSO MATTEO", 22),
    (PLATINUM, "TOTAL BODY", TUE, "19:00", 55, "GALLI MARTINA", 25),
    (PLATINUM, "TOTAL BODY", FRI, "18:00", 55, "GALLI MARTINA", 25),
    (PLATINUM, "GAG", WED, "18:00", 45, "GALLI MARTINA", 25),
    (PLATINUM, "ZUMBA", TUE, "20:00", 55, "RIVAS CARMEN", 30),
    (PLATINUM, "ZUMBA", THU, "20:00", 55, "RIVAS CARMEN", 30),
    (PLATINUM, "SPINNING", MON, "20:00", 45, "D'AMICO LUCA", 16),
    (PLATINUM, "SPINNING", WED, "20:00", 45, "D'AMICO LUCA", 16),
    (PLATINUM, "CROSS TRAINING", THU, "19:00", 55, "RUSSO MATTEO", 16),
    (PLATINUM, "STRETCHING & MOBILITY", FRI, "19:00", 45, "COLOMBO ANDREA", 20),
    (PLATINUM, "BOXE", SAT, "11:00", 60, "MARCHETTI PAOLO", 14),
    (BOVISA, "PILATES MATWORK", MON, "13:00", 55, "CONTI ELENA", 16),
    (BOVISA, "HATHA YOGA", TUE, "13:00", 60, "CONTI ELENA", 16),
    (BOVISA, "TRX", WED, "18:30", 45, "NEGRI DAVIDE", 10),
    (BOVISA, "HIIT", THU, "18:30", 45, "NEGRI DAVIDE", 18),
    (BOVISA, "TOTAL BODY", FRI, "13:00", 50, "NEGRI DAVIDE", 18),
    (LECCO, "YOGA", MON, "18:00", 75, "INVERNIZZI SARA", 14),
    (LECCO, "PILATES MATWORK", WED, "18:00", 55, "INVERNIZZI SARA", 14),
    (LECCO, "ARRAMPICATA", THU, "19:30", 90, "", 12),
    (LECCO, "FUNCTIONAL TRAINING", SAT, "10:30", 55, "RIVA STEFANO", 14),
)


def _gym_week() -> tuple[Weekly, ...]:
    times = {day: WEEKDAY_TIMES if day < SAT else WEEKEND_TIMES for day in range(7)}
    return tuple(
        Weekly(FIT_CENTER, "", day, start, FIT_CENTER_MINUTES, "", FIT_CENTER_PLACES)
        for day, starts in times.items()
        for start in starts
    )


def default_catalogue() -> Catalogue:
    """Four activities, the gym last; the first carries the one id that was seen on the real site."""
    activities = (
        Activity("245765508040862208", PLATINUM),
        Activity("245765508040862311", BOVISA),
        Activity("245765508040862437", LECCO),
        Activity("245765508040862590", FIT_CENTER),
    )
    return Catalogue(activities, tuple(Weekly(*course) for course in _COURSES) + _gym_week())
