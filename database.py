"""The database, SQLite's or PostgreSQL's: opened, upgraded, and divided into the parts that each know their tables.

Every program of the product talks to it through `Database`; the SQL itself is in store/ and schema.sql.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.model import Clock, utc_now
from domain.postgresql_address import DatabasePlace, PostgresqlAddress
from domain.server_time import ServerTime
from store.alarms import Alarms
from store.bookings import Bookings
from store.bot_profile import BotProfile
from store.catalogue import Catalogue
from store.connection import Connection, Duty
from store.daily_backups import DailyBackups
from store.favourites import Favourites
from store.fillings import Fillings
from store.guests import Guests
from store.hand_logins import HandLogins
from store.health import Health
from store.heartbeats import Heartbeats
from store.lock_timeouts import USUAL_TIMEOUTS, LockTimeouts
from store.migrations import VERSION, migrate
from store.moving import moved, restored
from store.outbox import Outbox
from store.own_calendars import OwnCalendars
from store.pages.overviews import Overviews
from store.pages.signs import Signs
from store.pauses import Pauses
from store.people import People
from store.postgresql.driver import refuse_without_driver
from store.preferences import PreferencesOf
from store.queue.agreements import Agreements
from store.queue.by_owner import ByOwner
from store.queue.choices import Choices
from store.queue.claims import Claims
from store.queue.history import History
from store.queue.open_pages import OpenPages
from store.queue.openings import Openings
from store.queue.oversight import Oversight
from store.queue.pairs import Pairs
from store.queue.past import Past
from store.queue.quiet_readings import QuietReadings
from store.queue.readings import Readings
from store.queue.requests import Requests
from store.queue.settlement import Settlement
from store.queue.watches import Watches
from store.recurring.confirmations import Confirmations
from store.recurring.due_dates import DueDates
from store.recurring.holidays import Holidays
from store.recurring.keeping import Keeping
from store.recurring.occurrences import Occurrences
from store.recurring.recurring_pauses import RecurringPauses
from store.recurring.reminders import Reminders
from store.recurring.series import Series
from store.release_news import ReleaseWatch
from store.remarks import Remarks
from store.request_counts import RequestCounts
from store.rules import Rules
from store.sharing import Sharing
from store.site_logins import SiteLogins
from store.sqlite_file import SqliteFile
from store.web.feeds import Feeds
from store.web.links import WebLinks
from store.web.sessions import WebSessions
from store.week_pictures import WeekPictures

__all__ = ["VERSION", "Database", "Duty", "LockTimeouts", "PostgresqlAddress", "moved", "open_database", "restored"]


class Database:
    """The open file. Each attribute is one part of it."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self.connection = connection
        self.clock = clock
        self._open_people(connection, clock)
        self._open_browsers(connection, clock)
        self._open_queue(connection, clock)
        self._open_recurring(connection, clock)
        self._open_house(connection, clock)

    def _open_people(self, connection: Connection, clock: Clock) -> None:
        self.people = People(connection, clock)
        self.guests = Guests(connection, clock)
        self.preferences = PreferencesOf(connection)
        self.pauses = Pauses(connection, clock)
        self.hand_logins = HandLogins(connection, clock)
        self.agreements = Agreements(connection, clock)
        self.sharing = Sharing(connection, clock)
        self.favourites = Favourites(connection)
        self.remarks = Remarks(connection, clock)
        self.site_logins = SiteLogins(connection, clock)
        self.own_calendars = OwnCalendars(connection, clock)

    def _open_queue(self, connection: Connection, clock: Clock) -> None:
        self.requests = Requests(connection, clock)
        self.pairs = Pairs(connection, clock)
        self.choices = Choices(connection, clock)
        self.watches = Watches(connection, clock)
        self.claims = Claims(connection, clock)
        self.settlement = Settlement(connection, clock)
        self.history = History(connection)
        self.bookings = Bookings(connection)
        self.readings = Readings(connection)
        self.openings = Openings(connection)
        self.quiet_readings = QuietReadings(connection, clock)
        self.open_pages = OpenPages(connection, clock)
        self.past = Past(connection)
        self.fillings = Fillings(connection)

    def _open_recurring(self, connection: Connection, clock: Clock) -> None:
        self.series = Series(connection, clock)
        self.occurrences = Occurrences(connection, clock)
        self.holidays = Holidays(connection, clock)
        self.due_dates = DueDates(connection, clock)
        self.confirmations = Confirmations(connection, clock)
        self.reminders = Reminders(connection, clock)
        self.keeping = Keeping(connection, clock)
        self.recurring_pauses = RecurringPauses(connection, clock)

    def _open_house(self, connection: Connection, clock: Clock) -> None:
        self.catalogue = Catalogue(connection)
        self.outbox = Outbox(connection, clock)
        self.alarms = Alarms(connection, clock)
        self.rules = Rules(connection, clock)
        self.week_pictures = WeekPictures(connection, clock)
        self.health = Health(connection)
        self.heartbeats = Heartbeats(connection, clock)
        self.daily_backups = DailyBackups(connection, clock)
        self.release_watch = ReleaseWatch(connection, clock)
        self._open_oversight(connection, clock)

    def _open_browsers(self, connection: Connection, clock: Clock) -> None:
        """What the pages in the browser need of their own."""
        self.web_links = WebLinks(connection, clock)
        self.web_sessions = WebSessions(connection, clock)
        self.feeds = Feeds(connection, clock)
        self.bot_profile = BotProfile(connection)
        self.overviews = Overviews(connection, clock)
        self.signs = Signs(connection)

    def _open_oversight(self, connection: Connection, clock: Clock) -> None:
        """What is seen and done across people, by whoever keeps the machine."""
        self.oversight = Oversight(connection, clock)
        self.by_owner = ByOwner(connection, clock)
        self.request_counts = RequestCounts(connection, clock)


@asynccontextmanager
async def open_database(
    place: DatabasePlace,
    clock: Clock = utc_now,
    stop: asyncio.Event | None = None,
    lock_timeouts: LockTimeouts = USUAL_TIMEOUTS,
    server_time: ServerTime | None = None,
) -> AsyncIterator[Database]:
    """The database in the file (mode 0600), or on the server, made or upgraded if need be.

    Raises DatabaseError with the remedy. A server's clock counts, unless another one is given;
    `server_time` is told it.
    Once `stop` is set nobody's lock is waited for any longer. A file that turns out broken while it is used sets it,
    and leaving the block raises DatabaseError then.
    """
    if isinstance(place, PostgresqlAddress):
        refuse_without_driver(place)
        from store.postgresql.database import open_postgresql  # not installed where SQLite is used

        told = server_time or ServerTime()
        async with open_postgresql(place, told, stop, lock_timeouts) as server:
            yield Database(server, told.now if clock is utc_now else clock)
    else:
        async with SqliteFile(place, stop, lock_timeouts) as file:
            await migrate(file, clock)
            yield Database(file, clock)
