"""What the owner is told about the programs themselves: one is missed, one is back. Pure functions."""

from __future__ import annotations

from bot.italian import When
from bot.page import Lines, Page, home_button
from store.heartbeats import Outage

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
    """A program that has been silent for too long."""
    why = "Il suo processo non c'è più." if outage.died else "Il suo processo è bloccato, o la sua macchina è spenta."
    lines = Lines().add(f"🛑 <b>{_name(outage)} si è fermato</b>", f"Ultimo segno di vita {when.at(outage.since)}.")
    lines.add(why, MEANWHILE.get(outage.program, ""))
    lines.add("Guarda il suo log e riavvialo; <code>.venv/bin/python setup.py --check</code> dice di più.")
    return Page(str(lines), ((home_button(fresh=True),),))


def back(outage: Outage, when: When) -> Page:
    """The same program, at work again; tells all of the outage, because nobody may have told its beginning."""
    until = outage.until or when.now
    lines = Lines().add(
        f"🟢 <b>{_name(outage)} è ripartito</b>",
        f"Ultimo segno di vita {when.at(outage.since)}, ripartito {when.at(until)}.",
    )
    lines.add(WAS_MEANWHILE.get(outage.program, ""))
    return Page(str(lines), ((home_button(fresh=True),),))


def damaged() -> Page:
    """The database file is broken: every program stops."""
    lines = Lines().add("🛑 <b>Il file del database è danneggiato</b>")
    lines.add("Mi fermo: non prenoto e non scrivo più niente, e il file resta com'è.")
    lines.add("Ripristina una copia con <code>.venv/bin/python setup.py --restore</code>, poi riavviami.")
    return Page(str(lines))
