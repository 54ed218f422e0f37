"""What the doctor says of the pages in the browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from admin import pages as doctor
from runtime.heartbeat import HeartbeatLoop
from runtime.settings import Web
from tests.support import pages
from tests.support.clock import FakeClock


async def test_the_doctor_says_whether_somebody_answers_at_the_port(tmp_path: Path, clock: FakeClock) -> None:
    async with pages.site(tmp_path, clock) as site:
        port = int(site.base.rpartition(":")[2])
        settings = site.settings.model_copy(update={"web": Web(port=port)})
        assert await doctor.look(settings) == [(f"people reach them at {site.base}", None)]  # web.py does not run
        async with HeartbeatLoop(site.db.heartbeats, "web", lambda: 0.0, clock=clock).running():
            await HeartbeatLoop(site.db.heartbeats, "web", lambda: 1e9, clock=clock).beat()
            assert (await doctor.look(settings))[1] == (f"they answer at {site.base}", None)
            elsewhere = settings.model_copy(update={"web": Web(port=9)})
            what, remedy = (await doctor.look(elsewhere))[1]
            assert (what, remedy) == ("nobody answers at http://127.0.0.1:9 (ConnectError)", "start web.py, or ./run")


@pytest.mark.parametrize(
    ("web", "remedy"),
    [
        (Web(), None),
        (Web(public_url="http://gym.example.org"), "https"),
        (Web(address="192.168.1.9"), "https"),
        (Web(public_url="https://gym.example.org/sport"), "web.trusted_proxies"),
        (Web(public_url="https://gym.example.org", trusted_proxies=("127.0.0.1",)), None),
    ],
)
async def test_the_doctor_says_what_is_unwise_about_the_address(tmp_path: Path, web: Web, remedy: str | None) -> None:
    [(what, told)] = await doctor.look(pages.settings_for(tmp_path).model_copy(update={"web": web}))
    assert web.url in what
    assert (told is None) if remedy is None else (remedy in (told or ""))
