"""A request that is built before its moment leaves at that moment, and nothing of how it was built leaves with it."""

from __future__ import annotations

import asyncio
import time

import pytest

from portal.browser.built_requests import LEAVES_AT, held_until
from tests.support.lent_browser import LentBrowser

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


class Door:
    """Notes when each request was here, by the clock that all processes share, and answers OK."""

    def __init__(self) -> None:
        self.received: list[tuple[float, bytes]] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            self.received.append((time.monotonic(), data))
            writer.write(ANSWER)
        writer.close()


async def test_requests_built_before_leave_at_their_moment(engine: LentBrowser) -> None:
    door = Door()
    server = await asyncio.start_server(door.answer, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    context = await engine.driver.request.new_context()
    moment = time.monotonic() + 0.5
    asked = [context.post(address, form={"number": str(n)}, headers=await held_until(moment)) for n in range(5)]
    await asyncio.gather(*asked)
    await context.dispose()
    server.close()
    assert len(door.received) == 5
    assert all(at >= moment for at, _ in door.received)
    assert all(LEAVES_AT.encode() not in data.lower() for _, data in door.received)
    assert {data.rpartition(b"\r\n\r\n")[2] for _, data in door.received} == {b"number=%d" % n for n in range(5)}


async def test_a_request_whose_moment_is_past_leaves_at_once(engine: LentBrowser) -> None:
    door = Door()
    server = await asyncio.start_server(door.answer, "127.0.0.1", 0)
    context = await engine.driver.request.new_context()
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    answer = await context.post(address, form={"a": "b"}, headers=await held_until(time.monotonic() - 1))
    assert answer.ok
    assert len(door.received) == 1
    await context.dispose()
    server.close()
