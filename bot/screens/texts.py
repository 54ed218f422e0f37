"""The labels and sentences that several screens share, and those that depend on no row."""

from __future__ import annotations

from languages import N_, n_

BOOK_LABEL = N_("📅 Nuova Prenotazione")
MINE_LABEL = N_("📋 Le Mie Prenotazioni")
PERIODIC_LABEL = N_("🔄 Prenotazioni Periodiche")
HOURS_LABEL = N_("🗓️ Orari Corsi")
FIND_LABEL = N_("🔎 Cerca un corso")
TOGETHER_LABEL = N_("👥 Insieme")
SHARE_LABEL = N_("🔗 Condividi")
HISTORY_LABEL = N_("🗂 Storico")
HELP = N_("""<b>Cosa so fare</b>

{book} — scegli giorno, corso e orario. Se le prenotazioni non sono ancora aperte aspetto io, e prenoto appena \
aprono: puoi andare a dormire. Con <i>➕ Alternativa</i> dici che cosa provare se la prima scelta non c'è più.
{mine} — quello che hai: annullarlo, o scambiarlo con un orario migliore. E i posti che tengo d'occhio per te.
{periodic} — quello che si ripete ogni settimana: ci penso io, oppure prima ti chiedo. Con pausa, date da \
saltare e ferie.
{hours} — l'orario della settimana, con i posti.

<b>Tutto pieno?</b> Tengo d'occhio il posto: se si libera lo prenoto, o ti avviso.

<b>Comandi</b>
/start — il menu
/prenota, /mie, /periodiche, /orari — i suoi quattro pulsanti
/status — le ultime richieste; con un numero, quella: <code>/status 12</code>
/storico — le lezioni che hai avuto, restituito o mancato
/statistiche — i tuoi numeri, con un'immagine
/impostazioni — lingua, suoni, ore di silenzio, promemoria
/calendario — le tue lezioni e i tuoi esami: ti avviso se una prenotazione ci cade sopra
/insieme — prenotare anche per un amico
/pagina — le stesse cose nel browser
/dimenticami — cancello tutto quello che so di te
/help — questa pagina

Dico <i>prenotata</i> o <i>annullata</i> solo dopo averlo riletto sul sito.""")
HELP_OF_OWNER = N_("""<b>Per te che tieni il bot</b>
/invita — un link per chi vuoi far entrare
/persone — chi hai invitato: limiti, sospensioni""")
GO_ON_LABEL = N_("▶️ Riprendi le periodiche")
RECURRING_STANDS = N_(
    "⏸ Varrebbe anche per le prossime, perciò fermo le tue prenotazioni periodiche finché non mi dici di riprendere. "
    "Prenotare a mano si può sempre."
)
GOES_ON = N_("▶️ Riprendo le prenotazioni periodiche.")
TOO_MANY_HELD = N_("⚠️ Ne hai già {most}, e di solito il sito non ne accetta di più: posso provarci.")
OVERLAPS = N_("⚠️ Si sovrappone a {other}: per quel che so il sito ne accetta una sola.")
OVERLAPS_AND_BOTH_TAKEN = N_("⚠️ Si sovrappone a {other}: di solito il sito le accetta tutte e due.")
NO_TICKET = N_("Questa richiesta non la trovo tra le tue.")
ONLY_IF_YOU_GO = N_("⚠️ Il termine per annullare gratis è passato: conferma solo se ci vai davvero.")
BINDING = N_("⚠️ Ricorda: il termine per annullare gratis è già passato.")
TOO_LATE = N_("Ci sto già lavorando: non posso più ritirarla. Ti scrivo com'è andata.")
FROM_THE_LIST = N_("🎉 Eri in lista d'attesa, e il sito ti ha dato il posto.")
TAKEN_THOUGH_WITHDRAWN = N_(
    "⚠️ L'avevi ritirata, ma il sito l'aveva già registrata senza rispondermi. Se non la vuoi, annullala."
)
FREED_THOUGH_WITHDRAWN = N_("⚠️ L'avevi ritirata, ma il sito aveva già liberato il posto senza rispondermi.")
TOO_LATE_TO_SWAP = N_("Per scambiarla è tardi: quella che hai non si può più annullare gratis, o non c'è più.")
LAST_LOOK = N_("Sto guardando proprio adesso: se il posto non c'è, smetto.")
ABOUT = N_(
    "Prenoto per te i corsi e la palestra di {club}: anche all'istante in cui aprono le prenotazioni, ogni "
    "settimana se vuoi, e quando si libera un posto. Dico «prenotata» solo dopo averla vista sul sito."
)
"""What an empty chat shows; {club}: the club's name."""
ABOUT_IN_SHORT = N_("Prenoto i corsi e la palestra di {club}, anche nell'istante in cui aprono.")
COMMANDS = (
    ("start", N_("Il menu")),
    (N_("prenota"), N_("Una nuova prenotazione")),
    (N_("mie"), N_("Le tue prenotazioni")),
    (N_("periodiche"), N_("Quelle che si ripetono ogni settimana")),
    (N_("orari"), N_("L'orario dei corsi, con i posti")),
    ("status", N_("Le ultime richieste, o una: /status 12")),
    (N_("storico"), N_("Le lezioni avute e quelle mancate, anche come file")),
    (N_("statistiche"), N_("I tuoi numeri, con un'immagine")),
    (N_("impostazioni"), N_("La lingua, i suoni e il resto")),
    (N_("calendario"), N_("Le tue lezioni e i tuoi esami")),
    (N_("pagina"), N_("Le stesse cose nel browser")),
    (N_("insieme"), N_("Prenotare anche per un amico")),
    (N_("dimenticami"), N_("Cancello tutto quello che so di te")),
    ("help", N_("Cosa so fare")),
)


def help_text() -> str:
    return HELP.filled(book=BOOK_LABEL, mine=MINE_LABEL, periodic=PERIODIC_LABEL, hours=HOURS_LABEL)


def closed_by_now(minutes: int) -> str:
    return n_(
        "⚠️ Di solito il sito chiude le prenotazioni {n} minuto prima: posso provarci.",
        "⚠️ Di solito il sito chiude le prenotazioni {n} minuti prima: posso provarci.",
        minutes,
    )
