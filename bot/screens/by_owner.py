"""What people are told of what whoever keeps the bot did with their requests and their account. Pure functions."""

from __future__ import annotations

from bot.screens.callbacks import Verb
from bot.screens.classes import about_action
from bot.screens.page import Lines, Page, button, home_button
from bot.screens.when import When
from domain.model import Action, ActionType
from languages import _


def withdrawn(action: Action, when: When) -> Page:
    """Sent to whose request was withdrawn before it was acted on."""
    lines = Lines().add(_("↩️ <b>Chi tiene il bot ha ritirato una tua richiesta</b>"), about_action(action, when))
    if action.type is ActionType.CANCEL:
        lines.add(_("Il posto non è stato annullato: se non ti serve più, annullalo di nuovo."))
    else:
        lines.add(_("Non la provo più. Se la vuoi ancora, chiedila di nuovo; se non sai perché, domandaglielo."))
    again = button(_("🔁 Riprova"), Verb.AGAIN, action.id, fresh=True)
    return Page(str(lines), ((again, home_button(fresh=True)),))


def resumed() -> Page:
    """Sent to whose account waits no more."""
    lines = Lines().add(_("▶️ <b>Chi tiene il bot ha fatto ripartire il tuo account</b>"))
    lines.add(_("Quello che aspettava riparte adesso."))
    return Page(str(lines), ((button(_("🧾 Richieste"), Verb.STATUS, 0, fresh=True), home_button(fresh=True)),))
