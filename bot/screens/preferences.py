"""What a person prefers, and what they can choose instead. Pure functions: rows in, Page out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta
from enum import IntEnum

from bot.screens import feed, guests, own_calendar, texts
from bot.screens.callbacks import Verb
from bot.screens.page import Button, ButtonRow, Lines, Page, back_row, button, home_button, safe
from bot.screens.when import hours_of
from domain.preferences import Event, QuietHours
from languages import N_, Language, _


class Setting(IntEnum):
    """What can be chosen; a button names it by its number."""

    LANGUAGE = 0
    RINGS = 1
    QUIET = 2
    REMINDER = 3
    MODE = 4
    WATCH = 5
    PLACE = 6
    LOOK = 7
    MONDAYS = 8


NAMES = {
    Setting.LANGUAGE: N_("🌐 Lingua (language)"),
    Setting.RINGS: N_("🔔 Che cosa suona"),
    Setting.QUIET: N_("🌙 Ore di silenzio"),
    Setting.REMINDER: N_("⏰ Promemoria"),
    Setting.MODE: N_("🔄 Modo delle nuove periodiche"),
    Setting.WATCH: N_("👀 Un posto che si libera"),
    Setting.PLACE: N_("📍 Sede preferita"),
    Setting.LOOK: N_("🖼 Immagini"),
    Setting.MONDAYS: N_("📬 La settimana, il lunedì"),
}
ABOUT = {
    Setting.LANGUAGE: N_("In che lingua ti parlo?"),
    Setting.RINGS: N_(
        "Tocca per cambiare. Le domande delle periodiche, l'accesso da rifare e un programma fermo suonano sempre."
    ),
    Setting.QUIET: N_(
        "In queste ore i messaggi arrivano senza suono. Suona lo stesso quello a cui si può ancora rimediare: una "
        "domanda, un promemoria, un posto che si è liberato, l'accesso da rifare."
    ),
    Setting.REMINDER: N_("Quanto prima della lezione ti chiedo se ci vai? Sempre finché annullare è gratis."),
    Setting.MODE: N_("Quale modo ti propongo per primo?"),
    Setting.WATCH: N_("Fino a quando ti serve un posto che tengo d'occhio?"),
    Setting.PLACE: N_("Quale sede ti mostro per prima?"),
    Setting.LOOK: N_("Come preferisci le immagini che ti mando?"),
    Setting.MONDAYS: N_("Ogni lunedì alle 7:30 ti mando la settimana come immagine?"),
}
FIRST_OWN = 10_000  # the number of quiet hours that somebody wrote is at least this
MINUTES_OF_A_DAY = 24 * 60
LOOKS = {False: N_("⬜ chiare"), True: N_("⬛ scure")}
MONDAYS = {False: N_("no"), True: N_("sì, alle 7:30")}
LANGUAGES = {None: N_("Come Telegram"), Language.ITALIAN: N_("Italiano"), Language.ENGLISH: N_("English")}
TONGUES = {Language.ITALIAN: N_("🌐 Rispondimi in italiano"), Language.ENGLISH: N_("🌐 Answer me in English")}
"""Each in its own language, whatever is spoken: who reads it does not speak the other."""
EVENTS = {
    Event.RESULT: N_("Com'è andata una richiesta"),
    Event.CHANGE: N_("Una prenotazione cambia sul sito"),
    Event.REMINDER: N_("I promemoria"),
    Event.REHEARSAL: N_("La prova prima di un'apertura"),
    Event.WEEKLY: N_("Una data saltata o persa"),
    Event.WEEK: N_("La settimana, il lunedì"),
    Event.HOUSE: N_("Novità su di me e sul sito"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose; `number` is how a button names it."""

    label: str
    number: int
    chosen: bool = False


def overview(
    current: Sequence[tuple[Setting, str]], note: str = "", *, owner: bool = False, guest: bool = False
) -> Page:
    """Every setting with what it is at now, and what else is the person's own: of the owner their guests, of a guest
    what they log in with.
    """
    lines = Lines().add(note).add(_("<b>Impostazioni</b>"), _("Valgono solo per te. Tocca quella che vuoi cambiare."))
    lines.add(*(f"{NAMES[setting]}: <b>{safe(now)}</b>" for setting, now in current))  # whole, as no button would be
    rows: list[ButtonRow] = [(button(NAMES[setting], Verb.SETTING, setting),) for setting, _now in current]
    calendar = button(own_calendar.TITLE, Verb.OWN_CALENDAR)
    together = button(texts.TOGETHER_LABEL, Verb.TOGETHER)
    rows.append((calendar, button(feed.TITLE, Verb.FEED)))
    if owner:
        rows.append((button(guests.PEOPLE_LABEL, Verb.PEOPLE, 0),))
    if guest:
        rows.append((button(_("🔑 I miei dati di accesso"), Verb.ACCESS),))
    if not owner:
        rows.append((button(_("🗑 Dimenticami"), Verb.ASK_FORGET),))
    return Page(str(lines), (*rows, (together, home_button())))


def setting_page(setting: Setting, options: Sequence[Option]) -> Page:
    """What can be chosen for one setting."""
    lines = Lines().add(f"<b>{NAMES[setting]}</b>", str(ABOUT[setting]))
    rows = [(button(_label(setting, one), Verb.SET_SETTING, setting, one.number),) for one in options]
    return Page(str(lines), (*rows, back_row(Verb.SETTINGS)))


def in_other_language(page: Page, language: Language, number: int) -> Page:
    """The page, with a button that changes to the language somebody wrote in, for who has chosen none yet."""
    change = button(TONGUES[language], Verb.SET_SETTING, Setting.LANGUAGE, number, fresh=True)
    return replace(page, rows=(*page.rows, (change,)))


def quiet_number(quiet: QuietHours) -> int:
    """How a button names quiet hours that are none of those that are always offered."""
    return FIRST_OWN + _minute(quiet.begin) * MINUTES_OF_A_DAY + _minute(quiet.end)


def quiet_of(number: int) -> QuietHours | None:
    """The quiet hours that such a number names; None for one that names none."""
    begin, end = divmod(number - FIRST_OWN, MINUTES_OF_A_DAY)
    if number < FIRST_OWN or begin >= MINUTES_OF_A_DAY or begin == end:
        return None
    return QuietHours(time(*divmod(begin, 60)), time(*divmod(end, 60)))


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def said_page(page: Page, said: str, own: Button | None = None) -> Page:
    """The page of a setting, with what somebody wrote it shall be as its first button: their own, or one it has."""
    note = _("Hai scritto: {value}. Tocca per confermare.", value=f"<b>{said}</b>")
    first = [row for row in page.rows if row[0].label.removeprefix("✅ ") in (said, as_usual(said))]
    if not first and own is None:
        note = _("Hai scritto: {value}. Così non si può: scegli tra queste.", value=f"<b>{said}</b>")
    rows = [*first, *([(own,)] if own and not first else []), *(row for row in page.rows if row not in first)]
    return replace(page, text=str(Lines().add(page.text).add(note)), rows=tuple(rows))


def _label(setting: Setting, option: Option) -> str:
    if setting is Setting.RINGS:
        return f"{'🔔' if option.chosen else '🔕'} {option.label}"
    return f"✅ {option.label}" if option.chosen else option.label


def before_class(lead: timedelta) -> str:
    """`3 ore prima`."""
    return _("{hours} prima", hours=hours_of(lead))


def not_later_than(lead: timedelta | None) -> str:
    """Until when a place that frees is of use."""
    if lead is None:
        return _("finché annullare è gratis")
    return _("fino a {hours} prima della lezione", hours=hours_of(lead))


def quiet_hours(quiet: QuietHours | None) -> str:
    """`dalle 22:00 alle 07:00`."""
    if quiet is None:
        return _("nessuna")
    return _("dalle {begin} alle {end}", begin=f"{quiet.begin:%H:%M}", end=f"{quiet.end:%H:%M}")


def what_rings(silent: frozenset[Event]) -> str:
    if not silent:
        return _("tutto")
    return _("{n} su {all}", n=len(Event) - len(silent), all=len(Event))


def as_usual(value: str) -> str:
    """What the configuration says."""
    return _("come di solito ({value})", value=value)


def no_place() -> str:
    return _("nessuna")
