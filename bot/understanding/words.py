"""A message as plain words: no case, accents or emoji; contractions taken apart, signs and units set off by blanks."""

from __future__ import annotations

import re
import unicodedata

from domain.names import plain

SYMBOL = "So"  # the category of Unicode that emoji are of
MOST_CHARACTERS = 400  # a request is far shorter; whatever is longer is not read
MOST_WORDS = 60

IS = re.compile(r"(?<!\w)(?:[èéÈÉ]|[eE]['\u2019`\u00b4])(?!\w)")  # the verb, which without its accent would mean "and"
CONTRACTIONS = (
    (re.compile(r"\bc'? ?(?:is|e)\b"), "ce"),
    (re.compile(r"\b(ca|wo|do|does|did|is|are|was|have|could|would|should)n'?t\b"), r"\1 not"),
    (re.compile(r"\bcannot\b"), "can not"),
    (re.compile(r"\b(ca|wo) not\b"), "can not"),
    (re.compile(r"\b(i|we|you)'d\b"), r"\1 would"),
    (re.compile(r"\b(i)'m\b|\bim\b"), "i am"),
    (re.compile(r"\b(i|we|you|they)'(?:ve|ll)\b"), r"\1"),
    (re.compile(r"\b(we|they)'re\b"), r"\1 are"),
    (re.compile(r"\bquand'? ?is\b"), "quando"),
    (re.compile(r"\b(dov|com)'? ?is\b"), r"\1e"),
    (re.compile(r"\b(what|when|where|that|it|there|who|let)'?s\b"), r"\1 is"),
    (re.compile(r"(\w)'s\b"), r"\1"),
    (re.compile(r"\bcos'|\bcos\b"), "cosa "),
    (re.compile(r"\ba\.m\.?(?!\w)"), "am"),
    (re.compile(r"\bp\.m\.?(?!\w)"), "pm"),
    (re.compile(r"\bo'?clock\b"), "oclock"),
    (re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b"), r"\3/\2/\1"),
    (re.compile(r"\b(\d{1,2})-(\d{1,2})-(20\d\d)\b"), r"\1/\2/\3"),
    (re.compile(r"(?<![:.,\d])(2[5-9]|3[01])-(\d{1,2})(?![:.,\d])"), r"\1/\2"),
    (re.compile(r"\b(alle|all|ore|at|h) (\d{2})(\d{2})\b"), r"\1 \2:\3"),
    (re.compile(r"\b(alle|ore|at|h) (\d{1,2}) (00|15|30|45)\b"), r"\1 \2:\3"),
    (re.compile(r"\b(\d{1,2})([0-5]\d) ?([ap])\.?m\b\.?"), r"\1:\2 \3m"),
    (re.compile(r"(?<!\S)@ ?(?=\w)"), "at "),
    (re.compile(r"\b(?:scusami|scusa|sorry|mi dispiace),? (?:ma|but)\b"), "scusa"),
    (re.compile(r"\bdmn\b"), "domani"),
    (re.compile(r"\bwk(?:nd|end)\b"), "weekend"),
    (re.compile(r"\beve\b"), "evening"),
    (re.compile(r"\bnn\b"), "non"),
    (re.compile(r"\bwud\b"), "would"),
    (re.compile(r"\bi can not (?=(?:today|tonight|tomorrow|on|this|next)\b)"), "i can not come "),
    (re.compile(r"\b(?:now|adesso)(?: subito)? (?=(?:for|per)\b)"), ""),
    (re.compile(r"\b((?:stop|smett\w+|basta)\b.*) (?:now|adesso)\b"), r"\1"),
    (re.compile(r"\b(?:do not|non) (?:forget|dimentic\w+|scord\w+)(?: to| di)?\b"), "please"),
    (re.compile(r"\bton(?:ite|ight)\b"), "tonight"),
    (re.compile(r"\bpren\b"), "prenota"),
    (re.compile(r"\bgrz\b"), "grazie"),
    (re.compile(r"\bgg (?=\d)"), "giorno "),
    (re.compile(r"\b(up|me|in|down|spot|place|seat|slot|space|room) 4 (?=[a-z])"), r"\1 for "),
    (re.compile(r"\b(\d{1,2}) e (00|15|30|45)\b"), r"\1:\2"),
    (re.compile(r"\bx\b"), "per"),
    (re.compile(r"\bnxt\b"), "next"),
    (re.compile(r"\bb4\b"), "before"),
    (re.compile(r"\bprox\b"), "prossimo"),
    (re.compile(r"\bsta sera\b"), "stasera"),
    (re.compile(r"\b2(?:moro|morrow|mrw)\b"), "tomorrow"),
    (re.compile(r"\b2(?:nite|night)\b"), "tonight"),
    (re.compile(r"\bh\.(?= ?\d)"), "h"),
    (re.compile(r"\bce la (?:faccio|facciamo)\b"), "posso"),
    (
        re.compile(r"\b(?:put|metti(?:mi)?|mettere|mettete)\b(.*) (?:on hold|on pause|in pausa(?! pranzo))\b"),
        r"pause\1",
    ),
    (re.compile(r"\bstop booking\b"), "do not book"),
    (re.compile(r"\bgive (?!(?:back|me|us)\b)(.+?) back\b"), r"give back \1"),
    (re.compile(r"\bstart (?:booking )?(.+?) again\b"), r"resume \1"),
    (re.compile(r"\bi would rather (?:do |have |go to |take )?(.+?) than (.+)"), r"swap \2 for \1"),
    (
        re.compile(r"\bwho is (?:the )?(?:instructor|teacher|trainer|coach) (?:of|for|in|at) |\bwho does (?:the )?"),
        "who teaches ",
    ),
    (re.compile(r"\bwho is (?:the )?((?:\w+ ){1,4}?)(?:instructor|teacher|trainer|coach)\b"), r"who teaches \1"),
    (
        re.compile(
            r"\bchi is (?:l'? ?|il |la )?(?:coach|trainer|allenator[ei]|istruttore"
            r"|istruttrice|insegnante|maestr[oa]|prof\w*) (?:di|del|della|a) "
        ),
        "chi insegna ",
    ),
    (re.compile(r"\bsmett(?:i|ila|ere) di prenotar(?:e|mi)\b"), "non prenotare"),
    (
        re.compile(
            r"\bgood (?:morning|afternoon|evening|day|night)\b"
            r"|\bbuona? (?:giorno|sera|pomeriggio|giornata|serata|notte)\b"
        ),
        "hello",
    ),
)
UNITS = re.compile(r"(?<=\d)(?=(?:am|pm|h|hrs|st|nd|rd|th|ish)\b)|(?<=\bh)(?=\d)|(?<=\bore)(?=\d)|(?<=\balle)(?=\d)")
HOUR_H = re.compile(r"\b(\d{1,2})h(\d{2})\b")
TOKEN = re.compile(r"\d+(?:[.:,/]\d+)+|\d+|[^\W\d_]+|[?,&+-]|[;!.:\n]")
NAME = re.compile(r"\d+|[^\W\d_]+")
ENDS = {";": ",", "!": ",", ".": ",", ":": ",", "\n": ",", "+": "&"}


def normalised(text: str) -> str:
    """The words and signs of a message, one blank between them."""
    marked = IS.sub(" is ", unicodedata.normalize("NFC", text))
    low = plain(marked.replace("\n", " ; ")).replace("`", "'").replace("\u00b4", "'")
    for dash in "\u2010\u2011\u2012\u2013\u2014":
        low = low.replace(dash, "-")
    for pattern, instead in CONTRACTIONS:
        low = pattern.sub(instead, low)
    low = UNITS.sub(" ", HOUR_H.sub(r"\1:\2", low))
    return " ".join(ENDS.get(token, token) for token in TOKEN.findall(low))


def spoken(name: str) -> str:
    """The words of a name as somebody writes them in a message."""
    return " ".join(NAME.findall(plain(name)))


def worded(text: str) -> frozenset[str]:
    """The words of a list that is written as text."""
    return frozenset(text.split())


def is_only_emoji(text: str) -> bool:
    """Whether nothing is written beside emoji."""
    return not any(sign.isalnum() for sign in text) and any(unicodedata.category(sign) == SYMBOL for sign in text)


def words_of(text: str) -> frozenset[str]:
    """The words of a text, without accents and capitals."""
    return frozenset(normalised(text).split())
