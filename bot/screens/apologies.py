"""What is said when a tap or a message can't be answered as it should: whole pages, and sentences over a button."""

from __future__ import annotations

from bot.screens.menu import notice_page
from bot.screens.page import Page
from languages import N_

TOO_MANY = N_("Troppe richieste tutte insieme: ho tenuto le prime e lasciato cadere le altre. Riprova tra un momento.")
UNKNOWN_BUTTON = N_("Questo pulsante non lo conosco più. Ti apro il menu.")
TAKING_LONG = N_("Un attimo, ci sto mettendo più del solito…")
DATABASE_UNAVAILABLE = N_(
    "⚠️ In questo momento non riesco a usare il mio archivio. Non è andato perso niente: riprova tra poco."
)
STANDS_ABOVE = N_("Vale la risposta qui sopra.")
UNEXPECTED = N_("⚠️ Qualcosa da parte mia è andato storto. Non è andato perso niente: riprova, o torna al menu.")


def database_unavailable() -> Page:
    return notice_page(str(DATABASE_UNAVAILABLE))


def unexpected() -> Page:
    return notice_page(str(UNEXPECTED))


def too_many() -> Page:
    return notice_page(str(TOO_MANY))


def stands_above() -> Page:
    """To a message whose answer stands last in the chat: a second menu below the first would only be in the way."""
    return Page(str(STANDS_ABOVE))
