"""What a message in plain words is answered with: the classes it can mean as buttons, or a sentence that asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.screens import texts
from bot.screens.booking import SETTLED, old_class, slot_details
from bot.screens.callbacks import Verb
from bot.screens.held import missing_line
from bot.screens.page import Button, ButtonRow, Lines, Page, button, clip, home_button, safe
from bot.screens.slot_labels import slot_label
from bot.screens.slots import SlotState, SlotView
from bot.screens.tickets import live_word
from bot.screens.when import When, every, first_up, hours_of, long_day, short_day, weekday
from bot.understanding.hours import PARTS
from bot.understanding.intents import LATEST, Hours, Shift, Swap, Wish
from domain.model import FIT_CENTER, Action, ClassRef, Course, HeldBooking
from domain.names import same_place
from domain.recurrence import PeriodicBooking
from languages import N_, _, n_

MOST_SHOWN = 8  # buttons of one answer; the rest is where the last of them leads
EARLIEST = time(6)  # nothing begins before: such an hour is not told where another may be meant
HALF_A_DAY = 12  # hours between the two that one number means
LAST_MINUTE = 59  # what a span up to an hour ends with
DAY = timedelta(days=1)

PART_NAMES = {
    "early": N_("di mattina presto"),
    "late": N_("in tarda serata"),
    "morning": N_("di mattina"),
    "lunch": N_("a pranzo"),
    "afternoon": N_("di pomeriggio"),
    "evening": N_("di sera"),
}
EXAMPLES = (
    N_("yoga domani alle 18:30"),
    N_("ogni martedì pilates alle 18"),
    N_("annulla quella di domani"),
    N_("che posti ci sono stasera?"),
)

# What was understood, in words


def told(wish: Wish, when: When) -> str:
    """`YOGA, domani, alle 18:15`: what the wish says, in the reader's words; nothing for one that says nothing."""
    return _told(wish, _days(wish.days, [when.day(day) for day in wish.days]))


def _told(wish: Wish, days: str) -> str:
    parts = [" / ".join(f"<b>{safe(name)}</b>" for name in wish.names)]
    parts += [" / ".join(every(day) for day in wish.weekdays), days]
    parts += [_hours(wish.hours) if wish.hours else "", " - ".join(safe(where) for where in wish.where)]
    parts.append(_("con {name}", name=" / ".join(safe(each) for each in wish.who)) if wish.who else "")
    return ", ".join(part for part in parts if part)


def dated(wish: Wish, when: When) -> str:
    """What was heard, each day with its date: who wrote a weekday reads it there, and not only "tomorrow"."""
    return _told(wish, _days(wish.days, [_near_with_date(day, when) for day in wish.days]))


def _near_with_date(day: date, when: When) -> str:
    near = when.day(day)
    return near if near == long_day(day) else f"{near} ({short_day(day)})"


def shifted(shift: Shift | None) -> str:
    """`1 h 30 min dopo`: how much later or earlier than the class that is held."""
    if shift is None or not shift.way:
        return ""
    if shift.by is None:
        return _("più tardi") if shift.way > 0 else _("prima")
    length = hours_of(shift.by) if shift.by < DAY else n_("{n} giorno", "{n} giorni", shift.by.days)
    return _("{length} dopo", length=length) if shift.way > 0 else _("{length} prima", length=length)


def _days(days: Sequence[date], names: Sequence[str]) -> str:
    in_a_row = len(days) > 2 and (days[-1] - days[0]).days == len(days) - 1
    if in_a_row:
        return _("dal {first} al {last}", first=short_day(days[0]), last=short_day(days[-1]))
    return " / ".join(names)


def _hours(hours: Hours) -> str:
    for name, (narrow, _wide) in PARTS.items():
        if hours.spans == (narrow,):
            return str(PART_NAMES[name])
    if len(hours.spans) == 2 and (twelve := _of_twelve(hours)):
        return twelve
    likely = [span for span in hours.spans if span[0] >= EARLIEST or span[0] == time.min] or list(hours.spans)
    return " / ".join(_span(first, last) for first, last in likely)


def _of_twelve(hours: Hours) -> str:
    """`alle 8`, as it was said, where the morning's hour or the evening's may be meant."""
    (first, _end), (later, _last) = hours.spans
    apart = later.hour - first.hour == HALF_A_DAY and later.minute == first.minute
    if not (hours.is_exact and apart and first >= EARLIEST):
        return ""
    return _("alle {time}", time=f"{first.hour}:{first:%M}" if first.minute else str(first.hour))


def _span(first: time, last: time) -> str:
    if first == last:
        return _("alle {time}", time=f"{first:%H:%M}")
    if last == LATEST:
        return _("dalle {time}", time=f"{first:%H:%M}")
    if first == time.min and last.minute == LAST_MINUTE:
        return _("prima delle {time}", time=f"{last.hour + 1:02}:00")
    if first == time.min:
        return _("fino alle {time}", time=f"{last:%H:%M}")
    return _("tra le {first} e le {last}", first=f"{first:%H:%M}", last=f"{last:%H:%M}")


# Classes


def slot_buttons(views: Sequence[SlotView], when: When, verb: Verb = Verb.SLOT, *about: int) -> list[Button]:
    """`Mer 25 18:30 YOGA · 7 posti` each; with the place where they are in several."""
    several = len({view.slot.activity.place for view in views}) > 1
    return [_slot_button(view, when, verb, *about, place=several) for view in views]


def _slot_button(view: SlotView, when: When, verb: Verb, *about: int, place: bool = False) -> Button:
    where = f" · {view.slot.activity.place}" if place else ""
    day = first_up(f"{weekday(view.slot.day.weekday(), short=True)} {view.slot.day.day}")
    return button(f"{slot_label(view, when, day)}{where}", verb, view.id, *about)


def day_button(day: date, when: When) -> Button:
    """To everything that a day has."""
    return button(_("📅 Gli orari di {day}", day=when.day(day)), Verb.DAY, day)


def which_slot_page(wish: Wish, views: Sequence[SlotView], when: When) -> Page:
    """Several classes are meant: which one?"""
    lines = Lines().add(first_up(told(wish, when))).add(_("Quale?"), rest_of(views))
    return Page(str(lines), (*slot_rows(views, when), elsewhere(views)))


def places_page(wish: Wish, views: Sequence[SlotView], when: When) -> Page:
    """What has places at that time; what is full is told, and stands behind the last button."""
    open_ones = [view for view in views if view.state is not SlotState.FULL]
    full = len(views) - len(open_ones)
    if not open_ones:
        lines = Lines().add(first_up(told(wish, when))).add(_("È tutto pieno. Tocca per tenerne d'occhio una:"))
        return Page(str(lines.add(rest_of(views))), (*slot_rows(views, when), elsewhere(views)))
    lines = Lines().add(first_up(told(wish, when))).add(_("Quale?"), rest_of(open_ones))
    lines.add(n_("Un'altra è piena.", "Altre {n} sono piene.", full) if full else "", _opening(views, when))
    return Page(str(lines), (*slot_rows(open_ones, when), elsewhere(views)))


def _opening(views: Sequence[SlotView], when: When) -> str:
    """When booking opens, where that is ahead for all of them, and at the same moment."""
    moments = {view.opens_at for view in views if view.state is SlotState.OPENS}
    ahead = len(moments) == 1 and all(view.state is SlotState.OPENS for view in views)
    return _("Si apre {moment}.", moment=when.at(moments.pop())) if ahead else ""


def no_usual_page() -> Page:
    """Somebody asks for the usual who has none yet."""
    text = _(
        "Un solito ancora non lo conosco: sulla pagina di una lezione tocca «☆ Tieni nel menu», "
        "o prenotala qualche settimana di fila."
    )
    return Page(
        text,
        (
            (button(_("📅 Nuova Prenotazione"), Verb.NEW), button(texts.PERIODIC_LABEL, Verb.PERIODIC, 0)),
            (home_button(),),
        ),
    )


def over_page(wish: Wish, near: Sequence[SlotView], when: When) -> Page:
    """Everything that is meant has begun already: what comes nearest."""
    lines = Lines().add(_("{wish}: più niente, è già cominciato tutto.", wish=first_up(told(wish, when))))
    lines.add(_("Forse una di queste?") if near else "")
    return Page(str(lines), (*slot_rows(near, when), (button(texts.BOOK_LABEL, Verb.NEW), home_button())))


def last_week_page(had: Sequence[ClassRef], views: Sequence[SlotView], when: When) -> Page:
    """What somebody had last week, by name, and the same classes on their next dates."""
    history = (button(texts.HISTORY_LABEL, Verb.HISTORY, 0, 0, 0, 0), button(texts.BOOK_LABEL, Verb.NEW))
    if not had:
        return Page(_("Della settimana scorsa non vedo lezioni tue."), (history, (home_button(),)))
    names = (f"<b>{safe(ref.course or FIT_CENTER)}</b> {short_day(ref.day)} {ref.start:%H:%M}" for ref in had)
    lines = Lines().add(_("La settimana scorsa: {classes}.", classes=", ".join(names)))
    lines.add(_("Quale riprenoto?") if views else _("Nelle prossime date non ci sono."), rest_of(views))
    return Page(str(lines), (*slot_rows(views, when), history, (home_button(),)))


def said_without(text: str, but: Wish, when: When) -> str:
    """The text of a page, headed with what it leaves out."""
    return str(Lines().add(_("Senza {but}.", but=told(but, when))).add(text))


def slot_rows(views: Sequence[SlotView], when: When) -> list[ButtonRow]:
    return [(one,) for one in slot_buttons(views[:MOST_SHOWN], when)]


def rest_of(found: Sequence[object]) -> str:
    """How many more there are than are shown."""
    rest = len(found) - MOST_SHOWN
    if rest <= 0:
        return ""
    return n_(
        "Ce n'è un'altra: di' anche il giorno o l'ora.", "Ce ne sono altre {n}: di' anche il giorno o l'ora.", rest
    )


def elsewhere(views: Sequence[SlotView]) -> ButtonRow:
    """The way to everything there is: the day that all are on, or the days."""
    days = {view.slot.day for view in views}
    one = next(iter(days)) if len(days) == 1 else None
    everything = button(_("📅 Tutti gli orari"), Verb.DAY, one) if one else button(_("📅 Tutti i giorni"), Verb.NEW)
    return everything, home_button()


def no_slot_page(wishes: Sequence[Wish], near: Sequence[SlotView], when: When) -> Page:
    """The timetable has no such class: what comes nearest."""
    lines = Lines()
    for wish in wishes:
        lines.add(not_in_timetable(wish, when))
    lines.add(_("Forse una di queste?") if near else "")
    return Page(str(lines), (*slot_rows(near, when), (button(texts.BOOK_LABEL, Verb.NEW), home_button())))


def one_by_one_page(views: Sequence[SlotView], when: When) -> Page:
    """Several bookings were asked for."""
    text = str(Lines().add(_("Una alla volta: con quale comincio?"), rest_of(views)))
    return Page(text, (*slot_rows(views, when), elsewhere(views)))


def or_else_page(views: Sequence[SlotView], when: When) -> Page:
    """A first choice and others, of which more than one class is meant."""
    text = str(Lines().add(_("Quale vuoi per prima?"), rest_of(views)))
    return Page(text, (*slot_rows(views, when), elsewhere(views)))


def takes_second(view: SlotView) -> bool:
    """Whether a booking of the slot can be confirmed together with a second choice."""
    return view.state not in (*SETTLED, SlotState.FULL)


def with_second(page: Page, view: SlotView, other: SlotView, newest: int, when: When, *, more: bool) -> Page:
    """The page that confirms a slot, with a button that adds the second choice at once. `more`: there was a third."""
    lines = Lines().add(_("Prima scelta:")).add(page.text).add(_("<b>Se non c'è posto:</b>"), slot_details(other))
    lines.add(*other.own_events)
    lines.add(_("La terza scelta si aggiunge dopo, con «➕ Alternativa».") if more else "")
    label = _("✅ Conferma, altrimenti {other}", other=f"{_short(other, when)}")
    at = len(page.rows[:1]) if view.is_refused else 0  # the first choice can't be had beside what is held: swap first
    either = (button(label, Verb.BOOK_OR, view.id, other.id, newest),)
    return replace(page, text=str(lines), rows=(*page.rows[:at], either, *page.rows[at:]))


def _short(view: SlotView, when: When) -> str:
    near = when.day(view.slot.day)
    day = near if near != long_day(view.slot.day) else short_day(view.slot.day)
    return f"{clip(view.name, 20)} {day} {view.slot.start:%H:%M}"


def no_second(page: Page, other: SlotView, when: When) -> Page:
    """The page that confirms a slot whose second choice can't be one: it is not open when the first is booked."""
    note = _(
        "{other} non può fare da alternativa: quando prenoto la prima, non si può avere.",
        other=safe(_short(other, when)),
    )
    return replace(
        page, text=str(Lines().add(page.text).add(note)), rows=((_slot_button(other, when, Verb.SLOT),), *page.rows)
    )


def swap_which_page(held: HeldBooking, views: Sequence[SlotView], when: When) -> Page:
    """Which class instead of the held one?"""
    lines = Lines().add(_("Al posto di {old}:", old=old_class(held, when))).add(_("Quale?"), rest_of(views))
    rows = [(one,) for one in slot_buttons(views[:MOST_SHOWN], when, Verb.SWAP_SLOT, held.id)]
    return Page(str(lines), (*rows, (button(_("🔁 Tutti i giorni"), Verb.SWAP_DAYS, held.id), home_button())))


def no_swap_page(held: HeldBooking, swap: Swap, near: Sequence[SlotView], when: When) -> Page:
    """There is no such class in place of the held one: those that are nearest to it that day, or all days."""
    ref = held.booking.ref
    moments = swap.shift.of(datetime.combine(ref.day, ref.start)) if swap.shift else ()
    said = swap.new if moments or swap.new.names else replace(swap.new, names=(ref.course,))
    if moments and not said.hours:
        days = said.days or tuple(dict.fromkeys(each.date() for each in moments))
        said = replace(said, names=(), days=days, hours=Hours.at(*(each.time() for each in moments)))
    wanted = told(said, when) or _("più tardi o prima")
    lines = Lines().add(_("Al posto di {old}:", old=old_class(held, when)))
    lines.add(_("{wish}: negli orari che conosco non c'è.", wish=first_up(wanted)))
    lines.add(_("Quel giorno ci sono questi altri orari:") if near else "")
    rows = [(one,) for one in slot_buttons(near, when, Verb.SWAP_SLOT, held.id)]
    return Page(str(lines), (*rows, (button(_("🔁 Tutti i giorni"), Verb.SWAP_DAYS, held.id), home_button())))


def which_to_swap_page(rows: Sequence[tuple[HeldBooking, SlotView | None]], when: When) -> Page:
    """Which of the held ones? Each leads to its swap at once, where what is wanted in its place is one class."""
    buttons = [swap_button(held, view, when) for held, view in rows[:MOST_SHOWN]]
    lines = Lines().add(str(WHICH_TO_SWAP), rest_of(rows))
    return Page(str(lines), (*((one,) for one in buttons), (button(texts.MINE_LABEL, Verb.MINE, 0), home_button())))


def swap_button(held: HeldBooking, view: SlotView | None, when: When) -> Button:
    """`Mer 25 nov 18:15 · YOGA → gio 26 18:30`: to the one class that is meant in its place; else to the days."""
    if view is None:
        return _held_button(held, Verb.SWAP_DAYS)
    booking, slot = held.booking, view.slot
    same = view.name == (booking.course or FIT_CENTER)
    other = f"{short_day(slot.day)} {slot.start:%H:%M}" if slot.day != booking.day else f"{slot.start:%H:%M}"
    name = "" if same else f" {clip(view.name, 18)}"
    old = f"{first_up(short_day(booking.day))} {booking.start:%H:%M} · {clip(booking.course, 18)}"
    place = slot.activity.place
    where = "" if same_place(place, booking.location) else f" · {place}"
    return button(f"{old} → {other}{name}{where}", Verb.SWAP_SLOT, view.id, held.id)


def none_to_swap_page(old: Wish, views: Sequence[SlotView], when: When) -> Page:
    """What was to be swapped is not held: what was wanted in its place can be booked as it is."""
    lines = Lines().add(not_among_mine(old, when) if told(old, when) else _("Non hai prenotazioni."))
    lines.add(_("Vuoi prenotare questa?") if len(views) == 1 else _("Vuoi prenotare una di queste?"))
    return Page(str(lines), (*slot_rows(views, when), (button(texts.MINE_LABEL, Verb.MINE, 0), home_button())))


# What is held, asked for, or recurs


def which_of_mine_page(
    sentence: str,
    held: Sequence[HeldBooking],
    live: Sequence[Action],
    series: Sequence[PeriodicBooking],
    when: When,
    verb: Verb = Verb.ASK_CANCEL,
) -> Page:
    """Which booking, request or series? `verb`: what is asked about a booking."""
    rows: list[ButtonRow] = [(_held_button(one, verb),) for one in held]
    rows += [(_action_button(one, when),) for one in live]
    rows += [(_series_button(one),) for one in series]
    lines = Lines().add(sentence, rest_of(rows))
    return Page(str(lines), (*rows[:MOST_SHOWN], (button(texts.MINE_LABEL, Verb.MINE, 0), home_button())))


def held_buttons(held: Sequence[HeldBooking], verb: Verb = Verb.ASK_CANCEL) -> list[Button]:
    """A button each, to what is asked about it."""
    return [_held_button(one, verb) for one in held]


def _held_button(held: HeldBooking, verb: Verb) -> Button:
    booking = held.booking
    return button(f"{first_up(short_day(booking.day))} {booking.start:%H:%M} · {booking.course}", verb, held.id)


def _action_button(action: Action, when: When) -> Button:
    ref = action.class_ref
    what = f"{first_up(short_day(ref.day))} {ref.start:%H:%M} · {clip(ref.course, 24)}"
    return button(f"{what} · {live_word(action, when).lower()}", Verb.TICKET, action.id)


def _series_button(series: PeriodicBooking) -> Button:
    return button(
        f"🔄 {first_up(every(series.day_of_week))} {series.start:%H:%M} · {series.name}", Verb.SERIES, series.id
    )


WHICH_TO_CANCEL = N_("Quale annullo?")
ONE_BY_ONE = N_("Le annullo una alla volta: con quale comincio?")
WHICH_TO_SWAP = N_("Quale scambio?")
ONLY_ASKED_FOR = N_("Non è ancora tua: l'hai solo chiesta. Tocca per vederla o ritirarla:")
WHICH_SERIES = N_("Quale?")
NOTHING_BOOKED = N_("Va bene: non prenoto niente.")
ALREADY_THERE = N_("Va bene, non prenoto niente. Vuoi annullare quello che hai già? Tocca qui:")


def all_but(but: Wish, when: When) -> str:
    """The question which to cancel, where something is excepted: that stays, and is not among them."""
    return _("Lascio stare {but}. Quale annullo delle altre?", but=told(but, when))


def nothing_but_page(but: Wish, when: When) -> Page:
    """All that could be cancelled is excepted."""
    text = _("Lascio stare {but}. Altre prenotazioni non ne hai.", but=told(but, when))
    return Page(text, ((button(texts.MINE_LABEL, Verb.MINE, 0), home_button()),))


def none_of_mine_page(wish: Wish, when: When) -> Page:
    """Nothing that is held or asked for is meant."""
    rows = ((button(texts.MINE_LABEL, Verb.MINE, 0), home_button()),)
    return Page(not_among_mine(wish, when) if told(wish, when) else _("Non hai prenotazioni."), rows)


def not_among_mine(wish: Wish, when: When) -> str:
    return _("{wish}: tra le tue prenotazioni non la trovo.", wish=first_up(told(wish, when)))


def not_among_series(wish: Wish, when: When) -> str:
    return _("{wish}: tra le periodiche non la trovo.", wish=first_up(told(wish, when)))


def not_watched(wish: Wish, when: When) -> str:
    return _("{wish}: non la tengo d'occhio.", wish=first_up(told(wish, when)))


def not_in_timetable(wish: Wish, when: When) -> str:
    return _("{wish}: negli orari che conosco non c'è.", wish=first_up(told(wish, when)))


def mine_on(wish: Wish, when: When) -> str:
    return _("{wish}: hai questo.", wish=first_up(told(wish, when)))


def is_mine(wish: Wish, held: Sequence[HeldBooking], when: When) -> str:
    """Which are booked, each by its day and hour with when that was read; what is only asked for is not."""
    if not held:
        return _("⏳ {wish}: non ancora, c'è una richiesta.", wish=first_up(told(wish, when)))
    return "\n".join(_is_held(one, when) for one in held[:MOST_SHOWN])


def _is_held(held: HeldBooking, when: When) -> str:
    booking = held.booking
    named = told(Wish((booking.course or FIT_CENTER,), (booking.day,), hours=Hours.at(booking.start)), when)
    if held.missing_since:
        return f"{first_up(named)}\n{missing_line(held, when)}"
    return _("✅ {wish}: prenotata, vista sul sito {moment}.", wish=first_up(named), moment=when.at(held.updated_at))


def has_or_not(wish: Wish, held: Sequence[HeldBooking], when: When) -> str:
    """What is said first of what somebody asks whether they have it."""
    if not held:
        return "" if wish.names else nothing_then(wish, when)
    return is_mine(wish, held, when) if wish.names else mine_on(wish, when)


def nothing_then(wish: Wish, when: When) -> str:
    return _("{wish}: niente di prenotato.", wish=first_up(told(wish, when)))


def none_on(page: Page, wish: Wish, when: When) -> Page:
    """Everything that is held, headed with the days that were asked about, on which nothing is."""
    return headed(page, nothing_then(wish, when))


def headed(page: Page, sentence: str) -> Page:
    """The page under a sentence that answers first."""
    return replace(page, text=str(Lines().add(sentence).add(page.text)))


def address_page() -> Page:
    """An address of the web that is neither a calendar's nor one of the bot's own links."""
    text = _("Gli indirizzi non li apro. Se è il tuo calendario, scrivi <code>/calendario</code> e l'indirizzo.")
    return Page(text, ((button(_("📆 Il tuo calendario"), Verb.OWN_CALENDAR), home_button()),))


def no_series_page(wish: Wish, when: When) -> Page:
    rows = ((button(texts.PERIODIC_LABEL, Verb.PERIODIC, 0), home_button()),)
    return Page(not_among_series(wish, when) if told(wish, when) else _("Non hai prenotazioni periodiche."), rows)


# What is to recur


def which_course_page(wish: Wish, courses: Sequence[Course], lacking: Sequence[int], when: When) -> Page:
    """Several classes of the week are meant: which one? `lacking`: weekdays that were asked for and have none."""
    lines = Lines().add(first_up(told(wish, when)))
    lines.add(*(_("{day}: nell'orario della settimana non c'è.", day=first_up(weekday(day))) for day in lacking))
    lines.add(_("Quale, ogni settimana?"), rest_of(courses))
    return Page(str(lines), (*_course_rows(courses), (button(_("🔄 Tutti i corsi"), Verb.NEW_KINDS), home_button())))


def no_course_page(wish: Wish, near: Sequence[Course], when: When) -> Page:
    """The week has no such class: what comes nearest."""
    lines = Lines().add(_("{wish}: nell'orario della settimana non c'è.", wish=first_up(told(wish, when))))
    lines.add(_("Forse una di queste?") if near else "")
    return Page(str(lines), (*_course_rows(near), (button(_("🔄 Tutti i corsi"), Verb.NEW_KINDS), home_button())))


def _course_rows(courses: Sequence[Course]) -> list[ButtonRow]:
    return [(_course_button(course),) for course in courses[:MOST_SHOWN]]


def _course_button(course: Course) -> Button:
    name = clip(course.name or FIT_CENTER, 24)
    what = f"{first_up(weekday(course.day_of_week))} {course.start:%H:%M} {name} · {course.location}"
    return button(what, Verb.NEW_MODE, course.id)


def another_weekday(page: Page, others: Sequence[Course]) -> Page:
    """The page that makes a series, whose alternative is on another weekday: that can be a series of its own."""
    note = _("Le alternative di una periodica sono dello stesso giorno. Se vuoi, fanne una seconda:")
    return replace(page, text=str(Lines().add(page.text).add(note)), rows=(*_course_rows(others), *page.rows))


# Sentences


def thanks_page() -> Page:
    return Page(_("Di niente! 😊"))


def yes_page() -> Page:
    return Page(_("Per confermare tocca il pulsante sotto il messaggio: così so che cosa."), ((home_button(),),))


def no_page() -> Page:
    return Page(_("Va bene, lascio tutto com'è."), ((home_button(),),))


def by_words() -> list[str]:
    """That one can also write, for the page of help."""
    return [
        _("<b>Anche a parole</b>, in italiano o in inglese: ti mostro che cosa ho capito, e confermi tu."),
        *_examples(),
    ]


def _examples() -> list[str]:
    return [f"• <i>{example}</i>" for example in EXAMPLES]


def for_example() -> list[str]:
    return [_("Scrivimi per esempio:"), *_examples()]


def odd_page() -> Page:
    """A sticker, a picture, a file: nothing that can be read."""
    return Page(str(Lines().add(_("So leggere solo messaggi scritti.")).add(*for_example())), ((home_button(),),))


def unknown_command_page() -> Page:
    """A command that is none of ours."""
    return Page(str(Lines().add(_("Questo comando non lo conosco.")).add(*for_example())), ((home_button(),),))


def once_button(view: SlotView) -> Button:
    return button(
        _("Una volta: {what}", what=f"{short_day(view.slot.day)} {view.slot.start:%H:%M} {view.name}"),
        Verb.SLOT,
        view.id,
    )


def weekly_button(course: Course, *, place: bool = False) -> Button:
    where = f" · {course.location}" if place else ""
    what = f"{every(course.day_of_week)} {course.start:%H:%M} {clip(course.name or FIT_CENTER, 24)}"
    return button(f"➕ {first_up(what)}{where}", Verb.NEW_MODE, course.id)
