"""What can be heard of a message that is not understood: a class, a day, an hour, and what its words are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

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
GOES_WITH_A_CLASS = (Kind.DAY, Kind.HOURS, Kind.WHERE, Kind.WHO, Kind.FILLER)
OF_A_WISH = (Kind.DAY, Kind.HOURS, Kind.COURSE, Kind.WHERE)
NOW = ("now", "ora", "adesso", "today", "oggi")
"""When what recurs begins, which is no weekday of it."""
UNTIL = ("until", "till", "fino", "entro")
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


def about_page(wanted: Place, text: str) -> list[str]:
    """The words of the normalised text that speak of that page."""
    found = (match[0] for place, words in ABOUT if place is wanted for match in words.finditer(text))
    return [word for phrase in found for word in phrase.split()]


@dataclass(frozen=True, slots=True)
class Heard:
    """The classes that a message names, in its order, and which of its pieces say so."""

    wishes: tuple[Wish, ...]
    taken: frozenset[int]


def pages_about(text: str) -> tuple[Place, ...]:
    """The pages that the words of the normalised text speak of."""
    return tuple(place for place, words in ABOUT if words.search(text))[:MOST_PAGES]


def denied(parts: Sequence[Part]) -> Heard:
    """What stands right behind a no or an exception, or behind the verb it denies; nothing for "I can't come".

    Of "yoga tomorrow no" what stands before it.
    """
    at = next((at for at, part in enumerate(parts) if part.kind in NOES), None)
    if at is None:
        return Heard((Wish(),), frozenset())
    excepts = parts[at].kind is Kind.EXCEPT
    ends = all(part.kind in ENDS_A_NO for part in parts[at + 1 : at + 2])
    if ends and not excepts:
        first = next((before + 1 for before in range(at - 1, -1, -1) if parts[before].kind in ENDS_A_NO), 0)
        said = _taken_in(parts, range(first, at))
        return said if said.wishes[0].names or said.wishes[0].where else Heard((Wish(),), frozenset())
    numbers: list[int] = []
    for number in range(at + 1, len(parts)):
        kind = parts[number].kind
        if excepts and kind in (Kind.AND, Kind.COMMA, Kind.OR):
            continue
        wished = _taken_in(parts, numbers).wishes[0] != Wish()
        if kind in ENDS_A_NO or (kind in (Kind.DO, Kind.SOFT, Kind.LOOK) and not wished):
            break
        numbers.append(number)
    return _taken_in(parts, numbers)


def _taken_in(parts: Sequence[Part], numbers: Iterable[int]) -> Heard:
    """One wish, of those pieces."""
    wish, taken = Wish(), set()
    for number in numbers:
        more = _with(wish, parts[number])
        taken |= {number} if more != wish else set()
        wish = more
    return Heard((wish,), frozenset(taken))


def heard(parts: Sequence[Part], refused: frozenset[int]) -> Heard:
    """Every class with its day, hour, place and instructor, as far as they are named and not denied.

    A day that bounds something ("until the 11th") is the day of no class.
    """
    wishes, taken, cuts = [Wish()], set(), _cuts(parts)
    moves = any(part.kind is Kind.MOVE for part in parts)
    for at, part in enumerate(parts):
        if at in cuts and wishes[-1] != Wish():
            wishes.append(Wish())
        starts = part.text in NOW and any(each.kind is Kind.EVERY for each in parts)
        if at in refused or starts or (_is_bounded(parts, at) and not moves):
            continue
        more = _with(wishes[-1], part)
        if more != wishes[-1] or part.kind in (Kind.DAY, Kind.COURSE):
            taken.add(at)
        wishes[-1] = more
    return Heard(tuple(wish for wish in wishes if wish != Wish()) or (Wish(),), frozenset(taken))


def is_missed(parts: Sequence[Part], refused: frozenset[int]) -> bool:
    """Whether a class or a day stands behind a no that is about coming: `I can't come to yoga on Thursday`."""
    is_denied = False
    for at, part in enumerate(parts):
        is_denied = part.kind in NOES or (is_denied and part.kind not in ENDS_A_NO)
        if is_denied and at not in refused and part.kind in OF_A_WISH:
            return True
    return False


def _is_bounded(parts: Sequence[Part], at: int) -> bool:
    """Whether a day or an hour says until when, or from when on."""
    before = parts[at - 1] if at else None
    is_when = parts[at].kind in (Kind.DAY, Kind.HOURS)
    return is_when and before is not None and (before.kind is Kind.BOUND or before.text in UNTIL)


def _cuts(parts: Sequence[Part]) -> set[int]:
    """Where another class begins, with the day that stands before it."""
    cuts: set[int] = set()
    names: tuple[str, ...] = ()
    last = 0
    for at, part in enumerate(parts):
        if part.kind is not Kind.COURSE:
            continue
        if names and part.names != names:
            breaks = [before for before in range(last + 1, at) if parts[before].kind not in GOES_WITH_A_CLASS]
            cuts.add(breaks[-1] + 1 if breaks else at)
        names, last = part.names, at
    return cuts | _clauses_of_their_own(parts)


def _clauses_of_their_own(parts: Sequence[Part]) -> set[int]:
    """Where a clause begins that has its own class or place and its own day, as the one before it has."""
    links = [at for at, part in enumerate(parts) if part.kind in ENDS_A_NO]
    bounds = [0, *(at + 1 for at in links)]
    ends = [*links, len(parts)]
    whole = [
        first
        for first, end in zip(bounds, ends, strict=True)
        if {Kind.DAY} <= (kinds := {part.kind for part in parts[first:end]}) and kinds & {Kind.COURSE, Kind.WHERE}
    ]
    return set(whole[1:])


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
