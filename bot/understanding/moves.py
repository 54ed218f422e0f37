"""A class for another one, said in a roundabout way, put as `swap the old one for the new one`."""

from __future__ import annotations

import re

from bot.understanding.days import BY_WEEKDAY

_SOMETHING = r"(?:(?!\b(?:annull|cancell?|disd|drop|rinunc|non|not|no)\w*\b)[^?])+?"
_HAVE = (
    r"(?:(?:i )?(?:have|got|had)(?: (?:got|already|booked))*|i (?:have )?booked(?: (?:me|myself))?|i am (?:booked|down"
    r"|in"
    r"|signed up)|(?:you )?(?:have )?(?:booked|put) me(?: down)?|(?:gia )?(?:ho|avevo|avrei)(?: (?:gia|prenotato"
    r"|preso))*"
    r"|(?:sono|ero) (?:gia )?(?:iscritt|prenotat|segnat)[oa]|mi hai (?:messo|messa|prenotato|segnato))"
    r"(?: (?:for|in|on|to|at|a|ad|al|alla|per|il|la|the|my|una|un|lezione|di)(?= ))*"
)
_CAN = (
    r"(?:can|could|may|would) (?:i|we|you)|is it possible(?: for me)?(?: to)?|(?:si )?(?:puo|potrebbe|riesce|riesci"
    r"|puoi"
    r"|potresti)|posso|potrei|possiamo|sarebbe possibile|possible(?: to)?|how about|what about|let us|lets"
)
_TAKE = r"fare|far|do|have|go|come|venire|andare|take|attend|join|go to|be|move it|move|spostarl\w+|spostar\w*|farl\w+"
_RATHER = (
    r"(?:preferi(?:rei|sco|remmo)|vorrei|volevo|mi (?:piacerebbe|serve|servirebbe|andrebbe|va)(?: (?:bene|meglio))?"
    r"|(?:i )?(?:would )?(?:really |much )?(?:rather|prefer|like|love|need|want)(?: (?:to|it))?|meglio|magari"
    rf"|(?:{_CAN})(?: (?:please|per favore))?)(?: (?:{_TAKE}))*(?: (?:to|a|ad|al|alla|per|on|il|la|the|in|at))*"
)
_CHANGE = (
    rf"(?:(?: ,| and| e)?(?: (?:{_CAN}|please|pls|per favore|to|che dici|ok))* ?"
    r"(?:cambi\w+|spost\w+|change|switch|swap|move|fare|farlo|do|arrange|scambi\w+)?(?: (?:it|that|this|them|la|lo"
    r"|quella"
    r"|for me|please|per favore))*)"
)
_INSTEAD = r"(?:invece|instead|piuttosto|al suo posto|al posto suo|in its place|rather)"
_INSTEAD_OF = (
    r"(?:invece (?:di|del|dello|della|dell|che)|instead of|anziche|rather than|al posto d(?:i|el|ella|ello|ell)"
    r"|in place of)"
)
_CAN_NOT = (
    r"(?:(?:i |we )?(?:can not|could not|am not able to|not able to|am not free|not free|am busy|will not)(?: (?:make"
    r"|come|go"
    r"|attend|do|be|be there|it|manage))*|(?:io )?non (?:posso|riesco|potro|potrei|riusciro|ci sono|ci saro|mi va bene"
    r"|va bene"
    r"|vengo|faccio)(?: (?:piu|venire|andare|andarci|esserci|farcela|fare|piu venire))*|(?:does|is) not (?:work|good"
    r"|suit)"
    r"(?: (?:for me|me))?|sono (?:impegnat|occupat)[oa]|no good)"
)
_TAKEN = (
    r"(?:mett\w+|prenot\w+|iscriv\w+|segn(?:a|ami)|fammi(?: fare)?|dammi|prend\w+|vorrei(?: fare)?|voglio(?: fare)?"
    r"|preferi\w+(?: fare)?|facciamo|fai|book(?: me)?|put me(?: down)?(?: (?:in|into|for))?|get me(?: into)?|give me"
    r"|i want"
    r"|i would like(?: to (?:do|have))?|(?:can|could) (?:i|we|you) (?:do|have|take|book|get|put me in|book me|go to)"
    r"|posso (?:fare|avere|venire|andare)(?: a)?|i would (?:rather|prefer)(?: (?:do|have|to do|to have))?)"
)
_MOVED = r"(?:moved|rescheduled|switched|changed|swapped|shifted|postponed|spostat[oa]|cambiat[oa]|scambiat[oa])"
_BACK = r"(?:back|forwards?|up|ahead|indietro|avanti)"

_DAY = rf"(?:{'|'.join([*BY_WEEKDAY, 'oggi', 'domani', 'today', 'tomorrow', 'tonight', 'stasera'])})"
_POLITE = r"(?:(?:hi|hello|hey|ciao|ok|please|pls|sorry|scusa|salve)(?: ,)? )*"
_AS_SWAP = r"swap \g<old> for \g<new>"


def _way(*pieces: str) -> re.Pattern[str]:
    return re.compile("".join(pieces))


MOVES = (
    # The verb around what is moved, or in another form
    (
        _way(
            rf"^(?P<old>[^?]*?)(?: ,)? (?:{_CAN_NOT}|(?:does|is) not (?:work|suit|good|possible|ok|fit)(?: for me"
            rf"| me)?"
            r"|is no good|non (?:va|funziona|torna)(?: (?:piu|bene))*|non mi (?:va|torna)(?: (?:piu|bene))*)"
            r"(?: (?:any ?more|any longer|now|piu))?(?: ,)?(?: (?:so|quindi|and|e))?"
            r" (?:can|could|may) (?:it|that|this) become (?P<new>.+)$"
        ),
        r"swap \g<old> for \g<new>",
    ),
    (_way(r"\b(?:can|could|may|might) (?P<old>[^?]+?) become (?P<new>[^?]+)"), r"move \g<old> to \g<new>"),
    (_way(r"\b(?:puo|potrebbe|possono) diventare (?P<new>[^?]+)"), r"sposta a \g<new>"),
    (
        _way(
            r"^(?P<old>.+?) (?:la|lo|le|li|lo vorrei|la vorrei) (?:farei|vorrei|preferirei|preferisco|farla|farlo"
            r"|facciamo)"
            r"(?: (?:fare|farla|farlo|avere))? (?P<new>(?:un po |piu |alle|a |il |la |di |dopo|prima|domani|lun|mar"
            r"|mer|gio|ven|sab"
            r"|dom|stasera)[^?]*)"
        ),
        r"sposta \g<old> a \g<new>",
    ),
    (
        _way(
            r"\b(?:prefer\w*|vorrei) (?P<new>\w+(?: \w+)?) (?:piuttosto che|rather than|over|instead of) (?P<old>\w+)"
        ),
        _AS_SWAP,
    ),
    (_way(rf"\b(?:can|could|may|would) (?P<old>.+?) be {_MOVED}\b"), r"move \g<old>"),
    (_way(rf"\b(?:get|have) (?P<old>(?:(?!\b(?:moved|to)\b).)+?) {_MOVED}\b"), r"move \g<old>"),
    (
        _way(rf"\b(?P<at>at|alle) (?P<new>\d[\d:]*) {_INSTEAD_OF} (?P<old>\d[\d:]*)(?= |$)"),
        r"\g<at> \g<new> instead of at \g<old>",
    ),
    (_way(r"\bbring (?P<old>[^,?]+?) forward(?: by)? (?=half|an?\b|one|two|\d)"), r"anticipa \g<old> by "),
    (
        _way(r"\b(?:push|put|set) (?!me\b)(?P<old>[^,?]+?) back(?: by)? (?=half|an?\b|one|two|\d)"),
        r"postpone \g<old> by ",
    ),
    (_way(r"\bbring (?P<old>[^,?]+?) (?:forward|up)\b|\b(?:bring forward|move up)\b"), r"anticipa \g<old>"),
    (_way(r"\b(?:push|put|set) (?!me\b)(?P<old>[^,?]+?) back\b(?! (?:the way|how|as|like)\b)"), r"postpone \g<old>"),
    (
        _way(r"\b(?:push back|delay|put off|hold off|set back)(?= .*\b(?:by|hours?|minutes?|until|till|to)\b)"),
        "postpone",
    ),
    (_way(r"\bmake (?:it|that|this) (?=(?:half|an?|one|\d+) \w+ (?:later|earlier))"), "move it "),
    # The old one can't be, and the new one is wished
    (
        _way(
            rf"^{_POLITE}(?P<old>(?!.*\b{_HAVE}).+?) {_CAN_NOT}",
            r"(?:(?: ,)?(?: (?:ma|but|so|quindi|pero))| ,| (?=facciamo|meglio|preferi|va bene|va meglio|lets|let us))",
            rf"(?: (?:{_RATHER}|{_TAKEN}|{_CAN}|va (?:bene|meglio)"
            rf"|works?))+ (?P<new>{_SOMETHING})(?: {_INSTEAD})?(?= \?|$)",
        ),
        _AS_SWAP,
    ),
    (
        _way(
            rf"^{_POLITE}{_CAN_NOT}(?: (?:on|a|ad|al|alla|per|il|the))? (?P<old>{_SOMETHING})(?: ,| so| but| ma"
            rf"| quindi)",
            rf"(?: (?:{_RATHER}|{_TAKEN}|{_CAN}))* (?P<new>{_SOMETHING}) {_INSTEAD}(?= \?|$| ,)",
        ),
        _AS_SWAP,
    ),
    (
        _way(
            rf"^{_POLITE}{_CAN_NOT}(?: (?:on|a|ad|al|alla|per|il|the))? (?P<old>{_SOMETHING})(?: ,)?(?: (?:so|but|ma"
            rf"|quindi))?",
            rf"(?: (?:si puo|{_CAN}) (?:fare|do|have|come|venire))(?: (?:it|on|il|la))? (?P<new>{_SOMETHING})(?= \?|$"
            rf"| ,)",
        ),
        _AS_SWAP,
    ),
    (
        _way(rf"\bpreferi\w+ (?P<new>{_SOMETHING}) (?:piuttosto che|rispetto a) (?P<old>{_SOMETHING})(?= \?|$)"),
        _AS_SWAP,
    ),
    (
        _way(
            rf"^(?:(?:no|anzi|ma|but|actually|ok|,) )*(?:meglio|better|rather) (?P<new>(?!(?:la|il|quell\w|one"
            rf"|the)\b)\w+) "
            rf"(?:di|che|than|invece di|instead of) (?P<old>(?!{_DAY}\b|prima|dopo|no\b)\w+(?: {_DAY})?)(?= \?|$)"
        ),
        _AS_SWAP,
    ),
    # The old one is held, and the new one is liked better
    (
        _way(
            rf"^{_POLITE}{_HAVE} (?P<old>{_SOMETHING})(?: ,)?(?: (?:ma|but|pero|and|e)| ,)(?: ,)? ",
            rf"(?:i )?(?:(?:realised|think|credo|penso) )?{_RATHER} (?P<new>{_SOMETHING}){_CHANGE}(?: \?)?$",
        ),
        _AS_SWAP,
    ),
    # A class of one day on another
    (
        _way(
            rf"^{_POLITE}(?P<old>(?=[^?]*\b{_DAY}\b){_SOMETHING})(?: ,)? (?:(?:can|could|may) (?:it|that) be",
            rf"|(?:si )?(?:puo|potrebbe) mettere)(?: (?:on|a|il))? (?P<new>{_DAY}\b{_SOMETHING}|{_DAY})(?= \?|$)",
        ),
        _AS_SWAP,
    ),
    (
        _way(
            rf"\b(?P<old>{_DAY} (?:(?!{_DAY}\b|and\b|or\b|e\b|o\b)\w+ ){{1,3}}?)(?:on |il "
            rf"|a )?(?P<new>{_DAY}) {_INSTEAD}",
            r"(?= \?|$)",
        ),
        _AS_SWAP,
    ),
    # One instead of the other
    (
        _way(rf"^{_POLITE}{_INSTEAD_OF} (?P<old>[^,]+?)(?: ,)? (?:{_TAKEN}|{_RATHER}) (?P<new>{_SOMETHING})(?= \?|$)"),
        _AS_SWAP,
    ),
    (_way(rf"^{_POLITE}{_INSTEAD_OF} (?P<old>[^,]+?) , (?P<new>{_SOMETHING})(?= \?|$)"), _AS_SWAP),
    (
        _way(
            rf"^{_POLITE}(?:{_TAKEN} |{_RATHER} |{_CAN} (?:{_TAKE}) )?(?P<new>{_SOMETHING})(?: ,)? {_INSTEAD_OF} ",
            rf"(?P<old>{_SOMETHING})(?: (?:please|per favore))?(?= \?|$)",
        ),
        _AS_SWAP,
    ),
    (
        _way(
            r"\b(?:cancel|drop|annull\w+|cancella\w*|disd\w+|togli\w*) (?P<old>[^,]+?)(?: ,)? (?:and|e|,)",
            rf"(?: (?:please|poi|then))? {_TAKEN} (?P<new>.+) {_INSTEAD}(?= \?|$)",
        ),
        _AS_SWAP,
    ),
)
"""Each way, and the same as the grammar reads it."""


def moved(text: str) -> str:
    """Normalised text with each such way as a swap."""
    said = text
    for pattern, instead in MOVES:
        said = pattern.sub(instead, said)
    return " ".join(said.split())
