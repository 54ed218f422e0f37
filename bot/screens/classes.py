"""How a class is written in a text: in a line, in a few lines, as one of several choices. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.screens.page import LONGEST_NAME, clip, in_quotes, safe
from bot.screens.when import When, first_up, long_day
from domain.model import (
    Action,
    ClassRef,
    same_course,
)
from languages import _

SHORT = 60  # characters of a name where much else is told: a caption may have 1024 in all


def in_a_line(ref: ClassRef, when: When, longest: int = LONGEST_NAME, beside: Iterable[ClassRef | None] = ()) -> str:
    """`PILATES MATWORK, domani alle 18:00`; with place and kind where it would read like a class `beside` it."""
    line = _(
        "<b>{course}</b>, {day} alle {time}",
        course=safe(clip(ref.course, longest)),
        day=when.day(ref.day),
        time=f"{ref.start:%H:%M}",
    )
    return f"{line} · {safe(ref.where)}" if told_apart(ref, beside) else line


def told_apart(ref: ClassRef, beside: Iterable[ClassRef | None]) -> str:
    """` · Giuriati - Corsi Platinum` where a class would otherwise read like another; else nothing."""
    return f" · {ref.where}" if ref.where and any(one and ref.reads_like(one) for one in beside) else ""


def about(ref: ClassRef, when: When) -> str:
    """A class in three lines: what, when and where."""
    near = when.day(ref.day)
    day = long_day(ref.day) if near == long_day(ref.day) else f"{near}, {long_day(ref.day)}"
    moment = _("{day}, alle {time}", day=first_up(day), time=f"{ref.start:%H:%M}")
    lines = [f"<b>{safe(ref.course)}</b>", f"📅 {moment}"]
    if ref.where:
        lines.append(f"📍 {safe(ref.where)}")
    return "\n".join(lines)


def about_action(action: Action, when: When) -> str:
    """The class that an action got, else the one it is about; empty for an action without a class."""
    return about(action.subject, when) if action.subject else ""


def why_not_first(action: Action, when: When) -> str:
    """Which alternative was booked and what the site said of the first choice; empty when the first was booked."""
    if not action.won_choice:
        return ""
    said = "; ".join(dict.fromkeys(re.findall("«(.*?)»", action.why_not_first or "", re.DOTALL)))
    first = in_a_line(action.class_ref, when, SHORT, beside=[action.subject])
    won = _(
        "È la tua {choice} scelta: la prima, {first}, non si poteva avere.",
        choice=ordinal(action.won_choice + 1),
        first=first,
    )
    return won + " " + _("Dal sito: {said}.", said=in_quotes(said)) if said else won


def moved(asked: ClassRef | None, got: ClassRef | None) -> str:
    """That the site has moved a class since it was asked for; empty when it has not, or nothing was got."""
    if asked is None or got is None or (asked.day, asked.start) == (got.day, got.start):
        return ""
    return _(
        "⚠️ L'avevi chiesta per le {old}: nel frattempo il sito ha spostato la lezione alle {new}.",
        old=f"{asked.start:%H:%M}",
        new=f"{got.start:%H:%M}",
    )


def renamed(asked: ClassRef | None, got: ClassRef | None) -> str:
    """That the list names a class otherwise than it was asked for; empty when it does not, or nothing was got."""
    if asked is None or got is None or same_course(asked.course, got.named_as(asked).course):
        return ""
    return _(
        "⚠️ L'avevi chiesta come {old}: nel tuo elenco il sito la chiama {new}.",
        old=safe(clip(asked.course, SHORT)),
        new=safe(clip(got.course, SHORT)),
    )


def ordinal(number: int) -> str:
    """`2ª`, `2nd`: which of the choices; they are at most a handful."""
    numbers = {1: _("1ª"), 2: _("2ª"), 3: _("3ª"), 4: _("4ª"), 5: _("5ª"), 6: _("6ª")}
    return numbers.get(number, f"{number}.")


def choices(others: Sequence[ClassRef], when: When, beside: Sequence[ClassRef] = ()) -> list[str]:
    """The alternatives, numbered from the second choice on; `beside`: the classes that the same text names."""
    if not others:
        return []
    told = [*beside, *others]
    numbered = (f"{ordinal(n)} {in_a_line(ref, when, beside=told)}" for n, ref in enumerate(others, 2))
    return [_("Se non c'è posto, nell'ordine:"), *numbered]
