"""What a hostile site could send to fill the memory, or to have a secret photographed: in a real driver and browser."""

from __future__ import annotations

import gzip
import html
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Playwright
from playwright.async_api import Error as PlaywrightError

from domain.errors import SiteChanged
from portal.access import SiteLimits
from portal.browser.chromium import MOST_ANSWER, Chromium, start_driver
from portal.browser.page_size import PageSize, content
from portal.evidence.redactor import AccountRedactor
from portal.evidence.screenshot import clean_picture
from tests.support.processes import name_of, our_processes
from tests.support.sites import NOON, chromium, credentials

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one driver, browser and server serve all

ODD = "canàry&P<W>ORD\"7'"
ECHO = html.escape(ODD)
MOST_GROWTH = 150_000_000  # bytes the driver may grow by over all of this


async def announced(request: web.Request) -> web.StreamResponse:
    return await poured(web.StreamResponse(headers={"Content-Length": "300000000"}), request)


async def endless(request: web.Request) -> web.StreamResponse:
    return await poured(web.StreamResponse(headers={"Content-Type": "text/html"}), request)


async def poured(response: web.StreamResponse, request: web.Request) -> web.StreamResponse:
    await response.prepare(request)
    try:
        for _ in range(3000):
            await response.write(b"<p>x</p>" * 12_500)
    except ConnectionError:
        pass
    return response


async def packed(_: web.Request) -> web.Response:
    body = gzip.compress(b"\0" * 100_000_000)
    return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "text/html"})


async def exact(request: web.Request) -> web.Response:
    return web.Response(text="y" * int(request.query["n"]), content_type="text/html")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[str]:
    app = web.Application()
    for handler in (announced, endless, packed, exact):
        app.router.add_get(f"/{handler.__name__}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def driver(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Playwright]:
    started = await start_driver(tmp_path_factory.mktemp("driver"))
    yield started
    await started.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    launcher = Chromium(chromium(), headless=True, cache=tmp_path_factory.mktemp("cache"))
    launched = await launcher.start_browser(driver)
    yield launched
    await launched.close()


async def test_an_answer_too_large_is_cut_off_while_it_is_read_and_the_driver_stays_small(
    driver: Playwright, server: str
) -> None:
    (process,) = [each for each in our_processes() if "node" in name_of(each)]
    context, before = await driver.request.new_context(), process.memory_info().rss
    for path in ("announced", "endless", "packed", f"exact?n={MOST_ANSWER + 1}"):
        with pytest.raises(PlaywrightError):
            await context.fetch(f"{server}/{path}")
    assert len(await (await context.fetch(f"{server}/exact?n={MOST_ANSWER}")).body()) == MOST_ANSWER
    assert process.memory_info().rss - before < MOST_GROWTH
    await context.dispose()


@pytest.mark.parametrize("path", ["announced", "endless", "packed"])
async def test_a_page_too_large_is_closed_while_it_comes(browser: Browser, server: str, path: str) -> None:
    page = await browser.new_page()
    await PageSize(page).watch()
    with pytest.raises(PlaywrightError):
        await page.goto(f"{server}/{path}")
        await content(page)


LIES = """<script>
  document.body.append("y".repeat(60000))
  Object.defineProperty(Element.prototype, "outerHTML", {get: () => "short"})
  Object.defineProperty(String.prototype, "length", {get: () => 1})
</script>"""


async def test_a_page_that_lies_about_its_size_is_not_believed(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content(f"<body>{LIES}")
    with pytest.raises(SiteChanged, match="too large"):
        await content(page, SiteLimits(page_bytes=50_000))
    await page.context.close()


async def test_a_picture_shows_what_was_judged_whatever_is_animated(browser: Browser) -> None:
    """What an animation covers must not come to light while the picture is taken."""
    redactor, taken = AccountRedactor(credentials(password="geheimnis7"), lambda: NOON), []
    animated = (
        "<style>@keyframes k {from, to {content: 'x'}} p::before {content: 'geheimnis7'; animation: k 1s infinite}"
    )
    for style in (animated, "<style>p::before {content: 'x'}"):
        page = await browser.new_page()
        await page.set_content(f"{style}</style><p></p>")
        taken.append(await clean_picture(page, redactor))
        await page.context.close()
    assert taken[0] in (None, taken[1])


PAGES = {
    "its text": f"<p>Password «{ECHO}» errata</p>",
    "attributes": f'<input value="{ECHO}"><input type=submit value="{ECHO}"><textarea placeholder="{ECHO}"></textarea>',
    "a closed shadow": "<div id=d></div><script>document.getElementById('d').attachShadow({mode: 'closed'}).innerHTML"
    f" = {json.dumps(ECHO)}</script>",
    "a frame": f'<iframe srcdoc="{html.escape(ECHO)}"></iframe>',
    "what a script puts back": "<p id=p>x</p><script>setInterval(() => document.getElementById('p').textContent = "
    f"{json.dumps(ODD)}, 1)</script>",
}
UNSURE = {
    "a style sheet": '<style>p::before { content: "canàry&P<W>ORD\\"7\'" }</style><p>x</p>',
    "two nodes": "<p>canàry&amp;P&lt;<b>W&gt;ORD&quot;7&#x27;</b></p>",
}


@pytest.mark.parametrize("where", [*PAGES, *UNSURE])
async def test_no_picture_shows_a_secret(browser: Browser, where: str) -> None:
    redactor = AccountRedactor(credentials(password=ODD), lambda: NOON)
    page = await browser.new_page()
    await page.set_content((PAGES | UNSURE)[where])
    picture = await clean_picture(page, redactor)
    assert (picture is None) == (where in UNSURE)
    if picture is not None:
        shown = await page.evaluate("document.body.innerText")
        assert not redactor.holds_secret(shown)
    await page.context.close()
