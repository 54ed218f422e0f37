"""The screens of a person's bookings, their cancellation and reminders, and of watches. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.classes import about, in_a_line, told_apart
from bot.screens.page import Button, ButtonRow, Chunk, Lines, Page, Words, back_row, button, home_button, safe
from bot.screens.tickets import LIVE, live_word, mark, name_of, notice_line, swap_line, title
from bot.screens.when import When, first_up, hours_of, short_day
from domain.model import FIT_CENTER, Action, ActionStatus, BookingStatus, ClassRef, HeldBooking, WatchMode
from domain.results import TOLD_AS_LOST
from domain.waiting_list import number_on_list
from languages import N_, _, n_

Entry = HeldBooking | Action
"""A line of "my bookings": what is held, what is under way, or a place on the site's waiting list."""

# My bookings


def mine_page(
    chunk: Chunk[Entry],
    watches: int,
    read_at: datetime | None,
    when: When,
    note: str = "",
    replaced: Mapping[int, HeldBooking] | None = None,
) -> Page:
    """The person's bookings and unfinished actions; `watches`: how many full slots are watched.

    `replaced`: by the row of a booking that a swap gives up, what it is now.
    """
    lines = Lines().add(note).add(_("<b>Le tue prenotazioni</b>"))
    told = [_ref_of(entry) for entry in chunk.items]
    lines.add(*(_entry_line(entry, when, told, replaced or {}) for entry in chunk.items))
    if not chunk.items:
        lines.add(_("Non ne vedo nessuna."))
    read = _("Non le ho ancora lette dal sito")
    if read_at:
        read = _("Ultima lettura completa dal sito: {moment}", moment=when.at(read_at))
    lines.add(f"<i>{read}</i>")
    rows: list[ButtonRow] = [(_entry_button(entry, when, told),) for entry in chunk.items]
    rows += chunk.turns(Verb.MINE)
    if watches:
        rows.append((button(f"👀 {_watches(watches)}", Verb.WATCHES, 0),))
    rows.append((button(_("🔄 Aggiorna dal sito"), Verb.SYNC),))
    if not chunk.items:
        rows.append((button(str(texts.BOOK_LABEL), Verb.NEW),))
    last = (button(str(texts.HISTORY_LABEL), Verb.HISTORY, 0, 0, 0, 0), home_button())
    return Page(f"{lines}{chunk.caption}", (*rows, last))


def _watches(number: int) -> str:
    return n_("Tengo d'occhio {n} posto", "Tengo d'occhio {n} posti", number)


def _ref_of(entry: Entry) -> ClassRef:
    return entry.booking.ref if isinstance(entry, HeldBooking) else entry.class_ref


def _entry_line(entry: Entry, when: When, told: Sequence[ClassRef], replaced: Mapping[int, HeldBooking]) -> str:
    if isinstance(entry, HeldBooking):
        ref = entry.booking.ref
        place = "" if told_apart(ref, told) else where(entry.booking.location)
        line = f"• {in_a_line(ref, when, beside=told)}{place}"
        return f"{line}\n{missing_line(entry, when)}" if entry.missing_since else line
    line = ("⏳ " if entry.status in LIVE else f"{mark(entry)} ") + _(
        "{state}: {what} (n. {number})",
        state=live_word(entry, when),
        what=in_a_line(entry.class_ref, when, beside=told),
        number=entry.id,
    )
    if entry.waits_on_list:
        return f"{line}\n{list_line(entry, when)}"
    swap = swap_line(entry, replaced.get(entry.replaces_row_id or 0), when)
    return f"{line}\n{swap}" if swap else line


def list_line(action: Action, when: When) -> str:
    """That a place on the waiting list is no booking, with its number as the site told it, and when that was."""
    number, moment = number_on_list(action.error or ""), when.at(action.completed_at or action.created_at)
    if number is None:
        return _("Non è una prenotazione: il sito ti ci ha messo {moment}.", moment=moment)
    return _("Non è una prenotazione: eri al numero {number}, {moment}.", number=number, moment=moment)


def missing_line(held: HeldBooking, when: When) -> str:
    """What is said of a booking that the last reading did not show, before a second one agrees."""
    since = when.at(held.missing_since) if held.missing_since else ""
    return _("⚠️ Nell'elenco del sito non la vedo ({since}). La cerco di nuovo prima di dirla persa.", since=since)


def where(location: str) -> str:
    """` · Giuriati`, or nothing."""
    return f" · {safe(location)}" if location else ""


def _entry_button(entry: Entry, when: When, told: Sequence[ClassRef]) -> Button:
    kind = told_apart(_ref_of(entry), told)
    if isinstance(entry, HeldBooking):
        booking = entry.booking
        label = f"{first_up(short_day(booking.day))} {booking.start:%H:%M} · {booking.course}{kind}"
        return button(label, Verb.HELD, entry.id)
    number, word = _("n. {number}", number=entry.id), str(live_word(entry, when)).lower()
    return button(f"{number} · {word} · {entry.class_ref.course}{kind}", Verb.TICKET, entry.id)


# One booking


def held_page(held: HeldBooking, live: Action | None, when: When, *, over: bool, note: str = "") -> Page:
    """One booking, and what can be done with it. `over`: the class has begun."""
    lines = Lines().add(note).add(about(held.booking.ref, when)).add(standing(held, when, over=over))
    if live:
        what = str(name_of(live)).lower()
        lines.add(_("⏳ C'è già una richiesta in corso: {what} n. {number}.", what=what, number=live.id))
    elif held.status in TOLD_AS_LOST and not over:
        lines.add(_("🗓 L'avevi nel calendario? Con il file qui sotto la togli."))
    return Page(str(lines), (*held_rows(held, live, over=over), back_row(Verb.MINE, 0)))


def held_rows(held: HeldBooking, live: Action | None, *, over: bool) -> list[ButtonRow]:
    """What can be done with one booking."""
    if live:
        return [(see_button(live.id),)]
    if is_held(held) and not over:
        return manage_rows(held)
    if held.status in TOLD_AS_LOST and not over:
        return [(button(_("🗓 Togli dal calendario"), Verb.FILE, held.id),)]
    return []


def manage_rows(held: HeldBooking) -> list[ButtonRow]:
    """What can be done with a place that is held."""
    swap = button(_("🔁 Scambia"), Verb.SWAP_DAYS, held.id)
    return [
        (button(_("🗓 Calendario"), Verb.FILE, held.id), button(texts.SHARE_LABEL, Verb.SHARE_HELD, held.id)),
        (swap, button(_("❌ Annulla"), Verb.ASK_CANCEL, held.id)),
    ]


def see_button(action_id: int, *, fresh: bool = False) -> Button:
    """Leads to the ticket of a request."""
    return button(_("Vedi la n. {number}", number=action_id), Verb.TICKET, action_id, fresh=fresh)


def is_held(held: HeldBooking) -> bool:
    """Whether the last reading showed the booking, so that it can be cancelled."""
    return held.status is BookingStatus.CONFIRMED


def standing(held: HeldBooking, when: When, *, over: bool) -> str:
    seen = when.at(held.updated_at)
    match held.status:
        case BookingStatus.CONFIRMED if held.missing_since and not over:
            return missing_line(held, when)
        case BookingStatus.CONFIRMED if not over:
            return _("✅ Prenotata: vista sul sito {moment}.", moment=seen)
        case BookingStatus.CANCELLED:
            return _("Annullata: ricontrollato sul sito {moment}.", moment=seen)
        case BookingStatus.GONE:
            return _("Sul sito non c'è più ({moment}), e non l'ho annullata io.", moment=seen)
        case _:
            return _("È già cominciata o finita.")


LATE_COSTS = N_("⚠️ Mancano meno di {hours}: annullare adesso può costarti una penalità.")
LATE_REFUSED = N_(
    "⚠️ Mancano meno di {hours}: di solito il sito non lascia più annullare: posso provarci, ma può dire di no."
)


def ask_cancel_page(
    held: HeldBooking, newest: int, free_until: datetime, free_cancel: timedelta, when: When, *, refused: bool = False
) -> Page:
    """Asked once more; late it is asked twice. `newest` makes a second tap on "yes" mean the same as the first.

    `refused`: as far as we know the site takes no late cancellation.
    """
    lines = Lines().add(_("<b>Annullo davvero?</b>"), about(held.booking.ref, when))
    if when.now >= free_until:
        lines.add((LATE_REFUSED if refused else LATE_COSTS).filled(hours=hours_of(free_cancel)))
        yes = button(_("❌ Sì, annulla"), Verb.ASK_TWICE, held.id)
    else:
        lines.add(free_until_line(free_until, when))
        yes = button(_("❌ Sì, annulla"), Verb.CANCEL, held.id, newest)
    return Page(str(lines), ((yes, button(_("No, la tengo"), Verb.HELD, held.id)), back_row(Verb.MINE, 0)))


def ask_twice_page(held: HeldBooking, newest: int, when: When) -> Page:
    """The second question: the place can't be given back for free any more."""
    lines = Lines().add(_("⚠️ <b>Annullo lo stesso?</b>"), about(held.booking.ref, when))
    lines.add(
        _("Il termine per annullare gratis è passato: il sito potrebbe segnarti una penalità. Io non posso toglierla.")
    )
    yes = button(_("❌ Annulla lo stesso"), Verb.CANCEL_LATE, held.id, newest)
    return Page(str(lines), ((button(_("No, la tengo"), Verb.HELD, held.id),), (yes,), back_row(Verb.MINE, 0)))


def free_until_line(free_until: datetime, when: When) -> str:
    return _("Puoi annullare senza penalità {until}.", until=when.until(free_until))


def reminder(held: HeldBooking, free_until: datetime, free_cancel: timedelta, when: When) -> Page:
    """Sent before a class: keep the booking, cancel it while that is free, or swap it."""
    lines = Lines().add(_("⏰ <b>Ci vai?</b>"), about(held.booking.ref, when))
    if when.now < free_until:
        lines.add(free_until_line(free_until, when))
    else:
        lines.add(LATE_COSTS.filled(hours=hours_of(free_cancel)))
    cancel = button(_("❌ Annulla"), Verb.ASK_CANCEL, held.id, fresh=True)
    swap = button(_("🔁 Scambia"), Verb.SWAP_DAYS, held.id, fresh=True)
    stay = button(_("👍 Ci vado"), Verb.STAY, held.id)
    return Page(str(lines), ((stay,), (cancel, swap), (home_button(fresh=True),)))


def staying(held: HeldBooking, when: When) -> Page:
    """The reminder after "Ci vado"."""
    lines = Lines().add(_("👍 <b>Bene, il posto resta tuo</b>"), about(held.booking.ref, when))
    return Page(str(lines), ((button(_("❌ Annulla"), Verb.ASK_CANCEL, held.id, fresh=True), home_button(fresh=True)),))


def gone_page() -> Page:
    """A button about a booking that is not (or no longer) the person's."""
    text = _("Questa prenotazione non la trovo tra le tue.")
    return Page(text, ((button(texts.MINE_LABEL, Verb.MINE, 0),), (home_button(),)))


def not_found_page(text: Words, day: date | None = None) -> Page:
    """A button that can't do what it says any more, and why; with the way to that day's slots, if it is about one."""
    rows: list[ButtonRow] = [(button(_("📅 Gli orari di quel giorno"), Verb.DAY, day),)] if day else []
    rows.append((button(_("🧾 Richieste"), Verb.STATUS, 0), home_button()))
    return Page(str(text), tuple(rows))


def file_page(held: HeldBooking, when: When) -> Page:
    """The words that go with the calendar file."""
    rows = ((button(texts.MINE_LABEL, Verb.MINE, 0, fresh=True), home_button(fresh=True)),)
    words = _("🗓 Per il tuo calendario") if is_held(held) else _("🗓 Apri questo file per toglierla dal calendario")
    return Page(str(Lines().add(words).add(about(held.booking.ref, when))), rows)


# Watches


def watches_page(chunk: Chunk[Action], when: When, note: str = "") -> Page:
    """The full slots that are watched, each with a button that stops its watch."""
    lines = Lines().add(note).add(_("<b>Posti che tengo d'occhio</b>"))
    if not chunk.items:
        lines.add(_("Nessuno, adesso. Li trovi sugli orari pieni: «Prenota se si libera»."))
    for watch in chunk.items:
        lines.add(*_watch_lines(watch, when))
    rows = [row for watch in chunk.items for row in _watch_rows(watch)]
    return Page(f"{lines}{chunk.caption}", (*rows, *chunk.turns(Verb.WATCHES), back_row(Verb.MINE, 0)))


def _watch_rows(watch: Action) -> Sequence[ButtonRow]:
    stop = (button(_stop_label(watch), Verb.WITHDRAW, watch.id),)
    if watch.status is not ActionStatus.PENDING or watch.wish is None:
        return [stop]
    ref = watch.wish
    until = _("⏱ {what}: fino a quando?", what=f"{short_day(ref.day)} {ref.start:%H:%M}")
    return [stop, (button(until, Verb.NOTICE, watch.id),)]


def _watch_lines(watch: Action, when: When) -> Sequence[str]:
    swaps = watch.replaces_row_id is not None and watch.watch is WatchMode.BOOK
    then = _("Se si libera ti avviso") if watch.watch is WatchMode.TELL else _("Se si libera prenoto")
    if swaps:
        then = _("Se si libera prenoto al posto di quella che hai")
    until = f", {when.until(watch.watch_until)}" if watch.watch_until else ""
    if not watch.watch_until and not watch.notice:
        until = ", " + _("finché si può prenotare")
    until += f", {notice_line(watch.notice)}" if watch.notice else ""
    number = _("n. {number}", number=watch.id)
    return [f"👀 {in_a_line(watch.class_ref, when)}", f"{then}{until} ({number})"]


def notice_page(watch: Action, choices: Sequence[tuple[int, timedelta, datetime]], when: When) -> Page:
    """How long before its class shall a watch end? `choices`: each with its number and when that is.

    The first of them is the free limit: later, a place that frees could not be given back.
    """
    lines = Lines().add(f"👀 {in_a_line(watch.class_ref, when)}")
    lines.add(_("Fino a quando ti va bene un posto che si libera?"))
    rows = [(button(_notice_label(each, when), Verb.SET_NOTICE, watch.id, each[0]),) for each in choices]
    return Page(str(lines), (*rows, back_row(Verb.TICKET, watch.id, on_card=True)))


def _notice_label(choice: tuple[int, timedelta, datetime], when: When) -> str:
    number, notice, until = choice
    earlier = _("{hours} prima", hours=hours_of(notice))
    label = f"{first_up(earlier)} · {when.short(until)}"
    return label if number else _("{choice} (finché si annulla gratis)", choice=label)


def _stop_label(watch: Action) -> str:
    ref = watch.wish
    if ref is None:
        return _("🔕 Smetti: {what}", what=f"{title(watch)} · {FIT_CENTER}")
    return _("🔕 Smetti: {what}", what=f"{short_day(ref.day)} {ref.start:%H:%M} · {ref.course}")
