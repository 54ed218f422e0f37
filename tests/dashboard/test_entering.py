"""Who gets in: one-time links, sessions, and what a page refuses."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from domain.web import LinkPurpose
from tests.support.pages import FRIEND, OWNER, Site
from tests.support.running import PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_stranger_is_told_the_way_in_and_nothing_else(site: Site) -> None:
    answer = await site.browser().get("/")
    assert answer.status == 403
    assert "Scrivi /pagina al bot" in answer.words
    assert (await site.browser("en-GB").get("/do/mine:0")).words.startswith("The way in is through the chat")


async def test_a_link_is_shown_with_get_and_used_with_post_once(site: Site) -> None:
    link, browser = await site.link(), site.browser()
    for _ in range(2):  # a preview uses nothing up
        assert "Entra" in (await browser.get(link)).words
    assert "Prossimi appuntamenti" in (await browser.post(link, {})).words
    again = site.browser()
    assert (await again.post(link, {})).status == (await again.get(link)).status == 410
    assert again.cookies == {}


async def test_of_two_who_use_a_link_at_once_one_gets_in(site: Site) -> None:
    link = await site.link()
    answers = await asyncio.gather(*(site.browser().post(link, {}) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [200, 410, 410, 410]


async def test_a_link_ends_after_five_minutes_and_with_the_next_one(site: Site) -> None:
    first = await site.link()
    second = await site.link()
    assert (await site.browser().get(first)).status == 410
    site.clock.go(minutes=4, seconds=59)
    assert (await site.browser().get(second)).status == 200
    site.clock.go(seconds=2)
    assert (await site.browser().post(second, {})).status == 410


async def test_a_link_for_an_accounts_form_opens_no_session(site: Site) -> None:
    secret = await site.db.web_links.make(OWNER, LinkPurpose.ACCOUNT)
    assert (await site.browser().post(f"/enter/{secret}", {})).status == 410
    assert await site.db.web_links.find(secret, LinkPurpose.ACCOUNT) == OWNER


async def test_a_session_lasts_thirty_days_and_its_cookie_is_out_of_reach(site: Site) -> None:
    browser = site.browser()
    entered = await browser.ask("POST", await site.link(), follow=False, data={}, headers={"Origin": site.base})
    cookie = entered.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert f"Max-Age={30 * 24 * 3600}" in cookie
    site.clock.go(days=29)
    assert (await browser.get("/")).status == 200
    site.clock.go(days=1, seconds=1)
    assert (await browser.get("/")).status == 403


async def test_a_session_ends_where_its_person_says_so(site: Site) -> None:
    first, second = await site.entered(), await site.entered()
    newest, older, *_ = await site.db.web_sessions.of(OWNER)
    assert not await site.db.web_sessions.end(FRIEND, newest.id)  # nobody ends another's
    assert await site.db.web_sessions.end(OWNER, newest.id)
    assert ((await first.get("/")).status, (await second.get("/")).status) == (200, 403)
    page = await first.get("/")
    left = await first.post("/leave", {"csrf": page.csrf})
    assert "Sei uscito" in left.words
    assert "Storico" not in left.words
    assert not await site.db.web_sessions.end(OWNER, older.id)


async def test_when_a_browser_was_last_seen_is_kept_to_the_hour(site: Site) -> None:
    browser = await site.entered(FRIEND)
    [began] = await site.db.web_sessions.of(FRIEND)
    site.clock.go(minutes=59)
    await browser.get("/")
    assert (await site.db.web_sessions.of(FRIEND))[0].seen_at == began.seen_at
    site.clock.go(minutes=1)
    await browser.get("/")
    async with asyncio.timeout(PATIENCE):
        while (await site.db.web_sessions.of(FRIEND))[0].seen_at == began.seen_at:
            await browser.get("/")
    assert (await site.db.web_sessions.of(FRIEND))[0].seen_at - began.seen_at == timedelta(hours=1)


async def test_who_tries_too_many_links_must_wait_and_nobody_else(site: Site) -> None:
    browser, caller = site.browser(), {"X-Forwarded-For": "1.1.1.1, 203.0.113.7"}
    statuses = [(await browser.get(f"/enter/{number}", headers=caller)).status for number in range(60)]
    assert (statuses[0], statuses[-1]) == (410, 429)
    link = await site.link()
    assert (await browser.get(link, headers={"X-Forwarded-For": "203.0.113.7"})).status == 429
    assert (await browser.get(link)).status == 200


async def test_a_form_of_another_site_does_nothing(site: Site) -> None:
    browser = await site.entered()
    token = (await browser.get("/")).csrf
    before = await site.db.requests.live(OWNER)
    form = {"data": "sync", "csrf": token}
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": site.base, "Sec-Fetch-Site": "cross-site"},
        {"Origin": site.base.replace("http:", "ftp:")},
    ):
        assert (await browser.post("/do", form, headers=headers)).status == 403
    for wrong in ("", "0" * 64, (await (await site.entered(FRIEND)).get("/")).csrf):
        assert (await browser.post("/do", {"data": "sync", "csrf": wrong})).status == 403
    assert await site.db.requests.live(OWNER) == before
    assert (await browser.post("/do", form, headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"})).status == 200


async def test_a_name_that_is_not_ours_is_refused(site: Site) -> None:
    browser = await site.entered()
    assert (await browser.get("/", headers={"Host": "rebound.example"})).status == 421
    assert (await browser.get("/", headers={"Host": "localhost:1"})).status == 200


async def test_what_is_no_form_or_too_large_is_refused(site: Site) -> None:
    browser = await site.entered()
    token = (await browser.get("/")).csrf
    assert (await browser.post("/do", {"csrf": token, "data": "x" * 20_000})).status == 413
    assert (await browser.ask("POST", "/do", json={}, headers={"Origin": site.base})).status == 415
    twice = await browser.ask("POST", "/do", data=f"csrf={token}&csrf={token}&data=sync", headers={
        "Origin": site.base, "Content-Type": "application/x-www-form-urlencoded",
    })  # fmt: skip
    assert twice.status == 400


async def test_every_answer_carries_the_headers(site: Site) -> None:
    browser = await site.entered()
    for path in ("/", "/nowhere", "/static/page.css", "/do/sync"):
        answer = await browser.get(path)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Server" not in answer.headers
    assert (await browser.get("/")).headers["Cache-Control"] == "no-store"
    assert "style=" not in (await browser.get("/")).text
    assert re.findall("<script[^>]*>", (await browser.get("/")).text) == re.findall(
        r'<script src="/static/live.js\?v=\w+" defer>', (await browser.get("/")).text
    )
