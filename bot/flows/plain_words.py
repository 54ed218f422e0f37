"""A message in plain words: what it means is shown on the page that a tap would have led to, for one more tap there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import screens
from bot.flows.choices import AlternativesFlow
from bot.flows.doubts import Doubts
from bot.flows.finding import Finder, each_once, in_turn
from bot.flows.living import LivingPages
from bot.flows.making import MakingFlow
from bot.flows.services import Services
from bot.flows.tap import Response, Tap
from bot.screens.callbacks import Call, Verb
from bot.screens.page import Page
from bot.screens.slots import SlotState, SlotView
from bot.understanding import understand
from bot.understanding.intents import (
    Book,
    Cancel,
    Intent,
    Look,
    Place,
    Said,
    Series,
    Show,
    StopWatching,
    Swap,
    Unsure,
    Unwanted,
    Watch,
    Weekly,
    Wish,
    Word,
)
from bot.understanding.words import is_only_emoji
from domain.model import FIT_CENTER, HeldBooking

PAGES = {
    Place.MENU: Call(Verb.HOME), Place.NEW: Call(Verb.NEW), Place.MINE: Call(Verb.MINE, (0,)),
    Place.PERIODIC: Call(Verb.PERIODIC, (0,)), Place.HOURS: Call(Verb.HOURS), Place.STATUS: Call(Verb.STATUS, (0,)),
    Place.HOLIDAYS: Call(Verb.DAYS_OFF, (0,)), Place.WATCHES: Call(Verb.WATCHES, (0,)),
    Place.WEEK: Call(Verb.WEEK),
    Place.HISTORY: Call(Verb.HISTORY, (0, 0, 0, 0)), Place.STATISTICS: Call(Verb.STATISTICS),
    Place.TOGETHER: Call(Verb.TOGETHER), Place.SETTINGS: Call(Verb.SETTINGS), Place.HELP: Call(Verb.HELP),
}  # fmt: skip
"""Where each page that is asked for by its name is."""


class PlainWordsFlow:
    """Leads each meaning to its page; `living` are the pages that taps lead to."""

    def __init__(
        self, services: Services, alternatives: AlternativesFlow, making: MakingFlow, living: LivingPages
    ) -> None:
        self._db = services.db
        self._house = services.house
        self._requests = services.requests
        self._own_events = services.own_events
        self._alternatives = alternatives
        self._making = making
        self._living = living
        self._find = Finder(services)
        self._doubts = Doubts(services, self._find)

    async def answer(self, tap: Tap, text: str) -> Response:
        """The page that a message leads to."""
        vocabulary = await self._find.vocabulary(tap.user_id)
        intent = understand(text, vocabulary, self._house.when().today)
        if isinstance(intent, Unsure) and is_only_emoji(text):
            return self.odd()
        return await self._show(tap, intent)

    def odd(self) -> Page:
        """What a message without words leads to."""
        return screens.plain_words.odd_page()

    def unknown_command(self) -> Page:
        """What a command that is none of ours leads to."""
        return screens.plain_words.unknown_command_page()

    async def _show(self, tap: Tap, intent: Intent) -> Response:
        match intent:
            case Show(_, days) if days:
                return await self._held_on(tap, Wish(days=days))
            case Show(place):
                return await self._go(tap, PAGES[place].verb, *PAGES[place].numbers)
            case Said(word):
                return await self._said(tap, word)
            case Unsure():
                return await self._doubts.page(tap, intent)
            case Book(wishes, every_one):
                return await self._book(tap, wishes, every_one=every_one)
            case Look(wish, others) if others:
                return await self._several(tap, (wish, *others))
            case Look(wish):
                return await self._look(tap, wish)
            case Watch(wish):
                return await self._look(tap, wish, with_places=False)
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
            case StopWatching(wish):
                return await self._stop_watching(tap, wish)

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

    async def _look(self, tap: Tap, wish: Wish, *, with_places: bool = True) -> Response:
        if wish == Wish():
            return await self._go(tap, Verb.NEW)
        if len(wish.days) == 1 and wish == Wish(days=wish.days):
            return await self._go(tap, Verb.DAY, int(f"{wish.days[0]:%Y%m%d}"))
        return await self._one(tap, wish, with_places=with_places)

    async def _several(self, tap: Tap, wishes: Sequence[Wish]) -> Response:
        """Everything that one of the wishes can mean."""
        views = each_once([await self._find.slots(tap.user_id, wish) for wish in wishes])
        if not views:
            return await self._one(tap, wishes[0])
        return await self._living.of_words(screens.plain_words.places_page(Wish(), views, self._house.when()))

    async def _one(self, tap: Tap, wish: Wish, *, with_places: bool = False) -> Response:
        """The card of the class that is meant, the choice between several (`with_places`: of such), or what is near."""
        if await self._db.catalogue.read_at() is None:
            return await self._go(tap, Verb.NEW)
        views = await self._find.slots(tap.user_id, wish)
        if len(views) == 1:
            return await self._go(tap, Verb.SLOT, views[0].id)
        if views:
            page = screens.plain_words.places_page if with_places else screens.plain_words.which_slot_page
            return await self._living.of_words(page(wish, views, self._house.when()))
        near = await self._find.near(tap.user_id, wish)
        return await self._living.of_words(screens.plain_words.no_slot_page([wish], near, self._house.when()))

    async def _book(self, tap: Tap, wishes: Sequence[Wish], *, every_one: bool) -> Response:
        if len(wishes) == 1:
            return await self._one(tap, wishes[0])
        found = [await self._find.slots(tap.user_id, wish) for wish in wishes]
        missing = [wish for wish, views in zip(wishes, found, strict=True) if not views]
        if missing:
            near = [await self._find.near(tap.user_id, wish) for wish in missing]
            shown = each_once([*found, in_turn(near)])
            return await self._living.of_words(screens.plain_words.no_slot_page(missing, shown, self._house.when()))
        if every_one:
            return await self._living.of_words(
                screens.plain_words.one_by_one_page(each_once(found), self._house.when())
            )
        if any(len(views) > 1 for views in found[:2]):
            return await self._living.of_words(screens.plain_words.or_else_page(each_once(found), self._house.when()))
        return await self._with_second(tap, found[0][0], found[1][0], more=len(found) > 2)

    async def _with_second(self, tap: Tap, first: SlotView, other: SlotView, *, more: bool) -> Response:
        page = await self._living.plain(replace(tap, call=Call(Verb.SLOT, (first.id,))))
        when = self._house.when()
        if not isinstance(page, Page) or first.id == other.id or not screens.plain_words.takes_second(first):
            return await self._living.of_words(screens.plain_words.or_else_page(each_once([[first, other]]), when))
        new = self._requests.new_booking(tap, first.slot.ref, is_open=first.state is SlotState.FREE)
        if not self._alternatives.is_had_at(other.slot, new.opens_at or self._house.now()):
            return screens.plain_words.no_second(page, other, when)
        own = await self._own_events.at(tap.user_id, other.slot.ref, other.slot.end)
        other = replace(other, own_events=own)
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

    async def _held_on(self, tap: Tap, wish: Wish) -> Response:
        """What the person has on those days: each leads to its own page, where nothing is asked yet."""
        mine = await self._find.mine(tap.user_id, wish)
        if not (mine.held or mine.live):
            return await self._go(tap, Verb.MINE, 0)  # which also tells how old that is
        when = self._house.when()
        sentence = screens.plain_words.mine_on(wish, when)
        return screens.plain_words.which_of_mine_page(sentence, mine.held, mine.live, [], when, Verb.HELD)

    def address(self) -> Page:
        """What an address that is nobody's here leads to."""
        return screens.plain_words.address_page()

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

    async def _none(self, tap: Tap, wish: Wish, verb: Verb = Verb.ASK_CANCEL) -> Response:
        """Nothing that the person has is meant: what bears the name among other words then, else on another day.

        `verb`: what was asked about a booking. Only a held one can be swapped.
        """
        when = self._house.when()
        for nearer in (wish, Wish(names=wish.names)) if wish.names else ():
            kin = await self._find.kin(tap.user_id, nearer)
            live = kin.live if verb is Verb.ASK_CANCEL else []
            if kin.held or live:
                sentence = screens.plain_words.not_among_mine(wish, when)
                return screens.plain_words.which_of_mine_page(sentence, kin.held, live, [], when, verb)
        return screens.plain_words.none_of_mine_page(wish, when)

    async def _unwanted(self, tap: Tap, wish: Wish) -> Response:
        mine = await self._find.mine_or_kin(tap.user_id, wish)
        there = mine.held or mine.live or mine.series
        words = screens.plain_words.ALREADY_THERE if there else screens.plain_words.NOTHING_BOOKED
        return screens.plain_words.which_of_mine_page(str(words), mine.held, mine.live, mine.series, self._house.when())

    async def _stop_watching(self, tap: Tap, wish: Wish) -> Response:
        """The one class that is watched and meant; or all that are."""
        mine = await self._find.mine_or_kin(tap.user_id, wish)
        watched = [action for action in mine.live if action.watch]
        if len(watched) == 1:
            return await self._go(tap, Verb.TICKET, watched[0].id)
        return await self._go(tap, Verb.WATCHES, 0)

    async def _swap(self, tap: Tap, old: Wish, new: Wish) -> Response:
        held = (await self._find.mine(tap.user_id, old)).held
        if not held:
            return await self._none(tap, old, Verb.SWAP_DAYS)
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
            return await self._living.of_words(screens.plain_words.swap_which_page(held, views, self._house.when()))
        days = [int(f"{day:%Y%m%d}") for day in wish.days]
        return await (
            self._go(tap, Verb.SWAP_DAY, days[0], held.id) if len(days) == 1 else self._go(tap, Verb.SWAP_DAYS, held.id)
        )
