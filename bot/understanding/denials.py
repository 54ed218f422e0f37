"""What a no is about: the verb or the class right behind it, or nothing of the wish, in a sentence beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part
from bot.understanding.words import worded

SKIPPED = (Kind.FILLER, Kind.TO, Kind.NO_LONGER)
VERBS = (Kind.BOOK, Kind.DO, Kind.SOFT)
NO_SUCH = ("no", "no more", "niente", "nessun", "nessuna", "basta")
SAYING_NO = ("non", "not", "never", "mai", "no longer")


def denies_a_class(parts: Sequence[Part]) -> bool:
    """Whether the one no stands right before a course, and nothing is asked for: `no gym next Thursday`."""
    kinds = {part.kind for part in parts}
    denials = [at for at, part in enumerate(parts) if part.kind in (Kind.NOT, Kind.NOTHING)]
    if len(denials) != 1 or kinds & {*VERBS, Kind.LOOK, Kind.MINE, Kind.LATER}:
        return False
    skipped = (*SKIPPED, Kind.EVERY)
    denied = next((part for part in parts[denials[0] + 1 :] if part.kind not in skipped), None)
    return parts[denials[0]].text in NO_SUCH and denied is not None and denied.kind is Kind.COURSE


def denies_a_verb(parts: Sequence[Part]) -> bool:
    """Whether the one "not" stands right before the one verb, and nothing else is asked for."""
    denials = [at for at, part in enumerate(parts) if part.kind is Kind.NOT]
    if len(denials) != 1 or parts[denials[0]].text not in SAYING_NO:
        return False
    rest = [part for part in parts[denials[0] + 1 :] if part.kind not in SKIPPED]
    verbs = len(rest) - len(list(_after_verbs(rest)))
    later = {part.kind for part in rest[verbs:]}
    earlier = {part.kind for part in parts[: denials[0]]}
    asks = any(part.kind is Kind.LOOK and part.text != "ci sono" for part in parts)
    return verbs > 0 and not asks and not later & {*VERBS, Kind.COMMA} and Kind.BOOK not in earlier


def _after_verbs(parts: Sequence[Part]) -> Iterator[Part]:
    """The pieces after the verbs that the first of them are; a booking is the last of the verbs that are one."""
    seen: list[Kind] = []
    for at, part in enumerate(parts):
        there = part.text == "ci sono"
        goes_on = part.kind in VERBS and not (part.kind is Kind.BOOK and Kind.DO in seen)
        if not (goes_on or there):
            yield from parts[at:]
            return
        seen.append(part.kind)


NOES = (Kind.NOT, Kind.NOTHING)
WANTING = re.compile(
    r"(?:(?:i|we) )?(?:want|need|voglio|vogliamo|posso|possiamo|can|could|riesco|riusciro|potro|will)\b"
)


def gives_up(parts: Sequence[Part]) -> bool:
    """Whether somebody says that they do not come, can't, or do not want it: a statement, and no question."""
    if any(part.kind is Kind.ASKING for part in parts):
        return False
    for at, part in enumerate(parts):
        after = next((each for each in parts[at + 1 :] if each.kind not in SKIPPED), None)
        if after is None or part.kind not in NOES:
            continue
        denies_it = after.kind in (Kind.DO, Kind.BOOK) or WANTING.match(after.text)
        if (part.kind is Kind.NOT and denies_it) or (part.text in NO_SUCH and after.kind is Kind.COURSE):
            return True
    return False


DEEDS = frozenset({Kind.BOOK, Kind.CANCEL, Kind.MOVE, Kind.PAUSE, Kind.WATCH, Kind.UNWATCH})
ABOUT_WHAT_THERE_IS = DEEDS - {Kind.BOOK}
CLASSES = frozenset({Kind.COURSE, Kind.DAY, Kind.HOURS, Kind.WHERE, Kind.WHO, Kind.EVERY, Kind.MINE})
LINKS = frozenset({Kind.COMMA, Kind.AND, Kind.ELSE, Kind.CORRECTION})
LINKING = worded("so quindi but ma because cause perche if se since siccome then allora percio cosi tanto")
"""Words that end a sentence beside the wish, or begin one."""
UNWELL = re.compile(r"(?:sta|sto|stanno|feel|feeling|doing)? ?(?:\w+ )?(?:bene|well|good|great)(?= |$)")

KNOWING = worded("remember recall ricordo ricordavo ricordi know understand capisco sure sicuro sicura")
"""What is not known is not denied by that: `I can't remember whether I booked yoga`."""
UNTIL_NOT = ("finche", "until", "till", "fin quando")
"""Until when something lasts is no denial: `finché non passa la caviglia`."""
HELPING = ("have", "need")  # to do what follows, which is not known: `I don't have to think about it`
WITHOUT = ("senza", "without")
TOO = re.compile(r"too|troppo|very|molto|tanto|so|super|particolarmente|particularly")
"""How much is too much, of what a class is not to be: `not too hard`."""
NO_MORE_THAN = worded("solo only soltanto just")
TOO_MUCH = re.compile(r"(?:too|troppo|very|so|tanto|possible|possibile)(?= |$)")
"""What a courtesy says no to: `if it is not too complicated`."""


def without_side_noes(parts: Sequence[Part]) -> Sequence[Part]:
    """The pieces without each no that stands in a sentence beside the wish, and what it says no to.

    `my wife is not well, take me off the list`: only where that sentence has no
    class, day or verb behind the no, and another says what is to be done.
    """
    kept, at = list(parts), 0
    while at < len(kept):
        end = _end_of_side_no(kept, at) if kept[at].kind in NOES else at
        kept = [*kept[:at], *kept[end:]]
        at += end == at
    return kept if len(kept) < len(parts) else parts


def _end_of_side_no(parts: Sequence[Part], at: int) -> int:
    """Where what such a no says ends; where the no stands if it may be about the wish."""
    after = [number for number in range(at + 1, len(parts)) if parts[number].kind not in (*SKIPPED, Kind.SOFT)]
    if parts[at + 1 : at + 2] and parts[at + 1].text in NO_MORE_THAN:
        return at + 2
    if [part.kind for part in parts[at + 2 : at + 3]] == [Kind.UNKNOWN] and TOO.fullmatch(parts[at + 1].text):
        return at + 3
    if after and parts[after[0]].text in KNOWING:
        return after[0] + 1
    if at and parts[at - 1].text in UNTIL_NOT:
        return next((number for number in range(at, len(parts)) if parts[number].kind in LINKS), len(parts))
    links = [number for number, part in enumerate(parts) if part.kind in LINKS or part.text in LINKING]
    end = next((number for number in links if number > at), len(parts))
    first = next((number + 1 for number in reversed(links) if number < at), 0)
    behind = parts[at + 1 : end]
    kinds = {part.kind for part in behind}
    said = " ".join(part.text for part in behind)
    says_why = kinds & {Kind.UNKNOWN, Kind.SPORT} or UNWELL.match(said)
    helps = {Kind.DO} if after and parts[after[0]].text in HELPING and Kind.UNKNOWN in kinds else set()
    if not says_why or kinds & {*DEEDS, *CLASSES, Kind.DO, Kind.LOOK, *NOES} - helps:
        return at
    if parts[at].text in WITHOUT:
        return end
    others = {part.kind for number, part in enumerate(parts) if not first <= number < end and part.kind not in NOES}
    asked = {
        part.kind
        for number, part in enumerate(parts)
        if not at <= number < end and part.kind in (*DEEDS, Kind.EVERY) and not _is_denied(parts, number)
    }
    is_beside = not {part.kind for part in parts[first:at]} & CLASSES
    after_if = first > 0 and parts[first - 1].text in ("if", "se")
    courtesy = after_if and bool(TOO_MUCH.match(said)) and is_beside and bool(others & CLASSES)
    asked |= others & {Kind.LOOK, Kind.ASKING}
    return end if courtesy or asked & ABOUT_WHAT_THERE_IS or (asked and is_beside) else at


def _is_denied(parts: Sequence[Part], at: int) -> bool:
    """Whether a no stands right before that piece."""
    before = next((part for part in reversed(parts[:at]) if part.kind not in (*SKIPPED, Kind.SOFT)), None)
    return before is not None and before.kind in NOES
