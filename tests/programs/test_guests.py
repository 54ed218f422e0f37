"""A real worker, with a guest who comes, changes and goes while it runs; and what it leaves behind of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from database import Database
from demo.site.accounts import Person
from domain.model import Action, ActionStatus, ActionType
from domain.requests import NewAction
from runtime.directory import Directory
from safety.personal_files import SESSIONS
from safety.sealing import Secrets
from tests.support.running import CODE_PERIOD, PATIENCE, installation

MARTA, USERNAME, PASSWORD, SECRET = 990_001, "10556677", "Càn&àry «apriti» 7", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
OTP = f"otpauth://totp/Polimi:{USERNAME}?secret={SECRET}&period={CODE_PERIOD}"


async def ended(db: Database, user_id: int) -> Action:
    """The newest check of a guest, once it has ended."""
    async with asyncio.timeout(PATIENCE):
        while True:
            rows = await db.connection.rows(
                "SELECT max(id) FROM booking_actions WHERE user_id = :id AND action_type = 'check'", {"id": user_id}
            )
            action = await db.requests.find(rows[0][0] or 0)
            if action and action.status in (ActionStatus.COMPLETED, ActionStatus.FAILED):
                return action
            await asyncio.sleep(0.02)


async def test_a_worker_that_runs_logs_in_for_a_guest_at_once_and_leaves_no_secret(tmp_path: Path) -> None:
    async with installation(tmp_path) as here:
        here.world.accounts.people[USERNAME] = Person(USERNAME, PASSWORD, SECRET, name="Marta", period=CODE_PERIOD)
        worker = await here.start("worker", POLIMISPORT_LOG__LEVEL="DEBUG")
        await worker.until("The worker is up")
        async with here.database() as db:
            web = Directory(here.settings, db.guests)
            assert await db.guests.welcome(await db.guests.invite(42), MARTA, "Marta")
            await web.refresh()
            await web.admit(MARTA, Secrets(USERNAME, "wrong", OTP))
            assert (await ended(db, MARTA)).error_kind == "LoginRejected"
            await web.admit(MARTA, Secrets(USERNAME, PASSWORD, OTP))
            assert (await ended(db, MARTA)).status is ActionStatus.COMPLETED
            session = here.settings.state_dir / SESSIONS / f"{MARTA}.json"
            assert session.exists()
            await db.guests.suspend(MARTA)
            refused = await db.requests.add(NewAction(ActionType.CHECK, MARTA))
            assert (await ended(db, MARTA)).id == refused.id
            await db.guests.remove(MARTA)
        await worker.stop()
        later = await here.start("worker", "--burst")
        await later.process.wait()
        assert not session.exists()
        kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]

        assert not any(text in content for content in kept for text in (PASSWORD.encode(), SECRET.encode()))
