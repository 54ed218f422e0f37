"""Tickets, strangers, forged buttons, locks and everything else that is odd, in the chat."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from datetime import time
from functools import partial
from pathlib import Path

import pytest

from bot.screens.apologies import TAKING_LONG, TOO_MANY
from bot.screens.callbacks import Verb
from bot.screens.page import button, safe
from bot.transport.pauses import BOT_PAUSES
from demo.telegram import Message
from demo.telegram.world import CallbackQuery
from domain.model import ActionStatus, ActionType, Booking, NoticeKind
from domain.requests import NewAction
from runtime.version import FULL_NAME
from store.connection import Transaction
from store.outbox import add_notice
from tests.support import chats
from tests.support.chats import (
    FRIEND,
    OWNER,
    STRANGER,
    THURSDAY,
    TUESDAY,
    World,
    menu,
    pilates,
    question,
    queued,
    tapped,
)

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


def _is_younger(than: int, message: Message) -> bool:
    return message.message_id > than


# Tickets


async def test_status_lists_the_latest_actions_page_by_page(world: World) -> None:
    for hour in range(20):
        wish = chats.fit_center(TUESDAY, f"{hour:02d}:00").ref
        await world.db.requests.add(NewAction(ActionType.BOOK, OWNER, wish))
    await world.owner.send("/status")
    first = await world.owner.next_message()
    seen = [label for label in first.labels if "n. " in label]

    while "Più vecchie ›" in world.owner.last.labels:
        page = await tapped(world.owner, "Più vecchie", "ultime richieste")
        seen += [label for label in page.labels if "n. " in label]

    assert len(seen) == len(set(seen)) == 20


@pytest.mark.parametrize("words", ["{}", "#{}", "n. {}"])
async def test_status_of_a_ticket_shows_it(world: World, words: str) -> None:
    await queued(world.owner)
    (action,) = await world.actions()

    await world.owner.send("/status " + words.format(action.id))

    page = await world.owner.wait_for(lambda message: "Aggiorna" in str(message.labels))
    assert f"Prenotazione n. {action.id}" in page.text


NO_TICKETS = {
    "dodici": "«dodici» non è un numero di richiesta",
    "<b>&": "«<b>&» non è un numero di richiesta",
    "-1": "«-1» non è un numero",
    "9" * 30: "non è un numero",
    "٣": "non è un numero",
    "99999": "Tra le tue richieste non c'è la n. 99999",
}


async def test_status_of_what_is_no_ticket_is_one_clear_sentence(world: World) -> None:
    for words, sentence in NO_TICKETS.items():
        await world.owner.send(f"/status {words}")
        assert sentence in (await world.owner.next_message()).text


async def test_somebody_elses_ticket_booking_and_question_stay_theirs(world: World) -> None:
    action = await world.db.requests.add(NewAction(ActionType.BOOK, OWNER, chats.fit_center(THURSDAY, "07:00").ref))
    await world.hold(Booking("YOGA", "Giuriati", THURSDAY, time(18), 55))
    await question(world)
    await menu(world.friend)

    await world.friend.send(f"/status {action.id}")
    await world.friend.wait_for(lambda message: f"non c'è la n. {action.id}" in message.text)
    for data, sentence in (
        (f"ticket:{action.id}", "non la trovo tra le tue"),
        (f"withdraw:{action.id}", "non la trovo tra le tue"),
        (f"again:{action.id}", "non la trovo tra le tue"),
        ("held:1", "non la trovo tra le tue"),
        ("file:1", "non la trovo tra le tue"),
        ("cancel:1:0", "non la trovo tra le tue"),
        ("pause:1", "non la trovo tra le tue"),
        ("confirm:1", "non la trovo più tra le tue"),
        ("skip:1", "non la trovo più tra le tue"),
    ):
        newest = world.friend.last.message_id
        await world.friend.press("+" + data)
        fresh = await world.friend.wait_for(partial(_is_younger, newest))
        assert sentence in fresh.text

    assert await world.actions(FRIEND) == []
    assert (await world.actions())[-1].status is ActionStatus.PENDING
    assert all(one.active for one in await world.db.series.of(OWNER))


# What is odd


FORGED = [" ", "x" * 64, "x" * 200, "book", "book:1", "book:a:b", "day:20261399", "slot:99999999999999999999", "🙂"]


async def test_a_forged_callback_gets_one_alert_and_the_menu(world: World) -> None:
    await menu(world.owner)
    for data in FORGED:
        newest = world.owner.last.message_id
        answer = await world.owner.press(data)
        assert answer.show_alert
        assert answer.text
        fresh = await world.owner.wait_for(partial(_is_younger, newest))
        assert "Che cosa facciamo?" in fresh.text

    assert await world.actions() == []


async def test_a_well_formed_tap_about_nothing_is_answered_and_leads_on(world: World) -> None:
    await menu(world.owner)
    for data in ("slot:999", "book:999:0", "day:19990101", "slots:20261124:7:9", "mine:999"):
        newest = world.owner.last.message_id
        await world.owner.press("+" + data)
        assert "🏠 Menu" in (await world.owner.wait_for(partial(_is_younger, newest))).labels


async def test_stickers_pictures_and_files_get_one_sentence_and_an_edited_text_is_read_again(world: World) -> None:
    mine = await world.owner.send("ciao, mi prenoti yoga?")
    assert "YOGA" in (await world.owner.next_message()).text
    await world.owner.media.sticker()
    assert "So leggere solo messaggi scritti" in (await world.owner.next_message()).text
    await world.owner.media.photo(PNG, caption="/start")
    await world.owner.media.document("a.pdf", b"%PDF")
    await world.owner.edit(mine.message_id, "mi prenoti zumba?")
    assert "ZUMBA" in (await world.owner.next_message()).text


async def test_a_stranger_gets_no_answer_whatever_they_send(world: World) -> None:
    stranger = world.emulator.person(STRANGER, "Eve")
    await stranger.send("/start")
    await stranger.send("/status 1")
    await stranger.media.sticker()
    tap = {"id": "1", "from": {"id": STRANGER, "is_bot": False, "first_name": "Eve"}, "chat_instance": "1"}
    await stranger.send_raw({"callback_query": tap | {"data": "home"}})
    group = {"id": -5, "type": "group", "title": "g"}
    owner = {"id": OWNER, "is_bot": False, "first_name": "Giulia"}
    await stranger.send_raw({"message": {"message_id": 1, "date": 1, "chat": group, "from": owner, "text": "/start"}})
    channel = {"id": -6, "type": "channel", "title": "c"}
    await stranger.send_raw({"channel_post": {"message_id": 1, "date": 1, "chat": channel, "text": "/start"}})
    nobody = {"message_id": 9, "date": 1, "chat": {"id": OWNER, "type": "private"}, "text": "/start"}
    await stranger.send_raw({"message": nobody})
    before = len(world.emulator.calls)

    await menu(world.owner)

    sent = [call for call in world.emulator.calls[before:] if call.method.startswith(("send", "edit", "answer"))]
    assert [call.method for call in sent] == ["sendMessage"]
    assert not [call for call in world.emulator.calls if str(STRANGER) in str(call.params)]


async def test_a_tap_on_a_message_without_text_opens_a_new_one(world: World) -> None:
    await queued(world.owner)
    await world.book()
    result = await world.owner.wait_for(lambda message: message.document is not None)

    page = await tapped(world.owner, "❌ Annulla", "Annullo davvero?")

    assert page.message_id > result.message_id


async def test_a_database_that_fails_gets_one_sentence_and_the_button_stays(world: World) -> None:
    page = await menu(world.owner)
    await world.db.connection.write("ALTER TABLE booking_actions RENAME TO hidden")

    await world.owner.tap("📋 Le Mie Prenotazioni", message_id=page.message_id)
    sorry = await world.owner.wait_for(lambda message: "Non è andato perso niente" in message.text)
    await world.db.connection.write("ALTER TABLE hidden RENAME TO booking_actions")

    assert sorry.message_id != page.message_id
    await world.owner.tap("📋 Le Mie Prenotazioni", message_id=page.message_id)
    await world.owner.wait_for(lambda message: "Le tue prenotazioni" in message.text)


async def test_a_tap_waits_for_a_locked_database_and_says_so(world: World) -> None:
    page = await pilates(world.owner)
    world.tap_within = 0.2  # only now: each tap on the way there may take a busy machine longer
    await world.restart(BOT_PAUSES)
    shell = sqlite3.connect(world.settings.local_path, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")

    answer = await world.owner.tap("Conferma Prenotazione", message_id=page.message_id)
    shell.execute("COMMIT")
    shell.close()

    assert "Un attimo" in (answer.text or "")
    await world.owner.wait_for(lambda message: "In coda" in message.text)


async def test_a_restart_loses_nothing(world: World) -> None:
    await pilates(world.owner)
    await world.stop()
    tap = world.owner.start_tap("book:3:1")
    world.start()

    await world.owner.answer_to(tap)

    await world.owner.wait_for(lambda message: "In coda" in message.text or "non c'è più" in message.text)


async def test_a_notice_about_nothing_is_given_up_and_the_next_is_told(world: World) -> None:
    def steps(tx: Transaction) -> None:
        tx.run("UPDATE accounts SET rejected = 1")
        add_notice(tx, OWNER, NoticeKind.RESULT)
        add_notice(tx, OWNER, NoticeKind.LOGIN_REJECTED)

    await world.db.connection.transact(steps)

    await world.owner.wait_for(lambda message: "Codice Persona" in message.text)

    row = await world.db.connection.row("SELECT error FROM notices ORDER BY id LIMIT 1")
    assert row
    assert "there is no action" in row["error"]


async def test_updates_that_can_not_be_read_are_one_line_without_words_and_the_next_is_answered(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await menu(world.owner)
    await world.stop()
    for strange in ({"message": {"text": "un segreto di Giulia"}}, {"callback_query": 7}, {"message": [1]}):
        await world.owner.send_raw(strange)
    await world.owner.send("/start")
    newest = world.owner.last.message_id
    world.start()
    await world.owner.wait_for(partial(_is_younger, newest))

    said = [record for record in caplog.records if record.name.startswith(("bot", "telegram"))]
    lines = [record for record in said if record.levelname in ("WARNING", "ERROR", "CRITICAL")]
    assert ["3 of 4 updates can't be read" in record.getMessage() for record in lines] == [True]
    assert not any("Giulia" in record.getMessage() or record.exc_info for record in lines)


async def test_of_a_flood_of_taps_twenty_are_kept_and_one_sentence_tells_of_the_rest(world: World) -> None:
    page = await menu(world.owner)
    await world.stop()
    taps = [world.owner.start_tap("mine:0", page.message_id) for _ in range(30)]
    stranger = world.emulator.person(STRANGER, "Eve")
    for _ in range(30):
        await stranger.send("/start")
    world.start()
    await menu(world.friend)
    await chats.until(lambda: _answered(taps), 21)

    slow = str(TAKING_LONG)  # on a busy machine
    told = [tap.answer.text for tap in taps if tap.answer and tap.answer.text not in (None, "", slow)]
    assert told == [str(TOO_MANY)]
    await menu(world.owner)
    assert not [call for call in world.emulator.calls if str(STRANGER) in str(call.params)]


async def _answered(taps: list[CallbackQuery]) -> int:
    return sum(tap.answer is not None for tap in taps)


def test_nothing_from_outside_turns_a_line_around_or_breaks_it() -> None:
    odd = "YO\u202eGA\u2066 \u200f<b>\x00\x1b[31m\nPILATES\u200b\u2028"
    assert safe(odd) == "YOGA &lt;b&gt;[31m PILATES"
    assert button(odd, Verb.HOME).label == "YOGA <b>[31m PILATES"


async def test_help_tells_the_version(world: World) -> None:
    await world.owner.send("/help")
    await world.owner.wait_for(lambda message: "Comandi" in message.text and message.text.endswith(FULL_NAME))
