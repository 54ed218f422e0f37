"""What a message in plain words asks for once more: the usual class, or everything of last week."""

from __future__ import annotations

from datetime import timedelta

from bot import screens
from bot.flows.finding import Finder, each_once
from bot.flows.living import LivingPages
from bot.flows.services import Services
from bot.flows.tap import Response, Tap
from bot.flows.usual import Usual
from bot.screens.callbacks import Verb
from bot.screens.slots import SlotState
from bot.understanding.intents import Hours, Wish
from domain.history import Became
from domain.model import FIT_CENTER

WEEK = 7  # days


class WordsAboutHabits:
    """Leads each of these to the cards of the next dates."""

    def __init__(self, services: Services, find: Finder, living: LivingPages) -> None:
        self._db = services.db
        self._house = services.house
        self._bookings = services.bookings
        self._requests = services.requests
        self._usual = Usual(services)
        self._find = find
        self._living = living

    async def usual(self, tap: Tap) -> Response:
        """The card of the usual class; the choice where there are several, and how to get one where there is none."""
        held, live = await self._bookings.held(tap.user_id), await self._requests.live_classes(tap.user_id)
        views = await self._usual.cards(tap.user_id, held, live)
        if len(views) == 1:
            return await self._living.go(tap, Verb.SLOT, views[0].id)
        if views:
            return await self._living.of_words(screens.plain_words.which_slot_page(Wish(), views, self._house.when()))
        return screens.plain_words.no_usual_page()

    async def last_week(self, tap: Tap) -> Response:
        """What the person had last week, on its next dates; never another class."""
        when = self._house.when()
        monday = when.today - timedelta(days=when.today.weekday() + WEEK)
        entries = await self._db.past.of(tap.user_id, self._house.rules, self._house.now())
        had = [one.ref for one in entries if one.became is Became.HAD and 0 <= (one.ref.day - monday).days < WEEK]
        views = []
        for ref in sorted(had, key=lambda one: (one.day, one.start)):
            day = ref.day + timedelta(days=WEEK * (1 if ref.day + timedelta(days=WEEK) >= when.today else 2))
            names, hours = (ref.course or FIT_CENTER,), Hours.at(ref.start)
            wish = Wish(names, (day,), (), hours, (ref.location,) if ref.location else ())
            views += [view for view in await self._find.slots(tap.user_id, wish) if view.state is not SlotState.STARTED]
        return await self._living.of_words(screens.plain_words.last_week_page(had, each_once([views]), when))
