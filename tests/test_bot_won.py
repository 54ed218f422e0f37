"""What was got is what is shown: an alternative that won is never told as the first choice, on any page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from model import Action, Booking
from tests import chats
from tests.chats import FITNESS, TUESDAY, World, menu, queued, slot, tapped

GYM = slot("Fit Center", TUESDAY, "19:00", activity=FITNESS)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def second_choice(world: World, got: Booking) -> Action:
    """Pilates was full, the gym at seven was had; "my bookings" names it as `got`."""
    await queued(world.owner)
    (action,) = await world.actions()
    await world.db.queue.add_alternative(action.id, action.user_id, GYM.wish)
    claimed = await world.claim()
    await world.db.queue.complete_book(claimed, got, "seen", won_choice=1, why_not_first="full: the site says «Pieno.»")
    await world.owner.wait_for(lambda message: "Prenotata!" in message.text)
    return action


@pytest.mark.parametrize("name", ["Fit Center", "FIT CENTER con ROSSI ANNA"])
async def test_card_list_and_ticket_show_the_alternative_that_won(world: World, name: str) -> None:
    action = await second_choice(world, Booking(name, "Giuriati", TUESDAY, GYM.start, 90))

    card = next(message for message in world.owner.messages if message.message_id == action.card_message_id)
    assert (name in card.text, "PILATES" in card.text) == (True, False)

    await world.owner.send("/status")
    page = await world.owner.wait_for(lambda message: "Le tue ultime richieste" in message.text)
    assert f"✅ n. {action.id} · {name} · mar 24 nov 19:00" in page.labels

    await world.owner.send(f"/status {action.id}")
    ticket = await world.owner.wait_for(lambda message: "Prenotata: vista" in message.text)
    assert ticket.text.index(name) < ticket.text.index("PILATES MATWORK")
    assert "È la tua 2ª scelta: la prima, PILATES MATWORK" in ticket.text
    assert "«Pieno»." in ticket.text
    assert "Se non c'è posto" not in ticket.text


async def test_what_was_got_is_known_though_its_row_is_gone(world: World) -> None:
    action = await second_choice(world, Booking("Fit Center", "Giuriati", TUESDAY, GYM.start, 90))
    await world.db.connection.write("DELETE FROM user_bookings")

    found = await world.db.queue.find(action.id)

    assert found
    assert found.subject == GYM.wish


async def test_a_request_that_won_nothing_shows_what_was_asked_for(world: World) -> None:
    await queued(world.owner)
    await menu(world.owner)

    await tapped(world.owner, "🧾 Richieste", "Le tue ultime richieste")

    (action,) = await world.actions()
    assert (action.got, action.subject) == (None, action.wish)
