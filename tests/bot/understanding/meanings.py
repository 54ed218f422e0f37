"""A meaning as a short line, as the files of sentences write it: `book pilates 26/11 18:00 / zumba`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from bot.understanding.hours import PARTS
from bot.understanding.intents import (
    LATEST,
    About,
    Book,
    Cancel,
    Doubt,
    Hours,
    Intent,
    Look,
    Place,
    Said,
    Series,
    Shift,
    Show,
    StopWatching,
    Swap,
    Unsure,
    Unwanted,
    Watch,
    Weekly,
    Wish,
)
from bot.understanding.reading import understand
from bot.understanding.vocabulary import Vocabulary
from demo.site.catalogue import default_catalogue
from domain.model import Course
from domain.names import split_activity

HERE = Path(__file__).parent
TODAY = date(2026, 11, 24)  # a Tuesday
SHORT = {
    "YOGA": "yoga", "VINYASA YOGA": "vinyasa", "HATHA YOGA": "hatha", "PILATES MATWORK": "pilates", "Fit Center": "fit",
    "POSTURALE": "post", "FUNCTIONAL TRAINING": "func", "TOTAL BODY": "total", "GAG": "gag", "ZUMBA": "zumba",
    "SPINNING": "spin", "CROSS TRAINING": "cross", "STRETCHING & MOBILITY": "stretch", "BOXE": "boxe", "TRX": "trx",
    "HIIT": "hiit", "ARRAMPICATA": "climb",
}  # fmt: skip
ORDER = list(SHORT)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def demo_courses() -> list[Course]:
    """The weekly timetable of the demo, as a reading leaves it in the database."""
    found = []
    for number, each in enumerate(default_catalogue().weekly, 1):
        place, kind = split_activity(each.activity)
        start = time.fromisoformat(each.start)
        end = time((start.hour * 60 + start.minute + each.minutes) // 60, (start.minute + each.minutes) % 60)
        read = datetime(2026, 11, 24, 4, tzinfo=UTC)
        found.append(
            Course(number, each.course, place, each.weekday, start, end, None, None, kind, each.instructor, read)
        )
    return found


DEMO = Vocabulary.of(demo_courses())


def meant(text: str) -> str:
    """What a message means to the grammar."""
    return line_of(understand(text, DEMO, TODAY))


def line_of(intent: Intent) -> str:
    match intent:
        case Book(wishes, every_one) if every_one:
            return "each " + " & ".join(map(_wish, wishes))
        case Book(wishes):
            return _joined("book", " / ".join(map(_wish, wishes)))
        case Weekly(wishes, every_one):
            return _joined("weekly", (" & " if every_one else " / ").join(map(_wish, wishes)))
        case Swap(old, new, shift, same_hour, nth):
            return _joined(
                f"swap{_nth(nth)} {_wish(old)} -> {_wish(new)}", "same hour" if same_hour else "", _shift(shift)
            )
        case Cancel(wish, but, _every_one, nth) if but != Wish() or nth is not None:
            return _joined(f"cancel{_nth(nth)}", _wish(wish), f"but {_wish(but)}" if but != Wish() else "")
        case Look(wish, (), _about, but) if but != Wish():
            return _joined("look", _wish(wish), "but", _wish(but))
        case Show(Place.HOLIDAYS, days) if days:
            return "off " + "-".join(f"{day.day}/{day.month}" for day in days)
        case Show(Place.QUIET | Place.REMINDERS | Place.LANGUAGE):
            return "show settings"  # one of its pages: test_questions.py
        case Show(place):
            return f"show {place}"  # also on some days only: test_sentences.py
        case Said(word):
            return str(word)
        case Unsure(doubt):
            return f"? {doubt}" if doubt in (Doubt.PAST, Doubt.NO_DAY) else "?"
        case StopWatching(wish):
            return _joined("unwatch", _wish(wish))
        case Look(wish, _others, about) if about is not About.PLACES:
            return _joined(str(about), _wish(wish))
        case Look(wish, others) if others:
            return "look " + " / ".join(map(_wish, (wish, *others)))
        case Look(wish) | Watch(wish) | Cancel(wish) | Series(wish) | Unwanted(wish):
            return _joined(type(intent).__name__.lower(), _wish(wish))


def _joined(*words: str) -> str:
    return " ".join(word for word in words if word)


def _wish(wish: Wish) -> str:
    names = ",".join(
        SHORT.get(name, name)
        for name in sorted(wish.names, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    )
    days = ",".join(f"{day.day}/{day.month}" for day in wish.days)
    weekdays = ",".join(WEEKDAYS[day] for day in wish.weekdays)
    where = " ".join(f"@{each.lower()}" for each in wish.where)
    who = ",".join(f"~{each.lower()}" for each in wish.who)
    return _joined(names, days, weekdays, _hours(wish.hours) if wish.hours else "", where, who)


def _nth(nth: int | None) -> str:
    return "" if nth is None else f" #{nth}"


def _shift(shift: Shift | None) -> str:
    if shift is None:
        return ""
    minutes = int(shift.by.total_seconds()) // 60 if shift.by else ""
    return f"{('+-', '+', '-')[shift.way]}{minutes}"


def _hours(hours: Hours) -> str:
    part = next((name for name, (narrow, _) in PARTS.items() if hours.spans == (narrow,)), None)
    return part or "|".join(_span(first, last) for first, last in hours.spans)


def _span(first: time, last: time) -> str:
    one, other = f"{first.hour}:{first.minute:02d}", f"{last.hour}:{last.minute:02d}"
    if first == last:
        return one
    return f"{'' if first == time.min else one}-{'' if last == LATEST else other}"


@dataclass(frozen=True, slots=True)
class Judged:
    """How a file of sentences came out."""

    understood: list[str]
    asked: list[str]  # answered with a question, though they mean something
    wrong: list[str]

    @property
    def share(self) -> float:
        return len(self.understood) / (len(self.understood) + len(self.asked) + len(self.wrong))


def judged(file: str) -> Judged:
    """Every sentence of the file, as the grammar reads it."""
    result = Judged([], [], [])
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        sentence, _, wanted = line.rpartition(" = ")
        got = meant(sentence)
        told = f"{sentence} = {wanted}, not {got}"
        right = got in wanted.split(" || ")
        (result.understood if right else result.asked if got.startswith("?") else result.wrong).append(told)
    return result
