"""The page of a setting that a message in plain words speaks of, with the value that it names."""

from __future__ import annotations

from bot import screens
from bot.flows.living import LivingPages
from bot.flows.tap import Response, Tap
from bot.screens.callbacks import Verb
from bot.screens.page import Page, button
from bot.screens.places import PAGES
from bot.understanding.intents import Show
from domain.preferences import QuietHours


async def setting_page(living: LivingPages, tap: Tap, show: Show) -> Response:
    """The page, with the value that was written as its first button: nothing is set before a tap."""
    if show.once:
        return screens.asked.only_nightly_page()
    call = PAGES[show.place]
    page = await living.go(tap, call.verb, *call.numbers)
    if not isinstance(page, Page):
        return page
    if show.lead:
        return screens.preferences.said_page(page, screens.preferences.before_class(show.lead))
    if show.span:
        quiet = QuietHours(*show.span)
        label, number = screens.preferences.quiet_hours(quiet), screens.preferences.quiet_number(quiet)
        return screens.preferences.said_page(page, label, button(label, Verb.SET_SETTING, *call.numbers, number))
    return page
