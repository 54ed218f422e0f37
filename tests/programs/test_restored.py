"""A backup of a running system, restored in another folder with other programs: what was there goes on, once."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from admin import guest_keys
from bench import programs
from bench.students import places_for
from bench.town import FIRST_USER, Cast, Town, open_town, phone_of
from database import Database, open_database
from demo.world import write_configuration
from domain.model import ActionStatus, ActionType, utc_now
from domain.requests import NewAction
from runtime.backups import backups
from runtime.directory import Directory
from runtime.settings import Settings, load
from safety.sealing import Secrets
from tests.support.running import PATIENCE

MARTA = 990_001
SECRETS = Secrets("10556677", "a password", "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP")


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await happened():  # noqa: ASYNC110 - another process writes the row
            await asyncio.sleep(0.05)


async def ended(db: Database, action_id: int, *, told: bool) -> None:
    async def is_over() -> bool:
        row = await db.requests.find(action_id)
        untold = [each for each in await db.outbox.next_of_each() if each.user_id == FIRST_USER]
        return bool(row and row.completed_at) and not (told and untold)

    await until(is_over)


async def made_by_the_executor(town: Town, settings: Settings) -> Path:
    """The backup that the real executor makes, which finds one due."""

    async def is_made() -> bool:
        return (await town.db.daily_backups.state()).made_at is not None

    await town.db.daily_backups.plan(utc_now() - timedelta(minutes=1))
    await town.cast.start("executor")
    await until(is_made)
    [copy] = backups(settings)
    return copy.path


async def test_a_backup_of_a_running_system_goes_on_elsewhere_and_does_nothing_twice(tmp_path: Path) -> None:
    async with open_town(1) as town:
        phone = phone_of(town, town.site.people[0])
        settings = load(town.folder / "config.json")
        await town.db.guests.welcome(await town.db.guests.invite(FIRST_USER), MARTA, "Marta")
        await Directory(settings, town.db.guests).admit(MARTA, SECRETS)
        before, waiting = places_for(town, 1)[:2]
        first = await town.db.requests.add(NewAction(ActionType.BOOK, FIRST_USER, before.wish))
        await town.cast.start("bot")
        await town.cast.start("worker 1")
        await ended(town.db, first.id, told=True)
        town.cast.kill("worker 1")
        town.cast.kill("bot")
        second = await town.db.requests.add(NewAction(ActionType.BOOK, FIRST_USER, waiting.wish))
        backup = await made_by_the_executor(town, settings)
        await town.cast.start("worker 1")
        await ended(town.db, second.id, told=False)  # booked on the site after the backup, and never told
        await town.cast.stop()

        elsewhere = tmp_path / "config.json"
        write_configuration(elsewhere, json.loads((town.folder / "config.json").read_text()))
        log, there = tmp_path / "programs.log", load(elsewhere)
        await programs.finish("setup.py", "--restore", str(backup), "--config", str(elsewhere), log=log)
        [(shut, remedy)] = await guest_keys.look(there)
        assert "does not open the login of 990001" in shut
        assert remedy
        shutil.copy(f"{settings.local_path}.key", f"{there.local_path}.key")
        assert [found for found, what in await guest_keys.look(there) if what] == []
        cast = Cast(elsewhere, log)
        try:
            await cast.start("bot")
            await cast.start("worker 1")
            async with open_database(there.database) as db:
                await ended(db, second.id, told=True)
                found = [await db.requests.find(each.id) for each in (first, second)]
        finally:
            await cast.stop()
        assert [action and action.status for action in found] == [ActionStatus.COMPLETED] * 2
        assert (town.site.commits, town.site.asked_twice) == ({"book": 2}, 0)
        assert len([each for each in phone.messages if each.from_bot and "Prenotata!" in each.text]) == 2
