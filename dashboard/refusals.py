"""What a page says in place of what was asked for, by the status of the answer."""

from __future__ import annotations

from dataclasses import dataclass

from languages import N_, Later


@dataclass(frozen=True, slots=True)
class Refusal:
    title: Later
    text: Later


NOT_ENTERED = Refusal(
    N_("Qui si entra dalla chat"),
    N_(
        "Scrivi /pagina al bot e apri in questo browser il link che ti manda: vale cinque minuti e una volta sola. Se "
        "chi tiene il bot ti ha sospeso, te lo dice la chat."
    ),
)
UNEXPECTED = Refusal(N_("Qualcosa è andato storto"), N_("Non sono riuscito a fare quello che hai chiesto. Riprova."))
REFUSALS = {
    403: Refusal(
        N_("Questo non l'ho fatto"),
        N_("La richiesta non veniva da questa pagina, o la pagina era vecchia. Torna indietro, ricaricala e riprova."),
    ),
    404: Refusal(N_("Qui non c'è niente"), N_("La pagina che cerchi non esiste, o non esiste più.")),
    405: Refusal(
        N_("Questo indirizzo non si apre così"),
        N_("È quello di un pulsante, che fa qualcosa solo quando lo tocchi. Torna alla pagina di prima e toccalo lì."),
    ),
    410: Refusal(
        N_("Questo link non vale più"),
        N_("Un link vale cinque minuti e una volta sola. Scrivi /pagina al bot e te ne manda uno nuovo."),
    ),
    413: Refusal(N_("È troppo grande"), N_("Quello che hai mandato è più grande di quanto io accetti.")),
    421: Refusal(
        N_("Non mi chiamo così"),
        N_("Questa pagina non si apre con questo indirizzo: scrivi /pagina al bot e apri il link che ti manda."),
    ),
    429: Refusal(N_("Troppi tentativi"), N_("Aspetta un minuto e riprova.")),
    503: Refusal(N_("Un momento"), N_("Il database non risponde adesso. Riprova tra qualche secondo.")),
}


def refusal(status: int, *, entered: bool) -> Refusal:
    """The words for that status; `entered`: whether the browser has a session."""
    if status == 403 and not entered:
        return NOT_ENTERED
    return REFUSALS.get(status, UNEXPECTED)
