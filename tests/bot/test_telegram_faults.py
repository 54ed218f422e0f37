"""Telegram at its worst, for longer than a moment: nothing is lost, order holds, no storm, and the bot stays up."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.transport import delivery, polling
from bot.transport.chat import LONGEST_FLOOD_WAIT, RETRIES, Retries, wait_seconds
from bot.transport.pauses import BotPauses
from demo.telegram.updates import UpdateQueue
from domain.model import NoticeKind
from store.connection import Transaction
from store.outbox import add_notice
from tests.support import chats
from tests.support.chats import FRIEND, OWNER, World, menu

SCALE = 0.01  # an hour becomes 36 seconds, and is cut to what shows the pattern


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


SHORT = BotPauses(
    delivery=replace(
        delivery.PAUSES,
        first=delivery.PAUSES.first * SCALE,
        longest=delivery.PAUSES.longest * SCALE,
        unanswered=tuple(pause * SCALE for pause in delivery.PAUSES.unanswered),
        probe=delivery.PAUSES.probe * SCALE,
    ),
    polling=polling.Pauses(first=polling.PAUSES.first * SCALE, longest=polling.PAUSES.longest * SCALE),
    retries=Retries(tuple(pause * SCALE for pause in RETRIES.pauses)),
)


@pytest.fixture
async def short_pauses(world: World) -> None:
    """The pauses of real life, a hundred times shorter."""
    await world.restart(SHORT)


async def tell(world: World, *users: int) -> None:
    """A notice for each, told by its number: the outage it is about."""

    def tell_one(user: int, tx: Transaction) -> None:
        [row] = tx.run(
            "INSERT INTO outages (name, program, since, died, until) VALUES (hex(randomblob(8)), 'worker',"
            " '2026-11-22T09:00:00.000Z', 1, strftime('%Y-%m-%dT', '2026-11-22') || printf('%02d:%02d:00.000Z',"
            " 10 + (SELECT count(*) FROM outages) / 60, (SELECT count(*) FROM outages) % 60)) RETURNING id"
        )
        add_notice(tx, user, NoticeKind.PROGRAM_BACK, outage_id=row["id"])

    for user in users:
        await world.db.connection.transact(partial(tell_one, user))


def told(world: World, user: int = OWNER) -> list[str]:
    """The minutes the notices tell, in the order in which they arrived."""
    person = world.owner if user == OWNER else world.friend
    found = [message.text for message in person.messages if "è ripartito" in message.text]
    return [text.rpartition("alle ")[2][:5] for text in (line.split("\n")[1] for line in found)]


async def settled(world: World) -> list[str | None]:
    """Waits until the outbox is empty; the errors of what it held."""
    await chats.until(world.db.outbox.next_of_each, [])
    return [row["error"] for row in await world.db.connection.rows("SELECT error FROM notices ORDER BY id")]


FAULTS: list[dict[str, Any]] = [
    {"status": 429, "retry_after": 1},
    {"status": 500},
    {"status": 502},
    {"drop": "before"},
    {"status": 500, "times": 3},
]


@pytest.mark.usefixtures("short_pauses")
async def test_whatever_fails_between_every_notice_comes_once_and_in_order(world: World) -> None:
    for fault in FAULTS:
        world.emulator.faults.next("sendMessage", **fault)

    await tell(world, *[OWNER] * 8)

    assert await settled(world) == [None] * 8
    assert told(world) == [f"11:0{minute}" for minute in range(8)]


@pytest.mark.usefixtures("short_pauses")
async def test_an_hour_without_network_loses_nothing_and_is_no_storm(world: World) -> None:
    await menu(world.owner)
    world.emulator.faults.down = True
    await tell(world, OWNER, FRIEND, OWNER)
    tries = await tries_within(world, 3.0)  # five minutes of real life
    world.emulator.faults.clear()

    assert await settled(world) == [None] * 3
    assert told(world) == ["11:00", "11:02"]
    assert tries <= 2 * 12  # 1, 2, 4 ... 60 s: at most twelve a chat
    await menu(world.owner)


async def test_what_waited_for_telegram_is_told_as_soon_as_it_is_back(
    world: World,
) -> None:
    await world.restart(BotPauses(delivery=delivery.Pauses(first=60.0), polling=polling.Pauses(longest=0.2)))
    await menu(world.owner)
    world.emulator.faults.next("sendMessage", status=502)
    await tell(world, OWNER)
    await chats.until(lambda: tried(world, OWNER), 1)
    world.emulator.faults.down = True
    await world.owner.send("/help")
    world.emulator.faults.clear()
    await world.owner.wait_for(lambda message: "è ripartito" in message.text)


async def test_what_is_old_and_over_is_not_told_at_all(world: World) -> None:
    await menu(world.owner)
    await world.stop()
    await tell(world, *[OWNER] * 5)
    old = "UPDATE notices SET kind = 'program_down', created_at = '2026-11-22T09:00:00.000Z'"
    await world.db.connection.write(old)
    before = len(world.owner.messages)
    world.start()
    assert await settled(world) == [None] * 5
    assert len(world.owner.messages) == before


async def tries_within(world: World, seconds: float) -> int:
    """How often a delivery was tried in that time, with the network gone."""
    await asyncio.sleep(seconds)
    rows = await world.db.connection.rows("SELECT coalesce(sum(attempts), 0) AS tries FROM notices")
    return int(rows[0]["tries"])


@pytest.mark.usefixtures("short_pauses")
async def test_an_answer_lost_after_the_message_went_out_repeats_that_message_alone(world: World) -> None:
    world.emulator.faults.next("sendMessage", drop="after")

    await tell(world, *[OWNER] * 3)

    assert await settled(world) == [None] * 3
    seen = told(world)
    assert sorted(set(seen)) == ["11:00", "11:01", "11:02"]
    assert seen == sorted(seen)
    assert len(seen) <= 4


@pytest.mark.usefixtures("short_pauses")
async def test_of_what_is_never_answered_few_copies_come_ever_more_rarely_and_others_go_first(
    world: World,
) -> None:
    await world.restart(replace(SHORT, delivery=replace(SHORT.delivery, unanswered=(0.02, 5.0, 0.1, 0.1))))
    world.emulator.faults.next("sendMessage", drop="after", times=2)
    await tell(world, OWNER)
    await chats.until(lambda: lost_answers(world), 2)
    await tell(world, OWNER)
    await chats.until(lambda: waiting(world), 1)
    world.emulator.faults.next("sendMessage", drop="after", times=3)

    errors = await settled(world)

    assert told(world) == ["11:00", "11:00", "11:01", "11:00", "11:00", "11:00"]
    assert [error is None for error in errors] == [False, True]


async def lost_answers(world: World) -> int:
    return int((await world.db.connection.rows("SELECT sum(lost) FROM notices"))[0][0])


async def waiting(world: World) -> int:
    return int((await world.db.connection.rows("SELECT count(*) FROM notices WHERE sent_at IS NULL"))[0][0])


@pytest.mark.usefixtures("short_pauses")
async def test_no_copy_goes_out_while_telegram_is_away(world: World) -> None:
    await menu(world.owner)
    world.emulator.faults.next("sendMessage", drop="after")
    world.emulator.faults.next("getMe", status=502, times=5)
    before = len(world.emulator.calls)
    await tell(world, OWNER)
    assert await settled(world) == [None]
    asked = [call.method for call in world.emulator.calls[before:] if call.method in ("getMe", "sendMessage")]
    assert asked == ["sendMessage", *["getMe"] * 6, "sendMessage"]


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (400, "Bad Request: chat not found"),
    ],
)
async def test_a_chat_that_is_gone_is_left_in_peace_and_holds_up_nobody(
    world: World, status: int, description: str
) -> None:
    before = len(world.emulator.calls)
    world.emulator.faults.next("sendMessage", status=status, description=description)
    await tell(world, FRIEND, FRIEND)
    await chats.until(lambda: tried(world, FRIEND), 1)
    await tell(world, OWNER)
    await world.owner.wait_for(lambda message: "è ripartito" in message.text)
    to_friend = [call for call in world.emulator.calls[before:] if call.params.get("chat_id") == str(FRIEND)]
    assert len(to_friend) == 1

    await menu(world.friend)
    assert set(await settled(world)) == {None}
    assert told(world, FRIEND) == ["11:00", "11:01"]


async def tried(world: World, user: int) -> int:
    rows = await world.db.connection.rows("SELECT sum(attempts) FROM notices WHERE user_id = :user", {"user": user})
    return int(rows[0][0])


async def test_a_tap_that_is_too_old_to_be_answered_still_shows_its_screen(world: World) -> None:
    await menu(world.owner)
    world.emulator.faults.next(
        "answerCallbackQuery",
        status=400,
        description="Bad Request: query is too old and response timeout expired or query ID is invalid",
    )
    world.owner.start_tap("mine:0")
    await world.owner.wait_for(lambda message: "Le tue prenotazioni" in message.text)


@pytest.mark.usefixtures("short_pauses")
async def test_another_program_with_the_same_token_is_named_once_and_the_bot_stays_up(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await menu(world.owner)
    conflict = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    world.emulator.faults.next("getUpdates", status=409, description=conflict, times=6)
    await menu(world.owner)
    await menu(world.owner)
    told_of_it = [record for record in caplog.records if "two can't share a token" in record.getMessage()]
    assert sum(record.levelname == "WARNING" for record in told_of_it) == 1


@pytest.mark.parametrize(("named", "waited"), [(0, 0), (7, 7), (10**9, LONGEST_FLOOD_WAIT), (-5, 0)])
def test_a_flood_wait_is_as_long_as_the_server_says_within_reason(named: int, waited: float) -> None:
    assert wait_seconds(RetryAfter(named)) == waited


async def test_a_server_that_knows_no_offset_is_not_asked_without_a_pause_and_what_it_repeats_is_handled_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await menu(world.owner)
    monkeypatch.setattr(UpdateQueue, "_confirm", lambda queue, offset: None)
    await world.owner.send("/help")
    await world.owner.wait_for(lambda message: "Comandi" in message.text)
    before, began = len(world.emulator.calls), time.monotonic()
    await asyncio.sleep(1.2)
    asked = sum(call.method == "getUpdates" for call in world.emulator.calls[before:])
    assert asked <= (time.monotonic() - began) / polling.PAUSES.floor + 1
    assert sum("Comandi" in message.text for message in world.owner.messages) == 1


async def test_fifty_notices_at_once_respect_the_limits_and_arrive_in_order(world: World) -> None:
    world.emulator._limits.enabled = True
    users = [OWNER, FRIEND] * 25
    began = time.monotonic()

    await tell(world, *users)

    assert await settled(world) == [None] * 50
    for user, first in ((OWNER, 0), (FRIEND, 1)):
        minutes = [f"11:{minute:02}" for minute in range(first, 50, 2)]
        assert told(world, user) == minutes
    refused = [call for call in world.emulator.calls if call.code == 429]
    assert len(refused) <= 2 * (time.monotonic() - began + 1)  # each is waited out, so about one a second and chat


async def test_a_bot_that_never_reached_telegram_leaves_no_connection_open(world: World) -> None:
    await world.stop()
    world.emulator.faults.next("getMe", status=502, times=99)
    before = len(world.emulator.calls)
    world.start()
    await world.emulator.wait_for_call("getMe", after=before)
    await world.stop()
    assert open_connections(world.emulator.api_base_url) == 0


async def test_what_telegram_does_not_take_in_time_has_ended_when_the_bot_stops(world: World) -> None:
    await world.restart(replace(SHORT, delivery=replace(SHORT.delivery, grace=0.0)))
    world.emulator.faults.next("sendMessage", delay=60.0)
    before = len(world.emulator.calls)
    await tell(world, OWNER)
    await world.emulator.wait_for_call("sendMessage", after=before)
    await world.stop()
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("notice")]
    assert open_connections(world.emulator.api_base_url) == 0


def open_connections(address: str) -> int:
    """How many connections to that address this process holds as a client."""
    port = int(address.rpartition(":")[2])
    transports = [each for each in gc.get_objects() if isinstance(each, asyncio.Transport) and not each.is_closing()]
    return sum((each.get_extra_info("peername") or ("", 0))[1] == port for each in transports)
