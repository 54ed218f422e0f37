"""What no message can ask here: to pay, to renew a card, to tell the weather, to look after the place itself."""

from __future__ import annotations

import re

from bot.understanding.intents import Doubt
from bot.understanding.lexicon import Kind

_THING = (
    r"(?!(?:treno|bus|autobus|posto|posti|conto|voglia|mente|train|place|spot|track|mind|time|tempo|lezion\w*"
    r"|class\w*)\b)\w+"
)
BEYOND = tuple(
    (doubt, re.compile(rf"\b(?:{words})(?= |$)"))
    for doubt, words in (
        (
            Doubt.CONTACT,
            r"(?:phone|telephone|mobile) numbers?|numero di (?:telefono|cellulare)|(?:numero|telefono|email"
            r"|mail|contatt[oi]"
            r"|recapit[oi]) (?:di|del|della|dell|of|for|to) \w+|(?:telefonare|telefono|chiamare) (?:in|a|al"
            r"|alla) (?:segreteria|palestra"
            r"|centro)|(?:call|phone|ring|email) (?:the )?(?:gym|office|desk|reception|center|centre"
            r"|secretary)|reception(?:ist)?"
            r"|front desk|talk to (?:a )?(?:human|person|somebody|someone|staff)|parlare con (?:una persona"
            r"|qualcuno|un umano|la segreteria)",
        ),
        (
            Doubt.CLOSING,
            r"(?:clos(?:ed|ing|e)|open) (?:(?:for|on|at|during|over) )+(?:the )?(?:sant \w+|holidays?"
            r"|christmas|easter|new year\w*|bank"
            r"|xmas|immacolata|public)|(?:clos(?:ed|ing) (?:days?|dates?))|(?:chius\w+|apert\w+|chiud\w+"
            r"|apr\w+) (?:(?:per|a|il|la|di|durante"
            r"|nei|le|sotto|l) )*(?:sant \w+|ponte|ferie|feste|natale|pasqua|capodanno|immacolata|festiv\w+"
            r"|epifania|ferragosto)"
            r"|(?:siete|sarete|are you|you are|will you be|e|is|be|sara) (?:(?:gia|ancora|the gym|the center"
            r"|it|la palestra|il centro) )*"
            r"(?:apert[oie]|chius[oie]|closed)(?= (?:on |il |l |lunedi|martedi|mercoledi|giovedi|venerdi"
            r"|sabato|domenica|\d|the ))"
            r"|is the (?:gym|center|centre|place|pool) closed|giorni di chiusura|chiusure?",
        ),
        (
            Doubt.TRAINING,
            r"(?:training|workout|diet|meal|exercise|fitness) (?:plan|program|programme|card|schedule)s?"
            r"|dimagri\w+|perdere peso|lose weight"
            r"|get (?:fit|slim|abs)|scheda (?:di |d |per |personal\w+|allenament\w+)|(?:una|la|mia) scheda"
            r"|dieta|calori[ae]s?|personal trainer"
            r"|mal di schiena|back pain|muscle gain|mettere massa",
        ),
        (
            Doubt.PAYING,
            r"pay(?:ing|ment|ments|ed|s)?|paid|pag(?:are|arlo|arla|hi|amento|amenti|ato|ata|o|hiamo)|fees?"
            r"|refund\w*|rimbors\w+"
            r"|bonifico|invoice|receipt|ricevuta|fattura|voucher|paypal|satispay|(?:credit|debit) card|carta di credito"
            r"|bancomat|discounts?|scont[oi]|promo\w*",
        ),
        (
            Doubt.PAPERS,
            r"certificat[oei]s?|(?:medical|doctor) (?:form|note|paper|exam)|visita (?:medica )?(?:sportiva|agonistica)"
            r"|tesser[ae]|tesserin[oi]|tesserament[oi]|(?:sports?|gym|membership|student|club|cus) card|my card"
            r"|membership card|badge|renew\w*|rinnov\w+ (?:l |la |il |my )?(?:iscrizione"
            r"|tessera"
            r"|abbonamento)|liberatoria|assicurazione|insurance",
        ),
        (
            Doubt.WEATHER,
            r"weather|forecast|meteo|previsioni|piov\w+|piogg\w+|rain(?:s|ing|y)?|nevic\w+|neve|snow(?:s|ing)?"
            r"|sunny|storm"
            r"|temporale|che tempo (?:fa|fara|c is)|tempo fara|(?:will|is) it (?:be )?(?:cold|hot|warm)"
            r"|fara (?:freddo|caldo)",
        ),
        (
            Doubt.PREMISES,
            r"showers?|docc(?:ia|e)|lockers?|locker rooms?|armadiett[oi]|spogliato\w+|changing rooms?|lucchett[oi]"
            r"|padlock"
            r"|towels?|asciugaman[oi]|tappetin[oi]|(?:yoga |a |own |my )mats?"
            r"|what (?:\w+ ){0,4}bring|(?:cosa|che) (?:\w+ ){0,2}portar(?:e|mi)|wear|vestir\w+"
            r"|scarpe|shoes"
            r"|wi ?fi|toilets?|bagn[oi]|vending|distributor[ei]|phon|hair ?dryer|asciugacapelli|lost and found"
            r"|smarrit\w+"
            rf"|(?:ho )?(?:perso|lasciato|dimenticato|scordato) (?:(?:la|il|le|lo|l|i|gli|un|una"
            rf"|mi[oa]) ){{1,3}}{_THING}"
            rf"|(?:i )?(?:(?:have|ve) )?(?:lost|left|forgot) (?:my|a|the) {_THING}|temperatura|temperature"
            rf"|how (?:deep|warm|hot)",
        ),
    )
)
"""The words that speak of each: the first that is found tells."""
DEEDS = frozenset({Kind.CANCEL, Kind.MOVE, Kind.PAUSE, Kind.EVERY, Kind.UNWATCH, Kind.WATCH, Kind.MINE, Kind.BOOK})
"""What is to be done, or asked, that a message is rather about then."""
PLAINLY = frozenset({Doubt.PAYING, Doubt.PAPERS})
"""What may stand beside a word that else says to book: `get my card`, `can you take my payment`."""


def beyond(plain: str, kinds: set[Kind]) -> Doubt | None:
    """What the normalised text asks that nothing here does; None where it asks for something else."""
    found = next((doubt for doubt, words in BEYOND if words.search(plain)), None)
    if found is None:
        return None
    others = DEEDS - {Kind.BOOK, Kind.MINE} if found in PLAINLY and not kinds & {Kind.COURSE, Kind.DAY} else DEEDS
    return None if kinds & others else found
