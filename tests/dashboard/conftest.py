"""One dashboard per module: its tests share the server and the rows, and each enters with browsers of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from tests.support import pages
from tests.support.clock import FakeClock
from tests.support.pages import Site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    clock = FakeClock(datetime(2026, 11, 22, 10, tzinfo=UTC))
    async with pages.site(tmp_path_factory.mktemp("site"), clock, web={"trusted_proxies": ["127.0.0.1"]}) as running:
        yield running
