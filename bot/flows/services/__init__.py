"""What the flows are made of: one service a noun, composed here; each reads and writes rows, and keeps nothing.

Every look takes the truth from the database for the person who tapped, so a restart of the bot loses nothing.
"""

from __future__ import annotations

from bot.flows.services.accounts import Accounts
from bot.flows.services.beside import Beside
from bot.flows.services.bookings import Bookings
from bot.flows.services.feeds import Feeds
from bot.flows.services.house import House
from bot.flows.services.leaving import Leaving
from bot.flows.services.own_events import OwnEvents
from bot.flows.services.page_notes import NoNotes, PageNotes
from bot.flows.services.questions import Questions
from bot.flows.services.readers import Readers
from bot.flows.services.requests import Requests
from bot.flows.services.slots import Slots
from bot.flows.services.tickets import Tickets
from bot.flows.services.weeks import Weeks
from database import Database
from domain.model import Clock
from languages import Language
from runtime.directory import Directory
from runtime.settings import Settings

__all__ = [
    "Accounts", "Beside", "Bookings", "Feeds", "House", "Leaving", "OwnEvents", "PageNotes", "Questions", "Readers",
    "Requests", "Services", "Slots", "Tickets", "Weeks",
]  # fmt: skip


class Services:
    """One for the whole bot. `only_looks`: for flows that lead to nothing but a page, as when a browser asks by GET."""

    def __init__(self, db: Database, settings: Settings, clock: Clock, *, only_looks: bool = False) -> None:
        self.db = db
        self.settings = settings
        self.directory = Directory(settings, db.guests)
        self.only_looks = only_looks
        self.beside = Beside()
        self.notes = NoNotes(db, self.beside) if only_looks else PageNotes(db, self.beside)
        self.house = House(db, settings, clock)
        self.readers = Readers(db, Language(settings.language))
        self.leaving = Leaving(db, settings, self.directory, self.readers)
        self.accounts = Accounts(db, self.house)
        self.bookings = Bookings(db, self.house)
        self.feeds = Feeds(db, self.house, settings.web)
        self.own_events = OwnEvents(db, self.house)
        self.slots = Slots(db, self.house, self.bookings, self.own_events)
        self.weeks = Weeks(db, self.house, self.bookings, self.slots)
        self.requests = Requests(db, self.house, settings.opening.rehearsal_at)
        self.questions = Questions(db, self.house, self.slots, self.own_events)
        self.tickets = Tickets(db, self.house, self.accounts, self.bookings, self.slots, self.requests)
