"""The taps on a person's preferences: each setting with what can be chosen, and the choice."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import time, timedelta

from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens import preferences as screen
from bot.screens.callbacks import Verb
from bot.screens.making import MODE_NAMES, MODES, RECOMMENDED
from bot.screens.page import Page
from bot.screens.preferences import Option, Setting
from domain.preferences import Event, Preferences, QuietHours
from languages import Language, speaking

QUIET = (
    None,
    QuietHours(time(22), time(7)),
    QuietHours(time(23), time(7)),
    QuietHours(time(23), time(8)),
    QuietHours(time(0), time(8)),
)
"""In the order they are offered, which is also how a button names one; the same for those below."""
LEADS = (None, *(timedelta(hours=hours) for hours in (2, 3, 4, 6, 12, 24)))
LANGUAGES = (None, Language.ITALIAN, Language.ENGLISH)
EVENTS = tuple(Event)
NOWHERE = 0  # the number of no place


class PreferencesFlow:
    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._directory = services.directory
        self._readers = services.readers
        self.routes: Routes = {
            Verb.SETTINGS: self.settings,
            Verb.SETTING: self.setting,
            Verb.SET_SETTING: self.choose,
        }
        self._options: dict[Setting, Callable[[int, Preferences], Awaitable[list[Option]]]] = {
            Setting.LANGUAGE: self._languages,
            Setting.RINGS: self._events,
            Setting.QUIET: self._quiet,
            Setting.REMINDER: self._reminders,
            Setting.MODE: self._modes,
            Setting.WATCH: self._notices,
            Setting.PLACE: self._places,
            Setting.LOOK: self._looks,
            Setting.MONDAYS: self._mondays,
        }

    async def settings(self, tap: Tap) -> Page:
        """Every setting with what it is at."""
        prefers = await self._db.preferences.find(tap.user_id)
        told: list[tuple[Setting, str]] = []
        for setting, options in self._options.items():
            if setting is Setting.RINGS:
                told.append((setting, screen.what_rings(prefers.silent)))
                continue
            offered = await options(tap.user_id, prefers)
            chosen = next((each.label for each in offered if each.chosen), _by_hand(prefers, setting))
            if len(offered) > 1:
                told.append((setting, chosen))
        owner, guest = self._house.is_kept_by(tap.user_id), self._directory.guest(tap.user_id) is not None
        return screen.overview(told, owner=owner, guest=guest)

    async def setting(self, tap: Tap) -> Page:
        """One setting with what can be chosen."""
        if tap.id not in set(Setting):
            return await self.settings(tap)
        setting = Setting(tap.id)
        options = await self._options[setting](tap.user_id, await self._db.preferences.find(tap.user_id))
        return screen.setting_page(setting, options)

    async def choose(self, tap: Tap) -> Page:
        """Stores a choice. What is not offered any more changes nothing."""
        number, value = tap.call.numbers
        prefers = await self._db.preferences.find(tap.user_id)
        if number not in set(Setting):
            return await self.settings(tap)
        setting = Setting(number)
        offered = await self._options[setting](tap.user_id, prefers)
        chosen = next((each for each in offered if each.number == value), None)
        if setting is Setting.QUIET and (own := screen.quiet_of(value)):
            await self._db.preferences.set(tap.user_id, replace(prefers, quiet=own))
            return await self.settings(tap)
        if chosen is None:
            return await (self.setting(tap) if setting is Setting.RINGS else self.settings(tap))
        if setting is Setting.LANGUAGE:
            with speaking(await self._readers.choose(tap.user_id, LANGUAGES[value])):
                return await self.settings(tap)
        await self._db.preferences.set(tap.user_id, _with(prefers, setting, value, chosen.label))
        return await (self.setting(tap) if setting is Setting.RINGS else self.settings(tap))

    # What can be chosen

    async def _languages(self, user_id: int, prefers: Preferences) -> list[Option]:
        reader = await self._db.people.reader(user_id)
        chosen = reader.chosen if reader else None
        return [Option(str(screen.LANGUAGES[one]), n, chosen == one) for n, one in enumerate(LANGUAGES)]

    async def _events(self, user_id: int, prefers: Preferences) -> list[Option]:
        """A button says what is to be from then on, so that a second tap on it changes nothing back."""
        return [
            Option(str(screen.EVENTS[one]), 2 * n + (one in prefers.silent), one not in prefers.silent)
            for n, one in enumerate(EVENTS)
        ]

    async def _quiet(self, user_id: int, prefers: Preferences) -> list[Option]:
        return [Option(screen.quiet_hours(one), n, prefers.quiet == one) for n, one in enumerate(QUIET)]

    async def _reminders(self, user_id: int, prefers: Preferences) -> list[Option]:
        """Only while a place can still be given back for free: a reminder after that would be of no use."""
        usual = self._house.recurrence.reminder
        chosen = None if prefers.reminder == usual else prefers.reminder
        return [
            Option(screen.before_class(one) if one else screen.as_usual(screen.before_class(usual)), n, chosen == one)
            for n, one in enumerate(LEADS)
            if one is None or (one > self._house.recurrence.free_cancel and one != usual)
        ]

    async def _modes(self, user_id: int, prefers: Preferences) -> list[Option]:
        chosen = prefers.mode or RECOMMENDED
        return [Option(str(MODE_NAMES[one]), n, chosen is one) for n, one in enumerate(MODES)]

    async def _notices(self, user_id: int, prefers: Preferences) -> list[Option]:
        return [
            Option(screen.not_later_than(one), n, prefers.watch_notice == one)
            for n, one in enumerate(LEADS)
            if one is None or one > self._house.recurrence.free_cancel
        ]

    async def _places(self, user_id: int, prefers: Preferences) -> list[Option]:
        places = sorted({course.activity.place for course in await self._db.catalogue.courses()} | {prefers.place})
        known = [Option(each, _key(each), prefers.place == each) for each in places if each]
        return [Option(screen.no_place(), NOWHERE, not prefers.place), *known]

    async def _looks(self, user_id: int, prefers: Preferences) -> list[Option]:
        return [Option(str(screen.LOOKS[dark]), int(dark), prefers.dark == dark) for dark in (False, True)]

    async def _mondays(self, user_id: int, prefers: Preferences) -> list[Option]:
        return [Option(str(screen.MONDAYS[sent]), int(sent), prefers.mondays == sent) for sent in (True, False)]


def _by_hand(prefers: Preferences, setting: Setting) -> str:
    """What a setting is at that none of its buttons offers: a row of the database may say anything."""
    match setting:
        case Setting.QUIET:
            return screen.quiet_hours(prefers.quiet)
        case Setting.REMINDER if prefers.reminder:
            return screen.before_class(prefers.reminder)
        case Setting.WATCH:
            return screen.not_later_than(prefers.watch_notice)
        case _:
            return ""


def _with(prefers: Preferences, setting: Setting, number: int, label: str) -> Preferences:
    """The preferences with one changed, to what a button names by that number and label."""
    match setting:
        case Setting.RINGS:
            event, rings = {EVENTS[number // 2]}, number % 2
            return replace(prefers, silent=prefers.silent - event if rings else prefers.silent | event)
        case Setting.QUIET:
            return replace(prefers, quiet=QUIET[number])
        case Setting.REMINDER:
            return replace(prefers, reminder=LEADS[number])
        case Setting.MODE:
            return replace(prefers, mode=MODES[number])
        case Setting.WATCH:
            return replace(prefers, watch_notice=LEADS[number])
        case Setting.PLACE:
            return replace(prefers, place="" if number == NOWHERE else label)
        case Setting.LOOK:
            return replace(prefers, dark=bool(number))
        case Setting.MONDAYS:
            return replace(prefers, mondays=bool(number))
        case Setting.LANGUAGE:
            return prefers


def _key(place: str) -> int:
    """A number for a place that stays the same from reading to reading; never NOWHERE."""
    return zlib.crc32(place.encode()) or 1
