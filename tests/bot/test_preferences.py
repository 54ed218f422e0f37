"""/impostazioni: what is chosen there is obeyed by the chat, the executor and the watches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.telegram import Message
from domain.errors import SlotFull
from domain.model import ActionType, Activity
from domain.preferences import Event, Preferences
from domain.recurrence import PeriodicMode
from domain.requests import NewAction
from periodic_executor import Executor
from tests.support import chats
from tests.support.chats import FRIEND, MINE, OWNER, PILATES, TUESDAY, WEEK, World, menu, queued, tapped


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def settings(world: World, command: str = "/impostazioni") -> Message:
    seen = {message.message_id for message in world.owner.messages}
    await world.owner.send(command)
    return await world.owner.wait_for(lambda one: one.message_id not in seen and "Impostazioni" in one.text)


def silent(world: World, message: Message) -> bool:
    return world.emulator.world.chats[OWNER].messages[message.message_id].silent


@pytest.mark.parametrize("typed", ["null", "5", "true", '{"result": 1}', '["mine"]'])
async def test_silent_events_that_somebody_mistyped_are_none(world: World, typed: str) -> None:
    await world.db.connection.write("INSERT INTO preferences (user_id, silent) VALUES (1, :typed)", {"typed": typed})
    assert await world.db.preferences.all() == {1: Preferences()}


async def test_every_setting_can_be_seen_and_chosen(world: World) -> None:
    page = await settings(world, "/settings")
    assert page.labels == [
        "🌐 Lingua (language)", "🔔 Che cosa suona", "🌙 Ore di silenzio", "⏰ Promemoria",
        "🔄 Modo delle nuove periodiche", "👀 Un posto che si libera", "📍 Sede preferita", "🖼 Immagini",
        "📬 La settimana, il lunedì", "📆 Il tuo calendario", "📲 Le lezioni nel calendario",
        "👥 Persone", "👥 Insieme", "🏠 Menu",
    ]  # fmt: skip
    for now in (
        "Come Telegram", "tutto", "nessuna", "come di solito (3 ore prima)", "⚡ Automatica",
        "finché annullare è gratis", "⬜ chiare", "no",
    ):  # fmt: skip
        assert f": {now}" in page.text
    reminders = await tapped(world.owner, "⏰", "Quanto prima")
    assert [label for label in reminders.labels if "3 ore" in label] == ["✅ come di solito (3 ore prima)"]
    await tapped(world.owner, "Indietro", "Impostazioni")
    for setting, choice in [
        ("🌙", "dalle 23:00 alle 08:00"), ("⏰", "6 ore prima"), ("🔄", "🤝 Prenota, poi chiedi"),
        ("👀", "fino a 4 ore prima della lezione"), ("📍", "Giuriati"),
    ]:  # fmt: skip
        await tapped(world.owner, setting, setting)
        page = await tapped(world.owner, choice, "Impostazioni")
        assert choice in page.text
    prefers = await world.db.preferences.find(OWNER)
    assert (prefers.reminder, prefers.watch_notice) == (timedelta(hours=6), timedelta(hours=4))
    assert (prefers.mode, prefers.place) == (PeriodicMode.HOLD, "Giuriati")
    assert await world.db.preferences.find(FRIEND) == Preferences()


async def test_the_language_changes_at_once_and_the_next_notice_and_card_follow(world: World) -> None:
    await queued(world.owner)
    await settings(world)
    await tapped(world.owner, "🌐 Lingua", "In che lingua ti parlo?")
    page = await tapped(world.owner, "English", "Settings")
    assert "Language: English" in page.text
    await world.book()
    await world.owner.wait_for(lambda message: "Booked!" in message.text)
    await world.owner.wait_for(lambda message: message.text.startswith("✅ Booking no."))
    await tapped(world.owner, "🌐 Language", "Which language")
    await tapped(world.owner, "Italiano", "Impostazioni")
    await world.lose_all()
    await world.owner.wait_for(lambda message: "Questa prenotazione non c'è più sul sito" in message.text)


async def test_what_was_silenced_comes_without_a_sound(world: World) -> None:
    await settings(world)
    page = await tapped(world.owner, "🔔 Che cosa suona", "suonano sempre")
    (off,) = [one.data for row in page.buttons for one in row if one.text == "🔔 Com'è andata una richiesta"]
    assert off
    await world.owner.press(off, page.message_id)
    page = await world.owner.wait_for(lambda message: "🔕 Com'è andata una richiesta" in message.labels)
    await world.owner.press(off, page.message_id)
    assert (await world.db.preferences.find(OWNER)).silent == {Event.RESULT}, "a second tap changes nothing back"
    await world.db.requests.add(NewAction(ActionType.BOOK, OWNER, PILATES.ref))
    await world.fail(SlotFull("full"))
    assert silent(world, await world.owner.wait_for(lambda message: "I posti sono finiti." in message.text))


async def test_in_quiet_hours_a_result_comes_without_a_sound_and_a_question_rings(world: World) -> None:
    await settings(world)
    await tapped(world.owner, "🌙", "senza suono")
    await tapped(world.owner, "dalle 22:00 alle 07:00", "Impostazioni")
    world.clock.now = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    await world.db.requests.add(NewAction(ActionType.BOOK, OWNER, PILATES.ref))
    await world.fail(SlotFull("full"))
    assert silent(world, await world.owner.wait_for(lambda message: "I posti sono finiti." in message.text))
    found = await world.db.series.find(await chats.periodic(world))
    assert found
    starts = datetime(2026, 11, 24, 17, tzinfo=UTC)
    await world.db.confirmations.ask(found, TUESDAY, starts, starts - timedelta(minutes=5))
    assert not silent(world, await world.owner.wait_for(lambda message: "Prenoto anche questa volta?" in message.text))


async def test_the_reminder_comes_when_the_person_wants_it(world: World) -> None:
    await world.hold(MINE)
    await world.hold(MINE, FRIEND)
    await world.db.preferences.set(OWNER, Preferences(reminder=timedelta(hours=6)))
    world.clock.now = datetime(2026, 11, 24, 11, 1, tzinfo=UTC)  # 12:01; the class begins at 18:00
    await Executor(world.db, world.settings, world.clock).step()
    await world.owner.wait_for(lambda message: "Ci vai?" in message.text)
    rows = await world.db.connection.rows("SELECT user_id FROM notices WHERE kind = 'reminder'")
    assert [row["user_id"] for row in rows] == [OWNER]


async def test_a_reminder_a_day_before_is_looked_for_that_far_ahead(world: World) -> None:
    await world.hold(MINE)
    await world.db.preferences.set(OWNER, Preferences(reminder=timedelta(hours=24)))
    world.clock.now = datetime(2026, 11, 23, 17, 1, tzinfo=UTC)
    await Executor(world.db, world.settings, world.clock).step()
    await world.owner.wait_for(lambda message: "Ci vai?" in message.text)


async def test_the_mode_the_person_prefers_is_offered_first(world: World) -> None:
    await world.db.preferences.set(OWNER, Preferences(mode=PeriodicMode.ASK_FIRST))
    await menu(world.owner)
    await tapped(world.owner, "🔄 Prenotazioni Periodiche", "Prenotazioni periodiche")
    await tapped(world.owner, "Nuova periodica", "Che cosa")
    await tapped(world.owner, "Corsi Platinum", "giorno")
    await tapped(world.owner, "Martedì", "ora")
    page = await tapped(world.owner, "PILATES", "Come faccio")
    assert page.labels[0].startswith("🔔 Chiedi prima della lezione")


async def test_a_watch_ends_when_a_place_would_come_too_late_for_the_person(world: World) -> None:
    await world.db.preferences.set(OWNER, Preferences(watch_notice=timedelta(hours=6)))
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(world.owner, "Mar 24 nov", "Che cosa?")
    await tapped(world.owner, "Corsi Platinum", "ZUMBA")
    await tapped(world.owner, "ZUMBA", "era piena")
    await tapped(world.owner, "🔔 Prenota se si libera", "Guardo ogni minuto o due")
    [action] = [each for each in await world.actions() if each.watch]
    assert action.watch_until == datetime(2026, 11, 24, 12, tzinfo=UTC)  # 13:00, six hours before


async def test_the_favourite_place_is_shown_first(world: World) -> None:
    lecco = Activity("1", "Aula - Corsi")
    await world.read_timetable([*WEEK, chats.slot("BOXE", TUESDAY, "20:00", activity=lecco)])
    for place, first in [("", "Aula"), ("Giuriati", "Giuriati")]:
        await world.db.preferences.set(OWNER, Preferences(place=place))
        await menu(world.owner)
        await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
        page = await tapped(world.owner, "Mar 24 nov", "Che cosa?")
        assert page.labels[0].startswith(first)
