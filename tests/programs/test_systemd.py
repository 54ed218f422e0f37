"""What systemd is told: ready, alive at its interval, silent while the work hangs, stopping. And the units it reads."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from domain.model import ActionType, utc_now
from domain.requests import NewAction
from tests.programs.test_stops import a_class
from tests.support.running import OWNER, PATIENCE, PROGRAMS, ROOT, Installation, installation

WATCHDOG = 3.0  # s; the unit has a minute
BUSY = 20.0  # s within which a sign comes on a busy machine; who goes by the unit's minute is later


class Manager:
    """The socket that systemd listens at, and what a program has said there."""

    def __init__(self, path: Path) -> None:
        self.environment = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": str(int(WATCHDOG * 1_000_000))}
        self.heard: list[str] = []
        self._read = 0
        self._news = asyncio.Event()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        asyncio.get_running_loop().add_reader(self._socket, self._hear)  # at once: the system keeps ten unread at most

    def _hear(self) -> None:
        self.heard += self._socket.recv(4096).decode().splitlines()
        self._news.set()

    async def until(self, line: str) -> float:
        """Seconds until the line comes, after those that were waited for before."""
        began = time.monotonic()
        async with asyncio.timeout(PATIENCE):
            while line not in self.heard[self._read :]:
                self._news.clear()
                await self._news.wait()
        self._read = self.heard.index(line, self._read) + 1
        return time.monotonic() - began

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installation(tmp_path) as installed:
        yield installed


@pytest.fixture
async def managers() -> AsyncIterator[list[Manager]]:
    with TemporaryDirectory(prefix="notify", dir="/tmp") as folder:  # a socket's name has room for 107 bytes
        made = [Manager(Path(folder, name)) for name in PROGRAMS]
        yield made
        for each in made:
            each.close()


async def test_every_program_tells_that_it_is_ready_lives_and_stops(
    here: Installation, managers: list[Manager]
) -> None:
    programs = [await here.start(name, **each.environment) for name, each in zip(PROGRAMS, managers, strict=True)]
    for name, each in zip(PROGRAMS, managers, strict=True):
        await each.until("READY=1")
        async with here.database() as db:
            assert name in {beat.program for beat in await db.heartbeats.all()}  # written before it was told
    for each in managers:
        await each.until("WATCHDOG=1")
        assert await each.until("WATCHDOG=1") < BUSY
    await asyncio.gather(*(program.stop() for program in programs))
    for each in managers:
        await each.until("STOPPING=1")
        assert each.heard.count("READY=1") == 1


async def test_the_watchdog_hears_nothing_while_the_work_hangs(here: Installation, managers: list[Manager]) -> None:
    manager = managers[0]
    worker = await here.start("worker", **manager.environment)
    await manager.until("READY=1")
    async with here.database() as db:
        soon = utc_now() + timedelta(seconds=3)  # the lock is ours before
        await db.requests.add(NewAction(ActionType.BOOK, OWNER, a_class(here), run_at=soon))
    shell = sqlite3.connect(here.settings.local_path, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")  # its claim hangs at it; its event loop goes on
    await manager.until("STATUS=the work makes no progress")
    stood = len(manager.heard)
    await asyncio.sleep(WATCHDOG / 2)  # longer than between two signs of life
    assert "WATCHDOG=1" not in manager.heard[stood:]
    shell.close()
    await manager.until("WATCHDOG=1")
    await worker.stop()


async def test_pages_that_are_switched_off_are_ready_and_end(here: Installation, managers: list[Manager]) -> None:
    """Else systemd takes the end of a program that it waits for as a failure, and starts it again and again."""
    web = await here.start("web", POLIMISPORT_WEB__ENABLED="false", **managers[0].environment)
    await managers[0].until("READY=1")
    assert await web.process.wait() == 0


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_every_line_of_the_units(tmp_path: Path) -> None:
    units = ROOT / "deploy" / "systemd"
    here = tmp_path / "units"
    shutil.copytree(units, here)
    for path in here.glob("*.service"):  # what is started lies elsewhere on a machine that has it
        path.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", path.read_text(), flags=re.MULTILINE))
    names = [path.name.replace("@.", "@1.") for path in here.iterdir() if path.is_file()]
    command = ["systemd-analyze", "verify", "--man=no", *names]
    found = subprocess.run(
        command, env=os.environ | {"SYSTEMD_UNIT_PATH": f"{here}:"}, capture_output=True, text=True, check=False
    )
    assert [line for line in found.stderr.splitlines() if "polimisport" in line] == []
