"""What people read about an error: what happened, what the bot does, what they can do. By the class of the error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from bot.screens.texts import MINE_LABEL
from bot.screens.when import When
from domain.model import BY_OWNER, RemarkKind
from domain.site_login import PerLogin, SiteLogin
from languages import N_, Later


class Remedy(Enum):
    """The button that goes with a failure, besides the way home; its value is its label."""

    AGAIN = N_("🔁 Riprova")
    OTHER = N_("📅 Scegli un altro orario")
    HOURS = N_("🗓️ Aggiorna gli orari")
    MINE = MINE_LABEL
    SYNC = N_("🔄 Aggiorna dal sito")
    LOGIN = N_("🔑 Riprova l'accesso")  # also ends what the account waits for
    ENTERED = N_("🔑 Ho fatto l'accesso")  # for who logs in by hand: whether the site lets us in is asked
    ANYWAY = N_("❌ Annulla lo stesso")
    BOOK_ANYWAY = N_("✅ Prenota lo stesso")

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True, slots=True)
class FailureMessage:
    """An error in the user's words: what happened, what the bot does about it, what they can do."""

    happened: Later
    then: Later | None
    you: Later
    remedy: Remedy
    quote: bool = False  # the stored sentence is the site's own: show it
    you_guest: Later | None = None  # what somebody can do who does not keep the bot; None: the same

    def advice(self, when: When) -> str:
        """What the person can do."""
        return when.typed(str(self.you if when.to_keeper or self.you_guest is None else self.you_guest))


UNKNOWN = FailureMessage(
    N_("È successo qualcosa che non avevo previsto."),
    N_("Mi sono fermato, e non ho segnato niente come fatto."),
    N_("Guarda sul sito com'è andata, oppure riprova."),
    Remedy.AGAIN,
)
NOT_ASKED_FOR = FailureMessage(
    N_("Si sovrappone a un'altra tua prenotazione: per quel che so il sito ne accetta una sola, e non l'ho chiesta."),
    N_("Non riprovo."),
    N_('Scambiala con l\'altra. Se invece il sito le accetta, scrivi "warned" in config.json, in rules.overlap.'),
    Remedy.MINE,
    you_guest=N_("Scambiala con l'altra. Se invece il sito le accetta, dillo a chi tiene il bot."),
)
"""An overlap that the site was never asked about: the rule of the house was enough."""
STILL_IN_TIMETABLE = FailureMessage(
    N_("Nel tuo elenco sul sito non c'è più, ma il calendario la dà ancora come tua: non so se è annullata."),
    N_("Non la segno come annullata. Continuo a rileggere: se è andata, te lo scrivo."),
    N_("Guarda sul sito, nel calendario: se è ancora prenotata, annullala lì."),
    Remedy.SYNC,
)
"""A cancelled place that the list lacks, and the timetable goes on showing."""
NO_BUTTON = FailureMessage(
    N_("Sul sito la prenotazione c'è, ma il bottone per annullarla non lo trovo."),
    N_("Non è annullata: il posto è ancora tuo."),
    N_("Forse è troppo tardi per annullarla: guarda sul sito, o chiedi alla segreteria."),
    Remedy.MINE,
)
"""A booking that the site shows without the button that cancels it, and without a word why."""
OLD_HOURS_STAY = FailureMessage(
    N_("Gli orari sul sito non li so leggere, o sono molti meno di prima."),
    N_("Restano quelli che avevo letto."),
    N_("Se resta così, guarda sul sito."),
    Remedy.HOURS,
)
"""A timetable that can't be believed: nothing of a booking is at stake."""
NOT_IN_TIMETABLE = FailureMessage(
    N_("Il sito la mostra nel tuo elenco, ma il calendario non la dà come tua: non so se il posto è tuo."),
    N_("Non la segno come prenotata, e non ne chiedo un'altra. Continuo a rileggere: se il posto è tuo, te lo scrivo."),
    N_("Guarda sul sito, nel calendario: se lì non è prenotata, può essere una lista d'attesa."),
    Remedy.SYNC,
)
"""A place that the list shows plainly, and the timetable does not."""
FAILURE_MESSAGES: dict[str, FailureMessage] = {
    "SiteUnavailable": FailureMessage(
        N_("Il sito di Polimisport non risponde."),
        N_("Ho riprovato più volte, poi mi sono fermato."),
        N_("Riprova tra qualche minuto."),
        Remedy.AGAIN,
    ),
    "SessionExpired": FailureMessage(
        N_("Il sito mi ha chiesto di nuovo l'accesso e non sono riuscito a rientrare."),
        N_("Mi sono fermato."),
        N_("Riprova: ricomincio dall'accesso."),
        Remedy.AGAIN,
    ),
    "LoginRejected": FailureMessage(
        N_("Il sito ha rifiutato il tuo Codice Persona o la password."),
        N_("Non riprovo da solo, per non far bloccare il tuo account."),
        N_("Controlla username e password in config.json e riavvia il bot; se invece sono giusti, riprova l'accesso."),
        Remedy.LOGIN,
        quote=True,
        you_guest=N_("Se la password è cambiata o sbagliata, riscrivila con /accesso; se è giusta, riprova l'accesso."),
    ),
    "LoginDiverted": FailureMessage(
        N_("L'accesso mi ha portato a un indirizzo che non è quello del Politecnico."),
        N_("Mi sono fermato: lì non ho scritto niente, e finché non me lo dici tu non riprovo."),
        N_(
            "Non aprire quell'indirizzo. Entra dal browser sul sito di Polimisport, guarda dove ti "
            "chiede la password e "
            "confronta; se anche lì qualcosa non torna, cambiala e avvisa il Politecnico."
        ),
        Remedy.LOGIN,
    ),
    "OtpRejected": FailureMessage(
        N_("Il sito ha rifiutato due volte il codice usa e getta."),
        N_("Non insisto."),
        N_(
            "Controlla che l'orologio del computer sia giusto e che otpatu in config.json sia quello "
            "attuale, poi riprova."
        ),
        Remedy.LOGIN,
        you_guest=N_(
            "Se hai cambiato app per i codici, dammi il nuovo segreto con /accesso; se no, riprova tra un minuto."
        ),
    ),
    "OtpMissing": FailureMessage(
        N_("Il sito chiede il codice usa e getta, e nella configurazione non c'è il segreto per calcolarlo."),
        N_("Mi sono fermato prima del codice, e non riprovo da solo."),
        N_("Scrivi otpatu in config.json (.venv/bin/python otp_extractor.py aiuta a leggerlo) e riavvia il bot."),
        Remedy.LOGIN,
        you_guest=N_("Aggiungi il segreto dei codici con /accesso."),
    ),
    "LoginNeeded": FailureMessage(
        N_("Nel sito devi entrare tu, e il tuo accesso è scaduto o non c'è ancora."),
        N_("Senza non posso fare niente; quello che aspetta la sua apertura resta in coda."),
        N_(
            "Sul computer del bot scrivi nel terminale: .venv/bin/python setup.py --login. Se è senza "
            "schermo, entra da un "
            "altro con --login --export-session FILE, e portagli il file: lo prende con --import-session FILE."
        ),
        Remedy.ENTERED,
        you_guest=N_(
            "Mettiti d'accordo con chi tiene il bot: devi rifare l'accesso sul suo computer, o mandargli il file "
            "dell'accesso fatto sul tuo."
        ),
    ),
    BY_OWNER: FailureMessage(
        N_("Chi tiene il bot ha messo in pausa il tuo account."),
        None,
        N_("Se non sai perché, chiediglielo; se ti serve prima, riprendi tu con il bottone."),
        Remedy.LOGIN,
    ),
    "LoginBlocked": FailureMessage(
        N_("L'accesso al sito si è fermato su una pagina che non so superare da solo."),
        N_("Non insisto."),
        N_(
            "Entra tu dal browser e fai quello che la pagina chiede (se è una nuova password, poi scrivila anche in "
            "config.json), poi riprova l'accesso."
        ),
        Remedy.LOGIN,
        you_guest=N_(
            "Entra tu dal browser e fai quello che la pagina chiede (se è una nuova password, poi scrivila con "
            "/accesso), poi riprova l'accesso."
        ),
    ),
    "MatricolaMissing": FailureMessage(
        N_("Tra le matricole che il Politecnico ti fa scegliere non c'è quella della configurazione."),
        N_("Non ne ho scelta un'altra, e non riprovo da solo."),
        N_("Correggi matricola in config.json (vuota: prendo la prima) e riavvia il bot."),
        Remedy.LOGIN,
        quote=True,
        you_guest=N_("Correggila con /accesso."),
    ),
    "LoginUnavailable": FailureMessage(
        N_("La pagina d'accesso del Politecnico non risponde, o l'accesso si interrompe a metà."),
        N_("Non insisto."),
        N_("Di solito passa da sé: se hai fretta, guarda dal browser se l'accesso funziona, poi riprova."),
        Remedy.LOGIN,
    ),
    "LoginInterrupted": FailureMessage(
        N_("L'accesso riesce, ma poi il sito di Polimisport non mostra la sua pagina."),
        N_("Ho riprovato più volte, poi mi sono fermato."),
        N_("Riprova tra qualche minuto."),
        Remedy.AGAIN,
    ),
    "OtpError": FailureMessage(
        N_("Non riesco a leggere l'indirizzo otpauth del codice usa e getta."),
        N_("Mi sono fermato."),
        N_("Correggi otpatu in config.json e riavvia il bot."),
        Remedy.AGAIN,
        you_guest=N_("Inserisci di nuovo il segreto dei codici con /accesso."),
    ),
    "ConfigError": FailureMessage(
        N_("Non trovo le tue credenziali nella configurazione."),
        N_("Mi sono fermato."),
        N_("Controlla config.json e riavvia il bot."),
        Remedy.AGAIN,
        you_guest=N_("Dillo a chi tiene il bot: deve aggiungerti di nuovo."),
    ),
    "KeyMissing": FailureMessage(
        N_("Non riesco ad aprire i tuoi dati di accesso: manca la chiave con cui sono cifrati."),
        N_("Non ho chiesto niente al sito."),
        N_("Dillo a chi tiene il bot: deve rimettere la chiave al suo posto."),
        Remedy.AGAIN,
    ),
    "SealBroken": FailureMessage(
        N_("I tuoi dati di accesso sono rovinati: non si aprono più."),
        N_("Mi sono fermato."),
        N_("Inseriscili di nuovo con /accesso."),
        Remedy.AGAIN,
    ),
    "SiteChanged": FailureMessage(
        N_("Il sito ha risposto in un modo che non riconosco."),
        N_("Mi sono fermato senza segnare niente come fatto, e ho tenuto una copia della pagina."),
        N_("Guarda sul sito com'è andata, o rileggi da qui le tue prenotazioni."),
        Remedy.SYNC,
    ),
    "YesWithoutPlace": FailureMessage(
        N_("Il sito ha detto di sì, ma nel tuo elenco il posto non c'è."),
        N_(
            "Non lo segno come prenotato, e non lo chiedo più. Rileggo ancora le tue prenotazioni: se compare, "
            "te lo scrivo."
        ),
        N_("Guarda sul sito com'è andata, o rileggi da qui le tue prenotazioni."),
        Remedy.SYNC,
        quote=True,
    ),
    "Blocked": FailureMessage(
        N_("Il sito mi ha fermato: troppe richieste, un no senza motivo, o chiede di dimostrare che sei una persona."),
        N_("Non insisto."),
        N_("Entra tu dal browser e guarda che cosa dice, poi riprova da qui."),
        Remedy.LOGIN,
    ),
    "BookingRefused": FailureMessage(
        N_("Il sito ha detto di no."), N_("Non riprovo."), N_("Scegli un altro orario."), Remedy.OTHER, True
    ),
    "NotOpenYet": FailureMessage(
        N_("Le prenotazioni per questo orario non sono ancora aperte."),
        N_("Ho aspettato, ma non si sono aperte."),
        N_("Riprova più tardi."),
        Remedy.AGAIN,
        True,
    ),
    "SlotFull": FailureMessage(
        N_("I posti sono finiti."),
        N_("Per ora mi fermo."),
        N_("Scegli un altro orario, o lasciami aspettare che qualcuno rinunci."),
        Remedy.OTHER,
        True,
    ),
    "OnWaitingList": FailureMessage(
        N_("Il corso è pieno, ma il sito ti ha messo in lista d'attesa."),
        N_("Non è ancora una prenotazione: se il posto diventa tuo, te lo scrivo appena lo vedo."),
        N_("Se non ti serve più, esci dalla lista sul sito."),
        Remedy.OTHER,
        True,
    ),
    "PlaceUnclear": FailureMessage(
        N_("Il sito l'ha messa nel tuo elenco, ma con parole che non conosco: non so se il posto è tuo."),
        N_("Non la segno come prenotata, e non provo altro."),
        N_("Guarda sul sito: può essere una lista d'attesa, o una richiesta da confermare."),
        Remedy.SYNC,
        True,
    ),
    "SlotNotFound": FailureMessage(
        N_("Sul sito in questo momento non vedo questo orario: è stato tolto, oppure è pieno e non lo mostrano."),
        N_("Non riprovo."),
        N_("Aggiorna gli orari e scegline un altro, o lasciami guardare se torna."),
        Remedy.HOURS,
    ),
    "ClassCancelled": FailureMessage(
        N_("Il sito dice che la lezione è annullata."),
        N_("Gliel'ho chiesto almeno due volte, poi mi sono fermato."),
        N_("Scegli un altro orario."),
        Remedy.OTHER,
        True,
    ),
    "ClassMoved": FailureMessage(
        N_("Il sito ha spostato la lezione a un'altra ora."),
        N_("Non l'ho prenotata: quell'ora non l'avevi scelta tu."),
        N_("Se ti va bene lo stesso, sceglila dagli orari."),
        Remedy.OTHER,
        True,
    ),
    "AlreadyBooked": FailureMessage(
        N_("Il sito dice che questo posto è già tuo, ma non lo vedo tra le tue prenotazioni."),
        N_("Non riprovo."),
        N_("Rileggi le prenotazioni dal sito."),
        Remedy.SYNC,
        True,
    ),
    "Overlap": FailureMessage(
        N_("Si sovrappone a un'altra tua prenotazione."),
        N_("Non riprovo."),
        N_("Scambiala con l'altra, oppure scegli un altro orario."),
        Remedy.MINE,
        True,
    ),
    "MembershipProblem": FailureMessage(
        N_("Il sito dice che c'è qualcosa da sistemare: abbonamento, certificato, pagamento o profilo."),
        N_("Non riprovo, e non provo alternative: varrebbe anche per loro."),
        N_("Sistemalo sul sito o in segreteria, poi riprova."),
        Remedy.AGAIN,
        True,
    ),
    "AccountLimit": FailureMessage(
        N_("Il sito dice che per ora non puoi fare altre prenotazioni."),
        N_("Non riprovo, e non provo alternative: varrebbe anche per loro."),
        N_("Libera un posto che non ti serve, oppure guarda sul sito i tuoi ingressi, poi riprova."),
        Remedy.MINE,
        True,
    ),
    "BookingsClosed": FailureMessage(
        N_("Il sito non accetta più prenotazioni per questa lezione."),
        N_("Non riprovo."),
        N_("Scegli un altro orario."),
        Remedy.OTHER,
        True,
    ),
    "HeldForOthers": FailureMessage(
        N_("Il posto si è liberato, ma il sito lo teneva per altri fino all'inizio."),
        N_("Non riprovo."),
        N_("Scegli un altro orario."),
        Remedy.OTHER,
        True,
    ),
    "ClassStarted": FailureMessage(
        N_("La lezione è già cominciata."), N_("Non riprovo."), N_("Scegli un altro orario."), Remedy.OTHER
    ),
    "TooLateToCancel": FailureMessage(
        N_("Non ho potuto liberare il posto in tempo: annullarlo adesso può costarti una penalità."),
        N_("L'ho lasciato com'è: il posto è ancora tuo."),
        N_("Se non ci vai, annullalo lo stesso: decidi tu."),
        Remedy.ANYWAY,
    ),
    "CancelTooLate": FailureMessage(
        N_("Il sito non lascia più annullare questa prenotazione: è troppo tardi."),
        N_("Non è annullata: il posto è ancora tuo."),
        N_("Se non puoi andarci, scrivilo alla segreteria o guarda sul sito."),
        Remedy.MINE,
        True,
    ),
    "TooLateToAsk": FailureMessage(
        N_("Potevo prenotarla solo adesso, ma il termine per annullare gratis è già passato."),
        N_("Non l'ho prenotata senza chiedertelo."),
        N_("Se ci vai davvero, prenotala lo stesso: decidi tu."),
        Remedy.BOOK_ANYWAY,
    ),
    "NothingToCancel": FailureMessage(
        N_("Sul sito questa prenotazione non la trovo: l'ho cercata due volte, a mezzo minuto di distanza."),
        N_("Non ho annullato niente."),
        N_("Guarda sul sito: se la vedi, annullala lì."),
        Remedy.SYNC,
    ),
    "SeveralClasses": FailureMessage(
        N_("Quello che hai chiesto può essere più di un corso, e non so quale."),
        N_("Non ho scelto io, e non ho toccato niente."),
        N_(
            "Sceglilo dagli orari o dalle tue prenotazioni; in una riga scritta a mano, completa "
            "course_type e location."
        ),
        Remedy.OTHER,
        True,
        you_guest=N_("Sceglilo dagli orari o dalle tue prenotazioni."),
    ),
}
"""By the class of the error (domain/errors.py), as booking_actions.error_kind keeps it."""
AT_A_CLUB: dict[str, FailureMessage] = FAILURE_MESSAGES | {
    "SiteUnavailable": replace(FAILURE_MESSAGES["SiteUnavailable"], happened=N_("Il sito del circolo non risponde.")),
    "LoginRejected": replace(
        FAILURE_MESSAGES["LoginRejected"], happened=N_("Il sito ha rifiutato il tuo nome utente o la password.")
    ),
    "LoginDiverted": replace(
        FAILURE_MESSAGES["LoginDiverted"],
        happened=N_("L'accesso mi ha portato a un indirizzo che non è quello del circolo."),
        you=N_(
            "Non aprire quell'indirizzo. Entra dal browser sul sito del circolo, guarda dove ti chiede la password e "
            "confronta; se anche lì qualcosa non torna, cambiala e avvisa il circolo."
        ),
    ),
    "LoginUnavailable": replace(
        FAILURE_MESSAGES["LoginUnavailable"],
        happened=N_("La pagina d'accesso del sito non risponde, o l'accesso si interrompe a metà."),
    ),
    "LoginInterrupted": replace(
        FAILURE_MESSAGES["LoginInterrupted"],
        happened=N_("L'accesso riesce, ma poi il sito del circolo non mostra la sua pagina."),
    ),
}
"""The same at a club whose login is not the Politecnico's."""
MESSAGES = PerLogin(polimi=FAILURE_MESSAGES, club=AT_A_CLUB)
WATCH_ENDED = FailureMessage(
    N_("Nessuno ha lasciato il posto in tempo."),
    N_("Smetto di guardare: un posto preso adesso non si potrebbe più annullare senza penalità."),
    N_("Se vuoi, scegli un altro orario."),
    Remedy.OTHER,
)
NOT_CANCELLED = FailureMessage(
    N_("Il sito non ha voluto annullarla."),
    N_("Il posto è ancora tuo."),
    N_("Riprova più tardi, oppure annullala tu sul sito."),
    Remedy.AGAIN,
    quote=True,
)
STILL_THERE = FailureMessage(
    N_("Ho chiesto di annullarla, ma nel tuo elenco sul sito c'è ancora: per ora è ancora tua."),
    N_("Non la segno come annullata, e ho tenuto una copia della pagina."),
    N_("Riprova, oppure annullala tu sul sito."),
    Remedy.AGAIN,
)
"""A cancellation that the site did not refuse, and after which the list goes on showing the place."""
PASSWORD_AGAIN = FailureMessage(
    N_("Il Politecnico mi ha chiesto di nuovo la password, senza dire perché."),
    N_("Non la riscrivo da solo, per non far bloccare il tuo account."),
    N_(
        "Prova a entrare tu dal browser: se la password è cambiata, scrivila in config.json e riavvia il bot; se no, "
        "riprova l'accesso."
    ),
    Remedy.LOGIN,
    you_guest=N_(
        "Prova a entrare tu dal browser: se la password è cambiata, riscrivila con /accesso; se no, riprova l'accesso."
    ),
)
"""A password that was not taken, and not refused either."""
ASKED_AGAIN_FOR_IT = PerLogin(
    polimi=PASSWORD_AGAIN,
    club=replace(PASSWORD_AGAIN, happened=N_("Il sito mi ha chiesto di nuovo la password, senza dire perché.")),
)
BEFORE_THE_OPENING: dict[str, tuple[Later, Remedy]] = {
    "LoginRejected": (N_("Controlla username e password in config.json e riavvia il bot."), Remedy.LOGIN),
    "LoginDiverted": (
        N_("Entra dal browser e guarda dove ti chiede la password, poi riprova l'accesso."),
        Remedy.LOGIN,
    ),
    "OtpRejected": (
        N_("Controlla l'orologio del computer e otpatu in config.json, poi prova l'accesso."),
        Remedy.LOGIN,
    ),
    "LoginBlocked": (
        N_("Entra tu dal browser, prima di allora, e guarda che cosa chiede quella pagina."),
        Remedy.LOGIN,
    ),
    "LoginUnavailable": (N_("Di solito passa da sé: riprovo. Se vuoi, prova tu l'accesso più tardi."), Remedy.LOGIN),
    "LoginInterrupted": (N_("Di solito passa da sé: riprovo."), Remedy.LOGIN),
    "MatricolaMissing": (N_("Correggi matricola in config.json e riavvia il bot."), Remedy.LOGIN),
    "LoginNeeded": (N_("Prima di allora entra tu: .venv/bin/python setup.py --login."), Remedy.ENTERED),
    "OtpMissing": (N_("Scrivi otpatu in config.json e riavvia il bot."), Remedy.LOGIN),
    "OtpError": (N_("Correggi otpatu in config.json e riavvia il bot."), Remedy.SYNC),
    "ConfigError": (N_("Controlla config.json e riavvia il bot."), Remedy.SYNC),
    "Overlap": (N_("Per quel che so il sito ne accetta una sola: scambiala con l'altra, o salta questa."), Remedy.MINE),
    "SeveralClasses": (N_("Ritirala, e scegli dagli orari quello che vuoi."), Remedy.HOURS),
    "SlotNotFound": (N_("Forse il corso è stato spostato: aggiorna gli orari e guarda."), Remedy.HOURS),
    "MembershipProblem": (N_("Sistemalo sul sito o in segreteria prima di allora."), Remedy.SYNC),
    "AccountLimit": (N_("Libera prima di allora un posto che non ti serve."), Remedy.MINE),
    "Blocked": (N_("Entra tu dal browser, prima di allora, e guarda che cosa chiede."), Remedy.LOGIN),
}
"""What the owner can still do when a rehearsal fails, by the class of the error. Guests read FAILURE_MESSAGES."""
NOTHING_TO_DO = (N_("Tu non devi fare niente; se vuoi, prova l'accesso adesso."), Remedy.SYNC)
WHILE_WAITING = {
    "SiteChanged": N_("Il sito risponde in modo strano."),
    "SessionExpired": N_("Il sito chiude subito ogni accesso."),
    "SlotNotFound": N_("In questo momento sul sito non vedo questo orario."),
    "YesWithoutPlace": N_("Il sito ha detto di sì, ma nel tuo elenco il posto ancora non c'è."),
    "ClassCancelled": N_("Il sito dice che la lezione è annullata: glielo chiedo un'altra volta."),
    "ClassMoved": N_("Il sito ha spostato la lezione a un'altra ora: guardo un'altra volta."),
    "HeldForOthers": N_("Il posto si è liberato, ma per qualche minuto il sito lo tiene per altri: poi riprovo."),
    "BookingsClosed": N_("Il sito dice che le prenotazioni sono chiuse."),
    "BookingRefused": N_("Il sito ha detto di no, con parole che non conosco."),
}
"""What to say of an error while it is tried again: what was seen once may change."""


def happening(kind: str | None, site: SiteLogin) -> str:
    """The sentence about an error of that class while its action is tried again."""
    return str(WHILE_WAITING.get(kind or "") or failure_message(kind, site).happened)


def failure_message(kind: str | None, site: SiteLogin) -> FailureMessage:
    """The failure message of an error class at a club that lets people in so; UNKNOWN for a class without one."""
    return MESSAGES.at(site).get(kind or "", UNKNOWN)


LOGIN_REMARKS = {
    RemarkKind.PASSWORD_EXPIRES: FailureMessage(
        N_("🔑 <b>La tua password del Politecnico scade tra poco.</b>"),
        None,
        N_(
            "Cambiala dal sito del Politecnico prima di allora, poi scrivi quella nuova in config.json "
            "e riavvia il bot."
        ),
        Remedy.LOGIN,
        you_guest=N_("Cambiala dal sito del Politecnico prima di allora, poi scrivi quella nuova con /accesso."),
    ),
    RemarkKind.SITE_NOTICE: FailureMessage(
        N_("📢 <b>All'accesso il Politecnico ti mostra un avviso.</b>"),
        None,
        N_("Per andare avanti ci ho fatto clic: se ti riguarda, leggilo con calma dal browser."),
        Remedy.LOGIN,
    ),
    RemarkKind.MATRICOLA_CHOSEN: FailureMessage(
        N_("🎓 <b>Il Politecnico ti fa scegliere tra più matricole: ho scelto la prima.</b>"),
        None,
        N_("Se ne vuoi un'altra, scrivila nella chiave matricola di config.json e riavvia il bot."),
        Remedy.LOGIN,
        you_guest=N_("Se ne vuoi un'altra, scrivila con /accesso."),
    ),
}
"""What the pages of a login told; told once."""
STOPPED = {
    "LoginRejected": N_(
        "🔑 <b>Il sito ha rifiutato le tue credenziali:</b> finché non si risolve non posso prenotare."
    ),
    "LoginDiverted": N_("🚨 <b>L'accesso al sito porta altrove:</b> finché non si risolve non posso prenotare."),
    "LoginNeeded": N_("🔑 <b>Nel sito devi entrare tu:</b> finché non rifai l'accesso non posso prenotare."),
    "OtpMissing": N_("🔑 <b>Il sito chiede un codice che non ho:</b> finché non si risolve non posso prenotare."),
    "MatricolaMissing": N_("🎓 <b>Non trovo la tua matricola:</b> finché non si risolve non posso prenotare."),
}
"""Why an account does nothing, by the class of the error."""
