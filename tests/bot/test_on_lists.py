"""The site's waiting list in the chat: offered on the page of a full class, shown as what it is and never as booked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from demo.telegram import Message
from domain.errors import OnWaitingList, SlotFull
from domain.model import SlotStatus
from tests.support import chats
from tests.support.chats import MINE, TUESDAY, World, fit_center, menu, tapped

FULL = chats.slot("PILATES MATWORK", TUESDAY, "18:00", places=0, status=SlotStatus.WAITING)
CLUB = {"base_url": "https://ecomm.sportrick.com/circoloesempio", "name": "Circolo Esempio"}


@pytest.fixture(params=["ask"])
async def world(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    rules = {"waiting_list": request.param}
    async with chats.world(tmp_path, timetable=False, rules=rules, site=CLUB) as world:
        await world.read_timetable([FULL, fit_center(TUESDAY, "07:00")])
        yield world


async def full_class(world: World) -> Message:
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(world.owner, "Mar 24 nov", "Che cosa?")
    await tapped(world.owner, "Corsi Platinum", "PILATES MATWORK")
    return await tapped(world.owner, "18:00 PILATES", "era piena")


async def on_the_list(world: World) -> Message:
    await full_class(world)
    await tapped(world.owner, "📋 Mettimi in lista d'attesa", "In coda")
    await world.fail(OnWaitingList("full; waiting list: «In lista d'attesa: numero 2»"))
    return await world.owner.wait_for(lambda message: "sei in lista" in message.text)


async def test_the_page_of_a_full_class_puts_its_person_on_the_sites_list(world: World) -> None:
    page = await full_class(world)
    assert "Il sito ha una lista d'attesa" in page.text
    await tapped(world.owner, "📋 Mettimi in lista d'attesa", "In coda")
    [action] = await world.actions()
    assert (action.joins_list, action.wish) == (True, FULL.ref)


@pytest.mark.parametrize("world", ["never"], indirect=True)
async def test_where_nobody_wants_a_list_none_is_offered(world: World) -> None:
    page = await full_class(world)
    assert not [label for label in page.labels if "lista" in label]


async def test_a_place_on_the_list_is_told_warmly_and_once_with_the_way_out(world: World) -> None:
    told = await on_the_list(world)
    assert "non riuscita" not in told.text
    assert told.text.count("Il tuo numero è il 2.") == told.text.count("lista d'attesa") == 1
    assert f"{CLUB['base_url']}/Booking" in told.text


async def test_a_place_on_the_list_stands_among_ones_bookings_as_what_it_is_until_it_is_had(world: World) -> None:
    await on_the_list(world)
    await menu(world.owner)
    mine = await tapped(world.owner, "📋 Le Mie Prenotazioni", "Le tue prenotazioni")
    assert "📋 In lista d'attesa: PILATES MATWORK" in mine.text
    assert "Non è una prenotazione: eri al numero 2" in mine.text
    await tapped(world.owner, "in lista d'attesa · PILATES", "esci dalla lista sul sito")
    latest = await tapped(world.owner, "🧾 Richieste", "Le tue ultime richieste")
    assert any(label.startswith("📋") and "in lista: PILATES" in label for label in latest.labels)
    page = await full_class(world)
    assert "📋 Sei in lista d'attesa: richiesta n. 2." in page.text
    await world.hold(MINE)
    await menu(world.owner)
    mine = await tapped(world.owner, "📋 Le Mie Prenotazioni", "Le tue prenotazioni")
    assert "lista" not in mine.text


async def test_what_a_later_request_settled_is_waited_for_no_more(world: World) -> None:
    await on_the_list(world)
    waits = await world.db.requests.on_lists(chats.OWNER)
    assert [action.wish for action in waits] == [FULL.ref]
    await full_class(world)
    await tapped(world.owner, "Prova a prenotare", "In coda")
    assert await world.db.requests.on_lists(chats.OWNER) == []  # it is asked for again: that is what is shown
    await world.fail(SlotFull("full"))
    await world.owner.wait_for(lambda message: "non riuscita" in message.text)
    assert len(await world.db.requests.on_lists(chats.OWNER)) == 1
