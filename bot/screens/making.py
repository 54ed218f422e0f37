"""The screens that make or change a periodic booking: kind -> weekday -> course -> mode. Pure functions.

The draft lives in the buttons: each carries the ids of what was chosen before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.page import Button, ButtonRow, Chunk, Lines, Page, back_row, button, home_button, safe
from bot.screens.slots import activity_key
from bot.screens.when import every, first_up, short_day
from bot.screens.when import weekday as name_of
from domain.model import FIT_CENTER, Activity, Course, OpeningRule
from domain.recurrence import PeriodicBooking, PeriodicMode
from languages import N_, Later, _, n_

MODES = (PeriodicMode.AUTOMATIC, PeriodicMode.HOLD, PeriodicMode.ASK_OPENING, PeriodicMode.ASK_FIRST)
"""In the order they are offered, which is also how a button names one."""
SUNDAY = 6
A_WEEK = timedelta(weeks=1)
ANY_DAY = date(2000, 1, 10)  # hours are reckoned on it
RECOMMENDED = PeriodicMode.AUTOMATIC  # who makes a habit of a class mostly goes; a silence must not cost the place

MODE_NAMES = {
    PeriodicMode.AUTOMATIC: N_("⚡ Automatica"),
    PeriodicMode.HOLD: N_("🤝 Prenota, poi chiedi"),
    PeriodicMode.ASK_OPENING: N_("🌙 Chiedi prima dell'apertura"),
    PeriodicMode.ASK_FIRST: N_("🔔 Chiedi prima della lezione"),
}


@dataclass(frozen=True, slots=True)
class AskTimes:
    """When a periodic booking asks, in words."""

    before_class: str  # `alle 17:00, un'ora prima`
    before_opening: str  # `il venerdì alle 17:20`
    to_keep: str  # whether a place that was booked is kept
    binding: bool  # before the class it asks when a place can't be given back for free any more


def ask_times(
    weekday: int, start: time, lead: timedelta, rule: OpeningRule, usual: timedelta, free_cancel: timedelta
) -> AskTimes:
    """When a booking of a class asks that begins at `start`; `lead` before the class, `usual` before the opening."""
    opens = datetime.combine(ANY_DAY, rule.at) - timedelta(days=rule.days_ahead)
    if rule.hours_before is not None:
        opens = datetime.combine(ANY_DAY, start) - timedelta(hours=rule.hours_before)
    before_opening = opens - usual
    day = (before_opening.date() - ANY_DAY + timedelta(days=weekday)).days % 7
    weekday_of_it, time_of_day = name_of(day), f"{before_opening:%H:%M}"
    asked = _("il {weekday} alle {time}", weekday=weekday_of_it, time=time_of_day)
    if day == SUNDAY:
        asked = _("la {weekday} alle {time}", weekday=weekday_of_it, time=time_of_day)
    to_keep = hour_before(start, usual + free_cancel)
    return AskTimes(hour_before(start, lead), asked, to_keep, binding=lead < free_cancel)


def hour_before(at: time, lead: timedelta) -> str:
    """`alle 17:00, un'ora prima`; of an odd number of minutes only the hour: `alle 16:11, prima`, or its day."""
    moment = datetime.combine(ANY_DAY, at) - lead
    days = (ANY_DAY - moment.date()).days
    earlier, hour = before(round(lead.total_seconds() / 60)), f"{moment:%H:%M}"
    if days == 0:
        return _("alle {time}, {earlier}", time=hour, earlier=earlier)
    if days == 1 and earlier == _("prima"):
        return _("alle {time} del giorno prima", time=hour)
    if days == 1:
        return _("alle {time} del giorno prima, {earlier}", time=hour, earlier=earlier)
    return _("alle {time} di {days} giorni prima, {earlier}", time=hour, days=days, earlier=earlier)


def mode_line(mode: PeriodicMode, times: AskTimes) -> str:
    """What a mode does, in a sentence or two."""
    match mode:
        case PeriodicMode.AUTOMATIC:
            return _("Prenoto all'apertura, e te lo ricordo in tempo: se non puoi, un tocco e libero il posto.")
        case PeriodicMode.HOLD:
            return _(
                "Prenoto il posto all'apertura. {asked} della lezione, ti chiedo se lo tieni: "
                "se non rispondi lo libero, gratis.",
                asked=first_up(times.to_keep),
            )
        case PeriodicMode.ASK_OPENING:
            return _(
                "Ti chiedo {asked}, prima che aprano le prenotazioni: se confermi, prenoto appena aprono.",
                asked=times.before_opening,
            )
        case PeriodicMode.ASK_FIRST:
            asks = _(
                "Ti chiedo {asked} della lezione: se confermi, prenoto se c'è ancora posto.", asked=times.before_class
            )
            binding = _(" A quell'ora il posto è vincolante: annullarlo può costare.") if times.binding else ""
            return asks + binding


def made_note(mode: PeriodicMode) -> str:
    """The sentence above the card of a periodic booking that was just made."""
    if mode in (PeriodicMode.AUTOMATIC, PeriodicMode.HOLD):
        return _("✅ Fatto: ci penso io, ogni settimana.")
    return _("✅ Fatto: te lo chiedo ogni settimana.")


def before(minutes: int) -> str:
    """`un'ora prima`, `2 ore prima`, `mezz'ora prima`; `prima` alone where the number would say less than the hour."""
    if minutes == 30:
        return _("mezz'ora prima")
    if minutes % 60:
        return _("prima")
    return n_("un'ora prima", "{n} ore prima", minutes // 60)


@dataclass(frozen=True, slots=True)
class CourseRoute:
    """What a weekly course is chosen for, and where the buttons lead until it is chosen."""

    title: Later
    kinds: Verb
    weekday: Verb | None  # None: the weekday is given
    course: Verb
    pick: Verb
    back_to: tuple[Verb, int]  # from the kinds
    about: tuple[int, ...] = ()  # the periodic booking it is chosen for, in every button

    @property
    def back(self) -> ButtonRow:
        return back_row(*self.back_to)


NEW_SERIES = CourseRoute(
    N_("Nuova prenotazione periodica"), Verb.NEW_KINDS, Verb.NEW_WEEKDAY, Verb.NEW_COURSE, Verb.NEW_MODE,
    (Verb.PERIODIC, 0),
)  # fmt: skip


def moving(periodic: PeriodicBooking) -> CourseRoute:
    """Another course or time for a periodic booking."""
    verbs = (Verb.MOVE_KINDS, Verb.MOVE_WEEKDAY, Verb.MOVE_COURSE, Verb.MOVE)
    return CourseRoute(N_("Cambia corso e orario"), *verbs, (Verb.SERIES, periodic.id), (periodic.id,))


def adding_to(periodic: PeriodicBooking) -> CourseRoute:
    """An alternative for a periodic booking, on its weekday."""
    verbs = (Verb.ELSE_KINDS, None, Verb.ELSE_COURSE, Verb.ELSE_ADD)
    return CourseRoute(N_("Un'alternativa"), *verbs, (Verb.ELSE, periodic.id), (periodic.id,))


def kinds_page(kinds: Sequence[tuple[Activity, int]], route: CourseRoute, weekday: int | None = None) -> Page:
    """What kind of course? With how many a week, or on the given weekday."""
    if not kinds:
        text = _("Gli orari della settimana non li ho ancora letti dal sito.")
        return Page(text, ((button(_("🔄 Aggiorna orari"), Verb.REFRESH),), route.back))
    ask = _("Che cosa?") if weekday is None else _("Che cosa, {every}?", every=every(weekday))
    rows = [(_kind_button(kind, number, route, weekday),) for kind, number in kinds]
    return Page(f"<b>{route.title}</b>\n\n{ask}", (*rows, route.back))


def _kind_button(kind: Activity, number: int, route: CourseRoute, weekday: int | None) -> Button:
    label, key = f"{kind.name} · {number}", activity_key(kind)
    if route.weekday is None and weekday is not None:
        return button(label, route.course, key, weekday, *route.about, 0)
    return button(label, route.weekday or route.course, key, *route.about)


def weekdays_page(kind: Activity, counts: Mapping[int, int], route: CourseRoute) -> Page:
    """On which day of the week?"""
    key = activity_key(kind)
    buttons = [
        button(f"{first_up(name_of(day))} · {number}", route.course, key, day, *route.about, 0)
        for day, number in sorted(counts.items())
    ]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    text = f"<b>{safe(kind.name)}</b>\n\n" + _("In quale giorno?")
    return Page(text, (*rows, back_row(route.kinds, *route.about)))


def courses_page(kind: Activity, weekday: int, chunk: Chunk[Course], route: CourseRoute) -> Page:
    """Which course of that kind and weekday?"""
    lines = Lines().add(f"<b>{safe(kind.name)}</b>", first_up(every(weekday))).add(_("A che ora?"))
    rows = [(button(_course_label(course), route.pick, course.id, *route.about),) for course in chunk.items]
    key = activity_key(kind)
    turns = chunk.turns(route.course, key, weekday, *route.about)
    back = route.kinds if route.weekday is None else route.weekday
    numbers = route.about if route.weekday is None else (key, *route.about)
    return Page(f"{lines}{chunk.caption}", (*rows, *turns, back_row(back, *numbers)))


def _course_label(course: Course) -> str:
    instructor = f" · {course.instructor}" if course.instructor else ""
    return f"{course.start:%H:%M} {course.name or FIT_CENTER}{instructor}"


def course_gone_page(route: CourseRoute) -> Page:
    """A button about a course that the timetable no longer has."""
    text = _("Questo corso non c'è più in orario: nel frattempo il sito l'ha cambiato. Scegline un altro.")
    return Page(text, ((button(_("Scegli un corso"), route.kinds, *route.about),), (home_button(),)))


@dataclass(frozen=True, slots=True)
class FirstDate:
    """The first date of a new periodic booking, where it would be booked as soon as that is made."""

    day: date
    said: str  # `oggi`
    left_out: bool = False


def new_mode_page(
    course: Course,
    times: AskTimes,
    warnings: Sequence[str],
    other: Course | None = None,
    preferred: PeriodicMode | None = None,
    first: FirstDate | None = None,
) -> Page:
    """How much shall it do by itself? The last step: the choice makes it. `warnings`: what it would meet.

    `other`: the alternative that is made with it. `preferred`: what the person wants to be offered first.
    `first`: its first date, named only where a tap would book it at once; None else.
    """
    lines = Lines().add(f"<b>{safe(course.name or FIT_CENTER)}</b>", _weekly(course))
    if other is not None:
        lines.add(_("Se non c'è posto:"), f"<b>{safe(other.name or FIT_CENTER)}</b>", _weekly(other))
    lines.add(*warnings)
    if first is not None:
        lines.add(_first_line(first, course))
    _add_modes(lines, times)
    offered = sorted(MODES, key=lambda mode: mode is not preferred)
    rows = [(_make_button(mode, course, other, first),) for mode in offered]
    begin = [] if first is None else [(_begin_button(first, course, other),)]
    kind = activity_key(course.activity)
    return Page(str(lines), (*rows, *begin, back_row(Verb.NEW_COURSE, kind, course.day_of_week, 0)))


def _first_line(first: FirstDate, course: Course) -> str:
    """That a tap books the first date at once, or that it is left out."""
    if first.left_out:
        return _("🗓 Comincia <b>{day}</b>.", day=short_day(first.day + A_WEEK))
    return _(
        "🗓 La prima è <b>{day} alle {time}</b>, già aperta: con ⚡ e 🤝 provo a prenotarla subito.",
        day=first.said,
        time=f"{course.start:%H:%M}",
    )


def _make_button(mode: PeriodicMode, course: Course, other: Course | None, first: FirstDate | None) -> Button:
    label, code = _mode_label(mode), MODES.index(mode)
    if first is not None and first.left_out:
        return button(label, Verb.MAKE_AFTER, first.day, course.id, code, other.id if other else 0)
    if other is not None:
        return button(label, Verb.MAKE_OR, course.id, code, other.id)
    return button(label, Verb.MAKE, course.id, code)


def _begin_button(first: FirstDate, course: Course, other: Course | None) -> Button:
    """Leaves the first date out, or takes it in again."""
    if not first.left_out:
        label = _("🗓 Comincia da {day}", day=short_day(first.day + A_WEEK))
        return button(label, Verb.NEW_MODE_AFTER, first.day, course.id, other.id if other else 0)
    label = _("🗓 Comincia già {day}", day=first.said)
    return button(label, Verb.NEW_MODE_OR, course.id, other.id) if other else button(label, Verb.NEW_MODE, course.id)


def _weekly(course: Course) -> str:
    day = first_up(every(course.day_of_week))
    return _("{day} alle {time}", day=day, time=f"{course.start:%H:%M}") + f" · {safe(course.location)}"


def change_mode_page(periodic: PeriodicBooking, times: AskTimes) -> Page:
    """Another mode for a periodic booking."""
    now = _("Adesso: {mode}", mode=MODE_NAMES[periodic.mode])
    lines = Lines().add(f"<b>{safe(periodic.name or periodic.course)}</b>", now)
    _add_modes(lines, times)
    rows = [
        (button(_mode_label(mode), Verb.SET_MODE, periodic.id, MODES.index(mode)),)
        for mode in MODES
        if mode is not periodic.mode
    ]
    if periodic.mode is PeriodicMode.ASK_FIRST:
        rows.append((button(_("⏰ Quando te lo chiedo"), Verb.LEADS, periodic.id),))
    return Page(str(lines), (*rows, back_row(Verb.SERIES, periodic.id)))


def leads_page(periodic: PeriodicBooking, choices: Sequence[timedelta], times: AskTimes) -> Page:
    """How long before the class shall it ask? Earlier, a place can still be given back for free."""
    lines = Lines().add(f"<b>{safe(periodic.name or periodic.course)}</b>", mode_line(periodic.mode, times))
    lines.add(_("Quando te lo chiedo?"))
    rows = [
        (button(first_up(hour_before(periodic.start, lead)), Verb.SET_LEAD, periodic.id, number),)
        for number, lead in enumerate(choices)
    ]
    return Page(str(lines), (*rows, back_row(Verb.MODES, periodic.id)))


def meets_line(others: Sequence[PeriodicBooking]) -> str:
    """Which of a person's other periodic bookings are at the same hours; nothing when none is."""
    if not others:
        return ""
    names = _(" e ").join(
        _("<b>{course}</b> (alle {time})", course=safe(one.name or one.course), time=f"{one.start:%H:%M}")
        for one in others
    )
    return _(
        "⚠️ Alla stessa ora hai già {names}: se il sito ne accetta una sola, vince quella prenotata prima.", names=names
    )


def _add_modes(lines: Lines, times: AskTimes) -> None:
    lines.add(_("Come faccio, ogni volta?"))
    for mode in MODES:
        star = _(" (consigliata)") if mode is RECOMMENDED else ""
        lines.add(f"<b>{MODE_NAMES[mode]}</b>{star}", mode_line(mode, times))


def _mode_label(mode: PeriodicMode) -> str:
    return f"{MODE_NAMES[mode]} ⭐" if mode is RECOMMENDED else str(MODE_NAMES[mode])


def not_mine_page() -> Page:
    """A button about a periodic booking that is not (or no longer) the person's."""
    text = _("Questa prenotazione periodica non la trovo tra le tue.")
    return Page(text, ((button(texts.PERIODIC_LABEL, Verb.PERIODIC, 0),), (home_button(),)))
