"""Everything but something: what all of it is, and what is left out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.understanding.clauses import CONTENT
from bot.understanding.drafts import Draft, gathered
from bot.understanding.intents import Cancel, Intent, Look, Series, Weekly, Wish
from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part
from bot.understanding.vocabulary import Vocabulary


def all_of_it(parts: Sequence[Part], vocabulary: Vocabulary) -> list[Intent]:
    """What somebody wants who makes an exception: all, to be picked from."""
    kinds = {part.kind for part in parts}
    if Kind.NOT in kinds or Kind.NOTHING in kinds:
        return []
    before = parts[: _exception_at(parts)]
    said = gathered(before, vocabulary).completed()[0]
    if Kind.PAUSE in kinds:
        return [Series(said.recurring())]
    if Kind.CANCEL in kinds:
        return [Series(said.recurring()) if Kind.EVERY in kinds else Cancel(said.wish())]
    if Kind.EVERY in kinds:
        return [Weekly((said.wish(weekly=True),))]
    excepted = next((part.kind for part in parts[len(before) :] if part.kind in CONTENT), None)
    if said.days or said.names or excepted is not Kind.COURSE:
        return [Look(said.wish())] if said != Draft() else []
    when = [part for part in parts if part.kind in (Kind.DAY, Kind.HOURS, Kind.WHERE)]
    return [Look(gathered(when, vocabulary).drafts[0].wish())]


def all_but(parts: Sequence[Part], vocabulary: Vocabulary) -> Cancel | Look | None:
    """What is to go, or what there is, without one; None where it is not clear what that is."""
    at = _exception_at(parts)
    excepted = gathered(parts[at + 1 :], vocabulary).drafts
    if len(excepted) > 1 or excepted == [Draft()] or len(gathered(parts[:at], vocabulary).drafts) > 1:
        return None
    made = next((one for one in all_of_it(parts, vocabulary) if isinstance(one, Cancel | Look)), None)
    but = excepted[0].wish()
    if isinstance(made, Cancel):
        return replace(made, but=but, every_one=True)
    if made is None or not but.names:
        return made and replace(made, but=but)
    return replace(made, but=Wish(names=but.names, where=but.where, who=but.who))  # its day is said of all of it


def _exception_at(parts: Sequence[Part]) -> int:
    return next(at for at, part in enumerate(parts) if part.kind is Kind.EXCEPT)
