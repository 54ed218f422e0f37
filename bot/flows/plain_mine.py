"""What a message in plain words asks about what the person has: shown, cancelled, swapped, watched no longer."""

from __future__ import annotations

from dataclasses import replace

from bot import screens
from bot.flows.finding import Finder, Mine
from bot.flows.living import LivingPages
from bot.flows.services import Services
from bot.flows.tap import Response, Tap
from bot.screens.callbacks import Verb
from bot.screens.page import Page
from bot.screens.slots import SlotState
from bot.understanding.intents import Wish
from domain.model import FIT_CENTER, ActionType, HeldBooking
from domain.recurrence import PeriodicBooking


class WordsAboutMine:
    """Leads each of these meanings to its page."""

    def __init__(self, services: Services, find: Finder, living: LivingPages) -> None:
        self._house = services.house
        self._find = find
        self._living = living

    async def held_on(self, tap: Tap, wish: Wish) -> Response:
        """What the person has on those days: each leads to its own page, where nothing is asked yet."""
        mine, when = await self._find.mine(tap.user_id, wish), self._house.when()
        if not (mine.held or mine.live):
            page = await self._living.go(tap, Verb.MINE, 0)  # which also tells how old that is
            return screens.plain_words.none_on(page, wish, when) if isinstance(page, Page) else page
        sentence = screens.plain_words.mine_on(wish, when)
        return screens.plain_words.which_of_mine_page(sentence, mine.held, mine.live, [], when, Verb.HELD)

    async def cancel(self, tap: Tap, wish: Wish) -> Response:
        """The question whether to cancel the one that is meant; a series, or its dates, where nothing else is."""
        mine = await self._find.mine(tap.user_id, wish)
        series = _with_other_dates(mine, wish)
        if len(mine.held) + len(mine.live) == 1 and not series:
            call = (Verb.ASK_CANCEL, mine.held[0].id) if mine.held else (Verb.TICKET, mine.live[0].id)
            return await self._living.go(tap, *call)
        if not (mine.held or mine.live or series):
            return await self._none(tap, wish)
        if len(series) == 1 and not (mine.held or mine.live):
            return await self._living.go(tap, Verb.DATES if wish.days else Verb.SERIES, series[0].id)
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

    async def unwanted(self, tap: Tap, wish: Wish) -> Response:
        mine = await self._find.mine_or_kin(tap.user_id, wish)
        there = mine.held or mine.live or mine.series
        words = screens.plain_words.ALREADY_THERE if there else screens.plain_words.NOTHING_BOOKED
        return screens.plain_words.which_of_mine_page(str(words), mine.held, mine.live, mine.series, self._house.when())

    async def stop_watching(self, tap: Tap, wish: Wish) -> Response:
        """The one class that is watched and meant; or all that are."""
        mine = await self._find.mine_or_kin(tap.user_id, wish)
        watched = [action for action in mine.live if action.watch]
        if len(watched) == 1:
            return await self._living.go(tap, Verb.TICKET, watched[0].id)
        return await self._living.go(tap, Verb.WATCHES, 0)

    async def swap(self, tap: Tap, old: Wish, new: Wish) -> Response:
        mine = await self._find.mine(tap.user_id, old)
        held, asked = mine.held, [one for one in mine.live if one.type is ActionType.BOOK]
        if not held and asked:
            sentence = str(screens.plain_words.ONLY_ASKED_FOR)
            return screens.plain_words.which_of_mine_page(sentence, [], asked, [], self._house.when())
        if not held:
            return await self._none(tap, old, Verb.SWAP_DAYS)
        if len(held) > 1:
            sentence = str(screens.plain_words.WHICH_TO_SWAP)
            return screens.plain_words.which_of_mine_page(sentence, held, [], [], self._house.when(), Verb.SWAP_DAYS)
        return await self._swap_for(tap, held[0], new)

    async def _swap_for(self, tap: Tap, held: HeldBooking, new: Wish) -> Response:
        """What is not said of the new class is as the old one is."""
        if new == Wish():
            return await self._living.go(tap, Verb.SWAP_DAYS, held.id)
        ref = held.booking.ref
        wish = replace(
            new, names=new.names or (ref.course or FIT_CENTER,), days=new.days or ((ref.day,) if new.hours else ())
        )
        found = await self._find.slots(tap.user_id, wish)
        views = [view for view in found if not view.slot.ref.matches(ref) and view.state is not SlotState.STARTED]
        if len(views) == 1:
            return await self._living.go(tap, Verb.SWAP_SLOT, views[0].id, held.id)
        if views:
            return await self._living.of_words(screens.plain_words.swap_which_page(held, views, self._house.when()))
        days = [int(f"{day:%Y%m%d}") for day in wish.days]
        return await (
            self._living.go(tap, Verb.SWAP_DAY, days[0], held.id)
            if len(days) == 1
            else self._living.go(tap, Verb.SWAP_DAYS, held.id)
        )


def _with_other_dates(mine: Mine, wish: Wish) -> list[PeriodicBooking]:
    """The series that are meant: where anything is held or asked for, only those with other dates in several days."""
    if not (mine.held or mine.live):
        return list(mine.series)
    taken = {one.booking.day.weekday() for one in mine.held} | {one.class_ref.day.weekday() for one in mine.live}
    return [one for one in mine.series if len(wish.days) > 1 and one.day_of_week not in taken]
