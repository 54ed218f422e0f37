"""The buttons under a question about a message in plain words: never what contradicts the words that were heard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from demo.telegram import Message
from tests.support import chats
from tests.support.chats import MINE, TUESDAY, WEEK, World, slot, tapped


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def said(world: World, text: str, shows: str) -> Message:
    """Sends a message and waits for the answer to it."""
    mine = await world.owner.send(text)
    return await world.owner.wait_for(lambda one: one.message_id > mine.message_id and shows in one.text)


async def test_where_something_is_to_stay_the_first_button_leaves_all_as_it_is(world: World) -> None:
    await world.hold(MINE)

    page = await said(world, "disdici qwertz pilates martedì, anzi no tienimi il posto", "lasciare com'è")
    assert page.labels[0] == "👍 Lascia tutto com'è"
    page = await said(world, "non occorre che annulli qwertz pilates martedì", "Hai scritto «non occorre»")
    assert page.labels[0] == "👍 Lascia tutto com'è"
    assert not [label for label in page.labels if label.startswith("❌")]

    await tapped(world.owner, "👍", "non ho cambiato niente")
    assert [one for one in await world.actions() if not one.quiet] == []


async def test_the_verb_that_was_heard_is_read_back_and_comes_first(world: World) -> None:
    await world.hold(MINE)
    await chats.periodic(world)

    page = await said(world, "sposta qwertz pilates martedì", "Ho letto: spostare · PILATES MATWORK")
    assert page.labels[0].startswith("🔁 Mar 24 nov 18:00")
    page = await said(world, "disdici qwertz pilates martedì", "Ho letto: disdire · PILATES MATWORK")
    assert page.labels[0].startswith("❌ Mar 24 nov 18:00")
    page = await said(world, "ogni martedì zumba qwertz", "Ho letto: ZUMBA, ogni martedì")
    assert page.labels[0].startswith("➕ Ogni martedì")
    assert not [label for label in page.labels if "7 posti" in label]
    page = await said(world, "sospendi qwertz pilates", "mettere in pausa o riprendere")
    assert page.labels[0].startswith("🔄")


async def test_a_watch_comes_before_anything_that_is_held(world: World) -> None:
    await said(world, "avvisami se si libera zumba martedì", "ZUMBA")
    await tapped(world.owner, "👀", "se si libera un posto")
    await world.hold(replace(MINE, course="ZUMBA", day=TUESDAY.replace(day=TUESDAY.day + 1)))

    page = await said(world, "lascia perdere zumba qwertz", "smettere")

    assert "tengo d'occhio" in page.labels[0]


async def test_a_second_class_and_a_word_that_was_not_used_are_named(world: World) -> None:
    await world.read_timetable([*WEEK, slot("YOGA", TUESDAY, "18:30")])
    await world.hold(MINE)

    page = await said(world, "disdici pilates martedì e qwertz yoga martedì se piove", "E poi: YOGA")

    assert "Non ho tenuto conto di: «se»" in page.text
    assert page.labels[0].startswith("❌")
    assert any(label.startswith("📅") and "YOGA" in label for label in page.labels)
    assert "Non ho tenuto conto" not in (await said(world, "silenzio per oggi", "Zitto solo per un po")).text
