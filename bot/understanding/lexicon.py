"""The words of both languages that steer a message: what is to be done, what joins two wishes, what means nothing."""

from __future__ import annotations

import re
from enum import StrEnum, auto

from bot.understanding.words import worded


class Kind(StrEnum):
    """What a piece of a message is."""

    DAY = auto()
    HOURS = auto()
    COURSE = auto()
    WHERE = auto()
    WHO = auto()  # an instructor
    EVERY = auto()  # each week
    BOOK = auto()
    DO = auto()  # to go, to do: a wish, though nothing says "book"
    SOFT = auto()  # politeness around a verb
    CANCEL = auto()
    PAUSE = auto()  # what recurs: to stop for a while, or to begin again; never a cancellation
    LASTING = auto()  # for how long: "for two weeks"
    LATER = auto()  # than the one that is held, or earlier: "an hour later"
    NTH = auto()  # which of several: "the second one", "la seconda delle due"
    MOVE = auto()
    WATCH = auto()
    UNWATCH = auto()
    LOOK = auto()
    MINE = auto()  # what is held already
    NOT = auto()
    NOTHING = auto()
    NO_LONGER = auto()
    EXCEPT = auto()  # everything but what follows
    ELSE = auto()
    OR = auto()
    AND = auto()
    BOTH = auto()  # what is said once, of each of several wishes
    COMMA = auto()
    TO = auto()  # what leads to the second class of a swap
    CORRECTION = auto()  # takes back what was just said: "no wait"
    ASKING = auto()  # a question mark
    PERSON = auto()
    SOMEBODY = auto()  # who is only spoken of: nothing is to be had for them
    FILLER = auto()
    BOUND = auto()  # makes a day the first or the last of several
    RHYTHM = auto()  # every other week, once a month: nothing recurs like that here
    REMINDER = auto()  # to be told before a class: a setting, and no part of a booking
    SPORT = auto()  # one that no timetable has
    UNKNOWN = auto()


_PLACE = (
    r"(?:(?:un|il|mio|il mio|dei|i|a|my|the|any|some|up|up my|up the|up a) ){0,3}(?:posto|posti|place|places"
    r"|spots?|slots?|seat)"
)
_MY_PLACE = r"(?:il|il mio|i|i miei|la mia|my|the|quel|that) (?:posto|posti|places?|spots?|slots?|seat)"
_NO_MORE = r"(?:no longer|never|(?:do|must|should|need) not(?: to)?|non)(?: (?:voglio|devi|dovete|occorre))?(?: piu)?"
_LEAVE = r"lasci\w* (?:perdere|stare)|dimentica"
_NTH = r"first|second|third|last|prim[ao]|second[ao]|terz[ao]|ultim[ao]"
_STOP_IT = (
    r"(?:stop|quit|cease|give up|call off|no need (?:to|for)|no point(?: in)?"
    r"|(?:do not|no longer)(?: any ?more)? (?:bother|need|want|have)(?: to)?(?: any ?more)?(?: (?:that you"
    r"|you(?: to)?|to))?"
    r"|smett\w+(?: di)?|piant(?:a|ala|atela) di|finisci(?:la)? di|lasci\w* (?:perdere|stare)(?: di)?|evita di"
    r"|(?:non|inutile)(?: (?:is|mi|ti|ce|ci|e))?(?: (?:serve|occorre|necessario|bisogna|bisogno))?(?: piu)? (?:che|di)"
    r"|non ho (?:piu )?bisogno (?:che|di))"
)
_WATCHING = (
    r"(?:watch(?:ing)?|stalk(?:ing)?|monitor\w*|track(?:ing)?|keep(?:ing)? (?:tabs|an eye|watch|checking|track)"
    r"|look(?:ing)?(?= (?:for|out|at))|check(?:ing)?|spy(?:ing)?|scout\w*|hunt\w*|search(?:ing)?|wait(?:ing)? for"
    r"|guard(?:i|are|a)|controll(?:i|are|a)|spi(?:are|i)|sorvegli\w+|cerc(?:hi|are)|aspett(?:i|are)"
    r"|(?:tieni|tenere|tenga|tenermi|tenerla) (?:piu )?d occhio|avvis(?:i|are|armi)|notific\w+)"
)
"""Not to look any more whether a place frees."""
_ALERT = (
    r"(?:watch|alert|allerta|allarme|notification|avviso|notifica|sorveglianza)"
    r"(?: (?:for|about|on|of|per|di|su|del|della))?"
)
_FULL = (
    r"(?:e|is|fosse|dovesse essere|s|it is|its|are|they are|that is|are all)? ?(?:tutto |gia |all "
    r"|already )?(?:pien[oaie]|esaurit[oaie]|full|taken|complet[oa]|fully booked)"
)

_NOT_GOING = (
    r"(?:(?:dar|do|dai|daro|darei|dare)|(?:fare|faccio|faro)) (?:buca|forfait|forca|sega)(?: (?:a|ad|al|alla|per))?"
    r"|(?:(?:mi )?tir(?:o|are|ero|arm[io]|armi)) (?:il |un )?(?:pacco|bidone|indietro)(?: (?:a|ad|al|alla|per|da|dal"
    r"|dalla))?"
    r"|(?:dare|do|faro|faccio) (?:il |un )?(?:pacco|bidone)(?: (?:a|ad|al|alla))?"
    r"|bidon(?:o|are|ero|a|iamo)|pacc(?:o|are|hero|hiamo)(?= |$)|segare|mi chiamo fuori(?: (?:da|dal|dalla))?"
    r"|(?:mi )?(?:perdo|perdero|perdere)(?= )|saltiamo|lasciam\w* (?:perdere|stare)|passo(?! (?:a|da|in|dal|di"
    r"|dalla)\b)"
    r"|(?:will |have to |must |going to |gonna |need to )(?:miss|pass on|pass)|(?:i )?pass on"
    r"|bail(?:ing)?(?: (?:on|out of|out|from))?|flak(?:e|ing)(?: (?:on|out))?"
    r"|(?:drop|dropping|pull|pulling|duck|back|backing)(?:ing)? out(?: (?:of|from))?"
    r"|call(?:ing)? (?:it |that )?off|give (?:it|that|this) a miss|wriggle out of|i am out(?: (?:for|of))?"
    r"|free me(?: up)?|liber(?:ami|atemi|armi)|blow(?:ing)? off(?= (?!(?:some )?steam))|scratch(?! that)|nix|axe"
    r"|chuck(?: in)?"
)
"""Not to go to a class, as people say it among themselves."""

PATTERNS: tuple[tuple[Kind, str], ...] = (
    (Kind.ASKING, r"\?"),
    (Kind.COMMA, r",|-"),
    # Another wish in its stead, or besides
    (
        Kind.ELSE,
        r"(?:(?:o|e|or|and|ma|but|,) ){0,3}(?:altrimenti|in alternativa|alternativamente|se no|senno"
        rf"|in caso contrario|se (?:non|no) (?:ce|ci sono|ci fosse|trovi|c) (?:piu )?(?:posto|posti)|se {_FULL}"
        rf"|otherwise|or else|else|failing that|as an alternative|alternatively|if not|if (?:it )?{_FULL}"
        r"|if (?:there is|there are|there) (?:no|not any) (?:places?|spots?|space|room)(?: left)?)",
    ),
    (Kind.OR, r"(?:, )?(?:oppure|o|or|o anche|or even|o magari|magari|or maybe|o se no|o altrimenti)"),
    (
        Kind.BOTH,
        r"(?:(?:per|for|at|alla|allo|the) ){0,2}(?:both(?: of them| times| days)?|entramb[ie](?: le volte| i giorni)?"
        r"|tutt[ei] e due|sempre|always|same time|same hour|stessa ora|stesso orario"
        r"|(?:but |ma )?(?:at )?(?:the )?same (?:time|hour|slot)(?: (?:as (?:before|now|usual)))?"
        r"|(?:ma )?(?:stess[ao]) (?:ora|orario))",
    ),
    (
        Kind.NTH,
        rf"(?:(?:la|il|l|the) )?(?:{_NTH})(?: (?:one|lezione|class|prenotazione|booking))?"
        r" (?:(?:delle|dei|tra le|fra le|of the|of my|of) )(?:mie |my )?(?:due|tre|quattro|two|three|four|2|3|4)"
        rf"|(?:the )(?:{_NTH}) one|(?:la|il|l) (?:second[ao]|terz[ao]|ultim[ao])(?= (?:di|del|che|$))",
    ),
    (Kind.AND, r"(?:, )?(?:e|ed|and|poi|e poi|and then|then|&|e anche|and also|anche|also|plus)"),
    # What was just said is put right
    (
        Kind.CORRECTION,
        r"(?:(?:oh|ah|no|ma|but|or|anzi|scusa|sorry|actually) ){0,2}(?:, )?(?:no wait|wait no|wait|hang on|hold on"
        r"|i mean(?:t)?"
        r"|actually no(?: ,|(?: ,)? make (?:that|it)|$)|actually(?: ,)? make (?:that|it)"
        r"|actually(?= (?:on|at|for|no)\b)|scratch that|sorry no|no sorry"
        r"|anzi(?: no)?|no anzi"
        r"|no aspetta|aspetta(?: no)?|(?:no )?volevo dire|intendevo|cioe no|no scusa|scusa no|(?:facciamo|fai) invece)"
        r"(?: , no(?= ,))?",
    ),
    # No
    (
        Kind.NOT,
        r"no longer|no more|non|not|no|mai|never|senza|without|neanche|nemmeno|neppure"
        r"|neither|nor|nope|evita|evitare|avoid|invece di|instead of|anziche|rather than",
    ),
    (Kind.NOTHING, r"niente|nulla|nessun[oa]?|nothing|none|basta(?! (?:con|cosi|grazie|poco)\b)"),
    (Kind.NO_LONGER, r"piu|anymore|any more|any longer"),
    (
        Kind.EXCEPT,
        r"tranne|eccetto|salvo|a parte|esclus[oaie]|ad eccezione (?:di|del|della)|fuorche|except(?: for)?|excluding"
        r"|apart from|other than|aside from|(?:tutt[oaie]|ogni cosa) meno|(?:everything|all|anything|anytime|(?:any"
        r"|every|each) \w+) but"
        r"|(?:qualsiasi|qualunque|ogni|tutt[ei]) (?:i |le )?\w+ (?:meno|ma non)(?= )",
    ),
    # What nothing here does
    (
        Kind.RHYTHM,
        r"(?:(?:every|each|ogni) (?:other|second|third|two|three|2|3|due|tre|altr[oa]|second[oa]|15|quindici) ?"
        r"(?:weeks?|settiman[ae]|months?|mes[ei]|giorni|days)?|(?:a )?settimane alterne|alternate weeks?|alternat\w+"
        r"|(?:on )?alternate|fortnight\w*|every fortnight|bi ?weekly|quindicinal\w+|bisettimanal\w+"
        r"|(?:once|twice|two times|three times|una volta|due volte|tre volte) (?:a|al|alla|per|every|ogni)"
        r" (?:month|mese|fortnight|year|anno)|(?:twice|two times|three times|due volte|tre volte) (?:a|alla|per)"
        r" (?:week|settimana)|monthly|mensil\w+|(?:every|each|ogni|tutti i) (?:month|mes[ei])"
        r"|si (?:e|,) (?:uno|una) no|si e no)",
    ),
    (
        Kind.REMINDER,
        r"(?:avvis\w+|ricord\w+|remind me|tell me|let me know|notify me|text me|scrivi\w*|write me)"
        r" (?:(?!about|di|per|se|if|when|quando)\w+ ){0,4}(?:prima|before|earlier|in advance|in anticipo)",
    ),
    (
        Kind.SPORT,
        r"(?:(?:campo|campi|corsia|corsie) (?:da|di|per) )?"
        r"(?:swim(?:ming|s)?|swimming pool|nuoto|nuotare|nuotat[ae]|vasc(?:a|he)|piscina|pool|tennis|padel|paddle"
        r"|calcio|calcetto|football|soccer|futsal"
        r"|basket(?:ball)?|pallacanestro|volley(?:ball)?|pallavolo|beach volley|rugby|golf|judo|karate|taekwondo"
        r"|aikido"
        r"|kung fu|muay thai|kick ?boxing|mma|wrestling|lotta|scherma|fencing|ping pong|table tennis|badminton|squash"
        r"|atletica|athletics|running|corsa|jogging|cycling|ciclismo|bici|bike|skat\w+|pattin\w+|sci|ski(?:ing)?"
        r"|snowboard"
        r"|danza|ballet|balletto|salsa|bachata|tango|hip hop|dance|ballo|aquagym|acquagym|acqua gym|canottaggio|rowing"
        r"|vela|sailing|surf\w*|equitazione|riding|tiro con l arco|archery|ginnastica artistica|gymnastics|parkour"
        r"|calisthenics|calistenia|crossfit|cross fit|xfit|barre|tai chi|meditation|meditazione|court|campo|boxing"
        r"|boxe|pugilato|climbing"
        r"|arrampicata|sauna|massag\w+|massage|physio\w*|fisioterap\w+|personal train\w+|nutrizionista|nutritionist)"
        r"(?: (?:court|lane|field|pitch|lesson))?",
    ),
    # What is to be done
    (
        Kind.UNWATCH,
        r"(?:non (?:mi |ci )?(?:serve|servono|interessa|occorre)(?: piu)?|(?:i )?(?:no longer|do not) (?:need|want))"
        rf" (?:(?:the|my|that|l|il|la|gli|le|quell) ){{0,2}}{_ALERT}|"
        rf"{_STOP_IT} (?:(?:me|mi|you|tu|per me) )?{_WATCHING}(?: (?:me|out))?(?: (?:for|about|on|of|at|over))?"
        r"(?: (?:(?:a|any|the|free|un|il|i|dei) ){0,2}(?:spots?|places?|seats?|slots?|posti|posto)(?: (?:in|at|for"
        r"|on|di"
        r"|del|per|a|al))?)?"
        rf"|(?:call off|end|lascia stare|lascia perdere|esci da|esci dalla|via da|via dalla|get (?:me )?off|off"
        r"|leave|quit|annull\w+|cancell\w+|togli\w*) (?:(?:the|my|la|l|lo) )?(?:watch|wait(?:ing)? ?list"
        r"|lista d attesa)"
        r"(?: (?:for|on|of|di|del|per|della))?"
        rf"|(?:stop|{_NO_MORE}(?: (?:want|need) to)?) (?:watch(?:ing)?|look(?:ing)?(?: any ?more)?|search(?:ing)?"
        r"|check(?:ing)?|wait(?:ing)?|notifying|notify|alert(?:ing)?|track(?:ing)?|be (?:notified|alerted|told"
        r"|informed)"
        rf"|keep(?:ing)? an eye)(?: me)?(?: (?:for|about|on|of))?|(?:smett\w+ di|basta|{_NO_MORE}(?: mi)?) (?:guard\w+"
        r"|cerc\w+|aspett\w+|controll\w+|segui\w*|sorvegli\w+|monitor\w+|avvis\w+|notific\w+|ten\w+ (?:piu )?d occhio"
        rf"|tieni\w* (?:piu )?d occhio)|(?:annull\w+|cancell?\w*|togli\w*|rimuov\w+|elimin\w+|disattiv\w+|stop|ferma"
        rf"|delete|remove|drop|forget|turn off|{_LEAVE})"
        rf" (?:(?:the|my|that|l|il|la|lo|mio|gli|le|quell) ){{0,2}}{_ALERT}",
    ),
    (
        Kind.CANCEL,
        r"toglimi da(?= (?:oggi|domani|dopodomani|stasera)\b)|scord(?:ati|atevi|iamoci)(?: (?:di|del"
        r"|della))?(?! prenot)"
        r"|unreserve|de ?register(?: me)?(?: from)?|strike|wipe|(?:lett?ing|let) go of|cancellarmi|depenna\w*"
        r"|sfila(?:mi|rmi)"
        r"|pull me(?: (?:out|off))?(?: (?:of|from))?"
        r"|(?:sono |saro )(?:costrett[oa] ad? |obbligat[oa] ad? )?(?=(?:annull|disd))"
        rf"|{_LEAVE}|(?<!always )(?<!often )(?<!i )(?<!keep )forget(?: about)?(?! (?:my|to)\b)"
        rf"|unsubscribe(?: me)?(?: from)?|opt(?:ing)? out(?: of)?|smett(?:ere|o)(?: con"
        rf"| di fare)?"
        r"|termin(?:a|are|ate|o)|end(?= (?:my|the)\b)|lev(?:a|are|ami|armi|alo|ala)"
        r"|turn off|ditch|scrap|bin|quit|lascio|mollo|leave(?! (?:it|me|a|my|everything|home|work"
        r"|town|early|late|at|for|on|in|from|now|soon|before|after|by"
        r"|when|the (?:house|office|lab|city|country|room|gym))\b)"
        r"|disattiva|basta con|deactivate|salto|disdico|annullo|cancello|rinunci(?:o|are|amo|ato|a)(?: a| al| alla"
        r"| allo)?|annull(?!at)\w+|cancell(?!at"
        r"|ed|ing|azion)\w+|disd(?:i|ic)\w*|disdett[ae]|elimin(?!at)\w+|rimuov(?:i|ere|imi|ermi|o)|tog(?:li|liere"
        rf"|limi|liermi|lila)|liber(?:a|are|ami|i|o) {_MY_PLACE}|rinunci(?:o|are|a) (?:a|al|alla)|cancel|cancelled"
        r"|cancelling|cancelation|delete|remove|drop(?! in| into)|call off|(?:free|free up|release|give back"
        rf"|give up) {_MY_PLACE}|unbook|get me out|take me off|take me out|get rid|withdraw|stop|ferma|interrompi"
        r"|smetti|salta(?:re)?|salter(?:ei|o|emmo)|toglier(?:ei|o)|rinuncer(?:ei|o)|skip"
        r"|sit(?:ting)? out|back out of"
        r"|(?:give|hand)(?:ing)? back|restitu(?:isci|isco|ire)|ritir(?:a|are|o(?= \w))"
        rf"|{_NOT_GOING}",
    ),
    (
        Kind.PAUSE,
        r"freez(?:e|ing)|congel(?:a|are|ami|o)|suspend(?:ed|ing)?|recommenc\w+|restart(?:ing)?"
        r"|reprise"
        r"|paus(?:o|are|ami|iamo)|ripart(?:a|ire|ano|i|e)|ripristin(?:a|are|o)|far(?:e)? una pausa|blocc(?:a|are|o)"
        r"(?= (?:tutt|quelle|(?:le |i |gli |la )?(?:mi[ei]e? )?(?:prenotazion|serie|periodic|automatic|settimanal)))"
        r"|ferm(?:a|are|ate|o)(?= .*\b(?:until|till|fino|per (?:un|due|tre|qualche|il|\d)))"
        r"|tak(?:e|ing) (?:a |some )?(?:break|pause|time out|time off"
        r"|step back)(?: from)?|tak(?:e|ing) a (?:breather|rest) from|hold off(?: on)?"
        r"|(?:faccio|prendo) una pausa (?:da|dal|dalla|con)"
        r"|sospend(?:i|o|ere|imi)|sospes[oaie]|(?:in )?pausa|pausing|paused?|on hold|resum(?:e|ing)|unpause|reactivate"
        r"|riprend(?:i|o|ere|imi)|riattiv(?:a|o|are|ami)|rimett(?:i|ere|imi)(?: in moto)?(?=.* (?:periodic|settimanal"
        r"|fiss|ogni|serie))|ricominci(?:a|o|are)(?: con"
        r"| a prenot\w+)?"
        r"|(?:fai|far) ripartire",
    ),
    (
        Kind.LASTING,
        r"(?:per|for) (?:(?:the|le|i|gli|il|la|next|coming|prossim[oaie]|circa|about|another|other|altr[eio]) ){0,3}"
        r"(?:\d{1,3}|a|an|one|two|three|four|five|six|a couple of|a few|some|un|una|due|tre|quattro|cinque|sei"
        r"|dieci|ten|un paio di|qualche|alcun[ei]) (?:settiman[ae]|weeks?|giorn[oi]|days?|mes[ei]|months?)"
        r"|for a while|per un po|(?:while|mentre|finche) (?:(?:i|we) (?:am |are |be )?)?(?:sono |siamo )?"
        r"(?:away|on holiday|on vacation|via|fuori|in vacanza|in ferie)"
        r"|(?:for|in|during|throughout|a|per|tutto|all of|all) (?:gennaio|febbraio|marzo|aprile|maggio|giugno|luglio"
        r"|agosto|settembre|ottobre|novembre|dicembre|january|february|march|april|may|june|july|august|september"
        r"|october|november|december)"
        r"|(?:until|till|fino (?:a|ad|al|alla|all)) "
        r"(?:(?:the|il|la|le|l|end|start|fine|inizio|of|di|del|after|dopo) ){0,4}"
        r"(?:gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre|january"
        r"|february|march|april|may|june|july|august|september|october|november|december|jan|feb|apr|jun|jul|aug|sep"
        r"|sept|oct|nov|dec|christmas|natale|easter|pasqua|new year|capodanno|further notice|nuovo ordine|holidays"
        r"|vacanze|feste|next (?:month|year|semester)|mese prossimo|prossimo (?:mese|anno|semestre)|anno nuovo|exams"
        r"|esami|summer|estate|i (?:say|tell you|write|let you know|come back|am back)(?: so)?(?: you)?(?: again)?)"
        r"|(?:finche|fin quando|fino a (?:quando|che)|until) (?:non )?(?:te lo |ve lo |vi |ti |io )*(?:dico|dica"
        r"|scrivo|riscrivo|avviso"
        r"|torno|rientro|faccio sapere)(?: io)?(?: di nuovo)?|fino a nuovo (?:avviso|ordine)",
    ),
    (Kind.BOUND, r"first thing(?= in| tomorrow| on|$)|per prima cosa"),
    (
        Kind.MOVE,
        r"become|turn into|diventare|divent(?:i|a)|trasform\w+|anticip(?:i|arl[ao]|armel[ao]|eresti|armi|iamo|ate"
        r"|arci)"
        r"|posticip(?:i|arl[ao]|armel[ao]|eresti|armi|ate)|rinvi(?:a|are|o|ami|arl[ao]|amo)|rimand(?:i|arl[ao]"
        r"|armel[ao]|iamo)"
        r"|(?:sposta\w* )?(?:in )?(?:avanti|indietro) di(?= )|bring forward|push(?: back)?|spostament[oi]|slittare"
        r"|slitta"
        r"|cambio(?= )|cambio (?:di )?(?:giorno|ora|orario)|moving|changing(?! rooms?)|switching"
        r"|swapping|posporre|postpon\w+"
        r"|ritard(?:a|are|o)(?= )|delay|spostiamo|cambiamo|scambiamo|anticipiamo|posticipiamo|rimandiamo"
        r"|trade|fa(?:i|re|cciamo) (?:un |il )?s?cambio(?: con)?"
        r"|spost(?!at)\w+|cambi(?:a|are|ami|armi|o)|scambi(?:a|are|ami|o)?|anticip(?:a|are|ami|o)|posticip(?:a|are"
        r"|ami|o)|rimand(?:a|are|ami|o)|move|reschedule|swap|change|switch|postpone|shift|exchange|replace"
        r"|sostituisci|sostituire",
    ),
    (
        Kind.WATCH,
        r"wake me(?: up)?(?: if| when| once)?"
        r"|(?:let me know|notify me|alert me|text me|ping me)(?: if| when| once| as soon as)?|(?:frees?|opens?) up"
        r"|(?:becomes?|gets) (?:free|available)|si liberasse|si libera|(?:tieni|tenere|tienimi|puoi tenere"
        r"|tenermi|mi tieni|tenga) d occhio|avvis(?!o(?= |$)|i(?= |$)(?! (?:se|quando|appena"
        r"|non appena|qualora|nel)))\w+|avvert(?:i|imi|ire|itemi|a)|fammi sapere"
        r"|dimmi (?:se|quando) si libera|(?:se|quando|appena|nel caso|non appena) si liber(?:a|ano|asse"
        rf"|i)(?: {_PLACE})?|keep an eye(?: (?:on|out for))?|watch|notify me|notify|alert me|let me know|tell me"
        rf"|(?:if|when|as soon as) (?:{_PLACE}|something|one|it) (?:frees? up|opens? up|becomes? (?:free"
        r"|available)|gets free|is free)|(?:in )?(?:lista d attesa|waiting list|waitlist)|wait for",
    ),
    (
        Kind.BOOK,
        r"crea(?:mi)?|create"
        r"|dammi (?:un|il) posto|give me (?:a|the) (?:place|spot)|put|fissa(?:mi|rmi)?|count me in|sign me in"
        r"|i will take|put me|prenot(?!at|azion)\w+|segn(?:ami|armi|a|are|arci|i|ate|atemi|ateci|amo|iamo)"
        r"|mi butto(?: su| in)?|ci butto|iscriv\w+|essere iscritt[oa]"
        r"|mett(?:imi|ermi|i|ere)(?: in lista(?! d attesa))?|registrami|inseriscimi|prend(?:i|imi|ere|ermi|iamo)"
        r"|blocc(?:a|hi"
        r"|ami|are|armi)|riserva(?:mi|re|rmi)?|ferma(?:mi)? (?:un|il) posto|trova(?:mi|rmi)?|aggiungi(?:mi)?"
        r"|aggiungere|piazzami|infilami|procurami|assicurami|opziona(?:mi)?|fammi entrare|entrare|(?:fai|fammi"
        r"|fare|faccio|farmi) (?:una |la )?prenotazione|(?:make|do) (?:a |me a )?(?:booking|reservation)|book me"
        r"|book|reserve|sign me up|sign up|signup|put me (?:down|in|into|on)|enrol+(?: me)?|register me|register"
        r"|get me (?:into|in)|get me|grab me|grab|save me|get|find me|add me|add|secure|squeeze me (?:in|into)"
        r"|slot me (?:in|into)|pencil me in|schedule me|enter me|take|have a (?:place|spot)",
    ),
    (
        Kind.DO,
        r"train|exercise|work out|allenare|fare|far|faccio|facciamo|andare|andarci|vado|venire|vengo|partecipare"
        r"|provare|do|go|going|attend|join|come|coming|try|make it|make|play|allenarmi|allenarsi|be there|esserci"
        r"|farcela|have",
    ),
    (
        Kind.SOFT,
        r"(?:at|al|in|per il) (?:the |questo )?(?:moment|momento)|for now|per (?:ora|adesso)|i would prefer(?: to)?"
        r"|i prefer(?: to)?"
        r"|avevo|avevamo|preferi(?:rei|sco|remmo|amo|re)|(?:i|we) prefer|meglio|better|exactly|esattamente"
        r"|precis(?:ely|amente)"
        r"|currently|attualmente"
        r"|(?:i (?:was |am )|mi )?(?:just )?(?:wondering|chiedevo|domandavo) (?:if|whether|se)"
        r"|mi sa(?: che)?|i (?:think|guess)(?: that)?|(?:solo |just |only )?(?:una volta|once)(?: sola| only)?"
        r"|(?:al|il) piu presto(?: possibile)?|as (?:early|soon) as (?:possible|you can)|asap"
        r"|(?:i )?(?:was |am )?hoping to|fancy|i fancy|would rather"
        r"|desider(?:o|erei|eremmo)|gradirei|(?:vi|la|ti) prego(?: di)?|potro|potremo"
        r"|va bene|sarebbe possibile|sarebbe|would it be possible|is it possible|faresti|fammi (?:un favore"
        r"|il piacere)|do me a favou?r|(?:per|for|solo per|just for|only for) (?:1|una|un|one"
        r"|a single) (?:persona|person|posto|place|spot)|(?:solo|just|only) (?:per me|io|me|for me)|per conto mio"
        r"|(?:1|one) (?:posto|place|spot|seat|slot|person|persona)"
        r"|in automatico|automaticamente|automatically"
        r"|(?:(?:but|ma|only|solo|soltanto) ){0,2}(?:se|if) (?:ce|ci sono|trovi|there is|there are"
        rf"|you find) (?:ancora |still )?{_PLACE}|if there is (?:any |some )?(?:space|room)|se (?:possibile|puoi"
        r"|riesci|is possibile)|if (?:possible|you can|it is possible|it is free|free)|when you can|vorrei|voglio"
        r"|vorremmo|volevo|vuoi|puoi|potresti|potete|potrei|posso|possiamo|riesci|riesco|riusciresti|devo|dovrei"
        r"|mi (?:serve|servirebbe|servono|piacerebbe|interessa|va(?: di)?|andrebbe)|serve|interessa|avrei bisogno"
        r"|ho bisogno|mi occorre|bisogno|puo|possono|potrebbe|e possibile|able to|any chance|let me|i (?:want"
        r"|need|would like|would love|would need|have to|must|am interested in|am)|want|wanna|need|would like"
        r"|would love|like|love|can|could|would|may|will|shall|should|let is|let us|lets|would you mind|mind",
    ),
    # Looking
    (
        Kind.LOOK,
        r"how long|which last|(?:(?:is there|there is|are there) )?any (?:free |more )?(?:space|room|spots?|places?"
        r"|slots?|seats?)"
        r"(?: left| free)?"
        r"|consists?(?: of| in)?|(?:in (?:che )?)?(?:cosa )?consiste|what kind of|che tipo di"
        r"|di (?:che )?cosa si tratta"
        r"|descri\w+|explain|spiega(?:mi|rmi)?|(?:e |is )?(?:rimast[oaie]|avanzat[oaie])(?: qualche)?"
        r"|when (?:can|could|may) (?:i|we|you) book|quando (?:posso|puoi|si puo|si possono) prenot\w+"
        r"|quando (?:apre|aprono|si apre|si aprono) (?:la|le) prenotazion[ei]|when (?:does|do) (?:the )?bookings? open"
        r"|spaces|(?:any )?openings|happen(?:s|ing)?|going on"
        r"|how many people(?: (?:fit|can (?:come|join|go)))?(?: in)?"
        r"|(?:quante persone|quanta gente)(?: (?:ce|ci))?(?: (?:stanno|entrano))?"
        r"|bookable(?: yet| already)?|prenotabil[ei](?: gia)?|closes?|chiud(?:e|ono)|apert[oaie]|tell me (?:if"
        r"|whether)"
        r"|(?:mi )?(?:ricord\w+|remind me|dic[ea])(?: cortesemente)?"
        r"(?= (?:le mie|quali|cosa|che|a che|what|which|when|my) )"
        r"|insegn\w+|teach\w*|dici|dirmi|elenchi|avete|do you have|have you got|do you offer"
        r"|vi sono|chi (?:insegna|tiene|fa)"
        r"|who (?:teaches|is teaching)|full|busy|pien[oaie]|affollat[oa]|crowded|un buco|buchi|spazio|(?:sapere"
        r"|dirmi|dimmi|chiedere|controlla(?:re)?|verifica(?:re)?|vedere) (?:se|quando|a che ora)|sapere"
        r"|controlla(?:re)?|verifica(?:re)?|(?:check|know|see|find out|ask) (?:if|whether|when|what time)|check"
        r"|know|how about|what about|opening (?:hours|times)|(?:in |a )?(?:che|quale|quali)(?: (?:ora|ore|orari"
        r"|orario|giorni|giorno|corsi|posti|lezioni))?|cosa|che cosa|quant[ioe]|quando|dove|dimmi|mostra(?:mi)?"
        r"|fammi vedere|vedere|vedi|guarda(?:re)?|elenca(?:mi)?|cerca(?:mi)?|ce|ci sono|ci sarebbe|orari[o]?"
        r"|(?:what|which) (?:days?|times?|classes|courses)|calendario|programma|qual|restano|rimangono|rimast[ie]"
        r"|remaining|remain|posti|spots|places|apr(?:e|ono|ira|iranno)|opens?|opened(?: yet)?|(?:fai|far|farmi) vedere"
        r"|disponibilita|disponibil[ei]|liber[oaie]|what|which|when|where|how many|how much|how|is there"
        r"|are there|there is|there are|show(?: me)?|see|look(?: at| for)?|list|times?|time|timetable|schedule"
        r"|hours|free|available|availability|left|open|tell me (?:what|which|when)|find out",
    ),
    (
        Kind.MINE,
        r"(?:dove|a che ora|quando|in che sede) (?:devo|dobbiamo|dovrei) (?:andare|essere|presentarmi|venire|trovarmi)"
        r"|(?:where|when|what time) (?:do|should|must) (?:i|we) (?:have to |need to )?(?:be|go|come|show up|turn up)"
        r"|(?:(?:am i|i am|io )?(?:ero|sono|was|were)|i am) (?:gia |already )?(?:prenotat[oa]|iscritt[oa]|segnat[oa]"
        r"|booked)"
        r"|(?:am i|i am|are we|we are) (?:expected|awaited|due)|mi (?:aspett(?:ano|ate)|attend(?:ono|ete))"
        r"|sono attes[oa]"
        r"|(?:cosa|che|che cosa|what) (?:avevo|avevamo|had i|did i)(?: (?:gia|already))?(?: (?:prenotat[oaie]"
        r"|book(?:ed)?|reserved?))?"
        r"|(?:(?:can|could) you )?remind me what(?: i (?:have|am))?|ricordami cosa (?:ho|avevo)"
        r"|(?:do|did|have) (?:i|we) (?:have |got |have got )?(?:anything|something|any \w+|a \w+)"
        r"(?: (?:booked|reserved|planned|scheduled|on))?"
        r"|(?:anything|something|nothing) (?:booked|reserved|planned|scheduled)"
        r"|(?:ho|abbiamo) (?:gia )?(?:qualcosa|qualche \w+)(?: di)? (?:prenotat[oaie]|in programma)"
        r"|(?:am i|are we|will i be) (?:free|busy|available)"
        r"|(?:sono|siamo|saro) (?:liber[oaie]|impegnat[oaie]|occupat[oaie])"
        r"|ho da fare|(?:che|quali|quante|quanti) (?:lezioni|corsi|prenotazioni|allenamenti) (?:ho|abbiamo)"
        r"|(?:am i|are we) (?:already )?(?:in|on|booked|signed up|enrolled|registered)(?: the list)?"
        r"|did you (?:manage|get) to (?:book|get|reserve|grab)|was i (?:already )?(?:booked|in|on)"
        r"|did you (?:already )?(?:book"
        r"|get|reserve|manage|make|find)\w*|(?:when|what time|where) (?:is|are) my|(?:what time|when) (?:do|have) i"
        r"(?: have| got)?|a che ora ho|ho (?:gia )?(?:qualcosa|lezione|altro|impegni|corsi|prenotazioni|allenamento)"
        r"|(?:sono|siamo) (?:gia )?(?:in lista|dentro|segnat[oi]|segnata)"
        r"|sei riuscit[oa](?: ad? (?:pr\w+|trov\w+|iscriv\w+))?|ce l hai fatta(?: ad? \w+)?"
        r"|(?:tutte le|tutti i|all the|all|all of my|all my) (?:prenotazioni|lezioni|corsi|bookings|classes"
        r"|reservations)|quando ho|dove ho|(?:(?:le|i|la|il|all|tutte|tutti|of) ){0,3}(?:mi[ea]i?"
        r"|my) (?:prenotazion[ei]|lezion[ei]|corsi|bookings?|class(?:es)?|courses|reservations?|lessons|sessions)"
        r"|prenotazioni|bookings|reservations|(?:ho|abbiamo) (?:gia )?(?:prenotato|prenotate)"
        r"|sono (?:ancora |gia )?(?:iscritt[oa]|prenotat[oa])|(?:did|have|had) i (?:already )?(?:book(?:ed)?|reserved?"
        r"|got|get(?: (?:in|into|it))?|make it(?: (?:in|into))?)"
        r"|ce l ho fatta|i (?:have )?booked|am i booked|(?:cosa|che|che cosa|what) (?:ho|do i have|quando ho"
        r"|have i got"
        r"|have i)(?: (?:gia|already))?(?: (?:prenotat[oaie]|booked|reserved|coming up|lined up|planned"
        r"|in programma))?"
        r"|hai (?:gia )?(?:prenotato|preso|trovato)|what have you (?:already )?(?:booked|got|reserved)"
        r"|do i have|ho (?:delle |qualche )?(?:lezioni|prenotazioni)|my (?:schedule"
        r"|timetable|calendar|week|plans?|agenda)|mi[ao] (?:agenda|programma|calendario|settimana)|i have",
    ),
    # Every week
    (
        Kind.EVERY,
        r"series|(?:(?:prenotazion[ei]|booking|la|le|il|the|my|mia|mie) ){0,3}(?:(?:ogni|tutti i|tutte le|tutti|tutte"
        r"|every|each) (?:singol[oa] )?(?:settiman[ae]|giorn[oi]|week|day|single day|single week)"
        r"|ogni(?! (?:volta|tanto)\b)|tutti i"
        r"|tutte le|every single|every(?! (?:time|once)\b)|each(?! (?:time|of|other)\b)|(?:all"
        r"|tutte) (?:the |le )?(?:weeks|settimane)|weekly(?: thing)?|settimanal(?:e|i|mente)"
        r"|periodic[oahei]+|ricorrent[ei]"
        r"|automatic(?:he|a|o|i|ally|s)?(?: (?:bookings?|ones?|stuff|things?|prenotazioni))?|auto (?:bookings?"
        r"|stuff|ones?|things?)"
        r"|repeat(?:ed|ing)?(?: bookings?| ones| stuff| reservations)?|forever|for good|for ever|from now on"
        r"|per sempre|(?:da|d) (?:ora|qui|adesso|oggi) in (?:poi|avanti)"
        r"|fiss[oaie]|recurring|regularly|(?:una volta|once) (?:a|alla) (?:settimana|week)"
        r"|serie)(?: (?:prenotazion[ei]|bookings?))?",
    ),
    # People
    (
        Kind.PERSON,
        r"(?:(?:per|con|for|with|to|a|di|anche|il|la|mio|mia|un|una|un altr[oa]|my|the|his|her|l) ){0,3}(?:amic(?:o"
        r"|a|i|he)|ragazz[oa]|fidanzat[oa]|moglie|marito|fratello|sorella|coinquilin[oa]|collega|compagn[oa]"
        r"|friends?|girlfriend|boyfriend|wife|husband|brother|sister|flatmate|roommate|colleague|buddy|mate|mamma"
        r"|papa|mum|mom|dad|lui|lei|loro|him|them|us|noi|noi due|entrambi|both of us)|(?:(?:per|for"
        r"|x) )?(?:\d{1,2}|due|tre|quattro|two|three|four|un paio di|a couple of|couple of) (?:person[ae]"
        r"|post[oi]|people|persons|places?|spots?|seats?|of us|amici|friends)|(?:per|for|x) (?:due|tre|quattro"
        r"|two|three|four)"
        r"|me (?:&|plus|and) (?:1|one|(?:a|my|the) \w+)|(?:&|plus) (?:1|one)(?= |$)"
        r"|io e (?:(?:la|il|l|un|una|mi[oa]) )?[a-z]+"
        r"|us both|(?:the )?two of us|in (?:due|tre|quattro)"
        r"|(?:siamo|saremo|veniamo|verremo|we are|we will be) (?:in )?"
        r"(?:due|tre|quattro|cinque|two|three|four|five|[2-9])",
    ),
    # What leads to a second class
    (Kind.TO, r"a|ad|al|alla|allo|con|per|to|for|with|into|in|su"),
)

FILLERS = worded(
    """
    bello interessante nice fun interesting forse perhaps maybe fascia fasce oraria orarie
    sometime sometimes either sto sta simply cortesemente cordiali cordialmente saluti distinti
    gentilissimi gentilissima gentili spettabile regards best dispiace spiace regret afraid temo dear all signori
    already
    plz bye run runs held taking purtroppo unfortunately dentro in automatico na de elenco qualche sorry anything
    whatever il lo la i gli le l un uno una del dello della dei degli delle dell d di da dal dalla dalle in nel
    nello nella nei su sul sulla per con tra fra mi ti ci si me te ne io tu noi voi mio mia miei mie tuo tua suo sua
    questo questa questi queste quello quella quelli quelle quel li qui qua la ancora gia subito ora ore solo
    proprio magari anche pure che is sono siamo ho hai ha abbiamo avete essere avere avrei dai dunque allora quindi
    cosi bene ok okay favore piacere cortesia gentilmente grazie mille ciao hey ehi ehila salve buongiorno buonasera
    buon giorno pomeriggio buona sera bot raga ragazzi scusa scusami perdona senti ascolta prego possibile
    prenotazione prenotazioni lezione lezioni corso corsi classe classi turno turni posto posti allenamento sessione
    ingresso appuntamento attivita sport qualcosa nuovo nuova prima primo prossimo prossima lista tutto tutti the a
    an my your me you we it its this that these those there of at on in to for from by with as so just only also am
    are be been was were has have had got get do does did one ones here then well hi hello hey thanks thank very
    much lot good morning afternoon evening day please pls kindly yes yeah possible class classes course courses
    session sessions lesson lessons booking bookings reservation place places spot spots slot slots seat seats space
    room workout training something some any new next first appointment gym sport up down out all everything again i
    u ur fanno fate fa fai inizia iniziano comincia cominciano tiene tengono si sta stanno qualsiasi qualunque po
    poco insomma tipo cioe possibilmente volevo chiederti cara caro gentile domanda info informazioni spazio chance
    hanno richiesta richieste request requests whichever
    thx tnx ty grz
    uffa ufa hmm hm hmmm mmm mm ehm uhm umm thing things stuff totally literally basically honestly actually
    definitely absolutely seriously thinking wondering feel feeling whether wonder putting vabbe caso esatta tho though
    saresti saresti conviene converrebbe trovi troveresti posticino posticini squeeze myself
    still start starts begin begins take takes place yo dear
    gonna ringrazio ringraziando ringraziamento bot team guys sir kind little bit quick quickly around
    vuole vuoi cortese indicarmi dire many must vero giusto reach
    about way really truly vai voglia eh ah oh mah beh boh uh um lol haha hahaha
    """
)

COMPILED = tuple((kind, re.compile(rf"(?:{pattern})(?= |$)")) for kind, pattern in PATTERNS)


def steers(words: str) -> bool:
    """Whether the words mean something to the grammar, so that as a part of a course's name they don't stand for it."""
    return any(pattern.fullmatch(words) for kind, pattern in COMPILED if kind is not Kind.SPORT)


FIRST_NAMES = worded(
    """
    marco luca andrea matteo francesco alessandro lorenzo davide simone federico riccardo giuseppe antonio giovanni
    stefano paolo roberto daniele michele giacomo pietro tommaso filippo edoardo gabriele nicola nicolo leonardo
    mattia martino alberto enrico carlo massimo fabio giorgio emanuele samuele diego mario luigi angelo vincenzo
    salvatore giulia chiara sara martina francesca federica elisa alice elena laura silvia valentina alessia anna
    giorgia sofia beatrice camilla irene ilaria serena marta arianna caterina eleonora greta gaia aurora ginevra
    claudia paola roberta cristina daniela monica barbara lucia maria teresa noemi rebecca miriam veronica bianca
    margherita carla john james david michael peter paul tom thomas mark luke jack harry oliver george william
    daniel matthew robert chris alex sam ben max mary emma olivia lucy kate jane anne lisa sophie amy emily hannah
    rachel jessica laura julia ahmed mohamed ali omar chen wei yuki carlos juan pedro jose maria ana sofia pablo
    hans klaus pierre jean marie
    """
)
"""Common first names: whoever is named is a person, and no misspelled word."""

ALSO = worded("anche pure too also insieme together")
"""What tells a place for a friend besides one's own from one instead of it."""
