"""A message as plain words: no case, accents or emoji; contractions taken apart, signs and units set off by blanks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from bot.understanding.abbreviations import written_out
from domain.names import plain

SYMBOL = "So"  # the category of Unicode that emoji are of
MOST_CHARACTERS = 400  # a request is far shorter; whatever is longer is not read
MOST_WORDS = 60

IS = re.compile(r"(?<!\w)(?:[èéÈÉ]|[eE]['\u2019`\u00b4])(?!\w)")  # the verb, which without its accent would mean "and"
HALVES = {"am": "morning", "pm": "after 12:00"}
NEITHER = re.compile(r"(?<!\w)n(?:[éè]|e['\u2019`\u00b4])(?!\w)|\bne (?=\w+ ne\b)", re.IGNORECASE)  # `né`: a no
CONTRACTIONS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\bc'? ?(?:is|e)\b"), "ce"),
    (re.compile(r"\b(ca|wo|do|does|did|is|are|was|have|could|would|should)n'?t\b"), r"\1 not"),
    (re.compile(r"\bcannot\b"), "can not"),
    (re.compile(r"\b(ca|wo) not\b"), "can not"),
    (re.compile(r"\b(i|we|you)'d\b"), r"\1 would"),
    (re.compile(r"\b(i)'m\b|\bim\b"), "i am"),
    (re.compile(r"\b(i|we|you|they)'(?:ve|ll)\b"), r"\1"),
    (re.compile(r"\b(we|they|you)'re\b"), r"\1 are"),
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
    (re.compile(r"\bh(?=\d{4}\b)"), "h "),
    (re.compile(r"\b(0?[6-9]|1\d|2[0-2])e([0-5]\d)\b"), r"\1:\2"),
    (re.compile(r"(?<![/.:,\d-])(?<!\d )\b(?!202\d)((?:0[6-9])|1\d|2[0-2])(00|15|30|45)\b(?![/.:\d-])"), r"\1:\2"),
    (re.compile(r"^((?:(?!(?:[-=]>|\u2192)).)+?) ?(?:-+>|=>|\u2192) ?((?:(?![-=]>|\u2192).)+)$"), r"move \1 to \2"),
    (re.compile(r" ?(?:-+|=)> ?| \u2192 ?|\u2192"), " to "),
    (re.compile(r"\((?:lasci\w+ (?:perdere|stare)|non chied\w+|long story|don'?t ask|never mind)[^()]{0,30}\)"), ""),
    (re.compile(r"\bdmn\b"), "domani"),
    (
        re.compile(
            r"\b((?:to(?:day|morrow)|tmrw|oggi|domani|(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?|in the"
            r"|this)) (am|pm)\b"
        ),
        lambda found: f"{found[1]} {HALVES[found[2]]}",
    ),
    (re.compile(r"\bwk(?:nd|end)\b"), "weekend"),
    (re.compile(r"\beve\b"), "evening"),
    (re.compile(r"\bnn\b"), "non"),
    (re.compile(r"\bwud\b"), "would"),
    (re.compile(r"\bi can not (?=(?:today|tonight|tomorrow|on|this|next)\b)"), "i can not come "),
    (re.compile(r"\b(?:now|adesso)(?: subito)? (?=(?:for|per)\b)"), ""),
    (re.compile(r"\b((?:stop|smett\w+|basta)\b.*) (?:now|adesso)\b"), r"\1"),
    (re.compile(r"\b(?:do not|non) (?:forget|dimentic\w+|scord\w+)(?: to| di)?\b"), "please"),
    (re.compile(r"\b(?P<so>and |but |so |e |ma )?(?:now|adesso)(?= (?:i|we|non|mi|they|it) )"), r"\g<so>"),
    (re.compile(r"\b(?:on |il |la )?(\w+day)s(?=[ ,](?:.* )?(?:this|next) \1\b)"), ""),
    (re.compile(r"\bton(?:ite|ight)\b"), "tonight"),
    (re.compile(r"\bpren\b"), "prenota"),
    (re.compile(r"\bgrz\b"), "grazie"),
    (re.compile(r"\bgg (?=\d)"), "giorno "),
    (
        re.compile(r"\b(up|me|in|down|spots?|places?|seats?|slots?|space|room|left|free|available) 4 (?=[a-z])"),
        r"\1 for ",
    ),
    (re.compile(r"\b(\d{1,2}) e (00|15|30|45)\b"), r"\1:\2"),
    (re.compile(r"\bx\b"), "per"),
    (re.compile(r"\bnxt\b"), "next"),
    (re.compile(r"\bb4\b"), "before"),
    (
        re.compile(
            r"\b(?:fino|sino) all?[ '](\d{1,2})(?![:.,/\d]|\d| (?:gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic))"
        ),
        r"until the \1 th",
    ),
    (re.compile(r"\bprox\b"), "prossimo"),
    (re.compile(r"\b(this|next|last|prossim[oa]|quest[oa]) (?:wk|sett?)\b"), r"\1 week"),
    (re.compile(r"\bsett? (?:prossim[oa]|che viene)\b"), "settimana prossima"),
    (re.compile(r"\b2day\b"), "today"),
    (re.compile(r"(?<!with )(?<!for )(?<!con )(?<!per )(?<!w )\btom\b"), "tomorrow"),
    (re.compile(r"\b2 (?=(?:mon|tue|wed|thu|fri|sat|sun|tomorrow|today)[a-z]*\b)"), "to "),
    (re.compile(r"\bqnd\b"), "quando"),
    (re.compile(r"\b(?:xke|xche|perke|xk)\b"), "perche"),
    (re.compile(r"\b(?:re-?sched|rebook)\b"), "reschedule"),
    (re.compile(r"\b(?:canc|canx|cncl|cxl)\b"), "cancel"),
    (re.compile(r"(?<!\d)(?<!\d )\bhrs\b"), "opening hours"),
    (re.compile(r"\bfc\b"), "fit center"),
    (re.compile(r"\bw/(?= ?\w)"), "with "),
    (re.compile(r"\bsta sera\b"), "stasera"),
    (re.compile(r"\b2(?:moro|morrow|mrw)\b"), "tomorrow"),
    (re.compile(r"\b2(?:nite|night)\b"), "tonight"),
    (re.compile(r"\bh\.(?= ?\d)"), "h"),
    (re.compile(r"\bnon ce la (?:faccio|facciamo)(?: (?=pacc|bidon|mi chiamo|pass|rinunc|salt))"), "non vengo , "),
    (re.compile(r"\bce la (?:faccio|facciamo)\b"), "posso"),
    (
        re.compile(r"^out (?:for |on )?(?=(?:mon|tue|wed|thu|fri|sat|sun|tomorrow|today|tonight)[a-z]*$)"),
        "i am out for ",
    ),
    # `total` is no course
    (
        re.compile(
            r"\b(?:total(?:ly)?|complete(?:ly)?|absolute) (?=(?:beginner|newbie|novice|noob|rookie|mess|disaster)s?\b)"
        ),
        "",
    ),
    (re.compile(r"(?<=principiante )total[ei]\b"), ""),
    # `fit` is no gym
    (re.compile(r"\b(can|could|would|please) (you )?(?:please )?fit (?:me|us) in(?:to)?\b"), r"\1 \2squeeze me in"),
    (re.compile(r"\bfit (?:me|us|you|him|her|it|that|this|them) in\b"), "receive"),
    (re.compile(r"\b(keep|get|stay|be|being|so|rimanere|tenermi|tenersi) fit\b(?! cent)"), r"\1 healthy"),
    # `drop` is no cancellation
    (
        re.compile(r"\bwhen (?:does|do|will|is) ([^?,]+?) (?:drops?|goes live|go live|comes? out|unlocks?)(?= \?|$|,)"),
        r"when does booking open for \1",
    ),
    (
        re.compile(
            r"\b(?:put|metti(?:mi)?|mettere|mettete)\b(.*) (?:on hold|on pause|in pausa(?! pranzo)|in stand ?by)\b"
        ),
        r"pause\1",
    ),
    (re.compile(r"\bcancell\b"), "cancel"),
    (re.compile(r"\bcall (?!off\b)(.+?) off\b"), r"call off \1"),
    (re.compile(r"\bstop booking\b"), "do not book"),
    (re.compile(r"\bgive (?!(?:back|me|us)\b)(.+?) back\b"), r"give back \1"),
    (re.compile(r"^((?:(?!\b(?:what time|when|which)\b).)*?)\bstart (?:booking )?(.+?) again\b"), r"\1resume \2"),
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
LONG = re.compile(r"([aeiousytrmn])\1{2,}")  # `gooood`
LONG_END = re.compile(r"([aeiousytrmn])\1{2,}\b")  # `ciaooo`
UNITS = re.compile(r"(?<=\d)(?=(?:am|pm|h|hrs|st|nd|rd|th|ish)\b)|(?<=\bh)(?=\d)|(?<=\bore)(?=\d)|(?<=\balle)(?=\d)")
HOUR_H = re.compile(r"\b(\d{1,2})h(\d{2})\b")
TOKEN = re.compile(r"\d+(?:[.:,/]\d+)+|\d+|[^\W\d_]+|[?,&+-]|[;!.:\n]")
NAME = re.compile(r"\d+|[^\W\d_]+")
ENDS = {";": ",", "!": ",", ".": ",", ":": ",", "\n": ",", "+": "&"}


def normalised(text: str) -> str:
    """The words and signs of a message, one blank between them."""
    marked = NEITHER.sub("non ", IS.sub(" is ", unicodedata.normalize("NFC", text)))
    low = plain(marked.replace("\n", " ; ")).replace("`", "'").replace("\u00b4", "'")
    for dash in "\u2010\u2011\u2012\u2013\u2014":
        low = low.replace(dash, "-")
    low = LONG.sub(r"\1\1", LONG_END.sub(r"\1", written_out(low)))
    for pattern, instead in CONTRACTIONS:
        low = pattern.sub(instead, low)
    low = UNITS.sub(" ", HOUR_H.sub(r"\1:\2", low))
    return " ".join(ENDS.get(token, token) for token in TOKEN.findall(low)).strip(" ,")


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
