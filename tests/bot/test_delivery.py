"""The outbox and the polling when Telegram misbehaves: nothing is lost, nobody waits for others, it ends cleanly."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.transport import application, delivery
from bot.transport.chat import Retries
from bot.transport.pauses import BotPauses
from demo.telegram import TelegramEmulator
from domain.delivered import Told
from domain.errors import SlotFull
from domain.model import ActionType, Notice, NoticeKind
from domain.requests import NewAction
from runtime.changes import Pace
from store.connection import Transaction
from store.outbox import Outbox, add_notice
from tests.support import chats, outcomes
from tests.support.chats import FRIEND, OTP, OWNER, TUESDAY, World, menu, queued
from tests.support.running import PATIENCE, STOP_SECONDS

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def tell(world: World, user_id: int = OWNER) -> None:
    def steps(tx: Transaction) -> None:
        tx.run("UPDATE accounts SET rejected = 1 WHERE user_id = :user_id", {"user_id": user_id})
        add_notice(tx, user_id, NoticeKind.LOGIN_REJECTED)

    await world.db.connection.transact(steps)


async def settled(world: World) -> list[str | None]:
    """Waits until the outbox is empty; the errors of what it held."""
    await chats.until(world.db.outbox.next_of_each, [])
    rows = await world.db.connection.rows("SELECT error FROM notices ORDER BY id")
    return [row["error"] for row in rows]


def rings(world: World) -> int:
    return sum("Codice Persona" in message.text for message in world.owner.messages)


async def test_a_flood_wait_is_honoured_and_the_notice_arrives(world: World) -> None:
    world.emulator.faults.next("sendMessage", status=429, retry_after=1)
    began = time.monotonic()

    await tell(world)

    assert await settled(world) == [None]
    assert time.monotonic() - began >= 1
    assert rings(world) == 1


async def test_what_is_told_while_the_outbox_is_read_is_not_told_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another look reads the first notice as untold; its delivery ends before that look goes on."""
    first_look, read_again, marked = asyncio.Event(), asyncio.Event(), asyncio.Event()
    read, mark = Outbox.next_of_each, Outbox.sent

    async def next_of_each(self: Outbox, aside: Collection[int] = ()) -> list[Notice]:
        due = await read(self, aside)
        if due and first_look.is_set() and not read_again.is_set():
            read_again.set()
            await marked.wait()
            await asyncio.sleep(0)  # the delivery's own end is called back first
        elif due:
            first_look.set()
        return due

    async def sent(self: Outbox, notice: Notice, told: Told) -> None:
        await read_again.wait()
        await mark(self, notice, told)
        asyncio.get_running_loop().call_later(0.05, marked.set)

    await menu(world.friend)
    monkeypatch.setattr(Outbox, "next_of_each", next_of_each)
    monkeypatch.setattr(Outbox, "sent", sent)
    await tell(world, OWNER)
    await first_look.wait()
    await tell(world, FRIEND)

    await world.friend.wait_for(lambda message: "Codice Persona" in message.text)
    await settled(world)
    assert rings(world) == 1


async def test_one_chats_flood_wait_holds_up_no_other_chat(world: World) -> None:
    await menu(world.friend)
    world.emulator.faults.next("sendMessage", status=429, retry_after=30)
    calls = len(world.emulator.calls)
    await tell(world, OWNER)
    await world.emulator.wait_for_call("sendMessage", after=calls)

    await tell(world, FRIEND)

    await world.friend.wait_for(lambda message: "Codice Persona" in message.text)


@pytest.mark.parametrize("fault", [{"status": 502}, {"drop": "before"}, {"status": 401}])
async def test_a_notice_that_did_not_get_through_is_sent_again(world: World, fault: dict[str, Any]) -> None:
    world.emulator.faults.next("sendMessage", **fault)

    await tell(world)

    assert await settled(world) == [None]
    assert rings(world) == 1


async def test_a_lost_answer_rings_at_least_once(world: World) -> None:
    world.emulator.faults.next("sendMessage", drop="after")

    await tell(world)

    assert await settled(world) == [None]
    assert rings(world) >= 1


async def test_notices_of_a_chat_arrive_in_order_after_an_outage(world: World) -> None:
    await menu(world.owner)
    world.emulator.faults.down = True
    for course in ("UNO", "DUE", "TRE"):
        wish = chats.slot(course, TUESDAY, "10:00").ref
        await world.db.requests.add(NewAction(ActionType.BOOK, OWNER, wish))
        await world.fail(SlotFull("no"))
    world.emulator.faults.clear()

    assert await settled(world) == [None, None, None]

    told = [message.text for message in world.owner.messages if "non riuscita" in message.text]
    assert [next(word for word in ("UNO", "DUE", "TRE") if word in text) for text in told] == ["UNO", "DUE", "TRE"]


async def failed_once(world: World, user_id: int) -> None:
    """Waits until a notice for that person was tried in vain."""

    async def tries() -> bool:
        rows = await world.db.connection.rows("SELECT attempts FROM notices WHERE user_id = :u", {"u": user_id})
        return any(row["attempts"] for row in rows)

    await chats.until(tries, True)


async def test_who_blocked_the_bot_is_told_when_they_come_back_and_others_meanwhile(world: World) -> None:
    await menu(world.friend)
    world.friend.block()
    await tell(world, FRIEND)
    await failed_once(world, FRIEND)
    await tell(world, OWNER)
    await world.owner.wait_for(lambda message: "Codice Persona" in message.text)

    world.friend.unblock()

    await world.friend.wait_for(lambda message: "Codice Persona" in message.text)
    assert await settled(world) == [None, None]
    assert not any("amico" in message.text for message in world.owner.messages)


async def test_of_a_friend_who_never_opened_the_chat_the_owner_hears_once_and_what_waits_is_told_later(
    world: World,
) -> None:
    refusal = "Forbidden: bot can't initiate conversation with a user"
    world.emulator.faults.next("sendMessage", status=403, description=refusal)
    await tell(world, FRIEND)
    page = await world.owner.wait_for(lambda message: "Non posso scrivere a un tuo amico" in message.text)
    assert f"id Telegram {FRIEND}" in page.text
    await world.stop()
    world.emulator.faults.next("sendMessage", status=403, description=refusal)
    world.start()
    await chats.until(lambda: attempts(world, FRIEND), 2)

    await world.friend.send("/start")

    await world.friend.wait_for(lambda message: "Codice Persona" in message.text)
    assert await settled(world) == [None, None]
    assert sum("tuo amico" in message.text for message in world.owner.messages) == 1
    assert not await world.db.people.is_unreachable(FRIEND)


async def attempts(world: World, user_id: int) -> int:
    rows = await world.db.connection.rows("SELECT sum(attempts) FROM notices WHERE user_id = :u", {"u": user_id})
    return rows[0][0] or 0


async def fail_some(world: World, *courses: str) -> None:
    for course in courses:
        await world.db.requests.add(NewAction(ActionType.BOOK, OWNER, chats.slot(course, TUESDAY, "10:00").ref))
        await world.fail(SlotFull("no"))


async def test_what_piled_up_for_hours_is_one_message_in_order_and_what_asks_something_comes_by_itself(
    world: World,
) -> None:
    await menu(world.owner)
    await world.stop()
    await fail_some(world, "UNO", "DUE", "TRE", "QUATTRO")
    await tell(world)
    await world.db.connection.write("UPDATE notices SET created_at = '2026-11-22T09:00:00.000Z'")
    await fail_some(world, "CINQUE")
    newest = world.owner.last.message_id
    world.start()
    await settled(world)

    fresh = [message for message in world.owner.messages if message.message_id > newest]
    together, *others = fresh
    assert "Mentre non riuscivo a scriverti" in together.text
    places = [together.text.index(course) for course in ("UNO", "DUE", "TRE", "QUATTRO")]
    assert places == sorted(places)
    assert [("Codice Persona" in other.text, "CINQUE" in other.text) for other in others] == [
        (True, False),
        (False, True),
    ]
    assert len(await settled(world)) == 6


async def test_a_result_does_not_wait_for_an_edit_that_hangs_and_the_card_follows(world: World) -> None:
    card = await queued(world.owner)
    world.emulator.faults.next("editMessageText", delay=60)
    action, calls = await world.claim(), len(world.emulator.calls)
    await world.db.settlement.settle(action, outcomes.postponed(chats.NOON, chats.NOON))
    await world.emulator.wait_for_call("editMessageText", after=calls)
    await world.book()

    await world.owner.wait_for(lambda message: "Prenotata!" in message.text, timeout=application.ANSWER_SECONDS - 1)
    assert await settled(world) == [None, None, None]
    assert "✅ Prenotazione" in next(each for each in world.owner.messages if each.message_id == card.message_id).text


async def test_a_result_is_told_because_it_was_written_not_because_somebody_looked(world: World) -> None:
    await world.restart(BotPauses(delivery=delivery.Pauses(pace=Pace(look=10 * PATIENCE, anyway=10 * PATIENCE))))
    await queued(world.owner)
    await world.book()

    await world.owner.wait_for(lambda message: "Prenotata!" in message.text)


async def test_a_result_does_not_wait_for_a_tap_whose_screen_hangs(world: World) -> None:
    await world.restart(BotPauses(delivery=delivery.Pauses(order=0.1)))
    await queued(world.owner)
    page = await menu(world.owner)
    world.emulator.faults.next("editMessageText", delay=60)
    await world.owner.tap("📋 Le Mie Prenotazioni", message_id=page.message_id)
    await world.book()

    await world.owner.wait_for(lambda message: "Prenotata!" in message.text, timeout=application.ANSWER_SECONDS - 1)


async def test_a_card_is_edited_once_however_often_its_message_is_refused(world: World) -> None:
    await queued(world.owner)
    await world.restart(BotPauses(delivery=delivery.Pauses(first=0.01)))
    world.emulator.faults.next("sendDocument", status=500, times=5)
    await world.book()
    assert await settled(world) == [None, None]
    edits = [call for call in world.emulator.calls if call.method == "editMessageText" and "Prenotazione" in str(call)]
    assert sum("✅ Prenotazione" in str(call.params) for call in edits) == 1


@pytest.mark.parametrize(
    "fault", [{"status": 429, "retry_after": 1}, {"status": 500, "times": 2}, {"drop": "before"}, {"drop": "after"}]
)
async def test_a_command_whose_answer_is_refused_is_answered_all_the_same(world: World, fault: dict[str, Any]) -> None:
    await world.restart(BotPauses(retries=Retries((0.05,) * 4)))
    world.emulator.faults.next("sendMessage", **fault)
    await world.owner.send("/start")
    await world.owner.send("/help")

    await world.owner.wait_for(lambda message: "Comandi" in message.text)
    said = ["Ciao" in message.text for message in world.owner.messages if message.from_bot]
    assert said == [True, *([True] if fault == {"drop": "after"} else []), False]


async def test_of_an_answer_that_is_lost_each_time_two_copies_go_out_and_no_more(
    world: World,
) -> None:
    await world.restart(BotPauses(retries=Retries((0.01,) * 4)))
    world.emulator.faults.next("sendMessage", drop="after", times=2)
    await menu(world.owner)
    await world.owner.send("/help")
    await world.owner.wait_for(lambda message: "Comandi" in message.text)
    assert sum("Ciao" in message.text for message in world.owner.messages) == 2


async def test_a_calendar_file_that_is_refused_leaves_the_words(world: World) -> None:
    await queued(world.owner)
    world.emulator.faults.next("sendDocument", status=404, description="Not Found: method not found")
    await world.book()

    result = await world.owner.wait_for(lambda message: "Prenotata!" in message.text)

    assert result.document is None
    assert "❌ Annulla" in result.labels


async def test_a_card_that_is_gone_does_not_keep_the_result_back(world: World) -> None:
    await queued(world.owner)
    await world.db.connection.write("UPDATE booking_actions SET card_message_id = 9999")
    await world.book()

    await world.owner.wait_for(lambda message: "Prenotata!" in message.text)


async def test_progress_edits_the_card_and_rings_nobody(world: World) -> None:
    card = await queued(world.owner)
    action = await world.claim()
    await world.db.settlement.settle(
        action, outcomes.postponed(chats.NOON.replace(hour=23), chats.NOON.replace(hour=23))
    )

    page = await world.owner.wait_for(lambda message: "In attesa dell'apertura" in message.text)

    assert page.message_id == card.message_id
    assert page.labels == ["➕ Alternativa", "↩️ Ritira", "🏠 Menu"]
    assert len(world.owner.messages) == 2


async def test_progress_without_a_card_says_nothing(world: World) -> None:
    await menu(world.owner)
    await world.db.requests.add(NewAction(ActionType.BOOK, OWNER, chats.PILATES.ref))
    action = await world.claim()
    await world.db.settlement.settle(
        action, outcomes.postponed(chats.NOON.replace(hour=23), chats.NOON.replace(hour=23))
    )

    assert await settled(world) == [None]
    assert len(world.owner.messages) == 2


async def test_a_tap_received_before_a_restart_is_handled_after_it(world: World) -> None:
    await menu(world.owner)
    await world.stop()
    tap = world.owner.start_tap("mine:0")
    world.start()

    await world.owner.answer_to(tap)

    await world.owner.wait_for(lambda message: "Le tue prenotazioni" in message.text)


async def test_an_edit_that_is_lost_is_tried_once_more(world: World) -> None:
    await menu(world.owner)
    world.emulator.faults.next("editMessageText", drop="before")

    await chats.tapped(world.owner, "📋 Le Mie Prenotazioni", "Le tue prenotazioni")


async def test_a_message_that_can_no_longer_be_edited_is_followed_by_a_new_one(world: World) -> None:
    page = await menu(world.owner)
    world.emulator.faults.next("editMessageText", status=400, description="Bad Request: message can't be edited")

    fresh = await chats.tapped(world.owner, "📋 Le Mie Prenotazioni", "Le tue prenotazioni")

    assert fresh.message_id > page.message_id


async def test_the_same_screen_again_is_no_error(world: World) -> None:
    await menu(world.owner)
    await chats.tapped(world.owner, "📋 Le Mie Prenotazioni", "Le tue prenotazioni")

    await world.owner.press("mine:0")

    assert len(world.owner.messages) == 2


async def test_an_outage_of_telegram_is_survived(world: World) -> None:
    await menu(world.owner)
    world.emulator.faults.down = True
    await world.owner.send("/help")
    world.emulator.faults.clear()

    await world.owner.wait_for(lambda message: "Comandi" in message.text)


@pytest.mark.parametrize(
    ("status", "description"),
    [(409, "Conflict: terminated by other getUpdates request"), (502, None), (404, "Not Found")],
)
async def test_a_reading_that_fails_is_tried_again(world: World, status: int, description: str | None) -> None:
    await menu(world.owner)
    world.emulator.faults.next("getUpdates", status=status, description=description)
    await menu(world.owner)

    await menu(world.owner)


async def test_methods_that_do_not_exist_are_done_without(tmp_path: Path) -> None:
    async with chats.world(tmp_path, start=False) as world:
        for method in ("setMyCommands", "deleteWebhook"):
            world.emulator.faults.next(method, status=404, description="Not Found: method not found")
        world.start()

        await menu(world.owner)


def test_pauses_double_up_to_a_minute() -> None:
    assert [delivery.PAUSES.after(tries) for tries in (1, 2, 3, 99)] == [1, 2, 4, delivery.PAUSES.longest]


# The program itself


def config(folder: Path, emulator: TelegramEmulator, **telegram: object) -> Path:
    path = folder / "config.json"
    values = {
        "username": "1",
        "password": "secret-of-mine",
        "otpatu": OTP,
        "telegram": {
            "bot_token": emulator.token,
            "allowed_user_id": OWNER,
            "api_base_url": emulator.api_base_url,
            **telegram,
        },
    }
    path.write_text(json.dumps(values))
    path.chmod(0o600)
    return path


async def program(path: Path) -> asyncio.subprocess.Process:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("POLIMISPORT_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "bot_db.py"), "--config", str(path), stderr=asyncio.subprocess.PIPE, env=environment
    )


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    async with asyncio.timeout(PATIENCE):
        _, errors = await process.communicate()
    return process.returncode, errors.decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.process
async def test_a_signal_ends_the_program_cleanly_and_its_log_holds_no_secret(
    tmp_path: Path, number: signal.Signals
) -> None:
    emulator = TelegramEmulator()
    async with emulator.serve():
        process = await program(config(tmp_path, emulator))
        giulia = emulator.person(OWNER, "Giulia")
        await giulia.send("/start")
        await giulia.next_message(timeout=PATIENCE)
        began = time.monotonic()

        process.send_signal(number)
        code, log = await ended(process)

    assert code == 0
    assert time.monotonic() - began < STOP_SECONDS
    assert "Traceback" not in log
    assert emulator.token not in log


@pytest.mark.process
async def test_a_signal_ends_the_program_also_while_telegram_is_away(tmp_path: Path) -> None:
    emulator = TelegramEmulator()
    async with emulator.serve():
        emulator.faults.down = True
        process = await program(config(tmp_path, emulator))
        assert process.stderr
        async with asyncio.timeout(PATIENCE):
            while b"can't be reached" not in await process.stderr.readline():
                pass

        process.send_signal(signal.SIGTERM)
        code, _ = await ended(process)

    assert code == 0


@pytest.mark.process
async def test_a_wrong_token_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    emulator = TelegramEmulator()
    async with emulator.serve():
        process = await program(config(tmp_path, emulator, bot_token="999999:another-token-altogether"))
        code, log = await ended(process)

    assert code == 2
    assert len(log.strip().splitlines()) == 1
    assert "telegram.bot_token" in log


ODD_ANSWERS = {
    "a list": (200, "[]"),
    "nothing": (200, '{"ok": true, "result": null}'),
    "half a bot": (200, '{"ok": true, "result": {"id": "x"}}'),
    "a page": (200, "<html>Log in to the hotel</html>"),
    "a page with 404": (404, "<html>Not here</html>"),
    "somebody else's 401": (401, '{"detail": "who are you?"}'),
}


async def test_whatever_answers_in_telegrams_place_is_one_line_and_is_waited_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answers = list(ODD_ANSWERS.values())

    async def odd(self: TelegramEmulator, request: web.Request) -> web.StreamResponse:
        if not answers:
            return await answer(self, request)
        status, text = answers.pop(0)
        return web.Response(status=status, text=text)

    answer = TelegramEmulator._answer
    monkeypatch.setattr(TelegramEmulator, "_answer", odd)
    async with chats.world(tmp_path, pauses=BotPauses(connecting=application.Pauses(first=0.01))) as world:
        await menu(world.owner)

    said = [record for record in caplog.records if "Telegram can't be reached" in record.getMessage()]
    assert [record.levelname for record in said if record.levelname != "DEBUG"] == ["WARNING"]
    assert not [record for record in caplog.records if record.exc_info or "hotel" in record.getMessage()]


@pytest.mark.process
async def test_a_database_that_is_none_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    database = tmp_path / "polimisport.db"
    database.write_text("this is no database, by far not, but long enough to be looked at" * 20)
    database.chmod(0o600)
    emulator = TelegramEmulator()
    async with emulator.serve():
        process = await program(config(tmp_path, emulator))
        code, log = await ended(process)

    assert code == 2
    assert len(log.strip().splitlines()) == 1
    assert "is not a usable SQLite database" in log
