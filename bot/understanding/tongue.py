"""In which of the two languages a message is written, told by small words that only one of them has."""

from __future__ import annotations

import re

from languages import Language

ENGLISH = re.compile(
    r"the|my|our|please|can|could|would|want|need|book|cancel|every|each|what|when|which|who|where|how|is|are|was|am"
    r"|for"
    r"|with|from|after|before|until|tomorrow|today|tonight|morning|afternoon|evening|week|next|there|this|that|have|has"
    r"|does|did|not|move|show|free|any|and|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
)
ITALIAN = re.compile(
    r"il|lo|gli|le|una?|del(?:la|le)?|dei|al(?:l[ae])?|con|dal(?:l[ae])?|prima|dopo|fino|domani|oggi|stasera|mattina"
    r"|pomeriggio|sera|settimana|prossim[ao]|(?:lune|marte|mercole|giove|vener)d[iì]|sabato|domenica|quando|qual[ei]"
    r"|che"
    r"|cosa|chi|dove|mi|ci|sono|posso|puoi|vorrei|voglio|prenota(?:mi)?|annulla|disdici|ogni|quest[ao]|ho|hai|fammi"
    r"|mostrami"
    r"|non|sposta|c'è|è|e|di|da|anche"
)
"""Names of classes, and what people of both languages write (gym, weekend, ok, no), tell nothing."""
WORD = re.compile(r"[a-zàèéìòù']+")


def tongue_of(text: str) -> Language | None:
    """The language a message is in; None where its words tell of neither, or of both."""
    words = WORD.findall(text.lower().replace("\u2019", "'"))
    english, italian = (any(known.fullmatch(word) for word in words) for known in (ENGLISH, ITALIAN))
    if english is italian:
        return None
    return Language.ENGLISH if english else Language.ITALIAN
