"""A class is shared by a link that opens its page for whoever uses the same bot."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.telegram import Message, Person
from tests.support import chats
from tests.support.chats import MINE, WEEK, World, menu, pilates, tapped

PILATES_ENDS = datetime(2026, 11, 24, 17, 55, tzinfo=UTC)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def shared(world: World) -> str:
    """The number of the link that the slot's page gives."""
    await pilates(world.owner)
    page = await tapped(world.owner, "🔗 Condividi", "Vieni anche tu?")
    assert "PILATES MATWORK" in page.text
    assert "Giulia" not in page.text
    found = re.search(r"https://t\.me/polimisport_bot\?start=(\d{20,39})\b", page.text)
    assert found
    return found[1]


async def opened(person: Person, number: str, shows: str) -> Message:
    seen = {message.message_id for message in person.messages}
    await person.send(f"/start {number}")
    return await person.wait_for(lambda message: message.message_id not in seen and shows in message.text)


async def test_a_shared_class_opens_on_its_own_page_for_a_friend(world: World) -> None:
    number = await shared(world)

    page = await opened(world.friend, number, "PILATES MATWORK")

    assert {"✅ Conferma Prenotazione", "🔄"} <= set(page.labels), "alive as the page that taps lead to"
    await tapped(world.friend, "Conferma Prenotazione", "In coda")


async def test_the_same_class_has_the_same_link_wherever_it_is_shared(world: World) -> None:
    number = await shared(world)
    await world.hold(MINE)
    await menu(world.owner)
    await tapped(world.owner, "📋 Le Mie Prenotazioni", "PILATES MATWORK")
    await tapped(world.owner, "18:00", "vista sul sito")

    assert number in (await tapped(world.owner, "🔗 Condividi", "Vieni anche tu?")).text
    assert "È già tua" in (await opened(world.owner, number, "PILATES")).text


async def test_a_link_says_in_a_sentence_that_it_leads_nowhere(world: World) -> None:
    number = await shared(world)
    await opened(world.friend, str(int(number) + 1), "Questo link non lo conosco")

    for _ in range(2):
        world.clock.now += timedelta(minutes=1)
        await world.read_timetable([one for one in WEEK if "PILATES" not in one.course])
    page = await opened(world.friend, number, "negli orari che ho letto non c'è")
    assert "📅 Gli orari di quel giorno" in page.labels

    world.clock.now = PILATES_ENDS
    await opened(world.friend, number, "già cominciata")


async def test_a_stranger_with_a_link_is_not_answered(world: World) -> None:
    number = await shared(world)
    stranger = world.emulator.person(999, "Eva")

    await stranger.send(f"/start {number}")
    await menu(world.owner)

    assert [message for message in stranger.messages if message.from_bot] == []
