"""Longer ways of saying a thing, put as the grammar reads it; a reason for it ("I have an exam") is left out."""

from __future__ import annotations

import re
from collections import Counter

from bot.understanding.asking import asked_plainly
from bot.understanding.days import BY_MONTH, BY_WEEKDAY, SEVERAL
from bot.understanding.moves import moved
from bot.understanding.recurring import said_weekly

_DO = r"(?:give|ced|book|prenot|annull|cancel|disd|swap|scambi|spost|mett|put|move|togli|drop)"
_BECAUSE = r"(?:because|cause|cuz|coz|bc|since (?=i |we )|perche|siccome|visto che|dato che|poiche)"
_EXCUSE = (
    r"(?:exams?|test|esam[ei]|lecture|meeting|riunione|interview|colloquio|fever|febbre|flu|influenza|cold|raffreddore"
    r"|sick|ill|malat[oa]|injured|infortunat[oa]|tired|stanc[oa]|headache|mal di \w+|dentist|dentista|medico|doctor"
    r"|treno|train|deadline|consegna|compleanno|birthday|male|party|festa|cena|dinner|unwell|ospiti|guests|impegn[oi]"
    r"|imprevist[oi]|commitments?)"
)
_I_HAVE = (
    rf"(?:i (?:have(?: got)?|got|feel|am)|got|ho|sono|sto|mi sento|there is|ce) (?:\w+ ){{0,2}}?{_EXCUSE}"
    r"(?: appointment)?"
)
_AT_AN_HOUR = r"(?: (?:at|alle|a|for|per le) \d[\d:.,]*(?: [ap]m)?)"
REASONS = (
    re.compile(rf"(?<=\w)(?: ,)? {_BECAUSE} (?!.*\b{_DO})[^,?]+(?= ,| \?|$)"),
    re.compile(
        rf"(?:(?<=\w) ,|(?<=\w)(?= (?:i|che (?:poi )?(?:ho|sono)) )) (?:but |ma |che )?(?:poi "
        rf"|then )?{_I_HAVE}(?: fuori)?(?: (?:a|di|at|of) \d[\d.,]*)?(?= [,?]|$)"
    ),
    re.compile(rf"^(?:sorry |scusa )?{_I_HAVE}{_AT_AN_HOUR}? ,(?: (?:so|quindi|percio))?"),
    re.compile(
        rf"^(?:(?:my|the|il mio|la mia|il|la) ){_EXCUSE} (?:is|starts|inizia|comincia|parte|leaves){_AT_AN_HOUR}"
        r"(?: ,)?(?: (?:so|quindi|percio|and|e))?"
    ),
    re.compile(
        r"^(?:(?!no\b|non\b|not\b)\w+ ){0,4}?(?:boss|capo|manager|prof\w*|supervisor|relatore)(?: (?:just|has|ha|mi))* "
        rf"(?:put|set|scheduled|messo|fissato)(?: me| up)? (?:a|an|the|un|una) {_EXCUSE}{_AT_AN_HOUR}"
        r"(?: ,)?(?: (?:so|quindi|percio|and|e))?"
    ),
    re.compile(r"\b(?:(?:i|we) )?(?:(?:have|need) to |must |should |gotta )?stop being (?:so )?(?!\b(?:in|on)\b)\w+"),
    re.compile(rf"^{_BECAUSE} {_I_HAVE}(?: ,)?"),
    re.compile(
        r"(?<=\w) , (?:sono (?:tornat|rientrat)[oa]|i am back|we are back|i got back)(?: (?:a|in|at|to"
        r"|from) \w+)?(?= ,|$)"
        r"|(?<=\w) , (?:i do not (?:go|come|like it|do it)|non ci (?:vado|vengo))(?: (?:any more|anymore|piu))(?= ,|$)"
    ),
    re.compile(r"(?<=\w)(?: ,)? (?:something (?:(?:has )?come|came) up|(?:mi )?is (?:successo|capitato) qualcosa)$"),
    re.compile(rf"^(?:sorry |scusa )?{_I_HAVE} (?=(?:please )?(?:cancel|annull|disd|drop|togli))"),
)
"""Why somebody wishes something. It may stand behind the wish, or before it."""

_TEACHER = r"(?:istruttor[ei]|istruttrice|insegnante|maestr[oa]|instructor|teacher|trainer|coach)"
_FAST = r"(?:in quanto(?: tempo)?|quanto (?:in fretta|velocemente|presto|rapidamente)|con che velocita)"
_DAYS = "(?:" + "|".join([*BY_WEEKDAY, *SEVERAL]) + ")"
_AND_CANCEL = (
    r"(?: ,? ?(?:(?:so|and|quindi|e) )?(?:please )?(?:cancel it|drop it|annull(?:a|ala|alo)|disdi(?:ci|cila|cilo)))?"
)
_THEN = (
    r"(?: ,)?(?: (?:so|and|then|quindi|e|percio|allora|,|please|pls|can you|could you|puoi|mi|per favore)){0,4} "
    r"(?=(?:cancel|drop|annull|cancell|disd|tog(?:li|liere)|remove|delete|take me (?:off|out)|unbook|free up"
    r"|lascia|give|leave|mov|spost|swap|scambi|cambi|chang|reschedul|postpon)\w*)"
)
_SOMEBODY = (
    r"(?:somebody|someone|anybody|anyone|whoever|others?|another person|qualcun\w*|qualcun altr\w*|altr[oaie]|chi)"
)
_LEFT_TO = rf"(?: (?:to|for|a|ad|per) {_SOMEBODY}(?: (?:else|altr[oaie]|who \w+(?: it)?|(?:lo )?vuole))?)"
_PLACE = r"(?:my|the|il mio|la mia|il) (?:place|spot|slot|seat|booking|reservation|posto|prenotazione)"
_NOT_THE_OTHERS = (
    r"(?:(?:but|ma|and|e|però|pero) )?(?:please )?(?:keep|leave|tieni|lascia|mantieni|don t touch) "
    r"(?:(?:all|tutt[ei]|the|le|gli|i|il) ){0,2}"
    r"(?:following|other|others|rest|remaining|next|later|successiv[ei]|altr[ei]|resto|seguenti|prossim[ei])"
    r"(?: (?:ones?|weeks?|classes|dates|lezioni|settimane|date|come sono|as they are))*"
)
_NOT_MAKE_IT = (
    r"(?:(?:i |we )?(?:do not|can not) (?:think|believe|reckon)(?: that)? (?:i|we) "
    r"(?:(?:can|could|will|would|am|are|be|able|going|to) ){0,4}(?:make it|make|come|manage|attend|go|be there)"
    r"|i doubt(?: that)? (?:i|we) (?:(?:can|could|will) )?(?:make it|come|manage|be there)"
    r"|non (?:credo|penso)(?: proprio)? (?:di|che) (?:(?:riuscire|riusciro|poter|potro|ce|la|a|ad) ){0,4}"
    r"(?:farcela|posso|faro|venire|vengo|verro|andare|esserci|ci saro))"
)
_ANY_DAY = r"(?:(?:every|each|all|ogni|tutti) (?:i )?(?:week ?days?|days?|giorn[oi])(?: (?:feriali?|lavorativ[oi]))?)"
_AT_WD = "(?:(?:on|the|il|di) )*(?=(?:" + "|".join([*BY_WEEKDAY, *SEVERAL]) + r")\b)"
_UNNEEDED = (
    r"(?:non (?:ce (?:piu )?)?(?:occorre|serve|is necessario|bisogna|bisogno)(?: piu)?(?: che(?: tu| mi)?| di)?"
    r"|no need to|(?:you )?(?:do not|need not|does not)(?: (?:need|have))?(?: to)?(?: be)?)"
)
_TO_DROP = r"(?:annull\w+|cancel\w*|disd\w+|togli\w*|tolga\w*|drop|remove|delete)"
_TOUCH = r"(?:touch|toccare|tocca\w*|cambiare|cambia(?:re)?|mess with|change)"
_SHORT = r"(?:(?!(?:non|not|no|i|io|ma|perche|forse|why|ci)\b)\w+ ){1,5}?"
_GIVES_UP = (
    r"(?:rinunci\w+|annull\w+|disdic\w+|moll\w+|si ritir\w+|lasci\w+(?: il posto)?|d[aà] buca"
    r"|gives? (?:it )?up|cancels?|drops?(?: out)?"
    r"|pulls? out|backs? out|bails?(?: out)?|leaves?|quits?|can not (?:come|make it))"
)
_TAKE_IT = (
    r"(?: ,)?(?: (?:please|then|just|so|allora|pure|subito|lo|la|me|mi|per favore|,))*"
    r" (?:prend\w+|prenot\w+|fregal\w+|take(?: it)?|grab(?: it)?|book(?: it)?|get(?: it| me in)?|snatch(?: it)?)"
    r"(?: (?:me|it|in|for me|al volo|subito|per me|al posto suo|at once|right away|immediately))*"
)
_UNASKED = (
    r"(?:(?: ,)? (?:(?:anche|even|and|e) )?(?:senza (?:nemmeno )?(?:chiedermi|chiedere|avvisarmi|conferma)\w*"
    r"|without (?:even )?asking(?: me)?|do not (?:even )?ask(?: me)?|no need to ask))"
)
_AGAIN = r"(?:put me back|re ?book\w*|book .*\bagain|rimett\w+|riprenot\w+|(?:re|ri)inser\w+|di nuovo|riscriv\w+)"
_A_PLACE_FOR_ME = (
    r"\w+ (?:(?:me|mi) )?(?:(?:a|an|un|one) (?:spot|place|seat|slot|posto|posticino)\b|in lista|(?:on|in) (?:the )?"
    r"(?:wait(?:ing)? ?)?list|[^,?]*\b(?:for|per) (?:me|us|noi)\b)"
)
_GOES_OR_MOVES = (
    r"(?:(?:cancel|annull|cancell|disd|disiscriv|togli|drop|delet|remov|unbook|skip|salt|rinunci|mov|spost|swap|scambi"
    r"|cambi|chang|reschedul|postpon|rimand|rinvi|anticip|posticip|libera|free up)|take me o|get me out"
    r"|can not (?:make|come|go)|non (?:posso|riesco|vengo|ci sono))"
)
_BUSY_UNTIL = (
    r"\b(?:i |io |we )?(?:have|have got|got|ho|abbiamo|am in|sono a|sono in|work|study|lavoro|studio|am busy|am at work"
    r"|sono (?:impegnat|occupat)[oa]|(?:si )?(?:resta|resto|restiamo|restero|rimang\w+|staro)|am stuck|stay)"
    r"(?: (?:a |in |al |at |un |una |my |the )?(?:lezion[ei]|lectures?|class(?:es)?|lab\w*|uni|universita|work|lavoro"
    r"|turno|ufficio|shift|meetings?|riunione|office|aula|biblioteca|library))? "
    rf"(?P<on>(?:on|il|di) (?:{'|'.join([*BY_WEEKDAY, *SEVERAL])}) )?"
    r"(?:fino a(?:lle|ll)?|till|until|til|sino alle) "
    r"(?P<hour>(?:\d[\d:.]*|nove|otto|sette|sei|nine|eight|seven|six)(?: [ap]m)?)"
)
_BUSY_MORNINGS = (
    r"(?: ,| \?)? (?:i |io )?(?:lavoro|studio|work|study|am (?:at work|busy)|have (?:work|class(?:es)?|lectures?)"
    r"|ho lezione)(?: (?:la|di|in the|al|tutte le|every|ogni))* (?:mattin[ae]|mornings?)"
)
SAYINGS = (
    # A class once more, that was given back
    (
        re.compile(
            rf"^(?=.*\b{_AGAIN}\b)(?P<before>.*?)(?: ,)? ?\b(?:(?:che|that|which|because|perche) )?"
            r"(?:i (?:have )?(?:just |already |accidentally )?(?:cancelled|dropped|deleted|gave up)"
            r"|(?:l )?ho (?:appena |gia )?(?:annullat|disdett|cancellat|tolt|eliminat)[oa])"
            r"(?: (?:it|by (?:mistake|accident)|accidentally|per (?:sbaglio|errore)|earlier|before|prima))*(?: ,)?"
        ),
        r"\g<before>",
    ),
    (
        re.compile(
            r"^(?:(?:togli\w*|rimuov\w*|elimin\w*|leva(?:re)?) (?:(?:i|il|tutti|miei) )*promemoria"
            r"|(?:i |il )?promemoria (?:si )?(?:puo|possono|posso) (?:togliere|levare|eliminare))(?= \?|$)"
        ),
        "promemoria",
    ),
    # Words that mean this only so
    (re.compile(r"\bkill (?=(?:the|my|all|every)\b(?! (?:time|vibe|mood|day)\b))"), "cancel "),
    (
        re.compile(r"\b(?:i|we) (?:am|are|will be|ll be)(?: going to be)? absent(?: (?:for|from|at|in|on))?\b"),
        "cancel",
    ),
    (re.compile(r"\b(?:sono|saro|siamo|saremo) assent[ei](?: (?:a|al|alla|da|dal))?(?= |$)"), "annulla"),
    # Until when somebody has something else to do: why a class is to go or to move, else after when one is wished
    (re.compile(rf"^(?=.*\b{_GOES_OR_MOVES})(?P<before>.*?)(?:{_BUSY_UNTIL}|{_BUSY_MORNINGS})(?= |$)"), r"\g<before> "),
    (re.compile(rf"{_BUSY_UNTIL}(?= |$)"), r"after \g<hour> \g<on>"),
    (re.compile(rf"{_BUSY_MORNINGS}(?= |$)"), " after 12:00"),
    (
        re.compile(
            r"\b(?:(?:that|which|che) )?(?:(?:is|are|sono|siano|sia) )?(?:not|non)(?: (?:is|are|sia|siano|sono))?"
            r"(?: (?:yet|already|gia|ancora|completely|del tutto))? (?:full|pien[oaie])\b(?! per)"
        ),
        "free",
    ),
    (
        re.compile(
            r"\b(?:(?:i )?(?:need|have|got|want) to |gotta |should |must |devo |dovrei )?(?:move|shake|muovere"
            r"|smuovere|alzare)"
            r" (?:my|il|the)(?: lazy| mio)? (?:butt|ass|body|bum|sedere|culo|chiappe)(?: ,)?"
        ),
        "",
    ),
    (
        re.compile(
            r"\b(?:from |dal |dall )?(\d{1,2})(?: (?:st|nd|rd|th))? (?:-|to|al|all|till|until) (?:the |l )?(\d{1,2})"
            rf"(?: (?:st|nd|rd|th))?( (?:of )?(?:{'|'.join(name for name in BY_MONTH if len(name) > 2)}))(?= |$)"
        ),
        r"from \1\3 to \2\3",
    ),
    (re.compile(r"\bput me back (?:in|into|on|to|down)\b"), "book me in"),
    # A place that somebody else may give up
    (
        re.compile(
            rf"\b(?:se|if|when|quando|appena|as soon as|nel caso|in case) {_SOMEBODY}(?: (?:else"
            rf"|altr[oa]))? {_GIVES_UP}(?:{_TAKE_IT})?{_UNASKED}?"
        ),
        "watch ",
    ),
    (
        re.compile(
            r"^(?:(?:ho|i have|i|i just) )?(?:trovato|found|visto|saw|seen) (?:(?:tutto|it"
            r"|that) )?(?:pien[oa]|full) (?=.*\bwatch\b)"
        ),
        "",
    ),
    # Why something is to go
    (
        re.compile(
            r"^(?P<what>.*\b(?:lascia(?: perdere| stare)|annull\w+|disd\w+|togli\w*|cancel\w*|stop|drop"
            r"|remove|elimin\w+|smett\w+)\b.*?)"
            r"(?: ,)? (?:(?:tanto|perche|che|because|since|as) )?(?:non (?:mi |ci )?(?:serve|interessa"
            r"|occorre)(?: piu)?"
            r"|i (?:do not|no longer) (?:need|want) (?:it|that)(?: (?:any ?more|any longer))?)$"
        ),
        r"\g<what>",
    ),
    # What is to be left alone
    (re.compile(rf"\b{_UNNEEDED} (?={_TO_DROP})"), "non "),
    (re.compile(rf"\b(?:do not|non|never) (?:mi |me )?{_TOUCH} "), "do not cancel "),
    # Everything that is to go
    (
        re.compile(r"^via (?!\w+ (?:promemoria|notific\w+|avvis\w+))(?=(?:tutt[oaei]|il|la|le|i|l|gli|quell\w+)\b)"),
        "annulla ",
    ),
    (
        re.compile(
            r"\b(?P<what>(?:everything|all|all of (?:it|them)|they|it|that one)\b[^,?]*?) "
            r"(?:has|have|needs?|got|must)(?: got)?(?: to)? (?:go|be (?:cancelled|dropped|deleted))(?= ,|$)"
        ),
        r"cancel \g<what>",
    ),
    (
        re.compile(
            r"\b(?P<what>tutt[oaie]\b[^,?]*?) (?:va|vanno|deve|devono|da) (?:essere )?(?:tolt|annullat|cancellat"
            r"|disdett|saltare"
            r"|toglier|annullar|cancellar|disdir)\w*"
        ),
        r"annulla \g<what>",
    ),
    (
        re.compile(
            r"\b(?:libera|liberami|liberate|svuota|clear|empty|free up|wipe) (?=tutt|everything|all\b|my (?:week"
            r"|day|schedule)|(?:la|il) )"
        ),
        "cancel ",
    ),
    (
        re.compile(
            r"\b(?:i |we )?(?:am |are |will be )?(?:not (?:here|around|there|in town|available)|away|abroad"
            r"|out of town)"
            r"(?P<what>[^,]*?)" + _THEN
        ),
        r"\g<what> , ",
    ),
    # A class that is not wanted, with its no behind it or between
    (re.compile(rf"^(?P<what>{_SHORT})no , (?P<other>{_SHORT})(?:si|yes)$"), r"cancel \g<what> , prenota \g<other>"),
    (re.compile(rf"^(?P<what>{_SHORT})no(?: (?:please|per favore))?$"), r"no \g<what>"),
    (
        re.compile(
            r"^(?P<what>(?:\w+ ){1,3})(?:not|non) (?P<when>(?:this|quest[oa]|next|prossim[oa]) \w+)"
            r"(?:(?: ,)? (?:(?:but|ma|and|e|the|le|la|gli) )*(?:next|other|altr[ei]|prossim[eai])(?: (?:ones?"
            r"|weeks?|time|volt[ae]))?"
            r"(?: (?:ok|okay|yes|si|fine|va bene|vanno bene|ci sono|are|is))*)?$"
        ),
        r"no \g<what>\g<when>",
    ),
    # Every day but one, where the class comes last
    (
        re.compile(
            rf"^(?P<every>{_ANY_DAY}) (?P<but>(?:tranne|eccetto|salvo|except(?: for)?|but) [^,]+?) , (?P<what>.+)$"
        ),
        r"\g<what> \g<every> \g<but>",
    ),
    # A class that somebody else may have
    (
        re.compile(
            r"(?:(?:please|so|quindi|,|can you|could you) )*(?:you )?(?:give|pass|offer|da(?:te|i)?|lascia\w*"
            r"|ced\w+) (?:away )?"
            r"(?:my|the|il mio|la mia|il) (?:place|spot|posto) (?:to|a|ad) (?:another|other|others|un altr[oa]"
            r"|altri|qualcun\w*)(?: \w+)?"
        ),
        " cancel",
    ),
    # A place that is not needed, told in a roundabout way
    (re.compile(rf"\b{_NOT_MAKE_IT}(?: (?:to|in|at|for|a|ad|al|alla))?(?= |$)"), "i can not come"),
    (re.compile(r"\b(?:i |we )?(?:can not|will not)(?: be)? need(?:ing)?(?: to)?\b"), "cancel"),
    (re.compile(r"\bnon (?:mi |ci )?(?:servira|serviranno|occorrera)(?: piu)?\b"), "annulla"),
    (re.compile(r"\bgive (.+?) a miss\b"), r"cancel \1"),
    # One class rather than another
    (
        re.compile(
            r"^(?:no )?(?!no\b|non\b|not\b)((?:\w+ ){1,2})no(?: ,)? "
            r"(?:piuttosto|meglio|semmai|ma|invece|rather|but)(?: ,)? "
        ),
        r"not \1, ",
    ),
    (re.compile(r"^(?:no|not) ((?:\w+ ){1,2}), ?(?:piuttosto|meglio|semmai|rather|instead) "), r"not \1, "),
    # Anything but one
    (
        re.compile(
            r"(?: ,)? (?:(?:basta|purche|a patto|l importante is) (?:che )?non (?:sia|siano)"
            r"|(?:as long as|provided) it is not) "
        ),
        " except ",
    ),
    # Every day but one
    (
        re.compile(
            rf"\b{_ANY_DAY} (?P<what>(?:(?!but not|ma non|not |non ).)*?) ?(?:but not|ma non|not"
            rf"|non) {_AT_WD}"
        ),
        r"every day \g<what> except ",
    ),
    (
        re.compile(rf"^(?P<what>.*?)\b{_ANY_DAY} (?P<more>(?:(?!but not|ma non).)*?) ?(?:but not|ma non) {_AT_WD}"),
        r"\g<what>every day \g<more> except ",
    ),
    # One hour, or another one
    (
        re.compile(
            r"\b(?:if there is (?:no|not any) (?:places?|spots?|room|space|slots?)(?: left)?"
            r"|se non (?:ce|ci sono) (?:post[oi]|spazio)) "
            r"(?:at|alle|per le) (?P<one>[\d:]+)(?: ,)?(?: (?:then|allora))?"
            r"(?: (?:va bene|mi va bene|anche|ok|at|alle|le)){0,3} "
            r"(?P<other>[\d:]+)(?: (?:is|would be|works|va bene|fine|ok|okay|good|too|as well|anche))*(?P<rest>.*)"
        ),
        r"\g<rest> at \g<one> otherwise at \g<other>",
    ),
    # Somebody is ill or busy on a day, and says no more
    (re.compile(rf"^(?:sorry |scusa )?{_I_HAVE}(?P<when> (?!.*\b{_DO})[^,?]+)$"), r"non vengo\g<when>"),
    # A place is given to whoever wants it, and the other dates of what recurs stay
    (
        re.compile(
            rf"\b(?:give|leave|lascia|lascio|ced[oi]|da(?:i|llo)?|do|libera) (?:away )?{_PLACE}"
            rf"(?: (?:in|at|for|a|al|alla|di|del) (?P<what>[^,]+?))?{_LEFT_TO}"
        ),
        r"cancel \g<what>",
    ),
    (
        re.compile(
            rf"\b(?:(?:can|could|may) )?{_SOMEBODY} else (?:(?:can|may|could) )?(?:have|take|get|use) {_PLACE}\b"
        ),
        "cancel",
    ),
    (re.compile(rf"(?<=\w)(?: ,)? {_NOT_THE_OTHERS}(?= ,|$)"), ""),
    (
        re.compile(
            r"\b(?:(?:my |the |le |la |i )*(?:lectures?|lessons?|class(?:es)?|work|lezion[ei]|turno|lavoro"
            r"|lab) )?(?:finish\w*|ends?|esco|finisc\w+) "
            r"(?:work |uni |lezione |di lavorare |dal lavoro )?(?:at|alle) (?P<hour>[\d:]+(?: [ap]m)?)(?: ,)?(?: (?:so"
            r"|quindi))? "
            r"(?:(?:anything|any|whatever|something|qualsiasi|qualunque|tutto|qualcosa)(?: \w+)? )?(?:after that"
            r"|from then(?: on)?|after|dopo|da li in poi|poi)\b"
        ),
        r"after \g<hour>",
    ),
    # What one does before or after, where the hour is told besides
    (
        re.compile(
            r"\b(?:after|before|dopo|prima (?:di|del|della|dell)) (?:(?:my|the|la|il|le|mi[ao]|l) ){0,2}"
            r"(?:lectures?|class|classes|exam|lesson|lab|shift|work|lezion[ei]|esame|lavoro|laboratorio|turno|ufficio)"
            r"(?: ,)?(?: (?:so|quindi|cioe|percio|that is|i e|,)){1,2} "
            r"(?=(?:after|dopo|from|dalle|before|prima|at|alle|not before)\b)"
        ),
        "",
    ),
    # Somebody can't come, and says what to do then
    (
        re.compile(
            r"\b(?:i |we )?(?:can not|could not|will not(?: be able to)?|am not able to|am not) (?:make|come|go|attend"
            r"|do|be|going|coming|join)(?: it)?(?: (?:to|in|at|there|for))? (?P<what>[^,]*?)" + _THEN
        ),
        r"\g<what> , ",
    ),
    (
        re.compile(
            r"\bnon (?:posso|riesco|potro|riusciro|vengo|verro|vado|andro|ci sono|ci saro|faccio)(?: (?:piu|ad?|venire"
            r"|andare|andarci|esserci|farcela|partecipare)){0,2}(?! \w+(?:are|ere|ire)\b)(?P<what>[^,]*?)" + _THEN
        ),
        r"\g<what> , ",
    ),
    (
        re.compile(
            r"\b(?:i (?:do not|can not) remember|non (?:mi )?ricordo|ho dimenticato|i (?:have )?forgot(?:ten)?) "
            r"(?=(?:what|when|which|where|cosa|che|quando|quali|dove|a che)\b)"
        ),
        "",
    ),
    (re.compile(rf"\b(?:i (?:have )?)?changed? my mind (?:about|on) (.+?){_AND_CANCEL}$"), r"i do not want \1"),
    (re.compile(rf"\bho cambiato idea (?:su|per|con|riguardo a) (.+?){_AND_CANCEL}$"), r"non voglio \1"),
    (re.compile(r"(?<=\w )(?<!mi )(?<!ci )fiss[ao](?= (?:del|di|dei|delle)\b| [,?]|$)"), "settimanale"),
    (
        re.compile(r"\bwho (?:takes|is taking|is teaching|runs|is running|leads|is leading|holds|gives)\b"),
        "who teaches",
    ),
    (re.compile(r"\bwho is (?!the )(.+?) with(?= \?|$)"), r"who teaches \1"),
    (
        re.compile(rf"^(?:(?:il|la|the|l) )?{_TEACHER} (?:(?:di|del|della|of|for|a|at) )?(\w+(?: \w+)?)(?= \?|$)"),
        r"who teaches \1",
    ),
    (re.compile(rf"^(?!who|chi)(\w+(?: \w+)?) {_TEACHER}(?= \?|$)"), r"who teaches \1"),
    (re.compile(r"\bchi (?:conduce|guida|gestisce)\b|\bcon chi is\b"), "chi insegna"),
    # How fast places go, which the page of a class tells
    (
        re.compile(
            r"\b(?:how (?:fast|quick|quickly|soon) )?(?:does|do|is|are|will|did) (?:the )?(.+?)"
            r" (?:fills?(?: up)?|filled up|gets? full|sell out|booked (?:out|up)|all gone)"
            r"(?: (?:fast|quickly|soon|early))*(?= |$)"
        ),
        r"places \1",
    ),
    (
        re.compile(rf"\b{_FAST} (?:si )?(?:riempi\w+|va(?:nno)? esaurit\w+|(?:finiscono|vanno via) i posti)\b"),
        "posti",
    ),
    (re.compile(r"\bhow soon is (.+?) full\b"), r"places \1"),
    (re.compile(r"^(.+?) si riempi\w+ (?:in fretta|subito|presto|velocemente)\b"), r"posti \1"),
    # What one has
    (
        re.compile(r"\bdid (?!(?:i|you|we|that|this|it)\b)(.+?) (?:work(?: out)?|go through|go well)\b"),
        r"am i booked \1",
    ),
    (re.compile(r"\b(?:did|was) (?!(?:i|you|we|that|this|it)\b)(.+?) (?:get )?booked\b"), r"am i booked \1"),
    (re.compile(r"\bhow did (?!(?:it|that|this)\b)(.+?) go\b"), r"am i booked \1"),
    (re.compile(r"\bcome (?:is )?andat[oa] (?:con|a|per|la prenotazione (?:di|del))\b"), "sono iscritta"),
    (
        re.compile(
            r"(?: ,)? (?:but|and|ma|e) (?:only|just|solo|soltanto) (?:tell me|let me know|notify me|avvis\w+)\b"
        ),
        " let me know",
    ),
    (
        re.compile(
            r"\b(?:is|was|were|are|did|has) my (?:booking|reservation|place|spot)s?(?P<what> .+?)? (?:successful"
            r"|accepted|okay|ok"
            r"|valid|done|in|through|confirmed|secured?|go through|gone through|work(?:ed)?(?: out)?)(?= \?|$| ,)"
        ),
        r"am i booked\g<what>",
    ),
    (
        re.compile(
            r"\b(?:is|e) (?:andata|stata) (?:a buon fine|bene|accettata"
            r"|fatta) (?:la )?(?:mia )?prenotazione\b"
        ),
        "sono iscritta",
    ),
    (
        re.compile(
            r"\b(?:if|whether|did|that) my (.+?) (?:went through|go through|worked|was (?:ok|okay|successful|accepted"
            r"|booked)"
            r"|is (?:booked|confirmed|ok|okay))(?= \?|$)"
        ),
        r"am i booked \1",
    ),
    (re.compile(r"\bci sono dentro\b"), "sono dentro"),
    (
        re.compile(
            r"\b(?:is|are) (?!(?:my|there|it|that|this|everything)\b)([^?,]+?) "
            r"(?:already )?(?:booked|reserved)(?= \?)"
        ),
        r"am i booked \1",
    ),
    (
        re.compile(
            r"^(?!.*\b(?:chi|quando|quant[oaie])\b)([^?,]+?) is "
            r"(?:gia |stat[oa] )?(?:prenotat|confermat)[oa](?= \?)"
        ),
        r"sono iscritta \1",
    ),
    (re.compile(r"\b(?:is|are) my (.+?) (?:confirmed|booked|reserved|secured|safe)\b"), r"am i booked \1"),
    (re.compile(r"\b(?:il mio|la mia) (.+?) is (?:gia )?(?:confermat|prenotat)[oa]\b"), r"sono iscritta \1"),
    (re.compile(r"\bis (?:gia )?(?:confermat|prenotat)[oa] (?:il mio|la mia)\b"), "sono iscritta"),
    (
        re.compile(r"\b(?:sono|siamo) liber[oaie]\b(?=.*\b(?:cosa|che)\b(?: \w+)? (?:posso|potrei|possiamo|ce)\b)"),
        "",
    ),
    (re.compile(r"\ba che punto (?:siamo|sei|is) con\b"), "sono iscritta"),
    (re.compile(r"\bcome mess[oa]\b"), "posti"),
    # Several days in a row
    (re.compile(rf"\b({_DAYS}) (?={_DAYS}\b)"), r"\1 , "),
    # One class for another
    (re.compile(r"\b(?:fai|fare|facciamo) (?:un |il )?s?cambio (?:tra|fra) (.+?) e (.+)"), r"swap \1 for \2"),
    (re.compile(r"\b(?:swap|switch|change) between (.+?) and (.+)"), r"swap \1 for \2"),
    # What stays, and what one wants to be out of
    (
        re.compile(
            r"^(?P<goes>.*\b(?:cancel|annull|disd|drop|togli|delete|remove|skip|salt|renounc|rinunc"
            r"|give up)\w*\b[^?]*?)"
            r"(?: ,)?(?: (?:but|and|ma|e|while|mentre))? (?:the (?:other )?one|quell[oa])"
            r"(?: (?:of|on|at|in|the|di|del|della|delle|alle))* (?P<kept>[^,?]{3,30}?) (?:i|la|lo) (?:will )?"
            r"(?:hold|keep|tengo|mantengo|lascio)$"
        ),
        r"\g<goes> except \g<kept>",
    ),
    (
        re.compile(
            r"^(?P<goes>.*\b(?:cancel|annull|disd|drop|togli|delete|remove|skip|salt)\w*\b[^?]*?)(?: ,)? "
            rf"(?:but|ma|pero|and|e|,)(?: (?:please|per favore|pure|,))* (?!{_A_PLACE_FOR_ME})(?:keep|leave|tieni\w*"
            r"|tengo|tengo pure|lascia\w*"
            r"|mantieni) (?!(?:me|mi|all|everything|tutt\w|it|that|an|d|the rest|the others?|il resto"
            r"|le altre|gli altri|cosi|stare"
            r"|perdere|alone|as)\b)(?P<kept>[^,?]+?)(?: (?:please|pls|per favore|stare|alone|as it is"
            r"|com is|grazie|thanks))*$"
        ),
        r"\g<goes> except \g<kept>",
    ),
    (
        re.compile(
            r"\b(?:leave|keep|lascia\w*|tieni\w*) me (?:in |on |a )?[^,]+?(?: ,)? (?:but|and|ma|e) "
            r"(?=(?:take|cancel|drop|annull|togli|remove|get|unbook)\w*\b)"
        ),
        "",
    ),
    (
        re.compile(r"\b(?:leave|lascia\w*) (?!me\b)(.+?) (?:as (?:it|they) (?:is|are)|alone|come is|come sta|cosi)\b"),
        r"do not cancel \1",
    ),
    (
        re.compile(
            rf"\b(?!{_A_PLACE_FOR_ME})(?:keep|tieni|tengo|mantieni|lascia) (?!(?:an eye|d occhio)\b)"
            r"(?:(?!\bd occhio\b)[^,])+?(?: ,)? "
            r"(?:(?:and|e|but|ma|,) )?"
            r"(?:(?:just|only|solo|soltanto) )?(?=(?:cancel|drop|annull\w+|cancell\w+|disd\w+|togli\w*|remove)\b)"
        ),
        "",
    ),
    (
        re.compile(
            r"\b(?:(?:i )?(?:want|would like|wanna be|want to (?:get|be))|get me|let me|take me) out of"
            r"(?! .*(?:wait|lista))\b"
        ),
        "cancel",
    ),
    # Out of what is watched
    (
        re.compile(
            r"\b(?:(?:take|get|let|remove|pull|leave) (?:me )?(?:(?:out|off)(?: of| from)?|from)|tog(?:li|liere)\w*"
            r"|esco|uscire|cancellami) (?:(?:the|my|dalla|la|mia) )*(?:(?P<what>.+?) )?"
            r"(?:wait(?:ing)? ?list|lista d attesa)(?: (?:for|of|di|del|della|per))?"
        ),
        r"stop watching \g<what>",
    ),
    # What became of a class, where it is, and how long it can be given back
    (
        re.compile(
            r"\b(?:did|was|is|has) (?!(?:i|you|we|that|this|it|my)\b)(.+?) (?:(?:get|got|been) )?"
            r"(?:cancelled|called off)\b"
        ),
        r"places \1",
    ),
    (
        re.compile(r"\b(?:did|was|is|has) my (.+?) (?:(?:get|got|been) )?(?:cancelled|called off)\b"),
        r"am i booked \1",
    ),
    (re.compile(r"\b(?:is|hanno|is stat[oa]) (?:stat[oa] )?(?:annullat|cancellat)[oa] (?!il mio|la mia)"), "posti "),
    # One and not the other
    (
        re.compile(
            r"\b(?:not|non) (annull\w+|cancell\w+|disd\w+|togli\w*|cancel|drop|delete|remove) [^,?]+?(?: ,)? "
            rf"(?:ma|but|bensi) (?!(?:non|not|only|solo|soltanto|just)\b|(?:\w+ )?{_DO})"
        ),
        r"\1 ",
    ),
    (
        re.compile(r"\b(not|non) ((?:(?!\b(?:ma|but|bensi)\b|,).)+?) (?:ma|but|bensi) (?!(?:non|not|only|solo)\b)"),
        r"\1 \2 , ",
    ),
    # Which week
    (
        re.compile(
            r"\b((?:prossim[oa]|next)(?: \w+)?)(?: ,)? (?:e |ma |and |but )?(?:non quest[oa]|not this(?: one)?)\b"
        ),
        r"\1",
    ),
)


def plainer(text: str) -> str:
    """Normalised text without reasons, and with each saying as the grammar reads it; never emptied by that."""
    shorter = text
    for reason in REASONS:
        shorter = reason.sub("", shorter)
    said = asked_plainly(moved(said_weekly(" ".join(shorter.split()) or text)))
    for pattern, instead in SAYINGS:
        said = pattern.sub(instead, said)
    return " ".join(said.split())


def reworded(text: str) -> list[str]:
    """The words of normalised text in whose place others are read; not those that only are left out."""
    said = text
    for reason in REASONS:
        said = reason.sub("", said)
    put = _exchanged(said, said := said_weekly(" ".join(said.split()) or text))
    put += _exchanged(said, said := moved(said))
    put += _exchanged(said, said := asked_plainly(said))
    for pattern, instead in SAYINGS:
        put += _exchanged(said, said := pattern.sub(instead, said))
    return put


def _exchanged(before: str, after: str) -> list[str]:
    """The words that are gone, where any came in their place."""
    if before == after:
        return []
    old, new = Counter(before.split()), Counter(after.split())
    return list((old - new).elements()) if new - old else []
