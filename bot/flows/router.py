"""Which flow answers which tap. Knows nothing of Telegram.

Every flow takes the truth from the database and asks whether it belongs to the person who tapped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from bot import screens
from bot.flows.booking import BookingFlow, SlotChooser
from bot.flows.browser import BrowserFlow
from bot.flows.changing import ChangingFlow
from bot.flows.choices import AlternativesFlow, SwapFlow, WatchFlow
from bot.flows.courses import CoursesFlow
from bot.flows.door import DoorFlow
from bot.flows.feed import FeedFlow
from bot.flows.guests import GuestsFlow
from bot.flows.held import HeldFlow
from bot.flows.history import HistoryFlow
from bot.flows.holidays import HolidaysFlow
from bot.flows.hours import HoursFlow
from bot.flows.leaving import LeavingFlow
from bot.flows.living import LivingPages
from bot.flows.making import MakingFlow
from bot.flows.menu import MenuFlow
from bot.flows.own_calendar import OwnCalendarFlow
from bot.flows.periodic import SeriesFlow
from bot.flows.preferences import PreferencesFlow
from bot.flows.questions import QuestionsFlow
from bot.flows.rules import RulesFlow
from bot.flows.services import Services
from bot.flows.sharing import SharingFlow
from bot.flows.tap import Flow, Response, Routes, Tap
from bot.flows.tickets import TicketFlow
from bot.flows.together import TogetherFlow
from bot.flows.usual import StarFlow
from bot.flows.week import WeekFlow
from bot.screens.callbacks import Verb
from domain.errors import DatabaseError, TooManyWaiting
from languages import Language

ON_THE_WAY_TO_THE_SITE = {
    Verb.NEW, Verb.COURSE, Verb.FAR_DAYS, Verb.DAY, Verb.SLOTS, Verb.SLOT, Verb.SLOT_FROM, Verb.MINE, Verb.HELD,
    Verb.ASK_CANCEL, Verb.ASK_TWICE, Verb.SWAP_DAYS, Verb.SWAP_DAY, Verb.SWAP_SLOTS, Verb.SWAP_SLOT,
}  # fmt: skip
"""After these a person is likely to ask something of the site: workers prepare a session."""

BY_THEMSELVES: tuple[Callable[[Services], Flow], ...] = (
    GuestsFlow, LeavingFlow, CoursesFlow, SeriesFlow, ChangingFlow, HolidaysFlow, RulesFlow, PreferencesFlow,
    WeekFlow, FeedFlow, HistoryFlow, BrowserFlow,
)  # fmt: skip
"""The flows that need no other."""

log = logging.getLogger(__name__)


class Router:
    """Finds the flow of each verb; `routes` holds them all, `living` the lists of places that stand in chats."""

    def __init__(self, services: Services) -> None:
        self._services = services
        chooser = SlotChooser(services)
        booking, held = BookingFlow(services, chooser), HeldFlow(services)
        hours = HoursFlow(services, held)
        self._menu = MenuFlow(services)
        self._door = DoorFlow(services)
        self._together = TogetherFlow(services, booking)
        self._tickets = TicketFlow(services, booking, held, hours)
        self._alternatives = AlternativesFlow(services, chooser, booking)
        self._own_calendar = OwnCalendarFlow(services)
        self.routes: Routes = {}
        self.living = LivingPages(services, self.routes)
        self._sharing = SharingFlow(services, self.living)
        self._making = MakingFlow(services)
        flows: tuple[Flow, ...] = (
            self._menu, self._door, self._tickets, hours, booking, StarFlow(services, booking), self._alternatives,
            SwapFlow(services, chooser), WatchFlow(services, booking), held, QuestionsFlow(services, held),
            self._making, self._sharing, self._together, self._own_calendar,
            *(make(services) for make in BY_THEMSELVES),
        )  # fmt: skip
        for flow in flows:
            self.routes |= flow.routes

    async def respond(self, tap: Tap) -> Response:
        """The response to a tap or a command. Workers are told of a tap on the way to the site meanwhile."""
        if tap.call.verb in ON_THE_WAY_TO_THE_SITE:
            self._expect(tap.user_id)
        await self._services.house.learn_rules()
        if not await self._is_here(tap.user_id):
            return await self.at_the_door(tap)
        try:
            return await self.living.led_to(tap)
        except TooManyWaiting as full:
            return screens.guests.too_many(full.most, theirs=full.user_id != tap.user_id)

    async def _is_here(self, user_id: int) -> bool:
        """Whether things are done for the person; whoever is not known is looked for again."""
        directory = self._services.directory
        return user_id in directory or (await directory.refresh() and user_id in directory)

    async def come_in(self, secret: str, user_id: int, name: str) -> bool:
        """Lets somebody in who brings an invitation; False for one that is none."""
        return await self._door.come_in(secret, user_id, name)

    async def at_the_door(self, tap: Tap) -> Response:
        """The response to whatever comes from somebody for whom nothing is done (yet)."""
        return await self._door.answer(tap)

    def _expect(self, user_id: int) -> None:
        """Has the workers told that the person is likely to ask something of the site."""
        if self._services.only_looks:
            return
        self._services.beside.do(self._announce(user_id))

    async def _announce(self, user_id: int) -> None:
        try:
            await self._services.db.people.expect(user_id)
        except DatabaseError as error:
            log.info("The workers could not be told to prepare a session for user %s: %s", user_id, error)

    async def language_of(self, user_id: int, code: str | None) -> Language:
        """The language to answer a person in; `code`: what their Telegram says."""
        return await self._services.readers.language(user_id, code)

    def last_language_of(self, user_id: int, code: str | None) -> Language:
        """The same, as far as is known without the database."""
        return self._services.readers.known(user_id, code)

    def heard(self, user_id: int, code: str | None) -> None:
        """Has the language of a person's Telegram kept."""
        self._services.beside.do(self._services.readers.heard(user_id, code))

    async def help(self, tap: Tap) -> Response:
        """The page of help, which needs no database."""
        return await self._menu.help(tap)

    async def status_of(self, tap: Tap, word: str) -> Response:
        """/status with a number, as somebody types it."""
        await self._services.house.learn_rules()
        return await self._tickets.status_of(tap, word)

    async def shared(self, tap: Tap, number: str) -> Response:
        """/start with a number: the page of a class that somebody shared, or an invitation."""
        self._expect(tap.user_id)
        await self._services.house.learn_rules()
        shared = await self._sharing.opened(tap, number) or await self._together.opened(tap, number)
        return shared or screens.sharing.unknown()

    async def name_calendar(self, tap: Tap, address: str) -> Response:
        """/calendario with an address, as somebody types it."""
        await self._services.house.learn_rules()
        return await self._own_calendar.name(tap, address)

    async def set_card(self, action_id: int, user_id: int, message_id: int) -> None:
        """Makes the message the card of the action: the action's end is shown there."""
        await self._services.requests.set_card(action_id, user_id, message_id)
