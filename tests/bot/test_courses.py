"""A new booking that starts from the course or from the timetable, and the gym's hours in two columns."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.screens.booking import shown_of, slot_rows
from bot.screens.callbacks import Verb
from bot.screens.page import button
from bot.screens.slots import SlotState, SlotView
from bot.screens.when import When
from demo.telegram import Message
from domain.model import Activity, CatalogueSlot, Slot
from tests.support import chats
from tests.support.chats import OWNER, THURSDAY, TUESDAY, World, menu, tapped

YOGA_IN_LECCO = chats.slot("YOGA", THURSDAY, "18:00", activity=Activity("9", "Lecco - Corsi"))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def courses(world: World) -> Message:
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova", "Per quale giorno")
    return await tapped(world.owner, "🔎 Cerca un corso", "Quale corso?")


def listed(page: Message) -> list[str]:
    return page.labels[: page.labels.index("‹ Indietro")]


async def test_a_course_leads_to_its_dates_and_from_each_back_to_it(world: World) -> None:
    await world.read_timetable((*chats.WEEK, YOGA_IN_LECCO))
    page = await courses(world)
    assert listed(page) == [
        "Fit Center · mar", "GAG · gio", "PILATES MATWORK · mar", "YOGA · Giuriati · dom", "YOGA · Lecco · gio",
        "ZUMBA · mar",
    ]  # fmt: skip
    page = await tapped(world.owner, "PILATES MATWORK", "Giuriati - Corsi Platinum")
    assert page.labels[0] == "Mar 24 nov 18:00 · 7 posti"
    await tapped(world.owner, "Mar 24 nov 18:00", "Prenoto subito")
    await tapped(world.owner, "‹ Indietro", "Quando?")
    await tapped(world.owner, "‹ Indietro", "Quale corso?")


async def test_a_favourite_comes_first_in_the_list_until_its_star_is_taken_away(world: World) -> None:
    await courses(world)
    await tapped(world.owner, "ZUMBA", "Quando?")
    await tapped(world.owner, "☆ Tra i preferiti", "in cima all'elenco")
    page = await tapped(world.owner, "‹ Indietro", "Quale corso?")
    assert listed(page)[0] == "⭐ ZUMBA · mar"
    await tapped(world.owner, "⭐ ZUMBA", "Quando?")
    await tapped(world.owner, "⭐ Togli dai preferiti", "non è più tra i preferiti")
    page = await tapped(world.owner, "‹ Indietro", "Quale corso?")
    assert listed(page)[-1] == "ZUMBA · mar"


async def test_a_class_that_the_menu_offers_has_its_star_in_the_course_and_the_course_in_the_list(world: World) -> None:
    await world.db.favourites.star(OWNER, chats.PILATES.ref)
    assert listed(await courses(world))[0] == "⭐ PILATES MATWORK · mar"
    page = await tapped(world.owner, "⭐ PILATES", "Quando?")
    assert page.labels[0] == "⭐ Mar 24 nov 18:00 · 7 posti"
    assert page.labels[1].startswith("⭐ Mar 1 dic 18:00")  # the week after, which the site does not show yet


async def test_the_gym_asks_for_the_day_first_and_shows_its_hours_in_two_columns(world: World) -> None:
    await courses(world)
    await tapped(world.owner, "Fit Center", "Quando?")
    page = await tapped(world.owner, "Mar 24 nov · 12 orari", "Giuriati - Fit Center")
    assert [[one.text for one in row] for row in page.buttons][:2] == [
        ["07:00 · 7 posti", "08:00 · 7 posti"], ["09:00 · 7 posti", "10:00 · 7 posti"]
    ]  # fmt: skip
    hours = [label for label in page.labels if ":00" in label]
    await tapped(world.owner, "18:00", "Prenoto subito")
    assert [
        label for label in (await tapped(world.owner, "‹ Indietro", "Fit Center")).labels if ":00" in label
    ] == hours


async def test_a_row_of_the_timetable_leads_to_its_slot_and_back(world: World) -> None:
    await menu(world.owner)
    await tapped(world.owner, "🗓️ Orari", "Orari dei corsi")
    await tapped(world.owner, "Mar 24", "Martedì 24 novembre")
    page = await tapped(world.owner, "Altri ›", "Pagina 2")
    await tapped(world.owner, "18:00 PILATES", "Prenoto subito")
    assert (await tapped(world.owner, "‹ Indietro", "Pagina 2")).labels == page.labels


def test_every_hour_of_the_gym_is_on_one_page_and_short_enough_for_half_a_phone() -> None:
    when = When(chats.NOON, ZoneInfo("Europe/Rome"))
    views = [
        _view(number, chats.fit_center(TUESDAY, f"{7 + number // 2:02}:{number % 2 * 30:02}")) for number in range(32)
    ]
    shown = shown_of(views, 0)
    assert (shown.pages, len(shown.items)) == (1, 32)
    rows = slot_rows(shown, when, lambda label, view: button(label, Verb.SLOT, view.id))
    assert [len(row) for row in rows] == [2] * 16
    assert max(len(one.label) for row in rows for one in row) <= 16


def _view(number: int, slot: Slot) -> SlotView:
    state = (SlotState.FREE, SlotState.OPENS, SlotState.FULL, SlotState.MINE)[number % 4]
    row = CatalogueSlot(number, slot, chats.NOON)
    return SlotView(row.id, slot, state, chats.NOON, chats.NOON)
