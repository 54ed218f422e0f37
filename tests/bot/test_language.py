"""Which language a person is answered in: the one they chose, else their Telegram's, else the configuration's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.flows.services.readers import Readers
from bot.transport.alarm import DiskCheck
from bot.transport.pauses import BotPauses
from demo.telegram import Message
from domain.errors import DatabaseBusy, SlotFull
from domain.model import ActionType, NoticeKind
from domain.requests import NewAction
from languages import Language
from store.connection import Transaction
from store.outbox import add_notice
from tests.support import chats
from tests.support.chats import FRIEND, OWNER, World, queued


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


def telegram_speaks(world: World, code: str | None, user_id: int = OWNER) -> None:
    user = world.emulator.world.chats[user_id].user
    user.pop("language_code", None)
    if code:
        user["language_code"] = code


async def start(world: World, greeting: str) -> Message:
    seen = {message.message_id for message in world.owner.messages}
    await world.owner.send("/start")
    return await world.owner.wait_for(lambda message: greeting in message.text and message.message_id not in seen)


async def kept(world: World) -> str:
    [row] = await world.db.connection.rows(
        "SELECT telegram_language FROM accounts WHERE user_id = :owner", {"owner": OWNER}
    )
    return str(row["telegram_language"])


async def test_telegram_says_which_language_until_the_person_chooses_one(world: World) -> None:
    telegram_speaks(world, "de")
    page = await start(world, "Hi Giulia!")
    assert page.labels[:4] == ["📅 New Booking", "📋 My Bookings", "🔄 Weekly Bookings", "🗓️ Timetable"]
    await world.db.people.choose_language(OWNER, "it")
    page = await start(world, "Ciao Giulia!")
    assert page.labels[:4] == [
        "📅 Nuova Prenotazione", "📋 Le Mie Prenotazioni", "🔄 Prenotazioni Periodiche", "🗓️ Orari Corsi",
    ]  # fmt: skip


@pytest.mark.parametrize(("configured", "greeting"), [("en", "Hi Giulia!"), ("it", "Ciao Giulia!")])
async def test_without_a_word_from_telegram_the_configuration_says_which(
    tmp_path: Path, configured: str, greeting: str
) -> None:
    async with chats.world(tmp_path, language=configured) as world:
        telegram_speaks(world, None)
        await start(world, greeting)


async def test_telegrams_language_is_written_only_when_it_is_another(world: World) -> None:
    written: list[str] = []
    speaks = world.db.people.telegram_speaks

    async def count(user_id: int, code: str) -> None:
        written.append(code)
        await speaks(user_id, code)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.db.people, "telegram_speaks", count)
        for code in ("en", "en", "it", "it", "en"):
            telegram_speaks(world, code)
            await start(world, "Hi" if code == "en" else "Ciao")
            await chats.until(lambda: kept(world), code)
    assert written == ["en", "it", "en"]


async def test_a_notice_is_told_in_the_language_of_the_moment_it_is_sent(world: World) -> None:
    """Also what was put in the outbox before, and also the card it leaves behind."""
    await queued(world.owner)
    await world.db.people.choose_language(OWNER, "en")
    await world.book()
    booked = await world.owner.wait_for(lambda message: "Booked!" in message.text)
    assert booked.labels == ["❌ Cancel", "🏠 Menu"]
    card = await world.owner.wait_for(lambda message: message.text.startswith("✅ Booking no."))
    assert "PILATES MATWORK" in card.text

    await world.db.people.choose_language(OWNER, "it")
    await world.lose_all()
    await world.owner.wait_for(lambda message: "Questa prenotazione non c'è più sul sito" in message.text)


async def test_a_notice_right_after_the_first_message_speaks_as_the_answer_did(world: World) -> None:
    readers = Readers(world.db, Language.ITALIAN)

    answered_in = await readers.language(OWNER, "en-GB")  # which is written down only after the answer

    assert (answered_in, await readers.language(OWNER)) == (Language.ENGLISH, Language.ENGLISH)


async def test_each_reads_their_own_language(world: World) -> None:
    await world.db.people.choose_language(FRIEND, "en")

    def refused(tx: Transaction) -> None:
        tx.run("UPDATE accounts SET rejected = 1")
        for user_id in (OWNER, FRIEND):
            add_notice(tx, user_id, NoticeKind.LOGIN_REJECTED)

    await world.db.connection.transact(refused)
    await world.owner.wait_for(lambda message: "Il sito ha rifiutato il tuo Codice Persona" in message.text)
    await world.friend.wait_for(lambda message: "The site rejected your Codice Persona" in message.text)


async def test_an_apology_comes_in_the_last_language_known(world: World) -> None:
    await world.db.people.choose_language(OWNER, "en")
    page = await start(world, "Hi")

    async def refuse(*_: object) -> None:
        raise DatabaseBusy("locked")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.db.people, "reader", refuse)
        patched.setattr(world.db.rules, "in_force", refuse)
        await world.owner.tap("📅 New Booking", message_id=page.message_id)
        await world.owner.wait_for(lambda message: "I can't get at my records" in message.text)


async def test_a_forged_button_and_a_flood_are_answered_in_english(world: World) -> None:
    await world.db.people.choose_language(OWNER, "en")
    await start(world, "Hi")
    answer = await world.owner.press("nonsense")
    assert answer.text == "I don't know this button any more. Here's the menu."
    taps = [world.owner.start_tap("nonsense") for _ in range(30)]
    answers = await asyncio.gather(*(world.owner.answer_to(tap) for tap in taps[20:21]))
    assert answers[0].text.startswith("Too much at once")


async def test_the_owners_alarm_is_in_the_owners_language(tmp_path: Path) -> None:
    pauses = BotPauses(disk=DiskCheck(free_space=lambda folder: 0))
    async with chats.world(tmp_path, start=False, pauses=pauses) as world:
        await world.db.people.choose_language(OWNER, "en")
        world.start()
        await world.owner.wait_for(lambda message: "The disk is full" in message.text)


async def test_commands_and_descriptions_are_registered_in_both_languages(world: World) -> None:
    await start(world, "Ciao")
    bot = world.emulator.world.bot
    await world.emulator.world.bell.until(lambda: len(bot.short_descriptions) == len(Language), 10)
    shown = {code: dict.fromkeys(each["description"] for each in found) for (_, code), found in bot.commands.items()}
    assert "Il menu" in shown["it"]
    assert "The menu" in shown[""]  # Telegram shows these to all others
    assert bot.descriptions["it"].startswith("Prenoto per te")
    assert bot.descriptions[""].startswith("I book Polimisport classes")


async def test_who_chose_another_language_than_their_telegrams_sees_its_commands(world: World) -> None:
    chat = world.emulator.world.chats[OWNER]

    def shown() -> str:
        commands = world.emulator.world.bot.commands_for(chat)
        return str(commands[0]["description"]) if commands else ""

    await world.emulator.world.bell.until(lambda: shown() == "Il menu", 10)
    await world.db.people.choose_language(OWNER, "en")
    await start(world, "Hi")
    await world.emulator.world.bell.until(lambda: shown() == "The menu", 10)
    await world.db.people.choose_language(OWNER, None)
    await start(world, "Ciao")
    await world.emulator.world.bell.until(lambda: shown() == "Il menu", 10)


async def test_what_piled_up_is_headed_in_the_persons_language(world: World) -> None:
    await world.db.people.choose_language(OWNER, "en")
    await world.stop()
    for _ in range(5):
        await world.db.requests.add(NewAction(ActionType.BOOK, OWNER, chats.PILATES.ref))
        await world.fail(SlotFull("full"))
    await world.db.connection.write("UPDATE notices SET created_at = '2026-11-22T01:00:00.000Z'")
    world.start()
    await world.owner.wait_for(lambda message: "While I couldn't write to you" in message.text)


async def asked(world: World, text: str) -> Message:
    mine = await world.owner.send(text)
    return await world.owner.wait_for(lambda message: message.message_id > mine.message_id)


async def test_who_writes_in_the_other_language_is_offered_it_until_they_have_chosen_one(world: World) -> None:
    telegram_speaks(world, "it")
    await start(world, "Ciao")
    assert (await asked(world, "what is there tomorrow?")).labels[-1] == "🌐 Answer me in English"

    await world.owner.tap("🌐 Answer me in English")

    await world.owner.wait_for(lambda message: "Settings" in message.text)
    assert "🌐 Rispondimi in italiano" not in (await asked(world, "che corsi ci sono domani?")).labels


async def test_names_of_classes_and_what_both_languages_say_tell_no_language(world: World) -> None:
    telegram_speaks(world, "it")
    await start(world, "Ciao")

    assert not [label for label in (await asked(world, "zumba ok weekend")).labels if "🌐" in label]
