"""What a message that is not clear names and is not there: not held, not recurring, not watched, in no timetable."""

from __future__ import annotations

from dataclasses import replace

from bot import screens
from bot.flows.finding import Finder
from bot.screens.when import When
from bot.understanding.intents import Act, Asked, Doubt, Unsure, Wish

TOLD = (Doubt.WORDS, Doubt.UNKNOWN, Doubt.SEVERAL, Doubt.NEGATED)
"""Questions about a message that names a class; others are about something else, or about all of them."""


async def told_missing(find: Finder, user_id: int, unsure: Unsure, when: When) -> str:
    """The sentence that says so; nothing where the class is there, or none is named."""
    goes, wish = unsure.drops or unsure.gives_up, _named(unsure)
    if unsure.doubt not in TOLD or not wish.names:
        return ""
    mine = await find.mine_or_kin(user_id, wish)
    if Asked(Act.UNWATCH) in unsure.acts:
        watched = any(one.watch or one.waits_on_list for one in mine.live)
        return "" if watched else screens.plain_words.not_watched(wish, when)
    if unsure.weekly:
        return "" if mine.series or not goes else screens.plain_words.not_among_series(_every_week(wish), when)
    if goes or (unsure.of_mine and not unsure.wishes):
        return "" if mine.held or mine.live or mine.series else screens.plain_words.not_among_mine(wish, when)
    found = not wish.days or mine.held or await find.slots(user_id, wish)
    return "" if found else screens.plain_words.not_in_timetable(wish, when)


def _named(unsure: Unsure) -> Wish:
    """The class that is meant: the one that is given up, where nothing else is named."""
    heard, denied = unsure.heard, unsure.denied
    return heard if heard.names or not denied.names else replace(heard, names=denied.names)


def _every_week(wish: Wish) -> Wish:
    return replace(wish, days=(), weekdays=tuple(sorted({day.weekday() for day in wish.days})))
