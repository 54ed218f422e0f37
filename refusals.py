"""What the site's Italian words say when it refuses: one table of wordings, each with the error that it means. Pure.

Used by scraper.py. Nobody knows the site's own words; these are what such sites say. What a wording is about decides
what happens next, so that one that fits two rows goes by the more telling one: "iscrizioni chiuse" is about time,
"iscrizione scaduta" about the person, "iscrizioni al completo" about the slot. That a class has begun is known by the
clock; words that say so are read as "bookings closed", which may mean "not yet".
"""

from __future__ import annotations

import re
from datetime import timedelta

from errors import (
    AccountLimit,
    AlreadyBooked,
    BookingRefused,
    BookingsClosed,
    HeldForOthers,
    MembershipProblem,
    NotOpenYet,
    Overlap,
    SlotFull,
    SlotNotFound,
)
from names import plain

MINUTES = re.compile(r"(?:tra|fra|per|entro|attend\w*|aspett\w*)\s+(?:circa\s+|altri\s+|almeno\s+)?(\d{1,3})\s*min")
NOT_YET = (
    r"non (?:(?:sono|e|risulta|risultano) )?(?:stat[aeio] )?ancora|apr(?:e|ono|ira|iranno)\b|troppo presto|in anticipo"
)
FULL_WORDS = r"esaurit|complet[oa]\b|pien[oa]\b"
ENTRIES = r"ingress|entrat|accessi\b|lezioni|credit|punti|carnet|pacchett|saldo"
GIVEN_BACK = r"cancellazion|disdett|annullament|rinunci"
MAY_BE = r"prenot|iscri|disponibil|apert|potrai|possibil|consentit"
SYSTEM = r"server|sistema|servizio|elaborazion|connession|sessione"
TROUBLE = r"pien|blocc|occupat|non (?:e )?(?:disponibil|complet|risponde|raggiung)|sovraccaric|sospes|scadut|interrott"
CLASS = r"lezione|attivita|corso|evento|appuntamento|orario"
BARRED = r"sospes|bloccat|inibit|interdett|disabilitat|penal|no.?show|sanzion"

WORDINGS: tuple[tuple[type[BookingRefused], str], ...] = (
    # nothing about the slot or the person: the site's own trouble, which may pass
    (BookingRefused, rf"manutenzion|in corso un|(?:{SYSTEM})\w*.{{0,15}}(?:{TROUBLE})"),
    # kept for who stood on the list, for a while after somebody gave the place back
    (HeldForOthers, r"(?:riservat|trattenut|tenut)\w*.{0,40}(?:list|attesa|altri|precedenz|priorit)"),
    (HeldForOthers, r"(?:appena|da poco) (?:stat[oa] )?(?:liberat|cancellat|disdett|annullat|rilasciat)"),
    (HeldForOthers, rf"(?:{GIVEN_BACK})\w*.{{0,50}}\b(?:tra|fra|per|attend\w*|aspett\w*) .{{0,12}}minut"),
    (HeldForOthers, r"(?:priorit|precedenz)\w*.{0,30}(?:list|attesa)|(?:list|attesa).{0,40}(?:priorit|precedenz)"),
    (HeldForOthers, r"post[oi]\b.{0,12}temporaneamente"),
    # the account is barred: after late cancellations or missed classes
    (AccountLimit, rf"(?:{BARRED}).{{0,80}}(?:tardiv|mancat|assen|presenz|cancellazion|disdett)"),
    (AccountLimit, rf"(?:utente|account|profilo|\bsei\b).{{0,30}}(?:{BARRED})"),
    (AccountLimit, r"(?:troppe|numero di) (?:assenze|mancate presenze|cancellazioni|disdette)"),
    (SlotFull, r"lista d.?\s*attesa|in lista"),
    # so many at once, or in a day or week
    (SlotFull, r"(?:numero|limite|massimo).{0,25}(?:partecipant|iscritti|posti|persone|presenze)"),
    (AccountLimit, r"(?:numero|limite|quota|tetto|massim)\w*.{0,40}prenotazioni"),
    (AccountLimit, r"prenotazioni .{0,30}(?:massim|contemporane)"),
    (AccountLimit, r"(?:non (?:puoi|e possibile|consent)|impossibile).{0,30}(?:piu di|altre|oltre) .{0,25}prenotazion"),
    (AccountLimit, r"(?:hai|utente).{0,25}(?:troppe|gia .{0,12}\d+) prenotazion"),
    (AccountLimit, rf"(?:{ENTRIES})\w*.{{0,40}}(?:esaurit|terminat|finit|insufficient|utilizzat|consumat|scadut)"),
    (AccountLimit, rf"(?:{ENTRIES})\w*.{{0,40}}(?:non (?:e |sono )?sufficient|raggiunt|residu)"),
    (AccountLimit, rf"(?:esaurit|terminat|finit|insufficient|raggiunt|utilizzat)\w*.{{0,40}}(?:{ENTRIES})"),
    (AccountLimit, r"(?:non hai|non disponi|nessun|senza).{0,25}(?:ingress|credit|punti|carnet)"),
    (AccountLimit, r"(?:massimo|limite).{0,30}(?:settiman|giornalier|al giorno|per giorno|mensil)"),
    # the person's papers
    (MembershipProblem, r"(?:complet|aggiorn|compil|verific)\w* .{0,25}(?:profilo|anagrafic|i (?:tuoi )?dati)"),
    (MembershipProblem, r"profilo .{0,20}(?:incomplet|non complet)"),
    (MembershipProblem, r"certificat|visita medica|idoneit|abbonament|tesser|pagament|\brata\b|insolut|moros"),
    (MembershipProblem, r"saldare|membership|affiliazion"),
    (MembershipProblem, r"quot[ae]\b.{0,40}(?:scadut|pagat|versat|associativ|iscrizion|mancant|annual)|associativ"),
    (MembershipProblem, r"\bsoci[oa]?\b|requisit"),
    (MembershipProblem, r"iscrizion\w+.{0,25}(?:scadut|mancant|sospes|rinnovar|non (?:attiv|valid|.{0,12}regolar))"),
    (MembershipProblem, r"non .{0,12}iscritt\w* (?:al|all)"),
    # the time to book
    (BookingsClosed, rf"(?:{CLASS})\b.{{0,25}}\b(?:iniziat|cominciat|conclus|terminat|passat|svolt|in corso)"),
    (BookingsClosed, r"gia (?:iniziat|cominciat|conclus|passat|terminat|svolt)"),
    (BookingsClosed, r"data (?:passata|trascorsa)|nel passato"),
    (BookingsClosed, r"(?:prenotazion|iscrizion)\w*.{0,20}(?:chius|terminat|conclus|scadut|chiud|sospes|bloccat)"),
    (BookingsClosed, r"tempo .{0,15}scadut|fuori tempo"),
    (BookingsClosed, r"(?:oltre|scadut\w*|superat\w*|passat\w*) (?:il |i )?(?:termin|tempo|limite|orario)"),
    (BookingsClosed, r"(?:termine|limite) .{0,25}(?:scadut|superat|passat|trascors)"),
    (BookingsClosed, r"(?:fino a|entro|almeno|meno di) .{0,15}(?:minut|or[ae]\b).{0,15}(?:prima|d?all.inizio)"),
    (BookingsClosed, r"troppo tardi"),
    (BookingsClosed, r"non (?:e |sono )?piu (?:possibile|consentit\w*|prenotabil\w*) ?(?:prenot\w*|iscriv\w*)?$"),
    (BookingsClosed, r"non .{0,8}piu possibile (?:prenotar|iscriver|effettuare)"),
    (NotOpenYet, NOT_YET),
    (NotOpenYet, r"sar(?:a|anno) (?:disponibil|possibil|prenotabil|apert)"),
    (NotOpenYet, rf"(?:{MAY_BE})\w*.{{0,30}}\b(?:dal(?:le)? (?:ore )?\d|a partire da|prima del\b)"),
    # what else of mine is there
    (Overlap, r"sovrappo|accavall|stess[oa] (?:orario|fascia|ora)\b"),
    (Overlap, r"altr[ao] (?:tua |tuo )?(?:prenotazione|attivita|impegno|corso)|conflitto|contemporane"),
    (Overlap, r"in (?:questo|quest|quello|quell).?\s?(?:orario|ora|fascia|momento)|coincid"),
    (Overlap, r"(?:sei|hai|risulti)\b.{0,15}gia (?:occupat|impegnat)"),
    (AlreadyBooked, r"gia (?:stat[ao] )?(?:prenotat|iscritt|effettuat|registrat|inserit)|gia una prenotazione"),
    (AlreadyBooked, r"prenotazione gia|gia (?:tra|present)|gia .{0,12}per quest"),
    # no place
    (SlotFull, rf"{FULL_WORDS}|(?:nessun|non ci sono|terminat|finit).{{0,20}}post"),
    (SlotFull, r"post.{0,20}(?:terminat|finit|occupat)"),
    (SlotFull, r"nessuna disponibilita|disponibilita .{0,12}(?:terminat|finit|nulla|zero)|capienza|sold ?out"),
    (SlotFull, r"\bfull\b|overbooking"),
    (SlotNotFound, r"non (?:e )?(?:piu )?(?:stat[ao] )?(?:esist|trovat|presente|valid)|inesistente|not found"),
)  # fmt: skip
"""The more telling first, as `plain` writes them: no accents, no capitals."""


def kind_of(message: str) -> type[BookingRefused]:
    """What a refusal in those words means; in words nobody knows, BookingRefused itself."""
    words = plain(message)
    return next((kind for kind, pattern in WORDINGS if re.search(pattern, words)), BookingRefused)


def wait_in(message: str) -> timedelta | None:
    """How long the site says that a place is held for others; None when it does not say."""
    found = MINUTES.search(plain(message))
    return timedelta(minutes=int(found[1])) if found else None
