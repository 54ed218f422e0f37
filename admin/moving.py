"""The database is moved from its file to a server of PostgreSQL, or back: `python setup.py --move-to`.

config.json is changed last, when every row was read back from where it is now. Whoever interrupts it before has lost
nothing, and types it again.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from admin.wizard import write
from database import moved, open_database
from domain.errors import ConfigError, DatabaseBusy, DatabaseError
from domain.model import Clock, utc_now
from domain.programs import living
from languages.terminal import _, n_
from runtime import config_file
from runtime.credentials import CONFIG, handed_over
from runtime.process_names import is_dead
from runtime.sealing_key import KeyRing
from runtime.settings import Settings, load

VARIABLE = "POLIMISPORT_DATABASE"

Say = Callable[[str], None]


def move(settings: Settings, where: str, say: Say, clock: Clock = utc_now) -> None:
    """Moves the database to `where`, which is written as the key `database` of config.json.

    Raises ConfigError and DatabaseError; then everything is as it was.
    """
    config = settings.config_file
    _refuse_lent(config)
    target = load(config, database=where)
    asyncio.run(_make_ready(settings, clock))
    with moved(settings.database, target.database) as found:
        for table, rows in found.rows.items():
            say(f"  {table}: {rows}")
        _take_along(settings, target)
        write(config, config_file.read(config) | {"database": where})
    rows = sum(found.rows.values())
    say(
        n_(
            "{n} row is in {target} and was read back from there, the same as in {source}.",
            "{n} rows are in {target} and were read back from there, the same as in {source}.",
            rows,
            target=target.database,
            source=settings.database,
        )
    )
    say(_("{config} names it now. {source} stays where it is, and is used no more.",
          config=config, source=settings.database))  # fmt: skip
    say(_("Start the programs; on other machines, change 'database' in config.json first."))


def _refuse_lent(config: Path) -> None:
    """Raises ConfigError when config.json is not what tells the programs where the database is."""
    if place := handed_over(CONFIG):
        raise ConfigError(_("{place} is only lent to the programs: type this where config.json lies", place=place))
    if VARIABLE in os.environ:
        raise ConfigError(
            _("{variable} tells where the database is: put what it says into {config} instead",
              variable=VARIABLE, config=config)
        )  # fmt: skip


async def _make_ready(settings: Settings, clock: Clock) -> None:
    """Brings the database to this version. Raises DatabaseError while a program lives, or when there is no database."""
    if not settings.has_database:
        raise DatabaseError(
            _("the database {database} does not exist: there is nothing to move", database=settings.database)
        )
    async with open_database(settings.database, clock) as db:
        beats, now = await db.heartbeats.all(), db.clock()
    if names := sorted({beat.program for beat in living(beats, now, is_dead)}):
        raise DatabaseBusy(
            _("these programs are running, or were a minute ago: {names}. Stop them, then try again",
              names=", ".join(names))
        )  # fmt: skip


def _take_along(settings: Settings, target: Settings) -> None:
    """What lies beside the database and is named after it: the key of the guests' logins, sessions and evidence.

    Raises ConfigError when something else is there already.
    """
    key, new_key = KeyRing(settings.local_path), KeyRing(target.local_path)
    if key.is_ours and key.file != new_key.file and key.file.exists():
        if new_key.file.exists() and new_key.file.read_bytes() != key.file.read_bytes():
            raise ConfigError(
                _("{new} is there, and not the same as {key}, which the guests' logins need: move it away",
                  new=new_key.file, key=key.file)
            )  # fmt: skip
        shutil.copy2(key.file, new_key.file)
    if settings.state_dir.is_dir() and not target.state_dir.exists():
        shutil.copytree(settings.state_dir, target.state_dir)
