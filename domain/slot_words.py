"""What the words of the site's timetable say of a slot: free, mine, full, or full with a waiting list."""

from __future__ import annotations

import re

from domain.model import SlotStatus
from domain.names import plain

WAITING = re.compile(r"lista d.?\s*attesa|in lista|^\s*lista\s*$|\bin (lista d.?\s*)?attesa\b|wait(ing|.?list)", re.I)
WE_WAIT = re.compile(r"\b(sei|stat[oa]|inserit[oa]) .*\blista\b|\b(sei )?in (lista|attesa)\b|posizione")
"""What the notes of a slot say when it is we who wait; anything else about a list is an offer to others."""
WAITING_WORD = re.compile(r"lista\b|coda\b|attesa\b|wait|queue")  # in a slot's status: `InLista`, `Coda`, `Queued`
FULL = re.compile(r"esaurit|al completo|complet[oa]\b|sold ?out|\bfull\b|nessun posto|non ci sono (più )?posti", re.I)
NOT_BOOKABLE = re.compile(
    r"(disabled|closed|unavailable|not ?available|not ?bookable|past|expired|disabilitat[oa]|chius[oa]|passat[oa]"
    r"|scadut[oa]|non (disponibile|prenotabile))"
)


def slot_status(word: str, notes: str, places: int | None) -> tuple[SlotStatus, int | None]:
    """The status a word of the site's stands for, and the places left once "full" is said in words."""
    said = plain(word)
    if re.fullmatch(r"booked|prenotat[oa]|mine|reserved|confirmed|confermat[oa]", said):  # not what others are offered
        return (SlotStatus.WAITING, 0) if WE_WAIT.search(plain(notes)) else (SlotStatus.BOOKED, places)
    if WAITING.search(f"{word} {notes}") or WAITING_WORD.search(said) or re.search(r"\blista\b", notes, re.IGNORECASE):
        return SlotStatus.WAITING, 0
    if FULL.search(f"{word} {notes}"):
        return SlotStatus.DISABLED, 0
    if said in ("available", "disponibile", "prenotabile", "bookable", "open", "free"):
        return SlotStatus.AVAILABLE, places
    bookable = not said and re.search(r"\bprenota\b", notes, re.IGNORECASE)
    return (SlotStatus.AVAILABLE if bookable else SlotStatus.DISABLED), places


def is_understood(status: SlotStatus, word: str, notes: str) -> bool:
    """Whether a status is what the site's word says. Which word Polimisport has for a slot of mine is only guessed."""
    return status is not SlotStatus.DISABLED or bool(
        NOT_BOOKABLE.fullmatch(plain(word)) or FULL.search(f"{word} {notes}")
    )
