"""How fast a class fills, and the chance to have it, in words: none before enough openings were seen. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from domain.filling import Filling, Races, chance, usual, usually_full_after
from languages import _

STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 40, 50, 60, 90, 120, 180, 300, 600, 900, 1800, 3600)  # s: "within" so much is said


def filling_lines(seen: Sequence[Filling], everywhere: Sequence[Races], *, opens_later: bool) -> list[str]:
    """`everywhere`: the races of each class; `opens_later`: it has not opened, so that its chance is of interest."""
    after = usually_full_after(seen)
    lines = [] if after is None else [_("⏱ Di solito si riempie entro {time} dall'apertura.", time=within(after))]
    share = chance(seen, usual(everywhere)) if opens_later else None
    if share is not None:
        percent = round(share * 10) * 10
        lines.append(_("🎯 Probabilità di prenderla, da com'è andata finora: circa {percent} %.", percent=percent))
    return lines


def within(seconds: float) -> str:
    """`40 s`, `3 min`: the next round number, for it is a bound."""
    bound = next((step for step in STEPS if seconds <= step), math.ceil(seconds))
    return f"{bound} s" if bound < 120 else _("{minutes} min", minutes=bound // 60)
