"""A message becomes an intent, or a question: the one way into the package."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.understanding.asides import without_asides
from bot.understanding.asking_noes import asked_straight
from bot.understanding.beyond import beyond
from bot.understanding.days import BY_MONTH, WEEK
from bot.understanding.days_off import holiday_days
from bot.understanding.denials import gives_up, without_side_noes
from bot.understanding.grammar import meaning
from bot.understanding.hearing import (
    DROPS,
    MOST_PAGES,
    OF_MINE,
    TELLS,
    WISHES,
    Heard,
    about_page,
    denied,
    heard,
    is_missed,
    pages_about,
)
from bot.understanding.intents import Doubt, Intent, Place, Said, Show, Unsure, Weekly, Wish, Word
from bot.understanding.lexicon import Kind
from bot.understanding.likeness import known
from bot.understanding.parts import Part, corrected_word, taken_apart
from bot.understanding.people import of_others, with_who_is_meant
from bot.understanding.phrases import COSTS, page_named, pleasantry
from bot.understanding.questions import asked_whole, numbered, one_setting, words_for
from bot.understanding.ranges import with_ranges
from bot.understanding.recurring import without_bounds
from bot.understanding.sayings import plainer, reworded
from bot.understanding.second_reading import weighed
from bot.understanding.second_thoughts import thought_better
from bot.understanding.telling import acts_of, covered_by, kept_words, means_all, quotations, unused_words
from bot.understanding.values import FOR_A_WHILE, with_values
from bot.understanding.vocabulary import Vocabulary
from bot.understanding.whens import days_away, month_said, times_left
from bot.understanding.words import MOST_CHARACTERS, MOST_WORDS, normalised, worded

Corrected = Callable[[str], str]
OF_ONE_CLASS = frozenset({Kind.COURSE, Kind.DAY, Kind.HOURS, Kind.WHERE, Kind.BOOK, Kind.MOVE, Kind.WATCH})
"""What makes a cancellation one of a class that is one's own, whoever else is spoken of."""
BESIDE_BOUNDS = frozenset(
    {Kind.PAUSE, Kind.CANCEL, Kind.MOVE, Kind.NOT, Kind.NOTHING, Kind.LOOK, Kind.MINE, Kind.EXCEPT}
)
RENEWS = re.compile(r"\b(?:renew\w*|rinnov\w+|pay(?: for)?(?: it)?$|pagare)\b")
"""Who wants to renew or pay something does not ask what it costs."""
SMALL = worded("but ma se if until till fino che so quindi pero perche because then poi and e or o al alla a to")
"""Words that make a message a question, and that nobody needs to be told of beside others."""
EVERYDAY = worded(
    """
    sure yet re while after before two one week weekday weekdays say thing things same last later than back hour too
    fine they who mine even often fast else every still moment there instead
    piu sei sia caso volta altra via idea qualcosa fa vabbe me
    """
)
"""Words that everybody knows: nobody is told that they are unknown."""
OF_A_VALUE = worded(
    """
    until till after before from between fino dopo prima dalle dall alle all delle entro by at pm am h ore ora hours
    hour half mezza mezzo minutes minuti minuto minute one two three four five six seven eight nine ten eleven twelve
    un una due tre quattro cinque sei sette otto nove dieci undici dodici midnight mezzanotte mattina morning sera
    """
)
"""What the value of a setting that was read may be made of."""
OF_A_NIGHT = worded("night nights notte notti each every ogni sleep sleeping dormo while mentre")
OF_AN_EVE = worded("night evening sera notte day giorno")  # before a class: no hour of it is told by that
BY_ALL_TIMES = (Place.HOLIDAYS, Place.HISTORY, Place.STATISTICS, Place.PERIODIC, Place.STATUS)
"""Pages that show nothing of one time alone, but for what was written beside."""
OF_COSTS = ("quanto", "cost", "costs", "costa", "price", "prezzo")
MOST_NOES = 3
SAYS_NO = re.compile(
    r"\b(?:(?:do|does|did|is|are|was|were|have|has|could|would|should|can|wo|ca)n['\u2019]?t"
    r"|cannot|not|(?<!\bse )no|never|none|nothing|without|non|mai|niente|nulla|nessun[oa]?|senza|nn|basta"
    r"|n[e\u00e9])\b(?: +(?:\w|['\u2019])+)?",
    re.IGNORECASE,
)
"""A no with the word behind it, as somebody writes it."""


def understand(text: str, vocabulary: Vocabulary, today: date) -> Intent:
    """What a message means, said today by somebody who knows these courses.

    The grammar reads it, and the examples of what people write are asked whether that can be.
    """
    if len(text) > MOST_CHARACTERS:
        return Unsure(Doubt.LONG)
    read = by_grammar(text, vocabulary, today)
    if read == Unsure(Doubt.LONG) or not any(sign.isalpha() for sign in text):
        return read
    examples = known()
    if isinstance(read, Unsure) and read.near and all(examples.has(word) for word in read.words):
        read = replace(read, near=())  # words that people write misspell no course
    return weighed(read, text, examples, lambda place: _page_of(place, normalised(text), today))


def _page_of(place: Place, plain: str, today: date) -> Show:
    """A page that a message is about in other words than its own, with the values that it says."""
    return _at_its_time(with_values(Show(place), plain), plain, today)


def by_grammar(text: str, vocabulary: Vocabulary, today: date) -> Intent:
    """What a message means by its words alone."""
    plain = asked_straight(normalised(text))
    if len(plain.split()) > MOST_WORDS:
        return Unsure(Doubt.LONG)
    whole = pleasantry(plain, text) or page_named(plain)
    if whole is None:
        plain = without_asides(plain)
        whole = pleasantry(plain, text) or page_named(plain)
    if whole == Show(Place.HOLIDAYS):
        return _at_its_time(whole, plain, today)
    if whole == Show(Place.SETTINGS):
        return _with_what_was_left(with_values(Show(one_setting(plain) or Place.SETTINGS), plain), plain)
    if whole is not None:
        return whole
    if thought_better(plain):
        return Said(Word.NO)
    if number := numbered(plain):
        return Show(Place.STATUS, number=number)
    if not plain or plain.isdigit():
        return Unsure(Doubt.UNKNOWN)
    return _read_by_pieces(plain, text, vocabulary, today)


def _read_by_pieces(plain: str, text: str, vocabulary: Vocabulary, today: date) -> Intent:
    """What the pieces of a message mean, that asks for nothing as a whole."""
    said = plainer(plain)
    parts = with_ranges(with_who_is_meant(taken_apart(said, vocabulary, today), said), today)
    main, kinds = without_side_noes(parts), {part.kind for part in parts}
    out_of_reach = None if COSTS.search(plain) and not RENEWS.search(plain) else beyond(plain, kinds)
    if kinds & {Kind.PERSON, Kind.SOMEBODY} and Kind.CANCEL in kinds and not kinds & OF_ONE_CLASS:
        return Unsure(Doubt.OTHERS)
    if kinds & {Kind.PERSON, Kind.SOMEBODY} and (theirs := of_others(parts, plain)):
        return Unsure(theirs, about=(Place.TOGETHER, Place.MINE))
    if out_of_reach and not kinds >= {Kind.COURSE, Kind.DAY}:
        return Unsure(out_of_reach)
    if away := days_away(plain, parts, today):
        return Show(Place.HOLIDAYS, away)
    if bounded := _bounded(plain, kinds, vocabulary, today):
        return bounded
    unmet = Unsure(out_of_reach or Doubt.COST) if out_of_reach or COSTS.search(plain) else None
    found = unmet or asked_whole(plain, parts, today) or meaning(parts, vocabulary)
    if isinstance(found, Show):
        shown = _with_what_was_left(with_values(found, plain), plain)
        if shown.place in (Place.HISTORY, Place.STATISTICS):  # which are of every course
            courses = (part.text for part in parts if part.kind is Kind.COURSE)
            shown = replace(shown, unused=tuple(dict.fromkeys((*shown.unused, *courses))))
        return _at_its_time(shown, plain, today)
    if not isinstance(found, Unsure):
        return found
    return _with_what_was_heard(found, main, plain, text, lambda word: corrected_word(word, vocabulary))


def _bounded(plain: str, kinds: set[Kind], vocabulary: Vocabulary, today: date) -> Unsure | None:
    """What is to recur from a day on, or until one, without that: the bot keeps no such bounds, and says so."""
    rest = None if Kind.COURSE not in kinds or kinds & BESIDE_BOUNDS else without_bounds(plain)
    if rest is None:
        return None
    found = meaning(with_ranges(taken_apart(plainer(rest), vocabulary, today), today), vocabulary)
    readings = found.readings if isinstance(found, Unsure) else (found,)
    weekly = tuple(each for each in readings if isinstance(each, Weekly))
    if not weekly:
        return None
    wish = weekly[0].wishes[0]
    near = {weekday for each in weekly[0].wishes for weekday in each.weekdays}
    days = tuple(day for day in (today + timedelta(days=n) for n in range(WEEK)) if day.weekday() in near)
    return Unsure(
        Doubt.BOUNDED,
        weekly,
        heard=replace(wish, days=days, weekdays=()),
        weekly=True,
        is_told=True,
        about=(Place.PERIODIC, Place.HOLIDAYS),
    )


def _with_what_was_left(show: Show, plain: str) -> Show:
    """A page that words lead to, with those of which it takes no account."""
    covered = words_for(show.place, plain)
    if covered is None or show.days:
        return show
    covered += about_page(show.place, plain)
    if show.span or show.lead or show.place is Place.RULES:
        covered += [word for word in plain.split() if word in OF_A_VALUE or any(sign.isdigit() for sign in word)]
    covered += [word for word in plain.split() if show.place is Place.QUIET and word in OF_A_NIGHT]
    if show.once and (said := FOR_A_WHILE.search(plain)):
        covered += said[0].split()
    if show.place is Place.REMINDERS:
        covered = [word for word in covered if show.lead or word not in OF_AN_EVE] + ["each", "every", "ogni"]
    return replace(show, unused=unused_words(plain.split(), covered, str))


def _at_its_time(show: Show, plain: str, today: date) -> Show:
    """A page with the time that was put to it, where it can be shown so; what else was said of a time is named."""
    match show.place:
        case Place.HOLIDAYS if not show.days:
            show = replace(show, days=holiday_days(plain, today))
        case Place.HISTORY:
            show = replace(show, month=month_said(plain, today))
        case Place.STATISTICS if month := month_said(plain, today):
            show = Show(Place.HISTORY, month=month, unused=show.unused)
        case _:
            pass
    if show.days or show.place not in BY_ALL_TIMES:
        return show
    if show.month:
        of_month = BY_MONTH.keys() | {"mese", "month"}
        return replace(show, unused=tuple(each for each in show.unused if not of_month & {*each.split()}))
    times = times_left(plain)
    said = {word for phrase in times for word in phrase.split()}
    return replace(show, unused=(*times, *(each for each in show.unused if not set(each.split()) & said)))


def _pages(plain: str, kinds: set[Kind]) -> tuple[Place, ...]:
    """The pages that the words speak of; the one for friends where somebody is to have a place, and only there."""
    pages = pages_about(plain)
    if Kind.PERSON in kinds:
        return tuple(dict.fromkeys((Place.TOGETHER, *pages)))[:MOST_PAGES]
    return tuple(place for place in pages if not (Kind.SOMEBODY in kinds and place is Place.TOGETHER))


def _with_what_was_heard(unsure: Unsure, parts: Sequence[Part], plain: str, text: str, corrected: Corrected) -> Unsure:
    """A question that tells what was heard, where its words may lead, and of which of them nothing was made."""
    kinds = {part.kind for part in parts}
    shifts = {part.text for part in parts if part.shift}
    asks = Kind.ASKING in kinds or Kind.MINE in kinds
    noes = [match[0] for match in SAYS_NO.finditer(text)] if kinds & {Kind.NOT, Kind.NOTHING} else []
    refused = denied(parts)
    stays = kept_words(plain)
    if stays and stays & {part.text for part in parts if part.kind is Kind.NOT}:
        refused = Heard((Wish(),), frozenset())  # "don't touch yoga": that is what stays
    named = heard(parts, refused.taken)
    told = tuple(word for word in unsure.words if word not in SMALL | EVERYDAY | shifts | stays)
    question = replace(
        unsure,
        words=told,
        heard=named.wishes[0],
        more=tuple(wish for wish in named.wishes[1:] if wish.names or wish.where),
        denied=refused.wishes[0],
        of_mine=bool(kinds & OF_MINE) or is_missed(parts, refused.taken),
        only_asks=asks and not kinds & (DROPS if Kind.ASKING in kinds else DROPS | {Kind.NOT}),
        about=_pages(plain, kinds) or ((Place.HISTORY,) if unsure.doubt is Doubt.PAST else ()),
        noes=tuple(dict.fromkeys(noes))[:MOST_NOES],
        shift=next((part.shift for part in parts if part.shift), None),
        wishes=bool(kinds & WISHES),
        drops=bool(kinds & DROPS),
        gives_up=gives_up(parts),
        is_told=bool(kinds & TELLS),
        acts=acts_of(parts, plain),
        quoted=quotations(parts) if unsure.doubt is not Doubt.COST else (),
        weekly=Kind.EVERY in kinds,
        everything=means_all(parts, named.wishes[0]),
    )
    covered = covered_by(question, parts, named.taken | refused.taken, plain)
    covered += reworded(plain)
    covered += [
        word for match in COSTS.finditer(plain) for word in (*match[0].split(), *OF_COSTS) if unsure.doubt is Doubt.COST
    ]
    return replace(question, unused=unused_words(plain.split(), covered, corrected))
