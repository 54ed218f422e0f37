"""Whoever attacks the pages: strangers, other people, other sites, names from outside, odd requests, many at once."""

from __future__ import annotations

import asyncio
import gzip
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from bot.screens.callbacks import NUMBERS, Call, Verb
from dashboard.assets import Assets
from dashboard.parts import Access, Route, get
from dashboard.server import Gate, Patience, application_of, listen, running
from tests.support import chats, pages
from tests.support.anothers import SECRET_COURSE, USUAL, give_giulia_a_life, hers
from tests.support.chats import NOON
from tests.support.clock import FakeClock
from tests.support.pages import FRIEND, OWNER, Answer, Browser, Site
from tests.support.running import PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="module")

HURT = (
    "<img src=x onerror=hurt()>\"'><svg onload=hurt()></b><script>hurt()</script>{{1234567*7}}javascript:hurt()\r\n"
    "X-Hurt: 1"
)
CANARIES = {
    "password": "Canary-Password-9d1f", "otp": "CANARYCANARYCANARY234567CANARY23", "token": "4242:Canary-Token-77aa",
    "friend": "Canary-Friend-31c0", "username": "10987654",
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """Giulia's life is in the rows, with a name from the site that would hurt a page that believed it."""
    clock, web_settings = FakeClock(NOON), {"trusted_proxies": ["127.0.0.1"]}
    async with pages.site(tmp_path_factory.mktemp("attacked"), clock, web=web_settings) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ids(site: Site) -> list[int]:
    return await give_giulia_a_life(site.db, SECRET_COURSE + HURT)


PLACE = re.compile(r"\{\w+(?::((?:[^{}]|\{[^{}]*\})*))?\}")


def paths(route: Route, ids: list[int]) -> Iterator[str]:
    """A route's path with each of those numbers in its places; where it names some words, the first of them."""
    for number in ids if "{" in route.path else ids[:1]:
        yield PLACE.sub(lambda place: _word(place[1]) or str(number), route.path)  # noqa: B023 - used at once


def _word(choices: str | None) -> str:
    return choices.split("|")[0] if choices and "|" in choices else ""


def readers(ids: list[int]) -> list[Call]:
    """Every button that only reads, with each number of Giulia's rows in all its places."""
    return [call for verb in Verb for call in pointed(verb, ids) if call.only_reads]


def pointed(verb: Verb, ids: list[int]) -> list[Call]:
    takes = NUMBERS.get(verb, ())
    one = {tuple(USUAL.get(largest, [number])[0] for largest in takes) for number in ids}
    return [Call(verb, numbers) for numbers in sorted(one)]


# Strangers, and one person against another


async def test_who_has_not_entered_gets_to_nothing(site: Site, ids: list[int]) -> None:
    stranger, friend = site.browser(), await site.entered(FRIEND)
    before = await hers(site.db)
    for route in site.routes:
        if route.access is Access.ANYBODY:
            continue
        for path in paths(route, ids[:2]):
            answer = await stranger.ask(route.method, path, data=None, headers={"Origin": site.base})
            assert (answer.status, "Scrivi /pagina al bot" in answer.words) == (403, True), path
            if route.access is Access.OWNER:
                answer = await friend.ask(route.method, path, headers={"Origin": site.base})
                assert answer.status == 404, path
    for cookie in ("", "x", "0" * 43, "a" * 5000, "%00", '"; Path=/'):
        assert (await site.browser().get("/", headers={"Cookie": f"polimisport={cookie}"})).status in (400, 403)
    assert await hers(site.db) == before


async def test_no_page_shows_or_touches_what_is_anothers(site: Site, ids: list[int]) -> None:
    friend, before = await site.entered(FRIEND), await hers(site.db)
    token = (await friend.get("/")).csrf
    for route in site.routes:
        if route.method == "GET" and route.access is Access.PERSON and "live" not in route.path:
            for path in paths(route, ids):
                assert b"SEGRETO" not in (await friend.get(path)).body, path
    for verb in Verb:
        for call in pointed(verb, ids):
            path = f"/do/{call.data}"
            seen = [await friend.get(path), await friend.get(f"{path}/file")] if call.only_reads else []
            seen += [await friend.post("/do", {"data": call.data, "csrf": token})]
            assert not any(b"SEGRETO" in answer.body for answer in seen), call
            assert all(answer.status < 500 for answer in seen), call
    after = await hers(site.db)
    for table, rows in before.items():
        assert [row for row in rows if row not in after[table]] == [], table


async def test_an_answer_is_shown_to_the_session_that_asked_and_to_no_other(site: Site) -> None:
    owner, friend = await site.entered(), await site.entered(FRIEND)
    token = (await owner.get("/")).csrf
    sent = await owner.ask(
        "POST", "/do", follow=False, data={"data": "feed_make:0", "csrf": token}, headers={"Origin": site.base}
    )
    path = sent.headers["Location"]
    assert "/feed/" in (await owner.get(path)).text
    for other in (friend, await site.entered(), site.browser()):
        assert "/feed/" not in (await other.get(path)).text


# Links, cookies, other sites


async def test_a_cookie_that_was_planted_becomes_nobodys_session(site: Site) -> None:
    victim, attacker = site.browser(), await site.entered(FRIEND)
    victim.cookies = dict(attacker.cookies)
    planted = next(iter(attacker.cookies.values()))
    await victim.post(await site.link(OWNER), {})
    assert next(iter(victim.cookies.values())) != planted
    assert (await attacker.get("/")).status == 403  # the session that was planted has ended
    assert len({(await site.entered()).cookies["polimisport"] for _ in range(3)}) == 3


async def test_looking_at_a_link_uses_nothing_up_and_who_left_gets_in_no_more(site: Site) -> None:
    link = await site.link(FRIEND)
    for method in ("HEAD", "GET", "HEAD"):
        assert (await site.browser().ask(method, link)).status == 200
    inside = await site.entered(FRIEND)
    late = await site.link(FRIEND)
    await site.db.connection.write("UPDATE accounts SET active = 0 WHERE user_id = :id", {"id": FRIEND})
    try:
        assert (await inside.get("/")).status == 403
        answer = await site.browser().post(late, {})
        assert answer.status in (403, 410)
    finally:
        await site.db.connection.write("UPDATE accounts SET active = 1 WHERE user_id = :id", {"id": FRIEND})


async def test_no_form_is_taken_without_its_sessions_token_and_from_its_own_page(site: Site, ids: list[int]) -> None:
    owner, others = await site.entered(), (await (await site.entered(FRIEND)).get("/")).csrf
    token, before = (await owner.get("/")).csrf, await hers(site.db)
    own = {"Origin": site.base, "Sec-Fetch-Site": "same-origin"}
    strange = [
        own | {"Origin": "https://evil.example"}, own | {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        own | {"Sec-Fetch-Site": "same-site"}, own | {"Origin": f"{site.base}.evil.example"},
        {"Origin": "null"},
    ]  # fmt: skip
    posts = [route for route in site.routes if route.method == "POST" and route.access is not Access.ANYBODY]
    assert len(posts) >= 2
    for route in posts:
        for path in paths(route, ids[:1]):
            for wrong in ("", others, token[:-1], token.upper()):
                assert (await owner.post(path, {"csrf": wrong}, headers=own)).status == 403, path
            for headers in strange:
                assert (await owner.post(path, {"csrf": token}, headers=headers)).status == 403, path
            await owner.get(f"{path}?csrf={token}")
    assert await hers(site.db) == before


async def test_a_get_changes_no_row_whatever_its_query_says(site: Site, ids: list[int]) -> None:
    owner = await site.entered()
    token, before = (await owner.get("/")).csrf, await hers(site.db)
    for verb in Verb:
        call = pointed(verb, ids)[-1]
        if not call.only_reads:
            assert (await owner.get(f"/do/{call.data}")).status == 405
            assert (await owner.get(f"/do?data={call.data}&csrf={token}")).status in (404, 405)
    assert await hers(site.db) == before


# Names and sentences from outside


class Page(HTMLParser):
    """What a browser would run of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.harm: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "script" and not (said.get("src") or "").startswith("/static/"):
            self.harm.append(f"<{tag}> {attrs}")
        if tag in ("iframe", "object", "embed", "base") or said.get("src") == "x" or "style" in said:
            self.harm.append(f"<{tag}> {attrs}")
        for name, value in attrs:
            address = re.sub(r"\s", "", (value or "").lower())
            if name.startswith("on") or (
                name in ("href", "src", "action") and address.startswith(("javascript", "data"))
            ):
                self.harm.append(f"<{tag} {name}={value}>")


async def test_names_from_outside_are_text_on_every_page(site: Site, ids: list[int]) -> None:
    hostile = chats.slot(HURT, chats.TUESDAY, "18:00", instructor=HURT)
    await site.db.connection.write(
        "INSERT INTO slots"
        " (activity_id, activity, course_name, date, time_start, time_end, instructor, status, read_at)"
        " VALUES ('1', :name, :name, '2026-11-24', '18:00', '19:00', :name, 'available', '2026-11-22T10:00:00.000Z')",
        {"name": HURT},
    )
    await site.db.connection.write(
        "UPDATE booking_actions SET error = :name, why_not_first = :name WHERE status = 'failed'", {"name": HURT}
    )
    assert hostile.course == HURT
    owner = await site.entered()
    read = [await owner.get(f"/do/{call.data}") for call in readers([*ids, *range(1, 4)])]
    for route in site.routes:
        if route.method == "GET" and route.access is not Access.ANYBODY and "live" not in route.path:
            read += [await owner.get(path) for path in paths(route, ids)]
    shown = [answer for answer in read if "text/html" in answer.headers["Content-Type"]]
    assert any("hurt()" in answer.text for answer in shown)
    for answer in shown:
        assert Page(answer.text).harm == [], answer.path
        assert "X-Hurt" not in answer.headers
        assert "8641969" not in answer.text, answer.path
    for answer in read:
        assert "X-Hurt" not in answer.headers, answer.path
        assert answer.status < 500, answer.path


async def test_nothing_in_an_address_ends_a_header_or_leads_elsewhere(site: Site) -> None:
    owner = await site.entered()
    for text in (
        "%0d%0aX-Hurt:%201",
        "%0aX-Hurt:1",
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "%E2%80%AE",
    ):
        for path in (
            f"/do/{text}",
            f"/answer/{text}",
            f"/enter/{text}",
            f"/{text}",
            f"/static/{text}",
            f"/?next={text}",
        ):
            answer = await owner.ask("GET", path, follow=False)
            assert "X-Hurt" not in answer.headers
            assert "evil" not in answer.headers.get("Location", ""), path
    for host in ("evil.example", "evil.example:80", "localhost.evil.example", "[::1", "a b", "localhost@evil.example"):
        assert (await owner.get("/", headers={"Host": host})).status in (400, 421), host


async def test_no_path_leads_to_a_file(site: Site) -> None:
    owner, secret = await site.entered(), Path(site.settings.local_path).parent / "static-secret.css"
    await asyncio.to_thread(secret.write_text, "CANARY")
    names = [
        "../config.json", "..%2f..%2fconfig.json", "%2e%2e/%2e%2e/README.md", "....//....//README.md",
        "..%5c..%5cREADME.md", "page.css%00.png", "%00", "page.css/", "page.css/../../README.md", "..%c0%afREADME.md",
        "..%252f..%252fREADME.md", quote(str(secret), safe=""), str(secret), f"file://{secret}", "/etc/passwd", "~root",
        "CON", ".", "..", "*",
    ]  # fmt: skip
    files = [route for route in site.routes if route.method == "GET" and "{" in route.path and "live" not in route.path]
    for name in names:
        for route in files:
            path = PLACE.sub(lambda _: name, route.path)  # noqa: B023 - used at once
            answer = await owner.get(path, headers={"X-Forwarded-For": f"198.51.100.{len(name)}"})
            assert answer.status in (200, 303, 400, 403, 404, 405, 410, 429), path
            assert not re.search(rb"CANARY|root:x|licen[cs]e|otpatu", answer.body), path


# Requests that are odd, large, slow or many


async def raw(site: Site, request: bytes, wait: float = PATIENCE) -> bytes:
    """What the server says to those bytes until it closes, or is silent for long."""
    host, port = site.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(request)
        await writer.drain()
        async with asyncio.timeout(wait):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


ODD = {
    "a line that never ends": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a header that never ends": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    "a cookie that never ends": b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: polimisport=Canary-Cookie"
    + b"a" * 70_000 + b"\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "another version": b"GET /enter/Canary-Link HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "two lengths": b"POST /do HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    "length and chunks": b"POST /do HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a header folded": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b: c\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "an address for a proxy": b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "a tunnel": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
    "a negative length": b"POST /do HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
async def test_what_is_no_request_is_refused_and_nothing_of_it_is_logged(
    site: Site, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        said = await raw(site, ODD[what].replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
    assert not said or re.match(rb"HTTP/1\.[01] (?:400|403|404|405|411|413|421|431|414|501)", said), said[:100]
    assert "Canary" not in caplog.text
    assert "Traceback" not in caplog.text
    assert len(caplog.text) < 2000
    assert b"Traceback" not in said
    head, _, body = said.partition(b"\r\n\r\n")
    assert not re.search(rb"(?i)aiohttp|python|server: *[^\s]", head), head
    if b"text/plain" in head:  # it was no request: no page of ours answers
        assert body == b"400: Bad Request\n"


async def test_a_form_has_a_size_also_when_it_is_unpacked(site: Site) -> None:
    owner = await site.entered()
    token = (await owner.get("/")).csrf
    packed = gzip.compress(b"csrf=" + token.encode() + b"&data=" + b"x" * 10_000_000)
    assert len(packed) < 16_000
    form = {"Origin": site.base, "Content-Type": "application/x-www-form-urlencoded"}
    for encoding in ("gzip", "deflate", "br", "zstd", "identity, gzip"):
        try:
            answer = await owner.ask("POST", "/do", data=packed, headers=form | {"Content-Encoding": encoding})
        except aiohttp.ServerDisconnectedError:  # it was refused before it was sent to its end
            continue
        assert answer.status in (400, 415), encoding

    answer = await owner.ask("POST", "/do", data=b"a=1&" * 2000, headers=form)
    assert answer.status == 400
    crowd = (
        b"".join(b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % n for n in range(200)) + b"--b--"
    )
    multipart = form | {"Content-Type": "multipart/form-data; boundary=b"}
    assert (await owner.ask("POST", "/do", data=crowd, headers=multipart)).status == 400
    nested = b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--"
    assert (await owner.ask("POST", "/do", data=nested, headers=multipart)).status == 400


async def test_who_sends_slowly_is_let_go_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    patience = Patience(request=2.0)
    async with pages.site(tmp_path, FakeClock(NOON), patience) as site:
        host, port = site.base.removeprefix("http://").split(":")
        slow = [await asyncio.open_connection(host, int(port)) for _ in range(200)]
        for _reader, writer in slow:
            writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ")

        async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            ended = asyncio.create_task(reader.read())
            while not ended.done():
                writer.write(b"a")
                await asyncio.wait([ended], timeout=0.1)
            ended.exception()

        async with asyncio.timeout(PATIENCE):
            assert (await site.browser().get("/static/page.css")).status == 200
            await asyncio.gather(*(drip(*each) for each in slow))
        for _reader, writer in slow:
            writer.close()


async def test_a_form_that_drips_in_is_refused_and_keeps_nobody_waiting(site: Site) -> None:
    async def answered(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="here")

    gate = Gate(site.dashboard)
    application = web.Application(middlewares=[gate.handle])
    gate.add(application, Route("POST", "/form", answered, Access.ANYBODY, within=0.5))
    gate.add(application, Route("POST", "/long", answered, Access.ANYBODY, within=10 * PATIENCE))
    gate.add(application, get("/page", answered, Access.ANYBODY))
    head = " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\n\r\na="

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        answer = asyncio.create_task(reader.read())
        while not answer.done():
            writer.write(b"a")
            await asyncio.wait([answer], timeout=0.1)
        writer.close()
        return b"" if answer.exception() else answer.result()

    async def dripping(port: int, form: str) -> list[asyncio.Task[bytes]]:
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
        for _reader, writer in slow:
            writer.write(f"POST {form}{head}".encode())
        return [asyncio.create_task(drip(*each)) for each in slow]

    async with running(application, Patience(stop=0.5)) as runner, asyncio.timeout(PATIENCE):
        port = await listen(runner, "127.0.0.1", 0)
        answers = await asyncio.gather(*await dripping(port, "/form"))
        patient = await dripping(port, "/long")
        async with site.http.get(f"http://127.0.0.1:{port}/page") as others:
            assert await others.text() == "here"
        assert not any(task.done() for task in patient)  # it waited for none of them
    await asyncio.gather(*patient)
    assert {answer[:12] for answer in answers if answer} == {b"HTTP/1.1 408"}


async def test_there_is_an_end_to_the_connections_and_those_there_are_go_on(site: Site) -> None:
    application = application_of(site.dashboard, Assets())
    async with running(application, most=3) as runner, asyncio.timeout(PATIENCE):
        port = await listen(runner, "127.0.0.1", 0)
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        for reader, writer in held:
            writer.write(b"GET /static/page.css HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        reader, one_more = await asyncio.open_connection("127.0.0.1", port)
        with suppress(ConnectionError):
            assert await reader.read() == b""
        for each in (one_more, *(writer for _, writer in held)):
            each.close()


async def test_a_thousand_read_at_once_and_each_gets_their_own(site: Site) -> None:
    owner, friend = await site.entered(), await site.entered(FRIEND)
    tokens = {(await owner.get("/")).csrf: owner, (await friend.get("/")).csrf: friend}
    async with asyncio.timeout(PATIENCE):
        answers = await asyncio.gather(*((owner, friend)[number % 2].get("/do/help") for number in range(1000)))
    assert {answer.status for answer in answers} == {200}
    got = [tokens[answer.csrf] for answer in answers]
    assert got == [(owner, friend)[number % 2] for number in range(1000)]


# Secrets


async def test_no_secret_is_in_a_page_a_header_an_error_or_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret: dict[str, Any] = {
        "username": CANARIES["username"], "password": CANARIES["password"],
        "otpatu": f"otpauth://totp/x?secret={CANARIES['otp']}",
        "telegram": {"bot_token": CANARIES["token"], "allowed_user_id": OWNER},
        "friends": [
            {"telegram_user_id": FRIEND, "username": "10123456", "password": CANARIES["friend"], "otpatu": None}
        ],
    }  # fmt: skip
    said: list[Answer] = []
    with caplog.at_level(logging.DEBUG):
        async with pages.site(tmp_path, FakeClock(NOON), **secret) as site:
            ids = await give_giulia_a_life(site.db)
            owner, link, feed = await site.entered(), await site.link(), f"/feed/{await site.db.feeds.make(OWNER)}.ics"
            said += await everything(site, owner, ids)
            said += [await owner.get(feed), await site.browser().get(link)]
            await site.db.connection.write("ALTER TABLE user_bookings RENAME TO away")  # every page fails
            said += await everything(site, owner, ids)
            said += [await owner.get(feed), await site.browser().get(link)]
    kept = [*CANARIES.values(), *owner.cookies.values(), link.split("/")[-1], feed.split("/")[-1].split(".")[0]]
    for answer in said:
        whole = answer.body + str(answer.headers).encode()
        shown = [each for each in kept if each.encode() in whole and each not in answer.path]
        assert shown == [], answer.path
    assert [each for each in kept if each in caplog.text] == []
    assert any(answer.status == 500 for answer in said) or any(answer.status == 503 for answer in said)


async def everything(site: Site, browser: Browser, ids: list[int]) -> list[Answer]:
    """Every page there is, as that person sees it."""
    found = [await browser.get(f"/do/{call.data}") for call in readers(ids[-3:])]
    for route in site.routes:
        if route.method == "GET" and "live" not in route.path:
            found += [await browser.get(path) for path in paths(route, ids[-2:])]
    return found
