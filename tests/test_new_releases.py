"""Told of a newer release: once each, to the owner, where they want it, and never near an opening."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot import screens
from database import Database
from domain.model import ActionType, ClassRef, NoticeKind
from domain.releases import ReleaseNews
from domain.requests import NewAction
from periodic.new_releases import LOOK_EVERY, NewReleases
from periodic_executor import Executor
from runtime.releases import NotKnown, Releases
from tests.conftest import GIULIA
from tests.support.clock import FakeClock
from tests.support.recurring import TUESDAY, settings_of
from tests.support.releases import git


class Origin(Releases):
    """An origin whose newest version is as the test says; None: it can't be reached."""

    def __init__(self, version: str | None = "99.0.0") -> None:
        super().__init__(Path("/nowhere"))
        self.version = version
        self.asked = 0

    async def newest(self) -> str | None:
        self.asked += 1
        if self.version is None:
            raise NotKnown("no network")
        return self.version

    async def changes(self, version: str) -> tuple[str, ...]:
        return ("It does <more>.",)


async def look(db: Database, origin: Origin, clock: FakeClock) -> list[object]:
    releases = NewReleases(db, origin, clock)
    later = list(await releases.act())
    await releases.finish()
    return [*later]


async def told(db: Database) -> int:
    return len(await db.connection.rows("SELECT 1 FROM notices WHERE kind = 'new_release'"))


async def test_each_release_is_told_once_by_a_look_a_day(db: Database, clock: FakeClock) -> None:
    origin = Origin()
    for hours in (0, 1, 23, 1, 24, 24):
        clock.go(hours=hours)
        await look(db, origin, clock)
    assert (origin.asked, await told(db)) == (4, 1)
    origin.version = "99.1.0"
    clock.go(hours=24)
    await look(db, origin, clock)
    assert await told(db) == 2
    assert await db.release_watch.news() == ReleaseNews(clock() + LOOK_EVERY, "99.1.0", ("It does <more>.",))


@pytest.mark.parametrize("version", [None, "0.0.1"])
async def test_what_is_not_known_or_not_newer_is_not_told(db: Database, clock: FakeClock, version: str | None) -> None:
    origin = Origin(version)
    assert await look(db, origin, clock) == [clock() + LOOK_EVERY]
    assert (origin.asked, await told(db)) == (1, 0)


async def test_nothing_is_asked_near_an_opening(db: Database, clock: FakeClock) -> None:
    opens = clock() + timedelta(minutes=10)
    wish = ClassRef("YOGA", "Giuriati", TUESDAY, clock().time().replace(microsecond=0))
    await db.requests.add(NewAction(ActionType.BOOK, GIULIA, wish, opens_at=opens))
    origin = Origin()
    assert await look(db, origin, clock) == [opens + timedelta(minutes=3)]
    assert origin.asked == 0


async def test_nobody_is_asked_unless_the_owner_wants_it(db: Database, clock: FakeClock, tmp_path: Path) -> None:
    executor = Executor(db, settings_of(tmp_path), clock)
    assert list(await executor.new_releases.act()) == []
    assert NoticeKind.NEW_RELEASE in set(NoticeKind)


def test_what_the_changelog_says_is_shown_as_text() -> None:
    page = screens.programs.new_release(ReleaseNews(None, "0.6.0", ("It does <more>.",)), "0.5.0")
    assert "🆕 <b>C'è la versione 0.6.0</b>" in page.text
    assert "• It does &lt;more&gt;." in page.text


@pytest.mark.process
async def test_only_the_tags_of_origin_are_asked_for_and_a_changelog_that_is_here_is_read(tmp_path: Path) -> None:
    (tmp_path / "origin").mkdir()
    git(tmp_path / "origin", "init", "--quiet")
    (tmp_path / "origin" / "CHANGELOG.md").write_text("# Changelog\n\n## 0.6.0 (2026-12-01)\n\n- Quicker.\n")
    git(tmp_path / "origin", "add", "--all")
    git(tmp_path / "origin", "commit", "--quiet", "--message", "one")
    git(tmp_path, "clone", "--quiet", "origin", "here")
    git(tmp_path / "origin", "tag", "v0.6.0")
    releases = Releases(tmp_path / "here")
    assert await releases.newest() == "0.6.0"
    assert await releases.changes("0.6.0") == ()  # its tag is not here
    git(tmp_path / "here", "fetch", "--quiet", "--tags")
    assert await releases.changes("0.6.0") == ("Quicker.",)
    git(tmp_path / "here", "remote", "set-url", "origin", "/nowhere")
    with pytest.raises(NotKnown, match="nowhere"):
        await releases.newest()
