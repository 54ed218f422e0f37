"""The next seven days as one person has them: what the picture of the week shows, and the same in words. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.page import Lines, Page, button, home_button, safe
from bot.screens.preferences import Setting
from bot.screens.slot_labels import standing
from bot.screens.slots import SlotState, SlotView
from bot.screens.when import When, first_up, short_day, weekday
from domain.model import HeldBooking
from domain.names import split_activity
from languages import N_, _, n_

DAYS_IN_A_WEEK = 7
FEW = 3  # places left: hurry
LONGEST_CAPTION = 1024  # characters Telegram takes under a picture, as UTF-16 counts them
WEEK_LABEL = N_("🖼 La settimana")


class Standing(StrEnum):
    """What a class is to the person, by its colour."""

    MINE = "mine"
    WAITS = "waits"  # in the queue, or watched
    FREE = "free"
    FEW = "few"
    FULL = "full"
    LATER = "later"  # opens on another day


@dataclass(frozen=True, slots=True)
class WeekClass:
    start: str
    end: str
    name: str
    place: str
    standing: Standing
    word: str  # beside the colour: `7`, `piena`, `apre mar`, `tua`
    told: str  # the same in a sentence's words: `7 posti`, `apre mar 24 alle 00:00`


@dataclass(frozen=True, slots=True)
class WeekDay:
    day: date
    title: str  # `Lun 23 nov`
    is_today: bool
    classes: tuple[WeekClass, ...]
    nothing: str = ""  # why there are none


@dataclass(frozen=True, slots=True)
class Week:
    title: str
    read: str  # how old the places are
    days: tuple[WeekDay, ...]

    @property
    def several_places(self) -> bool:
        """Whether a class has to say where it is."""
        return len({one.place for day in self.days for one in day.classes}) > 1


def week_of(
    views: Sequence[tuple[date, Sequence[SlotView]]],
    held: Sequence[HeldBooking],
    read: Collection[date],
    read_at: datetime | None,
    when: When,
) -> Week:
    """The days with their classes, but for those that have begun. `read`: the days that were read from the site.

    What is held and the timetable does not have is among them all the same.
    """
    first, last = views[0][0], views[-1][0]
    title = _("Dal {first} al {last}", first=short_day(first), last=short_day(last))
    told = _("Aggiornata {moment}", moment=when.at(read_at)) if read_at else _("Orari non ancora letti dal sito")
    return Week(title, told, tuple(_day(day, slots, held, when, is_read=day in read) for day, slots in views))


def _day(day: date, views: Sequence[SlotView], held: Sequence[HeldBooking], when: When, *, is_read: bool) -> WeekDay:
    known = {view.held.id for view in views if view.held}
    lost = [_held(one) for one in held if one.booking.day == day and one.id not in known]
    ahead = [view for view in views if view.state is not SlotState.STARTED]
    classes = sorted([*(_class(view, when) for view in ahead), *lost], key=lambda one: (one.start, one.name))
    title = _("Oggi, {day}", day=short_day(day)) if day == when.today else first_up(short_day(day))
    nothing = _("Per oggi più niente") if views else _("Nessun orario") if is_read else _("Non ancora letti")
    return WeekDay(day, title, day == when.today, tuple(classes), nothing)


def _class(view: SlotView, when: When) -> WeekClass:
    slot = view.slot
    kind, word = _standing(view, when)
    place = split_activity(slot.activity.name)[0]
    return WeekClass(f"{slot.start:%H:%M}", f"{slot.end:%H:%M}", view.name, place, kind, word, standing(view, when))


def _held(held: HeldBooking) -> WeekClass:
    booking = held.booking
    place = split_activity(booking.location)[0]
    return WeekClass(f"{booking.start:%H:%M}", "", booking.course, place, Standing.MINE, _("tua"), _("già tua"))


def _standing(view: SlotView, when: When) -> tuple[Standing, str]:
    """The colour, and the word that says the same."""
    if view.held is not None and view.state is not SlotState.QUEUED:
        return Standing.MINE, _("tua")
    match view.state:
        case SlotState.QUEUED:
            watched = view.ticket is not None and view.ticket.watch is not None
            return Standing.WAITS, _("d'occhio") if watched else _("in coda")
        case SlotState.OPENS:
            return Standing.LATER, _opens(view, when)
        case SlotState.FULL:
            return Standing.FULL, _("piena")
        case _:
            places = view.places(when.now)
            few = places is not None and places <= FEW
            return Standing.FEW if few else Standing.FREE, _("aperta") if places is None else str(places)


def _opens(view: SlotView, when: When) -> str:
    opens = when.local(view.opens_at)
    if opens.date() == when.today:
        return _("apre {time}", time=f"{opens:%H:%M}")
    return _("apre {weekday}", weekday=weekday(opens.weekday(), short=True))


# In words


def week_page(week: Week, *, dark: bool, mondays: bool) -> Page:
    """The words under the picture, which say what it shows, and its buttons."""
    look = _("⬜ Chiara") if dark else _("⬛ Scura")
    monday = _("📬 Il lunedì: sì") if mondays else _("📬 Anche ogni lunedì?")
    rows = (
        (
            button(look, Verb.WEEK_LOOK, 0 if dark else 1),
            button(monday, Verb.SETTING, Setting.MONDAYS, fresh=True),
        ),
        (button(texts.HOURS_LABEL, Verb.HOURS, fresh=True), home_button(fresh=True)),
    )
    return Page(_caption(week), rows)


def _caption(week: Week) -> str:
    """Every class where they fit under a picture; else what each day comes to, and what is one's own."""
    told = _("La tua settimana")
    head = f"<b>{told}</b>\n{safe(week.title)}"
    whole = str(Lines([head, *(_every_class(day) for day in week.days if day.classes), f"<i>{safe(week.read)}</i>"]))
    if _length(whole) <= LONGEST_CAPTION and any(day.classes for day in week.days):
        return whole
    brief = str(Lines([head]).add(*(_in_brief(day) for day in week.days)).add(f"<i>{safe(week.read)}</i>"))
    full = str(Lines([head]).add(_("È una settimana piena: guarda i giorni.")))
    return brief if _length(brief) <= LONGEST_CAPTION else full


def _every_class(day: WeekDay) -> str:
    lines = (f"{one.start} {safe(one.name)} · {one.told}" for one in day.classes)
    return "\n".join([f"<b>{safe(day.title)}</b>", *lines])


def _in_brief(day: WeekDay) -> str:
    """`Mar 24 nov: 12 orari, 9 con posti · tua: PILATES 18:00`."""
    title = f"<b>{safe(day.title)}</b>"
    if not day.classes:
        return f"{title}: {day.nothing.lower()}"
    with_places = sum(one.standing in (Standing.FREE, Standing.FEW) for one in day.classes)
    told = [n_("{n} orario", "{n} orari", len(day.classes))]
    if with_places:
        told.append(_("{n} con posti", n=with_places))
    mine = [f"{safe(one.name)} {one.start}" for one in day.classes if one.standing is Standing.MINE]
    return f"{title}: {', '.join(told)}" + (f" · ✅ {', '.join(mine)}" if mine else "")


def _length(text: str) -> int:
    """As Telegram counts a caption: without its markup, in units of UTF-16."""
    return len(html.unescape(re.sub(r"<[^>]+>", "", text)).encode("utf-16-le")) // 2
