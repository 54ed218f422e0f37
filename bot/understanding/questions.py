"""Questions and wishes that have a page of their own, in whatever words: the rules, a setting, the history."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.understanding.asking import NATURE, PEOPLE
from bot.understanding.corrections import SAYS_WRONG, WRONG_ONE, put_otherwise
from bot.understanding.days import BY_MONTH
from bot.understanding.intents import About, Doubt, Intent, Look, Place, Show, Unsure, Wish
from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part
from bot.understanding.references import refers_to_before

_UNTIL_WHEN = (
    r"(?:(?:until|till|by|up to) (?:when|what time|which (?:time|hour))|how (?:late|long|far|early|soon|much time"
    r"|many hours"
    r"|much earlier|much in advance)(?: \w+){0,3}|what is the (?:latest|last|deadline|limit)(?: \w+){0,2}"
    r"|when is (?:the|it) (?:latest|last moment|too late|deadline)|(?:is it|am i) (?:already |still |now )?"
    r"(?:too late|in time|free|ok|possible)|(?:fino a|entro|per) (?:quando|che ora|quante ore)"
    r"|quanto(?: tempo)?(?: \w+){0,3}|con quanto anticipo|quante ore prima|qual is il (?:limite|termine)"
    r"|(?:sono|siamo|faccio) (?:ancora )?in tempo|is (?:ancora|troppo) (?:presto|tardi))"
)
_TO_CANCEL = r"(?:cancel\w*|drop|unbook|annull\w+|disd\w+|cancell\w+|give (?:it|the place) back|back out)"
RULES = re.compile(
    rf"\b{_UNTIL_WHEN}\b.*\b{_TO_CANCEL}|\b(?:can|could|may) i cancel(?: .+)? (?:until|till|by) when\b"
    r"|\b(?:what happens|what if|cosa succede|che succede|che cosa succede|is there|do i (?:get|pay|have)|ce) .*"
    r"\b(?:penal\w+|fine|ban\w*|no show|not (?:show|come|turn|go)|late|mult[ae]|annull\w+|non (?:vengo|vado"
    r"|mi presento|ci vado)"
    r"|salto|sospes\w+|in ritardo|tardi)\b(?! (?:afternoons?|mornings?|evenings?|nights?|at night|in the"
    r"|pomeriggio|sera))"
    r"|\bhow (?:far ahead|far in advance|many (?:days|hours) (?:ahead|before|in advance)|early) (?:can|do|may"
    r"|should) (?:i|we|you) "
    r"(?:book|reserve)|\bquanto (?:tempo )?(?:prima|in anticipo) (?:posso|si puo|devo|apr\w+) ?(?:le )?prenot\w+"
    r"|\bcon quanto anticipo\b.*\bprenot\w+"
    r"|\b(?:how many|quante) (?:bookings|classes|prenotazioni|lezioni|corsi) (?:can|may|posso|si possono|possiamo) "
    r"|\b(?:what are|quali sono|show me|mostrami) (?:the |le )?(?:rules|regole)\b"
)
"""Until when cancelling is free, when bookings open, what a missed class costs: the rules of the house."""

WHEN_ALL_OPENS = re.compile(
    r"\b(?:(?:at )?what time|when|a che ora|quando) (?:(?:exactly|esattamente|di preciso|do|does|si|the|le|i|new"
    r"|nuovi|usually"
    r"|di solito) ){0,5}(?:places|bookings?|spots|slots|posti|prenotazioni|iscrizioni) (?:usually |di solito )?"
    r"(?:open|go live|come out|get released|become available|apr\w+|escono|si aprono|vengono)\b"
    r"|\b(?:a che ora|quando) (?:si )?apr\w+ (?:di solito )?(?:le prenotazioni|i posti)\b"
)
"""When bookings open, of whatever class."""

PENALTY = re.compile(
    r"\b(?:if|se|when|quando) (?:i )?(?:\w+ ){0,2}?(?:cancel|give up|give back|drop|disd\w+|annull\w+|rinunci\w+)\b.*"
    r"\b(?:punish\w*|penal\w*|fined?|banned|blocked|trouble|charged|multa\w*|puni\w+|blocc\w+|sanzion\w+)\b"
    r"|\b(?:punish\w*|penal\w*|fined|a fine|banned|charged|mult[ae]|sanzion\w+)\b.*\b(?:if|se|when|quando|for|per) "
    r".*\b(?:cancel\w*|give up|drop\w*|disd\w+|annull\w+|rinunci\w+|miss\w*|skip\w*|salt\w+|late|tardi)\b"
)
"""Whether giving a place back costs anything."""

HOW_IT_WORKS = re.compile(
    r"\b(?:what happens|what do you do|cosa succede|che succede|cosa fai|che fai) (?:when|if|se|quando|once) .*"
    r"\b(?:full|pien[oaie]|taken|frees?|libera|esaurit\w+)\b|\bhow does .* work\b|\bcome funzion\w+\b"
    r"|\bhow (?:(?:does |do )?(?:it|this|that|all this|the bot|they|things|bookings?)) works?\b"
    r"|\bhow (?:to|(?:do|can|should) (?:i|we|one)) (?:book|start|get started|use)\b(?! (?:it|for|me)\b)"
    r"|\b(?:must|should) i (?:wait|stay (?:up|awake)|be (?:awake|online|quick|fast))\b"
    r"|\bdo i (?:have|need) to (?:wait|stay (?:up|awake)|be (?:awake|online|quick|fast))\b"
    r"|\b(?:devo|bisogna|tocca) (?:aspettare|stare (?:sveglio|sveglia|svegli)|restare svegl\w+|essere veloce)\b"
)
"""How the bot does what it does."""

_NO = (
    r"(?:not|non|no|never|mai|niente|nessun\w*|stop|smett\w+|basta|without|senza|evita|turn off|disattiv\w+|spegn\w+"
    r"|disable)"
)
_SAYS = (
    r"(?:messag\w+|notific\w+|notif\w+|scriv\w+|text(?:s|ing)?|writ(?:e|ing)|ring\w*|suon\w+|disturb\w*|wake|svegli\w+"
    r"|bother\w*|ping\w*|buzz\w*|alerts?|avvisi|contact\w*|squill\w+|vibr\w+|rumor\w+|noise|beep\w*|contatt\w+)"
)
QUIET = re.compile(
    rf"\b{_NO}\b(?: \w+){{0,6}}? {_SAYS}\b|\b(?:mute|silen\w+|quiet|zitt[oa]|muto|shut up)\b|\bdo not disturb\b"
)
"""When nothing is to ring."""
SILENT_AFTER = re.compile(
    rf"\b{_NO}(?: \w+){{0,3}}? (?:remind\w*|promemoria|ricord\w+|avvis\w+|{_SAYS})(?: \w+){{0,2}}?"
    r" (?:after|before|between|past|from|dopo|prima|tra|fra|dalle|dall) (?:le |l |the )?(?:\d|midnight|mezzanotte|noon)"
)
"""From when on no reminder is to ring: that is about the night, and not about how long before a class."""
REMINDERS = re.compile(
    r"^(?!.*\b(?:no|not|non|niente|nessun\w*|stop|never|mai|senza|without)\b).*\b(?:messages?|notifications?|notice"
    r"|alert|warning"
    r"|avviso|notifica|messaggio|memo)\b.*\b(?:before|ahead|earlier|in advance|beforehand|prima|in anticipo)\b"
    r"|\b(?:message|notification|notice|alert|warning|avviso|notifica|messaggio|memo)\b.*\b(?:la sera (?:prima"
    r"|avanti|precedente)"
    r"|(?:the )?(?:night|evening|day) before|il giorno (?:prima|precedente))\b"
    r"|\b(?:remind\w*|promemoria|ricord\w+|sveglia\w*)\b.*\b(?:before|earlier|in advance|ahead|prima|in anticipo|hours?"
    r"|minutes?"
    r"|or[ae]|minut[oi]|every|each|ogni|always|sempre|classes|lezioni)\b|\b(?:reminders?|promemoria)\b"
    r"|\b(?:nudge|heads up|poke|ping|avvis\w+|colpo di telefono)\b.*\b(?:before|prima|in anticipo)\b"
    r"|\b(?:evening|night|day|hour|sera|notte|giorno|ora) (?:before|prima)"
    r" (?:(?:of|di|del|della|delle|dei|each|every|any|ogni|my|the|le|mie) ){0,3}(?:class\w*|lesson\w*|lezion\w*"
    r"|booking\w*|allenament\w*)\b"
    r"|\b(?:avvis\w+|tell me|notify me|alert me|let me know|fammi sapere|text me|write me|scrivi\w*)\b.*\b(?:\d+|an?"
    r"|one|two|three"
    r"|un|una|due|tre|half an?|mezz)\b ?(?:hours?|or[ae]|minutes?|minuti|day|giorno)"
    r"(?: e mezz[ao]| and a half)? (?:before|earlier|in advance"
    r"|prima)"
)
SOUNDS_AGAIN = re.compile(
    r"\b(?:un ?mute|un ?silence|(?:ri)?(?:accend|attiv)\w+ (?:(?:le|i|gli|tutte|tutti|pure) )*(?:notific\w+"
    r"|avvis\w+|messagg\w+|suon\w+)"
    r"|(?:turn|switch) (?:(?:the|my) )*(?:notifications?|messages|alerts?|sounds?) (?:back )?on|(?:turn"
    r"|switch) (?:back )?on"
    r" (?:(?:the|my) )*(?:notifications?|messages|alerts?|sounds?)"
    r"|(?:(?:you|u) can|puoi|può|puo|potete) (?:(?:start|again|di nuovo|ora|now|adesso|pure) )*(?:(?:text|write|message"
    r"|notify|ring|ping)\w*(?: (?:to )?me)? again"
    r"|(?:ricominciare|riprendere|tornare) a (?:scriver\w+|mandar\w+|notific\w+|suonare|avvisar\w+|disturbar\w+)"
    r"|riscrivermi|(?:talk|speak) (?:to me )?again|(?:parlare|parlarmi) di nuovo"
    r"|scrivermi di nuovo))\b"
)
"""What was silent may ring again."""
_A_NUMBER = r"(?:n|nr|num|numero|number|no)"
NUMBERED = re.compile(
    r"(?:(?:ciao|hi|hello|please|per favore|puoi|can you|could you|mi|vorrei|i want to|,) )*"
    r"(?:annull\w+|cancel\w*|cancell\w+|disd\w+|ritir\w+|togli\w*|elimin\w+|withdraw|drop|delete|remove|undo|show"
    r"|mostra\w*|vedi"
    r"|vedere|see|dov is|where is)(?: me)? (?:(?:la|il|le|my|the|mia|quella) )*"
    rf"(?:(?:(?:prenotazione|booking|reservation) )?{_A_NUMBER}|(?:richiesta|request|ticket)(?: {_A_NUMBER})?)"
    r" (?P<number>\d{1,7})"
    r"(?: (?:please|pls|per favore|grazie|thanks))?"
)
LANGUAGE = re.compile(
    r"\b(?:english|inglese|italian|italiano) (?:please|pls|per favore|instead|now)\b|\btalking (?:to me )?in \w+|"
    r"\b(?:language|lang|lingua)\b|\b(?:speak|talk|write|answer|reply|switch|change|chat|parl\w+|rispond\w+|scriv\w+"
    r"|pass\w+|cambi\w+"
    r"|mett\w+|use|usa\w*)\b(?: \w+){0,3} (?:in |to |into |al |l )?(?:english|italian|inglese|italiano|spanish|french"
    r"|german"
    r"|chinese|spagnolo|francese|tedesco|cinese)\b"
)
CALENDAR = re.compile(
    r"\b(?:iphone|android|google|phone|telefono|condivis\w+|shared?)\b.*\b(?:cal|agenda)\b|\b(?:cal"
    r"|agenda)\b.*\b(?:iphone"
    r"|android|google|phone|telefono|condivis\w+|shared?|compar\w+|show\w* up|appear\w*)\b|"
    r"\b(?:calendars?|calendario|ics|ical)\b.*\b(?:files?|ics|send|export\w*|add|sync\w*|import\w*|put|subscri\w+|link"
    r"|google"
    r"|outlook|apple|iphone|phone|mand\w+|aggiung\w+|esport\w+|mett\w+|sincroni\w+|colleg\w+|telefono|abbon\w+"
    r"|invia\w*)\b"
    r"|\b(?:files?|ics|send|export\w*|add|sync\w*|import\w*|put|subscri\w+|link|google|outlook|apple|iphone|mand\w+"
    r"|aggiung\w+"
    r"|esport\w+|mett\w+|sincroni\w+|colleg\w+|invia\w*)\b.*\b(?:calendars?|calendario|ics|ical)\b"
)
_PAST = (
    r"(?:(?:last|previous|past) (?:day|week|month|year|months|weeks|time|semester|(?:mon|tues|wednes|thurs|fri|satur"
    r"|sun)day)"
    r"|(?:lunedi|martedi|mercoledi|giovedi|venerdi|sabato|domenica) scors[oa]|yesterday|ieri|(?:mese|anno"
    r"|settimana"
    r"|semestre|volta) (?:scors[oa]|passat[oa])|(?:scors[oa]|passat[oa]) (?:mese|anno|settimana|semestre|volta)|finora"
    r"|so far|already)"
)
_DID = (
    r"(?:did i (?:\w+ )?(?:attend|do|go|take|train|come|book|have|miss)|have i (?:\w+ )?(?:attended|done|been|taken"
    r"|missed|gone)"
    r"|i (?:have )?(?:attended|did|went|took|missed)|ho (?:gia )?(?:fatto|frequentato|seguito|preso|saltato|avuto"
    r"|mancato)"
    r"|(?:sono|ero) (?:gia )?(?:andat[oa]|stat[oa]|venut[oa])|was i|were my)"
)
HISTORY = re.compile(
    rf"\b{_DID}\b.*\b{_PAST}\b|\b{_PAST}\b.*\b{_DID}\b|\b(?:my|mie|miei) (?:\w+ ){{0,3}}(?:of |di |in |from |del "
    rf"|della )?{_PAST}\b"
    r"|\b(?:past|previous|old|passate|vecchie|precedenti) (?:classes|bookings|lessons|lezioni|prenotazioni)\b"
    rf"|\b(?:which|what|quali|che|cosa|show\w*|mostra\w*|vedere) (?:\w+ ){{0,4}}(?:attended|frequentat\w+)\b"
)
HOW_OFTEN = re.compile(
    rf"\b(?:how (?:many|often)|quant[ei](?: volte)?|quanto spesso)\b.*\b(?:{_DID}|attended|frequentat\w+)\b"
    r"|\b(?:which|what|quale?|che|il) (?:is |the |il |e )*(?:class|course|corso|lezione|sport"
    r"|attivita)\b.*\b(?:faccio|frequento"
    r"|vado|seguo|do i|i do|i go|i attend|i take)\b.*\b(?:di piu|piu spesso|most|more often|piu volte)\b"
)
WAY = re.compile(
    r"\bhow (?:do|can|would|could) (?:i|you|we|one) (?:get|go|come|reach|travel) (?:to|there|from)\b|\bhow (?:do"
    r"|can) (?:i|we) reach\b"
    r"|\bcome (?:si |ci |posso |faccio (?:ad?|per) )?(?:si )?(?:arriv\w+|raggiung\w+|vado|andare)\b"
    r"|\b(?:address|indirizzo|directions?|indicazioni|bus|metro|tram|mappa|map|parcheggi\w*|parking|park)\b"
)
WRONG = re.compile(
    r"(?:no(?: ,)? )?(?:(?:that|this|it) is (?:wrong|not (?:right|correct|it|what i (?:meant|said|asked|want(?:ed)?))"
    r"|a mistake)|wrong"
    r"|(?:is )?(?:sbagliat[oa]|un errore)|(?:hai|avete|ho) sbagliato|(?:non|not) (?:is )?(?:giusto|corretto|cosi"
    r"|quello che \w+(?: \w+)?)"
    r"|not (?:that|this|what i meant)|(?:non|no) (?:quest[oa]|quell[oa])|non (?:intendevo|volevo dire) quest\w+"
    r"|(?:you )?(?:did not understand|misunderstood)(?: me)?|(?:you are|you) wrong|non hai capito(?: (?:niente|bene))?"
    r"|i made a mistake|mi sono sbagliat[oa]|my mistake|errore mio)(?: ,)?(?: sorry| scusa)?"
)
"""Something was not as it should be, and nothing says what."""
MEANT = re.compile(
    r"\b(?:i meant|i mean|intendevo|volevo dire|mi sono sbagliat[oa]|i made a mistake|correggo|correction|rather)\b"
)

OF_A_CLASS = frozenset({Kind.COURSE, Kind.WHO, Kind.SPORT})
IN_ADVANCE = re.compile(r"\b(?:quanto|in) anticipo\b")  # which may also mean to move to an earlier hour
WHEN = frozenset({Kind.DAY, Kind.HOURS})
BESIDE_A_CORRECTION = WHEN | {Kind.NOT, Kind.CORRECTION, Kind.COMMA, Kind.FILLER, Kind.AND, Kind.TO}
"""What a message may have that is nothing but another day or hour for something said before."""
DEEDS = frozenset({Kind.BOOK, Kind.CANCEL, Kind.MOVE, Kind.PAUSE, Kind.EVERY, Kind.UNWATCH})
BESIDE_A_SETTING = {
    Place.LANGUAGE: frozenset({Kind.CANCEL, Kind.EVERY}),
    Place.REMINDERS: DEEDS - {Kind.EVERY},
    Place.QUIET: DEEDS - {Kind.CANCEL, Kind.EVERY},
}
"""What is to be done that each setting has nothing to do with: the message is about that then."""
MONTHS_KEPT_AHEAD = 2  # this month and the next may be meant of what is booked


def asked_whole(plain: str, parts: Sequence[Part], today: date) -> Intent | None:
    """The page for a question of one of these kinds, whose other words change nothing; None where it is none."""
    kinds = {part.kind for part in parts}
    is_short = len(plain.split()) <= LONGEST_OF_A_WAY or kinds & {Kind.ASKING, Kind.LOOK}
    if is_short and WAY.search(plain) and not kinds & (DEEDS - {Kind.BOOK}):  # "get" may mean to book
        return Unsure(Doubt.WAY)
    if SOUNDS_AGAIN.search(plain) and not kinds & OF_A_CLASS:
        return Show(Place.QUIET)
    if WRONG.fullmatch(plain.strip(" ,?")):
        return Unsure(Doubt.CORRECTED)
    if found := _about_classes(plain, parts, kinds) or _corrected(plain, parts, kinds):
        return found
    if PENALTY.search(plain) or (WHEN_ALL_OPENS.search(plain) and not kinds & (OF_A_CLASS | {Kind.DAY, Kind.WHERE})):
        return Show(Place.RULES)
    moves = Kind.MOVE in kinds and not IN_ADVANCE.search(plain)
    books_one = Kind.BOOK in kinds and kinds & (WHEN | OF_A_CLASS)
    if HOW_IT_WORKS.search(plain) and not kinds & (DEEDS - {Kind.BOOK}):
        return Show(Place.HELP)
    if RULES.search(plain) and Kind.EVERY not in kinds and not moves and not books_one:
        return Show(Place.RULES)
    if SILENT_AFTER.search(plain) and not kinds & (OF_A_CLASS | DEEDS):
        return Show(Place.QUIET)
    if not kinds & DEEDS and HOW_OFTEN.search(plain):
        return Show(Place.STATISTICS)
    if OF_REMINDERS.search(plain) and not kinds & DEEDS:
        return Show(Place.REMINDERS)
    if kinds & OF_A_CLASS:
        return None
    setting = one_setting(plain)
    if setting is not None and not kinds & BESIDE_A_SETTING[setting]:
        return Show(setting)
    if CALENDAR.search(plain) and not kinds & {Kind.CANCEL, Kind.MOVE}:
        return Show(Place.CALENDAR)
    if not kinds & DEEDS and COUNTED.search(plain):
        return Show(Place.STATISTICS)
    if not kinds & DEEDS and (HISTORY.search(plain) or NAMED.search(plain) or _of_a_month_gone(plain, kinds, today)):
        return Show(Place.HISTORY)
    return None


def _about_classes(plain: str, parts: Sequence[Part], kinds: set[Kind]) -> Intent | None:
    """A question about classes that nobody here can answer, or about something that was shown before."""
    if PEOPLE.search(plain) and not kinds & (DEEDS - {Kind.BOOK}):
        return Unsure(Doubt.PEOPLE)
    if NATURE.search(plain) and Kind.COURSE in kinds and not kinds & {*DEEDS, *WHEN, Kind.NOT}:
        wishes = [Wish(names=part.names) for part in parts if part.kind is Kind.COURSE]
        return Look(wishes[0], tuple(wishes[1:]), About.NATURE)
    if refers_to_before(plain) and not kinds & (OF_A_CLASS | WHEN):
        return Unsure(Doubt.SHOWN)
    return None


def _corrected(plain: str, parts: Sequence[Part], kinds: set[Kind]) -> Intent | None:
    """Something that is not as it was meant."""
    if SAYS_WRONG.search(plain) and (swap := put_otherwise(parts)) and not kinds & (DEEDS - {Kind.BOOK, Kind.MOVE}):
        return swap if Kind.MOVE in kinds and swap.old.names else Unsure(Doubt.CORRECTED, (swap,))
    if WRONG_ONE.search(plain) and kinds & WHEN and not kinds & (DEEDS - {Kind.BOOK}):
        return Unsure(Doubt.CORRECTED)
    if kinds & WHEN and (
        (MEANT.search(plain) and not kinds & (OF_A_CLASS | DEEDS))
        or (kinds & {Kind.NOT, Kind.CORRECTION} and kinds <= BESIDE_A_CORRECTION and len(kinds - {Kind.FILLER}) > 1)
    ):
        return Unsure(Doubt.CORRECTED, (swap,) if (swap := put_otherwise(parts)) else ())
    return None


def numbered(plain: str) -> int | None:
    """The number of the request that the whole normalised text is about: `annulla la prenotazione n. 4`."""
    found = NUMBERED.fullmatch(plain.strip(" ,?"))
    return int(found["number"]) if found else None


def one_setting(plain: str) -> Place | None:
    """Which of the settings the normalised text is about."""
    asked = ((LANGUAGE, Place.LANGUAGE), (REMINDERS, Place.REMINDERS), (QUIET, Place.QUIET))
    return next((place for words, place in asked if words.search(plain)), None)


def _of_a_month_gone(plain: str, kinds: set[Kind], today: date) -> bool:
    """Whether somebody asks for their classes of a month that is over: `my classes of October`."""
    named = [BY_MONTH[word] for word in plain.split() if word in BY_MONTH and len(word) > len("may")]
    ahead = {(today.month + each - 1) % 12 + 1 for each in range(MONTHS_KEPT_AHEAD)}
    about_mine = Kind.MINE in kinds or re.search(r"\b(?:my|mie|miei|did i|have i|ho)\b", plain)
    return bool(len(named) == 1 and named[0] not in ahead and about_mine and Kind.DAY not in kinds)


OF_REMINDERS = re.compile(r"\b(?:reminders|promemoria)\b")
NAMED = re.compile(r"\b(?:storico|history|cronologia)\b")
"""The history by its name, whatever else is said of it."""
COUNTED = re.compile(r"\b(?:statistic\w*|stats)\b")
SAID_BY = {
    Place.RULES: (RULES, PENALTY, WHEN_ALL_OPENS),
    Place.REMINDERS: (REMINDERS,),
    Place.QUIET: (QUIET, SILENT_AFTER, SOUNDS_AGAIN),
    Place.LANGUAGE: (LANGUAGE,),
    Place.CALENDAR: (CALENDAR,),
    Place.HELP: (HOW_IT_WORKS,),
    Place.STATISTICS: (HOW_OFTEN, COUNTED),
    Place.HISTORY: (HISTORY, NAMED),
}
"""How the pages are asked for that a message may say more beside."""
SET = (Place.REMINDERS, Place.QUIET, Place.CALENDAR)
"""Pages of settings, whose questions may have anything between their first and their last words."""
ENDS = 2  # words
LONGEST_OF_A_WAY = 8  # words of a message that only names a tram or a map


def words_for(place: Place, plain: str) -> list[str] | None:
    """The words of the normalised text that ask for the page; of a setting those at both ends of the question.

    None for a page that is asked for by nothing but its name.
    """
    patterns = SAID_BY.get(place)
    if patterns is None:
        return None
    asked = [match[0].split() for pattern in patterns for match in pattern.finditer(plain)]
    if place not in SET:
        return [word for words in asked for word in words]
    return [word for words in asked for word in (*words[:ENDS], *words[ENDS:][-ENDS:])]
