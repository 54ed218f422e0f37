"""Questions about classes, put as the grammar reads them: how long one is, when it opens, who teaches, the last."""

from __future__ import annotations

import re

from bot.understanding.days import BY_WEEKDAY
from bot.understanding.lexicon import FIRST_NAMES

_CLASS = r"(?:class(?:es)?|lessons?|sessions?|slots?|courses?|one|lezion[ei]|cors[oi]|turn[oi]|fasci[ae]|orari[o]?)"
_TEACHER = r"(?:istruttor[ei]|istruttrice|insegnante|maestr[oa]|prof\w*|instructor|teacher|trainer|coach)"
_NAME = rf"(?:{'|'.join(sorted(FIRST_NAMES))})"
_DOES = r"(?:does|do|did|is|are|will|would)"
_WD = "|".join(BY_WEEKDAY)
_NO_DEED = (
    r"^(?!.*\b(?:book|prenot\w*|mett\w*|put|get me|sign\w*|segn\w*|iscriv\w*|cancel\w*|annull\w*|disd\w+|spost\w*"
    r"|move|my"
    r"|mia|mio|volta|time|week|settimana|second|seconda)\b)"
)

ASKING = (
    # Whether one has it
    (
        re.compile(
            r"^(?:do i still have|have i still got"
            r"|ho(?: ancora| gia)?(?! (?:un|una|bisogno|voglia|paura|fame|sonno)\b)) (?P<what>[^,?]+)\?$"
        ),
        r"am i booked \g<what>?",
    ),
    # How long, and until when
    (
        re.compile(
            rf"\b(?:(?:at )?what time|when|until when|until what time) {_DOES} (?P<what>[^,?]+?) "
            r"(?:ends?|finish(?:es|ed)?|(?:be )?over|done|last(?: until)?)\b"
        ),
        r"how long \g<what>",
    ),
    (re.compile(rf"\bhow long (?:{_DOES}|is) (?P<what>[^,?]+?) (?:last|take|go(?: on)?|run)\b"), r"how long \g<what>"),
    (
        re.compile(r"\bhow (?:many (?:minutes|hours)|much time) (?:does|do|is|are) (?P<what>[^,?]+?) (?:last|take)\b"),
        r"how long \g<what>",
    ),
    (re.compile(r"\b(?:a che ora|quando|verso che ora) (?:finisc\w+|termin\w+|si esce da)\b"), "how long"),
    (
        re.compile(r"\b(?:quanto (?:tempo )?(?:dur\w+)|(?:che |quale )?durata (?:ha|di|del|della)|quant e lung\w+)\b"),
        "how long",
    ),
    (
        re.compile(r"^(?P<what>[^,?]+?) (?:quanto dura|a che ora finisce|finisce a che ora|quando finisce)(?= \?|$)"),
        r"how long \g<what>",
    ),
    # When it can be booked
    (
        re.compile(
            r"\b(?:when|(?:at )?what time|what day) (?:does|do|will|is|are) (?P<what>[^?]+?) (?:actually |usually "
            r"|going to )?"
            r"(?:drops?|goe?s? live|come out|opens? up|become available|get released|released|unlock\w*|start"
            r" booking)\b"
        ),
        r"when opens \g<what>",
    ),
    (
        re.compile(
            r"\b(?:from (?:when|what time|which (?:moment|day|hour))|since when|as of when|when)(?: \w+){0,3}? "
            r"(?:permitted|allowed|possible|able|can (?:i|we)|could (?:i|we)|may (?:i|we)|do i (?:get|have)|am i able)"
            r"(?: to)? (?:take|book|reserve|get|have|sign up|register)(?: (?:the|a|my|for|in))* ?(?:place|spot"
            r"|seat)?(?: (?:for|in))?\b"
        ),
        "when opens",
    ),
    (
        re.compile(
            r"\b(?:da quando|a partire da quando|quando|a che ora|da che ora|che ora)(?: \w+){0,3}? (?:si puo|si"
            r" potra|posso|potro"
            r"|devo|dovrei)(?: (?:prenot\w+|iscriv\w+|segn\w+|prend\w+|puntare la sveglia|mettere la sveglia"
            r"|collegar\w+|connetter\w+))(?: (?:il|un|posto|per|a|al|alla))*\b"
        ),
        "quando apre",
    ),
    (
        re.compile(
            r"\b(?:quando|a che ora) (?:escono|si liberano|vengono messi|aprono) (?:i posti|le prenotazioni|le"
            r" iscrizioni)"
            r" (?:per|di|a|del|della)\b"
        ),
        "quando apre",
    ),
    # Who teaches
    (
        re.compile(
            rf"\b(?:(?:is|does|do|ce|c is|is it|will|do you know (?:if|whether)|sai se) )?(?:it |that )?(?:still "
            rf"|ancora |sempre )"
            rf"(?:with |con |is |is it )?{_NAME}\b(?= .+)"
        ),
        "who teaches",
    ),
    (
        re.compile(
            rf"\b(?:(?:is|does|do|will) )?{_NAME} (?:(?:still|ancora|sempre) )(?:do|does|doing|teach\w*|run|hold|fa"
            rf"|tiene|insegna"
            r"|c is|there)(?: (?:the|il|la|lo))?\b"
        ),
        "who teaches",
    ),
    (
        re.compile(
            rf"\b(?:do you know )?(?:(?:whether|if|sai se|se) )?(?:the |il |la |l )?(?P<what>\w+(?: \w+)?) {_TEACHER} "
            rf"(?P<when>(?:on|of|in|at|for|il|la|di|del) [^,?]*?)?(?:is |e )?(?:still |ancora |sempre ){_NAME}\b"
        ),
        r"who teaches \g<what> \g<when>",
    ),
    (
        re.compile(
            rf"(?:\b(?:who is|chi is|qual is|indica\w*|dir\w*|sapere|know|tell me) )(?:the |il |la |l |le |gli"
            rf" )?{_TEACHER} "
            rf"(?:di|del|della|dell|of|for|at|in)(?: (?:the|il|la|l|{_CLASS}|di|del|della|of))* "
        ),
        "who teaches ",
    ),
    # The last one
    (
        re.compile(
            rf"{_NO_DEED}(?P<before>.*?)\b(?:the |l |la |il )?(?:very )?(?:last|latest|ultim[oa]) (?:possible "
            rf"|available |free )?"
            rf"(?P<class>(?:\w+ )?{_CLASS}\b|(?:(?!(?:and|e|one|{_WD})\b)\w+)(?= (?:today|tonight|tomorrow|on|di|del"
            rf"|stasera|domani|oggi)\b))"
            r"(?!.*\b(?:i did|did i|i had|ho fatto|fatta|been)\b)"
        ),
        r"\g<before> which last \g<class>",
    ),
)
"""Each way, and the same as the grammar reads it."""

NATURE = re.compile(
    r"^(?:(?:so|ma|and|e|hi|ciao|hey|sorry|scusa|ehm|please|can you|could you|mi|puoi|sai|tell me|dimmi|,) )*"
    r"(?:what (?:exactly )?(?:is|are)(?! (?:my|mine|on|there|free|left|available|the (?:time|times|hours))\b)"
    r"|what (?:does"
    r"|do) .* (?:mean|stand for)"
    r"|what (?:kind|sort|type) of (?:class|thing|sport|training)? ?is|(?:che )?cos(?:a)?(?: is| sono|e)|(?:che"
    r" )?cosa? (?:vuol dire"
    r"|significa)|che vuol dire|che roba is|che (?:tipo|genere) di (?:corso|lezione|sport) is|(?:the )?difference"
    r" between"
    r"|what is the difference|(?:la |che |qual is la )?differenz\w+ (?:tra|fra|c is tra|ce tra|di)|che differenza"
    r"|(?:explain|describe|spieg\w+|descriv\w+)(?: me| mi)?|in (?:che )?cosa consiste|di (?:che )?cosa si tratta"
    r"|what does .* consist|what do (?:you|we|they) do (?:in|at)|(?:che )?cosa si fa (?:a|in|durante)|(?:is|are) .*"
    r" (?:hard|difficult"
    r"|for beginners|beginner\w*|intense)\b|.* (?:is )?(?:adatt[oa]|difficile|per principianti)\b)"
)
"""What a class is, of which the site tells the name alone."""
PEOPLE = re.compile(
    r"\bhow many (?:people|persons|others|other people|guys|of us)\b(?! (?:fit|can|may))|\b(?:quante persone|quanta"
    r" gente|quanti)"
    r" (?:siamo|saremo|sono|vengono|ci sono|ce|ci vanno|hanno prenotato|iscritti)\b(?! (?:posti|liberi))"
    r"|\bwho (?:else )?(?:is coming|is going|comes|else)\b|\bchi (?:altro|viene|ci va|c is|ce) (?!a insegn)"
)
"""Who else comes, or how many."""


def asked_plainly(text: str) -> str:
    """Normalised text with each such question as the grammar reads it."""
    said = text
    for pattern, instead in ASKING:
        said = pattern.sub(rf" {instead} ", said)
    return " ".join(said.split())
