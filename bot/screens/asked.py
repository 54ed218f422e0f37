"""Questions about the classes there are, answered in a sentence: which are full, who teaches, when one ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.screens.page import Lines, Page, home_button, safe
from bot.screens.places import place_button
from bot.screens.plain_words import MOST_SHOWN, day_button, elsewhere, rest_of, slot_rows, told
from bot.screens.slots import SlotState, SlotView
from bot.screens.when import When, first_up, hours_of
from bot.understanding.intents import Place, Wish
from domain.model import FIT_CENTER, OpeningRule
from languages import _

MOST_DAYS = 3  # of those on which a course is held, as its openings are told
MOST_LINES = 5  # classes whose length is told, each on a line


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


def opening_page(wish: Wish, views: Sequence[SlotView], rule: OpeningRule, when: When) -> Page:
    """From when on the classes of those days can be booked; of one course with its next classes, as they stand."""
    lines = Lines().add(first_up(told(replace(wish, days=()), when)))
    if wish.names:
        lines.add(*_openings(views, when))
        return Page(str(lines), (*slot_rows(views, when), elsewhere(views)))
    if rule.hours_before is not None:
        length = hours_of(timedelta(hours=rule.hours_before))
        lines.add(_("Ogni lezione apre {hours} prima di cominciare.", hours=length))
    else:
        lines.add(*(_opening(first_up(when.day(day)), rule.opens_at(day), when) for day in wish.days))
    return Page(str(lines), (*((day_button(day, when),) for day in wish.days[:MOST_SHOWN]), (home_button(),)))


def _opening(named: str, opens_at: datetime, when: When) -> str:
    if opens_at <= when.now:
        return _("{day}: si può già prenotare.", day=named)
    return _("{day}: le prenotazioni aprono {moment}.", day=named, moment=when.at(opens_at))


def _openings(views: Sequence[SlotView], when: When) -> list[str]:
    """A line for each day of the next ones, and for each hour where those of a day stand differently."""
    by_day: dict[date, list[SlotView]] = {}
    for view in views:
        by_day.setdefault(view.slot.day, []).append(view)
    lines = []
    for day, there in list(by_day.items())[:MOST_DAYS]:
        named = first_up(when.day(day))
        said = [_stands(named, view, when) for view in there]
        if len(set(said)) > 1:
            said = [_stands(f"{named} {view.slot.start:%H:%M}", view, when) for view in there]
        lines += list(dict.fromkeys(said))[:MOST_LINES]
    return lines


def _stands(named: str, view: SlotView, when: When) -> str:
    """Whether one can be booked: as the site showed it, else by the rule."""
    if view.state is SlotState.FULL:
        return _("{day}: ha già aperto, e adesso è piena.", day=named)
    return _opening(named, when.now if view.state is SlotState.FREE else view.opens_at, when)


def length_page(wish: Wish, views: Sequence[SlotView], when: When) -> Page:
    """When each class begins and ends, and how long that is; what the site does not say is told as that."""
    lines = Lines().add(first_up(told(wish, when)))
    for view in views[:MOST_LINES]:
        slot = view.slot
        begins = datetime.combine(slot.day, slot.start)
        if slot.end is None:
            lines.add(_("{day} alle {time}: il sito non dice quando finisce.", day=first_up(when.day(slot.day)),
                        time=f"{slot.start:%H:%M}"))  # fmt: skip
            continue
        length = hours_of((datetime.combine(slot.day, slot.end) - begins) % timedelta(days=1))
        lines.add(
            _(
                "{day}: dalle {first} alle {last} ({length}).",
                day=first_up(when.day(slot.day)),
                first=f"{slot.start:%H:%M}",
                last=f"{slot.end:%H:%M}",
                length=length,
            )  # fmt: skip
        )
    return Page(str(lines), (*slot_rows(views, when), elsewhere(views)))


def edge_page(wish: Wish, views: Sequence[SlotView], when: When, *, last: bool) -> Page:
    """The first class, or the last one, of the first of those days: one sentence, and its button."""
    day = min(view.slot.day for view in views)
    those = sorted((view for view in views if view.slot.day == day), key=lambda view: view.slot.start)
    hour = (those[-1] if last else those[0]).slot.start
    meant = [view for view in those if view.slot.start == hour]
    names = " / ".join(f"<b>{safe(name)}</b>" for name in dict.fromkeys(view.name for view in meant))
    where = "" if wish.names else told(replace(wish, days=(day,)), when)
    sentence = (
        _("L'ultima di {day}: {names} alle {time}.", day=when.day(day), names=names, time=f"{hour:%H:%M}")
        if last
        else _("La prima di {day}: {names} alle {time}.", day=when.day(day), names=names, time=f"{hour:%H:%M}")
    )
    lines = Lines().add(first_up(where)).add(sentence)
    return Page(str(lines), (*slot_rows(meant, when), elsewhere(those)))


def closing_page(wish: Wish, views: Sequence[SlotView], when: When) -> Page:
    """Until when there are classes, place by place: the doors' own hours nobody knows here."""
    day = min(view.slot.day for view in views)
    lines = Lines().add(
        _("L'orario di apertura della sede non lo so. Dagli orari che conosco, {day}:", day=when.day(day))
    )
    places = dict.fromkeys(view.slot.activity.place for view in views if view.slot.day == day)
    for place in places:
        there = [view.slot for view in views if view.slot.day == day and view.slot.activity.place == place]
        last = max(there, key=lambda slot: slot.end or slot.start)
        until = f"{last.end or last.start:%H:%M}"
        name = safe(last.course or FIT_CENTER)
        lines.add(
            _(
                "{place}: l'ultimo è {name}, dalle {first} alle {last}.",
                place=safe(place),
                name=name,
                first=f"{last.start:%H:%M}",
                last=until,
            )  # fmt: skip
        )
    return Page(str(lines), ((day_button(day, when),), (home_button(),)))


def nature_page(wish: Wish, views: Sequence[SlotView], when: When) -> Page:
    """What is done in a class nobody here knows: when it is held can be told."""
    lines = Lines().add(first_up(told(wish, when)))
    lines.add(_("Che cosa si fa non lo so: il sito ne dice solo il nome. Ecco quando c'è:"), rest_of(views))
    return Page(str(lines), (*slot_rows(views, when), elsewhere(views)))


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
