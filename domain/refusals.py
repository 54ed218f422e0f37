"""What the site's words say when it refuses: one table of wordings, each with the error that it means. Pure.

Used by scraper.py, and by actions/cancelling.py for a cancellation. Nobody knows the site's own words; these are what
such
sites say, in Italian or English. What a wording is about decides what happens next, so that one that fits two rows goes
by the more telling one: "iscrizioni chiuse" is about time, "iscrizione scaduta" about the person, "iscrizioni al
completo" about the slot. That a class has begun is known by the clock; words that say so are read as "bookings closed",
which may mean "not yet".
"""

from __future__ import annotations

import re
from datetime import timedelta

from domain.errors import (
    AccountLimit,
    AlreadyBooked,
    BookingRefused,
    BookingsClosed,
    CancelTooLate,
    ClassCancelled,
    HeldForOthers,
    MembershipProblem,
    NotOpenYet,
    Overlap,
    SlotFull,
    SlotNotFound,
    quote,
)
from domain.names import plain

MINUTES = re.compile(r"(?:tra|fra|per|entro|attend\w*|aspett\w*)\s+(?:circa\s+|altri\s+|almeno\s+)?(\d{1,3})\s*min")
NOT_YET = (
    r"non (?:(?:sono|e|risulta|risultano) )?(?:stat[aeio] )?ancora|apr(?:e|ono|ira|iranno)\b|troppo presto|in anticipo"
)
NOT_YET_IN_ENGLISH = (
    r"not (?:yet )?(?:open|available|bookable)\w* yet|not yet|too early|\bopens? (?:on|at|from|in)\b|will open"
    r"|\byet\b|available from|bookable from"
)
FULL_WORDS = r"esaurit|complet[oa]\b|pien[oa]\b"
ENTRIES = r"ingress|entrat|accessi\b|lezioni|credit|punti|carnet|pacchett|saldo"
ENGLISH_ENTRIES = r"entr(?:y|ies)|credits?|balance|visits|passes"
GIVEN_BACK = r"cancell|disdett|annull|rinunci"
MAY_BE = r"prenot|iscri|disponibil|apert|attiv[ei]\b|potrai|possibil|consentit"
FROM_WHEN = (
    r"(?:dal(?:le|l')?|da) ?(?:ore )?(?:\d|domani|dopodomani|lunedi|martedi|mercoledi|giovedi|venerdi|sabato|domenica)"
    r"|a partire da|prima del\b"
)
PERIOD = r"settiman|giornalier|giornata|al giorno|per giorno|mensil|al mese"
SYSTEM = r"server|sistema|servizio|elaborazion|connession"
TROUBLE = r"pien|blocc|occupat|non (?:e )?(?:disponibil|complet|risponde|raggiung)|sovraccaric|sospes|scadut|interrott"
CLASS = r"lezione|attivita|corso|evento|appuntamento|orario"
OF_THE_CLASS = rf"(?:per|a|di|su) (?:quest\w+ ?|la |il |l')(?:{CLASS}|classe|sessione)"
OF_A_PERSON = r"\b(?:hai|puoi|utente|tuo|tua|your?)\b"
OF_THE_CLASS_ALONE = (
    r"^(?!.*(?:\b(?:hai|puoi|puo|non|te|tu|you|your)\b|richiest|prenot|iscri|error|riprov|operazion|transazion|utent|tardi"
    r"|ritard|book|request|retry|try again)).*"
)
"""Before the words that call a class off: nothing beside them tells of what a person, or the site, did with it."""
_IS, _OF_WHEN = r"(?: (?:e|risulta|stat[ao]|e stat[ao]))?", r"(?: del(?:le|l')? ?(?:ore )?\d\S*)?"
CALLED_OFF = (
    rf"(?:\blezione{_OF_WHEN}{_IS} (?:annullata|cancellata|soppressa)"
    rf"|\bcorso{_OF_WHEN}{_IS} (?:annullato|cancellato|soppresso)"
    r"|\b(?:class|event)(?: is| was| has been)? cancell?ed)\b"
)
WHY_OFF = r"istruttor|insegnant|docent|trainer|maltempo|scioper|festiv|manutenz|chiusur"
GREETING = re.compile(r"\b(?:gentil[ei]|car[oai]|egregi[oa]|spett\S*|dear) (?:utent\w+|client\w+|soci\w*|user|member)")
BARRED = r"sospes|bloccat|inibit|interdett|disabilitat|penal|no.?show|sanzion"

WORDINGS: tuple[tuple[type[BookingRefused], str], ...] = (
    # nothing about the slot or the person: the site's own trouble, which may pass
    (BookingRefused, rf"manutenzion|in corso un|(?:{SYSTEM})\w*.{{0,15}}(?:{TROUBLE})"),
    (BookingRefused, r"sessione .{0,15}(?:scadut|interrott|non valid|terminat)|session .{0,12}expired"),
    (BookingRefused, r"time.?out|(?:server|internal|unexpected|unknown) error|exception|object reference"),
    # the class itself does not take place
    (ClassCancelled, rf"{OF_THE_CLASS_ALONE}{CALLED_OFF}.{{0,40}}(?:{WHY_OFF})"),
    (SlotNotFound, rf"(?:{CLASS})\b.{{0,20}}(?:sospes|annullat|soppress|cancellat|rinviat)\w*.{{0,40}}(?:{WHY_OFF})"),
    # kept for who stood on the list, for a while after somebody gave the place back
    (HeldForOthers, r"(?:riservat|trattenut|tenut|offert|assegna)\w*.{0,40}(?:list|attesa|altri|precedenz|priorit)"),
    (HeldForOthers, r"(?:appena|da poco) (?:stat[oa] )?(?:liberat|cancellat|disdett|annullat|rilasciat)"),
    (HeldForOthers, rf"(?:{GIVEN_BACK})\w*.{{0,50}}\b(?:tra|fra|per|attend\w*|aspett\w*) .{{0,12}}minut"),
    (HeldForOthers, rf"(?:tra|fra|attend\w*|aspett\w*) .{{0,12}}minut.{{0,30}}(?:{GIVEN_BACK})"),
    (HeldForOthers, r"(?:priorit|precedenz)\w*.{0,30}(?:list|attesa)|(?:list|attesa).{0,40}(?:priorit|precedenz)"),
    (HeldForOthers, r"post[oi]\b.{0,12}momentanea"),
    (HeldForOthers, r"post[oi]\b.{0,12}temporaneamente|prelazion|post[oi]\b.{0,15}bloccat.{0,25}minut"),
    (HeldForOthers, r"prenotar\w* .{0,12}post[oi]\b.{0,8}(?:tra|fra) .{0,8}minut|attesa di conferma .{0,20}altr"),
    (HeldForOthers, r"prenotazion\w+ .{0,20}(?:momentanea|temporanea)mente.{0,20}(?:bloccat|sospes|non dispon).{0,40}"
                    r"\b(?:una|della|di una) (?:cancellazione|disdetta|rinuncia)"),
    (HeldForOthers, r"(?:solo|soltanto|esclusiva\w*|unicamente) .{0,25}(?:in|di|d'|della) ?(?:lista|attesa|coda)"),
    (HeldForOthers, r"(?<!\bsei )(?<!inserit[oa] )\b(?:a|ai|agli|per|dei|degli|da) "
                    r"(?:chi|gli utenti|utenti|i clienti|clienti|altri|coloro|persone)\b"
                    r".{0,12}\bin (?:coda|attesa|lista)\b"),
    (HeldForOthers, r"in attesa che .{0,20}\b(?:lista|client|utent|altr)"),
    (HeldForOthers, r"(?:attend|aspett)\w* \d+ min\w* .{0,20}(?:prenotar|post[oi]\b)"),
    (HeldForOthers, r"(?:minut|sospes|bloccat).{0,30}(?:in|a) favore .{0,30}(?:list|attesa)"),
    (HeldForOthers, r"(?:reserved|held|kept|offered) .{0,25}(?:waiting|waitlist|others)"
                    r"|wait(?:ing )?list .{0,25}priorit"),
    # how long before its class a slot opens
    (NotOpenYet, r"(?:solo|soltanto|al massimo|massimo|non prima di) (?:\d+|un[a']?|due|tre) ?(?:or[ae]|h|giorn\w+|gg"
                 r"|settiman\w)\b.{0,12}(?:prima|anticipo)"),
    (NotOpenYet, r"(?:piu di|oltre|massimo).{0,25}(?:di anticipo|in anticipo)|oltre (?:il|la) (?:periodo|finestra)"),
    (NotOpenYet, r"(?:solo|soltanto) nelle .{0,5}\d+ ore (?:precedenti|prima)|anticipat\w* non|opens? \d+"),
    (NotOpenYet, r"non (?:puo|possono|si puo) ancora|torn\w+ (?:a|alle|domani|dopo)\b.{0,20}(?:prenotar|iscriver)"),
    (NotOpenYet, r"(?:cosi|troppo) .{0,12}(?:anticipo|lontan|presto)"),
    (NotOpenYet, r"(?:solo|soltanto) .{0,20}prossim\w+ \d+ (?:giorn|or[ae]\b)"),
    (NotOpenYet, r"(?:prenotabil|apr|disponibil)\w* (?:tra|fra) \d+ (?:or[ae]\b|giorn)"),
    (NotOpenYet, r"anticipo massim|massimo anticipo|anticipo .{0,15}(?:consentit|previst)"),
    (NotOpenYet, r"(?:prenotazion|iscrizion)\w* .{0,15}(?:inizier|comincer|partir)"),
    (NotOpenYet, r"apertura (?:delle )?(?:prenotazion|iscrizion)"),
    # the account is barred: after late cancellations or missed classes
    (AccountLimit, rf"(?:{BARRED}).{{0,80}}(?:tardiv|mancat|assen|presenz|cancellazion|disdett)"),
    (AccountLimit, rf"(?:utente|utenza|account|profilo|\bsei\b).{{0,30}}(?:{BARRED})"),
    (AccountLimit, r"(?:mancat|assen|tardiv|penal)\w*.{0,40}non (?:puoi|potrai|e possibile) prenotar\w* (?:per|fino) "),
    (AccountLimit, r"accumulat\w* .{0,20}(?:penal|assenz|punti)"),
    (AccountLimit, r"(?:troppe|numero di) (?:assenze|mancate presenze|cancellazioni|disdette)"),
    (AccountLimit, r"account .{0,20}(?:blocked|suspended|banned|disabled)|no.?shows\b|late cancell?ation"),
    # so many at once, or in a day or week
    (AccountLimit, r"gia (?:prenotat|effettuat|utilizzat|usufruit|usat|svolt)\w* .{0,12}(?:massim|limite|tutt[iae] "
                   r"|ingress"
                   r"|\d+ \w+ (?:su|di|dei|delle) )"),
    (SlotFull, r"(?:numero|limite|massimo).{0,25}(?:partecipant|iscritti|posti|persone|presenze)"),
    (AlreadyBooked, r"(?:esiste|risulta|c'e|hai) gia una (?:tua )?prenotazione .{0,25}per quest[oa] (?:turno"
                    r"|lezione|corso|attivita|classe|appuntamento|evento|slot)"),
    (SlotFull, rf"^(?!.*{OF_A_PERSON}).*(?:numero|limite|massim)\w*.{{0,25}}(?:prenotazion"
               rf"|iscrizion)\w+ {OF_THE_CLASS}"),
    (AccountLimit, r"(?:numero|limite|quota|tetto|massim)\w*.{0,40}prenotazioni"),
    (AccountLimit, r"prenotazioni .{0,30}(?:massim|contemporane)"),
    (AccountLimit, rf"(?:non (?:puoi|e possibile|consent)|impossibile).{{0,30}}(?:piu di|altre|oltre|ulteriori|nuove)"
                   rf" .{{0,25}}prenotazion\w+(?! {OF_THE_CLASS})"),
    (AccountLimit, r"(?:hai|utente).{0,25}(?:troppe|gia .{0,12}\d+) (?:prenotazion|corsi|lezioni|attivita|ingressi)"),
    (AccountLimit, rf"(?:una|un|1|solo) (?:sol[ao]|una|un)? ?(?:prenotazione|lezione|corso|attivita"
                   rf"|ingresso) .{{0,20}}(?:{PERIOD}|attiva|per utente|alla volta)"),
    (AccountLimit, r"gia una prenotazione (?:per|in) (?:oggi|domani|quest[ao] (?:giorn|dat)|la giornata|tale data)"
                   r"(?!.{0,8}\b(?:alle|dalle|ore)\b)"),
    (Overlap, r"gia una prenotazione (?:per|in) \w+.{0,12}\b(?:alle|dalle|ore)\b"),
    (AccountLimit, rf"(?:{ENTRIES})\w*.{{0,40}}(?:esaurit|terminat|finit|insufficient|utilizzat|consumat|scadut)"),
    (AccountLimit, rf"(?:{ENTRIES})\w*.{{0,40}}(?:non (?:e |sono )?sufficient|raggiunt|residu)"),
    (AccountLimit, rf"(?:esaurit|terminat|finit|insufficient|raggiunt|utilizzat|consumat)\w*.{{0,40}}(?:{ENTRIES})"),
    (AccountLimit, rf"(?:{ENTRIES})\w*.{{0,30}}(?:: ?0\b|pari a 0|non basta)|\b0 (?:{ENTRIES})"
                   rf"|non .{{0,8}}rest\w+ (?:{ENTRIES})"),
    (AccountLimit, r"borsellin|troppe prenotazioni|penal\w* in corso|limite .{0,25}(?:abbonament|contratt)"
                   r"|black.?list|plafond"),
    (AccountLimit, r"prenotazioni .{0,20}disposizione .{0,20}(?:terminat|esaurit|finit)|piu di \S+ prenotazion"),
    (AccountLimit, r"(?:non hai|non disponi|nessun|senza).{0,25}(?:ingress|credit|punti|carnet)"),
    (AccountLimit, rf"(?:massimo|limite).{{0,30}}(?:{PERIOD})|(?:{PERIOD})\w* .{{0,25}}(?:esaurit|raggiunt|superat)"),
    (AccountLimit, r"(?:book|reserv)\w+ (?:limit|quota|allowance)|(?:weekly|daily|monthly) .{0,15}(?:limit|quota)"),
    (AccountLimit, r"(?:maximum|max|too many|limit).{0,25}(?:bookings|reservations)"),
    (AccountLimit, r"(?:only|up to|more than|already).{0,15}\d+ .{0,12}(?:bookings|reservations)"),
    (AccountLimit, rf"(?:\bno|insufficient|not enough|out of|any) .{{0,15}}(?:{ENGLISH_ENTRIES})\b"),
    (AccountLimit, rf"(?:{ENGLISH_ENTRIES}) .{{0,15}}(?:used|exhausted|expired|finished)"),
    # the person's papers
    (MembershipProblem, r"(?:complet|aggiorn|compil|verific|inseri)\w* .{0,30}(?:profilo|anagrafic|i (?:tuoi )?dati)"),
    (MembershipProblem, r"(?:profilo|registrazione|anagrafica) .{0,20}(?:incomplet|non (?:e |risulta )?complet)"),
    (MembershipProblem, r"complet\w+ la registrazione|regolament|liberatori|assicura|codice fiscale"),
    (MembershipProblem, r"certificat|visita medica|idoneit|abbonament|tesser|pagament|\brata\b|insolut|moros|fattur"),
    (MembershipProblem, r"saldare|membership|affiliazion|subscription|payment|overdue|insurance|waiver|\bmember\b"),
    (MembershipProblem, r"(?:complete|update|incomplete) .{0,15}(?:profile|data|registration)"
                        r"|profile .{0,15}incomplete"),
    (MembershipProblem, r"quot[ae]\b.{0,40}(?:scadut|pagat|versat|associativ|iscrizion|mancant|annual)|associativ"),
    (MembershipProblem, r"\bsoci[oa]?\b|requisit|minorenn|maggiorenn|eta minima"),
    (MembershipProblem, r"iscrizion\w+.{0,25}(?:scadut|mancant|sospes|rinnov|annual|non (?:attiv|valid|perfezion"
                        r"|.{0,12}regolar))"),
    (MembershipProblem, r"posizione .{0,25}(?:non|irregolar)|documento .{0,25}scadut|utente non attiv"
                        r"|titolo .{0,20}valid|contratto\b"),
    (MembershipProblem, r"manca\w* .{0,20}profilo|anagrafic\w* .{0,20}(?:incomplet|mancant)|privacy|consens[oi]\b"),
    (MembershipProblem, r"iscrizion\w+ non (?:risulta|e) (?:attiv|valid)|non .{0,12}iscritt\w* (?:al|all)"),
    (MembershipProblem, r"(?:non (?:sei|risulti)|utente non .{0,8}) ?(?:stat[oa] )?(?:abilitat|autorizzat)"),
    (MembershipProblem, r"riservat\w+ (?:a|ai|agli|alle|solo)\b.{0,20}(?:abbonat|tesserat|student|iscritt|dipendent"
                        r"|over|under|donne)"),
    # a list for who comes too late
    (SlotFull, r"lista d.?\s*attesa|lista di attesa|in lista|wait(?:ing )?list"),
    (SlotFull, r"\b0 post|piu (?:veloce|rapid)|post[oi] non c'e"),
    (SlotFull, r"nessun[ao]? postazion|post\w+ .{0,30}\b0 ?(?:/|su|di) ?\d|post\w+ .{0,20}gia .{0,8}assegnat"),
    (SlotFull, r"post[oi]\b.{0,45}(?:terminat|finit|esaurit|occupat|preso\b|presi\b|non .{0,15}disponibil)"),
    (SlotFull, r"non (?:risultano|sono|ci sono|restano|rimangono|e rimasto)\b.{0,25}post[oi]\b"),
    # the time to book
    (BookingsClosed, rf"(?:{CLASS})\b.{{0,25}}\b(?:iniziat|cominciat|conclus|terminat|passat|scadut|svolt|in corso)"),
    (BookingsClosed, r"(?:lezion|event|cors|appuntament)[ei] passat"),
    (BookingsClosed, r"gia (?:iniziat|cominciat|conclus|passat|terminat|svolt|trascors)"),
    (BookingsClosed, r"data (?:passata|trascorsa)|nel passato"),
    (BookingsClosed, r"(?:prenotazion|iscrizion)\w*.{0,40}\b(?:chius|chiud)|chiusura (?:delle )?(?:prenotazion"
                     r"|iscrizion)"),
    (BookingsClosed, r"(?:prenotazion|iscrizion)\w*.{0,20}(?:terminat|conclus|scadut|sospes|bloccat)"),
    (BookingsClosed, r"tempo .{0,40}(?:scadut|superat)|fuori tempo"),
    (BookingsClosed, r"(?:oltre|scadut\w*|superat\w*|passat\w*) (?:il |i )?(?:termin|tempo|limite|orario)"),
    (BookingsClosed, r"(?:termine|limite) .{0,40}(?:scadut|superat|passat|trascors)"),
    (BookingsClosed, r"(?:fino a|entro|almeno|meno di) .{0,15}(?:minut|or[ae]\b).{0,15}(?:prima|anticipo"
                     r"|d?all.inizio)"),
    (BookingsClosed, r"dopo l.inizio|\bmancano .{0,12}minut|(?:orario|ora) (?:d.|di )inizio .{0,12}(?:superat"
                     r"|passat|trascors)"),
    (BookingsClosed, r"troppo tardi|too late"),
    (BookingsClosed, r"book\w* .{0,30}(?:closed|ended)|(?:already|has|have) (?:started|begun|ended|finished)"
                     r"|in the past"),
    (BookingsClosed, r"non (?:e |sono )?piu (?:possibile|consentit\w*|prenotabil\w*) ?(?:prenot\w*|iscriv\w*)?$"),
    (BookingsClosed, r"non .{0,8}piu possibile (?:prenotar|iscriver|effettuare)"),
    (BookingsClosed, r"non (?:e |sono )?piu prenotabil|no longer (?:bookable|possible)|non si (?:puo|possono) piu"
                     r"|registration closed"),
    (NotOpenYet, rf"{NOT_YET}|{NOT_YET_IN_ENGLISH}"),
    (NotOpenYet, r"prenota\w+ dal giorno|sar(?:a|anno) (?:disponibil|possibil|prenotabil|apert|attiv)"),
    (NotOpenYet, rf"(?:{MAY_BE})\w*.{{0,30}}\b(?:{FROM_WHEN})"),
    (NotOpenYet, r"non .{0,25}prima (?:del|delle|di|dell)\b(?!.{0,3}inizio)"),
    # what else of mine is there
    (Overlap, r"sovrappo|accavall|concomitan|(?:stess|medesim)[oa] (?:orario|fascia|ora|momento)\b|overlap|clash"),
    (Overlap, r"altr[ao] (?:tua |tuo )?(?:prenotazione|attivita|impegno|corso|lezione)|conflitt|conflict|contemporane"),
    (Overlap, r"non .{0,8}compatibil|incompatibil|gia occupat\w* da "
              r"|con (?:un'?a? )?tu[oa] .{0,12}(?:appuntament|prenotaz)"),
    (Overlap, r"(?:in|per|a|nel) ?(?:questo|quest|quello|quell).?\s?(?:orario|ora|fascia)|in quel momento|coincid"),
    (Overlap, r"gia una prenotazione (?:alle|per le|dalle|in fascia)|(?:at|for) (?:this|that|the same) (?:time|hour)"),
    (Overlap, r"alle (?:ore )?\d\S* .{0,12}hai gia|hai gia un\S* \w+ (?:dalle|alle) "
              r"|gia prenotat\w+ altrove|gia prenotat\w+ .{0,12}altr[ao] "),
    (Overlap, r"(?:sei|hai|risulti)\b.{0,15}gia (?:occupat|impegnat)|another (?:booking|class)"),
    (AlreadyBooked, r"gia (?:stat[ao] )?(?:prenotat|iscritt|effettuat|registrat|inserit|esistent)"
                    r"|gia una (?:tua )?prenotazione"),
    (AlreadyBooked, r"prenotazione (?:risulta )?gia|gia (?:tra|present)|gia .{0,12}per quest"),
    (AlreadyBooked, r"already .{0,15}(?:booked|registered|enrolled|reserved|exists)|already have a (?:booking"
                    r"|reservation)"
                    r"|duplica|hai gia un posto|gia in elenco|due volte|nuovamente la stess|doppi[ao] (?:prenot"
                    r"|iscri)|una volta la stess"),
    # no place
    (SlotFull, rf"{FULL_WORDS}|(?:nessun|non ci sono|terminat|finit).{{0,20}}post|post.{{0,30}}(?:: ?0\b|pari a 0)"),
    (SlotFull, r"ultim\w+ post\w .{0,25}(?:prenotat|assegnat)|post\w .{0,20}prenotat\w* da"),
    (SlotFull, r"non (?:ha|c'e|vi e|risulta|presenta|offre) .{0,8}disponibilita|non ha post[oi]\b"
               r"|capacita .{0,12}(?:superat|raggiunt|massim)|"
               r"nessuna disponibilita|disponibilita .{0,12}(?:terminat|finit|nulla|zero|insufficient)|capienza"
               r"|sold.?out|c'e (?:piu )?posto"),
    (SlotFull, r"\bfull\b|fully booked|overbooking|no (?:more )?(?:places|spots|spaces|seats|availability)|(?:spots"
               r"|places) .{0,8}taken"),
    (SlotNotFound, rf"(?:{CLASS}|numero|prenotazione|posto)\b.{{0,25}}non .{{0,12}}valid|inesistente|not found"),
    (SlotNotFound, r"non (?:e )?(?:piu )?(?:stat[ao] )?(?:esist|trovat|presente)"),
    (ClassCancelled, rf"{OF_THE_CLASS_ALONE}{CALLED_OFF}"),
    (SlotNotFound, rf"(?:{CLASS})\b.{{0,20}}(?:annullat|cancellat|rimoss|soppress|eliminat)|(?:class"
                   rf"|event) .{{0,20}}cancell?ed"),
)  # fmt: skip
"""The more telling first, as `plain` writes them: no accents, no capitals."""


GIVE_BACK = r"cancell|annull|disd|elimina|delet|rinunci"
DONE = r"prenotazione .{0,25}(?:annullat|cancellat|eliminat|disdett)a"
TOO_LATE_TO_CANCEL = (
    rf"\bnon (?:e |risulta )?(?:{GIVE_BACK})\w*bile|(?:{GIVE_BACK})\w* (?:solo|soltanto) con"
    rf"|non .{{0,15}}piu .{{0,25}}(?:{GIVE_BACK}|rimoss)"
    rf"|(?:{GIVE_BACK})\w*.{{0,40}}non .{{0,12}}piu|no longer\b"
    r"|troppo tardi|too late|fuori t(?:empo|ermine)|tempo (?:massimo|limite|utile)"
    r"|(?:termin|tempo|limite|scadenza|orario).{0,45}(?:scadut|superat|passat|trascors|oltrepassat)"
    r"|(?:oltre|scadut\w*|superat\w*|passat\w*) (?:il |i |l')?(?:termin|tempo|limite|orario)|deadline|cut.?off"
    r"|(?:meno di|entro|almeno|fino a|piu di|within|less than|at least)\b.{0,15}(?:minut|or[ae]\b|giorn|hour|day)"
    rf"|(?:{GIVE_BACK})\w* .{{0,40}}(?:chius|tardiv|closed)"
    r"|gia (?:iniziat|cominciat|conclus|passat|terminat|svolt)|already (?:started|begun)|dopo l.inizio"
    r"|preavviso|\bmancano\b.{0,20}(?:minut|or[ae]\b)"
)
"""What a site says that does not let go of a place any more: a term has passed, or the class has begun."""


def is_too_late_to_cancel(message: str) -> bool:
    """Whether a refused cancellation came too late, by the site's words; a yes that tells of a term is none."""
    words = plain(message)
    done = re.search(DONE, words) and not re.search(r"\bnon\b|imposs|negat|rifiut|\bpuo\b|\bdev", words)
    return not done and bool(re.search(TOO_LATE_TO_CANCEL, words))


def kept(message: str) -> BookingRefused:
    """Why the site keeps a booking that was to be cancelled, as the error that says what happens next."""
    return (CancelTooLate if is_too_late_to_cancel(message) else BookingRefused)(
        f"the site keeps the booking: {quote(message)}"
    )


def kind_of(message: str) -> type[BookingRefused]:
    """What a refusal in those words means; in words nobody knows, BookingRefused itself."""
    words = GREETING.sub(" ", plain(message))
    return next((kind for kind, pattern in WORDINGS if re.search(pattern, words)), BookingRefused)


def wait_in(message: str) -> timedelta | None:
    """How long the site says that a place is held for others; None when it does not say."""
    found = MINUTES.search(plain(message))
    return timedelta(minutes=int(found[1])) if found else None
