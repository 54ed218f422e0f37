"""The ways to find, among bookings or slots, the one that somebody means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from domain.model import ClassRef, same_course
from domain.names import same_place, split_activity, words_of


class OfAClass(Protocol):
    """Something that is of one class: a booking, a slot."""

    @property
    def ref(self) -> ClassRef: ...


M = TypeVar("M", bound=OfAClass)


def find_matching(candidates: Iterable[M], wanted: ClassRef) -> M | None:
    """The first of them that is of the class that is meant; None when there is none."""
    return next((each for each in candidates if wanted.matches(each.ref)), None)


def says_more_of_its_place(listed: ClassRef, asked: ClassRef, places: Iterable[str]) -> bool:
    """Whether what is listed is the class that was asked for, and only says more of its place: `Centro Giuriati`.

    `places`: all that are known. The one asked for is among them, and of no other does the list say the words as well.
    """
    then = (listed.day, listed.start) == (asked.day, asked.start) and same_course(listed.course, asked.course)
    said, meant = (words_of(split_activity(each.where)[0]) for each in (listed, asked))
    known = [words_of(each) for each in places]
    others = any(each and each <= said and not each <= meant for each in known)
    return then and same_place(listed.kind, asked.kind) and meant in known and meant <= said and not others
