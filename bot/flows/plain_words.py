"""A message in plain words: what it means is shown on the page that a tap would have led to, for one more tap there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

from bot import screens
from bot.flows.choices import AlternativesFlow
from bot.flows.doubts import Doubts
from bot.flows.finding import Finder, each_once, in_turn
from bot.flows.friend_named import friend_named
from bot.flows.living import LivingPages
from bot.flows.making import MakingFlow
from bot.flows.plain_asked import QuestionsAboutClasses
from bot.flows.plain_habits import WordsAboutHabits
from bot.flows.plain_mine import WordsAboutMine
from bot.flows.plain_settings import setting_page
from bot.flows.services import Services
from bot.flows.tap import Response, Tap
from bot.screens.callbacks import Call, Verb
from bot.screens.holidays import LONGEST, MONTHS_AHEAD
from bot.screens.page import Page
from bot.screens.places import PAGES
from bot.screens.slots import SlotState, SlotView
from bot.understanding.intents import (
    About,
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
from bot.understanding.likeness import known
from bot.understanding.matching import fits
from bot.understanding.reading import understand
from bot.understanding.words import is_only_emoji
from domain.together import Agreement

STARTED = 5.0  # s after which the bot's start is over, and nobody waits for anything


async def read_examples(stop: asyncio.Event) -> None:
    """Reads what messages are compared with before the first one comes, once the start is over: half a second."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), STARTED)
        return
    await asyncio.to_thread(known)


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
        self._again = WordsAboutHabits(services, self._find, living)
        self._asked = QuestionsAboutClasses(services, self._find, living)
        self._mine = WordsAboutMine(services, self._find, living)
        self._doubts = Doubts(services, self._find)

    async def answer(self, tap: Tap, text: str) -> Response:
        """The page that a message leads to."""
        vocabulary = await self._find.vocabulary(tap.user_id)
        intent = understand(text, vocabulary, self._house.when().today)
        if isinstance(intent, Unsure) and is_only_emoji(text):
            return self.odd()
        if isinstance(intent, Unsure) and (agreed := await friend_named(self._db, tap.user_id, text, intent)):
            return await self._for_both(tap, intent, agreed)
        if isinstance(intent, Unsure) and not vocabulary.courses:
            return await self._living.go(tap, Verb.NEW)  # no course is known yet: it says so, and when to ask again
        return screens.doubts.with_left_out(await self._show(tap, intent), intent)

    # Together with a friend

    async def _for_both(self, tap: Tap, unsure: Unsure, agreed: Agreement) -> Response:
        """The question how to book for both, where one class is meant; else the classes, whose pages offer it."""
        match unsure.readings:
            case (Book((wish,)),) if wish != Wish():
                views = await self._find.slots(tap.user_id, wish)
                if len(views) == 1:
                    return await self._living.go(tap, Verb.WITH, views[0].id, agreed.id)
                return await self._one(tap, wish)
            case _:
                return await self._living.go(tap, Verb.TOGETHER)

    def odd(self) -> Page:
        """What a message without words leads to."""
        return screens.plain_words.odd_page()

    def address(self) -> Page:
        """What an address that is nobody's here leads to."""
        return screens.plain_words.address_page()

    def unknown_command(self) -> Page:
        """What a command that is none of ours leads to."""
        return screens.plain_words.unknown_command_page()

    async def _show(self, tap: Tap, intent: Intent) -> Response:
        match intent:
            case Show():
                return await self._place(tap, intent)
            case Said(word):
                return await self._said(tap, word)
            case Unsure():
                return await self._doubts.page(tap, intent)
            case Book(wishes, every_one):
                return await self._book(tap, wishes, every_one=every_one)
            case Look():
                return await self._looked(tap, intent)
            case Watch(wish):
                return await self._look(tap, wish, with_places=False)
            case Weekly(wishes, every_one):
                return await self._weekly(tap, wishes, every_one=every_one)
            case Swap():
                return await self._mine.swap(tap, intent)
            case Cancel():
                return await self._mine.cancel(tap, intent)
            case Series(wish):
                return await self._series(tap, wish)
            case Unwanted(wish):
                return await self._mine.unwanted(tap, wish)
            case StopWatching(wish):
                return await self._mine.stop_watching(tap, wish)

    async def _place(self, tap: Tap, show: Show) -> Response:
        """The page that is asked for by its name."""
        match show:
            case Show(Place.HOLIDAYS, days) if days:
                return await self._days_off(tap, days)
            case Show(Place.USUAL):
                return await self._again.usual(tap)
            case Show(Place.LAST_WEEK):
                return await self._again.last_week(tap)
            case Show(Place.INVITE) if self._house.is_kept_by(tap.user_id):
                return await self._living.go(tap, Verb.PEOPLE, 0)
            case Show(_, days) if days or show.names:
                return await self._mine.held_on(tap, Wish(show.names, days, hours=show.hours))
            case Show(Place.STATUS, number=int(number)):
                return await self._living.go(tap, Verb.TICKET, number)
            case Show(Place.NEWEST) if newest := await self._requests.newest(tap.user_id):
                return await self._living.go(tap, Verb.TICKET, newest)
            case Show(Place.QUIET | Place.REMINDERS):
                return await setting_page(self._living, tap, show)
            case Show(Place.HISTORY, month=int(month)):
                return await self._living.go(tap, Verb.HISTORY, 0, month, 0, 0)
            case Show(place):
                return await self._living.go(tap, PAGES[place].verb, *PAGES[place].numbers)

    async def _said(self, tap: Tap, word: Word) -> Response:
        match word:
            case Word.HELLO:
                return await self._living.go(tap, Verb.HOME)
            case Word.THANKS:
                return screens.plain_words.thanks_page()
            case Word.YES:
                return screens.plain_words.yes_page()
            case Word.NO:
                return screens.plain_words.no_page()
            case Word.CHAT:
                return screens.doubts.chat_page()

    # A booking, or a look

    async def _looked(self, tap: Tap, look: Look) -> Response:
        """What there is of the classes that are meant, or what was asked about them."""
        wishes = (look.wish, *look.others)
        match look.about:
            case About.OPENING if not look.wish.names:
                return screens.asked.opening_page(look.wish, (), self._house.opening, self._house.when())
            case About.PLACES if look.others or look.but != Wish():
                return await self._several(tap, wishes, look.but)
            case About.PLACES:
                return await self._look(tap, look.wish)
            case about:
                return await self._asked.page(tap, wishes, about) or await self._one(tap, look.wish)

    async def _look(self, tap: Tap, wish: Wish, *, with_places: bool = True) -> Response:
        if wish == Wish():
            return await self._living.go(tap, Verb.NEW)
        if len(wish.days) == 1 and wish == Wish(days=wish.days):
            return await self._living.go(tap, Verb.DAY, int(f"{wish.days[0]:%Y%m%d}"))
        return await self._one(tap, wish, with_places=with_places)

    async def _days_off(self, tap: Tap, days: Sequence[date]) -> Response:
        """The question whether these days are a holiday; of one that begins then, until when."""
        first, today = days[0], self._house.when().today
        if first < today or days[-1] - first > LONGEST:
            return await self._living.go(tap, Verb.DAYS_OFF, 0)
        if len(days) == 1:
            months = (first.year - today.year) * 12 + first.month - today.month
            return await self._living.go(tap, Verb.OFF_TO, int(f"{first:%Y%m%d}"), min(months, MONTHS_AHEAD))
        return screens.holidays.ask_page(first, days[-1])

    async def _several(self, tap: Tap, wishes: Sequence[Wish], but: Wish) -> Response:
        """Everything that one of the wishes can mean, without what is excepted."""
        found = each_once([await self._find.slots(tap.user_id, wish) for wish in wishes])
        views = [view for view in found if but == Wish() or not fits(but, view.slot.ref)]
        if not views:
            return await self._one(tap, wishes[0])
        when = self._house.when()
        page = screens.plain_words.places_page(wishes[0] if len(wishes) == 1 else Wish(), views, when)
        if but != Wish():
            page = replace(page, text=screens.plain_words.said_without(page.text, but, when))
        return await self._living.of_words(page)

    async def _one(self, tap: Tap, wish: Wish, *, with_places: bool = False) -> Response:
        """The card of the class that is meant, the choice between several (`with_places`: of such), or what is near."""
        if await self._db.catalogue.read_at() is None:
            return await self._living.go(tap, Verb.NEW)
        views = await self._find.slots(tap.user_id, wish)
        if len(views) == 1 and wish.hours and wish.hours.ends_at(views[0].slot.start):
            views = each_once([views, await self._find.around(tap.user_id, wish)])
        if len(views) == 1:
            return await self._living.go(tap, Verb.SLOT, views[0].id)
        if views and all(view.state is SlotState.STARTED for view in views):
            near = [view for view in await self._find.near(tap.user_id, wish) if view.state is not SlotState.STARTED]
            return await self._living.of_words(screens.plain_words.over_page(wish, near, self._house.when()))
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
            return await self._living.go(tap, Verb.NEW_KINDS)
        when, found = self._house.when(), [await self._find.courses(wish) for wish in wishes]
        for wish, courses in zip(wishes, found, strict=True):
            if not courses:
                return screens.plain_words.no_course_page(wish, await self._find.near_courses(wish), when)
        every = [course for courses in found for course in courses]
        lacking = {day for wish in wishes for day in wish.weekdays} - {course.day_of_week for course in every}
        if every_one or lacking or any(len(courses) > 1 for courses in found):
            wish = wishes[0] if len(wishes) == 1 else Wish()
            return screens.plain_words.which_course_page(wish, every, sorted(lacking), when)
        first, others = found[0][0], [courses[0] for courses in found[1:]]
        same_day = [one for one in others if one.day_of_week == first.day_of_week and one.id != first.id]
        page = await self._making.mode_page(tap, first.id, next(iter(same_day), None))
        elsewhere = [one for one in others if one.day_of_week != first.day_of_week]
        return screens.plain_words.another_weekday(page, elsewhere) if elsewhere else page

    async def _series(self, tap: Tap, wish: Wish) -> Response:
        found = await self._find.series(tap.user_id, wish) or (await self._find.kin(tap.user_id, wish)).series
        if not found and wish.where and not wish.names:  # the place is what the timetable calls where they are held
            names = {course.name for course in await self._find.courses(Wish(where=wish.where))}
            found = await self._find.series(tap.user_id, replace(wish, names=tuple(sorted(names)), where=()))
        if len(found) == 1:
            return await self._living.go(tap, Verb.SERIES, found[0].id)
        if found:
            sentence = str(screens.plain_words.WHICH_SERIES)
            return screens.plain_words.which_of_mine_page(sentence, [], [], found, self._house.when())
        return screens.plain_words.no_series_page(wish, self._house.when())
