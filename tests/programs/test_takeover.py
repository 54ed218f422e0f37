"""Two real workers over one queue, one of them killed around an opening: the other wins the place, and only once."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from database import Database, open_database
from demo.site import Site, SiteWorld
from domain.model import FIT_CENTER, Action, ActionStatus, ActionType, ClassRef, clock_time
from domain.requests import NewAction
from portal.storage.session_files import SessionFiles
from tests.support.processes import children_of, kill
from tests.support.running import PATIENCE
from tests.support.sites import GIULIA, OTP_URL, PASSWORD, ROME, chromium, cookie, person

PROJECT = Path(__file__).resolve().parent.parent.parent
OWNER = 1001
LEAD = 12.0  # s before the opening, both workers start


@asynccontextmanager
async def worker(config: Path) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "worker.py", "--config", str(config), cwd=PROJECT, stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        yield process
    finally:
        left = children_of(process.pid) if process.returncode is None else []
        if process.returncode is None:
            process.terminate()
        await process.wait()
        kill(left)


def configure(file: Path, site: Site, opens_at: datetime) -> None:
    values = {
        "username": GIULIA,
        "password": PASSWORD,
        "otpatu": OTP_URL,
        "telegram": {"bot_token": "123456:token", "allowed_user_id": OWNER},
        "site": {"base_url": site.base_url, "login_hosts": [site.login_host]},
        "opening": {"at": f"{opens_at.astimezone(ROME):%H:%M:%S}"},
        "browser": {"executable_path": chromium()},
    }
    file.touch(mode=0o600)
    file.write_text(json.dumps(values))


async def holder(db: Database, action: Action) -> int:
    """The process that has it in hand."""
    async with asyncio.timeout(PATIENCE):
        while True:
            [row] = await db.connection.rows(
                "SELECT worker, status FROM booking_actions WHERE id = :id", {"id": action.id}
            )
            if row["status"] == ActionStatus.PROCESSING:
                return int(row["worker"].rpartition(" ")[2])
            await asyncio.sleep(0.02)


async def ended(db: Database, action: Action) -> Action:
    async with asyncio.timeout(PATIENCE):
        while True:
            row = await db.requests.find(action.id)
            assert row
            if row.status in (ActionStatus.COMPLETED, ActionStatus.FAILED):
                return row
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("after", [-1.0, 0.1])
async def test_when_a_worker_is_killed_around_the_opening_another_wins_and_only_once(
    tmp_path: Path, after: float
) -> None:
    opens_at = (datetime.now(UTC) + timedelta(seconds=LEAD + 1)).replace(microsecond=0)
    local = opens_at.astimezone(ROME)
    world = SiteWorld(people=[person()], opening_at=f"{local:%H:%M:%S}", round_trip=0.03)
    slot = world.slots(local.date() + timedelta(days=2), "Giuriati - Fit Center")[0]  # open on every day of the week
    wish = ClassRef(FIT_CENTER, "Giuriati", slot.date, clock_time(slot.start))
    config = tmp_path / "config.json"
    async with Site(world) as site, open_database(tmp_path / "polimisport.db") as db:
        configure(config, site, opens_at)
        stored = {"cookies": [cookie(site)], "origins": []}
        SessionFiles(tmp_path / "polimisport.state" / "sessions", OWNER, GIULIA).save(stored)
        action = await db.requests.add(NewAction(ActionType.BOOK, OWNER, wish, opens_at=opens_at))
        async with worker(config), worker(config):
            first = await holder(db, action)
            await asyncio.sleep((opens_at - datetime.now(UTC)).total_seconds() + min(after, 0) - 0.3)
            world.faults.slow = 3.0  # whoever shoots will not have heard the answer yet
            await asyncio.sleep((opens_at - datetime.now(UTC)).total_seconds() + after)
            left = children_of(first)
            os.kill(first, signal.SIGKILL)
            kill(left)
            world.faults.clear()
            row = await ended(db, action)
    assert row.status is ActionStatus.COMPLETED, row.error
    assert row.attempts == 2
    assert world.bookings(GIULIA) == [slot]
