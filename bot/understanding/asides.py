"""Phrases that change nothing, and whose words would: a no that denies no wish, a courtesy, an aside."""

from __future__ import annotations

import re

_HALF = r"(?: (?:yet|really|ancora|bene))?"
_THERE = r"(?:ce|ci sono|ci sia\w*|ci sarebb\w+|ci fosse|is there|there is|are there|there are|apr\w+|it is open)"
_SO = r"(?:so|quindi|percio|and|e|,|then|allora)"

_NO_MATTER = r"(?:do not|does not|non)(?: (?:really|mi|ci|me ne))* (?:care|mind|matter|importa|frega|interessa)"
"""That it does not matter which: a class that stands before it would be what is not wanted."""
_WHICH = (
    r" (?:which|what|when|who|where|quale|quando|chi|dove|a che ora|che (?:giorno|ora)"
    r"|per niente)(?: (?:one|time|day))?"
)

ASIDES = tuple(
    re.compile(pattern)
    for pattern in (
        # A no that denies no wish
        r"^(?:oh|ah|uh|eh|ma|aw) no\b(?: ,)?",
        rf"\b(?:i am |sono )?(?:not|non)(?: \w+)? (?:sure|sicur[oa]){_HALF}(?: ,)?(?:$| (?:but|ma|,|(?=can|could)))",
        r"(?<=\w) ,(?: (?:so|very|really))? (?:sorry|scusa\w*|mi (?:di)?spiace)$",
        rf"\b(?:not|non)(?: \w+)? (?:sure|sicur[oa]){_HALF} (?:if|whether|se) (?={_THERE}\b)",
        rf"\b(?:non (?:lo )?so|i do not know|dunno|idk){_HALF} (?:se|if|whether) (?={_THERE}\b)",
        r"\b(?:boh )?(?:non (?:lo )?so|i do not know|dunno|idk)(?: ,| (?=(?:what|which|cosa|che|quale)\b))",
        r"\b(?:ma )?non (?:is|e|sarebbe) (?:mica |per caso )?che(?= .*\?|"
        rf" (?:mica |per caso )?(?:{_THERE}|avete|puoi|potresti|posso|resta)\b)",
        r"\b(?:why not|perche no|no (?:worries|problem|probs|rush|hurry|stress|pressure|big deal)"
        r"|nessun problema|nessuna fretta|senza fretta|non ce fretta|niente fretta|non (?:ti )?preoccup\w+"
        r"|do not worry|non vedo l ora(?: di)?(?= |$)|can not wait(?: (?:to|for))?|niente male|not bad)\b",
        r"\b(?:if|se) (?:you do not mind"
        r"|non (?:ti|vi) (?:d?i?spiace|scoccia|dispiace)|non disturbo|not too much trouble"
        r"|it is not too much trouble|non is (?:un|di) (?:problema|disturbo))\b",
        r"\b(?:if|se) (?:it |they |that )?(?:is |are )?(?:not|non)(?: is| sono)?"
        r" (?:already |gia )?(?:full|pien[oaie])\b",
        r"\b(?:i |we )?(?:have not|do not have|have got|have)(?: got)? (?:nothing|anything|any plans?|any classes)"
        rf"(?: (?:on|planned|booked|else))?(?= [^?]*\b{_SO} )",
        rf"\bnon ho (?:niente|nulla|impegni|programmi)(?: da fare)?(?= [^?]*\b{_SO} )",
        r"\b(?:on second thoughts?|come to think of it|thinking about it|ripensandoci(?: (?:bene|su))?|a pensarci bene"
        r"|pensandoci(?: bene)?)\b(?: ,)?",
        r"(?: ,)? (?:i found|ho trovato|i have|ho) (?:something else|another one|an alternative|altro|qualcos ?altro"
        r"|di meglio)$",
        r"(?: ,)? (?:i )?(?:like|liked|loved|enjoyed|mi (?:piace|piaceva|is piaciut[oa])) (?:the one|quell[oa]|it) "
        r"(?:from|of|di|da|the|del|della)*(?: ?)(?:last \w+|\w+ scors[oa]|ieri|yesterday)(?=[ ,?]|$)",
        # How somebody feels, or that they thought of something else before
        r"\b(?:i )?(?:really |just )?need a (?:break|rest|pause)(?: from (?:it|all this))? ,",
        r"\b(?:ho|avrei) (?:proprio |davvero )?bisogno di (?:una pausa|riposo|riposare|riposarmi) ,",
        r"(?<=\w)(?: ,)? (?:i (?:have )?changed my mind|ho cambiato idea)(?= ,|$)",
        r"\b(?:i am |we are )?running (?:a bit |very |so )?late ,|\bsono in ritardo ,",
        r"\b(?:scusa\w* |sorry )?(?:per )?il disturbo\b(?: ,)?|\bsorry (?:to|for) bother(?:ing)?(?: you)?\b(?: ,)?",
        r"\bi (?:have )?(?:totally |completely )?lost track(?: of (?:it|things|everything))?(?: ,)?",
        r"\b(?:(?:it )?is |is )?(?:a bit |way |un po )?(?:too (?:early|late|soon)|troppo (?:presto|tardi))(?: for me"
        r"| per me)?(?! (?:to|per|a)\b)",
        # That it does not matter which, and that nobody has told them
        rf"(?:^|(?: ,|(?: ,)? (?:but|ma|and|e)))(?: (?:i|we|it|really|me))*(?:^| ){_NO_MATTER}"
        rf"(?:{_WHICH})?(?= ,| \?|$)",
        rf"(?: ,)? (?:i|we|it)(?: (?:really|me))* {_NO_MATTER}(?:{_WHICH})?(?= ,| \?|$)",
        rf"(?: ,)? {_NO_MATTER}(?:{_WHICH})(?= ,| \?|$)",
        r"(?: ,| \?)?(?: (?:but|because|ma|perche))? (?:i|we) (?:(?:have )?(?:got|received|had|saw|see) no"
        r"|(?:did not|have not|do not)"
        r" (?:get|got|gotten|receive|received|see|have) (?:any|a|the|your)) "
        r"(?:messages?|confirmation|notifications?|notice|answers?|reply|news|mail|email)(?: (?:yet"
        r"|from you))?(?= ,| \?|$)",
        r"(?: ,| \?)?(?: (?:ma|perche))? non (?:mi )?(?:ho|is|sono) (?:ancora )?(?:ricevuto|avuto|arrivat[oi]|visto) "
        r"(?:niente|nulla|ness\w+ \w+|messaggi|conferm[ae]|notific\w+|risposta)(?= ,| \?|$)",
        # That nothing is to be booked yet, behind a question
        r"(?<=\?)(?: ,)?(?: (?:but|ma))?(?: i| io)? (?:do not|am not|non)(?: (?:want to|want"
        r"|voglio))? (?:book|reserve|booking"
        r"|prenot\w+)(?: (?:it|anything|niente|me))?(?: (?:yet|ancora|for now|per ora|now|adesso))?$",
        # Asides
        r"\b(?:while you are (?:at it|there)|(?:gia|visto) che ci sei|mentre ci sei)\b",
        r"(?<=\w)(?: ,)? (?:i mean|intendo)$",
        r"(?: ,)? (?:not that|non che) (?:i|it|we|you|mi|sia|io)\b[^,?]*",
        r"\b(?:after all|in the end|alla fine(?! d)|dopo tutto|tutto sommato)\b",
        r"\bper (?:puro )?caso\b|\bby any chance\b|\b(?:if )?per favore non is un problema\b",
        r"\b(?:solo |just |only )?(?:per |for )?(?:questa volta|sta volta|stavolta|this time|once)"
        r"(?= (?:salt|skip|annull"
        r"|cancel|disd|drop|i\b|vorrei|non\b|do not))",
        r"(?: ,)?(?: or| o)? (?:(?:did|have) (?:they|you|you guys)(?: have)? cancel\w* it"
        r"|(?:l )?hanno (?:annullat|cancellat)[oa])(?= \?|$)",
        r"(?: ,)? (?:o|or) (?:no|not)(?= \?|$)",
        r"\b(?:or so|o giu di li|o (?:qualcosa|una cosa) (?:cosi|del genere)|or something(?: like that)?)\b",
        r"\b(?:what|cosa|che) (?:do you say|ne dici|ne pensi|dici)(?= \?|$)",
        r"\b(?:in|in the|di) (?=total\w*\b(?! body))(?:totale?|complesso)\b",
    )
)
REMINDED = re.compile(r"\b(?:remind\w*|promemoria|ricord\w+|avvis\w+|nudge|ping)\b")
NOT_AS_BEFORE = re.compile(
    r"(?: ,)? (?:instead of|invece (?:di|che)|anziche|rather than|and not|e non|not|non)"
    r" (?:(?:the|le|l|un|just|solo) )?"
    r"(?:mezz ora|\d{1,2}|one|two|three|four|six|twelve|una?|due|tre|quattro|sei|dodici|usual"
    r"|solit[eao])(?: (?:hours?|or[ae]))?(?= ,|$)"
)
"""What a reminder was before: `two hours before instead of one`."""
EXACTLY = re.compile(r"\b(?:exactly|esatt[aeio]|esattamente|precis[aeio]|giust[aeio])\b")
IN_A_WHILE = re.compile(r"\b(?:in|tra|fra) (?:\w+ ){0,3}(?:week|settiman\w+|days?|giorn\w)\b")
LATE = re.compile(r"\b(?:later|stasera|tonight|evenings?|sera|serata|piu tardi)\b")
AFTER_EIGHT = re.compile(
    r"\b(?P<after>after|dopo|past|from|dalle|later than)(?P<the> (?:le|l))? (?P<hour>8|9|eight|nine|otto|nove)"
    r"(?= |$)(?! (?:am|pm|di|del|in the|this|:|and|e\b))"
)
EVENING = {"8": 20, "eight": 20, "otto": 20, "9": 21, "nine": 21, "nove": 21}


def without_asides(text: str) -> str:
    """Normalised text without what changes nothing; never emptied by that."""
    said = text
    for aside in ASIDES:
        said = aside.sub("", said)
    said = NOT_AS_BEFORE.sub("", said) if REMINDED.search(said) else said
    rounded = " ".join(EXACTLY.sub("", said).split())
    said = rounded if IN_A_WHILE.search(rounded) else said
    if LATE.search(said):
        said = AFTER_EIGHT.sub(_in_the_evening, said)
    said = " ".join(said.split()).strip(" ,")
    return said or text


def _in_the_evening(match: re.Match[str]) -> str:
    """`tonight after eight`: nobody means eight in the morning."""
    return f"{match['after']}{match['the'] or ''} {EVENING[match['hour']]}"
