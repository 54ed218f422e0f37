"""Lists of places that stand in a chat: read again when they are old, edited when that is done, left alone else."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.flows.router import Router
from bot.flows.services import Services
from bot.screens.callbacks import Call, Verb
from bot.screens.living import Reading, living
from bot.screens.page import Page, button, home_button
from bot.screens.slot_labels import slot_label
from bot.screens.slots import SlotState, SlotView, activity_key
from bot.screens.when import When
from demo.telegram import Message
from domain.errors import SiteUnavailable
from domain.model import ActionType, SlotStatus
from tests.support import chats
from tests.support.chats import NOON, OWNER, PILATES, TUESDAY, World, menu, tapped

WAITS = "questa pagina si aggiorna da sola"
SOLD = [replace(one, places=3) if one is PILATES else one for one in chats.WEEK]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def opened_list(world: World) -> Message:
    """Tuesday's list, opened when its places are five minutes old."""
    world.clock.now += timedelta(minutes=5)
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", WAITS)
    await tapped(world.owner, "Mar 24 nov", WAITS)
    page = await tapped(world.owner, "Corsi Platinum", "PILATES MATWORK, con ROSSI MARIA · 7 posti")
    kept = f"slots:20261124:{activity_key(chats.PLATINUM)}:0"
    await chats.until(lambda: world.db.open_pages.page_of(OWNER, page.message_id), kept)
    return page


async def test_an_open_list_is_read_again_quietly_once_for_all_and_shows_what_was_read(world: World) -> None:
    page = await opened_list(world)
    await menu(world.friend)
    others = await tapped(world.friend, "📅 Nuova Prenotazione", WAITS)
    told = len(world.owner.messages)

    action = await world.claim()
    assert (action.type, action.user_id, action.quiet) == (ActionType.REFRESH, OWNER, True)
    assert not await world.db.claims.due()
    await world.read_again(action, SOLD)

    shown = await world.owner.wait_for(lambda one: one.message_id == page.message_id and "3 posti" in one.text)
    assert WAITS not in shown.text
    await world.friend.wait_for(lambda one: one.message_id == others.message_id and WAITS not in one.text)
    assert len(world.owner.messages) == told


async def test_who_went_on_meanwhile_is_not_called_back(world: World) -> None:
    page = await opened_list(world)
    await tapped(world.owner, "🏠 Menu", "Ciao")
    await world.read_again(await world.claim(), SOLD)

    await chats.until(lambda: world.db.connection.rows("SELECT 1 FROM notices WHERE sent_at IS NULL"), [])
    assert all("3 posti" not in one.text for one in world.owner.messages if one.message_id == page.message_id)


async def test_what_is_shown_is_noted_beside_and_in_order_while_a_shell_holds_the_lock(world: World) -> None:
    world.clock.now += timedelta(minutes=5)
    await menu(world.owner)
    shell = sqlite3.connect(world.settings.local_path, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    page = await tapped(world.owner, "📅 Nuova Prenotazione", WAITS)  # each would wait for the shell, if it waited
    await tapped(world.owner, "Mar 24 nov", WAITS)
    await tapped(world.owner, "Corsi Platinum", "7 posti")
    shell.execute("COMMIT")
    shell.close()
    await world.stop()

    kept = f"slots:20261124:{activity_key(chats.PLATINUM)}:0"
    assert await world.db.open_pages.page_of(OWNER, page.message_id) == kept
    assert (await world.claim()).type is ActionType.REFRESH


async def test_who_went_on_while_nothing_could_be_noted_is_not_called_back(tmp_path: Path) -> None:
    async with chats.world(tmp_path, start=False) as world:
        await world.db.open_pages.keep(OWNER, 7, Call(Verb.NEW).data, waits=False)
        services = Services(world.db, world.settings, world.clock)
        living_pages = Router(services).living
        assert await living_pages.anew(OWNER, 7) is not None
        living_pages.shown(OWNER, 7, None)
        assert await living_pages.anew(OWNER, 7) is None
        await services.beside.finish(5)
        assert await world.db.open_pages.page_of(OWNER, 7) is None


async def test_a_page_left_for_long_stays_as_it_is_and_says_when_it_was_read(world: World) -> None:
    page = await opened_list(world)
    world.clock.now += timedelta(hours=3)
    await world.read_again(await world.claim(), SOLD)

    assert await world.db.connection.rows("SELECT 1 FROM notices WHERE kind = 'page'") == []
    assert await world.db.open_pages.page_of(OWNER, page.message_id) is None


async def test_a_reading_that_failed_takes_its_promise_back(world: World) -> None:
    page = await opened_list(world)
    await world.fail(SiteUnavailable("down"))

    shown = await world.owner.wait_for(lambda one: one.message_id == page.message_id and WAITS not in one.text)
    assert "7 posti" in shown.text


async def test_the_button_has_a_young_list_read_again(world: World) -> None:
    world.clock.now += timedelta(minutes=1)
    await menu(world.owner)
    page = await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    assert not await world.db.claims.due()

    again = await tapped(world.owner, "🔄", WAITS)

    assert again.message_id == page.message_id
    await chats.until(world.db.claims.due, True)  # it is queued beside the answer
    await world.read_again(await world.claim())
    read = "✅ Letti dal sito alle 12:01"
    await world.owner.wait_for(lambda one: one.message_id == page.message_id and read in one.text)


async def test_a_reading_that_ends_before_its_page_is_shown_edits_it_all_the_same(world: World) -> None:
    await world.stop()
    await world.db.open_pages.keep(OWNER, 7, Call(Verb.NEW).data, waits=True)

    rows = await world.db.connection.rows("SELECT kind, message_id FROM notices")
    assert [tuple(row) for row in rows] == [("page", 7)]


async def test_pages_that_wait_are_told_once_however_many_readings_end(world: World) -> None:
    await world.stop()
    await asyncio.gather(*(world.db.open_pages.keep(OWNER, each, Call(Verb.NEW).data, waits=False) for each in (7, 8)))
    for _ in range(3):
        world.clock.now += timedelta(seconds=31)
        await world.read_timetable()

    rows = await world.db.connection.rows("SELECT message_id FROM notices WHERE kind = 'page' ORDER BY message_id")
    assert [row["message_id"] for row in rows] == [7, 8]


async def test_the_timetable_of_today_has_only_what_is_still_to_come_and_says_what_is_full(world: World) -> None:
    await menu(world.owner)
    await tapped(world.owner, "🗓️ Orari Corsi", "Orari dei corsi")
    page = await tapped(world.owner, "Oggi", "19:00–19:55")
    assert "09:00" not in page.text  # it is noon
    await tapped(world.owner, "Indietro", "Orari dei corsi")
    await tapped(world.owner, "Mar 24", "Martedì 24 novembre")
    page = await tapped(world.owner, "Giuriati - Corsi Platinum", "Giuriati - Corsi Platinum")
    assert "19:00 ZUMBA · piena" in page.labels
    assert "0 posti" not in page.text + " ".join(page.labels)


async def test_who_asks_for_places_is_shown_what_has_some_and_told_of_the_rest(world: World) -> None:
    await world.owner.send("che posti ci sono martedì dalle 17?")
    page = await world.owner.wait_for(lambda one: "Un'altra è piena." in one.text)
    assert [label for label in page.labels if ":00" in label] == [
        "Mar 24 17:00 Fit Center · 7 posti", "Mar 24 18:00 PILATES MATW… · 7 posti",
        "Mar 24 18:00 Fit Center · 7 posti",
    ]  # fmt: skip

    await world.read_timetable([replace(one, places=0, status=SlotStatus.DISABLED) for one in chats.WEEK])
    await world.owner.send("che posti ci sono martedì dalle 17?")
    page = await world.owner.wait_for(lambda one: "È tutto pieno." in one.text)
    assert "Mar 24 19:00 ZUMBA · piena" in page.labels


async def test_the_ticket_of_a_place_that_is_held_has_the_buttons_to_give_it_back(world: World) -> None:
    await chats.queued(world.owner)
    action = await world.book()
    await world.owner.wait_for(lambda one: "Prenotata!" in one.text)
    await world.owner.send(f"/status {action.id}")
    page = await world.owner.wait_for(lambda one: "🧾 Richieste" in one.labels and "PILATES" in one.text)
    assert {"❌ Annulla", "🔁 Scambia", "🗓 Calendario"} <= set(page.labels)
    assert page.labels[0] != "❌ Annulla"
    await world.owner.tap("❌ Annulla", message_id=page.message_id)
    await world.owner.wait_for(lambda one: "Annullo davvero?" in one.text)


async def test_a_list_that_words_led_to_says_its_age_and_has_its_places_read_again(world: World) -> None:
    world.clock.now += timedelta(minutes=11)
    await menu(world.owner)
    seen = {message.message_id for message in world.owner.messages}
    await world.owner.send("fit center martedì")
    page = await world.owner.wait_for(lambda message: "Quale" in message.text and message.message_id not in seen)
    assert "🕙 Posti letti dal sito" in page.text
    await chats.until(lambda: world.db.claims.due(), True)
    assert (await world.claim()).type is ActionType.REFRESH


def test_a_label_is_whole_on_a_narrow_phone_and_its_name_gives_way() -> None:
    when = When(NOON, ZoneInfo("Europe/Rome"))
    opens = NOON + timedelta(days=7)
    course = replace(PILATES, course="FUNCTIONAL TRAINING AVANZATO")
    closed = SlotView(1, course, SlotState.OPENS, opens, NOON)
    assert slot_label(closed, when) == "18:00 FUNCTIONAL TRAI… · apre dom 29"
    assert slot_label(closed, when, "Mar 24") == "Mar 24 18:00 FUNCTIONA… · apre dom 29"
    assert slot_label(replace(closed, slot=PILATES, state=SlotState.FREE), when) == "18:00 PILATES MATWORK · 7 posti"


def test_a_list_says_its_age_only_when_it_is_older_than_ten_minutes() -> None:
    page = Page("Lista", ((button("Mar 24", Verb.DAY, TUESDAY),), (home_button(),)))
    when = When(NOON, ZoneInfo("Europe/Rome"))

    def shown(age: timedelta) -> Page:
        return living(page, Call(Verb.DAY, (20261124,)), Reading(NOON - age), when)

    assert shown(timedelta(minutes=10)).text == "Lista"
    assert "Posti letti dal sito oggi alle 11:49" in shown(timedelta(minutes=11)).text
    assert [[one.label for one in row] for row in shown(timedelta()).rows] == [["Mar 24"], ["🔄", "🏠 Menu"]]
    assert shown(timedelta()).rows[-1][0].data == "!day:20261124"


def test_a_reading_of_the_minute_that_runs_is_promised_as_now_and_a_later_one_for_when_it_is_over() -> None:
    when = When(NOON, ZoneInfo("Europe/Rome"))

    def promised(seconds: int) -> str:
        begins = NOON + timedelta(seconds=seconds)
        return living(Page("x"), Call(Verb.DAY, (20261124,)), Reading(NOON, begins), when).text

    assert "Rileggo i posti adesso" in promised(-20)
    assert "Rileggo i posti adesso" in promised(50)
    assert "Rileggo i posti alle 12:03" in promised(170)
