"""The screens of a person's own calendar: where it is read, what came of it, and the warning before a booking. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, time

from bot.screens import feed
from bot.screens.callbacks import Verb
from bot.screens.page import Lines, Page, back_row, button, home_button, in_quotes, safe
from bot.screens.when import When, first_up, short_day, weekday
from domain.own_calendars import HORIZON, CalendarTrouble, OwnCalendar, OwnEvent
from languages import N_, _, n_

TITLE = N_("📆 Il tuo calendario")
HOW = N_(
    "Dammi l'indirizzo .ics delle tue lezioni o dei tuoi esami: prima di una prenotazione ti dico se a quell'ora hai "
    "già un impegno. Non vieto niente."
)
TYPE = N_(
    "Incollalo qui: comincia con https:// o webcal://. Se non lo riconosco, scrivigli davanti <code>/calendario</code>."
)
SECRET = N_(
    "Chi conosce l'indirizzo legge tutto il calendario: non lo mostro a nessuno, lo leggo al massimo una volta all'ora "
    "e lo dimentico, con i suoi impegni, quando lo togli. Puoi cancellare il messaggio in cui me l'hai scritto."
)
NO_ADDRESS = N_(
    "Questo indirizzo non lo posso leggere: deve cominciare con https:// (o webcal://) e stare su internet."
)
PASSWORD = N_(
    "Questo indirizzo ha dentro un nome utente o una password: non lo salvo. Cerca nel tuo calendario "
    "l'indirizzo segreto .ics, che non li chiede."
)
PORT = N_(
    "Questo indirizzo ha una porta (il numero dopo i due punti): leggo solo quella normale di https. "
    "Se funziona anche senza, mandamelo senza."
)
NOT_PUBLIC = N_(
    "Questo indirizzo vale solo dentro una rete privata: da internet non ci arrivo. Me ne serve uno pubblico."
)
PASTE_AGAIN = N_("Questa domanda è vecchia: non ho cambiato niente. Mandami di nuovo l'indirizzo.")
TROUBLES = {
    CalendarTrouble.UNREACHABLE: N_("⚠️ Il tuo calendario non risponde: riprovo da solo."),
    CalendarTrouble.REFUSED: N_(
        "⚠️ Il sito del tuo calendario non me lo dà: forse l'indirizzo è scaduto o non è pubblico. Copialo di nuovo."
    ),
    CalendarTrouble.NOT_ALLOWED: N_(
        "⚠️ L'indirizzo del tuo calendario porta dove non posso andare: serve https, su internet."
    ),
    CalendarTrouble.TOO_LARGE: N_("⚠️ Il tuo calendario è troppo grande: ne leggo al massimo 2 MB."),
    CalendarTrouble.NO_CALENDAR: N_("⚠️ All'indirizzo del tuo calendario non c'è un file .ics che so leggere."),
}


def calendar_page(calendar: OwnCalendar | None, events: int, when: When, note: str = "") -> Page:
    """Which calendar is read and what came of it, or how to name one. `events`: how many are known."""
    lines = Lines().add(note).add(f"<b>{TITLE}</b>")
    if calendar is None:
        lines.add(str(HOW)).add(str(TYPE)).add(str(SECRET))
        return Page(str(lines), ((button(feed.TITLE, Verb.FEED),), back_row(Verb.SETTINGS)))
    lines.add(_("Leggo quello su {host}.", host=safe(calendar.host)), *_state(calendar, events, when)).add(str(SECRET))
    buttons = (button(_("🗑 Togli il calendario"), Verb.FORGET_CALENDAR), button(feed.TITLE, Verb.FEED))
    return Page(str(lines), (buttons, back_row(Verb.SETTINGS)))


def ask_replace_page(saved: OwnCalendar, new: OwnCalendar, number: int) -> Page:
    """Whether the address takes the place of the saved one. Only their hosts are told."""
    lines = Lines().add(
        _("📆 <b>Cambio calendario?</b>"),
        f"{safe(saved.host)} → {safe(new.host)}",
        _("Ne leggo uno solo: con questo dimentico l'altro e i suoi impegni."),
    )
    change = button(_("✅ Cambia"), Verb.REPLACE_CALENDAR, number)
    return Page(str(lines), ((change, button(_("Tengo quello di adesso"), Verb.OWN_CALENDAR)), (home_button(),)))


def _state(calendar: OwnCalendar, events: int, when: When) -> list[str]:
    if calendar.trouble is not None:
        known = (
            _("Intanto vale quello che ho letto {moment}.", moment=when.at(calendar.read_at))
            if calendar.read_at
            else ""
        )
        return [str(TROUBLES[calendar.trouble]), known]
    if calendar.read_at is None:
        return [_("Lo leggo adesso: ti scrivo appena fatto.")]
    return [_count(events), _("Letto {moment}.", moment=when.at(calendar.read_at))]


def _count(events: int) -> str:
    weeks = HORIZON.days // 7
    return n_(
        "{n} impegno nelle prossime {weeks} settimane.",
        "{n} impegni nelle prossime {weeks} settimane.",
        events,
        weeks=weeks,
    )


def told(calendar: OwnCalendar, events: int) -> Page:
    """The one message about a calendar: that it is read from now on, or why it can't be."""
    row = ((button(str(TITLE), Verb.OWN_CALENDAR), home_button(fresh=True)),)
    if calendar.trouble is not None:
        return Page(str(TROUBLES[calendar.trouble]), row)
    lines = Lines().add(_("📆 Ho letto il tuo calendario: da adesso ti avviso prima di prenotare."), _count(events))
    return Page(str(lines), row)


def warning(event: OwnEvent, when: When) -> str:
    """`⚠️ Hai «Analisi 2» alle 18:00.` It never forbids."""
    hour = f"{when.local(event.starts_at):%H:%M}"
    if event.all_day:
        return _("⚠️ Quel giorno hai {event}.", event=_name(event))
    return _("⚠️ Hai {event} alle {time}.", event=_name(event), time=hour)


def weekly_warning(day_of_week: int, start: time, dates: Mapping[date, Sequence[OwnEvent]]) -> str:
    """What a class of every week meets, and on how many of its dates; empty when it meets nothing."""
    if not dates:
        return ""
    often = Counter(_name(event) for events in dates.values() for event in events)
    name, hour = often.most_common(1)[0][0], f"{start:%H:%M}"
    if len(often) > 1:
        name = _("{event} e altro", event=name)
    if len(dates) == 1:
        day = first_up(short_day(next(iter(dates))))
        return _("⚠️ {day} alle {time} hai già {event}.", day=day, time=hour, event=name)
    return _(
        "⚠️ {weekday} alle {time} hai già {event}: in {n} delle prossime {weeks} settimane.",
        weekday=first_up(weekday(day_of_week)),
        time=hour,
        event=name,
        n=len(dates),
        weeks=HORIZON.days // 7,
    )


def _name(event: OwnEvent) -> str:
    return in_quotes(event.summary) if event.summary else _("un impegno")
