"""What a look at a fact comes to, and the two plainest looks: an element of a page is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from admin.survey.seen import Seen
from domain.names import plain
from languages.terminal import _


class Mark(StrEnum):
    KNOWN = "✓"
    DIFFERS = "✗"
    UNSEEN = "?"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a fact holds, and what was seen of it: in words, and for programs."""

    mark: Mark
    words: str = ""
    value: Any = None


Look = Callable[[Seen], Verdict]
UNSEEN = Verdict(Mark.UNSEEN)


def judged(holds: bool, words: str = "", value: Any = None) -> Verdict:
    return Verdict(Mark.KNOWN if holds else Mark.DIFFERS, words, value)


def element(page: str, selector: str, said: str = "") -> Look:
    """An element of a page is there, and says something."""

    def look(seen: Seen) -> Verdict:
        soup = seen.soup(page)
        if soup is None:
            return UNSEEN
        found = soup.select(selector)
        words = {plain(" ".join(each.get_text(" ").split())) for each in found}
        return judged(
            bool(found) and (not said or any(said in each for each in words)),
            _("{number} there", number=len(found)),
            len(found),
        )

    return look


def optional(page: str, selector: str) -> Look:
    """Whether something is there; the contract does not say."""

    def look(seen: Seen) -> Verdict:
        soup = seen.soup(page)
        return UNSEEN if soup is None or not soup.select(selector) else judged(True, _("it is there"), True)

    return look
