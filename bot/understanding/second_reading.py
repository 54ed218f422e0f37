"""A reading of the grammar, weighed with what the examples say: it stands, becomes a question, or another answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.understanding.hearing import MOST_PAGES
from bot.understanding.intents import (
    Act,
    Asked,
    Book,
    Cancel,
    Doubt,
    Intent,
    Look,
    Place,
    Reading,
    Said,
    Series,
    Show,
    StopWatching,
    Swap,
    Unsure,
    Unwanted,
    Watch,
    Weekly,
    Wish,
    Word,
)
from bot.understanding.likeness import Likely, Likeness
from bot.understanding.topics import KIN, NEAREST, NOT_OURS, PAGES, QUESTIONS, WORDS, Topic
from bot.understanding.words import worded

SURE = 0.8
"""From here on the examples answer what the grammar can't.

That is right of 19 in 20 ordinary messages that they have not seen, and of 17 in 20 that were written to confuse them.
"""
OWN = 0.85  # from here on a class that is named without a verb is one's own
CONTRADICTED = 0.9  # from here on a clear reading of the grammar becomes a question
BESIDES = 0.6  # from here on a part of a message is a wish of its own
ALONE = 0.6  # the same, where nothing is heard that could be done
LIKELY = 0.5  # from here on a topic's page, or what it asks to be done, is among what is offered
LEAST = 0.12  # a page that is less likely is not offered where nothing at all was understood
Shown = Callable[[Place], Show]
"""The page of that name, with what a message says about it."""

FOR_EVER = re.compile(r"\b(?:per sempre|sempre|always|forever|from now on|d'ora in poi)[\s.!]*$")
CLAUSE = re.compile(r"[.!?;,\n]+|\s(?:and|e|but|ma|so|quindi|then|poi|otherwise|altrimenti)\s")
OPEN = (Doubt.WORDS, Doubt.UNKNOWN, Doubt.PAST, Doubt.TIMES)
"""Questions whose answer the topic may be; the others say for themselves what they are about."""
BESIDE_A_NO = (Topic.WATCH, Topic.UNWATCH, Topic.SERIES, Topic.LOOK, Topic.LEAVE, Topic.MINE, *WORDS, *NOT_OURS)
"""Topics that are the same with a no in their sentence."""
ACTS = {
    Topic.WATCH: Act.WATCH, Topic.CANCEL: Act.CANCEL, Topic.MOVE: Act.MOVE, Topic.UNWATCH: Act.UNWATCH,
}  # fmt: skip
"""What is read back though no word of the grammar says it; that something is to be booked says its button."""
TO_BE_DONE = frozenset({Act.BOOK, Act.CANCEL, Act.STOP, Act.MOVE, Act.WATCH, Act.UNWATCH})
"""What a page of its own would leave undone."""
DEEDS = frozenset({*ACTS, Topic.BOOK, Topic.WEEKLY, Topic.SERIES, Topic.HOLIDAYS})
OF_MINE = (Topic.CANCEL, Topic.MOVE, Topic.UNWATCH, Topic.SERIES)
PAGES_OF = {place: topic for topic, place in PAGES.items()} | {
    Place.MINE: Topic.MINE, Place.WATCHES: Topic.WATCH, Place.PERIODIC: Topic.SERIES, Place.HOURS: Topic.LOOK,
    Place.WEEK: Topic.LOOK, Place.NEW: Topic.BOOK, Place.USUAL: Topic.BOOK, Place.LAST_WEEK: Topic.BOOK,
}  # fmt: skip
USUAL = worded("solito solita usual")
SAYINGS = {Word.HELLO: Topic.HELLO, Word.THANKS: Topic.THANKS, Word.NO: Topic.LEAVE, Word.CHAT: Topic.CHAT}


def weighed(intent: Intent, text: str, examples: Likeness, shown: Shown) -> Intent:
    """The reading as it stands, or what the examples make of it."""
    likely = examples.of(text)
    best = likely[0]
    if isinstance(intent, Unsure):
        return _settled(intent, likely, _clauses(text, examples), shown)
    if isinstance(intent, Book) and FOR_EVER.search(text.lower()):
        weekly = Weekly(tuple(_every_week(wish) for wish in intent.wishes), intent.every_one)
        return Unsure(Doubt.ONCE_OR_WEEKLY, (intent, weekly), heard=intent.wishes[0], about=(Place.PERIODIC,))
    topic, wish = topic_of(intent), _wish_of(intent)
    if topic in (Topic.LOOK, Topic.BOOK) and best.topic is Topic.MINE and best.share >= OWN and wish.names:
        return Show(Place.MINE, wish.days, names=wish.names, hours=wish.hours)  # "do I have yoga tomorrow?"
    if topic is None or best.share < CONTRADICTED or _agree(topic, best.topic) or _is_whole(topic, wish):
        return intent
    return _doubted(intent, best.topic)


def _every_week(wish: Wish) -> Wish:
    """The wish on its weekdays, as what recurs says it."""
    return replace(wish, days=(), weekdays=wish.weekdays or tuple(sorted({day.weekday() for day in wish.days})))


def _clauses(text: str, examples: Likeness) -> list[float]:
    """How sure it is of each part of a message that it asks for something to be done, where it is more than a word."""
    parts = [part.strip() for part in CLAUSE.split(text.lower())]
    several = [examples.of(part) for part in parts if len(part.split()) > 1]
    return [sum(one.share for one in likely if one.topic in DEEDS) for likely in several]


def topic_of(intent: Intent) -> Topic | None:
    """What a reading of the grammar is about; None for what no example can contradict."""
    match intent:
        case Book():
            return Topic.BOOK
        case Weekly():
            return Topic.WEEKLY
        case Watch():
            return Topic.WATCH
        case StopWatching():
            return Topic.UNWATCH
        case Look():
            return next((topic for topic, about in QUESTIONS.items() if about is intent.about), Topic.LOOK)
        case Cancel() | Unwanted():
            return Topic.CANCEL
        case Series():
            return Topic.SERIES
        case Swap():
            return Topic.MOVE
        case Show(place, number=None):
            return PAGES_OF.get(place)
        case Said(word):
            return SAYINGS.get(word)
        case _:
            return None


def _agree(read: Topic, like: Topic) -> bool:
    """Whether the reading may stand: of two deeds the grammar knows better, and to show what there is harms nobody."""
    is_near = read is like or any({read, like} <= each for each in KIN)
    return is_near or (read in DEEDS and like in DEEDS) or (read is Topic.LOOK and like in DEEDS)


def _is_whole(topic: Topic, wish: Wish) -> bool:
    """Whether a deed is about a class that is named with its time: that is no slip of the grammar."""
    return topic in DEEDS and bool(wish.names and (wish.days or wish.weekdays or wish.hours))


def _doubted(intent: Intent, topic: Topic) -> Unsure:
    """A question: what the grammar read, beside what such messages are about else."""
    wish = _wish_of(intent)
    readings = (intent,) if not isinstance(intent, Show | Said | Unsure) else ()
    reading = _reading(topic, wish, ())
    several = (reading, *readings) if reading and wish != Wish() else readings
    places = dict.fromkeys(place for place in (NEAREST.get(topic), _place_of(intent)) if place)
    return Unsure(
        NOT_OURS.get(topic, Doubt.WORDS), several, heard=wish, about=tuple(places),
        of_mine=topic in OF_MINE, acts=_acts(topic, ()), is_told=True,
    )  # fmt: skip


def _place_of(intent: Intent) -> Place | None:
    return intent.place if isinstance(intent, Show) else None


def _wish_of(intent: Intent) -> Wish:
    match intent:
        case Book(wishes) | Weekly(wishes):
            return wishes[0]
        case Look(wish) | Watch(wish) | StopWatching(wish) | Cancel(wish) | Unwanted(wish) | Series(wish):
            return wish
        case Swap(old):
            return old
        case Show(_, days):
            return Wish(intent.names, days, hours=intent.hours)
        case _:
            return Wish()


def _settled(unsure: Unsure, likely: Sequence[Likely], clauses: Sequence[float], shown: Shown) -> Intent:
    """A question of the grammar, answered by the topic where that is sure; else with the likeliest topics offered."""
    best = likely[0]
    if best.share >= SURE and best.topic is Topic.OTHERS and unsure.doubt is not Doubt.HANDED_ON:
        return Unsure(Doubt.OTHERS, about=(Place.TOGETHER, Place.MINE))
    if unsure.doubt in (*NOT_OURS.values(), Doubt.COST) and best.topic in NOT_OURS:
        return replace(unsure, readings=(), heard=Wish(), near=())  # no class is offered beside it
    if USUAL & {*unsure.words, *unsure.unused} and not unsure.heard.names and not unsure.acts:
        return Show(Place.USUAL)
    if unsure.doubt is Doubt.NEGATED and best.share >= SURE:
        unsure = _with_a_no_of_the_story(unsure, best.topic)
    is_open = unsure.doubt in OPEN or (unsure.doubt is Doubt.NEGATED and best.topic in BESIDE_A_NO)
    if not is_open:
        return unsure
    says_nothing = unsure.heard == Wish() and not unsure.acts and not unsure.readings
    alone = says_nothing and best.topic in {*SAYINGS.values(), *NOT_OURS}
    if best.share >= (ALONE if alone else SURE):
        if best.topic not in DEEDS and _wants_more(best.topic, clauses, _told(unsure)):
            return replace(unsure, doubt=NOT_OURS.get(best.topic, unsure.doubt), about=_first_of(best.topic, unsure))
        return _answered(unsure, best.topic, shown) or unsure
    least = LEAST if says_nothing else LIKELY
    places = [
        NEAREST[one.topic]
        for one in likely
        if one.share >= least and one.topic in NEAREST and (says_nothing or one.topic is not Topic.TOGETHER)
    ]
    about = tuple(dict.fromkeys((*places, *unsure.about)))[:MOST_PAGES]
    return replace(_also(unsure, best), about=about)


def _wants_more(topic: Topic, clauses: Sequence[float], told: set[Act]) -> bool:
    """Whether a part of the message asks for something to be done besides; of "cancel it... no, leave it" the last."""
    if len(clauses) < 2:
        return False
    if topic is Topic.LEAVE:
        return clauses[-1] >= BESIDES
    return bool(told & TO_BE_DONE) or max(clauses) >= BESIDES


def _told(unsure: Unsure) -> set[Act]:
    """What is to be done, as the grammar heard it."""
    return {one.act for one in unsure.acts if not one.denied} - {Act.KEEP}


def _first_of(topic: Topic, unsure: Unsure) -> tuple[Place, ...]:
    place = NEAREST.get(topic)
    return tuple(dict.fromkeys((*((place,) if place else ()), *unsure.about)))[:MOST_PAGES]


def _with_a_no_of_the_story(unsure: Unsure, topic: Topic) -> Unsure:
    """Without the no, named as not used, where it denies nothing that is to be done: "I never manage to get zumba"."""
    is_kept = topic is Topic.LEAVE or any(one.denied or one.act is Act.KEEP for one in unsure.acts)
    is_kept = is_kept or (topic in OF_MINE and not unsure.acts)  # "I can't come": that no is the wish
    if is_kept or topic in BESIDE_A_NO:
        return unsure
    heard, denied = unsure.heard, unsure.denied
    if denied.names and not heard.names:
        heard, denied = replace(heard, names=denied.names, where=heard.where or denied.where), Wish()
    unused = tuple(dict.fromkeys((*(no.lower() for no in unsure.noes), *unsure.unused)))
    return replace(unsure, doubt=Doubt.WORDS, heard=heard, denied=denied, noes=(), unused=unused)


def _also(unsure: Unsure, best: Likely) -> Unsure:
    """With what the likeliest topic asks to be done, where nothing else says what that is."""
    if best.share < LIKELY or best.topic in OF_MINE or unsure.acts or unsure.noes or unsure.heard == Wish():
        return unsure
    reading = _reading(best.topic, unsure.heard, unsure.readings)
    if reading is None or reading in unsure.readings:
        return unsure
    return replace(unsure, readings=(reading, *unsure.readings))


def _answered(unsure: Unsure, topic: Topic, shown: Shown) -> Intent | None:
    """What a sure topic makes of a question; None where the question stays as it is."""
    acts, heard = _told(unsure), unsure.heard
    if topic in WORDS:
        return _said(unsure, topic)
    if topic in NOT_OURS:
        return Unsure(NOT_OURS[topic]) if heard == Wish() or not acts - {Act.BOOK} else None
    if topic is Topic.UNDO and heard.names:
        readings = tuple(dict.fromkeys((Book((heard,)), *unsure.readings)))
        return replace(unsure, readings=readings, about=(Place.NEWEST, Place.MINE))
    if topic is Topic.UNDO and acts:
        return None
    if topic in PAGES:
        return _page(unsure, topic, shown) if not (acts & TO_BE_DONE and heard != Wish()) else None
    if topic in (*QUESTIONS, Topic.MINE) and acts & {Act.CANCEL, Act.MOVE}:
        return None
    if topic is Topic.MINE:
        return Show(Place.MINE, heard.days, names=heard.names, hours=heard.hours, unused=unsure.unused)
    if topic in QUESTIONS and (heard.names or (heard.days and topic is not Topic.NATURE)):
        return Look(heard, unsure.more, QUESTIONS[topic], unused=unsure.unused)
    if topic in QUESTIONS:
        return Show(NEAREST[topic], unused=unsure.unused)
    if topic is Topic.CAPACITY and heard == Wish():
        return Unsure(Doubt.PEOPLE)
    return _deed(unsure, topic, shown)


def _said(unsure: Unsure, topic: Topic) -> Said | None:
    """A word that asks for nothing, unless something is to be done besides."""
    wanted = _told(unsure)
    if topic is Topic.LEAVE:
        return Said(Word.NO) if not wanted - {Act.CANCEL, Act.STOP, Act.BOOK} or unsure.noes else None
    of_a_class = bool(unsure.heard.days and unsure.heard.names) if topic is Topic.THANKS else unsure.heard != Wish()
    return None if wanted or of_a_class else Said(WORDS[topic])


def _page(unsure: Unsure, topic: Topic, shown: Shown) -> Show:
    """The page of the topic, with what was said of a class that it does not show."""
    show = shown(PAGES[topic])
    if topic is Topic.HOLIDAYS and not show.days:
        return replace(show, days=unsure.heard.days)
    return show


def _deed(unsure: Unsure, topic: Topic, shown: Shown) -> Intent | None:
    """What is to be done, as a question about the classes that were heard; without any, where one chooses them."""
    heard, told = unsure.heard, _told(unsure)
    reading = _reading(topic, heard, unsure.readings)
    says_so = told or unsure.drops or unsure.gives_up or unsure.noes or heard == Wish() or heard.names
    if reading is None or (topic in (Topic.CANCEL, Topic.MOVE) and not says_so):
        return None
    if heard == Wish() and not unsure.readings and not unsure.noes:
        return reading if topic in (Topic.CANCEL, Topic.MOVE) else shown(NEAREST[topic])
    is_once = topic is Topic.WEEKLY and not unsure.weekly  # no word says "every"
    if is_once and Act.BOOK in told and len(heard.days) == 1:
        topic, is_once, reading = Topic.BOOK, False, Book((heard,))
    readings = (_reading(Topic.BOOK, heard, unsure.readings), reading) if is_once else (reading,)
    contradicted = tuple(one for one in unsure.readings if ACTS.get(topic_of(one) or topic) in told)
    return replace(
        unsure,
        doubt=Doubt.ONCE_OR_WEEKLY if is_once else Doubt.NEGATED if unsure.doubt is Doubt.NEGATED else Doubt.WORDS,
        readings=tuple(dict.fromkeys((*readings, *contradicted))),
        acts=_acts(topic, unsure.acts),
        of_mine=topic in OF_MINE,
        drops=topic in OF_MINE or (unsure.drops and topic is not Topic.BOOK),
        weekly=unsure.weekly or topic is Topic.WEEKLY or (topic is Topic.SERIES and len(heard.days) == 1),
        is_told=unsure.is_told or topic not in (Topic.BOOK, Topic.LOOK, Topic.CAPACITY),
    )


def _acts(topic: Topic, acts: tuple[Asked, ...]) -> tuple[Asked, ...]:
    act = ACTS.get(topic)
    if topic is Topic.BOOK and Asked(Act.BOOK) in acts:  # "make it two" is no move then
        return tuple(one for one in acts if one.denied or one.act not in (Act.MOVE, Act.CANCEL))
    return acts if act is None or any(one.act is act for one in acts) else (Asked(act), *acts)


def _reading(topic: Topic, heard: Wish, readings: Sequence[Reading]) -> Reading | None:
    """What the topic asks to be done about the classes: as the grammar read it, where it has that among others."""
    read = next((one for one in readings if topic_of(one) is topic), None)
    if read is not None:
        return read
    match topic:
        case Topic.BOOK:
            return Book((heard,))
        case Topic.LOOK | Topic.CAPACITY:
            return Look(heard)
        case Topic.WEEKLY:
            return Weekly((_every_week(heard),))
        case Topic.WATCH:
            return Watch(heard)
        case Topic.UNWATCH:
            return StopWatching(heard)
        case Topic.CANCEL:
            return Cancel(heard)
        case Topic.MOVE:
            return Swap(heard, Wish())
        case Topic.SERIES:
            return Series(heard)
        case Topic.TEACHER | Topic.ENDS | Topic.OPENING | Topic.NATURE:
            return Look(heard, about=QUESTIONS[topic])
        case _:
            return None
