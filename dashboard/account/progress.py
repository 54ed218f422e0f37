"""How the first login of an account goes, in its person's words: from the rows that the worker writes.

Pure: rows in, words out. What is told as an end is what the worker has settled; until then it is told as under way.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.screens.failure_messages import happening
from bot.screens.when import When
from domain.errors import ASKED_AGAIN, LoginStopped, quoted
from domain.model import BY_OWNER, Account, Action, ActionStatus
from domain.site_login import PerLogin, SiteLogin
from languages import N_, Later, _, n_

CODE_REFUSED = "OtpRejected"
NEEDS_ITS_PERSON = "LoginNeeded"
BARRED = ("LoginBlocked", "Blocked")  # pages that only a person gets past, in a browser


class Standing(StrEnum):
    """How far it is."""

    QUEUED = "queued"  # no worker has begun
    ENTERING = "entering"  # a worker is at it
    AGAIN = "again"  # it did not work, and the worker tries again by itself
    HAND = "hand"  # its person has to log in, and has not yet
    STOPPED = "stopped"  # nothing is tried any more until its person does something
    ENTERED = "entered"


class Remedy(StrEnum):
    """What its person is offered; the name of the button."""

    PASSWORD = "password"  # noqa: S105 - the form, for another password
    CODE = "code"  # the form, for another one-time secret
    FORM = "form"  # the form, for whatever else is wrong in it
    TRY = "try"  # the login is tried again as it is


@dataclass(frozen=True, slots=True)
class Progress:
    standing: Standing
    title: str
    lines: tuple[str, ...] = ()
    words: str = ""  # the site's own
    remedy: Remedy | None = None

    @property
    def is_over(self) -> bool:
        """Whether it stays as it is until its person acts."""
        return self.standing in (Standing.STOPPED, Standing.ENTERED)


@dataclass(frozen=True, slots=True)
class Rows:
    """What the database says of an account that is tried."""

    account: Account | None
    check: Action | None  # the reading that was queued with it
    held: int  # bookings that were read
    worker_lives: bool
    is_suspended: bool = False


def progress(rows: Rows, when: When) -> Progress:
    """Where the login stands; `when`: the moment, and its reader's clock."""
    account, check = rows.account, rows.check
    if account is None and rows.is_suspended:
        stays = _("I tuoi dati restano, cifrati. Se pensi che sia uno sbaglio, parlane con chi tiene il bot.")
        return Progress(Standing.STOPPED, _("Chi tiene il bot ha sospeso il tuo accesso."), (stays,))
    if account is None:
        gone = _("Chi tiene il bot ha tolto questo account nel frattempo: se non te lo aspettavi, chiedi a lui.")
        return Progress(Standing.STOPPED, _("Questo account non c'è più."), (gone,))
    if check is not None and check.status is ActionStatus.COMPLETED:
        return _opening_first() if account.login_asked else _entered(rows.held)
    if account.stop is not None:
        return _stopped(account.stop, when.site)
    if account.pause is not None and account.waits_until(when.now):
        return _waits(account.pause.kind, account.pause.reason, f"{when.local(account.pause.until):%H:%M}", when)
    if check is None or check.status is ActionStatus.CANCELLED:
        return Progress(Standing.STOPPED, _("L'accesso non è stato provato."), remedy=Remedy.TRY)
    if check.status is ActionStatus.FAILED:
        return _gave_up(check, when.site)
    if check.status is ActionStatus.PROCESSING:
        return _entering()
    if check.error_kind and check.run_at > when.now:
        return _waits(check.error_kind, check.error or "", f"{when.local(check.run_at):%H:%M}", when)
    return _queued(worker_lives=rows.worker_lives)


def _queued(*, worker_lives: bool) -> Progress:
    soon = (_("Comincio tra un attimo."),)
    nobody = (
        _("Adesso però il programma che entra nel sito è fermo: chi tiene il bot lo deve avviare."),
        _("Appena riparte provo l'accesso. Puoi chiudere questa pagina, e guardare poi nella chat."),
    )
    return Progress(Standing.QUEUED, _("Salvato e cifrato."), soon if worker_lives else nobody)


def _entering() -> Progress:
    lines = (
        _("Faccio quello che faresti tu: apro il sito, scrivo i tuoi dati, e leggo le tue prenotazioni."),
        _("Di solito bastano dieci secondi. Se serve un altro codice aspetto il prossimo: fino a un minuto."),
    )
    return Progress(Standing.ENTERING, _("Sto entrando nel sito con il tuo account…"), lines)


def _entered(held: int) -> Progress:
    read = n_("Ho letto {n} tua prenotazione.", "Ho letto {n} tue prenotazioni.", held)
    none = _("Sul sito adesso non hai prenotazioni.")
    return Progress(
        Standing.ENTERED,
        _("Sono dentro: l'accesso funziona."),
        (read if held else none, _("Da adesso puoi prenotare dalla chat, o dalla tua pagina.")),
    )


def _opening_first() -> Progress:
    """Near an opening a worker goes on with the session that lives: a new login could cost the place."""
    lines = (
        _("Tra poco apre una lezione che aspetti: fino ad allora uso l'accesso di prima, che vale ancora."),
        _("Subito dopo provo con i dati nuovi. Non devi restare qui."),
    )
    return Progress(Standing.AGAIN, _("Salvato e cifrato."), lines)


STOPS: dict[str, tuple[Later, Later, Remedy]] = {
    "LoginRejected": (
        N_("Il sito ha rifiutato Codice Persona o password."),
        N_(
            "Non riprovo da solo, per non far bloccare il tuo account. Prova Codice Persona e password sul sito del "
            "Politecnico; poi riscrivili qui."
        ),
        Remedy.PASSWORD,
    ),
    "OtpMissing": (
        N_("Il sito chiede il codice usa e getta, e non ho il segreto per calcolarlo."),
        N_("Mi sono fermato prima del codice. Aggiungi il segreto: la foto del codice QR, o la chiave."),
        Remedy.CODE,
    ),
    "MatricolaMissing": (
        N_("Tra le matricole che il Politecnico fa scegliere non c'è la tua."),
        N_("Non ne ho scelta un'altra. Correggi la matricola, o lasciala vuota: prendo la prima."),
        Remedy.FORM,
    ),
    "LoginDiverted": (
        N_("L'accesso porta a un indirizzo dove la tua password non va scritta."),
        N_("Mi sono fermato prima di scriverla. Dillo a chi tiene il bot: deve guardare lui."),
        Remedy.TRY,
    ),
}
"""Why nothing is tried any more, by the class of the error: what happened, what to do, and the button for it."""
STOPS_AT_A_CLUB = STOPS | {
    "LoginRejected": (
        N_("Il sito ha rifiutato nome utente o password."),
        N_(
            "Non riprovo da solo, per non far bloccare il tuo account. Prova nome utente e password sul sito del "
            "circolo; poi riscrivili qui."
        ),
        Remedy.PASSWORD,
    ),
}
WHY_STOPPED = PerLogin(polimi=STOPS, club=STOPS_AT_A_CLUB)
WRITE_IT_NO_MORE = N_(
    "Non la riscrivo da solo, per non far bloccare il tuo account. Prova a entrare tu dal browser: se la password "
    "è cambiata riscrivila qui, se no riprova."
)
ASKED_AGAIN_FOR_IT = PerLogin(
    polimi=N_("Il Politecnico ha chiesto di nuovo la password, senza dire perché."),
    club=N_("Il sito ha chiesto di nuovo la password, senza dire perché."),
)


def _stopped(stop: LoginStopped, site: SiteLogin) -> Progress:
    if stop.kind == NEEDS_ITS_PERSON:
        return Progress(
            Standing.HAND,
            _("Salvato. Adesso tocca a te entrare."),
            (_("Finché non fai l'accesso non posso prenotare; appena lo fai me ne accorgo, e lo vedi anche qui."),),
        )
    title, line, remedy = _why(stop, site)
    return Progress(Standing.STOPPED, str(title), (str(line),), quoted(str(stop)), remedy)


def _why(stop: LoginStopped, site: SiteLogin) -> tuple[Later, Later, Remedy]:
    if ASKED_AGAIN in str(stop):
        return ASKED_AGAIN_FOR_IT.at(site), WRITE_IT_NO_MORE, Remedy.PASSWORD
    stops = WHY_STOPPED.at(site)
    return stops.get(stop.kind, stops["LoginRejected"])


def _waits(kind: str, sentence: str, hour: str, when: When) -> Progress:
    """It did not work, and is tried again at that hour."""
    words = quoted(sentence)
    if kind == CODE_REFUSED:
        advice = _(
            "Il segreto è di un altro account, o di un codice QR più vecchio; oppure l'orologio del computer del bot è "
            "sbagliato: segna le {clock}.",
            clock=f"{when.local(when.now):%H:%M:%S}",
        )
        return Progress(Standing.STOPPED, _("Il sito ha rifiutato il codice."), (advice,), words, Remedy.CODE)
    if kind in BARRED:
        advice = _("Entra tu dal browser e fai quello che il sito chiede, poi riprova da qui.")
        return Progress(Standing.STOPPED, happening(kind, when.site), (advice,), words, Remedy.TRY)
    if kind == BY_OWNER:
        later = _("Il tuo account è salvato. Riparto alle {hour}.", hour=hour)
        return Progress(Standing.AGAIN, happening(kind, when.site), (later,))
    lines = (
        _("Il tuo account è salvato. Riprovo da solo alle {hour}, e poi ancora.", hour=hour),
        _("Non devi restare qui: come va a finire lo vedi anche nella chat."),
    )
    return Progress(Standing.AGAIN, _("Il sito adesso non risponde."), lines, words)


def _gave_up(check: Action, site: SiteLogin) -> Progress:
    lines = (_("Il tuo account è salvato. Mi sono fermato: riprova tra qualche minuto."),)
    return Progress(Standing.STOPPED, happening(check.error_kind, site), lines, quoted(check.error or ""), Remedy.TRY)
