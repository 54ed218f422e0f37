"""A message of several clauses: what is put right by a later one, and where another thing to be done begins."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understanding.hours import Told
from bot.understanding.lexicon import Kind
from bot.understanding.parts import Part

ASKS_WHETHER = re.compile(
    r"(?:see|check|know|find out|tell me|vedi|vedere|dimmi|sapere|guarda|controlla\w*|verifica\w*) (?:if|whether|se)$"
)
CONTENT = (Kind.DAY, Kind.HOURS, Kind.COURSE, Kind.WHERE, Kind.WHO)
LINKS = (Kind.AND, Kind.COMMA)
DEEDS = (Kind.BOOK, Kind.CANCEL, Kind.MOVE, Kind.WATCH, Kind.UNWATCH, Kind.PAUSE)
BESIDE_A_CORRECTION = (*CONTENT, *LINKS, Kind.FILLER, Kind.TO, Kind.NOT, Kind.SOFT, Kind.ASKING)


def put_right(parts: Sequence[Part]) -> Sequence[Part]:
    """With what stands before "no wait" or "anzi" replaced by what is said after it, as far as it is of the same kind.

    Before any class, day or hour it takes nothing back. Unchanged where that
    is not clear: another verb follows, nothing does, or two of the kind stand before.
    """
    at = next((at for at, part in enumerate(parts) if part.kind is Kind.CORRECTION), None)
    if at is None:
        return parts
    if not any(part.kind in CONTENT for part in parts[:at]):
        return put_right([*parts[:at], *parts[at + 1 :]]) if len(parts) > 1 else parts
    before, after = parts[:at], [part for part in parts[at + 1 :] if part.kind is not Kind.CORRECTION]
    while after and after[0].kind in (Kind.NOT, Kind.COMMA):
        after = after[1:]
    kinds = {part.kind for part in after if part.kind in CONTENT}
    said_twice = any(sum(part.kind is kind for part in before) > 1 for kind in kinds)
    if not kinds or said_twice or any(part.kind not in BESIDE_A_CORRECTION or part.kind is Kind.NOT for part in after):
        return parts
    kept = [part for part in before if part.kind not in kinds]
    while kept and kept[-1].kind in LINKS:
        kept.pop()
    return [*kept, *after]


def clauses(parts: Sequence[Part]) -> list[Sequence[Part]]:
    """The message cut before each "and" or comma that leads to another thing to be done; nothing if none does."""
    cuts, deed = [0], False
    for at, part in enumerate(parts):
        if part.kind not in LINKS:
            deed = deed or part.kind in DEEDS
            continue
        following = parts[at + 1 : _next_link(parts, at + 1)]
        if deed and any(each.kind in DEEDS or asks_whether(each) for each in following):
            cuts.append(at + 1)
            deed = False
    pieces = [parts[first:last] for first, last in zip(cuts, [*cuts[1:], len(parts)], strict=True)]
    return pieces if len(pieces) > 1 else []


def asks_whether(part: Part) -> bool:
    """Whether a piece begins a question of its own: `and see if there's pilates on Wednesday`."""
    return part.kind is Kind.LOOK and bool(ASKS_WHETHER.match(part.text))


def _next_link(parts: Sequence[Part], first: int) -> int:
    return next((at for at in range(first, len(parts)) if parts[at].kind in LINKS), len(parts))


def _before_the_deeds(parts: Sequence[Part]) -> list[Kind | None]:
    """What stands before each piece that cancels or pauses."""
    heard = [part.kind for part in parts if part.kind not in (Kind.FILLER, Kind.SOFT, Kind.NO_LONGER, Kind.DO)]
    pairs = zip([None, *heard], heard, strict=False)
    return [before for before, kind in pairs if kind in (Kind.CANCEL, Kind.PAUSE)]


def called_off(parts: Sequence[Part]) -> bool:
    """Whether something is to be cancelled or paused in a clause of its own: `I can't come tomorrow, drop it`."""
    return any(before in (*LINKS, *CONTENT) for before in _before_the_deeds(parts))


def denies(parts: Sequence[Part]) -> bool:
    return any(part.kind in (Kind.NOT, Kind.NOTHING) for part in parts)


def left_alone(parts: Sequence[Part]) -> bool:
    """Whether nothing is to be cancelled: each word for that is denied right before it, or is about nothing."""
    about = {part.kind for part in parts} & {*CONTENT}
    return not about or all(before in (Kind.NOT, Kind.NOTHING) for before in _before_the_deeds(parts))


def instead_of_denied(parts: Sequence[Part]) -> list[Part]:
    """What is wanted where a class or an hour is not: `not at 18, at 19`, `pilates but not at 18`; else nothing."""
    denials = [at for at, part in enumerate(parts) if part.kind in (Kind.NOT, Kind.NOTHING)]
    if len(denials) != 1 or {part.kind for part in parts} & {*DEEDS, Kind.PERSON, Kind.EVERY} - {Kind.BOOK}:
        return []
    before, tail = list(parts[: denials[0]]), parts[denials[0] + 1 :]
    comma = _next_link(tail, 0)
    if comma < len(tail) and tail[comma].kind is Kind.AND:  # it is denied too: "I can't come today and tomorrow"
        return []
    denied = [part for part in tail[:comma] if part.kind in CONTENT]
    wanted = [part for part in tail[comma + 1 :] if part.kind in CONTENT]
    if not denied:
        return []
    if not any(part.kind is Kind.COURSE for part in (*before, *wanted)):
        return [*(part for part in denied if part.kind is Kind.COURSE), *wanted] if wanted else []
    if wanted:
        kinds = {part.kind for part in wanted}
        return [part for part in before if part.kind in CONTENT and part.kind not in kinds] + wanted
    if {part.kind for part in denied} <= {part.kind for part in before}:
        return [part for part in before if part.kind in CONTENT]
    hours = denied[0].told
    others = hours.hours.others() if hours and len(denied) == 1 else None
    kept = [part for part in before if part.kind in CONTENT and part.kind is not Kind.HOURS]
    return [*kept, Part(Kind.HOURS, denied[0].text, told=Told(others))] if others else []
