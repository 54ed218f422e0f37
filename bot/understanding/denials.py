"""Whether the one no of a message stands right before its verb or its class, so that it is clear what is not wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part

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
