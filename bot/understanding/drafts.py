"""The wishes of a message while their pieces are gathered: which piece is of which wish, and how they are joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.understanding.clauses import CONTENT
from bot.understanding.days import Days
from bot.understanding.hours import Told
from bot.understanding.intents import Doubt, Wish
from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part
from bot.understanding.vocabulary import Vocabulary

JOINTS = (Kind.ELSE, Kind.OR, Kind.AND, Kind.COMMA)


class Contradiction(Exception):
    """Two pieces of one wish can't both be meant: its days or hours, or two courses."""

    def __init__(self, doubt: Doubt = Doubt.TIMES) -> None:
        super().__init__(doubt)
        self.doubt = doubt


@dataclass(frozen=True, slots=True)
class Draft:
    """A wish while its pieces are gathered."""

    names: tuple[str, ...] = ()
    said: tuple[str, ...] = ()  # the words of the course
    days: Days | None = None
    told: Told | None = None
    where: tuple[str, ...] = ()
    who: tuple[str, ...] = ()

    def completed_by(self, other: Draft) -> Draft:
        """With what the other says for both: for another course only its day, or "tonight", and no hour of a clock."""
        days = self.days or other.days
        if self.names and other.names:
            of_the_day = other.told if other.told and other.told.wide and not self.days else None
            return replace(self, days=days, told=self.told or of_the_day)
        names, said = (self.names, self.said) if self.names else (other.names, other.said)
        told, where = self.told or other.told, self.where or other.where
        return Draft(names, said, days, told, where, self.who or other.who)

    def wish(self, *, weekly: bool = False) -> Wish:
        """Raises Contradiction for a date where a weekday is needed."""
        hours = self.told.hours if self.told else None
        if not weekly:
            return Wish(self.names, self.days.dates if self.days else (), (), hours, self.where, self.who)
        if self.days is None:
            return Wish(self.names, (), (), hours, self.where, self.who)
        if self.days.weekday is None:
            raise Contradiction
        return Wish(self.names, (), (self.days.weekday,), hours, self.where, self.who)

    def recurring(self) -> Wish:
        """What recurs, where dates stand for their weekday, and those of several for none in particular."""
        wish = self.wish()
        weekdays = {day.weekday() for day in wish.days}
        return replace(wish, days=(), weekdays=tuple(weekdays) if len(weekdays) == 1 else ())


class Gatherer:
    """Puts the pieces of a message together to wishes, and remembers how they are joined."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.drafts = [Draft()]
        self.joints: set[Kind] = set()
        self.dangles = False  # "otherwise" after or before nothing
        self._pending: Kind | None = None
        self._of_both = False

    def take(self, parts: Sequence[Part]) -> None:
        """Raises Contradiction for pieces of one wish that can't both be meant."""
        for part in parts:
            self._of_both = self._of_both or part.kind is Kind.BOTH
            if part.kind in JOINTS and self.drafts[-1] != Draft():
                self._pending = part.kind if self._pending in (None, Kind.COMMA) else self._pending
            elif part.kind is Kind.ELSE:
                self.dangles = True
            elif part.kind in CONTENT:
                self._add(part)
                self._pending = None
        self.dangles = self.dangles or self._pending is Kind.ELSE

    def _add(self, part: Part) -> None:
        if self._pending in (Kind.ELSE, Kind.OR):
            self._begin(self._pending)
        try:
            self.drafts[-1] = self._with(self.drafts[-1], part)
        except Contradiction:
            if self._pending not in (Kind.AND, Kind.COMMA):
                raise
            self._begin(self._pending)
            self.drafts[-1] = self._with(self.drafts[-1], part)

    def _begin(self, joint: Kind) -> None:
        self.drafts.append(Draft())
        self.joints.add(joint)
        self._pending = None

    def _with(self, draft: Draft, part: Part) -> Draft:
        match part.kind:
            case Kind.COURSE:
                return self._with_course(draft, part)
            case Kind.DAY if part.days:
                days = draft.days.meeting(part.days) if draft.days else part.days
                if days is None:
                    raise Contradiction
                return replace(draft, days=days)
            case Kind.HOURS if part.told:
                told = draft.told.meeting(part.told) if draft.told else part.told
                if told is None:
                    raise Contradiction
                return replace(draft, told=told)
            case Kind.WHO if draft.who and draft.who != part.who:
                raise Contradiction(Doubt.SEVERAL)
            case Kind.WHO:
                return replace(draft, who=part.who)
            case _:
                return replace(draft, where=(*draft.where, part.where))

    def _with_course(self, draft: Draft, part: Part) -> Draft:
        if not draft.names or draft.names == part.names:
            return replace(draft, names=part.names, said=(*draft.said, *part.text.split()))
        words = (*draft.said, *part.text.split())
        both = self._vocabulary.both(draft.names, part.names, words) if self._pending is None else ()
        if not both:
            raise Contradiction(Doubt.SEVERAL)
        return replace(draft, names=both, said=words)

    def completed(self) -> list[Draft]:
        """The wishes, each with what the others say for it too."""
        whole = []
        if self._of_both:
            self._share_with_all()
        self._share_the_last_hour()
        for at, draft in enumerate(self.drafts):
            for other in (*reversed(self.drafts[:at]), *self.drafts[at + 1 :]):
                draft = draft.completed_by(other)
            if draft.who and draft.names and not self._vocabulary.teach(draft.who, draft.names):
                raise Contradiction(Doubt.ANOTHER)  # "yoga with Andrea", who is a friend then
            whole.append(draft)
        return whole

    def _share_with_all(self) -> None:
        """`gag on Monday and yoga on Friday, both at 18`: the last hour is said of each that has none."""
        last = self.drafts[-1]
        self.drafts = [replace(draft, told=draft.told or last.told) for draft in self.drafts]

    def _share_the_last_hour(self) -> None:
        """`yoga or gag tomorrow at 18`: what is said once, at the end, is said of both."""
        last = self.drafts[-1]
        told_before = any(draft.days or draft.told or draft.where for draft in self.drafts[:-1])
        if self.joints == {Kind.OR} and last.days and not told_before:
            self.drafts = [replace(draft, days=last.days, told=last.told, where=last.where) for draft in self.drafts]


def gathered(parts: Sequence[Part], vocabulary: Vocabulary) -> Gatherer:
    """The wishes of these pieces. Raises Contradiction."""
    gatherer = Gatherer(vocabulary)
    gatherer.take(parts)
    return gatherer
