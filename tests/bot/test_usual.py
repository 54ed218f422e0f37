"""What a person does every week takes two taps: the menu's card of it, and the confirmation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.model import Slot
from store.favourites import NEXT_CLASSES
from tests.support import chats
from tests.support.chats import OWNER, PILATES, THURSDAY, World, menu, tapped

GAG = chats.slot("GAG", THURSDAY, "18:00")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def had(world: World, slot: Slot, *weeks_ago: int, status: str = "past") -> None:
    """What readings of "my bookings" and the weeks since have left behind."""
    for weeks in weeks_ago:
        await world.db.connection.write(
            """
            INSERT INTO user_bookings (user_id, booking_id, course_name, location, booking_date, booking_time, status)
            VALUES (:user_id, :name, :course, 'Giuriati', :day, :start, :status)
            """,
            {"user_id": OWNER, "name": f"{slot.course}-{weeks}", "course": slot.course, "status": status,
             "day": (slot.day - timedelta(weeks=weeks)).isoformat(), "start": f"{slot.start:%H:%M}"},
        )  # fmt: skip


def cards(labels: list[str]) -> list[str]:
    return [label for label in labels if label.startswith("⭐")]


async def test_the_weekly_class_is_confirmed_two_taps_after_the_menu(world: World) -> None:
    await had(world, PILATES, 1, 2, 3)

    page = await menu(world.owner)
    assert "Il solito" in page.text
    assert cards(page.labels) == ["⭐ Mar 24 18:00 PILATES MA… · 7 posti"]

    await tapped(world.owner, "⭐ Mar 24 18:00", "Prenoto subito")  # 1
    await tapped(world.owner, "Conferma Prenotazione", "In coda")  # 2
    assert [one.wish for one in await world.actions()] == [PILATES.ref]
    assert cards((await menu(world.owner)).labels) == []  # it is asked for


async def test_what_is_held_given_back_or_done_by_a_weekly_booking_is_not_offered(world: World) -> None:
    await had(world, GAG, 1, 2, status="cancelled")
    await had(world, PILATES, 1, 2)
    assert len(cards((await menu(world.owner)).labels)) == 1

    await chats.periodic(world)
    assert cards((await menu(world.owner)).labels) == []

    await world.db.connection.write("UPDATE periodic_bookings SET active = 0")
    assert len(cards((await menu(world.owner)).labels)) == 1
    await world.hold(chats.MINE)
    assert cards((await menu(world.owner)).labels) == []


async def test_what_opens_later_is_offered_too_and_the_soonest_comes_first(world: World) -> None:
    await had(world, GAG, 1, 2, 3)
    await had(world, PILATES, 1, 2)

    assert cards((await menu(world.owner)).labels) == [
        "⭐ Mar 24 18:00 PILATES MA… · 7 posti",
        "⭐ Gio 26 18:00 GAG · apre mar 24",
    ]


async def test_a_starred_class_comes_first_and_leads_back_to_the_menu(world: World) -> None:
    await had(world, PILATES, 1, 2)
    await world.db.favourites.star(OWNER, GAG.ref)
    await world.db.favourites.star(OWNER, replace(GAG.ref, course="NO MORE"))
    assert cards((await menu(world.owner)).labels) == [
        "⭐ Gio 26 18:00 GAG · apre mar 24",
        "⭐ Mar 24 18:00 PILATES MA… · 7 posti",
    ]

    page = await tapped(world.owner, "⭐ Gio 26", "Prenoto appena apre")
    assert page.labels[-1] == "🏠 Menu"
    await tapped(world.owner, "⭐ Togli dal menu", "non la tengo più nel menu")
    assert len(cards((await menu(world.owner)).labels)) == 1


async def test_the_star_of_a_slot_puts_its_class_into_the_menu(world: World) -> None:
    page = await menu(world.owner)
    assert cards(page.labels) == []
    await tapped(world.owner, "📅 Nuova", "Per quale giorno")
    await tapped(world.owner, "Gio 26", "GAG")
    await tapped(world.owner, "18:00 GAG", "Prenoto appena apre")
    page = await tapped(world.owner, "☆ Tieni nel menu", "ogni settimana la trovi nel menu")
    assert "⭐ Togli dal menu" in page.labels
    assert cards((await menu(world.owner)).labels) == ["⭐ Gio 26 18:00 GAG · apre mar 24"]


async def test_the_menu_looks_for_the_usual_in_one_read_by_indexes(world: World) -> None:
    rows = await world.db.connection.rows(
        "EXPLAIN QUERY PLAN " + NEXT_CLASSES, dict.fromkeys(("user_id", "since", "today", "weekday", "hour", "gym"), 0)
    )
    scans = [row["detail"] for row in rows if row["detail"].startswith("SCAN")]
    assert {scan.split()[1] for scan in scans} <= {"had", "wish", "dated", "(subquery", "3"}, scans


@pytest.mark.parametrize(
    ("command", "shows"),
    [
        ("/prenota", "Per quale giorno?"),
        ("/mie", "prenotazioni"),
        ("/weekly", "periodic"),
        ("/periodiche", "periodic"),
        ("/orari", "Orari dei"),
    ],
)
async def test_each_button_of_the_menu_has_a_command(world: World, command: str, shows: str) -> None:
    await world.owner.send(command)
    assert await world.owner.wait_for(lambda message: shows in message.text and "🏠 Menu" in message.labels)


async def test_a_starred_class_that_is_held_stays_in_the_menu_and_says_so(world: World) -> None:
    await world.db.favourites.star(OWNER, PILATES.ref)
    await world.hold(chats.MINE)

    assert cards((await menu(world.owner)).labels) == ["⭐ Mar 24 18:00 PILATES MA… · già tua"]
