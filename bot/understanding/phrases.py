"""What is recognised as a whole: a page asked for by its name, a greeting, thanks, a bare yes or no."""

from __future__ import annotations

import re

from bot.understanding.intents import Place, Said, Show, Word
from bot.understanding.words import worded

AROUND_A_NAME = worded(
    """
    ciao hey hi hello grazie thanks please pls per favore piacere vorrei voglio posso puoi potresti mi fammi vedere
    mostra fai far mostrami am on apri aprimi dammi dimmi vai show see open give tell me go to can could you i want
    would like to the my all le la il lo i gli l un una a al alla ai di dei delle del della tutte tutti ? , is sono
    are do have ho it vabbe dai uffa ehm hmm uhm actually
    """
)
"""What may stand around the name of a page and changes nothing."""

DATES = (
    r"(?: (?:\d{1,2}(?:[/.]\d{1,2})?(?:[/.]\d{2,4})?|\d{1,2}(?:st|nd|rd|th)|20\d\d|st|nd|rd|th|from"
    r"|until|till|dal|dall|fino|of|primo"
    r"|first|next|prossim[ao]"
    r"|gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre|january|february"
    r"|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov"
    r"|dec|gen|mag|giu|lug|ago|sett?|ott|dic|through|da|dalla|starting|since|-|between|tra|fra|and|e|tutt[ao]|whole"
    r"|luned[iì]|marted[iì]"
    r"|mercoled[iì]|gioved[iì]|venerd[iì]|sabato|domenica|monday|tuesday|wednesday|thursday|friday|saturday"
    r"|sunday|domani|tomorrow|today|oggi|week|settimana))+"
)
"""The dates behind a holiday, and nothing else: they are picked on its page."""

_FRIEND = (
    r"(?:altr[oaie] |other |another |mi[oae]i? |some )?(?:friends?|amic(?:o|a|i|he)|compagn[oaie]|coinquilin[oaie]"
    r"|flatmates?|roommates?|colleagues?|colleg(?:a|hi|he)|girlfriend|boyfriend|ragazz[oa]|fratello|sorella|brother"
    r"|sister"
    r"|somebody(?: else)?|someone(?: else)?|others|altri|qualcun(?:o|altro))"
)
_QUIET_WORD = (
    r"(?:between|from|until|till|after|before|during|at|dalle|dall|alle|dopo|prima|entro|fino|di|la|e|and|night"
    r"|tonight|nights|notte|stanotte|sera|stasera|evenings?|morning|mattina|mezzanotte|midnight|pm|am|every|ogni|for"
    r"|per"
    r"|now|-|,|oggi|today|domani|tomorrow|while sleep|mentre dormo|more|piu|\d{1,2}(?::\d\d)?)"
)
_QUIET_TIME = rf"(?: {_QUIET_WORD})*"
_REMINDED = r"(?:ricorda(?:r?mi|melo|rmelo)?|avvisa(?:r?mi)?|remind|reminder|promemoria)"

PAGES = (
    (
        Place.HELP,
        r"who (?:made|built|created|wrote)(?: (?:you|this|bot)){0,2}|who you|what you|you (?:human|bot|real|robot)"
        r"|chi sei|chi (?:t |ti )?(?:ha )?(?:fatto|creato|scritto)|sei (?:umano|bot|robot|vero)|"
        r"(?:che|what|which|quali) (?:comandi|commands)(?: ci| there)?|aiuto|help|aiutami|comandi|commands"
        r"|istruzioni|instructions|guida|guide|cosa sai fare|che sai fare|che cosa sai fare|cosa puoi fare"
        r"|che cosa puoi fare|cosa fai|come funzion[ai]|come (?:faccio |si |posso |fai |puoi ){0,3}(?:ad? )?(?:prenot"
        r"|annull|disdi|cancell|spost|cambi)\w*(?: \w+)?|how (?:book|cancel|use|make|change|move)(?: class"
        r"| booking| classes| bookings)?|come si usa(?: (?:questo |sto )?bot)?"
        r"|come si fa|come faccio|what|what this|how (?:does )?(?:this"
        r"|that)? ?(?:bot )?(?:works?)|how does(?: this)?(?: bot)? works?|how use this"
        r"|non (?:ho )?(?:capito|capisco)(?: come (?:funziona|si usa|si fa|si prenota))?"
        r"|non capisco|not understand(?: how (?:this |that )?(?:bot )?works?)?|what this bot|what your commands"
        r"|come prenoto|come si prenota|how book"
        r"|how use"
        r"|what (?:can|do|could|would) you (?:actually |really )?(?:do|help)(?: me)?(?: (?:for|with))?(?: (?:me|us))?"
        r"|(?:che )?cosa (?:puoi|sai|sapresti|potresti) fare (?:per|con) (?:me|noi)|cosa fare per",
    ),
    (
        Place.USUAL,
        r"(?:(?:prenot\w+|book|reserve|same|come|as|per|for|me) ){0,3}(?:solit[oa]|usual)(?: (?:one|class|thing"
        r"|lezione|corso))?|come sempre|(?:book |reserve )?same as always"
        r"|la stessa cosa|stessa cosa|same thing|same again"
        r"|(?:(?:book|reserve|prenot\w+) )?(?:(?:the )?same )?(?:as|like|come) (?:last|ultima|altra|scorsa|always"
        r"|usual|sempre|solito)(?: (?:time|volta))?",
    ),
    (
        Place.LAST_WEEK,
        r"(?=(?:prenot\w+|book|reserve)\b|.*\b(?:same|repeat|redo|again|as|like|rif\w+|ripet\w+|stess\w+|come|nuovo)\b)"
        r"(?:(?:everything|tutto|all|book|reserve|repeat|do|redo|prenot\w+|rifai|rifare|ripet\w+|rimett\w+|put"
        r"|stess\w+|same|thing|things|cosa"
        r"|cose|lezioni|classes|as|like|from|what|had|i|did|quello|quelle|che|fatto|avuto|avevo|come|settimana|"
        r"exactly|esattamente|in|per|for|week|this|quest\w+|ones?) ){1,8}"
        r"(?:(?:last|previous) week|(?:settimana )?(?:scorsa|passata)|(?:scorsa|passata) settimana)"
        r"(?: (?:again|di nuovo|too|anche))?",
    ),
    (
        Place.MENU,
        r"menu|menu principale|main menu|home|inizio|start|indietro|back|ricomincia|restart",
    ),
    (
        Place.MINE,
        r"prenotazioni|bookings|reservations|lezioni prenotate|booked classes|cosa prenotato|che prenotato"
        r"|che cosa prenotato|prenotazioni (?:attive|future|fatte)|what booked|what i booked"
        r"|quando (?:sarebbe )?(?:prossima )?(?:lezione|prenotazione)"
        r"|prossim[oa] (?:lezione|prenotazione|corso|classe|allenamento)"
        r"|prossimi impegni"
        r"|prossimo appuntamento|when (?:would )?next (?:class|booking)(?: be)?"
        r"|what next (?:class|booking)|next (?:class|booking)"
        r"|upcoming (?:classes|bookings)|cosa in programma|impegni|agenda|which classes booked"
        r"|what classes booked|a che lezioni iscritt[oa]|quali lezioni prenotato|quali corsi prenotato"
        r"|che corsi prenotato|che lezioni prenotato",
    ),
    (
        Place.PERIODIC,
        r"(?:prenotazioni )?(?:periodiche|ricorrenti|settimanali|fisse)|(?:recurring|weekly|regular"
        r"|periodic)(?: bookings?| classes| ones)?|serie|series|repeat bookings",
    ),
    (
        Place.HOURS,
        r"orari[o]?(?: (?:corsi|lezioni|settimana|palestra settimana))?|timetables?|schedule|class (?:timetable"
        r"|schedule)|classes schedule|weekly (?:timetable|schedule)|calendario(?: corsi)?"
        r"|programma(?: settimana)?|corsi|quali corsi ci|che corsi ci"
        r"|list (?:of )?(?:courses|classes)|courses|classes|lezioni|opening hours"
        r"|what classes there|elenco corsi|lista corsi|list of classes|list of courses",
    ),
    (
        Place.STATUS,
        r"(?:(?:torn\w+ indietro|go back|undo(?: (?:it|that))?|revert(?: (?:it|that))?|rimett\w+ (?:tutto"
        r" )?com(?:e)? (?:era|ero|prima)(?: prima)?|(?:put|leave) (?:it|everything"
        r"|me) back (?:how|as"
        r"|way|like)(?: (?:it|i|they))?(?: (?:was|were))?(?: before)?) ?){1,3}(?<! )"
        r"|undo(?: (?:that|this|last(?: one| thing)?))?|did (?:that |this )?work(?: out)?|how did (?:that |this )?go"
        r"|(?:come? )?(?:is )?andat[oa](?: bene)?(?: a buon fine)?|ha funzionato|a che punto siamo"
        r"|how come (?:i |we )?(?:did|do|was|were|could|have)\b.*|come mai non (?:sono|ho|ero|mi|hai|is)\b.*"
        r"|(?:why|perche) (?:did|was|were|has|have|non|is)\b.*|what (?:went wrong|happened)(?: (?:with|to)\b.*)?"
        r"|cosa? (?:is )?(?:andato storto|successo)(?: (?:a|con)\b.*)?"
        r"|richieste|stato|status|requests|ultime richieste|latest requests|a che punto sei|in corso|coda|queue",
    ),
    (
        Place.HOLIDAYS,
        r"(?:che|quali|quando|which|what|when)? ?(?:ferie|vacanze|holidays?)"
        r" (?:set|noted|entered|segnat[oe]|mess[oe]|impostat[oe]|inserit[oe])"
        r"|(?:no|not|niente|nessuna) (?:book|bookings?|prenotazion[ei]|corsi|classes)"
        r"(?: (?:at|over|during|per))? (?:natale|christmas|pasqua|easter|capodanno|new year)"
        r"|ferie|vacanze|vacanza|holidays?|vacation|days off|giorni liberi|in ferie|in vacanza|on holiday"
        rf"|(?:i )?(?:be |saro |vado |andro )(?:in ferie|in vacanza|on holiday|on vacation|on leave)(?:{DATES})?"
        rf"|going on holiday|(?:(?:in )?(?:ferie|vacanza)|(?:going )?on (?:holiday|vacation)|holidays?|vacation)"
        rf"{DATES}|(?:in )?(?:ferie|vacanza) per \w+ (?:settiman[ae]|giorni)"
        r"|(?:(?:i am )?(?:going )?on )?(?:holidays?|vacation) for \w+ (?:weeks?|days)",
    ),
    (
        Place.WATCHES,
        r"posti (?:che )?(?:tieni|tengo) d occhio|watches|watched places|lista d attesa|waiting list|waitlist"
        r"|cosa tieni d occhio"
        r"|(?:(?:what|which|who|cosa|che cosa|che|quali|chi) )?(?:(?:classes|places|posti|lezioni) )?(?:(?:sto|stai"
        r"|you|i) )?"
        r"(?:(?:still )?(?:waiting|watching|aspettando|tenendo d occhio|tieni d occhio|monitorando)|aspetto)(?:"
        r" (?:for|on))?"
        r"(?: (?:at (?:the )?moment|right now|now|adesso|ora|al momento|in questo momento))?",
    ),
    (
        Place.HISTORY,
        r"storico|history|cronologia|(?:lezioni|prenotazioni) passate|(?:past|previous) (?:classes|bookings)",
    ),
    (
        Place.STATISTICS,
        r"how long (?:did|does) (?:(?:it|you|that) )?take\b.*|quanto (?:tempo )?ci (?:hai|ha|metti|mette)\b.*"
        r"|how (?:fast|quick|quickly)"
        r"(?: (?:did|were|was|you|get|book|got|place|last|opening|class|spot|one|in|at|booking)){0,6}"
        r"|quanto (?:sei )?(?:stato )?(?:veloce|rapido|velocemente)(?: (?:stato|prenotato|preso))?"
        r"|in quanto tempo (?:\w+ ){0,3}(?:prenotat[oa]|pres[oa])"
        r"|statistiche|statistics|stats|numeri|numbers|how many (?:classes|lessons|times)(?: done| attended| been)?"
        r" this (?:month|year)|quante (?:lezioni|volte)(?: fatt[eo]| andat[oa])? quest(?:o mese| anno|anno)",
    ),
    (
        Place.INVITE,
        r"(?:how|come|where|dove)(?: (?:si|posso|faccio|fare|potrei|ad?)){0,3}"
        r" (?:invit[oai]|invit[ae]re|invite|add|aggiungo|aggiungere|let"
        r"|far entrare|faccio entrare)(?: (?:new|another|altr[oa]|nuov[oa]|some|qualche|mio|mia|one))?"
        r" (?:friends?|amic[oahi]+|somebody|someone|qualcuno|people|person[ae]?)(?: (?:in|bot|qui|here|nel|sul)){0,3}"
        rf"|(?:(?:can|could|may|puo|possono|potrebbe|potrebbero|anche|also) ){{0,2}}{_FRIEND}"
        r"(?: (?:can|could|may|puo|possono|anche|also|wants?|would like|vuole|vorrebbe|vorrebbero)){0,2}"
        r" (?:use|join|try|get in|come in|sign up|register"
        r"|us(?:are|arti|arlo)|entrare|iscriver(?:e|si)|registrar(?:e|si)|prov(?:are|arti|arlo)|aver(?:e|ti)|access)"
        r"(?: (?:you|this|that|bot|too|also|as well|anche|lui|lei|loro|with)){0,4}"
        r"|(?:anche |come )?(?:(?:puo|possono) (?:us(?:are|arti|arlo)|entrare|iscriversi|provar(?:e|ti|lo))"
        r"|(?:si )?(?:iscrive|registra|entra))"
        rf"(?: (?:bot|anche)){{0,2}} {_FRIEND}"
        r"|invit(?:a|are|o|e|ing) (?:(?:friend|amic[oa]|compagn[oa]|coinquilin[oa]|flatmate|roommate) )?"
        r"(?!friends?\b|amic|somebody|someone|qualcuno)[a-z]+"
        r"(?: (?:too|anche|also|bot|in)){0,2}",
    ),
    (Place.WEEK, r"week|settimana|week picture|(?:picture|immagine|disegno) (?:of )?(?:week|settimana)"),
    (Place.TOGETHER, r"insieme|together|invit[ao](?:re)? (?:amic[oa]|amici)|invite friends?"),
    (
        Place.SETTINGS,
        r"impostazioni|settings|(?:set|switch|change|cambia|metti|how change|how|come cambio)? ?(?:the )?(?:language"
        r"|lingua)(?: english| italian| inglese| italiano)?|preferenze|preferences|opzioni|options|lingua"
        r"|language|change language|cambia(?:re)? lingua|notifiche|notifications|parla(?: in)? (?:inglese"
        r"|italiano)|speak (?:english|italian)|english|inglese|italiano|italian|english please|configurazione"
        rf"|{_REMINDED} (?:\w+ ){{0,4}}(?:hours?|minutes?|or[ae]|minuti|mezz ora) (?:and half |e mezza )?"
        r"(?:before|earlier|prima|in anticipo)"
        r"(?: (?:of|each|every|ogni|class(?:es)?|lezion[ei]|allenament[oi]|cors[oi]))*"
        rf"|(?:not|no|non|niente|nessun|stop|senza|without|basta|disattiva|turn off)(?: more| piu| con)?"
        rf" (?:{_REMINDED}|reminders|(?:be )?remind\w+"
        r"|want (?:be )?(?:remind\w+|reminders)|voglio promemoria|notific\w+|notifications?|sending reminders?)"
        rf"|(?:{_QUIET_WORD} )*"
        r"(?:(?:not|non|never|mai|not ever|stop|smetti|basta) (?:di )?(?:ring\w*|suon\w+|disturb\w*|buzz\w*|wake"
        r"|svegli\w+|beep\w*|mand\w+ (?:messaggi|notifiche|niente|nulla)|scriv\w*(?: niente| nulla)?|text|write"
        r"|make noise|(?:send(?:ing)?|write|messag\w+)(?: (?:anything|messages?|notifications?|alerts?|stuff))?"
        r"|bother|contact"
        r"|far rumore|notify\w*|notific\w+)|(?:mute|muto|silence|silenzia\w*|turn off|spegni|disattiva)"
        r"(?: (?:notifications?|notifiche|alerts?|messages|messaggi|sounds?|suoni))?"
        r"|(?:be |stay |keep |stai |resta |fai )?(?:quiet|silent|silence|silenzio|zitto"
        r"|in silenzio|silenzioso)(?: mode)?"
        r"|do not disturb|non disturbare|shut up)"
        rf"(?: (?:you|yourself|bot|up|please))*{_QUIET_TIME}"
        r"|(?:ring|suona)(?: (?:only|just|solo|soltanto))(?: .*)?|(?:only|just|solo|soltanto) (?:ring|suona)(?: .*)?"
        rf"|(?:no|niente|nessun) (?:sounds?|noise|suon[oi]|rumor[ei]){_QUIET_TIME}"
        rf"|(?:{_REMINDED}|reminders?)(?: day before| giorno prima| night before| sera prima)"
        rf"|(?:set |change |put |imposta\w* |mett\w+ )?(?:quiet hours|ore (?:di )?silenzi\w*){_QUIET_TIME}"
        r"|quiet hours|ore (?:di silenzio|silenziose)|silenzio|non disturbare|do not disturb"
        r"|reminders?|promemoria|change settings|change notifications",
    ),
    (
        Place.NEW,
        r"prenotare|prenota|nuova prenotazione|prenotazione|book|booking|new booking|make (?:booking|reservation)"
        r"|book something|prenotare qualcosa|prenotare lezione|prenotare corso|book class|fare prenotazione"
        r"|prenotami qualcosa|book something for|reserve|prenotazione nuova",
    ),
)

POSSESSIVES = worded("mie mia miei mio my")
CLASSES = worded("corsi lezioni classi classes courses lessons sessions schedule timetable agenda programma calendario")
"""What is meant as that which is held, where somebody calls it theirs."""

COMPILED_PAGES = tuple((place, re.compile(pattern)) for place, pattern in PAGES)

THANKS = worded(
    """
    grazie thanks thank thx thankyou ty tysm cheers tnx grazieee perfetto perfect ottimo great bravo brava
    bravissimo grande super top fantastico awesome amazing nice cool lifesaver saviour savior angel angelo salvato
    gentilissimo gentile appreciated benissimo ok
    okay okk oki good wow evviva yay excellent lovely brill
    """
)
HELLO = worded(
    """
    ciao salve hello hi hey ehi ehila hola buongiorno buonasera buondi buonanotte giorno morning goodmorning
    afternoon evening heyy hii hiya yo heya ciaoo ciaooo arrivederci bye goodbye notte night
    """
)
YES = worded(
    """
    si yes yep yeah certo sure conferma confermo confirm confirmed confermato esatto giusto right correct sisi
    """
)
NO = worded(
    """
    no nope niente nulla nothing nevermind non importa fa lascia stare perdere never mind nah forget
    """
)
NO_ALONE = worded("no nope nah lascia never nevermind niente nothing importa forget")
BESIDE = worded(
    """
    many mille tante molte tanto infinite a lot so very much you te di tutto cuore sei un il bot for the that is it
    va bene tutto come stai va how are doing good day buona buon sera giornata giorno evening morning afternoon
    night notte there , ? all dai per aiuto your help job work lavoro fatto well done u i again ancora all right
    davvero really molto sempre mio my friend great everyone what mate ur best thank
    sei stato stata siete stati state gentilissima gentili utile utilissimo utilissima bravissima perfetta disponibile
    molto di grande aiuto efficiente veloce velocissimo helpful kind useful fast efficient quick been were
    have really quite hai mi la vita saved life angel angelo lifesaver
    amore raga leave kindly fine have nice infinitamente ringrazio vi
    and e re kind up whats everything
    """
)
"""What may stand beside a word of thanks or a greeting."""

THANKING_EMOJI = re.compile(
    "[\U0001f44d\U0001f44c\U0001f64f\u2764\U0001f60a\U0001f4aa\U0001f44f\U0001f970\U0001f60d\U0001f389]"
)
GREETING_EMOJI = re.compile("\U0001f44b")

_NAMES = "".join(sign if sign.isalpha() else " " for _, pattern in PAGES for sign in f"{pattern} ")
WORDS_OF_PAGES = worded(_NAMES) | AROUND_A_NAME | THANKS | HELLO | YES | NO | BESIDE


AWAY = re.compile(
    r"\b(?:(?:(?:i|we) )?(?:am |are |be |will be )?(?:away|abroad|out of (?:town|milan|the country|office)"
    r"|not (?:here|around|there|in (?:town|milan)|available))"
    r"|(?:io )?(?:non ci (?:sono|saro)|(?:sono|saro) (?:via|fuori(?: milano| citta)?"
    r"|assente|all estero)|non (?:sono|saro) (?:a milano|in citta|disponibile)))(?= |$)"
)
"""Somebody says that they are not there: for a single day that is about its classes, for longer it is a holiday."""
COSTS = re.compile(
    r"\b(?:how much (?:does|do|is|are|did|will|to|for)\b(?! (?:space|room|place|time|left))|(?:quanto|cosa) cost\w+"
    r"|quanto (?:si paga|pago|viene)|(?:what is|what are|qual is|quali sono|che) (?:the |il |i )?(?:prices?"
    r"|costs?|fees?|prezz[oi]|cost[oi]|tariff[ae])|(?:prices?|prezz[oi]|tariff[ae]|costs?) (?:of|for|di|del|dei|della"
    r"|delle|per)\b"
    r"|membership|abbonament[oi])"
)
"""A question after money."""
NO_BOOKINGS = re.compile(
    r"(?:^| ,| and| so| e| quindi)+(?: (?:please|pls|so|and|e|quindi|per favore))*"
    r" ?(?:do not|non|stop) (?:book(?:ing)?|prenot\w+)(?: (?:me|us))?(?: (?:anything|niente|nulla|then|allora))?"
    r"(?= ,|$)(?: ,)?"
)
"""What somebody adds who is away, and a holiday does anyway."""
FOR_LONGER = re.compile(r"\b(?:between|tra|fra|dall?|dalla|da|from|until|till|fino|starting|week|settimana)\b")


def _is_away(text: str) -> bool:
    """Whether somebody is away for several days, and says nothing else."""
    rest = AWAY.sub("", NO_BOOKINGS.sub("", text), count=1)
    core = "".join(f" {word}" for word in rest.split() if word not in AROUND_A_NAME)
    return bool(rest != text and FOR_LONGER.search(rest) and re.fullmatch(DATES, core))


def page_named(text: str) -> Show | None:
    """The page that is all the normalised text asks for."""
    core = " ".join(word for word in text.split() if word not in AROUND_A_NAME)
    bare = " ".join(word for word in core.split() if word not in POSSESSIVES)
    whole = text.replace(" ?", "")
    if bare != core and bare in CLASSES:
        return Show(Place.MINE)
    if _is_away(text):
        return Show(Place.HOLIDAYS)
    shorter = " ".join(NO_BOOKINGS.sub("", text).split())
    if shorter not in ("", text) and page_named(shorter) == Show(Place.HOLIDAYS):
        return Show(Place.HOLIDAYS)
    for place, pattern in COMPILED_PAGES:
        names = (whole, core) if place is Place.HOURS else (whole, bare)
        if any(name and pattern.fullmatch(name) for name in names):
            return Show(place)
    return None


GO_AHEAD = re.compile(
    r"(?:ok|okay|yes|si|sure|va bene|please|dai|vai)?(?: ,)? ?(?:(?:book|do|confirm|reserve|take) it|go ahead|go for it"
    r"|prenotal[oa]|confermal[oa]|fallo|procedi|yes please|si per favore|si grazie)"
    r"(?: please| pls| grazie| per favore)?"
)
"""What stands for a tap on the button that confirms."""
HOW_ARE_YOU = re.compile(
    r"(?:(?:hey|hi|ehi|ma|ciao|so) )*(?:do you (?:ever|never) (?:sleep|rest|stop)|(?:tu )?(?:non )?dormi mai|non ti"
    r" stanchi mai)"
    r"(?: (?:haha\w*|lol|ahah\w*|tu|eh))*|come (?:stai|va)|tutto bene|how (?:are|r) (?:you|u)(?: doing| today)?|how"
    r" is it going|sup"
)
PRAISE = re.compile(
    r"(?:you (?:are|re)|ur|u r|sei) (?:the best|great|amazing|awesome|a star|a legend|il migliore|la migliore|un grande"
    r"|un mito|un fenomeno|fantastico|bravissimo|utilissimo)(?: (?:bro|raga|amico|zio|fra|man|mate"
    r"|dude|guys|davvero|bot|app|assistant|ever|in the world|of all|del mondo|di"
    r" sempre|lol"
    r"|haha\w*|ahah\w*))*|che mito|mitico|you rock|(?:i )?love (?:you|it)|ti (?:amo|adoro)"
)
PARTING = re.compile(r"(?:ciao )?(?:a domani|a presto|ci vediamo(?: domani| presto)?|see you(?: tomorrow| soon)?)")


DECLINED = re.compile(
    r"(?:no|nope|nah)(?: ,)? ?(?:thank you|thanks|thx|grazie(?: mille)?)?(?: ,)? ?(?:i |we |it is )?"
    r"(?:(?:do not|non|not) (?:want|need|mi serve|serve|voglio|ho bisogno|necessary|necessario|importa)"
    r"(?: (?:it|that|this|anything|piu|any|more|anymore|longer|di|niente|nulla|altro|else|quest[oa])){0,3})?(?: ,)?"
    r"(?: ?(?:thank you|thanks|thx|grazie(?: mille)?))?"
    r"|(?:i )?(?:do not|non) (?:need|mi serve|serve) (?:it |that |niente |altro |piu |nulla )*(?:any ?more|anymore|piu"
    r"|altro|any longer)?"
    r"(?: ,)?(?: ?(?:thank you|thanks|thx|grazie(?: mille)?))?"
    r"|(?:preferi(?:rei|sco)|meglio|direi|anche) (?:di )?no(?: ,)?(?: grazie(?: mille)?)?"
    r"|(?:i )?(?:would )?(?:rather|prefer|better) not(?: to)?(?: ,)?(?: (?:thanks|thank you))?"
    r"|no (?:worries|problem|rush|hurry)(?: ,)?(?: (?:thanks|thank you))?|nessun problema|non (?:ti )?preoccup\w+"
    r"|(?:(?:hm+|mm+|boh|beh|ok|okay|no|wait|aspetta|allora) (?:, )?)*(?:fammici pensare|lasciami pensare"
    r"|(?:maybe|magari|forse) (?:later|another time|next time|dopo|piu tardi|un altra volta)"
    r"|not (?:now|yet|today)|non (?:ora|adesso|ancora))(?: (?:thanks|thank you|grazie|dai|bot))*"
    r"|basta(?: cosi| grazie)(?:(?: ,)? grazie)?|that is (?:all|it|enough)(?: thanks| thank you)?"
)
"""Somebody wants nothing more."""


_TIME = (
    r"(?:weekend|week end|fine settimana|giornata|serata|notte|domenica|sabato|settimana|vacanz[ae]|feste"
    r"|lavoro|day|week"
    r"|evening|night|afternoon|sunday|saturday|holidays?|one|rest)"
)
GOODBYES = re.compile(
    rf"\b(?:(?:buon[aoe]?|bel|bella|have a|enjoy (?:your|the)|happy) (?:(?:good|nice|great|lovely|tuo"
    rf"|resto della) )?{_TIME}"
    r"|(?:see you|see (?:ya|u)|c u|cu|talk (?:to (?:you|u) )?|catch you|ci (?:vediamo|sentiamo|aggiorniamo)|a|alla) "
    r"(?:(?:on|next|this|prossim[oa]) )?(?:tomorrow|later|soon|around|next time|next week|there|domani|dopo|presto"
    r"|prossima|(?:mon|tues|wednes|thurs|fri|satur|sun)day|lunedi|martedi|mercoledi|giovedi|venerdi|sabato"
    r"|domenica))(?= |$)"
)
"""What somebody says who goes; a day in it is the day of no class."""
_FINE = (
    r"(?:great|amazing|awesome|fun|lovely|nice|good|fantastic|wonderful|perfect|super|the best|cool|hard"
    r"|intense|bell\w+|fantastic[oa]"
    r"|ottim[oa]|perfett[oa]|divertent\w+|stupend[oa]|faticos\w+|dur[oa]|magnific[oa]|mitic[oa])"
)
WAS_FINE = re.compile(
    rf"^(?:\w+ ){{0,3}}?(?:\w+ ){{0,3}}(?:was|were|is stat[oa]|era) (?:(?:so|really|very|such|davvero"
    rf"|proprio|molto|un po|a) ){{0,2}}{_FINE}"
    r"(?: (?:yesterday|today|ieri|oggi|lezione|class))?$"
)
"""Somebody tells how a class was."""
NOT_SO = re.compile(r"\b(?:not|non|no|but|ma|when|quando|what|who|chi|which|quale)\b")


def _friendly(text: str) -> Said | None:
    """Thanks or a parting with more in it than the few words of one: `perfect, thanks, see you on Monday`."""
    said = [clause.strip() for clause in GOODBYES.sub(" , ", text).split(",") if clause.strip(" ?")]
    left = [clause for clause in said if not (WAS_FINE.match(clause) and not NOT_SO.search(clause))]
    parts = GOODBYES.search(text) is not None
    told_so = len(left) < len(said)
    words = {word for clause in left for word in clause.split()} - {"?", "-"}
    if not (parts or told_so) or "?" in text or not words <= THANKS | BESIDE | HELLO | YES:
        return None
    return Said(Word.THANKS) if told_so or words & THANKS else Said(Word.HELLO)


def pleasantry(text: str, original: str) -> Said | None:
    """A greeting, thanks, yes or no, when the message is nothing else."""
    if PARTING.fullmatch(text.strip(" ,")):
        return Said(Word.HELLO)
    if GO_AHEAD.fullmatch(text.strip(" ,")):
        return Said(Word.YES)
    if HOW_ARE_YOU.fullmatch(text.strip(" ,?")):
        return Said(Word.HELLO)
    if DECLINED.fullmatch(text.strip(" ,")):
        return Said(Word.NO)
    if PRAISE.fullmatch(text.strip(" ,")):
        return Said(Word.THANKS)
    if friendly := _friendly(text):
        return friendly
    words = set(text.split()) - {",", "?", "-"}
    if not words:
        thanking, greeting = THANKING_EMOJI.search(original), GREETING_EMOJI.search(original)
        return Said(Word.THANKS) if thanking else Said(Word.HELLO) if greeting else None
    if words & NO and words <= NO | THANKS | BESIDE | HELLO:
        return (
            Said(Word.NO)
            if words & {"no", "nope", "nah", "lascia", "never", "nevermind", "niente", "nothing", "importa", "forget"}
            else None
        )
    if words & THANKS and words <= THANKS | BESIDE | HELLO | YES:
        return Said(Word.THANKS)
    if words & HELLO and words <= HELLO | BESIDE:
        return Said(Word.HELLO)
    return Said(Word.YES) if words & YES and words <= YES | BESIDE | THANKS else None
