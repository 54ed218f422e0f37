"""The power goes at every moment of an upgrade, forwards and back: afterwards all is of one release, and it may start.

What a power cut leaves is what the disk holds at that moment. So one upgrade is made, with real git and a real file of
SQLite, and whenever the disk has changed the folder is copied; each copy is then put in the folder's place and found by
whatever starts the programs.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.releases import Installation
from upgrade import bot, checkout, environment, marks, programs
from upgrade.__main__ import travel
from upgrade.commands import UpgradeFailed, ask
from upgrade.marks import Desk, Phase, _write

pytestmark = pytest.mark.process
OLD = "0.1.0"


class Camera:
    """Copies the folder of an installation before and after each step that may change it, once for each state."""

    def __init__(self, here: Installation, album: Path) -> None:
        self.here = here
        self.pictures: dict[str, Path] = {}
        self._album = album
        album.mkdir()

    def watched(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def do(*words: Any, **options: Any) -> Any:
            self.take()
            try:
                return step(*words, **options)
            finally:
                self.take()

        return do

    def take(self) -> None:
        state = _look(self.here.folder)
        if state not in self.pictures:
            self.pictures[state] = self._album / f"{len(self.pictures)}"
            shutil.copytree(self.here.folder, self.pictures[state], symlinks=True)

    def put_in_place(self, picture: Path) -> None:
        self.here.folder.rename(self._album / f"over-{picture.name}")
        picture.rename(self.here.folder)


def _look(folder: Path) -> str:
    """A sum over every file but git's, and over what git has checked out."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and (".git" not in name.parts or path.name in ("HEAD", "index")):
            content = b"" if path.name == "index" or "/bin/python" in str(name) else path.read_bytes()
            found.update(str(name).encode() + b"\0" + content)
    return found.hexdigest()


@pytest.fixture
def camera(tmp_path: Path, origin: Path, packages: Path, monkeypatch: pytest.MonkeyPatch) -> Camera:
    monkeypatch.setattr(os, "sync", lambda: None)  # it waits for whatever else this machine writes
    return Camera(Installation(tmp_path / "here", origin, packages, OLD), tmp_path / "album")


def upgrade(here: Installation, tag: str, *, recover: bool = False) -> None:
    travel(Namespace(checkout=here.folder, config=here.config, tag=tag, back=False, with_data=False, recover=recover))


@pytest.fixture
def photographed(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[Path]]:
    """An upgrade to a release, good or bad; pictures of all that the disk was meanwhile."""

    def do(tag: str) -> list[Path]:
        with monkeypatch.context() as watched:
            for module in (bot, checkout, environment, programs):
                watched.setattr(module, "ask", camera.watched(ask))
            watched.setattr(Path, "rename", camera.watched(Path.rename))
            watched.setattr(shutil, "rmtree", camera.watched(shutil.rmtree))
            watched.setattr(marks, "_write", camera.watched(_write))
            with suppress(UpgradeFailed):
                upgrade(camera.here, tag)
        return list(camera.pictures.values())

    return do


def of(here: Installation) -> tuple[str, int, str, list[str]]:
    """Version, schema, what is installed, and what somebody wrote."""
    return here.version, here.schema(), here.installed(), here.notes()


BEFORE = (OLD, 1, "one==1\n", ["written before"])
AFTER = ("0.2.0", 2, "two==2\n", ["written before", "migrated"])


def test_an_upgrade_that_the_doctor_is_unhappy_with_leads_back_wherever_the_power_goes(
    camera: Camera, photographed: Callable[[str], list[Path]]
) -> None:
    reached = []
    for picture in photographed("v0.3.0"):
        camera.put_in_place(picture)
        if under_way := Desk(camera.here.folder).marks():
            reached.append(under_way.phase)
        upgrade(camera.here, "", recover=True)
        assert of(camera.here) == BEFORE
    assert set(reached) == set(Phase)


def test_an_upgrade_that_is_well_is_all_there_or_not_at_all_wherever_the_power_goes(
    camera: Camera, photographed: Callable[[str], list[Path]]
) -> None:
    ends: list[object] = []
    for picture in photographed("v0.2.0"):
        camera.put_in_place(picture)
        under_way = Desk(camera.here.folder).marks()
        if under_way and under_way.phase is Phase.CHANGING:
            continue  # as above
        upgrade(camera.here, "", recover=True)
        ends.append(of(camera.here))
    assert ends == [BEFORE] * ends.count(BEFORE) + [AFTER] * ends.count(AFTER)
    assert (ends[0], ends[-1]) == (BEFORE, AFTER)


def test_a_copy_that_was_left_when_the_power_went_over_a_rehearsal_goes_with_the_next_upgrade(
    camera: Camera, photographed: Callable[[str], list[Path]]
) -> None:
    """It holds what the database does."""
    rehearsed = next(each for each in photographed("v0.5.0") if list(each.glob("*.rehearsal")))
    camera.put_in_place(rehearsed)
    upgrade(camera.here, "v0.2.0")
    assert of(camera.here) == AFTER
    assert list(camera.here.folder.glob("*.rehearsal*")) == []
