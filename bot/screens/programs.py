"""The messages about the bot itself: programs that stop or return, the disk, a friend, delayed notices."""

from __future__ import annotations

from collections.abc import Sequence

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.page import Lines, Page, button, home_button
from bot.screens.when import When
from domain.programs import Outage

MOST_TOLD_TOGETHER = 15  # of what piled up; the rest is in the lists

NAMES = {
    "bot": "Il programma che ti scrive (bot)",
    "worker": "Il programma che prenota (worker)",
    "executor": "Il programma delle periodiche (executor)",
}
MEANWHILE = {
    "worker": "Finché è fermo non prenoto e non annullo niente: quello che è in coda aspetta.",
    "executor": "Finché è fermo non preparo le prenotazioni periodiche, non chiedo conferme e non mando promemoria.",
}
WAS_MEANWHILE = {
    "bot": "Intanto non potevo né risponderti né avvisarti: quello che ti arriva adesso può essere di allora.",
    "worker": "Riprendo da dove ero rimasto; quello che non si può più fare te lo dico.",
    "executor": "Riprendo da dove ero rimasto; quello che non si può più fare te lo dico.",
}


def _name(outage: Outage) -> str:
    return NAMES.get(outage.program, f"Il programma {outage.program}")


def down(outage: Outage, when: When) -> Page:
    """Sent when a program has shown no heartbeat for too long."""
    why = "Il suo processo non c'è più." if outage.died else "Il suo processo è bloccato, o la sua macchina è spenta."
    lines = Lines().add(f"🛑 <b>{_name(outage)} si è fermato</b>", f"Ultimo segno di vita {when.at(outage.since)}.")
    lines.add(why, MEANWHILE.get(outage.program, ""))
    lines.add(when.typed("Guarda il suo log e riavvialo; <code>.venv/bin/python setup.py --check</code> dice di più."))
    return Page(str(lines), ((home_button(fresh=True),),))


def back(outage: Outage, when: When) -> Page:
    """Sent when the program works again; it tells the whole outage, since its beginning may not have been sent."""
    until = outage.until or when.now
    lines = Lines().add(
        f"🟢 <b>{_name(outage)} è ripartito</b>",
        f"Ultimo segno di vita {when.at(outage.since)}, ripartito {when.at(until)}.",
    )
    lines.add(WAS_MEANWHILE.get(outage.program, ""))
    return Page(str(lines), ((home_button(fresh=True),),))


def damaged(when: When) -> Page:
    """The database file is broken: every program stops."""
    lines = Lines().add("🛑 <b>Il file del database è danneggiato</b>")
    lines.add("Mi fermo: non prenoto e non scrivo più niente, e il file resta com'è.")
    restore = when.typed("<code>.venv/bin/python setup.py --restore</code>")
    lines.add(f"Ripristina una copia con {restore}, poi riavviami.")
    return Page(str(lines))


def disk_trouble(*, full: bool) -> Page:
    """Sent when the disk can't be written: directly, since the outbox can't be written either."""
    lines = Lines().add("🛑 <b>Il disco è pieno</b>" if full else "🛑 <b>Il disco non si lascia scrivere</b>")
    lines.add("Non riesco più a scrivere niente: non prenoto, non annullo e non tengo a mente quello che mi chiedi.")
    remedy = "Fai posto" if full else "Controlla il disco e i permessi"
    lines.add(f"{remedy} sulla macchina su cui giro: riprendo da solo.")
    return Page(str(lines))


def disk_is_well() -> Page:
    """Sent when the disk can be written again."""
    lines = Lines().add("🟢 <b>Riesco di nuovo a scrivere sul disco</b>")
    lines.add("Riprendo da dove ero rimasto. Quello che mi hai chiesto nel frattempo può mancare: controlla.")
    return Page(str(lines), ((button("🧾 Richieste", Verb.STATUS, 0, fresh=True), home_button(fresh=True)),))


def unreachable(user_id: int) -> Page:
    """A friend who never opened the chat: Telegram lets no bot write first."""
    lines = Lines().add(
        "⚠️ <b>Non posso scrivere a un tuo amico</b>",
        f"È quello con l'id Telegram <code>{user_id}</code>: non ha mai aperto la chat con me, e per primo non posso.",
    )
    lines.add("Chiedigli di cercarmi qui su Telegram e di premere Avvia: quello che ho da dirgli lo aspetta.")
    lines.add("Se invece l'id è sbagliato, correggilo in <code>config.json</code> e riavviami.")
    return Page(str(lines), ((home_button(fresh=True),),))


def meanwhile(pages: Sequence[Page]) -> Page:
    """The notices that could not be sent for long, in order, each by the first words of its own message."""
    lines = Lines().add("📬 <b>Mentre non riuscivo a scriverti</b>")
    left_out = len(pages) - MOST_TOLD_TOGETHER
    if left_out > 0:
        lines.add(f"Le più recenti ({left_out} più vecchie sono tra le tue richieste):")
    lines.add(*(f"• {_first_words(page)}" for page in pages[-MOST_TOLD_TOGETHER:]))
    mine = button(texts.MINE_LABEL, Verb.MINE, 0, fresh=True)
    return Page(str(lines), ((mine,), (button("🧾 Richieste", Verb.STATUS, 0, fresh=True), home_button(fresh=True))))


def _first_words(page: Page) -> str:
    """A message's heading and what it is about."""
    return ": ".join([line for line in page.text.splitlines() if line][:2])
