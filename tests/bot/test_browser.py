"""/pagina: a link to the pages in the browser, and the browsers in which one has entered."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from demo.telegram import Person
from domain.web import LinkPurpose
from runtime.configured import people_of
from tests.support import chats, pages
from tests.support.chats import FRIEND, OWNER, World, tapped

FIREFOX = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def link_of(person: Person, command: str = "/pagina") -> str:
    """The secret of the link that the chat sends."""
    seen = {message.message_id for message in person.messages}
    await person.send(command)
    message = await person.wait_for(lambda one: "/enter/" in one.text and one.message_id not in seen)
    found = re.search(r"http://127\.0\.0\.1:8484/enter/([\w-]{43})", message.text)
    assert found
    return found[1]


async def test_the_link_of_the_chat_opens_the_page_and_the_chat_ends_what_it_began(world: World) -> None:
    secret = await link_of(world.owner)
    async with pages.serving(world.db, world.settings, world.clock) as site:
        browser = site.browser()
        entered = await browser.ask("POST", f"/enter/{secret}", data={}, headers={"User-Agent": FIREFOX})
        assert entered.words.startswith("Panoramica")
        invitation = await browser.do("invite")  # both names are known: hers by the link, the bot's since it connected
        assert "Giulia" in invitation.words
        assert "https://t.me/polimisport_bot?start=" in invitation.text
        await link_of(world.owner)
        await tapped(world.owner, "Sei entrato in 1 browser", "Firefox, Android: entrato oggi")
        await tapped(world.owner, "Esci da Firefox, Android", "Uscito")
        assert (await browser.get("/")).status == 403
    assert await world.db.web_sessions.of(OWNER) == []


async def test_a_new_link_ends_the_one_before(world: World) -> None:
    first = await link_of(world.owner)
    second = await link_of(world.owner, "/page")
    assert await world.db.web_links.find(first, LinkPurpose.PAGE) is None
    assert await world.db.web_links.find(second, LinkPurpose.PAGE) == OWNER


async def test_the_chat_says_from_where_the_link_can_be_opened(world: World) -> None:
    await link_of(world.owner)
    told = world.owner.messages[-1].text
    assert "ssh -L 8484:127.0.0.1:8484 SERVER" in told
    assert "non è in funzione" in told  # nobody has started web.py
    await link_of(world.friend)
    assert "chiedi a chi tiene il bot" in world.friend.messages[-1].text
    assert "ssh" not in world.friend.messages[-1].text


async def test_nobody_ends_anothers_session(world: World) -> None:
    await world.db.web_sessions.begin(FRIEND, FIREFOX)
    [session] = await world.db.web_sessions.of(FRIEND)
    await link_of(world.owner)
    assert not await world.db.web_sessions.end(OWNER, session.id)
    assert await world.db.web_sessions.of(FRIEND) == [session]


async def test_who_leaves_the_configuration_is_out_of_every_browser(world: World) -> None:
    await world.db.web_sessions.begin(FRIEND, FIREFOX)
    await world.db.web_links.make(FRIEND, LinkPurpose.PAGE)
    people = [one for one in people_of(world.settings) if one.user_id == OWNER]
    await world.db.people.set(people)
    left = await world.db.connection.rows("SELECT user_id FROM web_sessions UNION SELECT user_id FROM web_links")
    assert left == []


async def test_pages_that_are_switched_off_give_no_link(tmp_path: Path) -> None:
    async with chats.world(tmp_path, web={"enabled": False, "public_url": "https://example.org/sport"}) as world:
        await world.owner.send("/pagina")
        await world.owner.wait_for(lambda one: "sono spente" in one.text)


async def test_behind_a_proxy_the_link_is_the_public_one(tmp_path: Path) -> None:
    async with chats.world(tmp_path, web={"public_url": "https://example.org/sport"}) as world:
        await world.owner.send("/pagina")
        message = await world.owner.wait_for(lambda one: "https://example.org/sport/enter/" in one.text)
        assert "Si apre solo" not in message.text
