"""How an amount of bytes and a span of time are written, in the language that is spoken."""

from __future__ import annotations

from datetime import timedelta

from babel.numbers import format_decimal

from languages import _, n_, spoken

UNITS = ("B", "kB", "MB", "GB", "TB")
MINUTE, HOUR, DAY = 60, 3600, 86_400  # s


def size(number: int) -> str:
    """`1,2 GB`."""
    amount, unit = float(number), 0
    while amount >= 1000 and unit < len(UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    shape = "0.#" if unit > 1 and amount < 100 else "0"
    return f"{format_decimal(amount, shape, locale=str(spoken()))} {UNITS[unit]}"


def span(length: timedelta) -> str:
    """`12 secondi`, `3 ore`: its largest unit; never less than nothing."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < MINUTE:
        return n_("{n} secondo", "{n} secondi", seconds)
    if seconds < HOUR:
        return n_("{n} minuto", "{n} minuti", seconds // MINUTE)
    if seconds < 2 * DAY:
        return n_("{n} ora", "{n} ore", seconds // HOUR)
    return n_("{n} giorno", "{n} giorni", seconds // DAY)


def age(length: timedelta, *, ago: bool = True) -> str:
    """`12 secondi fa`; not `ago`: `da 12 secondi`."""
    if ago and length < timedelta(seconds=1):
        return _("adesso")
    return _("{span} fa", span=span(length)) if ago else _("da {span}", span=span(length))
