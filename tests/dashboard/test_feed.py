"""The feed over HTTP: read by its secret alone, said to be unchanged while it is, and gone when its person says so."""

from __future__ import annotations

import asyncio

import pytest
from icalendar import Calendar

from tests.support.pages import FRIEND, OWNER, Site
from tests.support.running import PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def made(site: Site, user_id: int) -> str:
    """The path of the person's feed, made anew."""
    known = await site.db.feeds.find(user_id)
    secret = await site.db.feeds.make(user_id, instead_of=known.number if known else 0)
    return f"/feed/{secret}.ics"


async def holds(site: Site, user_id: int, course: str) -> None:
    await site.db.connection.write(
        "INSERT INTO user_bookings (user_id, course_name, location, booking_date, booking_time)"
        " VALUES (:user_id, :course, 'Giuriati', '2026-11-24', '18:00')",
        {"user_id": user_id, "course": course},
    )


def courses(content: bytes) -> list[str]:
    return [str(event["SUMMARY"]) for event in Calendar.from_ical(content).walk("VEVENT")]


async def test_it_is_read_without_a_session_and_shows_one_persons_classes(site: Site) -> None:
    await holds(site, OWNER, "PILATES")
    await holds(site, FRIEND, "ZUMBA")
    answer = await site.browser().get(await made(site, OWNER))
    assert courses(answer.body) == ["PILATES"]
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert courses((await site.browser().get(await made(site, FRIEND))).body) == ["ZUMBA"]


async def test_who_has_it_already_is_told_so_until_something_changes(site: Site) -> None:
    path, calendar = await made(site, OWNER), site.browser()
    first = await calendar.get(path)
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await calendar.get(path, headers={"If-None-Match": known})
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
        assert again.headers["Cache-Control"] == "private, no-cache"
    head = await calendar.ask("HEAD", path)
    assert (head.status, head.body, head.headers["ETag"]) == (200, b"", tag)
    assert int(head.headers["Content-Length"]) == len(first.body)
    assert (await calendar.ask("HEAD", path, headers={"If-None-Match": tag})).status == 304

    await holds(site, OWNER, "YOGA")
    changed = await calendar.get(path, headers={"If-None-Match": tag})
    assert changed.status == 200
    assert "YOGA" in courses(changed.body)
    assert changed.headers["ETag"] != tag


async def test_it_is_made_anew_and_ended_on_the_page_and_its_address_is_shown_there_once(site: Site) -> None:
    await site.db.connection.write("DELETE FROM feeds")
    browser = await site.entered()
    page = await browser.do("feed_make:0")
    [path] = [word.split(":8484")[1] for word in page.words.split() if "/feed/" in word]
    assert (await site.browser().get(path)).status == 200
    assert path not in (await browser.get("/do/feed")).text
    feed = await site.db.feeds.find(OWNER)
    assert feed is not None
    assert "Spento" in (await browser.do(f"feed_end:{feed.number}")).words
    assert (await site.browser().get(path)).status == 404


async def test_only_reading_is_allowed(site: Site) -> None:
    path = await made(site, OWNER)
    for method in ("POST", "PUT", "DELETE", "PROPFIND"):
        assert (await site.browser().ask(method, path, headers={"Origin": site.base})).status == 405


async def test_when_a_calendar_last_asked_is_noted(site: Site) -> None:
    path = await made(site, FRIEND)
    await site.browser().get(path)
    async with asyncio.timeout(PATIENCE):
        while (feed := await site.db.feeds.find(FRIEND)) is None or feed.read_at is None:  # noqa: ASYNC110 - a row
            await asyncio.sleep(0.01)
    assert feed.read_at == site.clock.now


async def test_who_tries_addresses_must_wait_and_others_need_not(site: Site) -> None:
    browser, path, caller = site.browser(), await made(site, OWNER), {"X-Forwarded-For": "203.0.113.8"}
    tries = [(await browser.get(f"/feed/{number:043d}.ics", headers=caller)).status for number in range(90)]
    assert tries[:60] == [404] * 60
    assert tries[-1] == 429
    assert (await browser.get(path, headers=caller)).status == 429
    assert (await browser.get(path)).status == 200
    assert (await browser.get("/feed/short.ics", headers=caller)).status == 404
