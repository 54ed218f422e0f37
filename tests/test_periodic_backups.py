"""The daily backup as the executor makes it: at night, away from openings, told when it fails, and thinned out."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from database import Database
from domain.model import ActionType, ClassRef, NoticeKind
from domain.requests import NewAction
from periodic_executor import Executor
from runtime.backups import backups, make_backup, new_daily_backup, thin_out
from runtime.settings import Settings
from tests.conftest import GIULIA
from tests.support.clock import FakeClock
from tests.support.recurring import TUESDAY, settings_of

NIGHT = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)  # half past four in Rome


class Nights:
    """An executor, and what it told of backups."""

    def __init__(self, db: Database, settings: Settings, clock: FakeClock) -> None:
        self.db = db
        self.clock = clock
        self.settings = settings
        self.executor = Executor(db, settings, clock)

    async def at(self, moment: datetime) -> datetime | None:
        """It wakes at that moment, and what it begins is done. Returns when it wakes next."""
        self.clock.now = moment
        following = await self.executor.step()
        await self.executor.daily_backups.finish()
        return following

    def names(self) -> list[str]:
        return sorted(copy.path.name for copy in backups(self.settings))

    async def told(self) -> list[str]:
        rows = await self.db.connection.rows("SELECT kind FROM notices WHERE kind LIKE 'backups%' ORDER BY id")
        return [row["kind"] for row in rows]


@pytest.fixture
def nights(db: Database, tmp_path: Path, clock: FakeClock) -> Nights:
    return Nights(db, settings_of(tmp_path), clock)


async def test_it_is_made_once_a_night_for_this_user_alone_and_has_every_row(nights: Nights) -> None:
    assert await nights.at(NIGHT - timedelta(hours=1)) is not None
    assert nights.names() == []
    for minutes in (0, 1, 600):
        await nights.at(NIGHT + timedelta(minutes=minutes))
    assert nights.names() == ["polimisport-daily-20261123T033000Z.db"]
    path = nights.settings.backup_dir / nights.names()[0]
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    with closing(sqlite3.connect(path)) as copy:
        assert copy.execute("SELECT count(*) FROM accounts").fetchone() == (2,)
    state = await nights.db.daily_backups.state()
    assert (state.made_at, state.next_at) == (NIGHT, NIGHT + timedelta(days=1))


async def test_none_is_begun_near_an_opening_and_it_is_made_up_for_after_it(nights: Nights, clock: FakeClock) -> None:
    await nights.at(NIGHT - timedelta(hours=1))
    opens = NIGHT + timedelta(minutes=10)
    wish = ClassRef("PILATES", "Giuriati", TUESDAY, time(18))
    await nights.db.requests.add(NewAction(ActionType.BOOK, GIULIA, wish, run_at=opens, opens_at=opens))
    await nights.at(NIGHT)
    await nights.at(opens + timedelta(minutes=2))
    assert nights.names() == []
    await nights.at(opens + timedelta(minutes=4))
    assert nights.names() == ["polimisport-daily-20261123T034400Z.db"]


async def test_a_failure_is_tried_again_ever_later_and_told_once_and_its_end_once(nights: Nights) -> None:
    await nights.at(NIGHT - timedelta(hours=1))
    nights.settings.backup_dir.write_text("a file where the folder should be")
    moment: datetime | None = NIGHT
    for failures in range(1, 5):
        assert moment
        await nights.at(moment)
        state = await nights.db.daily_backups.state()
        moment = state.next_at
        assert (state.failures, state.failing_since, state.error) == (failures, NIGHT, "Not a directory")
    assert await nights.told() == [NoticeKind.BACKUPS_FAIL]
    nights.settings.backup_dir.unlink()
    assert moment
    await nights.at(moment)
    assert await nights.told() == [NoticeKind.BACKUPS_FAIL, NoticeKind.BACKUPS_BACK]
    assert (await nights.db.daily_backups.state()).error is None
    assert len(nights.names()) == 1


async def test_old_daily_ones_go_and_copies_by_hand_and_strangers_stay(nights: Nights) -> None:
    folder = nights.settings.backup_dir
    folder.mkdir()
    for ago in range(1, 40):
        day = NIGHT - timedelta(days=ago)
        (folder / f"polimisport-daily-{day:%Y%m%dT%H%M%SZ}.db").touch()
    others = ["polimisport-20260101T000000Z.db", "polimisport-daily-mine.db", "notes.txt"]
    for name in others:
        (folder / name).touch()
    half_made = folder / ".polimisport-daily-20261122T033000Z.db.4711"
    half_made.touch()
    os.utime(half_made, (0, 0))
    await nights.at(NIGHT - timedelta(hours=1))
    await nights.at(NIGHT)
    assert len([name for name in nights.names() if name not in others]) == 9
    assert {path.name for path in folder.iterdir()} >= set(others)
    assert not half_made.exists()


async def test_a_full_disk_gets_no_backup(nights: Nights, monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> None:
    monkeypatch.setattr("runtime.backups.free_beside", lambda path: 100_000_000)
    target = new_daily_backup(nights.settings, clock)
    with pytest.raises(OSError, match="only 100 MB are free; the copy takes"):
        await make_backup(nights.db.connection.backup, nights.settings.local_path, target)
    assert list(target.parent.iterdir()) == []


async def test_switched_off_means_none(db: Database, tmp_path: Path, clock: FakeClock) -> None:
    nights = Nights(db, settings_of(tmp_path, backups={"at": None}), clock)
    await nights.at(NIGHT + timedelta(days=3))
    assert nights.names() == []
    assert thin_out(nights.settings, clock()) == []
