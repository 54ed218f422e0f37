"""The messages about the bot itself: programs that stop or return, the disk, a friend, delayed notices."""

from __future__ import annotations

import html
from collections.abc import Sequence

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.page import Lines, Page, button, home_button
from bot.screens.when import When
from domain.backups import BackupState
from domain.programs import Outage
from domain.releases import ReleaseNews
from languages import N_, _, n_

MOST_TOLD_TOGETHER = 15  # of what piled up; the rest is in the lists

NAMES = {
    "bot": N_("Il programma che ti scrive (bot)"),
    "worker": N_("Il programma che prenota (worker)"),
    "executor": N_("Il programma delle periodiche (executor)"),
    "web": N_("Il programma delle pagine nel browser (web)"),
}
MEANWHILE = {
    "web": N_("Finché è fermo le pagine nel browser non si aprono; la chat va avanti come sempre."),
    "worker": N_("Finché è fermo non prenoto e non annullo niente: quello che è in coda aspetta."),
    "executor": N_(
        "Finché è fermo non preparo le prenotazioni periodiche, non chiedo conferme e non mando promemoria."
    ),
}
GOES_ON = N_("Riprendo da dove ero rimasto; quello che non si può più fare te lo dico.")
WAS_MEANWHILE = {
    "bot": N_("Intanto non potevo né risponderti né avvisarti: quello che ti arriva adesso può essere di allora."),
    "worker": GOES_ON,
    "executor": GOES_ON,
}


def _name(outage: Outage) -> str:
    known = NAMES.get(outage.program)
    return str(known) if known else _("Il programma {name}", name=outage.program)


def down(outage: Outage, when: When) -> Page:
    """Sent when a program has shown no heartbeat for too long."""
    died, stuck = _("Il suo processo non c'è più."), _("Il suo processo è bloccato, o la sua macchina è spenta.")
    lines = Lines().add(
        _("🛑 <b>{program} si è fermato</b>", program=_name(outage)),
        _("Ultimo segno di vita {moment}.", moment=when.at(outage.since)),
    )
    lines.add(died if outage.died else stuck, str(MEANWHILE.get(outage.program, "")))
    look = _("Guarda il suo log e riavvialo; <code>.venv/bin/python setup.py --check</code> dice di più.")
    lines.add(when.typed(look))
    return Page(str(lines), ((home_button(fresh=True),),))


def back(outage: Outage, when: When) -> Page:
    """Sent when the program works again; it tells the whole outage, since its beginning may not have been sent."""
    until = outage.until or when.now
    lines = Lines().add(
        _("🟢 <b>{program} è ripartito</b>", program=_name(outage)),
        _("Ultimo segno di vita {moment}, ripartito {back}.", moment=when.at(outage.since), back=when.at(until)),
    )
    lines.add(str(WAS_MEANWHILE.get(outage.program, "")))
    return Page(str(lines), ((home_button(fresh=True),),))


def backups_fail(state: BackupState, when: When) -> Page:
    """Sent when daily backups have failed more than once running."""
    lines = Lines().add(_("🛑 <b>Non riesco a fare la copia di ogni giorno del database</b>"))
    since = when.at(state.failing_since or when.now)
    if state.made_at is None:
        lines.add(_("Non ci riesco da {since}, e non ne ho ancora fatta nessuna.", since=since))
    else:
        lines.add(_("Non ci riesco da {since}; l'ultima buona è di {made}.", since=since, made=when.at(state.made_at)))
    lines.add(_("Il motivo: <code>{error}</code>", error=html.escape(state.error or "", quote=False)))
    look = _(
        "Il resto va avanti come sempre, e io riprovo. <code>.venv/bin/python setup.py --check</code> dice di più."
    )
    lines.add(when.typed(look))
    return Page(str(lines), ((home_button(fresh=True),),))


def backups_back() -> Page:
    """Sent when the daily backup could be made again."""
    lines = Lines().add(_("🟢 <b>La copia di ogni giorno del database riesce di nuovo</b>"))
    lines.add(_("L'ho appena fatta e controllata."))
    return Page(str(lines), ((home_button(fresh=True),),))


def new_release(news: ReleaseNews, here: str) -> Page:
    """Sent once for each newer release, to who wants to be told."""
    lines = Lines().add(_("🆕 <b>C'è la versione {version}</b>", version=news.version or ""))
    lines.add(_("Qui gira la {here}.", here=here))
    lines.add(*(f"• {html.escape(change, quote=False)}" for change in news.changes))
    lines.add(_("Per passarci: <code>./run --upgrade</code>; se qualcosa non va, torna indietro da solo."))
    return Page(str(lines), ((home_button(fresh=True),),))


def damaged(when: When) -> Page:
    """The database file is broken: every program stops."""
    lines = Lines().add(_("🛑 <b>Il file del database è danneggiato</b>"))
    lines.add(_("Mi fermo: non prenoto e non scrivo più niente, e il file resta com'è."))
    restore = _("Ripristina una copia con <code>.venv/bin/python setup.py --restore</code>, poi riavviami.")
    lines.add(when.typed(restore))
    return Page(str(lines))


def disk_trouble(*, full: bool) -> Page:
    """Sent when the disk can't be written: directly, since the outbox can't be written either."""
    lines = Lines().add(_("🛑 <b>Il disco è pieno</b>") if full else _("🛑 <b>Il disco non si lascia scrivere</b>"))
    lines.add(_("Non riesco più a scrivere niente: non prenoto, non annullo e non tengo a mente quello che mi chiedi."))
    make_space = _("Fai posto sulla macchina su cui giro: riprendo da solo.")
    check = _("Controlla il disco e i permessi sulla macchina su cui giro: riprendo da solo.")
    lines.add(make_space if full else check)
    return Page(str(lines))


def disk_is_well() -> Page:
    """Sent when the disk can be written again."""
    lines = Lines().add(_("🟢 <b>Riesco di nuovo a scrivere sul disco</b>"))
    lines.add(_("Riprendo da dove ero rimasto. Quello che mi hai chiesto nel frattempo può mancare: controlla."))
    return Page(str(lines), ((button(_("🧾 Richieste"), Verb.STATUS, 0, fresh=True), home_button(fresh=True)),))


def unreachable(user_id: int) -> Page:
    """A friend who never opened the chat: Telegram lets no bot write first."""
    lines = Lines().add(
        _("⚠️ <b>Non posso scrivere a un tuo amico</b>"),
        _(
            "È quello con l'id Telegram <code>{id}</code>: non ha mai aperto la chat con me, e per primo non posso.",
            id=user_id,
        ),
    )
    lines.add(_("Chiedigli di cercarmi qui su Telegram e di premere Avvia: quello che ho da dirgli lo aspetta."))
    lines.add(_("Se invece l'id è sbagliato, correggilo in <code>config.json</code> e riavviami."))
    return Page(str(lines), ((home_button(fresh=True),),))


def meanwhile(pages: Sequence[Page]) -> Page:
    """The notices that could not be sent for long, in order, each by the first words of its own message."""
    lines = Lines().add(_("📬 <b>Mentre non riuscivo a scriverti</b>"))
    left_out = len(pages) - MOST_TOLD_TOGETHER
    if left_out > 0:
        lines.add(
            n_(
                "Le più recenti ({n} più vecchia è tra le tue richieste):",
                "Le più recenti ({n} più vecchie sono tra le tue richieste):",
                left_out,
            )
        )
    lines.add(*(f"• {_first_words(page)}" for page in pages[-MOST_TOLD_TOGETHER:]))
    mine = button(str(texts.MINE_LABEL), Verb.MINE, 0, fresh=True)
    return Page(str(lines), ((mine,), (button(_("🧾 Richieste"), Verb.STATUS, 0, fresh=True), home_button(fresh=True))))


def _first_words(page: Page) -> str:
    """A message's heading and what it is about."""
    return ": ".join([line for line in page.text.splitlines() if line][:2])
