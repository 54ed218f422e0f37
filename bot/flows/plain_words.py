"""A message in plain words: what it means is shown on the page that a tap would have led to, for one more tap there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot import screens
from bot.flows.booking import FARTHEST
from bot.flows.choices import AlternativesFlow
from bot.flows.living import LivingPages
from bot.flows.making import MakingFlow
from bot.flows.services import Services
from bot.flows.tap import Response, Tap
from bot.screens.callbacks import Call, Verb
from bot.screens.page import Button, Page
from bot.screens.plain_words import MOST_SHOWN
from bot.screens.slots import SlotState, SlotView
from bot.understanding import Vocabulary, understand
from bot.understanding.intents import (
    Book,
    Cancel,
    Doubt,
    Intent,
    Look,
    Place,
    Reading,
    Said,
    Series,
    Show,
    Swap,
    Unsure,
    Unwanted,
    Watch,
    Weekly,
    Wish,
    Word,
)
from bot.understanding.matching import distance, fits, fits_weekly, weekdays_of
from domain.model import FIT_CENTER, Action, Course, HeldBooking
from domain.recurrence import PeriodicBooking

MOST_NEAR = 5  # of what comes nearest
PAGES = {
    Place.MENU: Call(Verb.HOME), Place.NEW: Call(Verb.NEW), Place.MINE: Call(Verb.MINE, (0,)),
    Place.PERIODIC: Call(Verb.PERIODIC, (0,)), Place.HOURS: Call(Verb.HOURS), Place.STATUS: Call(Verb.STATUS, (0,)),
    Place.HOLIDAYS: Call(Verb.DAYS_OFF, (0,)), Place.WATCHES: Call(Verb.WATCHES, (0,)),
    Place.SETTINGS: Call(Verb.SETTINGS), Place.HELP: Call(Verb.HELP),
}  # fmt: skip
"""Where each page that is asked for by its name is."""


@dataclass(frozen=True, slots=True)
class Mine:
    """What a person has that a wish can mean."""

    held: Sequence[HeldBooking]
    live: Sequence[Action]
    series: Sequence[PeriodicBooking]


class Finder:
    """The rows that a wish can mean."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._bookings = services.bookings
        self._slots = services.slots
        self._requests = services.requests

    async def vocabulary(self, user_id: int) -> Vocabulary:
        own = {one.name: one.course for one in await self._db.series.of(user_id)}
        return Vocabulary.of(await self._db.catalogue.courses(), own)

    async def slots(self, user_id: int, wish: Wish) -> list[SlotView]:
        """The classes of the next days that the wish can mean; one that has begun only where there is no other."""
        days = wish.days or await self._days_of(wish)
        views = [view for day in days for view in await self._slots.on_day(user_id, day) if fits(wish, view.slot.ref)]
        ahead = [view for view in views if view.state is not SlotState.STARTED]
        return ahead or (views if wish.days else [])

    async def _days_of(self, wish: Wish) -> list[date]:
        """The days ahead on whose weekdays there is such a course."""
        today, weekdays = self._house.when().today, weekdays_of(wish, await self._db.catalogue.courses())
        ahead = (today + timedelta(days=each) for each in range(FARTHEST.days + 1))
        return [day for day in ahead if day.weekday() in weekdays]

    async def near(self, user_id: int, wish: Wish) -> list[SlotView]:
        """What comes nearest to a wish that nothing fits: the same course at another time, another one at that time."""
        same = await self.slots(user_id, replace(wish, days=(), hours=None)) if wish.names else []
        others = await self.slots(user_id, replace(wish, names=(), where=())) if wish.days else []
        nearest = sorted(same, key=lambda view: distance(wish, view.slot.day, view.slot.start))[:MOST_NEAR]
        known = {view.id for view in nearest}
        return [*nearest, *(view for view in others if view.id not in known)][:MOST_SHOWN]

    async def courses(self, wish: Wish) -> list[Course]:
        """The classes of the week that the wish can mean."""
        return [course for course in await self._db.catalogue.courses() if fits_weekly(wish, course)]

    async def near_courses(self, wish: Wish) -> list[Course]:
        any_time = [each for each in await self.courses(replace(wish, weekdays=(), hours=None)) if wish.names]
        day = self._house.when().today
        return sorted(any_time, key=lambda course: distance(wish, day, course.start))[:MOST_NEAR]

    async def mine(self, user_id: int, wish: Wish) -> Mine:
        """What the person holds, has asked for, or has every week, that the wish can mean."""
        held = [one for one in await self._bookings.held(user_id) if not self._house.has_begun(one.booking.ref)]
        live = [one for one in await self._requests.live_classes(user_id) if fits(wish, one.class_ref)]
        return Mine([one for one in held if fits(wish, one.booking.ref)], live, await self.series(user_id, wish))

    async def series(self, user_id: int, wish: Wish) -> list[PeriodicBooking]:
        return [one for one in await self._db.series.of(user_id) if fits_weekly(wish, one)]


class PlainWordsFlow:
    """Leads each meaning to its page; `living` are the pages that taps lead to."""

    def __init__(
        self, services: Services, alternatives: AlternativesFlow, making: MakingFlow, living: LivingPages
    ) -> None:
        self._db = services.db
        self._house = services.house
        self._requests = services.requests
        self._alternatives = alternatives
        self._making = making
        self._living = living
        self._find = Finder(services)

    async def answer(self, tap: Tap, text: str) -> Response:
        """The page that a message leads to."""
        vocabulary = await self._find.vocabulary(tap.user_id)
        return await self._show(tap, understand(text, vocabulary, self._house.when().today))

    def odd(self) -> Page:
        """What a message without words leads to."""
        return screens.plain_words.odd_page()

    def unknown_command(self) -> Page:
        """What a command that is none of ours leads to."""
        return screens.plain_words.unknown_command_page()

    async def _show(self, tap: Tap, intent: Intent) -> Response:
        match intent:
            case Show(place):
                return await self._go(tap, PAGES[place].verb, *PAGES[place].numbers)
            case Said(word):
                return await self._said(tap, word)
            case Unsure():
                return await self._unsure(tap, intent)
            case Book(wishes, every_one):
                return await self._book(tap, wishes, every_one=every_one)
            case Look(wish, others) if others:
                return await self._several(tap, (wish, *others))
            case Look(wish) | Watch(wish):
                return await self._look(tap, wish)
            case Weekly(wishes, every_one):
                return await self._weekly(tap, wishes, every_one=every_one)
            case Swap(old, new):
                return await self._swap(tap, old, new)
            case Cancel(wish):
                return await self._cancel(tap, wish)
            case Series(wish):
                return await self._series(tap, wish)
            case Unwanted(wish):
                return await self._unwanted(tap, wish)

    async def _go(self, tap: Tap, verb: Verb, *numbers: int) -> Response:
        """The page that a button would have led to."""
        return await self._living.led_to(replace(tap, call=Call(verb, numbers)))

    async def _said(self, tap: Tap, word: Word) -> Response:
        match word:
            case Word.HELLO:
                return await self._go(tap, Verb.HOME)
            case Word.THANKS:
                return screens.plain_words.thanks_page()
            case Word.YES:
                return screens.plain_words.yes_page()
            case Word.NO:
                return screens.plain_words.no_page()

    # A booking, or a look

    async def _look(self, tap: Tap, wish: Wish) -> Response:
        if wish == Wish():
            return await self._go(tap, Verb.NEW)
        if len(wish.days) == 1 and wish == Wish(days=wish.days):
            return await self._go(tap, Verb.DAY, int(f"{wish.days[0]:%Y%m%d}"))
        return await self._one(tap, wish)

    async def _several(self, tap: Tap, wishes: Sequence[Wish]) -> Response:
        """Everything that one of the wishes can mean."""
        views = _each_once([await self._find.slots(tap.user_id, wish) for wish in wishes])
        if not views:
            return await self._one(tap, wishes[0])
        return screens.plain_words.which_slot_page(Wish(), views, self._house.when())

    async def _one(self, tap: Tap, wish: Wish) -> Response:
        """The card of the class that is meant, the choice between several, or what comes nearest."""
        if await self._db.catalogue.read_at() is None:
            return await self._go(tap, Verb.NEW)
        views = await self._find.slots(tap.user_id, wish)
        if len(views) == 1:
            return await self._go(tap, Verb.SLOT, views[0].id)
        if views:
            return screens.plain_words.which_slot_page(wish, views, self._house.when())
        near = await self._find.near(tap.user_id, wish)
        return screens.plain_words.no_slot_page(wish, near, self._house.when())

    async def _book(self, tap: Tap, wishes: Sequence[Wish], *, every_one: bool) -> Response:
        if len(wishes) == 1:
            return await self._one(tap, wishes[0])
        found = [await self._find.slots(tap.user_id, wish) for wish in wishes]
        missing = next((wish for wish, views in zip(wishes, found, strict=True) if not views), None)
        if missing is not None:
            near = [*_each_once(found), *await self._find.near(tap.user_id, missing)]
            return screens.plain_words.no_slot_page(missing, _each_once([near]), self._house.when())
        if every_one:
            return screens.plain_words.one_by_one_page(_each_once(found), self._house.when())
        if any(len(views) > 1 for views in found[:2]):
            return screens.plain_words.or_else_page(_each_once(found), self._house.when())
        return await self._with_second(tap, found[0][0], found[1][0], more=len(found) > 2)

    async def _with_second(self, tap: Tap, first: SlotView, other: SlotView, *, more: bool) -> Response:
        page = await self._living.plain(replace(tap, call=Call(Verb.SLOT, (first.id,))))
        when = self._house.when()
        if not isinstance(page, Page) or first.id == other.id or not screens.plain_words.takes_second(first):
            return screens.plain_words.or_else_page(_each_once([[first, other]]), when)
        new = self._requests.new_booking(tap, first.slot.ref, is_open=first.state is SlotState.FREE)
        if not self._alternatives.is_had_at(other.slot, new.opens_at or self._house.now()):
            return screens.plain_words.no_second(page, other, when)
        newest = await self._requests.newest(tap.user_id)
        return screens.plain_words.with_second(page, first, other, newest, when, more=more)

    # What recurs

    async def _weekly(self, tap: Tap, wishes: Sequence[Wish], *, every_one: bool) -> Response:
        """The page that asks how much the series does by itself; an alternative comes with it."""
        if await self._db.catalogue.read_at() is None:
            return await self._go(tap, Verb.NEW_KINDS)
        when, found = self._house.when(), [await self._find.courses(wish) for wish in wishes]
        for wish, courses in zip(wishes, found, strict=True):
            if not courses:
                return screens.plain_words.no_course_page(wish, await self._find.near_courses(wish), when)
        if every_one or any(len(courses) > 1 for courses in found):
            every = [course for courses in found for course in courses]
            wish = wishes[0] if len(wishes) == 1 else Wish()
            return screens.plain_words.which_course_page(wish, every, when)
        first, others = found[0][0], [courses[0] for courses in found[1:]]
        same_day = [one for one in others if one.day_of_week == first.day_of_week and one.id != first.id]
        page = await self._making.mode_page(tap, first.id, next(iter(same_day), None))
        elsewhere = [one for one in others if one.day_of_week != first.day_of_week]
        return screens.plain_words.another_weekday(page, elsewhere) if elsewhere else page

    async def _series(self, tap: Tap, wish: Wish) -> Response:
        found = await self._find.series(tap.user_id, wish)
        if len(found) == 1:
            return await self._go(tap, Verb.SERIES, found[0].id)
        if found:
            sentence = str(screens.plain_words.WHICH_SERIES)
            return screens.plain_words.which_of_mine_page(sentence, [], [], found, self._house.when())
        return screens.plain_words.no_series_page(wish, self._house.when())

    # What is there already

    async def _cancel(self, tap: Tap, wish: Wish) -> Response:
        """The question whether to cancel the one that is meant; a series where nothing else is."""
        mine = await self._find.mine(tap.user_id, wish)
        if len(mine.held) + len(mine.live) == 1:
            call = (Verb.ASK_CANCEL, mine.held[0].id) if mine.held else (Verb.TICKET, mine.live[0].id)
            return await self._go(tap, *call)
        series = [] if mine.held or mine.live else mine.series
        if not (mine.held or mine.live or series):
            return await self._none(tap, wish)
        sentence = str(screens.plain_words.WHICH_TO_CANCEL)
        return screens.plain_words.which_of_mine_page(sentence, mine.held, mine.live, series, self._house.when())

    async def _none(self, tap: Tap, wish: Wish) -> Response:
        """Nothing that the person has is meant: what there is of the same course."""
        when, others = self._house.when(), await self._find.mine(tap.user_id, Wish(names=wish.names))
        if not wish.names or not (others.held or others.live):
            return screens.plain_words.none_of_mine_page(wish, when)
        sentence = screens.plain_words.not_among_mine(wish, when)
        return screens.plain_words.which_of_mine_page(sentence, others.held, others.live, [], when)

    async def _unwanted(self, tap: Tap, wish: Wish) -> Response:
        mine = await self._find.mine(tap.user_id, wish)
        there = mine.held or mine.live or mine.series
        words = screens.plain_words.ALREADY_THERE if there else screens.plain_words.NOTHING_BOOKED
        return screens.plain_words.which_of_mine_page(str(words), mine.held, mine.live, mine.series, self._house.when())

    async def _swap(self, tap: Tap, old: Wish, new: Wish) -> Response:
        held = (await self._find.mine(tap.user_id, old)).held
        if not held:
            return await self._none(tap, old)
        if len(held) > 1:
            sentence = str(screens.plain_words.WHICH_TO_SWAP)
            return screens.plain_words.which_of_mine_page(sentence, held, [], [], self._house.when(), Verb.SWAP_DAYS)
        return await self._swap_for(tap, held[0], new)

    async def _swap_for(self, tap: Tap, held: HeldBooking, new: Wish) -> Response:
        """What is not said of the new class is as the old one is."""
        if new == Wish():
            return await self._go(tap, Verb.SWAP_DAYS, held.id)
        ref = held.booking.ref
        wish = replace(
            new, names=new.names or (ref.course or FIT_CENTER,), days=new.days or ((ref.day,) if new.hours else ())
        )
        found = await self._find.slots(tap.user_id, wish)
        views = [view for view in found if not view.slot.ref.matches(ref) and view.state is not SlotState.STARTED]
        if len(views) == 1:
            return await self._go(tap, Verb.SWAP_SLOT, views[0].id, held.id)
        if views:
            return screens.plain_words.swap_which_page(held, views, self._house.when())
        days = [int(f"{day:%Y%m%d}") for day in wish.days]
        return await (
            self._go(tap, Verb.SWAP_DAY, days[0], held.id) if len(days) == 1 else self._go(tap, Verb.SWAP_DAYS, held.id)
        )

    # A question

    async def _unsure(self, tap: Tap, unsure: Unsure) -> Response:
        """The question, with what may be meant as buttons: nothing is taken for granted."""
        readings: list[Reading] = list(unsure.readings)
        if unsure.near and unsure.doubt is Doubt.WORDS:
            readings = [_named(reading, unsure.near) for reading in readings]
        if unsure.near and not readings:
            readings = [Look(Wish(names=unsure.near))]
        weekly = unsure.doubt is Doubt.ONCE_OR_WEEKLY
        buttons = [one for reading in readings for one in await self._buttons(tap, reading, once=weekly)]
        return screens.plain_words.unsure_page(unsure.doubt, unsure.words, list(dict.fromkeys(buttons)))

    def _slot_buttons(self, views: Sequence[SlotView], wish: Wish) -> list[Button]:
        """The classes; where no course was said and there are many, the day that has them."""
        when = self._house.when()
        if len(views) > MOST_NEAR and not wish.names:
            return [screens.plain_words.day_button(day, when) for day in wish.days[:MOST_NEAR]]
        return screens.plain_words.slot_buttons(views[:MOST_NEAR], when)

    async def _buttons(self, tap: Tap, reading: Reading, *, once: bool) -> list[Button]:
        """What a reading would lead to, as buttons."""
        when = self._house.when()
        match reading:
            case Book(wishes):
                views = _each_once([await self._find.slots(tap.user_id, wish) for wish in wishes])
                if once:
                    return [screens.plain_words.once_button(view) for view in views[:MOST_NEAR]]
                return self._slot_buttons(views, wishes[0])
            case Look(wish) | Watch(wish):
                return self._slot_buttons(await self._find.slots(tap.user_id, wish), wish)
            case Weekly(wishes):
                courses = [course for wish in wishes for course in await self._find.courses(wish)]
                return [screens.plain_words.weekly_button(course) for course in courses[:MOST_NEAR]]
            case Cancel(wish) | Unwanted(wish) | Series(wish) | Swap(wish):
                mine = await self._find.mine(tap.user_id, wish)
                series = mine.series if isinstance(reading, Series | Unwanted) else []
                held, live = ([], []) if isinstance(reading, Series) else (mine.held, mine.live)
                page = screens.plain_words.which_of_mine_page("", held, live, series, when)
                return [row[0] for row in page.rows[:-1]]


def _named(reading: Reading, names: tuple[str, ...]) -> Reading:
    """The reading about the courses with those names, where it says none."""
    match reading:
        case Look(wish) if not wish.names:
            return Look(replace(wish, names=names))
        case Book((wish,)) if not wish.names:
            return Book((replace(wish, names=names),))
        case _:
            return reading


def _each_once(found: Iterable[Iterable[SlotView]]) -> list[SlotView]:
    views = {view.id: view for group in found for view in group}
    return list(views.values())
