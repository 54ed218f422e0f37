"""A question about classes, in plain words: who teaches, how long one is, the last of a day, when booking opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import screens
from bot.flows.finding import Finder, each_once
from bot.flows.living import LivingPages
from bot.flows.services import Services
from bot.flows.tap import Response, Tap
from bot.screens.page import Lines
from bot.understanding.intents import About, Wish


class QuestionsAboutClasses:
    """Finds the classes that are asked about, and answers."""

    def __init__(self, services: Services, find: Finder, living: LivingPages) -> None:
        self._house = services.house
        self._find = find
        self._living = living

    async def page(self, tap: Tap, wishes: Sequence[Wish], about: About) -> Response | None:
        """The answer, in a sentence; None where there is no such class. What is asked of no day is of today."""
        when = self._house.when()
        if about in (About.LAST, About.FIRST, About.CLOSING) and not wishes[0].days:
            wishes = [replace(wish, days=(when.today,)) for wish in wishes]
        views = each_once([await self._find.slots(tap.user_id, wish) for wish in wishes])
        left_out: tuple[str, ...] = ()
        if not views and wishes[0].hours:  # the hour is of what else was told: "I have a train at 20:40"
            left_out = (screens.plain_words.told(Wish(hours=wishes[0].hours), when),)
            wishes = [replace(wish, hours=None) for wish in wishes]
            views = each_once([await self._find.slots(tap.user_id, wish) for wish in wishes])
        if not views:
            return None
        asked, wish = screens.asked, wishes[0]
        match about:
            case About.FULL:
                page = asked.full_page(wish, views, when)
            case About.TEACHERS:
                page = asked.teachers_page(wish, views, when)
            case About.LENGTH:
                page = asked.length_page(wish, views, when)
            case About.NATURE:
                page = asked.nature_page(
                    replace(wish, names=tuple(name for one in wishes for name in one.names)), views, when
                )
            case About.CLOSING:
                page = asked.closing_page(wish, views, when)
            case About.OPENING:
                page = asked.opening_page(wish, views, self._house.opening, when)
            case _:
                page = asked.edge_page(wish, views, when, last=about is About.LAST)
        if left_out:
            page = replace(page, text=str(Lines().add(page.text).add(screens.doubts.left_out(left_out))))
        return await self._living.of_words(page)
