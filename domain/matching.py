"""The one way to find, among bookings or slots, the one that somebody means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from domain.model import ClassRef


class OfAClass(Protocol):
    """Something that is of one class: a booking, a slot."""

    @property
    def ref(self) -> ClassRef: ...


M = TypeVar("M", bound=OfAClass)


def find_matching(candidates: Iterable[M], wanted: ClassRef) -> M | None:
    """The first of them that is of the class that is meant; None when there is none."""
    return next((each for each in candidates if wanted.matches(each.ref)), None)
