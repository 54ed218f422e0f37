"""How a question about a message in plain words looks: what was read of it, what was not, and what may be meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.page import Button, Lines, NewMessage, Page, button, home_button, in_quotes
from bot.screens.places import place_button
from bot.screens.plain_words import MOST_SHOWN, dated, for_example, shifted
from bot.screens.when import When
from bot.understanding.intents import Act, Doubt, Intent, Look, Place, Show, Unsure
from languages import N_, _, n_

P = TypeVar("P")

MOST_WORDS = 4  # words that were not understood, as they are told
MOST_LEFT_OUT = 4  # phrases of which nothing was made, as they are told

DOUBTS = {
    Doubt.UNKNOWN: N_("Non ho capito."),
    Doubt.WORDS: N_("Non sono sicuro di aver capito."),
    Doubt.ANOTHER: N_(
        "Con un messaggio prenoto solo per te, e un posto alla volta. Per prenotare anche per un amico c'è /insieme."
    ),
    Doubt.NEGATED: N_("Non sono sicuro di che cosa non vuoi: per sicurezza non ho fatto niente."),
    Doubt.ONCE_OR_WEEKLY: N_("Una volta sola, o ogni settimana?"),
    Doubt.SEVERAL: N_("Mi hai chiesto più cose insieme: una alla volta, per favore."),
    Doubt.TIMES: N_("Il giorno o l'ora non tornano: me li riscrivi?"),
    Doubt.PAST: N_("Quel giorno è già passato."),
    Doubt.NO_DAY: N_("Quel giorno nel calendario non esiste."),
    Doubt.EXCEPT: N_("Le eccezioni («tutto tranne...») si fanno una lezione alla volta: scegli tu."),
    Doubt.PAYING: N_(
        "Non posso pagare, né vedere i pagamenti: guarda sul sito delle prenotazioni, o chiedi alla segreteria."
    ),
    Doubt.PAPERS: N_(
        "Di tessere, iscrizioni e certificati non so niente: se ne occupa la segreteria del centro sportivo."
    ),
    Doubt.WEATHER: N_("Che tempo farà non lo so: guarda le previsioni. Non ho toccato niente."),
    Doubt.PREMISES: N_("Di spogliatoi, attrezzatura e oggetti smarriti non so niente: chiedi al centro sportivo."),
    Doubt.COST: N_("Quanto costa non lo so: lo dice il sito delle prenotazioni."),
    Doubt.NOT_OFFERED: N_("Negli orari che conosco non lo trovo:"),
    Doubt.CORRECTED: N_("Che cosa volevi correggere? Riscrivimelo per intero: corso, giorno e ora."),
    Doubt.PEOPLE: N_("Chi viene, e in quanti siete, non lo so: il sito mi dice solo i posti liberi."),
    Doubt.BOUNDED: N_(
        "Una periodica va avanti finché la fermi tu: una data d'inizio o di fine non la so tenere. "
        "Per un periodo ci sono la pausa e le ferie."
    ),
    Doubt.SHOWN: N_(
        "I messaggi di prima non li ricordo: tocca un pulsante lì sotto, o riscrivimi per intero corso, giorno e ora."
    ),
    Doubt.RHYTHM: N_(
        "So ripetere solo ogni settimana, nello stesso giorno. Puoi farne una periodica e saltare le date che non vuoi."
    ),
    Doubt.CONTACT: N_(
        "Numeri e indirizzi non ne ho: li trovi sul sito del centro sportivo. Io sono solo il bot che prenota."
    ),
    Doubt.CLOSING: N_(
        "Dei giorni di chiusura non so niente: li dice il sito del centro sportivo. "
        "Negli orari vedi i prossimi giorni, come li dà il sito."
    ),
    Doubt.ENTRY: N_(
        "Chi entra, e fino a quando, lo decide il centro sportivo: io prenoto soltanto il posto. Chiedi a loro."
    ),
    Doubt.TRAINING: N_("Schede e diete non ne so fare: chiedi agli istruttori. Io prenoto le lezioni."),
    Doubt.OTHERS: N_(
        "Vedo e cambio solo le tue prenotazioni, non quelle degli altri. "
        "Se aspetti un posto, apri la lezione: quando è piena, la tengo d'occhio."
    ),
    Doubt.HANDED_ON: N_(
        "Un posto non si può passare a un altro: se lo annulli, lo prende chi arriva prima. "
        "Per prenotare anche per un amico c'è /insieme."
    ),
    Doubt.WAY: N_("Come ci si arriva non lo so: cerca la sede su una mappa."),
    Doubt.LONG: N_("È troppo lungo per me: bastano corso, giorno e ora."),
}
TELLS_WORDS = (Doubt.WORDS, Doubt.UNKNOWN, Doubt.NEGATED)
ACTS = {
    Act.BOOK: N_("prenotare"), Act.CANCEL: N_("disdire"), Act.STOP: N_("smettere"), Act.MOVE: N_("spostare"),
    Act.PAUSE: N_("mettere in pausa o riprendere"), Act.WATCH: N_("tenere d'occhio"),
    Act.UNWATCH: N_("non tenere più d'occhio"), Act.REMIND: N_("avvisarti prima"), Act.KEEP: N_("lasciare com'è"),
}  # fmt: skip
"""What a message asks to be done, as it is read back."""
ALWAYS_OFFERED = (Place.NEW, Place.MINE, Place.HOURS, Place.HELP)
"""Where to go on when nothing at all is known of what somebody wants."""
OFFERED_OF_MINE = (Place.MINE, Place.PERIODIC)
"""Where to go on when something that one has is to go, and nothing of it was found: to no booking."""


def chat_page() -> Page:
    """Small talk: what there is to talk about here."""
    text = _("A chiacchiere me la cavo male 😅 Io prenoto lezioni: scrivimi corso, giorno e ora.")
    return Page(text, (*((place_button(place),) for place in ALWAYS_OFFERED), (home_button(),)))


def left_page() -> Page:
    """Nothing was to be done, and nothing was."""
    return Page(
        _("👍 Tutto resta com'è: non ho cambiato niente."), ((button(texts.MINE_LABEL, Verb.MINE, 0), home_button()),)
    )


def leave_button() -> Button:
    """The harmless one under a question."""
    return button(_("👍 Lascia tutto com'è"), Verb.LEAVE_ALL)


def unsure_page(
    unsure: Unsure,
    buttons: Sequence[Button],
    when: When,
    legend: Sequence[str] = (),
    *,
    stays: bool = False,
    missing: str = "",
) -> Page:
    """What was not understood, what was heard all the same, and what may be meant: at least where to go on by taps.

    `stays`: the first button is to leave all as it is; it is among them wherever there is a no.
    `missing`: that what was read is not there.
    """
    doubt, read = unsure.doubt, _read(unsure, when)
    is_read = bool(doubt is Doubt.WORDS and buttons and read)  # what was read says it, and the question follows
    lines = Lines().add("" if is_read else _question(unsure))
    lines.add(_not_placed(unsure.words) if doubt in TELLS_WORDS else "")
    if doubt is not Doubt.LONG:
        lines.add(read, _then(unsure, when)).add(left_out(unsure.unused)).add(missing)
    if buttons and doubt not in (Doubt.ONCE_OR_WEEKLY, Doubt.EXCEPT):
        question = _("Intendevi questa?") if len(buttons) == 1 else _("Intendevi una di queste?")
        lines.add(_("Che cosa vuoi fare?") if len(legend) > 1 else question, " · ".join(legend))
    elif not buttons:
        lines.add(_("Che cosa vuoi fare?") if unsure.about or read else "")
    says_no = doubt is Doubt.NEGATED
    otherwise = OFFERED_OF_MINE if unsure.of_mine or says_no else ALWAYS_OFFERED
    about = tuple(place for place in unsure.about if not (says_no and place is Place.NEW))
    shown = about if buttons or about else otherwise
    if unsure.doubt is Doubt.WORDS and not unsure.is_told and Place.MINE not in shown:
        shown = (Place.MINE, *shown)  # the word that is not known may be about what is held
    if not (buttons or read or unsure.about):
        lines.add(*for_example())
    rows = [(one,) for one in buttons[:MOST_SHOWN]]
    leave = [(leave_button(),)] if stays or unsure.noes else []
    rows = [*leave, *rows] if stays else [*rows, *leave]
    return Page(str(lines), (*rows, *((each,) for each in dict.fromkeys(map(place_button, shown))), (home_button(),)))


def _read(unsure: Unsure, when: When) -> str:
    """`Ho letto: disdire · YOGA, domani; non PILATES.`: what is to be done, and with what."""
    acts = [_("non {verb}", verb=str(ACTS[one.act])) if one.denied else str(ACTS[one.act]) for one in unsure.acts]
    wish = unsure.heard
    if unsure.weekly and wish.days:
        wish = replace(wish, days=(), weekdays=tuple(sorted({day.weekday() for day in wish.days})))
    classes = ", ".join(each for each in (dated(wish, when), shifted(unsure.shift)) if each)
    weekly = _("ogni settimana") if unsure.weekly and not wish.weekdays else ""
    everything = _("tutto") if unsure.everything else ""
    told = [*acts, weekly, everything, *(in_quotes(each) for each in unsure.quoted), classes]
    read = " · ".join(each for each in told if each)
    without = dated(unsure.denied, when)
    if without and any(one.denied for one in unsure.acts):  # the verb says it: "not cancel Monday's"
        read, without = " · ".join(each for each in (read, without) if each), ""
    if not without:
        return _("Ho letto: {wish}.", wish=read) if read else ""
    if unsure.doubt is Doubt.EXCEPT:
        return _("Ho letto: {wish}; tranne {denied}.", wish=read or _("tutto"), denied=without)
    return _("Ho letto: {wish}; non {denied}.", wish=read, denied=without) if read else _not_that(without)


def _not_that(denied: str) -> str:
    return _("Ho letto: non {denied}.", denied=denied)


def _then(unsure: Unsure, when: When) -> str:
    """The other classes that were named: each is a wish of its own."""
    more = "; ".join(dated(wish, when) for wish in unsure.more)
    return _("E poi: {wish}.", wish=more) if more else ""


def left_out(words: Sequence[str]) -> str:
    """The words that change nothing in the answer, so that nobody thinks they did."""
    return _("Non ho tenuto conto di: {words}.", words=_listed(words, MOST_LEFT_OUT)) if words else ""


def with_left_out(page: P, intent: Intent) -> P | Page:
    """A page that words led to, with those of which it takes no account."""
    if not (isinstance(intent, Show | Look) and intent.unused):
        return page
    if isinstance(page, NewMessage):
        return replace(page, page=_told_left_out(page.page, intent.unused))
    return _told_left_out(page, intent.unused) if isinstance(page, Page) else page


def _told_left_out(page: Page, words: Sequence[str]) -> Page:
    return replace(page, text=str(Lines().add(page.text).add(left_out(words))))


def _listed(words: Sequence[str], most: int) -> str:
    """`«uno», «due» e altre 3`."""
    listed, rest = ", ".join(in_quotes(word) for word in words[:most]), len(words) - most
    return listed if rest <= 0 else n_("{words} e un'altra", "{words} e altre {n}", rest, words=listed)


def _question(unsure: Unsure) -> str:
    if unsure.doubt is Doubt.NEGATED and unsure.noes:
        words = ", ".join(in_quotes(no) for no in unsure.noes)
        return _("Hai scritto {words}: per sicurezza non ho fatto niente.", words=words)
    if unsure.doubt is Doubt.NOT_OFFERED:
        return f"{DOUBTS[unsure.doubt]} {', '.join(in_quotes(word) for word in unsure.words[:MOST_WORDS])}."
    return str(DOUBTS[unsure.doubt])


def _not_placed(words: Sequence[str]) -> str:
    if not words:
        return ""
    listed = _listed(words, MOST_WORDS)
    return (
        _("Queste parole non le conosco: {words}.", words=listed)
        if len(words) > 1
        else _("Non conosco la parola {word}.", word=listed)
    )
