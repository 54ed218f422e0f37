"""Two machines' bots and executors on one PostgreSQL, as real processes: one of each works, the other takes over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.postgresql import Server
from tests.support.running import OWNER, installation

WAITS, HAS_IT = "this one waits for its turn", "This program has the duty"
pytestmark = pytest.mark.process


@pytest.mark.parametrize(("name", "up"), [("bot", "The bot is up"), ("executor", "The executor is up")])
async def test_the_second_waits_and_works_when_the_first_is_killed(
    tmp_path: Path, postgresql: Server, name: str, up: str
) -> None:
    async with installation(tmp_path, database=postgresql.database().uri) as here:
        first = await here.start(name)
        await first.until(up)
        second = await here.start(name)
        await second.until(WAITS)
        assert up not in second.said()
        first.process.kill()
        await second.until(HAS_IT)
        await second.until(up)
        if name == "bot":
            giulia = here.telegram.person(OWNER, "Giulia")
            await giulia.send("/start")
            await giulia.wait_for(lambda message: bool(message.buttons))
        await second.stop()
        assert "Traceback" not in second.said()
