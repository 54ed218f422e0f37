"""A request leaves at its moment or not at all, nothing of how it was built leaves with it, and given up it is gone."""

from __future__ import annotations

import asyncio
import re
import time
from asyncio.subprocess import PIPE
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright._impl._driver import compute_driver_executable
from playwright.async_api import Error as PlaywrightError

from domain.errors import SiteUnavailable
from portal.access import SiteAccess
from portal.acts import Acts
from portal.browser.built_requests import LEAVES_AT, held_until
from portal.browser.chromium import LOADED
from portal.browser.contexts import browser_context
from portal.browser.driver_sends import have_driver_send
from tests.support.lent_browser import LentBrowser
from tests.support.running import PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
FORM = b"<form method=post action=/act><input name=a value=b></form><p>fatto</p>"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(FORM), FORM)
SENT_ON = b"HTTP/1.1 302 Found\r\nLocation: /done\r\nContent-Length: 0\r\n\r\n"
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


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


STOOD_STILL = """
const http = require("http");
const now = process.hrtime.bigint, later = setTimeout;
const told = what => { console.log(what); process.exit(); };
const server = http.createServer(() => told("it came")).listen(0, () => {
    const leaves = String(Number(now()) / 1e9 + 60);
    const request = http.request({ port: server.address().port, method: "POST", headers: { [HEADER]: leaves } });
    request.on("error", error => told(error.message));
    globalThis.setTimeout = leave => { globalThis.setTimeout = later; return later(leave, 0); };
    request.write("a=b");
    request.end();
    process.hrtime.bigint = () => now() + 70_000_000_000n;
});
"""


async def test_a_driver_that_stood_still_at_the_moment_of_a_request_does_not_send_it_later() -> None:
    node, hold = compute_driver_executable()[0], next(file for file in LOADED if "hold" in file.name)
    script = STOOD_STILL.replace("HEADER", repr(LEAVES_AT))
    driver = await asyncio.create_subprocess_exec(node, "--require", str(hold), "-e", script, stdout=PIPE)
    said, _ = await driver.communicate()
    assert said.decode() == "the driver stood still at the moment of this request\n"


async def test_a_request_that_is_given_up_is_taken_from_the_kernel_as_well(engine: LentBrowser) -> None:
    """Else it arrives when the network is back. A connection that is reset has nothing more to send."""
    asked, end = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def never_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"a=b")
        asked.set()
        try:
            end.set_result(await reader.read())
        except ConnectionResetError as error:
            end.set_result(error)
        writer.close()

    server = await asyncio.start_server(never_answers, "127.0.0.1", 0)
    context = await engine.driver.request.new_context()
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    asking = asyncio.create_task(context.post(address, form={"a": "b"}))
    await asked.wait()
    await context.dispose()
    with pytest.raises(PlaywrightError):
        await asking
    assert isinstance(await end, ConnectionResetError)
    server.close()


async def test_an_act_that_is_given_up_never_arrives_and_nothing_else_is(engine: LentBrowser) -> None:
    """Neither what has left, nor what is held until its moment; the connection of others, and of the same account, is
    left as it is."""
    door, asked, reset = Door(), asyncio.Event(), asyncio.get_running_loop().create_future()

    async def never_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"a=b")
        asked.set()
        try:
            reset.set_result(await reader.read())
        except ConnectionResetError as error:
            reset.set_result(error)
        writer.close()

    silent = await asyncio.start_server(never_answers, "127.0.0.1", 0)
    server = await asyncio.start_server(door.answer, "127.0.0.1", 0)
    lost, open_ = (f"http://127.0.0.1:{each.sockets[0].getsockname()[1]}/" for each in (silent, server))
    context = await engine.driver.request.new_context()
    far = time.monotonic() + 10 * PATIENCE
    held_back, soon = [await held_until(moment) for moment in (far, time.monotonic() + 0.5)]
    ours, others = Acts(), Acts()
    sent = asyncio.create_task(ours.do(lambda: context.post(lost, form={"a": "b"}), None))
    held = asyncio.create_task(ours.do(lambda: context.post(open_, form={"held": "1"}, headers=held_back), far))
    anothers = asyncio.create_task(others.do(lambda: context.post(open_, form={"n": "2"}, headers=soon), None))
    await asked.wait()
    assert (ours.give_up(), ours.lose()) == (1, 1)  # what is to be sent later is given up once the action is lost
    for each in (sent, held):
        with pytest.raises(SiteUnavailable):
            await each
    assert (await anothers).ok
    assert isinstance(await reset, ConnectionResetError)
    assert (await context.post(open_, form={"n": "3"})).ok
    assert [data.rpartition(b"\r\n\r\n")[2] for _, data in door.received] == [b"n=2", b"n=3"]
    await context.dispose()
    silent.close()
    server.close()


class Club:
    """A site whose page sends a form when it is told to. What is sent to /lost it never answers."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.asked = asyncio.Event()
        self.lost_ended_with: asyncio.Future[object] = asyncio.get_running_loop().create_future()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionResetError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = LENGTH.search(head)
                sent = await reader.readexactly(int(length[1])) if length else b""
                self.received.append(head.partition(b" HTTP")[0] + b" " + sent)
                if head.startswith(b"POST /lost"):
                    self.asked.set()
                    try:
                        self.lost_ended_with.set_result(await reader.read())
                    except ConnectionResetError as error:
                        self.lost_ended_with.set_result(error)
                    break
                writer.write(SENT_ON if head.startswith(b"POST") else PAGE)
        writer.close()


async def test_what_a_page_asks_for_is_taken_back_with_the_page(engine: LentBrowser, tmp_path: Path) -> None:
    """Chromium leaves it to the kernel, which goes on sending after page and browser are closed. And a form that is
    answered leads on as ever."""
    club = Club()
    server = await asyncio.start_server(club.answer, "127.0.0.1", 0)
    root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    access = SiteAccess(base_url=root, login_hosts=(), state_dir=tmp_path, timezone=ZoneInfo("Europe/Rome"))
    context = await browser_context(engine.browser, access, None)
    page = await context.new_page()
    await have_driver_send(context, access)
    await page.goto(root)
    async with page.expect_navigation(url="**/done"):
        await page.evaluate("document.forms[0].submit()")
    assert await page.text_content("p") == "fatto"
    waiting = asyncio.create_task(page.evaluate("fetch('/lost', { method: 'POST', body: 'a=c' })"))
    async with asyncio.timeout(PATIENCE):
        await club.asked.wait()
        await context.close()
        with pytest.raises(PlaywrightError):
            await waiting
        assert isinstance(await club.lost_ended_with, ConnectionResetError)
    assert [each for each in club.received if b"favicon" not in each] == [
        b"GET / ", b"POST /act a=b", b"GET /done ", b"POST /lost a=c",
    ]  # fmt: skip
    server.close()


GIVEN_UP = """
const http = require("http");
const server = http.createServer(() => request.destroy(new Error("given up"))).listen(0, () => {
    request = http.request({ port: server.address().port, method: "POST" });
    request.on("error", error => console.log(error.message));
    request.on("close", () => { console.log("closed"); process.exit(); });
    request.end("a=b");
});
let request;
process.stdin.resume().on("end", () => process.exit());
"""


async def test_a_connection_that_was_reset_is_closed_for_the_driver_too() -> None:
    """Else it would be kept, with all that waits for its end, as long as the driver lives."""
    node, given_up = compute_driver_executable()[0], next(file for file in LOADED if "given_up" in file.name)
    driver = await asyncio.create_subprocess_exec(
        node, "--require", str(given_up), "-e", GIVEN_UP, stdin=PIPE, stdout=PIPE
    )
    assert driver.stdin
    assert driver.stdout
    async with asyncio.timeout(PATIENCE):
        assert [await driver.stdout.readline(), await driver.stdout.readline()] == [b"given up\n", b"closed\n"]
    driver.stdin.close()
    await driver.wait()
