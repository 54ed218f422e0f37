"""Who a message speaks of: somebody who is to have a place too, whose place it is, or who is only spoken of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.understanding.intents import Doubt
from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part

_THE = r"(?:(?:my|the|a|an|il|la|lo|l|un|una|mio|mia|miei|mie|her|his|suo|sua|quell[oa]|other|altr[oaie]) ){0,3}"
_BESIDE = r"(?:for|with|per|con|x|anche|pure|also|too|plus|(?:me|i|io|noi|us) (?:and|e|ed|&))"
_PUT = (
    r"(?:book|reserve|add|sign|put|bring|invite|enrol\w*|register|prenot\w+|aggiung\w+|segn\w+|iscriv\w+|mett\w+"
    r"|port(?:o|are|iamo)|invit\w+)"
)
_TOO = (
    r"(?: \w+)?(?: (?:too|also|as well|anche|pure|(?:and|e|&) (?:me|i|io)|(?:to )?(?:come|comes|join|joins"
    r"|come along)?(?: \w+){0,3} with me|(?:\w+ ){0,3}con me|insieme|together))\b"
)
_PLACE = r"(?:place|spot|slot|seat|booking|reservation|posto|prenotazione|lezione)"
_MINE = rf"(?:my|mio|mia|il mio|la mia|il|la|the) {_PLACE}"
_GIVE = (
    r"(?:give|pass|lend|hand|transfer|sell|offer|ced\w+|pass\w+|prest\w+|regal\w+|lasci\w+|dar[elo]\w*|vend\w+"
    r"|trasfer\w+)"
)
_HAVE = r"(?:use|take|have|get|go (?:on|in|to)|us(?:a|are|i)|prend\w+|avere|andare|venire|sfrutt\w+)"
IN_MY_PLACE = re.compile(r"\b(?:al (?:mio )?posto mio|al mio posto|in my place|instead of me|invece (?:di me|mia))\b")
SEVERAL = re.compile(
    r"\b(?:\d{1,2}|due|tre|quattro|cinque|two|three|four|five|us|noi|entrambi|both|paio|couple|io|me|plus|one)\b|&"
)
"""Who counts people, and oneself among them."""
COMES = r"(?:come|comes|coming|going|viene|verra|vengono|ci sara|there|booked|prenotat\w+|iscritt\w+|signed up)"
ABOUT_A_PLACE = frozenset({Kind.COURSE, Kind.DAY, Kind.HOURS, Kind.WHERE, Kind.BOOK, Kind.CANCEL, Kind.MOVE})


def with_who_is_meant(parts: Sequence[Part], plain: str) -> Sequence[Part]:
    """The pieces, where each person for whom nothing is to be had counts as somebody who is only spoken of."""
    kinds = {part.kind for part in parts}
    return [
        replace(part, kind=Kind.SOMEBODY)
        if part.kind is Kind.PERSON and not (kinds & ABOUT_A_PLACE and _is_to_have_a_place(part.text, plain))
        else part
        for part in parts
    ]


def of_others(parts: Sequence[Part], plain: str) -> Doubt | None:
    """Whether a message is about a place that is somebody else's, or is to become theirs."""
    for name in (_bare(part.text) for part in parts if part.kind in (Kind.PERSON, Kind.SOMEBODY)):
        gives = re.search(
            rf"\b{_GIVE} (?:\w+ ){{0,2}}{_MINE} .*\b{name}\b|\b{name}\b.* {_HAVE} (?:\w+ )?{_MINE}\b", plain
        )
        if gives or IN_MY_PLACE.search(plain):
            return Doubt.HANDED_ON
        theirs = (
            rf"\b{_PLACE}s? (?:di|del|della|of) {_THE}{name}\b|\b{name} (?:booking|place|spot|slot|reservation)s?\b"
        )
        asked = rf"\b(?:is|does|did|has|will)? ?{_THE}{name}(?: (?:also|anche|gia|already))? {COMES}\b.*\?"
        gone = rf"\b{name}(?: \w+)? (?:does not|will not|can not|is not|non) (?:come|coming|go|viene|verra|vuole|puo)\b"
        if re.search(rf"{theirs}|{gone}", plain) or (re.search(asked, plain) and not re.search(_TOO, plain)):
            return Doubt.OTHERS
    return None


def _bare(text: str) -> str:
    """The person without the words that lead to them."""
    return re.escape(re.sub(rf"^(?:{_BESIDE} |a |to |di |da )?{_THE}", "", text) or text)


def _is_to_have_a_place(text: str, plain: str) -> bool:
    """Whether it is for them, they come too, or they are counted."""
    if SEVERAL.search(text):
        return True
    name = _bare(text)
    return bool(
        re.search(rf"\b{_BESIDE} (?:anche |also )?{_THE}{name}\b", plain)
        or re.search(rf"\b{_PUT} (?:in |anche |pure |also |to |a )?{_THE}{name}\b", plain)
        or re.search(rf"\b{name}{_TOO}", plain)
        or re.search(rf"\b(?:viene|verrebbe|vengono|venisse) (?:anche|pure) {_THE}{name}\b", plain)
    )
