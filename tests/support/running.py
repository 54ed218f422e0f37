"""The real programs as processes, against the simulated site and Telegram, for tests of faults, stops and secrets."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from admin.wizard import write
from database import Database, open_database
from demo.site import Person, Site, SiteWorld
from demo.telegram import TelegramEmulator
from runtime.settings import Settings, load
from tests.support.processes import children_of, kill
from tests.support.sites import GIULIA, SECRET, chromium

ROOT = Path(__file__).resolve().parent.parent.parent
OWNER = 42
PASSWORD = "una-password-finta"
PATIENCE = 120.0  # s; a test that waits so long has failed, however busy the machine
CODE_PERIOD = 5  # s; a one-time code is good for one login, and no test waits half a minute for the next
STOP_SECONDS = 20.0  # the promise is five (runtime/program.py sees to it); a busy machine takes a few times as long
FIRST_PORT, GIVEN_FROM = 20_000, 32_768  # from the latter on Linux gives ports to clients, and to who binds to 0
PROGRAMS = {"bot": "bot_db.py", "worker": "worker.py", "executor": "periodic_executor.py", "web": "web.py"}


@dataclass
class Running:
    """A program that was started, and what it says."""

    process: Process
    log: Path
    children: list[psutil.Process] = field(default_factory=list)

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    async def until(self, words: str) -> None:
        """Waits for the words in its log; fails when it ends before."""
        async with asyncio.timeout(PATIENCE):
            while words not in self.said():
                assert self.process.returncode is None, self.said()
                await asyncio.sleep(0.02)

    def family(self) -> list[psutil.Process]:
        """The processes it has started, and theirs."""
        self.children = children_of(self.process.pid)
        return self.children

    async def stop(self) -> float:
        """SIGTERM; seconds until it ended, itself and all of its family."""
        self.family()
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            await self.process.wait()
        seconds = time.monotonic() - began
        _, left = psutil.wait_procs(self.children, timeout=PATIENCE)
        assert left == [], f"left behind: {left}"
        return seconds


@dataclass
class Installation:
    """A folder with a configuration, and the two simulated services it names."""

    folder: Path
    config: Path
    settings: Settings
    site: Site
    telegram: TelegramEmulator
    _running: list[Running] = field(default_factory=list)

    @property
    def world(self) -> SiteWorld:
        return self.site.world

    async def start(self, name: str, *options: str, **environment: str) -> Running:
        """Starts bot, worker, executor or web, or a script by its file name."""
        log = self.folder / f"{name}-{len(self._running)}.log"
        clean = {key: value for key, value in os.environ.items() if not key.startswith("POLIMISPORT_")}
        file = os.open(log, os.O_WRONLY | os.O_CREAT, 0o600)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / PROGRAMS.get(name, name)),
            "--config",
            str(self.config),
            *options,
            stdout=file,
            stderr=file,
            stdin=asyncio.subprocess.DEVNULL,
            env=clean | environment,
        )
        os.close(file)
        self._running.append(Running(process, log))
        return self._running[-1]

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        async with open_database(self.settings.database) as db:
            yield db

    async def asked(self, path: str) -> None:
        """Waits until the site has received a request for that path; for any, when it is empty."""
        async with asyncio.timeout(PATIENCE):
            while not self.world.log.about(path):  # noqa: ASYNC110 - the site tells nobody
                await asyncio.sleep(0.02)

    async def end(self) -> None:
        """Kills what is left, with its family."""
        for running in self._running:
            if running.process.returncode is None:
                running.family()
                running.process.kill()
                await running.process.wait()
            kill(running.children)


def free_port() -> int:
    """A port of this machine at which nobody listens, and that it gives to nobody who asks for any.

    Of those that it does give, another test's client may take one before the program that it was found for listens.
    And each of the processes that run tests side by side finds its own.
    """
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    of = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    while True:
        port = FIRST_PORT + number + of * secrets.randbelow((GIVEN_FROM - FIRST_PORT) // of)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@asynccontextmanager
async def installation(folder: Path, **different: Any) -> AsyncIterator[Installation]:
    """The services run while the block lasts; whatever was started is gone after it."""
    password, secret = different.pop("site_password", PASSWORD), different.pop("secret", SECRET)
    person = Person(GIULIA, password, secret, name="Giulia", period=CODE_PERIOD)
    telegram = TelegramEmulator(different.pop("token", "1234567890:demo-token-of-the-emulator"), limits=False)
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(Site(SiteWorld(people=[person])))
        await stack.enter_async_context(telegram.serve())
        values: dict[str, Any] = {
            "username": GIULIA,
            "password": person.password,
            "otpatu": f"otpauth://totp/Polimi:{GIULIA}?secret={secret}&period={CODE_PERIOD}",
            "telegram": {
                "bot_token": telegram.token,
                "allowed_user_id": OWNER,
                "api_base_url": telegram.api_base_url,
            },
            "site": {"base_url": site.base_url, "login_hosts": [site.login_host]},
            "browser": {"executable_path": chromium()},
            "web": {"port": free_port()},  # an installation of the machine's own may have the usual one
        }
        config = folder / "config.json"
        write(config, values | different)
        here = Installation(folder, config, load(config), site, telegram)
        try:
            yield here
        finally:
            await here.end()
