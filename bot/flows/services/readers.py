"""In which language each person reads: the one they chose, else their Telegram's, else the configuration's."""

from __future__ import annotations

import logging

from database import Database
from domain.errors import DatabaseError
from domain.people import Reader
from languages import Language

LONGEST_CODE = 35  # characters of a language code; Telegram's are far shorter

log = logging.getLogger(__name__)


class Readers:
    """Remembers what was last known of everybody, for the moments in which the database can't be read."""

    def __init__(self, db: Database, default: Language) -> None:
        self._db = db
        self._default = default
        self._known: dict[int, Reader] = {}
        self._heard: dict[int, str] = {}  # what Telegram said of everybody lately, kept already or not
        self._kept: dict[int, str] = {}  # of whom Telegram's code was written, or is being written: that code

    async def learn(self) -> list[Reader]:
        """Reads everybody's language; called once at the start. Nobody's while the database can't be read."""
        try:
            readers = await self._db.people.readers()
        except DatabaseError as error:
            log.info("The languages of people can't be read for now: %s", error)
            return []
        self._known |= {reader.user_id: reader for reader in readers}
        return readers

    async def language(self, user_id: int, code: str | None = None) -> Language:
        """The language to speak to a person now; the last one known while the database can't be read.

        `code`: what their Telegram says at this moment: a notice that follows at once speaks it too.
        """
        if code:
            self._heard[user_id] = code
        try:
            reader = await self._db.people.reader(user_id)
        except DatabaseError as error:
            log.info("The language of user %s can't be read, so the last one known is spoken: %s", user_id, error)
        else:
            if reader is not None:
                self._known[user_id] = reader
        return self.known(user_id, code)

    def forget(self, user_id: int) -> None:
        """Remembers nothing of a person any more."""
        for memory in (self._known, self._heard, self._kept):
            memory.pop(user_id, None)

    def known(self, user_id: int, code: str | None = None) -> Language:
        """The language to speak to a person, without asking the database."""
        reader = self._known.get(user_id)
        if reader is not None and reader.chosen is not None:
            return Language(reader.chosen)
        said = code or self._heard.get(user_id) or (reader.telegram if reader else None)
        return Language.of(said) or self._default

    async def heard(self, user_id: int, code: str | None) -> None:
        """Keeps the language of a person's Telegram, when it is another than the last time."""
        reader = self._known.get(user_id)
        said = code[:LONGEST_CODE] if code else ""
        if not said or reader is None or self._kept.get(user_id, reader.telegram) == said:
            return
        self._kept[user_id] = said
        try:
            await self._db.people.telegram_speaks(user_id, said)
        except DatabaseError as error:
            self._kept.pop(user_id, None)
            log.info("The language of user %s's Telegram could not be kept: %s", user_id, error)

    async def choose(self, user_id: int, language: Language | None) -> Language:
        """Stores what a person wants to read from now on, None for their Telegram's language; returns what that is."""
        await self._db.people.choose_language(user_id, language)
        return await self.language(user_id)
