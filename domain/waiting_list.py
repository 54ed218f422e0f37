"""A place on the site's waiting list, which is no booking: what is known of it, from the site's words. Pure."""

from __future__ import annotations

import re

from domain.names import plain

OFFERED = "the site offers its waiting list (lista d'attesa)"  # in the sentence of a SlotFull
ASKED_ABOUT = "who wants it says so"  # the same, where we go on it once its person has said yes
UNMARKED = "my bookings show it like a booking"  # in that of an OnWaitingList: what shows it later proves nothing new
CONTRADICTED = "the timetable does not show it as ours"  # in that of a PlaceUnclear: the list alone does
NUMBER = re.compile(
    r"\b(?:posizione|position|numero|number|nr?\.?|n[°º])\s*:?\s*(\d{1,3})\b"
    r"|\b(\d{1,3})\s*[°ºª]\s*(?:posto|posizione|in (?:lista|attesa))",
    re.IGNORECASE,
)


def says_only_ok(words: str) -> bool:
    """Whether an answer says "Ok" and nothing else, as some sites of the platform do for a place on a waiting list."""
    return plain(words).strip(" .!") == "ok"


def number_on_list(words: str) -> int | None:
    """The number on the list that the site tells; None where it tells none, or several."""
    found = {int(one or other) for one, other in NUMBER.findall(words)}
    return found.pop() if len(found) == 1 else None
