"""The emulated Telegram with one person in it. A test file uses it by saying

pytest_plugins = ["tests.support.telegram_fixtures"]
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from demo.telegram import TelegramEmulator
from tests.support.clock import FakeClock
from tests.support.telegrams import TOKEN, Call, Json


@pytest.fixture
async def telegram(clock: FakeClock) -> AsyncIterator[TelegramEmulator]:
    emulator = TelegramEmulator(TOKEN, clock=clock, limits=False)
    emulator.person(42, first_name="Giulia")
    async with emulator.serve():
        yield emulator


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def call(telegram: TelegramEmulator, http: aiohttp.ClientSession) -> Call:
    """Calls a method as a bot would, with JSON, and gives the whole answer."""

    async def call(method: str, **params: Any) -> Json:
        async with http.post(f"{telegram.api_base_url}/bot{TOKEN}/{method}", json=params) as response:
            body: Json = await response.json()
            assert response.status == body.get("error_code", 200)
            return body

    return call
