"""What a message in plain words asks about what the person has: shown, cancelled, swapped, watched no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot import screens
from bot.flows.finding import MOST_NEAR, Finder, Mine
from bot.flows.living import LivingPages
from bot.flows.services import Services
from bot.flows.tap import Response, Tap
from bot.screens.callbacks import Verb
from bot.screens.page import Page
from bot.understanding.intents import Cancel, Swap, Wish
from bot.understanding.matching import fits
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
        if not (mine.held or mine.live) and wish.hours:
            others = await self._find.mine(tap.user_id, replace(wish, hours=None))
            if others.held or others.live:
                sentence = screens.plain_words.not_among_mine(wish, when)
                return screens.plain_words.which_of_mine_page(sentence, others.held, others.live, [], when, Verb.HELD)
        if not (mine.held or mine.live):
            page = await self._living.go(tap, Verb.MINE, 0)  # which also tells how old that is
            return screens.plain_words.none_on(page, wish, when) if isinstance(page, Page) else page
        sentence = screens.plain_words.mine_on(wish, when)
        if wish.names:
            sentence = screens.plain_words.is_mine(wish, mine.held, when)
        return screens.plain_words.which_of_mine_page(sentence, mine.held, mine.live, [], when, Verb.HELD)

    async def cancel(self, tap: Tap, meant: Cancel) -> Response:
        """The question whether to cancel the one that is meant; a series, or its dates, where nothing else is."""
        wish = meant.wish
        everything = await self._find.mine(tap.user_id, wish)
        mine = without(everything, meant.but)
        if (everything.held or everything.live) and not (mine.held or mine.live):
            return screens.plain_words.nothing_but_page(meant.but, self._house.when())
        if meant.nth is not None and len(mine.held) > 1:
            mine = replace(mine, held=list(mine.held)[meant.nth :][:1] or mine.held, live=[])
        series = _with_other_dates(mine, wish) if meant.but == Wish() else []
        if len(mine.held) + len(mine.live) == 1 and not series and meant.but == Wish():
            call = (Verb.ASK_CANCEL, mine.held[0].id) if mine.held else (Verb.TICKET, mine.live[0].id)
            return await self._living.go(tap, *call)
        if not (mine.held or mine.live or series):
            return await self._none(tap, wish)
        if len(series) == 1 and not (mine.held or mine.live):
            return await self._living.go(tap, Verb.DATES if wish.days else Verb.SERIES, series[0].id)
        when, sentence = self._house.when(), str(screens.plain_words.WHICH_TO_CANCEL)
        if meant.every_one:
            sentence = str(screens.plain_words.ONE_BY_ONE)
        if meant.but != Wish():
            sentence = screens.plain_words.all_but(meant.but, when)
        return screens.plain_words.which_of_mine_page(sentence, mine.held, mine.live, series, when)

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
        series = mine.series if wish.names or not (mine.held or mine.live) else []
        there = mine.held or mine.live or series
        words = screens.plain_words.ALREADY_THERE if there else screens.plain_words.NOTHING_BOOKED
        return screens.plain_words.which_of_mine_page(str(words), mine.held, mine.live, series, self._house.when())

    async def stop_watching(self, tap: Tap, wish: Wish) -> Response:
        """The one class that is watched and meant; or all that are, with a word where the one meant is not."""
        mine = await self._find.mine_or_kin(tap.user_id, wish)
        watched = [action for action in mine.live if action.watch or action.waits_on_list]
        if len(watched) == 1:
            return await self._living.go(tap, Verb.TICKET, watched[0].id)
        page = await self._living.go(tap, Verb.WATCHES, 0)
        if watched or not wish.names or not isinstance(page, Page):
            return page
        return screens.plain_words.headed(page, screens.plain_words.not_watched(wish, self._house.when()))

    async def swap(self, tap: Tap, swap: Swap) -> Response:
        mine = await self._find.mine(tap.user_id, swap.old)
        held, asked = (
            self._meant(mine.held, swap),
            [one for one in mine.live if one.type is ActionType.BOOK and not one.waits_on_list],
        )
        if not held and asked:
            sentence = str(screens.plain_words.ONLY_ASKED_FOR)
            return screens.plain_words.which_of_mine_page(sentence, [], asked, [], self._house.when())
        if not held:
            return await self._none_to_swap(tap, swap)
        if len(held) > 1:
            return await self._which_to_swap(tap, held, swap)
        return await self._swap_for(tap, held[0], swap)

    def _meant(self, held: Sequence[HeldBooking], swap: Swap) -> list[HeldBooking]:
        """Those that are meant to go: the one that was counted out; else of the course that is wished, where any is."""
        if swap.nth is not None:
            return list(held)[swap.nth :][:1]
        if len(held) > 1 and not swap.old.days and swap.new.days:
            held = [one for one in held if one.booking.day in swap.new.days] or held
        if swap.old.names or not swap.new.names or len(held) < 2:
            return list(held)
        same = [one for one in held if (one.booking.course or FIT_CENTER) in swap.new.names]
        return same or list(held)

    async def _none_to_swap(self, tap: Tap, swap: Swap) -> Response:
        """Nothing that is to go is held: what bears its name; else what is to be had, which can be booked as it is."""
        new = replace(swap.new, names=swap.new.names or swap.old.names, where=swap.new.where or swap.old.where)
        kin = await self._find.kin(tap.user_id, swap.old) if swap.old.names else None
        if kin is None or not kin.held:
            wanted = swap.new != Wish() and new.names
            views = (await self._find.slots(tap.user_id, new))[:MOST_NEAR] if wanted else []
            if views:
                return screens.plain_words.none_to_swap_page(swap.old, views, self._house.when())
        return await self._none(tap, swap.old, Verb.SWAP_DAYS)

    async def _which_to_swap(self, tap: Tap, held: Sequence[HeldBooking], swap: Swap) -> Response:
        """Each of several that may be meant, with what it would be swapped for where that is one class."""
        when, rows = self._house.when(), []
        for one in held:
            views = await self._find.instead(tap.user_id, one, swap) if swap.says_more else []
            rows.append((one, views[0] if len(views) == 1 else None))
        return screens.plain_words.which_to_swap_page(rows, when)

    async def _swap_for(self, tap: Tap, held: HeldBooking, swap: Swap) -> Response:
        """What is not said of the new class is as the old one is."""
        if not swap.says_more:
            return await self._living.go(tap, Verb.SWAP_DAYS, held.id)
        views, when = await self._find.instead(tap.user_id, held, swap), self._house.when()
        if len(views) == 1:
            return await self._living.go(tap, Verb.SWAP_SLOT, views[0].id, held.id)
        if views:
            return await self._living.of_words(screens.plain_words.swap_which_page(held, views, when))
        moments = swap.shift.of(datetime.combine(held.booking.day, held.booking.start)) if swap.shift else ()
        day = (*swap.new.days, *(each.date() for each in moments), held.booking.day)[0]
        names = swap.new.names or (held.booking.course or FIT_CENTER,)
        there = (
            (await self._find.mine(tap.user_id, Wish(names=names, days=(day,)))).held if day != held.booking.day else []
        )
        if there:
            sentence = screens.plain_words.mine_on(Wish(names=names, days=(day,)), when)
            return screens.plain_words.which_of_mine_page(sentence, there, [], [], when, Verb.HELD)
        near = (await self._find.same_day(tap.user_id, held, day))[:MOST_NEAR]
        return await self._living.of_words(screens.plain_words.no_swap_page(held, swap, near, when))


def without(mine: Mine, but: Wish) -> Mine:
    """What somebody has, without what is excepted."""
    if but == Wish():
        return mine
    held = [one for one in mine.held if not fits(but, one.booking.ref)]
    return replace(mine, held=held, live=[one for one in mine.live if not fits(but, one.class_ref)])


def _with_other_dates(mine: Mine, wish: Wish) -> list[PeriodicBooking]:
    """The series that are meant: where anything is held or asked for, only those with other dates in several days."""
    if not (mine.held or mine.live):
        return list(mine.series)
    taken = {one.booking.day.weekday() for one in mine.held} | {one.class_ref.day.weekday() for one in mine.live}
    return [one for one in mine.series if len(wish.days) > 1 and one.day_of_week not in taken]
