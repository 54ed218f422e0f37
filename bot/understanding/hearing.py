"""What can be heard of a message that is not understood: a class, a day, an hour, and what its words are about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.understanding.intents import Hours, Place, Wish
from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part

MOST_PAGES = 3
OF_MINE = frozenset({Kind.CANCEL, Kind.MOVE, Kind.LATER, Kind.NTH, Kind.PAUSE, Kind.UNWATCH, Kind.MINE})
"""What speaks of what the person has: no class is offered for booking then."""
DROPS = frozenset({Kind.CANCEL, Kind.PAUSE, Kind.UNWATCH, Kind.MOVE})
"""What says that something one has is to go."""
WISHES = frozenset({Kind.BOOK, Kind.MOVE, Kind.LATER})
"""What says that something is to be had."""
TELLS = frozenset({Kind.BOOK, Kind.WATCH, Kind.LOOK, Kind.MINE, Kind.EVERY}) | DROPS
"""What says what is to be done, or asked."""
NOES = (Kind.NOT, Kind.NOTHING, Kind.EXCEPT)
ENDS_A_NO = (Kind.COMMA, Kind.AND, Kind.OR, Kind.ELSE, Kind.CORRECTION)

ABOUT = tuple(
    (place, re.compile(rf"\b(?:{words})(?= |$)"))
    for place, words in (
        (Place.LANGUAGE, r"languages?|lingu[ae]|english|italian[oi]?|inglese|translat\w*|traduc\w*|traduzion\w*"),
        (
            Place.REMINDERS,
            r"remind\w*|promemoria|ricorda(?:mi|rmi|melo|rmelo)?|memo|sveglia(?:mi)?|wake"
            r"|avvis\w+(?: \w+){0,3} prima|nudge|heads up"
            r"|(?:evening|night|day|hour|sera|giorno|notte|ora) (?:before|prima)",
        ),
        (
            Place.QUIET,
            r"quiet|silen\w+|notific\w+|notif\w*|ring\w*|suon\w+|disturb\w*|mute|sleep\w*|dorm\w+|messag\w+|messaggi\w*"
            r"|scriv\w+|writ(?:e|ing)|texts?|texting|bother\w*|buzz\w*|avvisi|alerts?",
        ),
        (Place.CALENDAR, r"calendars?|calendari[o]?|ics|ical|google|outlook|export\w*|esport\w+|files?"),
        (
            Place.HISTORY,
            r"history|storico|cronologia|past|passat[oaie]|scors[oaie]|attended|frequentat[oaie]|(?:last"
            r"|previous) (?:month"
            r"|months|year|week|time)|fatt[oaie]|andat[oaie]|already been|ho fatto|did i",
        ),
        (Place.STATISTICS, r"statisti\w+|stats|how often|quante volte|how many times|numeri|percent\w*"),
        (
            Place.RULES,
            r"penal\w+|free of charge|gratis|for free|conseguenz\w+|consequences?|rules?|regol[ae]|limit[ei]?|deadline"
            r"|no show|ban(?:ned)?|late|fined|a fine|mult[ae]|sospension\w+|how far ahead|anticipo|in advance|allowed"
            r"|permess[oaie]"
            r"|maximum|massimo",
        ),
        (Place.HOLIDAYS, r"holidays?|vacation|vacanz[ae]|ferie|away|abroad|via|estero|trip|viaggio"),
        (
            Place.PERIODIC,
            r"weekly|settimanal[ei]|periodic\w*|ricorrent[ei]|recurr\w+|recurring|every|ogni|series|serie|fiss[oaie]"
            r"|regular\w*|sempre|always|pause\w*|paus[ae]|sospend\w+|resume\w*|riprend\w+|fortnight\w*|alternat\w+",
        ),
        (
            Place.WATCHES,
            r"wait(?:ing)? ?list|waitlist|lista d attesa|attesa|watch\w*|d occhio|frees?|avvis\w+|notify\w*|notified"
            r"|liber(?:a|asse|ano|arsi)|cancellation|spot opens",
        ),
        (
            Place.TOGETHER,
            r"friends?|amic(?:o|a|i|he)|together|insieme|flatmates?|roommates?|coinquilin[oaie]|guests?|ospit[ei]"
            r"|invit\w+"
            r"|colleg(?:a|hi|he)|colleagues?|girlfriend|boyfriend|ragazz[oa]|fidanzat[oa]|both of us|us|noi|group"
            r"|gruppo",
        ),
        (
            Place.STATUS,
            r"requests?|richiest[ae]|error\w*|errore|problem\w*|fail\w*|fallit[oa]|wrong|sbagliat[oa]|undo|why|perche"
            r"|queue|coda|success\w*|worked|funzionat[oa]|successo|stato|status|happened",
        ),
        (
            Place.MINE,
            r"booked|bookings?|prenotazion[ei]|prenotat[oaie]|my|mi[oa]|mie|miei|mine|cancel\w*|annull\w*|cancell\w+"
            r"|disd\w+|delet\w+|drop|spost\w*|mov(?:e|ed|ing)|change\w*|cambi\w+|swap\w*|switch\w*|reschedul\w+"
            r"|confirm\w*"
            r"|conferm\w+|iscritt[oaie]|registered|enrolled|have to go|togli\w*|remove|rinunci\w+|anticip\w+"
            r"|posticip\w+"
            r"|postpone|skip|salta\w*|instead|invece|intendevo|meant|place|posto|spot",
        ),
        (
            Place.HOURS,
            r"timetables?|schedule\w*|orari[o]?|opens?|opening|close[sd]?|closing|apr(?:e|ono)|apert[oaie]|chius[oaie]"
            r"|chiud(?:e|ono)|cors[oi]|courses?|class(?:es)?|lezion[ei]|lessons?|what time|che ora|teach\w*|insegn\w+"
            r"|instructors?|istrutt\w+|teachers?|offer\w*|sports?|allenament[oi]|train\w*|workouts?|exist\w*",
        ),
        (Place.HELP, r"help|aiut\w+|how do|how does|how can|how to|come (?:si|faccio|posso|funziona)|explain|spieg\w+"),
        (
            Place.NEW,
            r"book\w*|prenot\w+|reserv\w+|sign|signed|segn\w+|iscriv\w+|want|vorrei|voglio|register|join|enrol\w*",
        ),
    )
)
"""The words that speak of a page, though they do not ask for it: what stands first is the more telling."""


def pages_about(text: str) -> tuple[Place, ...]:
    """The pages that the words of the normalised text speak of."""
    return tuple(place for place, words in ABOUT if words.search(text))[:MOST_PAGES]


def denied(parts: Sequence[Part]) -> Wish:
    """What stands right behind a no or an exception, or behind the verb it denies; nothing for "I can't come"."""
    at = next((at for at, part in enumerate(parts) if part.kind in NOES), None)
    if at is None:
        return Wish()
    wish, excepts = Wish(), parts[at].kind is Kind.EXCEPT
    for part in parts[at + 1 :]:
        if excepts and part.kind in (Kind.AND, Kind.COMMA, Kind.OR):
            continue
        if part.kind in ENDS_A_NO or (part.kind in (Kind.DO, Kind.SOFT, Kind.LOOK) and wish == Wish()):
            break
        wish = _with(wish, part)
    return wish


def heard(parts: Sequence[Part]) -> Wish:
    """The first class, day, hour, place and instructor that are named and not denied."""
    wish, is_denied = Wish(), False
    for part in parts:
        if part.kind in NOES:
            is_denied = True
        elif part.kind in ENDS_A_NO:
            is_denied = False
        elif not is_denied:
            wish = _with(wish, part)
    return wish


def _with(wish: Wish, part: Part) -> Wish:
    match part.kind:
        case Kind.COURSE if not wish.names:
            return replace(wish, names=part.names)
        case Kind.DAY if part.days:
            both = tuple(day for day in wish.days if day in part.days.dates)
            return replace(wish, days=both or tuple(sorted({*wish.days, *part.days.dates})))
        case Kind.HOURS if part.told:
            return replace(wish, hours=_with_hours(wish.hours, part.told.hours))
        case Kind.WHERE if not wish.where:
            return replace(wish, where=(part.where,))
        case Kind.WHO if not wish.who:
            return replace(wish, who=part.who)
        case _:
            return wish


def _with_hours(before: Hours | None, more: Hours) -> Hours:
    """One hour or another; of a span and an hour what lies in both, where anything does."""
    if before is None:
        return more
    if before.is_exact and more.is_exact:
        return Hours((*before.spans, *(span for span in more.spans if span not in before.spans)))
    return before.within(more) or before
