"""Which backups there are, and how a new one is called."""

from __future__ import annotations

import os
from pathlib import Path

from runtime.backups import backups, new_backup
from tests.support.clock import FakeClock
from tests.support.recurring import settings_of


def test_the_newest_backup_comes_first_and_nothing_else_is_one(tmp_path: Path, clock: FakeClock) -> None:
    settings = settings_of(tmp_path)
    assert backups(settings) == []
    first = new_backup(settings, clock)
    clock.go(hours=1)
    second = new_backup(settings, clock)
    settings.backup_dir.mkdir()
    for path, age in ((first, 100), (second, 50)):
        path.write_bytes(b"copy")
        os.utime(path, (clock.now.timestamp() - age,) * 2)
    (settings.backup_dir / "other.db").write_bytes(b"not ours")
    (settings.backup_dir / f"{settings.local_path.stem}-link.db").symlink_to(first)
    assert [each.path for each in backups(settings)] == [second, first]
