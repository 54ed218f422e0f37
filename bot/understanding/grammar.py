"""From the pieces of a message to what it means. What can't be placed makes a question, and is never left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.understanding.accounts import left_over
from bot.understanding.clauses import (
    CONTENT,
    asks_whether,
    called_off,
    clauses,
    denies,
    instead_of_denied,
    left_alone,
    put_right,
)
from bot.understanding.denials import denies_a_class, denies_a_verb, without_side_noes
from bot.understanding.drafts import JOINTS, Contradiction, Draft, Gatherer, gathered
from bot.understanding.exceptions import all_but, all_of_it
from bot.understanding.intents import (
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
from bot.understanding.lexicon import Kind
from bot.understanding.looks import HOW_LONG, OPENS, asked_about
from bot.understanding.parts import Part
from bot.understanding.swaps import a_week_on, from_one_to_another, shift_said, split, which_one
from bot.understanding.vocabulary import Vocabulary

MOST_WISHES = 3
ASKS = re.compile(r"quando|dove|a che|when|what|where|which|am i|are we|was i|did (?:you|i)|hai")
"""How a question after what is held begins, whether or not it ends with a question mark."""
WHAT_THERE_IS = re.compile(
    r"^ce$|post[oi]|cors[oi]|lezion|class|spot|place|space|liber|free|disponib|availab|course|ci sono|apr|open"
)
BEYOND_A_NO = {Kind.PERSON, Kind.SOMEBODY, Kind.MOVE, Kind.WATCH, Kind.UNWATCH, Kind.ELSE, Kind.OR, Kind.AND}
"""What beside a no makes it a question."""
DOUBTS = {Kind.PERSON: Doubt.ANOTHER, Kind.RHYTHM: Doubt.RHYTHM, Kind.SPORT: Doubt.NOT_OFFERED}
"""Why a piece that a meaning leaves out makes it a question; for all others because it is not known."""


STEERING = frozenset({Kind.CANCEL, Kind.MOVE, Kind.WATCH, Kind.UNWATCH, Kind.PAUSE})
"""What is to be done about what one has, or waits for."""
NO_MOVE = STEERING | {Kind.BOOK, Kind.NOT, Kind.NOTHING, Kind.EVERY, Kind.REMINDER, Kind.LOOK}
"""What beside "an hour later" says that no class is to be moved by that."""
NO_EXCEPTION = {Kind.NOT, Kind.NOTHING, Kind.PERSON, Kind.EVERY, Kind.LATER, Kind.MOVE, Kind.ELSE, Kind.OR}
"""What beside an exception makes it a question."""
THE_SAME = re.compile(r"same|stess")
ALL_OF_IT = re.compile(r"\b(?:tutto|tutti|tutte|everything|all|both|entramb[ie])\b")


def meaning(parts: Sequence[Part], vocabulary: Vocabulary) -> Intent:
    """What the pieces mean together; a question where the meaning found leaves a piece of weight out."""
    sentence = Sentence(put_right(parts), vocabulary)
    return sentence.all_told(sentence.meaning())


class Sentence:
    """One message in its pieces."""

    def __init__(self, parts: Sequence[Part], vocabulary: Vocabulary) -> None:
        self._fault = next((part for part in parts if part.days and part.days.fault), None)
        self._parts = [part for part in parts if not (part.days and part.days.fault)]
        self._vocabulary = vocabulary
        self._kinds = {part.kind for part in parts}
        self._shift = shift_said(parts)
        if self._shift and self._shift.by and not self._kinds & NO_MOVE:
            self._kinds.add(Kind.MOVE)  # "tomorrow's gym an hour later"
        unplaced = {Kind.UNKNOWN, Kind.BOUND, Kind.LASTING, Kind.LATER, Kind.CORRECTION, Kind.NTH}
        unplaced -= {Kind.BOUND, Kind.LATER} if Kind.MOVE in self._kinds else set()  # "from Monday to Friday"
        unplaced -= {Kind.NTH} if self._kinds & {Kind.MOVE, Kind.CANCEL} else set()
        unplaced -= {Kind.LASTING} if self._kinds & {Kind.CANCEL, Kind.NOT, Kind.PAUSE} else set()
        self._unknown = tuple(part.text for part in parts if part.kind in unplaced)
        self._joined = {part.kind for at, part in enumerate(parts) if any(each.kind in CONTENT for each in parts[at:])}

    def meaning(self) -> Intent:
        try:
            if self._fault and self._fault.days:
                return self._unsure(self._fault.days.fault or Doubt.TIMES, self._without_its_day())
            if Kind.SPORT in self._kinds and Kind.COURSE not in self._kinds:
                return self._not_offered()
            if Kind.RHYTHM in self._kinds and not self._kinds & {*STEERING, Kind.NOT, Kind.LOOK}:
                return self._unsure(Doubt.RHYTHM, *every_week(self._parts, self._vocabulary))
            if Kind.EXCEPT in self._kinds:
                return self._all_but()
            if Kind.NOT in self._kinds or Kind.NOTHING in self._kinds:
                return self._negated()
            reading = self._reading()
        except Contradiction as contradiction:
            return self._unsure(Doubt.WORDS if self._unknown else contradiction.doubt)
        if Kind.PERSON in self._kinds:
            return self._unsure(Doubt.ANOTHER, reading)
        if self._unknown or Kind.SOMEBODY in self._kinds:
            return self._unsure(Doubt.WORDS, self._perhaps_moved(), reading)
        return reading or self._unsure(Doubt.UNKNOWN)

    def all_told(self, found: Intent) -> Intent:
        """The meaning itself if it accounts for every piece; the one place that sees to it that nothing is dropped."""
        if isinstance(found, Unsure) or not (left := left_over(self._parts, found)):
            return found
        kinds = {part.kind for part in left}
        doubt = next((doubt for kind, doubt in DOUBTS.items() if kind in kinds), Doubt.WORDS)
        return replace(self._unsure(doubt, found), words=tuple(part.text for part in left))

    def _without_its_day(self) -> Intent | None:
        """What a message that names no day of the time ahead may mean on another one."""
        wants_none = Kind.NOT in self._kinds or Kind.NOTHING in self._kinds
        return None if wants_none or self._unknown or Kind.PERSON in self._kinds else self._reading()

    def _not_offered(self) -> Unsure:
        """It is about a sport that no timetable has: no other is offered in its place."""
        sports = tuple(part.text for part in self._parts if part.kind is Kind.SPORT)
        return Unsure(Doubt.NOT_OFFERED, (), sports, self._vocabulary.near(sports))

    def _all_but(self) -> Intent:
        clear = not self._unknown and not self._kinds & NO_EXCEPTION
        found = all_but(self._parts, self._vocabulary) if clear else None
        return found or self._unsure(Doubt.EXCEPT, *all_of_it(self._parts, self._vocabulary))

    def _perhaps_moved(self) -> Swap | None:
        """The class that is held a bit later or earlier, where it may as well be one that is to be booked."""
        may_be = self._shift is not None and not self._kinds & (NO_MOVE - {Kind.BOOK, Kind.LOOK})
        drafts = self._gathered(self._parts).drafts if may_be else []
        return Swap(drafts[0].wish(), Wish(), self._shift) if len(drafts) == 1 and drafts[0] != Draft() else None

    def _unsure(self, doubt: Doubt, *readings: Intent | None) -> Unsure:
        """A question; a page that was named is no reading of it."""
        flat = [each for one in readings for each in (one.readings if isinstance(one, Unsure) else (one,))]
        kept = tuple(each for each in flat if each is not None and not isinstance(each, Show | Said | Unsure))
        words = (self._fault.text,) if self._fault else self._unknown
        near = () if doubt is Doubt.NEGATED else self._vocabulary.near(self._unknown)
        return Unsure(doubt, kept, words, near)

    def _gathered(self, parts: Sequence[Part]) -> Gatherer:
        return gathered(parts, self._vocabulary)

    # Without a no

    def _reading(self) -> Intent | None:
        """What it means as far as its pieces are known; None when they mean nothing."""
        steering = self._kinds & STEERING
        pieces, asks = clauses(self._parts), any(asks_whether(part) for part in self._parts)
        is_several = len(steering) > 1 or (steering - {Kind.WATCH} and Kind.BOOK in self._kinds)
        if is_several or (pieces and steering and asks):
            return self._unsure(Doubt.SEVERAL, *(meaning(clause, self._vocabulary) for clause in pieces))
        if Kind.MOVE in self._kinds:
            return self._swap()
        if Kind.MINE in self._kinds and not steering and self._asks_what_is_held():
            return Show(Place.MINE) if self._unknown else what_is_held(self._parts, self._vocabulary)
        gatherer = self._gathered(self._parts)
        drafts, joints = gatherer.completed(), gatherer.joints
        if gatherer.dangles:
            return self._unsure(Doubt.SEVERAL)
        every_one = Kind.AND in joints or joints == {Kind.COMMA}
        if len(drafts) > MOST_WISHES or (every_one and joints & {Kind.OR, Kind.ELSE}):
            return self._unsure(Doubt.SEVERAL)
        weekly = Kind.EVERY in self._kinds or any(draft.days and draft.days.several for draft in drafts)
        if Kind.WATCH in steering and not any(draft.names for draft in drafts):
            return self._unsure(Doubt.UNKNOWN)
        if self._is_paused() and drafts == [Draft()]:
            return Show(Place.HOLIDAYS if Kind.LASTING in self._kinds else Place.PERIODIC)
        if steering:
            made = [self._steered(draft, weekly=weekly) for draft in drafts]
            return made[0] if len(made) == 1 else self._unsure(Doubt.SEVERAL, *made)
        return self._asked_for(drafts, weekly=weekly, every_one=every_one)

    def _asks_what_is_held(self) -> bool:
        """Whether it is about what is held already: "what have I booked", and not a wish."""
        mine = next(part.text for part in self._parts if part.kind is Kind.MINE)
        asks = bool(self._kinds & {Kind.LOOK, Kind.ASKING}) or Kind.COURSE not in self._kinds or bool(ASKS.match(mine))
        of_the_class = any(
            part.kind is Kind.LOOK and (OPENS.match(part.text) or HOW_LONG.match(part.text)) for part in self._parts
        )
        return asks and not of_the_class and not self._kinds & {Kind.BOOK, Kind.EVERY}

    def _steered(self, draft: Draft, *, weekly: bool) -> Reading:
        if Kind.WATCH in self._kinds:
            return Watch(draft.wish())
        if Kind.UNWATCH in self._kinds:
            return StopWatching(draft.wish())
        is_dated = draft.days is not None and draft.days.weekday is None
        if self._is_paused() or (weekly and is_dated):
            return Series(draft.recurring())
        if weekly:
            return Series(draft.wish(weekly=True))
        everything = any(ALL_OF_IT.search(part.text) for part in self._parts if part.kind not in CONTENT)
        return Cancel(draft.wish(), every_one=everything, nth=which_one(self._parts))

    def _is_paused(self) -> bool:
        """Whether what recurs is to stop for a while, or to go on: it is no cancellation of a class then."""
        return bool(self._kinds & {Kind.PAUSE, Kind.LASTING}) and Kind.MOVE not in self._kinds

    def _asked_for(self, drafts: list[Draft], *, weekly: bool, every_one: bool) -> Intent | None:
        """A booking, or a look at what there is."""
        has_content = drafts != [Draft()]
        acts, looks = self._kinds & {Kind.BOOK, Kind.DO}, Kind.LOOK in self._kinds
        if weekly and not has_content:
            return Show(Place.PERIODIC)
        if weekly and Kind.ASKING in self._kinds and not (acts or any(draft.names for draft in drafts)):
            return Series(drafts[0].recurring())
        if weekly and any(draft.days and draft.days.weekday is None for draft in drafts):
            once = Book(tuple(draft.wish() for draft in drafts), every_one)
            return self._unsure(Doubt.ONCE_OR_WEEKLY, Weekly(tuple(draft.recurring() for draft in drafts)), once)
        if weekly and (acts or not looks):
            return Weekly(tuple(draft.wish(weekly=True) for draft in drafts), every_one)
        asks = Kind.ASKING in self._kinds and not self._kinds & {Kind.BOOK, Kind.DO, Kind.SOFT}
        only_looks = looks and Kind.BOOK not in self._kinds
        if (
            only_looks
            or asks
            or not (acts or any(draft.names or draft.who for draft in drafts) or Kind.SOFT in self._kinds)
        ):
            asked = has_content or any(WHAT_THERE_IS.search(part.text) for part in self._parts)
            wishes = [draft.wish() for draft in drafts]
            return Look(wishes[0], tuple(wishes[1:]), asked_about(self._parts, wishes)) if asked else None
        if not has_content:
            return Show(Place.NEW) if Kind.BOOK in self._kinds else None
        book = Book(tuple(draft.wish() for draft in drafts), every_one)
        if any(draft.days and draft.days.habit for draft in drafts):
            every_week = Weekly(tuple(draft.wish(weekly=True) for draft in drafts), every_one)
            return self._unsure(Doubt.ONCE_OR_WEEKLY, book, every_week)
        return book

    def _swap(self) -> Intent:
        """What is held, up to the last word that leads on; from there what is to be had instead."""
        if self._joined & {Kind.AND, Kind.OR, Kind.ELSE}:
            return self._unsure(Doubt.SEVERAL)
        parts = from_one_to_another(a_week_on(self._parts))
        at = split(parts)
        old, new = self._gathered(parts[:at]), self._gathered(parts[at:])
        if len(old.drafts) > 1 or len(new.drafts) > 1:
            return self._unsure(Doubt.SEVERAL)
        if Kind.EVERY in self._kinds or any(each.days and each.days.several for each in (*old.drafts, *new.drafts)):
            return Series(old.drafts[0].wish(weekly=True))
        same_hour = any(part.kind is Kind.BOTH and THE_SAME.search(part.text) for part in self._parts)
        return Swap(old.drafts[0].wish(), new.drafts[0].wish(), self._shift, same_hour, which_one(self._parts))

    # With a no

    def _negated(self) -> Intent:
        """Never a booking. Who does not want something gets what there is of it; what else is denied is a question."""
        main = without_side_noes(self._parts)
        if len(main) < len(self._parts):
            found = meaning(main, self._vocabulary)
            return found if isinstance(found, Unsure) else self._unsure(Doubt.WORDS, found)
        doubt = self._unsure(
            Doubt.NEGATED,
            self._to_cancel() or self._called_off(),
            self._to_watch(),
            no_longer_watched(self._parts, self._vocabulary),
            meaning(instead_of_denied(self._parts), self._vocabulary),
            *(meaning(clause, self._vocabulary) for clause in clauses(self._parts) if not denies(clause)),
        )
        if self._unknown or self._kinds & BEYOND_A_NO:
            return doubt
        if self._kinds & {Kind.CANCEL, Kind.PAUSE}:
            return Said(Word.NO) if left_alone(self._parts) else doubt
        if Kind.NOTHING in self._kinds and Kind.BOOK in self._kinds and not self._kinds & set(CONTENT):
            return Said(Word.NO)
        if Kind.ASKING in self._kinds or not (denies_a_verb(self._parts) or denies_a_class(self._parts)):
            return doubt
        drafts = self._gathered(self._parts).drafts
        if len(drafts) > 1:
            return doubt
        draft = drafts[0]
        if self._is_paused():
            return Series(draft.recurring()) if draft != Draft() else Show(Place.HOLIDAYS)
        if Kind.EVERY in self._kinds or (draft.days and draft.days.several):
            return Series(draft.wish(weekly=True))
        if replace(draft, told=None) == Draft():
            return doubt if draft.told else Unwanted(draft.wish())
        return Unwanted(draft.wish())

    def _before_the_no(self) -> Sequence[Part]:
        return self._parts[: next(at for at, part in enumerate(self._parts) if part.kind in (Kind.NOT, Kind.NOTHING))]

    def _to_watch(self) -> Watch | None:
        """What is to be watched, as far as it is said before the no: `keep an eye on yoga, but don't book it`."""
        before = self._before_the_no()
        drafts = self._gathered(before).drafts
        kinds = {part.kind for part in before}
        one_is_watched = Kind.WATCH in kinds and Kind.COURSE in kinds and len(drafts) == 1
        return Watch(drafts[0].wish()) if one_is_watched else None

    def _to_cancel(self) -> Cancel | None:
        """What is to be cancelled, as far as it is said before the no: `cancel yoga tomorrow, but not pilates`."""
        before = self._before_the_no()
        kinds = {part.kind for part in before}
        if (
            Kind.CANCEL not in kinds
            or not kinds & {Kind.COURSE, Kind.DAY}
            or kinds & {Kind.EVERY, Kind.PERSON, Kind.MOVE}
        ):
            return None
        drafts = self._gathered(before).drafts
        return Cancel(drafts[0].wish()) if len(drafts) == 1 else None

    def _called_off(self) -> Cancel | None:
        """What is to be cancelled after the no, which then tells why: `I won't be there on Tuesday, drop pilates`."""
        if Kind.CANCEL not in self._kinds or Kind.MOVE in self._kinds or not called_off(self._parts):
            return None
        drafts = self._gathered(self._parts).drafts
        return Cancel(drafts[0].wish()) if len(drafts) == 1 and drafts[0] != Draft() else None


def no_longer_watched(parts: Sequence[Part], vocabulary: Vocabulary) -> StopWatching | None:
    """What is not to be watched any more: `I don't care for yoga any more, stop looking`."""
    kinds = {part.kind for part in parts}
    is_clear = Kind.UNWATCH in kinds and not kinds & {Kind.CANCEL, Kind.MOVE}
    drafts = gathered(parts, vocabulary).drafts if is_clear else []
    return StopWatching(drafts[0].wish()) if len(drafts) == 1 else None


def every_week(parts: Sequence[Part], vocabulary: Vocabulary) -> list[Intent]:
    """What could recur each week, where another rhythm is asked for."""
    wish = gathered(parts, vocabulary).completed()[0].wish(weekly=True)
    return [Weekly((wish,))] if wish != Wish() else []


def what_is_held(parts: Sequence[Part], vocabulary: Vocabulary) -> Show:
    """What is held, of the class and the days that are asked about, where nothing else narrows the question."""
    if {part.kind for part in parts} & {Kind.WHO, *JOINTS} - {Kind.COMMA, Kind.OR}:
        return Show(Place.MINE)
    drafts = gathered([part for part in parts if part.kind is not Kind.WHERE], vocabulary).drafts
    if len(drafts) != 1:
        return Show(Place.MINE)
    wish = drafts[0].wish()
    return Show(Place.MINE, wish.days, names=wish.names, hours=wish.hours)
