"""How a person is forgotten: their rows, their files, and what is remembered of them in this program."""

from __future__ import annotations

import asyncio
import glob

from bot.flows.services.readers import Readers
from database import Database
from domain.guests import Forgotten
from runtime.backups import backups, files_like
from runtime.configured import people_of
from runtime.directory import Directory
from runtime.settings import Settings
from safety import personal_files

OLD = (".version*", ".replaced-*")  # what an upgrade or --restore kept of the database


class Leaving:
    def __init__(self, db: Database, settings: Settings, directory: Directory, readers: Readers) -> None:
        self._db = db
        self._settings = settings
        self._directory = directory
        self._readers = readers

    async def forget(self, user_id: int, *, by_themselves: bool = False) -> Forgotten:
        """Forgets a person. Whom the configuration names can then still use the bot, as if they were new.

        `by_themselves`: it was their own wish, and the owner is told.
        Raises StillActing while a place is being booked or given back for them; then nothing has changed.
        """
        stays = next((each for each in people_of(self._settings) if each.user_id == user_id), None)
        gone = await self._db.guests.remove(user_id, stays, by_themselves=by_themselves)
        await self._directory.refresh()
        self._readers.forget(user_id)
        await asyncio.to_thread(personal_files.forget, self._settings.state_dir, user_id, gone.evidence)
        return gone

    async def backups(self) -> int:
        """How many copies of the database there are beside it, which hold what was forgotten as it was then."""
        return await asyncio.to_thread(self._count_backups)

    def _count_backups(self) -> int:
        database = self._settings.local_path
        old = [copy for end in OLD for copy in files_like(database.parent, f"{glob.escape(database.name)}{end}")]
        return len(backups(self._settings)) + sum(1 for copy in old if not copy.path.name.endswith(("-wal", "-shm")))
