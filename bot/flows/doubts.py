"""What a message that is not clear may mean, as buttons under a question: nothing is taken for granted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum, auto
from itertools import chain

from bot import screens
from bot.flows.finding import MOST_NEAR, NOT_TO_BE_HAD, Finder, each_once, in_turn
from bot.flows.not_there import TOLD, told_missing
from bot.flows.services import Services
from bot.flows.tap import Tap
from bot.screens.callbacks import Verb, unpack
from bot.screens.page import Button, Page
from bot.screens.slots import SlotView
from bot.understanding.intents import (
    Act,
    Asked,
    Book,
    Cancel,
    Doubt,
    Look,
    Place,
    Reading,
    Series,
    StopWatching,
    Swap,
    Unsure,
    Unwanted,
    Watch,
    Weekly,
    Wish,
)
from bot.understanding.matching import fits, fits_weekly
from domain.model import ClassRef, Course, HeldBooking
from domain.recurrence import PeriodicBooking
from languages import N_


class Deed(StrEnum):
    """What a button of a question leads to."""

    BOOK = auto()
    WATCH = auto()
    CANCEL = auto()
    SWAP = auto()
    SEE = auto()  # what is held, on its own page: nothing says what is to be done about it


Choice = tuple[Deed | None, Button]
MARKS = {Deed.BOOK: "📅", Deed.WATCH: "👀", Deed.CANCEL: "❌", Deed.SWAP: "🔁", Deed.SEE: "📋"}
NAMES = {
    Deed.BOOK: N_("prenota"),
    Deed.WATCH: N_("tieni d'occhio"),
    Deed.CANCEL: N_("annulla"),
    Deed.SWAP: N_("scambia"),
    Deed.SEE: N_("quello che hai già"),
}
DEEDS = {
    Act.BOOK: Deed.BOOK,
    Act.WATCH: Deed.WATCH,
    Act.CANCEL: Deed.CANCEL,
    Act.STOP: Deed.CANCEL,
    Act.MOVE: Deed.SWAP,
}
"""What a button does of that which a verb asks."""
MOST_COURSES = 7  # of what could recur: one of each day
SETTINGS = {Place.REMINDERS, Place.QUIET, Place.LANGUAGE}
"""What a message may be about that is then about no class: none is offered beside."""
TELLING = (Deed.CANCEL, Deed.SWAP, Deed.SEE)
"""What is marked even alone, because its button looks like one that books."""
OPEN = (Doubt.WORDS, Doubt.UNKNOWN, Doubt.SEVERAL)
"""Questions in which a word that is not known, or one of two verbs, may say what is to be done."""
MOST_HELD = 3  # of what is held, with everything that can be done about each


class Doubts:
    """Asks about a message, and shows what it may mean."""

    def __init__(self, services: Services, find: Finder) -> None:
        self._house = services.house
        self._find = find

    async def page(self, tap: Tap, unsure: Unsure) -> Page:
        """The question, with what may be meant as buttons: nothing is taken for granted."""
        readings = _telling(unsure.readings)
        named = readings
        if unsure.near and unsure.doubt is Doubt.WORDS:
            named = [_named(reading, unsure.near) for reading in readings]
        if unsure.near and not readings:
            named = [Look(Wish(names=unsure.near))]
        made = await self._made(tap, named, unsure)
        if not made and named != readings:  # no such course then: the word was something else
            made = await self._made(tap, readings, unsure)
        if not made and _is_about_classes(unsure):
            made = await self._made(tap, _about(unsure), unsure)
        if unsure.doubt is Doubt.NEGATED and not unsure.drops:
            made = [*await self._not_wanted(tap, unsure), *made]
        elif _asks_what(unsure):
            made = await self._with_what_is_held(tap, unsure, made)
        if not made and unsure.heard.names and unsure.heard.days and not unsure.drops and not unsure.noes:
            made = await self._made(tap, [Look(unsure.heard)], unsure)
        if not made and unsure.heard.names and unsure.heard.hours and not (unsure.of_mine or unsure.noes):
            made = await self._made(tap, [Look(replace(unsure.heard, hours=None))], unsure)  # the hour of the story
        if not made and unsure.of_mine and unsure.heard.where:  # what is held does not say of which kind it is
            made = await self._made(tap, _about(replace(unsure, heard=replace(unsure.heard, where=()))), unsure)
        when = self._house.when()
        missing = await told_missing(self._find, tap.user_id, unsure, when)
        is_asked = unsure.only_asks and unsure.of_mine and not unsure.acts and unsure.doubt in TOLD
        if is_asked and not missing and (unsure.heard.names or unsure.heard.days):
            held = (await self._find.mine(tap.user_id, unsure.heard)).held
            missing = screens.plain_words.has_or_not(unsure.heard, held, when)
            made = made or self._to_be_seen(held[:MOST_HELD])
        if not made and missing and (unsure.drops or unsure.gives_up) and not unsure.weekly:
            made = await self._made(tap, [Cancel(Wish(names=unsure.heard.names or unsure.denied.names))], unsure)
        made = as_asked(await self._of_what_was_asked(tap, unsure, made), unsure)
        deeds = list(dict.fromkeys(deed for deed, _one in made if deed))
        several = len(deeds) > 1 or unsure.doubt is Doubt.SEVERAL or bool(unsure.acts)
        tells = several or any(deed in TELLING for deed in deeds)
        buttons = [one.marked(MARKS[deed]) if deed and (several or deed in TELLING) else one for deed, one in made]
        legend = [f"{MARKS[deed]} {NAMES[deed]}" for deed in deeds] if tells else []
        buttons = list(dict.fromkeys(buttons))
        return screens.doubts.unsure_page(unsure, buttons, when, legend, stays=stays(unsure), missing=missing)

    async def _of_what_was_asked(self, tap: Tap, unsure: Unsure, made: Sequence[Choice]) -> list[Choice]:
        """And what belongs to the verb that was heard, which a single class or a cancellation would contradict."""
        added: list[Choice] = []
        if asks(unsure, Act.UNWATCH) or (asks(unsure, Act.STOP) and unsure.heard != Wish()):
            watched = await self._of_mine(tap, StopWatching(unsure.heard), unsure.heard, unsure)
            added += [(None, one) for one in watched]
            made = [] if asks(unsure, Act.UNWATCH) and not asks(unsure, Act.CANCEL) else made
        says_when = bool(unsure.heard.names and unsure.heard.days and unsure.heard.hours)
        is_moved = asks(unsure, Act.MOVE) or (says_when and unsure.shift and not (unsure.acts or unsure.only_asks))
        if is_moved and not any(deed is Deed.SWAP for deed, _one in made):
            added += [(Deed.SWAP, one) for one in await self._moved(tap, unsure)]
        if asks(unsure, Act.PAUSE) and unsure.heard.names and not unsure.weekly:
            added += [(None, one) for one in await self._every_week(tap, unsure)]
        if unsure.weekly and unsure.doubt is not Doubt.ONCE_OR_WEEKLY:
            added += [(None, one) for one in await self._every_week(tap, unsure)]
            made = [each for each in made if each[0] is not Deed.BOOK and unpack(each[1].data).verb is not Verb.SLOT]
        more = [choice for wish in unsure.more for choice in await self._besides(tap, wish, unsure)]
        first = {one for _deed, one in added}
        return [*added, *(each for each in made if each[1] not in first), *more]

    async def _moved(self, tap: Tap, unsure: Unsure) -> list[Button]:
        """What is held of the class and the day that were named, to be moved to the hour that was."""
        heard = unsure.heard
        any_hour = replace(heard, hours=None)
        for old in (heard, any_hour, *([replace(any_hour, days=())] if asks(unsure, Act.MOVE) else [])):
            held = (await self._find.mine(tap.user_id, old)).held if old.names or old.days else []
            if held:
                new = Wish(days=heard.days if old.days else (), hours=None if old.hours else heard.hours)
                return await self._swaps(
                    tap, Swap(old, new if new.hours or not old.days else Wish(), unsure.shift), held
                )
        return []

    async def _every_week(self, tap: Tap, unsure: Unsure) -> list[Button]:
        """What recurs already, and what could: of the weekdays that were named."""
        weekdays = tuple(sorted({day.weekday() for day in unsure.heard.days}))
        wish = replace(unsure.heard, days=(), weekdays=weekdays)
        if not (wish.names or weekdays):
            return []
        goes = unsure.drops or unsure.gives_up or asks(unsure, Act.PAUSE) or unsure.doubt is Doubt.NEGATED
        return await self._buttons(tap, Series(wish) if goes or not wish.names else Weekly((wish,)), unsure)

    async def _besides(self, tap: Tap, wish: Wish, unsure: Unsure) -> list[Choice]:
        """What can be done about another class that was named: cancelled where that was asked and it is held."""
        held = (await self._find.mine(tap.user_id, wish)).held if unsure.drops else []
        if held:
            return [(Deed.CANCEL, one) for one in screens.plain_words.held_buttons(held[:MOST_HELD])]
        views = (await self._slots(tap, [wish], unsure))[:MOST_HELD]
        return [
            (Deed.BOOK if unsure.acts else None, one)
            for one in screens.plain_words.slot_buttons(views, self._house.when())
        ]

    async def _made(self, tap: Tap, readings: Sequence[Reading], unsure: Unsure) -> list[Choice]:
        """The buttons of every reading, each with what it does."""
        only_seen = _only_sees(unsure)
        made = [
            (Deed.SEE if only_seen and _deed(each) is Deed.CANCEL else _deed(each), one)
            for each in readings
            for one in await self._buttons(tap, each, unsure)
        ]
        if made or unsure.doubt in (Doubt.NEGATED, Doubt.EXCEPT):
            return made
        wishes = [wish for each in readings if (wish := _wished(each)).names]
        found = [view for wish in wishes for view in (await self._find.near(tap.user_id, wish))]
        if _asks_what(unsure):  # what is held is offered as that, and no other class in its place
            names = {name for wish in wishes for name in wish.names}
            found = [view for view in found if view.name in names and view.state not in NOT_TO_BE_HAD]
        near = found
        return [(None, one) for one in screens.plain_words.slot_buttons(near[:MOST_NEAR], self._house.when())]

    async def _with_what_is_held(self, tap: Tap, unsure: Unsure, made: Sequence[Choice]) -> list[Choice]:
        """And what is held and may be meant, each on its own page: no verb is taken for granted.

        Where the verb is known, only what was to be booked and is held already
        is added, to be swapped or cancelled, and a swap beside a cancellation.
        """
        deeds = {deed for deed, _one in made}
        is_clear = unsure.is_told and (Deed.SWAP in deeds or not (unsure.wishes or Deed.CANCEL in deeds))
        if unsure.heard == Wish() or is_clear:
            return list(made)
        wish = unsure.heard if unsure.heard.names or not unsure.is_told or Deed.CANCEL in deeds else None
        held = (await self._find.mine(tap.user_id, wish)).held if wish else []
        meant = [one for one in held if not _is_denied(unsure, one.booking.ref)]
        if len(meant) > MOST_HELD:
            return list(made)
        if not asks_a_deed(unsure):
            return list(made) if Deed.SEE in deeds else [*self._to_be_seen(meant), *made]
        there = [one for one in self._swap_or_cancel(meant) if one not in made]
        if Deed.CANCEL in deeds:
            return [*made, *(one for one in there if one[0] is Deed.SWAP)]
        return [*made, *there]

    async def _not_wanted(self, tap: Tap, unsure: Unsure) -> list[Choice]:
        """What is held of that which somebody says no to, to be swapped or cancelled."""
        denied, heard = unsure.denied, unsure.heard
        wish = replace(heard, names=denied.names or heard.names, days=heard.days or denied.days, hours=heard.hours)
        wish = denied if denied.names and denied.days else wish
        if not (wish.names or wish.days):
            return []
        mine = await self._find.mine(tap.user_id, wish)
        page = screens.plain_words.which_of_mine_page("", [], [], mine.series, self._house.when())
        series: list[Choice] = [(None, row[0]) for row in page.rows[:-1]] if wish.names else []
        there = self._swap_or_cancel(mine.held) if unsure.gives_up else self._to_be_seen(mine.held)
        held = there if len(mine.held) <= MOST_HELD else []
        return [*series, *held] if unsure.weekly else [*held, *series]

    def _swap_or_cancel(self, held: Sequence[HeldBooking]) -> list[Choice]:
        """Both that can be done about each of what is held."""
        deeds = ((Deed.CANCEL, Verb.ASK_CANCEL), (Deed.SWAP, Verb.SWAP_DAYS))
        return [
            (deed, one)
            for each in held
            for deed, verb in deeds
            for one in screens.plain_words.held_buttons([each], verb)
        ]

    def _to_be_seen(self, held: Sequence[HeldBooking]) -> list[Choice]:
        """Each of what is held, to its own page, where it can be swapped or cancelled."""
        return [(Deed.SEE, one) for one in screens.plain_words.held_buttons(held, Verb.HELD)]

    async def _slots(self, tap: Tap, wishes: Sequence[Wish], unsure: Unsure) -> list[SlotView]:
        """The classes that one of the wishes can mean, without those that were denied."""
        views = each_once([await self._find.slots(tap.user_id, wish) for wish in wishes])
        asks_what = _asks_what(unsure) or unsure.doubt is Doubt.NEGATED
        return [
            view
            for view in views
            if not _is_denied(unsure, view.slot.ref) and not (asks_what and view.state in NOT_TO_BE_HAD)
        ]

    def _slot_buttons(self, views: Sequence[SlotView], wish: Wish) -> list[Button]:
        """The classes; where no course was said and there are many, the day that has them."""
        when = self._house.when()
        if len(views) > MOST_NEAR and not wish.names:
            return [screens.plain_words.day_button(day, when) for day in wish.days[:MOST_NEAR]]
        by_day: dict[date, list[SlotView]] = {}
        for view in views:
            by_day.setdefault(view.slot.day, []).append(view)
        shown = in_turn(list(by_day.values()))[:MOST_NEAR]
        in_order = [view for view in views if view in shown]
        rest = screens.plain_words.elsewhere(views)[:1] if len(views) > MOST_NEAR else ()
        return [*screens.plain_words.slot_buttons(in_order, when), *rest]

    async def _buttons(self, tap: Tap, reading: Reading, unsure: Unsure) -> list[Button]:
        """What a reading would lead to, as buttons."""
        match reading:
            case Book(wishes):
                views = await self._slots(tap, wishes, unsure)
                if unsure.doubt is Doubt.ONCE_OR_WEEKLY:
                    return [screens.plain_words.once_button(view) for view in views[:MOST_NEAR]]
                return self._slot_buttons(views, wishes[0])
            case Look(wish, others):
                return self._slot_buttons(await self._slots(tap, [wish, *others], unsure), wish)
            case Watch(wish):
                return self._slot_buttons(await self._slots(tap, [wish], unsure), wish)
            case Weekly(wishes):
                found = [course for wish in wishes for course in await self._find.courses(wish)]
                courses = _each_day_first([one for one in found if not _is_excepted(unsure, one)])
                there = [await self._of_mine(tap, Series(wish), wish, unsure) for wish in wishes]
                places = {course.location for course in courses}
                new = [
                    screens.plain_words.weekly_button(course, place=len(places) > 1)
                    for course in courses[:MOST_COURSES]
                ]
                has = list(chain.from_iterable(there))
                return [*has, *new] if not has or asks(unsure, Act.BOOK) else has
            case StopWatching(wish) | Cancel(wish) | Unwanted(wish) | Series(wish) | Swap(wish):
                return await self._of_mine(tap, reading, wish, unsure)

    async def _of_mine(self, tap: Tap, reading: Reading, wish: Wish, unsure: Unsure) -> list[Button]:
        """What the person has that is meant, without what was denied."""
        mine = await self._find.mine(tap.user_id, wish)
        if isinstance(reading, Swap):
            return await self._swaps(tap, reading, mine.held)
        held = [one for one in mine.held if not _is_denied(unsure, one.booking.ref)]
        live = [one for one in mine.live if not _is_denied(unsure, one.class_ref)]
        series = [one for one in mine.series if unsure.denied == Wish() or not fits_weekly(unsure.denied, one)]
        match reading:
            case StopWatching():
                held, live, series = [], [one for one in live if one.watch or one.waits_on_list], []
            case Series():
                held, live = [], []
                series = [one for one in series if not _is_excepted(unsure, one)]
            case Cancel():
                series = []
        verb = Verb.HELD if _only_sees(unsure) else Verb.ASK_CANCEL
        page = screens.plain_words.which_of_mine_page("", held, live, series, self._house.when(), verb)
        return [row[0] for row in page.rows[:-1]]

    async def _swaps(self, tap: Tap, swap: Swap, held: Sequence[HeldBooking]) -> list[Button]:
        """Each held class that may be meant with the one that is wanted in its place, or with its days."""
        goals = [(one, _with_the_other_days(swap, one)) for one in held]
        rows = [(one, await self._find.instead(tap.user_id, one, to) if to.says_more else []) for one, to in goals]
        when = self._house.when()
        if len(rows) == 1 and len(rows[0][1]) > 1:
            one, views = rows[0]
            there = [screens.plain_words.swap_button(one, view, when) for view in views[:MOST_NEAR]]
            return [*there, *screens.plain_words.held_buttons([one], Verb.SWAP_DAYS)]
        return [
            screens.plain_words.swap_button(one, views[0] if len(views) == 1 else None, when) for one, views in rows
        ]


def _with_the_other_days(swap: Swap, held: HeldBooking) -> Swap:
    """Of two days, one of which is that of what is held, the other is where it is to go."""
    others = tuple(day for day in swap.old.days if day != held.booking.day)
    return swap if swap.says_more or not others else replace(swap, new=Wish(days=others))


def asks(unsure: Unsure, act: Act) -> bool:
    """Whether it was heard that this is to be done."""
    return Asked(act) in unsure.acts


def asks_a_deed(unsure: Unsure) -> bool:
    """Whether a word of booking, giving up or changing was heard that no "no" takes back."""
    return unsure.gives_up or bool(unsure.shift) or any(not one.denied and one.act in DEEDS for one in unsure.acts)


def stays(unsure: Unsure) -> bool:
    """Whether the first thing to offer is to leave all as it is: something is to stay, or a no can't be placed."""
    return asks(unsure, Act.KEEP) or unsure.doubt is Doubt.NEGATED or any(each.denied for each in unsure.acts)


def as_asked(made: Sequence[Choice], unsure: Unsure) -> list[Choice]:
    """The choices in the order of what was asked: what the verb says first, never what it denies."""
    asked = [DEEDS[each.act] for each in unsure.acts if not each.denied and each.act in DEEDS]
    denied = {DEEDS[each.act] for each in unsure.acts if each.denied and each.act in DEEDS} - {*asked}
    stays_there = asks(unsure, Act.KEEP) and (Deed.CANCEL not in asked or Asked(Act.CANCEL, denied=True) in unsure.acts)
    if stays_there or (asks(unsure, Act.PAUSE) and Deed.CANCEL not in asked):
        denied.add(Deed.CANCEL)
    kept = [each for each in made if each[0] not in denied]
    if not asked:
        return kept if unsure.of_mine or unsure.doubt is Doubt.NEGATED else sorted(kept, key=_how_harmless)
    if asks(unsure, Act.STOP):  # what is waited for comes before what is held
        return kept
    return sorted(kept, key=lambda each: 0 if each[0] in asked else 2 if each[0] is Deed.CANCEL else 1)


def _how_harmless(choice: Choice) -> int:
    """The order where no verb says what is to be done: what takes nothing away comes first."""
    return {Deed.SWAP: 1, Deed.CANCEL: 2}.get(choice[0], 0) if choice[0] else 0


def _asks_what(unsure: Unsure) -> bool:
    """Whether it is asked what is to be done: a word that may say it is not known, and it is no question itself."""
    return unsure.doubt in OPEN and not (unsure.only_asks and unsure.is_told)


def _only_sees(unsure: Unsure) -> bool:
    """Whether what is held is asked or told about, and nothing says that it is to go, or to be another."""
    return (unsure.only_asks and unsure.of_mine) or not (unsure.drops or asks_a_deed(unsure))


def _is_denied(unsure: Unsure, ref: ClassRef) -> bool:
    """Whether a class is what the message says no to, or excepts."""
    return unsure.denied != Wish() and fits(unsure.denied, ref)


def _is_excepted(unsure: Unsure, course: Course | PeriodicBooking) -> bool:
    """Whether a class of the week, or one that recurs, is what the message says no to, or excepts."""
    return unsure.denied != Wish() and fits_weekly(unsure.denied, course)


def _each_day_first(courses: Sequence[Course]) -> list[Course]:
    """The earliest of each weekday, then the next ones: a list that is cut leaves out no day."""
    ranks: dict[int, int] = {}
    ranked = []
    for course in sorted(courses, key=lambda one: (one.day_of_week, one.start)):
        ranks[course.day_of_week] = ranks.get(course.day_of_week, -1) + 1
        ranked.append((ranks[course.day_of_week], course))
    return [course for _rank, course in sorted(ranked, key=lambda one: one[0])]


def _wished(reading: Reading) -> Wish:
    """What is wished of the classes there are; nothing for what one has."""
    match reading:
        case Book(wishes):
            return wishes[0]
        case Look(wish) if not wish.hours:  # at another hour nobody asked whether there is one
            return wish
        case _:
            return Wish()


def _deed(reading: Reading) -> Deed | None:
    """What the buttons of a reading do; None where they say it themselves, or only lead to a page."""
    match reading:
        case Book():
            return Deed.BOOK
        case Watch():
            return Deed.WATCH
        case Cancel() | Unwanted():
            return Deed.CANCEL
        case Swap():
            return Deed.SWAP
        case _:
            return None


def _is_about_classes(unsure: Unsure) -> bool:
    """Whether what was heard can be looked at: beside a no only a class and its day, which the no is not about."""
    heard = unsure.heard
    if unsure.doubt is Doubt.NOT_OFFERED:
        return False
    is_clear = unsure.of_mine or unsure.doubt is not Doubt.NEGATED or bool((heard.names or heard.where) and heard.days)
    return heard != Wish() and is_clear and not SETTINGS & set(unsure.about)


def _about(unsure: Unsure) -> list[Reading]:
    """What can be meant of what was heard: what one has where something is to go, else what there is.

    A cancellation is never the only choice where there is a wish.
    """
    if not unsure.of_mine:
        return [Look(unsure.heard)]
    swap: list[Reading] = [Swap(unsure.heard, Wish())] if unsure.wishes else []
    return [*swap, Unwanted(unsure.heard)]


def _telling(readings: Sequence[Reading]) -> list[Reading]:
    """The readings without those that say of nothing in particular that it is to go, where there are others."""
    said = [each for each in readings if not (isinstance(each, Swap | Cancel) and _is_bare(each))]
    return said or list(readings)


def _is_bare(reading: Swap | Cancel) -> bool:
    return (reading.old if isinstance(reading, Swap) else reading.wish) == Wish()


def _named(reading: Reading, names: tuple[str, ...]) -> Reading:
    """The reading about the courses with those names, where it says none."""
    match reading:
        case Look(wish) if not wish.names:
            return Look(replace(wish, names=names))
        case Book((wish,)) if not wish.names:
            return Book((replace(wish, names=names),))
        case _:
            return reading
