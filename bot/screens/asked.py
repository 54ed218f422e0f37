"""Questions about the classes there are, answered by name: which are full, who teaches them. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.screens.page import Lines, Page, home_button, safe
from bot.screens.places import place_button
from bot.screens.plain_words import MOST_SHOWN, day_button, elsewhere, rest_of, slot_rows, told
from bot.screens.slots import SlotState, SlotView
from bot.screens.when import When, first_up
from bot.understanding.intents import Place, Wish
from domain.model import OpeningRule
from languages import _


def full_page(wish: Wish, views: Sequence[SlotView], when: When) -> Page:
    """The classes without a place, by name; a tap leads to where one can be watched. Of others nothing is said."""
    full = [view for view in views if view.state is SlotState.FULL or _is_watched(view)]
    lines = Lines().add(first_up(told(wish, when)))
    if not full:
        lines.add(_("Di piene non ne vedo."))
        return Page(str(lines), (elsewhere(views),))
    names = (_("<b>{course}</b> alle {time}", course=safe(view.name), time=_moment(view, full)) for view in full)
    lines.add(_("Piene: {names}.", names=", ".join(list(names)[:MOST_SHOWN])), rest_of(full))
    return Page(str(lines.add(_("Tocca per tenerne d'occhio una:"))), (*slot_rows(full, when), elsewhere(views)))


def only_nightly_page() -> Page:
    """Somebody wants no sound for a while: there are only the same hours of every night, which are not that."""
    text = _(
        "Zitto solo per un po' non so stare: le ore di silenzio sono le stesse ogni notte. "
        "Per adesso puoi silenziare questa chat in Telegram: le prenotazioni restano come sono."
    )
    return Page(text, ((place_button(Place.QUIET),), (home_button(),)))


def opening_page(days: Sequence[date], rule: OpeningRule, when: When) -> Page:
    """From when on the classes of those days can be booked."""
    lines = Lines()
    for day in days:
        opens_at = rule.opens_at(day)
        name = first_up(when.day(day))
        lines.add(
            _("{day}: si può già prenotare.", day=name)
            if opens_at <= when.now
            else _("{day}: le prenotazioni aprono {moment}.", day=name, moment=when.at(opens_at))
        )
    return Page(str(lines), (*((day_button(day, when),) for day in days[:MOST_SHOWN]), (home_button(),)))


def _is_watched(view: SlotView) -> bool:
    """Whether the person waits for a place there, and none was seen at the last reading."""
    return view.ticket is not None and bool(view.ticket.watch) and not view.slot.places


def _moment(view: SlotView, among: Sequence[SlotView]) -> str:
    several = len({one.slot.day for one in among}) > 1
    return f"{view.slot.start:%H:%M} ({view.slot.day:%d/%m})" if several else f"{view.slot.start:%H:%M}"


def teachers_page(wish: Wish, views: Sequence[SlotView], when: When) -> Page:
    """Who teaches, by name, and which of the classes; what the site does not say is told as that."""
    lines = Lines().add(first_up(told(wish, when)))
    taught: dict[str, list[SlotView]] = {}
    for view in views:
        taught.setdefault(view.slot.instructor, []).append(view)
    silent = taught.pop("", [])
    lines.add(*(_line(name, theirs, when) for name, theirs in taught.items()))
    if silent:
        lines.add(
            _("Il sito non dice chi la tiene.") if not taught else _("Delle altre il sito non dice chi le tiene.")
        )
    return Page(str(lines.add(rest_of(views))), (*slot_rows(views, when), elsewhere(views)))


def _line(name: str, views: Sequence[SlotView], when: When) -> str:
    classes = dict.fromkeys(f"{safe(view.name)} {when.day(view.slot.day)} {view.slot.start:%H:%M}" for view in views)
    return f"<b>{safe(name)}</b>: {', '.join(list(classes)[:MOST_SHOWN])}"
