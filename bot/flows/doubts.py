"""What a message that is not clear may mean, as buttons under a question: nothing is taken for granted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import screens
from bot.flows.finding import MOST_NEAR, Finder, each_once
from bot.flows.services import Services
from bot.flows.tap import Tap
from bot.screens.page import Button, Page
from bot.screens.slots import SlotView
from bot.understanding.intents import (
    Book,
    Cancel,
    Doubt,
    Look,
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


class Doubts:
    """Asks about a message, and shows what it may mean."""

    def __init__(self, services: Services, find: Finder) -> None:
        self._house = services.house
        self._find = find

    async def page(self, tap: Tap, unsure: Unsure) -> Page:
        """The question, with what may be meant as buttons: nothing is taken for granted."""
        readings: list[Reading] = list(unsure.readings)
        named = readings
        if unsure.near and unsure.doubt is Doubt.WORDS:
            named = [_named(reading, unsure.near) for reading in readings]
        if unsure.near and not readings:
            named = [Look(Wish(names=unsure.near))]
        weekly = unsure.doubt is Doubt.ONCE_OR_WEEKLY
        buttons = [one for reading in named for one in await self._buttons(tap, reading, once=weekly)]
        if not buttons and named != readings:  # no such course then: the word was something else
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
                views = each_once([await self._find.slots(tap.user_id, wish) for wish in wishes])
                if once:
                    return [screens.plain_words.once_button(view) for view in views[:MOST_NEAR]]
                return self._slot_buttons(views, wishes[0])
            case StopWatching(wish):
                watched = [one for one in (await self._find.mine(tap.user_id, wish)).live if one.watch]
                page = screens.plain_words.which_of_mine_page("", [], watched, [], when)
                return [row[0] for row in page.rows[:-1]]
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
