"""What somebody sees who has come with an invitation, until they have entered what they log in with. Pure functions."""

from __future__ import annotations

from bot.screens.callbacks import Verb
from bot.screens.page import ButtonRow, Lines, Page, button, home_button, safe
from bot.screens.when import SETUP, When
from domain.site_login import PerLogin, SiteLogin
from languages import N_, Language, _

LANGUAGES = (Language.ITALIAN, Language.ENGLISH)
"""By the number of their button."""
LABELS = {Language.ITALIAN: N_("🇮🇹 Italiano"), Language.ENGLISH: N_("🇬🇧 English")}
ENTER_LABEL = N_("🔑 Inserisci i tuoi dati di accesso")
WHAT_I_DO = PerLogin(
    polimi=N_(
        "Prenoto per te i corsi e la palestra di Polimisport, con il tuo account: anche all'istante in cui aprono "
        "le prenotazioni, e ogni settimana se vuoi."
    ),
    club=N_(
        "Prenoto per te i corsi e la palestra del circolo, con il tuo account: anche all'istante in cui aprono "
        "le prenotazioni, e ogni settimana se vuoi."
    ),
)
WHAT_I_NEED = PerLogin(
    polimi=N_(
        "Per farlo entro nel sito al posto tuo: mi servono il tuo Codice Persona, la password e, se ti chiedono un "
        "codice, la chiave o il QR dell'app che lo fa. <b>Non scriverli in chat</b>: si inseriscono in una pagina a "
        "parte, e restano cifrati."
    ),
    club=N_(
        "Per farlo entro nel sito al posto tuo: mi servono il tuo nome utente e la password. <b>Non scriverli in "
        "chat</b>: si inseriscono in una pagina a parte, e restano cifrati."
    ),
    by_hand=N_(
        "Nel sito entri tu, ogni tanto, e io uso il tuo accesso: mi serve solo il tuo nome utente. <b>Non scrivere "
        "password in chat</b>: non me ne servono."
    ),
)


def welcome(name: str, site: SiteLogin) -> Page:
    """The first page, and the only one so far. `site`: how it lets its people in."""
    greeting = _("Ciao {name}! 👋", name=safe(name)) if name else _("Ciao! 👋")
    lines = Lines().add(f"<b>{greeting}</b>")
    lines.add(str(WHAT_I_DO.at(site))).add(str(WHAT_I_NEED.at(site)))
    return Page(str(lines), _rows())


def _rows() -> tuple[ButtonRow, ...]:
    languages = tuple(button(LABELS[one], Verb.DOOR_LANGUAGE, number) for number, one in enumerate(LANGUAGES))
    return ((button(ENTER_LABEL, Verb.ACCESS),), languages, (button(_("❓ Aiuto"), Verb.HELP), home_button()))


def enter_page(link: str, minutes: int, *, again: bool) -> Page:
    """The link of the page in which the secrets are entered. `again`: who has entered them before."""
    lines = Lines()
    if again:
        lines.add(_("🔑 <b>Cambia i tuoi dati di accesso</b>"))
    else:
        lines.add(_("🔑 <b>Inserisci i tuoi dati di accesso</b>"))
    lines.add(_("Apri questa pagina: {link}", link=safe(link)))
    lines.add(_("Vale {minutes} minuti e una volta sola. È solo per te: non inoltrarla.", minutes=minutes))
    return Page(str(lines), (_again_row(),))


def ask_in_the_chat() -> Page:
    """Shown in a browser: who only finds a page open there must not put in other secrets."""
    lines = Lines().add(_("🔑 <b>I dati di accesso si cambiano dalla chat</b>"))
    lines.add(
        _(
            "Scrivi /accesso al bot: ti manda un link che vale una volta sola. Così non basta trovare aperta questa "
            "pagina."
        )
    )
    return Page(str(lines), ((home_button(),),))


def no_page(user_id: int, when: When) -> Page:
    """No page can be reached: whoever keeps the bot lets the person enter their secrets at the machine."""
    lines = Lines().add(_("🔑 <b>Per i dati di accesso serve chi tiene il bot</b>"))
    lines.add(
        _(
            "Qui non c'è una pagina in cui inserirli. Chiedi a chi ti ha invitato di farteli scrivere al computer, "
            "con questo comando:"
        )
    )
    lines.add(when.typed(f"<code>{SETUP} --add-person {user_id}</code>"))
    lines.add(_("Appena l'hai fatto ti scrivo qui. Non mandarli a nessuno in chat."))
    return Page(str(lines), ((home_button(),),))


def _again_row() -> ButtonRow:
    return (button(_("🔄 Un altro link"), Verb.ACCESS), home_button())


def configured() -> Page:
    """Whom config.json names has nothing to enter here."""
    text = _("🔑 I tuoi dati di accesso stanno in config.json: li cambia chi tiene il bot.")
    return Page(text, ((home_button(),),))
