"""What people read about an error: what happened, what the bot does, what they can do. By the class of the error."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.screens.texts import MINE_LABEL
from bot.screens.when import When
from domain.model import RemarkKind


class Remedy(StrEnum):
    """The button that goes with a failure, besides the way home."""

    AGAIN = "🔁 Riprova"
    OTHER = "📅 Scegli un altro orario"
    HOURS = "🗓️ Aggiorna gli orari"
    MINE = MINE_LABEL
    SYNC = "🔄 Aggiorna dal sito"
    LOGIN = "🔑 Riprova l'accesso"  # also ends what the account waits for
    ENTERED = "🔑 Ho fatto l'accesso"  # for who logs in by hand: whether the site lets us in is asked
    ANYWAY = "❌ Annulla lo stesso"
    BOOK_ANYWAY = "✅ Prenota lo stesso"


@dataclass(frozen=True, slots=True)
class FailureMessage:
    """An error in the user's words: what happened, what the bot does about it, what they can do."""

    happened: str
    then: str
    you: str
    remedy: Remedy
    quote: bool = False  # the stored sentence is the site's own: show it
    you_guest: str = ""  # what somebody can do who does not keep the bot; empty: the same

    def advice(self, when: When) -> str:
        """What the person can do."""
        return when.typed(self.you if when.to_keeper or not self.you_guest else self.you_guest)


UNKNOWN = FailureMessage(
    "È successo qualcosa che non avevo previsto.",
    "Mi sono fermato, e non ho segnato niente come fatto.",
    "Guarda sul sito com'è andata, oppure riprova.",
    Remedy.AGAIN,
)
NOT_ASKED_FOR = FailureMessage(
    "Si sovrappone a un'altra tua prenotazione: per quel che so il sito ne accetta una sola, e non l'ho chiesta.",
    "Non riprovo.",
    'Scambiala con l\'altra. Se invece il sito le accetta, scrivi "warned" in config.json, in rules.overlap.',
    Remedy.MINE,
    you_guest="Scambiala con l'altra, oppure scegli un altro orario.",
)
"""An overlap that the site was never asked about: the rule of the house was enough."""
OLD_HOURS_STAY = FailureMessage(
    "Gli orari sul sito non li so leggere, o sono molti meno di prima.",
    "Restano quelli che avevo letto.",
    "Se resta così, guarda sul sito.",
    Remedy.HOURS,
)
"""A timetable that can't be believed: nothing of a booking is at stake."""
FAILURE_MESSAGES: dict[str, FailureMessage] = {
    "SiteUnavailable": FailureMessage(
        "Il sito di Polimisport non risponde.",
        "Ho riprovato più volte, poi mi sono fermato.",
        "Riprova tra qualche minuto.",
        Remedy.AGAIN,
    ),
    "SessionExpired": FailureMessage(
        "Il sito mi ha chiesto di nuovo l'accesso e non sono riuscito a rientrare.",
        "Mi sono fermato.",
        "Riprova: ricomincio dall'accesso.",
        Remedy.AGAIN,
    ),
    "LoginRejected": FailureMessage(
        "Il sito ha rifiutato il tuo Codice Persona o la password.",
        "Non riprovo da solo, per non far bloccare il tuo account.",
        "Controlla username e password in config.json e riavvia il bot; se invece sono giusti, riprova l'accesso.",
        Remedy.LOGIN,
        quote=True,
        you_guest="Se hai cambiato password, dilla a chi tiene il bot; se invece è giusta, riprova l'accesso.",
    ),
    "LoginDiverted": FailureMessage(
        "L'accesso mi ha portato a un indirizzo che non è quello del Politecnico.",
        "Mi sono fermato: lì non ho scritto niente, e finché non me lo dici tu non riprovo.",
        "Non aprire quell'indirizzo. Entra dal browser sul sito di Polimisport, guarda dove ti chiede la password e "
        "confronta; se anche lì qualcosa non torna, cambiala e avvisa il Politecnico.",
        Remedy.LOGIN,
    ),
    "OtpRejected": FailureMessage(
        "Il sito ha rifiutato due volte il codice usa e getta.",
        "Non insisto.",
        "Controlla che l'orologio del computer sia giusto e che otpatu in config.json sia quello attuale, poi riprova.",
        Remedy.LOGIN,
        you_guest="Se hai cambiato app per i codici, dillo a chi tiene il bot; se no, riprova tra un minuto.",
    ),
    "OtpMissing": FailureMessage(
        "Il sito chiede il codice usa e getta, e nella configurazione non c'è il segreto per calcolarlo.",
        "Mi sono fermato prima del codice, e non riprovo da solo.",
        "Scrivi otpatu in config.json (.venv/bin/python otp_extractor.py aiuta a leggerlo) e riavvia il bot.",
        Remedy.LOGIN,
        you_guest="Dillo a chi tiene il bot: deve aggiungere il tuo codice QR.",
    ),
    "LoginNeeded": FailureMessage(
        "Nel sito devi entrare tu, e il tuo accesso è scaduto o non c'è ancora.",
        "Senza non posso fare niente; quello che aspetta la sua apertura resta in coda.",
        "Sul computer del bot scrivi nel terminale: .venv/bin/python setup.py --login. Se è senza schermo, entra da un "
        "altro con --login --export-session FILE, e portagli il file: lo prende con --import-session FILE.",
        Remedy.ENTERED,
        you_guest="Mettiti d'accordo con chi tiene il bot: devi rifare l'accesso sul suo computer, o mandargli il file "
        "dell'accesso fatto sul tuo.",
    ),
    "LoginBlocked": FailureMessage(
        "L'accesso al sito si è fermato su una pagina che non so superare da solo.",
        "Non insisto.",
        "Entra tu dal browser e fai quello che la pagina chiede (se è una nuova password, poi scrivila anche in "
        "config.json), poi riprova l'accesso.",
        Remedy.LOGIN,
        you_guest="Entra tu dal browser e fai quello che la pagina chiede (se è una nuova password, poi dilla a chi "
        "tiene il bot), poi riprova l'accesso.",
    ),
    "MatricolaMissing": FailureMessage(
        "Tra le matricole che il Politecnico ti fa scegliere non c'è quella della configurazione.",
        "Non ne ho scelta un'altra, e non riprovo da solo.",
        "Correggi matricola in config.json (vuota: prendo la prima) e riavvia il bot.",
        Remedy.LOGIN,
        quote=True,
        you_guest="Dillo a chi tiene il bot: deve correggere la tua matricola.",
    ),
    "LoginUnavailable": FailureMessage(
        "La pagina d'accesso del Politecnico non risponde, o l'accesso si interrompe a metà.",
        "Non insisto.",
        "Di solito passa da sé: se hai fretta, guarda dal browser se l'accesso funziona, poi riprova.",
        Remedy.LOGIN,
    ),
    "LoginInterrupted": FailureMessage(
        "L'accesso riesce, ma poi il sito di Polimisport non mostra la sua pagina.",
        "Ho riprovato più volte, poi mi sono fermato.",
        "Riprova tra qualche minuto.",
        Remedy.AGAIN,
    ),
    "OtpError": FailureMessage(
        "Non riesco a leggere l'indirizzo otpauth del codice usa e getta.",
        "Mi sono fermato.",
        "Correggi otpatu in config.json e riavvia il bot.",
        Remedy.AGAIN,
        you_guest="Dillo a chi tiene il bot: deve correggere il tuo codice QR.",
    ),
    "ConfigError": FailureMessage(
        "Non trovo le tue credenziali nella configurazione.",
        "Mi sono fermato.",
        "Controlla config.json e riavvia il bot.",
        Remedy.AGAIN,
        you_guest="Dillo a chi tiene il bot: deve aggiungerti di nuovo.",
    ),
    "SiteChanged": FailureMessage(
        "Il sito ha risposto in un modo che non riconosco.",
        "Mi sono fermato senza segnare niente come fatto, e ho tenuto una copia della pagina.",
        "Guarda sul sito com'è andata, o rileggi da qui le tue prenotazioni.",
        Remedy.SYNC,
    ),
    "Blocked": FailureMessage(
        "Il sito mi ha fermato: troppe richieste, un no senza motivo, o chiede di dimostrare che sei una persona.",
        "Non insisto.",
        "Entra tu dal browser e guarda che cosa dice, poi riprova da qui.",
        Remedy.LOGIN,
    ),
    "BookingRefused": FailureMessage(
        "Il sito ha detto di no.", "Non riprovo.", "Scegli un altro orario.", Remedy.OTHER, True
    ),
    "NotOpenYet": FailureMessage(
        "Le prenotazioni per questo orario non sono ancora aperte.",
        "Ho aspettato, ma non si sono aperte.",
        "Riprova più tardi.",
        Remedy.AGAIN,
        True,
    ),
    "SlotFull": FailureMessage(
        "I posti sono finiti.",
        "Per ora mi fermo.",
        "Scegli un altro orario, o lasciami aspettare che qualcuno rinunci.",
        Remedy.OTHER,
        True,
    ),
    "OnWaitingList": FailureMessage(
        "Il corso è pieno, e il sito ti ha messo in lista d'attesa.",
        "Non provo altro: se si libera un posto, decide il sito.",
        "Se non ti serve, cancellati dalla lista sul sito.",
        Remedy.OTHER,
        True,
    ),
    "PlaceUnclear": FailureMessage(
        "Il sito l'ha messa nel tuo elenco, ma con parole che non conosco: non so se il posto è tuo.",
        "Non la segno come prenotata, e non provo altro.",
        "Guarda sul sito: può essere una lista d'attesa, o una richiesta da confermare.",
        Remedy.SYNC,
        True,
    ),
    "SlotNotFound": FailureMessage(
        "Sul sito in questo momento non vedo questo orario: è stato tolto, oppure è pieno e non lo mostrano.",
        "Non riprovo.",
        "Aggiorna gli orari e scegline un altro, o lasciami guardare se torna.",
        Remedy.HOURS,
    ),
    "AlreadyBooked": FailureMessage(
        "Il sito dice che questo posto è già tuo, ma non lo vedo tra le tue prenotazioni.",
        "Non riprovo.",
        "Rileggi le prenotazioni dal sito.",
        Remedy.SYNC,
        True,
    ),
    "Overlap": FailureMessage(
        "Si sovrappone a un'altra tua prenotazione.",
        "Non riprovo.",
        "Scambiala con l'altra, oppure scegli un altro orario.",
        Remedy.MINE,
        True,
    ),
    "MembershipProblem": FailureMessage(
        "Il sito dice che c'è qualcosa da sistemare: abbonamento, certificato, pagamento o profilo.",
        "Non riprovo, e non provo alternative: varrebbe anche per loro.",
        "Sistemalo sul sito o in segreteria, poi riprova.",
        Remedy.AGAIN,
        True,
    ),
    "AccountLimit": FailureMessage(
        "Il sito dice che per ora non puoi fare altre prenotazioni.",
        "Non riprovo, e non provo alternative: varrebbe anche per loro.",
        "Libera un posto che non ti serve, oppure guarda sul sito i tuoi ingressi, poi riprova.",
        Remedy.MINE,
        True,
    ),
    "BookingsClosed": FailureMessage(
        "Il sito non accetta più prenotazioni per questa lezione.",
        "Non riprovo.",
        "Scegli un altro orario.",
        Remedy.OTHER,
        True,
    ),
    "HeldForOthers": FailureMessage(
        "Il posto si è liberato, ma il sito lo teneva per altri fino all'inizio.",
        "Non riprovo.",
        "Scegli un altro orario.",
        Remedy.OTHER,
        True,
    ),
    "ClassStarted": FailureMessage(
        "La lezione è già cominciata.", "Non riprovo.", "Scegli un altro orario.", Remedy.OTHER
    ),
    "TooLateToCancel": FailureMessage(
        "Non ho potuto liberare il posto in tempo: annullarlo adesso può costarti una penalità.",
        "L'ho lasciato com'è: il posto è ancora tuo.",
        "Se non ci vai, annullalo lo stesso: decidi tu.",
        Remedy.ANYWAY,
    ),
    "CancelTooLate": FailureMessage(
        "Il sito non lascia più annullare questa prenotazione: è troppo tardi.",
        "Non è annullata: il posto è ancora tuo.",
        "Se non puoi andarci, scrivilo alla segreteria o guarda sul sito.",
        Remedy.MINE,
        True,
    ),
    "TooLateToAsk": FailureMessage(
        "Potevo prenotarla solo adesso, ma il termine per annullare gratis è già passato.",
        "Non l'ho prenotata senza chiedertelo.",
        "Se ci vai davvero, prenotala lo stesso: decidi tu.",
        Remedy.BOOK_ANYWAY,
    ),
    "NothingToCancel": FailureMessage(
        "Sul sito questa prenotazione non la trovo: l'ho cercata due volte, a mezzo minuto di distanza.",
        "Non ho annullato niente.",
        "Guarda sul sito: se la vedi, annullala lì.",
        Remedy.SYNC,
    ),
    "SeveralClasses": FailureMessage(
        "Quello che hai chiesto può essere più di un corso, e non so quale.",
        "Non ho scelto io, e non ho toccato niente.",
        "Sceglilo dagli orari o dalle tue prenotazioni; in una riga scritta a mano, completa course_type e location.",
        Remedy.OTHER,
        True,
        you_guest="Sceglilo dagli orari o dalle tue prenotazioni.",
    ),
}  # fmt: skip
"""By the class of the error (domain/errors.py), as booking_actions.error_kind keeps it."""
WATCH_ENDED = FailureMessage(
    "Nessuno ha lasciato il posto in tempo.",
    "Smetto di guardare: un posto preso adesso non si potrebbe più annullare senza penalità.",
    "Se vuoi, scegli un altro orario.",
    Remedy.OTHER,
)
NOT_CANCELLED = FailureMessage(
    "Il sito non ha voluto annullarla.",
    "Il posto è ancora tuo.",
    "Riprova più tardi, oppure annullala tu sul sito.",
    Remedy.AGAIN,
    quote=True,
)
PASSWORD_AGAIN = FailureMessage(
    "Il Politecnico mi ha chiesto di nuovo la password, senza dire perché.",
    "Non la riscrivo da solo, per non far bloccare il tuo account.",
    "Prova a entrare tu dal browser: se la password è cambiata, scrivila in config.json e riavvia il bot; se no, "
    "riprova l'accesso.",
    Remedy.LOGIN,
    you_guest="Prova a entrare tu dal browser: se la password è cambiata, dilla a chi tiene il bot; se no, riprova "
    "l'accesso.",
)
"""A password that was not taken, and not refused either."""
BEFORE_THE_OPENING: dict[str, tuple[str, Remedy]] = {
    "LoginRejected": ("Controlla username e password in config.json e riavvia il bot.", Remedy.LOGIN),
    "LoginDiverted": ("Entra dal browser e guarda dove ti chiede la password, poi riprova l'accesso.", Remedy.LOGIN),
    "OtpRejected": ("Controlla l'orologio del computer e otpatu in config.json, poi prova l'accesso.", Remedy.LOGIN),
    "LoginBlocked": ("Entra tu dal browser, prima di allora, e guarda che cosa chiede quella pagina.", Remedy.LOGIN),
    "LoginUnavailable": ("Di solito passa da sé: riprovo. Se vuoi, prova tu l'accesso più tardi.", Remedy.LOGIN),
    "LoginInterrupted": ("Di solito passa da sé: riprovo.", Remedy.LOGIN),
    "MatricolaMissing": ("Correggi matricola in config.json e riavvia il bot.", Remedy.LOGIN),
    "LoginNeeded": ("Prima di allora entra tu: .venv/bin/python setup.py --login.", Remedy.ENTERED),
    "OtpMissing": ("Scrivi otpatu in config.json e riavvia il bot.", Remedy.LOGIN),
    "OtpError": ("Correggi otpatu in config.json e riavvia il bot.", Remedy.SYNC),
    "ConfigError": ("Controlla config.json e riavvia il bot.", Remedy.SYNC),
    "Overlap": ("Per quel che so il sito ne accetta una sola: scambiala con l'altra, o salta questa.", Remedy.MINE),
    "SeveralClasses": ("Ritirala, e scegli dagli orari quello che vuoi.", Remedy.HOURS),
    "SlotNotFound": ("Forse il corso è stato spostato: aggiorna gli orari e guarda.", Remedy.HOURS),
    "MembershipProblem": ("Sistemalo sul sito o in segreteria prima di allora.", Remedy.SYNC),
    "AccountLimit": ("Libera prima di allora un posto che non ti serve.", Remedy.MINE),
    "Blocked": ("Entra tu dal browser, prima di allora, e guarda che cosa chiede.", Remedy.LOGIN),
}
"""What the owner can still do when a rehearsal fails, by the class of the error. Guests read FAILURE_MESSAGES."""
NOTHING_TO_DO = ("Tu non devi fare niente; se vuoi, prova l'accesso adesso.", Remedy.SYNC)
WHILE_WAITING = {
    "SiteChanged": "Il sito risponde in modo strano.",
    "SessionExpired": "Il sito chiude subito ogni accesso.",
    "SlotNotFound": "In questo momento sul sito non vedo questo orario.",
    "HeldForOthers": "Il posto si è liberato, ma per qualche minuto il sito lo tiene per altri: poi riprovo.",
    "BookingsClosed": "Il sito dice che le prenotazioni sono chiuse.",
    "BookingRefused": "Il sito ha detto di no, con parole che non conosco.",
}
"""What to say of an error while it is tried again: what was seen once may change."""


def happening(kind: str | None) -> str:
    """The sentence about an error of that class while its action is tried again."""
    return WHILE_WAITING.get(kind or "") or failure_message(kind).happened


def failure_message(kind: str | None) -> FailureMessage:
    """The failure message of an error class; UNKNOWN for a class without one."""
    return FAILURE_MESSAGES.get(kind or "", UNKNOWN)


LOGIN_REMARKS = {
    RemarkKind.PASSWORD_EXPIRES: FailureMessage(
        "🔑 <b>La tua password del Politecnico scade tra poco.</b>",
        "",
        "Cambiala dal sito del Politecnico prima di allora, poi scrivi quella nuova in config.json e riavvia il bot.",
        Remedy.LOGIN,
        you_guest="Cambiala dal sito del Politecnico prima di allora, poi di' quella nuova a chi tiene il bot.",
    ),
    RemarkKind.SITE_NOTICE: FailureMessage(
        "📢 <b>All'accesso il Politecnico ti mostra un avviso.</b>",
        "",
        "L'ho superato e sono entrato: se ti riguarda, leggilo con calma dal browser.",
        Remedy.LOGIN,
    ),
    RemarkKind.MATRICOLA_CHOSEN: FailureMessage(
        "🎓 <b>Il Politecnico ti fa scegliere tra più matricole: ho scelto la prima.</b>",
        "",
        "Se ne vuoi un'altra, scrivila nella chiave matricola di config.json e riavvia il bot.",
        Remedy.LOGIN,
        you_guest="Se ne vuoi un'altra, dillo a chi tiene il bot.",
    ),
}
"""What the pages of a login told; told once."""
STOPPED = {
    "LoginRejected": "🔑 <b>Il sito ha rifiutato le tue credenziali:</b> finché non si risolve non posso prenotare.",
    "LoginDiverted": "🚨 <b>L'accesso al sito porta altrove:</b> finché non si risolve non posso prenotare.",
    "LoginNeeded": "🔑 <b>Nel sito devi entrare tu:</b> finché non rifai l'accesso non posso prenotare.",
    "OtpMissing": "🔑 <b>Il sito chiede un codice che non ho:</b> finché non si risolve non posso prenotare.",
    "MatricolaMissing": "🎓 <b>Non trovo la tua matricola:</b> finché non si risolve non posso prenotare.",
}
"""Why an account does nothing, by the class of the error."""
