"""Words as they are typed in a hurry, in both languages, and how they are written out."""

from __future__ import annotations

import re

_COUNTED = r"(?:sett\w*|giorn\w*|gg|or[ae]|volt[ae]|mes[ei]|weeks?|wks?|days?|hours?|hrs?|times|min\w*|months?)"
_NO_VERB = r"(?:vengo|vado|posso|riesco|ci|mi|ce|ho|voglio|sono|serve|prenot\w+|annull\w+|faccio|andarci)"

ABBREVIATIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b(?:{short})\b"), whole)
    for short, whole in (
        # English
        (r"(what|where|when|who|how|which|there)'ve", r"\1 have"),
        (r"(what|that|it|there|she|he|who)'ll", r"\1 will"),
        (r"how's", "how is"),
        ("gimme", "give me"),
        ("lemme", "let me"),
        ("lmk", "let me know"),
        ("gotta", "have to"),
        (r"(?:kinda|sorta|lowkey|tbh|btw|imho|fyi|pls+|plz+|plss)", "please"),
        (r"w[au]t", "what"),
        (r"wen(?= (?:is|are|do|does|can|r)\b)", "when"),
        ("nite", "night"),
        (r"(?:smth|smthg|sth|smthn|somethin)", "something"),
        (r"(?:smb|sb|sum1|some1)", "somebody"),
        (r"any1", "anybody"),
        (r"(?:nothin|nuthin)", "nothing"),
        (r"rn", "now"),
        (r"abt", "about"),
        (r"(?:sry|srry|soz)", "sorry"),
        (r"(?:msg|msgs)", "messages"),
        (r"(?:rsv|resv|rsrv)", "reserve"),
        (r"x?cept", "except"),
        (r"(do|go|com|book|mov|mak|cancel|train|swimm)in", r"\1ing"),
        (r"l8r", "later"),
        (r"gr8", "great"),
        (r"(?:r|are) u", "are you"),
        (r"u r", "you are"),
        (r"bo+kk+", "book"),
        (r"x?mas", "christmas"),
        (r"hols", "holidays"),
        (r"(\d{1,2}) hrs (?=before|ahead|earlier|later)", r"\1 hours "),
        (r"w/o", "without"),
        (r"bday", "birthday"),
        (r"(?:prolly|probs)", "probably"),
        (r"4(?= (?:me|u|us|my|the|today|tomorrow|tmrw|tonight|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)\b)", "for"),
        (r"(?<=[a-z] )w(?= (?:the|my|a|an|me|mon|tue|wed|thu|fri|sat|sun)[a-z]*\b)", "with"),
        # Italian
        (r"ke", "che"),
        (r"ki(?= )", "chi"),
        (r"kosa", "cosa"),
        (r"(?:xo|xro)", "pero"),
        (r"(?:cmq|cmnq)", "comunque"),
        (r"(?:qnt|qnti)", "quanti"),
        (r"qnte", "quante"),
        (r"(?:qlcs|qlc|qcs|qcosa)", "qualcosa"),
        (r"fink[ei]", "finche"),
        (r"c'?ho", "ho"),
        (r"c'?hai", "hai"),
        (r"dv", "dove"),
        (r"(?:qst|qsta)", "questa"),
        (r"(?:sn)", "sono"),
        (r"(?:ank|anke)", "anche"),
        (r"(?:qndo|qd)", "quando"),
        (r"(?:nnt|nnte)", "niente"),
        (r"(?:pome|pomerig|pom)", "pomeriggio"),
        (r"(?:stase)", "stasera"),
        (r"(?:prenotaz)", "prenotazione"),
        (r"ttt?[oi]", "tutto"),
        (r"tt[ae]", "tutte"),
        (r"(?:dopodom)", "dopodomani"),
        # For several people: `x2`
        (rf"x([2-9])(?![:.,]?\d)(?! ?{_COUNTED})", r"per \1 persone"),
        # `n`: a no before an Italian verb, else an "and"; the number of a booking keeps it
        (rf"n(?= {_NO_VERB}\b)", "non"),
        (r"(?<=[a-z] )n(?= [a-z])", "and"),
    )
)
NUMBERED = re.compile(r"(?:#|\bn[\u00b0.] ?|\bnum\.? )(?=\d)")


def written_out(text: str) -> str:
    """Text in small letters with what is shortened written out."""
    said = NUMBERED.sub("n ", text)
    for pattern, whole in ABBREVIATIONS:
        said = pattern.sub(whole, said)
    return said
