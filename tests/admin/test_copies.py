"""What the doctor says of the daily backups: overdue also where the executor is the one that is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from admin import copies
from database import open_database
from domain.programs import Vitals
from tests.support.clock import FakeClock
from tests.support.recurring import settings_of


@pytest.mark.parametrize(
    ("running", "told"),
    [
        (["worker"], ("there is none yet; the daily one was not made", "look at the log of the executor")),
        ([], ("there is none yet; the executor makes one each day", None)),
    ],
    ids=["the executor alone is down", "nothing runs"],
)
async def test_a_missing_backup_is_told_while_anything_runs(
    tmp_path: Path, clock: FakeClock, running: list[str], told: tuple[str, str | None]
) -> None:
    settings = settings_of(tmp_path, database=str(tmp_path / "polimisport.db"))
    async with open_database(settings.database, clock) as db:
        await db.daily_backups.plan(clock())
        clock.go(hours=30)
        for number, program in enumerate(running):
            await db.heartbeats.beat(program, f"here x {number}", number, clock(), Vitals(), is_dead=None)
    assert await copies.look(settings, clock) == [told]
