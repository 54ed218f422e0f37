"""A person's way from a tap in the chat to what the site holds, and back to what the chat says: the stage of journeys.

The real bot in front of the Telegram emulator, the real worker with the real portal and a lent browser in front of the
simulated site, and one database between them, all in one loop and by one clock that can be moved.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import bot_db
from actions.runner import ActionRunner
from bot.screens.texts import BOOK_LABEL, HOURS_LABEL, MINE_LABEL
from bot.transport.pauses import BotPauses
from database import Database, open_database
from demo.site import Outcome, Site, SiteWorld, Slot
from demo.site.accounts import Person as Student
from demo.site.catalogue import FIT_CENTER, PLATINUM, Catalogue, default_catalogue
from demo.telegram import Message, Person, TelegramEmulator
from domain.model import Action, Credentials
from domain.site_login import SiteLogin
from periodic_executor import Executor
from portal.portal import Portal
from runtime.configured import people_of
from runtime.settings import Settings
from tests.support.chats import FRIEND, OWNER, settings_for, tapped, until
from tests.support.clock import FakeClock
from tests.support.lent_browser import IMPATIENT, LentBrowser, lent
from tests.support.running import PATIENCE
from tests.support.sites import (
    GIULIA,
    MARCO,
    OTP_URL,
    PASSWORD,
    SECRET,
    TUESDAY,
    access,
    cookie,
    credentials,
    enter,
    files_of,
    running_clock,
)
from worker import Worker

PILATES = "PILATES MATWORK"
QUICK_PERIOD = 5  # s a one-time code lasts: nobody waits half a minute for the next, and it is typed in time


def small_catalogue() -> Catalogue:
    """Two activities, the courses and the gym: a timetable that is read in a moment."""
    whole = default_catalogue()
    names = (PLATINUM, FIT_CENTER)
    gym = ("07:00", "09:00", "16:00", "17:30", "20:30")  # that of 17:30 meets the Pilates of 18:00
    weekly = [each for each in whole.weekly if each.activity in names and (each.course or each.start in gym)]
    return Catalogue(tuple(each for each in whole.activities if each.name in names), tuple(weekly))


@dataclass
class Journey:
    """Giulia, her phone, her account on the site, and the programs between the two. And Marco, if he is a friend."""

    site: Site
    telegram: TelegramEmulator
    portal: Portal
    db: Database
    settings: Settings
    clock: FakeClock
    giulia: Person
    marco: Person
    worker: Worker = field(init=False)
    runner: ActionRunner = field(init=False)
    person: Credentials = field(init=False)
    friend: Credentials = field(init=False)

    def __post_init__(self) -> None:
        self.hire()

    async def restarts(self, **of_the_login: Any) -> None:
        """The worker is started anew: it knows nothing but what configuration, database and session file say."""
        await self.portal.close_session(OWNER)
        self.hire(**of_the_login)

    def hire(self, **of_the_login: Any) -> None:
        person = credentials(OWNER, otp_url=f"{OTP_URL}&period={QUICK_PERIOD}")
        self.person = replace(person, **of_the_login)
        self.friend = credentials(FRIEND, MARCO, otp_url=f"{OTP_URL}&period={QUICK_PERIOD}")
        people = {OWNER: self.person, FRIEND: self.friend}
        rule, rules = self.settings.opening_rule, self.settings.house_rules
        self.runner = ActionRunner(self.db, self.portal, people, rule, self.clock, rules=rules)
        self.worker = Worker(self.db, self.portal, self.runner, self.settings, self.clock)

    @property
    def world(self) -> SiteWorld:
        return self.site.world

    def set(self, **switches: Any) -> None:
        """Switches of the site, as its control page sets them."""
        self.world.switches.update(switches)

    # ----- in the chat

    async def starts(self) -> None:
        """/start, which has the timetable read; the worker reads it."""
        await self.giulia.send("/start")
        await self.giulia.wait_for(lambda message: "Sto leggendo gli orari" in message.text)
        await until(self.db.claims.due, True)  # the bot queues the reading beside its answer
        await self.works()

    async def chooses(self, course: str = PILATES, day: str = "Mar 24 nov", start: str = "18:00") -> Message:
        """From a new menu to the screen of a class."""
        await self.opens_menu()
        days = await tapped(self.giulia, str(BOOK_LABEL), "Per quale giorno?")
        if not any(day in label for label in days.labels):
            await tapped(self.giulia, "Date più lontane", "non sono ancora nel sito")
        await tapped(self.giulia, day, "Che cosa?")
        is_gym = course == "Fit Center"
        kind = FIT_CENTER if is_gym else PLATINUM
        await tapped(self.giulia, kind, kind)
        return await tapped(self.giulia, f"{start} ·" if is_gym else f"{start} {course}", "📍")

    async def reads_timetable(self) -> None:
        """ "Orari Corsi", read anew from the site."""
        await self.opens_menu()
        await tapped(self.giulia, str(HOURS_LABEL), "Orari")
        await self.giulia.tap("Aggiorna orari")
        await self.works()

    async def offers_a_swap(self) -> bool:
        """Whether Tuesday's Pilates is offered in place of what it overlaps; else both, as the site takes them."""
        page = await self.chooses()
        assert ("di solito il sito le accetta" in page.text) != ("ne accetta una sola" in page.text)
        return "ne accetta una sola" in page.text

    async def opens_rules(self) -> Message:
        """/help, and the rules of the house under it."""
        seen = {message.message_id for message in self.giulia.messages}
        await self.giulia.send("/help")
        await self.giulia.wait_for(lambda one: "Cosa so fare" in one.text and one.message_id not in seen)
        return await tapped(self.giulia, "⚙️ Regole del sito", "Come funziona il sito")

    async def opens_menu(self) -> Message:
        seen = {message.message_id for message in self.giulia.messages}
        await self.giulia.send("/start")
        return await self.giulia.wait_for(lambda one: "Ciao" in one.text and one.message_id not in seen)

    async def books(
        self, *says: str, course: str = PILATES, day: str = "Mar 24 nov", start: str = "18:00"
    ) -> tuple[Action, Message]:
        """Chooses a class, confirms, and reads a message with those words. The row as it is then."""
        await self.chooses(course, day, start)
        return await self.confirms("Conferma Prenotazione", *says)

    async def confirms(self, label: str, *says: str) -> tuple[Action, Message]:
        """Taps a button that puts something in the queue, lets the worker work, and reads what comes of it."""
        before = self.mark
        await self.giulia.tap(label)
        action = await self.newest()
        await self.works()
        message = await self.reads(*says, since=before - 1)  # also the card, which stands where the button was
        return await self.row(action), message

    async def reads(self, *words: str, since: int = 0) -> Message:
        """The newest message, after number `since`, that has all these words."""
        return await self.giulia.wait_for(
            lambda one: one.message_id > since and all(word in one.text for word in words)
        )

    @property
    def mark(self) -> int:
        """The number of the newest message, for `reads(since=...)`."""
        return max((message.message_id for message in self.giulia.messages), default=0)

    async def cancels(self, result: Message, *says: str, late: bool = False) -> tuple[Action, Message]:
        """Taps "Annulla" under a result, says yes, and once more where that may cost; reads what comes of it."""
        await self.giulia.tap("❌ Annulla", message_id=result.message_id)
        await self.reads("Annullo davvero?", since=result.message_id)
        if late:
            await tapped(self.giulia, "Sì, annulla", "Annullo lo stesso?")
        return await self.confirms("Annulla lo stesso" if late else "Sì, annulla", *says)

    async def looks_at_hers(self) -> Message:
        """ "Le Mie Prenotazioni", read anew from the site."""
        await self.opens_menu()
        await tapped(self.giulia, str(MINE_LABEL), "Le tue prenotazioni")
        await self.giulia.tap("Aggiorna dal sito")
        await self.works()
        await self.opens_menu()
        return await tapped(self.giulia, str(MINE_LABEL), "Le tue prenotazioni")

    # ----- between

    async def works(self) -> None:
        """The worker, until nothing is due and nothing in hand."""
        async with asyncio.timeout(PATIENCE):
            await self.worker.burst()

    async def executes(self) -> None:
        """A step of the executor."""
        await Executor(self.db, self.settings, self.clock).step()

    async def newest(self) -> Action:
        [newest] = await self.db.requests.latest(OWNER, 1)
        return newest

    async def row(self, action: Action) -> Action:
        row = await self.db.requests.find(action.id)
        assert row
        return row

    def goes_to(self, moment: datetime) -> None:
        """The clock of everybody goes on to that moment."""
        assert moment >= self.clock(), "time does not go back"
        self.clock.go(seconds=(moment - self.clock()).total_seconds())

    # ----- on the site

    def slot(self, course: str = PILATES, day: date = TUESDAY, start: str = "") -> Slot:
        activity = FIT_CENTER if course == "Fit Center" else ""
        return self.world.slot(day, "" if activity else course, start, activity)

    def takes(self, slot: Slot) -> None:
        """Giulia books it herself, with another phone."""
        assert self.world.book(GIULIA, slot.appointment_id) is Outcome.BOOKED

    async def gives_back(self, slot: Slot) -> None:
        """Giulia gives it back herself; it is gone for the bot, and she is told, once two readings agree."""
        before = self.mark
        assert self.world.cancel(GIULIA, slot.appointment_id)
        for _ in range(2):
            self.clock.go(seconds=60)
            await self.looks_at_hers()
        await self.giulia.wait_for(lambda one: one.message_id > before and "📅 Orari di quel giorno" in one.labels)

    @property
    def held(self) -> list[str]:
        """What the site really holds for her."""
        return [slot.course or "Fit Center" for slot in self.world.bookings(GIULIA)]

    def logs_out(self) -> None:
        """The site has forgotten her session: the next request meets its login."""
        self.world.accounts.end_sessions()


@asynccontextmanager
async def journey(
    engine: LentBrowser, folder: Path, configured: Mapping[str, Any] | None = None, **world: Any
) -> AsyncIterator[Journey]:
    """Noon of a Sunday: Giulia has a session on the site, and has never written to the bot.

    `configured`: keys of the configuration that are not as usual. Where they say that the site has a form of its own,
    that is the way in.
    """
    clock = running_clock()
    student = Student(GIULIA, PASSWORD, SECRET, name="Giulia", period=QUICK_PERIOD)
    telegram = TelegramEmulator(limits=False)
    others = [Student(MARCO, PASSWORD, SECRET, name="Marco", period=QUICK_PERIOD)]
    site_world = SiteWorld(clock=clock, people=[student, *others], catalogue=small_catalogue(), **world)
    async with (
        Site(site_world) as site,
        telegram.serve(),
        open_database(folder / "polimisport.db", clock) as db,
        AsyncExitStack() as stack,
    ):
        settings = settings_for(folder, telegram, **(configured or {}))
        way = access(site, folder / "state", clock, read_back=IMPATIENT)
        own_form = settings.site.lets_in is SiteLogin.FORM
        way = replace(way, login_hosts=()) if own_form else way
        portal = await stack.enter_async_context(lent(engine, way))
        await db.people.set(people_of(settings))
        here = Journey(
            site,
            telegram,
            portal,
            db,
            settings,
            clock,
            telegram.person(OWNER, "Giulia"),
            telegram.person(FRIEND, "Marco"),
        )
        enter(portal.session(here.person), site)
        files_of(portal.session(here.friend)).save({"cookies": [cookie(site, MARCO)], "origins": []})
        stop = asyncio.Event()
        bot = asyncio.create_task(bot_db.serve(settings, db, stop, clock, BotPauses(tap_within=PATIENCE)))
        try:
            yield here
        finally:
            stop.set()
            await bot
