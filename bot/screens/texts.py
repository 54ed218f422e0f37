"""The labels and sentences that several screens share, and those that depend on no row."""

from __future__ import annotations

BOOK_LABEL = "📅 Nuova Prenotazione"
MINE_LABEL = "📋 Le Mie Prenotazioni"
PERIODIC_LABEL = "🔄 Prenotazioni Periodiche"
HOURS_LABEL = "🗓️ Orari Corsi"
ONE_AT_A_TIME = "per quel che so il sito ne accetta una sola."
HELP = f"""<b>Cosa so fare</b>

{BOOK_LABEL} — scegli giorno, corso e orario. Se le prenotazioni non sono ancora aperte aspetto io, e prenoto appena \
aprono: puoi andare a dormire. Con <i>➕ Alternativa</i> dici che cosa provare se la prima scelta non c'è più.
{MINE_LABEL} — quello che hai: annullarlo, o scambiarlo con un orario migliore. E i posti che tengo d'occhio per te.
{PERIODIC_LABEL} — quello che si ripete ogni settimana: ci penso io, oppure prima ti chiedo. Con pausa, date da \
saltare e ferie.
{HOURS_LABEL} — l'orario della settimana, con i posti.

<b>Tutto pieno?</b> Tengo d'occhio il posto: se si libera lo prenoto, o ti avviso.

<b>Comandi</b>
/start — il menu
/status — le ultime richieste; con un numero, quella: <code>/status 12</code>
/help — questa pagina

Dico <i>prenotata</i> o <i>annullata</i> solo dopo averlo riletto sul sito."""
GO_ON_LABEL = "▶️ Riprendi le periodiche"
RECURRING_STANDS = (
    "⏸ Varrebbe anche per le prossime, perciò fermo le tue prenotazioni periodiche finché non mi dici di riprendere. "
    "Prenotare a mano si può sempre."
)
GOES_ON = "▶️ Riprendo le prenotazioni periodiche."
TOO_MANY_HELD = "⚠️ Ne hai già {most}, e di solito il sito non ne accetta di più: posso provarci."
CLOSED_BY_NOW = "⚠️ Di solito il sito chiude le prenotazioni {minutes} prima: posso provarci."
NO_TICKET = "Questa richiesta non la trovo tra le tue."
ONLY_IF_YOU_GO = "⚠️ Il termine per annullare gratis è passato: conferma solo se ci vai davvero."
BINDING = "⚠️ Ricorda: il termine per annullare gratis è già passato."
TOO_LATE = "Ci sto già lavorando: non posso più ritirarla. Ti scrivo com'è andata."
TAKEN_THOUGH_WITHDRAWN = (
    "⚠️ L'avevi ritirata, ma il sito l'aveva già registrata senza rispondermi. Se non la vuoi, annullala."
)
FREED_THOUGH_WITHDRAWN = "⚠️ L'avevi ritirata, ma il sito aveva già liberato il posto senza rispondermi."
LAST_LOOK = "Sto guardando proprio adesso: se il posto non c'è, smetto."
COMMANDS = (
    ("start", "Il menu"),
    ("status", "Le ultime richieste, o una: /status 12"),
    ("help", "Cosa so fare"),
)
