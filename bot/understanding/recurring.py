"""What recurs, in other words: `pilates mon wed, always`, `turn my weekly stuff back on`, and from or until when."""

from __future__ import annotations

import re

from bot.understanding.days import BY_MONTH, BY_WEEKDAY, SEVERAL

_WD = "|".join(sorted([*BY_WEEKDAY, *SEVERAL], key=len, reverse=True))
_MONTHS = "|".join(name for name in BY_MONTH if len(name) > len("may"))
_WEEKLY = (
    r"(?:weekl(?:y|ies)|recurring|regular|standing|automatic\w*|periodic\w*|settimanal[ei]|ricorrent[ei]|fiss[oaie]"
    r"|serie|series|auto)"
)
_POLITE = r"(?: (?:please|pls|per favore|grazie|thanks))?"

RECURRING = (
    (re.compile(r"\bweeklies\b"), "weekly bookings"),
    # That it recurs, said behind the days
    (
        re.compile(
            rf"^(?P<what>(?=.*\b(?:{_WD})\b)(?!.*\b(?:cancel\w*|annull\w*|stop|ogni|every|each|pause|at|alle)\b)[^?]+?)"
            r"(?: ,)? (?:always|sempre|fiss[oi]|a ripetizione|as a regular thing|on repeat|regularly|standing)"
            rf"{_POLITE}$"
        ),
        r"every week \g<what>",
    ),
    (re.compile(rf"\b(?:my|the|our|il mio|la mia) (?:usual )?(?:regular|standing) (?!{_WEEKLY})(?=\w)"), "weekly "),
    (re.compile(r"\b(?:still |ancora )?on auto(?:matic|pilot)?\b"), "weekly"),
    # To go on
    (
        re.compile(
            rf"\b(?:turn|switch|set|put|get) (?P<what>(?:\w+ ){{0,4}}?(?:{_WEEKLY}|everything|all)\b(?: \w+){{0,2}}?) "
            r"(?:back )?(?:on|active|running|going)(?: again)?(?= |$)"
        ),
        r"resume \g<what>",
    ),
    (
        re.compile(
            r"\b(?:(?:puo|possono|potrebbe|potrebbero|far|fai|fa|facciamo|fate) )?(?:tornare|ritornare|torni|tornino)"
            r"(?: (?:attiv[oaie]|regolar[ei]|come prima|in funzione))+(?: (?:della|di|dopo la) (?:sospensione|pausa))?"
        ),
        "riprendi",
    ),
    # To stop for a while
    (
        re.compile(
            r"\b(?:let |put |mett\w+ |tien\w+ |give )?(?P<what>(?:\w+ ){0,5}?)(?:to )?(?:(?:in )?stand ?by|su ghiaccio)"
            r"(?= |$)(?P<rest>.*)"
        ),
        r"pause \g<what>\g<rest>",
    ),
    (
        re.compile(
            rf"\b(?:(?:let|give) (?=(?!(?:me|us|myself|it|you)\b)\w)|(?=(?:\w+ ){{0,4}}{_WEEKLY}\b))"
            r"(?P<what>(?:\w+ ){0,5}?)(?:to )?(?:tak(?:e|es|ing) (?:a|some) (?:breather|rest|time off)"
            r"|a breather|a rest)"
            r"(?= |$)(?P<rest>.*)"
        ),
        r"pause \g<what>\g<rest>",
    ),
    (re.compile(rf"\bhold (?=(?:(?:my|the|all|off|on) )*{_WEEKLY}\b)"), "pause "),
    # To end
    (
        re.compile(
            rf"^(?P<what>(?:the |my |la |le |il |i )?(?=[^,]*\b{_WEEKLY}\b)[^,?]+?) (?:(?:is|are) (?:not|no longer)"
            r"|non(?: (?:is|sono|mi|ci))?)(?: (?:longer|piu))? (?:necessar\w+|needed|serv\w+|required)"
            r"(?: (?:any ?more|any longer|piu))?"
            r"(?: ,.*)?$"
        ),
        r"cancel \g<what>",
    ),
    (
        re.compile(
            r"\b(?:basta|smett\w+|finisc\w+|piant\w+)(?: (?:con|di|il|la|lo|a))* (?:prenotar\w+|iscriver\w+"
            r"|metter\w+|segnar\w+)"
            r"(?=.*\b(?:ogni|tutti i|tutte le|automatic\w*|fiss[oa]|sempre)\b)"
        ),
        "cancel",
    ),
    # But one
    (re.compile(r"\b(?:bar|barring|minus|all but) (?=(?:on |the )*(?:\d|the \d))"), "except "),
)
"""Each way, and the same as the grammar reads it."""

_TIME = (
    rf"(?:{_MONTHS}|christmas|xmas|natale|pasqua|easter|capodanno|(?:the |l )?(?:summer|estate|exams|new year|anno"
    rf" nuovo)"
    r"|(?:gli )?esami|(?:the )?next (?:month|year|semester)|(?:il )?(?:mese|anno|semestre) prossimo|(?:il )?prossimo"
    r" (?:mese"
    r"|anno|semestre))"
)
BOUNDS = re.compile(
    r"(?: ,)? ?\b(?:(?:starting|beginning|a partire|a cominciare) )?(?:from|in|since|as of|da|dal|dall|until|till"
    r"|til|up to|to"
    rf"|fino (?:a|ad|al|all)|through) (?:(?:the|la) )?(?:(?:end|start|beginning|middle|fine|inizio|meta) (?:of|di"
    rf"|del) )?"
    rf"{_TIME}(?: (?:onwards?|on|in poi|in avanti))?(?= |$)(?! \d)"
)
"""From when on, or until when: what recurs has neither here."""


def said_weekly(text: str) -> str:
    """Normalised text with each such way as the grammar reads it."""
    said = text
    for pattern, instead in RECURRING:
        said = " ".join(pattern.sub(instead, said).split())
    return said


def without_bounds(plain: str) -> str | None:
    """The normalised text without from when on something is to recur, or until when; None where it says neither."""
    said = " ".join(BOUNDS.sub(" ", plain).split()).strip(" ,")
    return said if said not in ("", plain) else None
