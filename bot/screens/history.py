"""The screens of the history: its list with filters, what to filter by, and the files of it. Pure functions."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.page import ButtonRow, Chunk, Lines, Page, back_row, button, home_button, safe
from bot.screens.when import first_up, month_name, short_day
from domain.history import Became, Entry, Filter, Shown
from languages import N_, _, decimal

TITLE = N_("🗂 Lo storico")
FILES = ("CSV", "JSON", "ICS")
SHOWN = (Shown.ALL, Shown.HAD, Shown.GIVEN_BACK, Shown.LOST)
NAMES = {
    Shown.ALL: N_("tutti gli esiti"),
    Shown.HAD: N_("avute e in arrivo"),
    Shown.GIVEN_BACK: N_("restituite"),
    Shown.LOST: N_("non avute"),
}
GIVEN_BACK = {True: N_("restituita in tempo"), False: N_("restituita tardi"), None: N_("restituita")}
BY_COURSE, BY_MONTH, BY_RESULT = range(3)
MARKS = {
    Became.AHEAD: "📅",
    Became.HAD: "✅",
    Became.GIVEN_BACK: "↩️",
    Became.GONE: "⚠️",
    Became.LOST: "❌",
    Became.FAILED: "❌",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """The filter as a button carries it; 0 is everything."""

    course: int = 0  # course_number() of it
    month: int = 0  # as 202611
    shown: int = 0  # its place in SHOWN

    @classmethod
    def of_button(cls, course: int, month: int, shown: int) -> Choice:
        """The filter that a button carries; a button of another version may name an outcome that there is not."""
        return cls(course, month, min(shown, len(SHOWN) - 1))

    @property
    def numbers(self) -> tuple[int, int, int]:
        return self.course, self.month, self.shown


def course_number(key: str) -> int:
    """A number for a course that fits a button; never 0."""
    return zlib.crc32(key.encode()) or 1


def filter_of(choice: Choice, entries: Sequence[Entry]) -> Filter:
    """What the button means, of this history; a course that is in it no more fits nothing."""
    course = next((entry.course_key for entry in entries if course_number(entry.course_key) == choice.course), "")
    month = divmod(choice.month, 100) if choice.month else None
    return Filter(course if choice.course else None, month, SHOWN[choice.shown])


def history_page(chunk: Chunk[Entry], choice: Choice, course: str, *, is_empty: bool) -> Page:
    """A page of the history. `course`: the name of the one it is filtered by; `is_empty`: there is none at all."""
    lines = Lines().add(f"<b>{TITLE}</b>", _filtered(choice, course))
    if is_empty:
        lines.add(_("Qui trovi le lezioni che hai avuto, restituito o mancato. Per ora non ce n'è nessuna."))
        return Page(str(lines), ((button(str(texts.BOOK_LABEL), Verb.NEW),), (home_button(),)))
    lines.add(*(_line(entry) for entry in chunk.items))
    if not chunk.items:
        lines.add(_("Con questo filtro non c'è niente."))
    rows = [
        *chunk.turns(Verb.HISTORY, *choice.numbers),
        _filters(choice),
        _files(choice),
        (button(_("📊 Numeri"), Verb.STATISTICS, fresh=True), home_button()),
    ]
    return Page(f"{lines}{chunk.caption}", tuple(rows))


def _filtered(choice: Choice, course: str) -> str:
    by = [safe(course) if choice.course else "", month_title(choice.month) if choice.month else ""]
    by.append(str(NAMES[SHOWN[choice.shown]]) if choice.shown else "")
    return " · ".join(each for each in by if each)


def month_title(number: int) -> str:
    """`novembre 2026`, of 202611."""
    year, month = divmod(number, 100)
    return f"{month_name(min(max(month, 1), 12))} {year}"


def _line(entry: Entry) -> str:
    day = f"{first_up(short_day(entry.ref.day))} {entry.ref.day:%Y}, {entry.ref.start:%H:%M}"
    later = _("persa all'apertura, presa dopo") if entry.got_later else ""
    told = [f"<b>{safe(entry.ref.course)}</b>", later, became(entry)]
    return f"{MARKS[entry.became]} {day} · {' · '.join(each for each in told if each)}"


def became(entry: Entry) -> str:
    """What became of it, in a few words; nothing where the sign in front says it all."""
    match entry.became:
        case Became.AHEAD:
            return _("in arrivo")
        case Became.HAD if entry.taken_ms is not None and entry.taken_ms >= 0:
            return _("presa in {time}", time=duration(entry.taken_ms))
        case Became.HAD:
            return ""
        case Became.GIVEN_BACK:
            return str(GIVEN_BACK[entry.in_time])
        case Became.GONE:
            return _("sparita dal sito")
        case Became.LOST:
            return _("era piena")
        case Became.FAILED:
            return _("non riuscita")


def duration(milliseconds: float) -> str:
    """`67 ms`, `1,4 s`, `3 min`: short enough for a line."""
    if milliseconds < 999.5:
        return f"{milliseconds:.0f} ms"
    if milliseconds < 59_950:
        return f"{decimal(milliseconds / 1000, 1)} s"
    return _("{minutes} min", minutes=round(milliseconds / 60_000))


def _filters(choice: Choice) -> ButtonRow:
    labels = (_("🔎 Corso"), _("🔎 Mese"), _("🔎 Esito"))
    return tuple(button(label, Verb.HISTORY_BY, what, *choice.numbers, 0) for what, label in enumerate(labels))


def _files(choice: Choice) -> ButtonRow:
    return tuple(
        button(f"📄 {name}", Verb.HISTORY_FILE, kind, *choice.numbers, fresh=True) for kind, name in enumerate(FILES)
    )


# What to filter by


def courses_of(entries: Sequence[Entry]) -> list[tuple[int, str]]:
    """The courses of a history, each with its number, the most frequent first."""
    names: dict[str, list[str]] = {}
    for entry in entries:
        names.setdefault(entry.course_key, []).append(entry.ref.course)
    ordered = sorted(names.items(), key=lambda each: (-len(each[1]), each[0]))
    return [(course_number(key), shown[0]) for key, shown in ordered]


def months_of(entries: Sequence[Entry]) -> list[tuple[int, str]]:
    """The months of a history, the latest first."""
    months: set[date] = {entry.ref.day.replace(day=1) for entry in entries}
    numbers = sorted((month.year * 100 + month.month for month in months), reverse=True)
    return [(number, first_up(month_title(number))) for number in numbers]


def results() -> list[tuple[int, str]]:
    return [(number, first_up(str(NAMES[shown]))) for number, shown in enumerate(SHOWN) if number]


def pick_page(what: int, chunk: Chunk[tuple[int, str]], choice: Choice) -> Page:
    """What to filter by: a button each, and one for everything."""
    questions = {
        BY_COURSE: _("Quale corso?"),
        BY_MONTH: _("Quale mese?"),
        BY_RESULT: _("Quale esito?"),
    }
    every = {BY_COURSE: _("Tutti i corsi"), BY_MONTH: _("Tutti i mesi"), BY_RESULT: _("Tutti gli esiti")}
    rows: list[ButtonRow] = [
        (button(label, Verb.HISTORY, *_chosen(what, number, choice).numbers, 0),) for number, label in chunk.items
    ]
    rows.append((button(every[what], Verb.HISTORY, *_chosen(what, 0, choice).numbers, 0),))
    turns = chunk.turns(Verb.HISTORY_BY, what, *choice.numbers)
    return Page(f"<b>{TITLE}</b>\n{questions[what]}", (*rows, *turns, back_row(Verb.HISTORY, *choice.numbers, 0)))


def _chosen(what: int, number: int, choice: Choice) -> Choice:
    match what:
        case 0:
            return replace(choice, course=number)
        case 1:
            return replace(choice, month=number)
        case _:
            return replace(choice, shown=number)


def file_page(name: str) -> Page:
    """The words under a file of the history."""
    return Page(_("🗂 Il tuo storico, in formato {kind}.", kind=name), ((home_button(fresh=True),),))
