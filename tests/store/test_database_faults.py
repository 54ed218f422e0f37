"""The database under foreign locks, on a full disk, in a power cut, in a broken file: nothing is lost or made up."""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

import periodic_executor
import setup
from bot.transport import delivery
from bot.transport.alarm import LEAST_SPACE, DiskCheck
from bot.transport.pauses import BotPauses
from database import Database, LockTimeouts, open_database
from domain.delivered import Told
from domain.errors import DatabaseBusy, DatabaseDamaged, DatabaseError
from domain.model import ActionType, Notice, NoticeKind, Role
from domain.people import Person
from domain.requests import NewAction
from runtime.configured import people_of
from runtime.settings import Settings
from store.connection import Transaction
from store.outbox import add_notice
from store.sqlite_file import SqliteFile
from tests.conftest import GIULIA
from tests.support import chats
from tests.support.engines import file_of
from tests.support.recurring import settings_of
from tests.support.running import OWNER, PATIENCE, ROOT, STOP_SECONDS, installation

FULL = "the disk is full"
BY_ITSELF = 5  # s sqlite3 waits for a lock unless it is told otherwise


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path)


@pytest.fixture
async def ours(settings: Settings) -> AsyncIterator[Database]:
    """The database where the configuration says it is."""
    async with open_database(settings.database) as opened:
        await opened.people.set(people_of(settings))
        yield opened


def shell(path: Path) -> sqlite3.Connection:
    """Somebody with sqlite3 open in a terminal."""
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


# Locks


@pytest.mark.process
async def test_nobody_hears_of_a_lock_a_shell_holds_for_longer_than_sqlite_waits(tmp_path: Path) -> None:
    async with installation(tmp_path) as here:
        running = [await here.start(name) for name in ("bot", "worker", "executor")]
        for name, one in zip(("bot", "worker", "executor"), running, strict=True):
            await one.until(f"The {name} is up")
        terminal = shell(here.settings.local_path)
        terminal.execute("BEGIN IMMEDIATE")
        terminal.execute("INSERT INTO slot_days VALUES ('2026-11-23', 'now')")
        began = time.monotonic()
        giulia = here.telegram.person(OWNER, "Giulia")
        scripts = [await here.start("refresh_courses.py"), await here.start("sync_bookings.py")]
        await giulia.send("/start")
        await giulia.wait_for(lambda message: "Ciao" in message.text)  # reading never waits
        await asyncio.sleep(max(0.0, BY_ITSELF + 1 - (time.monotonic() - began)))
        terminal.execute("COMMIT")
        terminal.close()
        async with asyncio.timeout(PATIENCE):
            assert [await script.process.wait() for script in scripts] == [0, 0]
        said = "".join(one.said() for one in [*running, *scripts])
        assert "locked" not in said
        assert "Traceback" not in said
        assert not any("database" in message.text.lower() for message in giulia.messages)


async def test_a_lock_that_does_not_end_is_said_with_the_remedy(tmp_path: Path) -> None:
    async with open_database(tmp_path / "polimisport.db", lock_timeouts=LockTimeouts(running=0.2)) as ours:
        terminal = shell(file_of(ours))
        terminal.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy, match=r"a sqlite3 shell\?"):
            await ours.requests.add(NewAction(ActionType.CHECK, GIULIA))
        terminal.execute("ROLLBACK")
        terminal.close()
        assert (await ours.requests.add(NewAction(ActionType.CHECK, GIULIA))).id


async def test_a_write_that_is_cancelled_while_it_waits_leaves_no_transaction_open(ours: Database) -> None:
    terminal = shell(file_of(ours))
    terminal.execute("BEGIN IMMEDIATE")
    tap = asyncio.create_task(ours.requests.add(NewAction(ActionType.CHECK, GIULIA)))
    await asyncio.sleep(0.05)
    tap.cancel()
    await asyncio.wait({tap})
    terminal.execute("ROLLBACK")
    terminal.execute("BEGIN IMMEDIATE")  # nobody else holds it
    terminal.execute("ROLLBACK")
    terminal.close()
    assert await ours.requests.live(GIULIA) == []
    assert (await ours.requests.add(NewAction(ActionType.CHECK, GIULIA))).id


async def test_a_stop_ends_the_waiting(tmp_path: Path) -> None:
    stop = asyncio.Event()
    async with open_database(
        tmp_path / "polimisport.db", lock_timeouts=LockTimeouts(running=10 * PATIENCE), stop=stop
    ) as db:
        terminal = shell(file_of(db))
        terminal.execute("BEGIN IMMEDIATE")
        taps = [asyncio.create_task(db.requests.add(NewAction(ActionType.CHECK, user))) for user in range(5)]
        await asyncio.sleep(0.1)
        began = time.monotonic()
        stop.set()
        ended = await asyncio.gather(*taps, return_exceptions=True)
        assert time.monotonic() - began < STOP_SECONDS
        terminal.close()
    assert all(isinstance(each, DatabaseBusy) for each in ended)


# A full disk


async def fill(db: Database) -> None:
    """Makes the file as large as it may become."""
    [pages] = await db.connection.write("PRAGMA page_count")
    await db.connection.write(f"PRAGMA max_page_count = {pages[0] + 3}")
    await db.connection.write("CREATE TABLE IF NOT EXISTS stuffing (bytes BLOB)")
    while True:
        try:
            await db.connection.write("INSERT INTO stuffing VALUES (randomblob(500))")
        except DatabaseBusy:
            return


async def make_room(db: Database) -> None:
    await db.connection.write("PRAGMA max_page_count = 1000000")


async def test_a_full_disk_is_said_clearly_leaves_nothing_half_written_and_is_waited_out(ours: Database) -> None:
    def write_a_pair(day: int, tx: Transaction) -> None:
        tx.run(
            "INSERT INTO holidays (user_id, first_day, last_day) VALUES (1, '2026-11-22', :d)",
            {"d": f"{2027 + day // 300}-{day % 12 + 1:02}-{day % 28 + 1:02}"},
        )
        add_notice(tx, GIULIA, NoticeKind.LOGIN_REJECTED)

    await fill(ours)
    written = 0
    with pytest.raises(DatabaseBusy, match=FULL):
        for day in range(1, 10_000):
            await ours.connection.transact(partial(write_a_pair, day))
            written += 1
    [counts] = await ours.connection.rows(
        "SELECT (SELECT count(*) FROM holidays) AS holidays, (SELECT count(*) FROM notices) AS notices"
    )
    assert tuple(counts) == (written, written)
    assert await ours.health.damage() == []
    await make_room(ours)
    assert (await ours.requests.add(NewAction(ActionType.CHECK, GIULIA))).id


async def test_a_tap_on_a_full_disk_is_answered_honestly_and_works_when_there_is_room(tmp_path: Path) -> None:
    async with chats.world(tmp_path) as world:
        await chats.pilates(world.owner)
        full = DatabaseBusy(FULL)

        async def refuse(*_: object) -> None:
            raise full

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(world.db.requests, "add", refuse)
            await world.owner.tap("Conferma Prenotazione")
            await world.owner.wait_for(lambda message: "non riesco a usare il mio archivio" in message.text)
        await chats.queued(world.owner)
        assert len(await world.actions()) == 1


async def test_the_owner_hears_at_once_that_the_disk_is_full_and_once_that_it_is_not(tmp_path: Path) -> None:
    async with chats.world(tmp_path) as world:
        await chats.menu(world.owner)
        await world.restart(BotPauses(disk=DiskCheck(poll_interval=0.05, calm=0.1)))
        await fill(world.db)
        await world.owner.wait_for(lambda message: "Il disco è pieno" in message.text)
        await make_room(world.db)
        await world.db.people.expect(OWNER)
        await world.owner.wait_for(lambda message: "Riesco di nuovo a scrivere" in message.text)
        assert sum("Il disco è pieno" in message.text for message in world.owner.messages) == 1


@pytest.mark.parametrize("free", [0, LEAST_SPACE - 1])
async def test_a_full_disk_is_noticed_before_anything_is_written(tmp_path: Path, free: int) -> None:
    pauses = BotPauses(disk=DiskCheck(free_space=lambda folder: free))
    async with chats.world(tmp_path, start=False, pauses=pauses) as world:
        world.emulator.faults.next("sendMessage", status=502)
        world.start()
        await world.owner.wait_for(lambda message: "Il disco è pieno" in message.text)


async def test_what_was_told_while_nothing_can_be_written_is_not_told_again(tmp_path: Path) -> None:
    async with chats.world(tmp_path) as world:
        await world.restart(BotPauses(delivery=delivery.Pauses(first=0.05)))
        sent, refused = world.db.outbox.sent, 0

        async def refuse(notice: Notice, told: Told) -> None:
            nonlocal refused
            refused += 1
            if refused < 3:
                raise DatabaseBusy(FULL)
            await sent(notice, told)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(world.db.outbox, "sent", refuse)

            def steps(tx: Transaction) -> None:
                tx.run("UPDATE accounts SET rejected = 1")
                add_notice(tx, chats.OWNER, NoticeKind.LOGIN_REJECTED)

            await world.db.connection.transact(steps)
            await chats.until(world.db.outbox.next_of_each, [])
        assert refused == 3
        assert sum("Codice Persona" in message.text for message in world.owner.messages) == 1


# The power goes

TAPPING = """
import asyncio, sys
from pathlib import Path
from database import open_database
from domain.model import ActionType
from domain.requests import NewAction
async def main():
    async with open_database(Path(sys.argv[1])) as db:
        async def tap(user):
            action = await db.requests.add(NewAction(ActionType.CHECK, user))
            print(action.id, flush=True)
        user = int(sys.argv[2])
        while True:
            await asyncio.gather(*(tap(user + each) for each in range(5)))
            user += 5
asyncio.run(main())
"""


@pytest.mark.process
def test_no_acknowledged_tap_is_lost_when_the_process_is_killed_at_its_commit(tmp_path: Path) -> None:
    path = tmp_path / "polimisport.db"
    acknowledged: list[int] = []
    for round_ in range(4):
        tapping = subprocess.Popen(
            [sys.executable, "-c", TAPPING, path, str(round_ * 100_000)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert tapping.stdout
        acknowledged += [int(tapping.stdout.readline()) for _ in range(20 + round_)]
        tapping.kill()
        acknowledged += [int(line) for line in tapping.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        tapping.wait()
        tapping.stdout.close()
    after = shell(path)
    found = {row[0] for row in after.execute("SELECT id FROM booking_actions")}
    assert set(acknowledged) <= found
    assert after.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    after.close()


# Backup and restore


async def test_a_backup_is_of_one_instant_while_others_write(settings: Settings, ours: Database) -> None:
    def write_a_pair(day: int, tx: Transaction) -> None:
        tx.run("INSERT INTO slot_days VALUES (:day, 'now')", {"day": str(day)})
        add_notice(tx, GIULIA, NoticeKind.LOGIN_REJECTED)

    async def write_pairs() -> None:
        for day in range(10_000):
            await ours.connection.transact(partial(write_a_pair, day))

    writing = asyncio.create_task(write_pairs())
    for number in range(5):
        await asyncio.sleep(0.02)
        assert await setup.back_up(settings, str(settings.local_path.with_name(f"copy{number}.db"))) == setup.WELL
    writing.cancel()
    await asyncio.wait({writing})
    for number in range(5):
        path = settings.local_path.with_name(f"copy{number}.db")
        copy = shell(path)
        counts = "SELECT (SELECT count(*) FROM slot_days), (SELECT count(*) FROM notices)"
        days, notices = copy.execute(counts).fetchone()
        assert days == notices
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        copy.close()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_restore_brings_back_what_was_and_keeps_what_is(settings: Settings) -> None:
    copy = settings.local_path.with_name("copy.db")
    async with open_database(settings.database) as db:
        await db.people.set(people_of(settings))
        before = await db.requests.add(NewAction(ActionType.CHECK, GIULIA))
        await setup.back_up(settings, str(copy))
        after = await db.requests.add(NewAction(ActionType.REFRESH, GIULIA))
    assert await setup.bring_back(settings, copy) == setup.WELL
    async with open_database(settings.database) as db:
        assert await db.requests.find(before.id)
        assert await db.requests.find(after.id) is None
    [kept] = settings.local_path.parent.glob("polimisport.db.replaced-*[0-9]")
    async with open_database(kept) as db:
        assert await db.requests.find(after.id)
    assert stat.S_IMODE(settings.local_path.stat().st_mode) == 0o600


HOLDING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute('SELECT * FROM courses')
print("open", flush=True)
input()
"""


@pytest.mark.process
async def test_a_restore_asks_to_stop_who_has_the_file_open(settings: Settings) -> None:
    copy = settings.local_path.with_name("copy.db")
    async with open_database(settings.database):
        await setup.back_up(settings, str(copy))
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-c", HOLDING, str(settings.local_path))
    holder = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert holder.stdout
    await holder.stdout.readline()
    with pytest.raises(DatabaseBusy, match="stop the programs"):
        await setup.bring_back(settings, copy)
    await holder.communicate(b"\n")
    assert await setup.bring_back(settings, copy) == setup.WELL


@pytest.mark.parametrize("content", [b"", b"a letter to my aunt " * 500])
async def test_a_restore_of_something_else_changes_nothing(settings: Settings, content: bytes) -> None:
    async with open_database(settings.database) as db:
        tap = await db.requests.add(NewAction(ActionType.CHECK, GIULIA))
    other = settings.local_path.with_name("other.db")
    other.write_bytes(content)
    with pytest.raises(DatabaseError):
        await setup.bring_back(settings, other)
    async with open_database(settings.database) as db:
        assert await db.requests.find(tap.id)
    assert [path.name for path in other.parent.iterdir() if "re" in path.suffix] == []


# A broken file


def break_file(path: Path) -> bytes:
    """Garbles every page but the file's own header; what is left of it."""
    terminal = shell(path)
    terminal.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    terminal.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(100)
        file.write(os.urandom(size - 100))
    return path.read_bytes()


async def test_a_file_that_breaks_while_it_is_used_stops_the_program_and_is_left_as_it_is(tmp_path: Path) -> None:
    path, stop = tmp_path / "polimisport.db", asyncio.Event()
    with pytest.raises(DatabaseDamaged, match=r"setup\.py --restore"):
        async with open_database(path, stop=stop) as db:
            await db.people.set([Person(GIULIA, Role.OWNER, "g")])
            broken = break_file(path)
            await db.connection.rows("PRAGMA shrink_memory")
            with pytest.raises(DatabaseDamaged):
                await db.people.all()
            assert stop.is_set()
            with pytest.raises(DatabaseDamaged):
                await db.requests.add(NewAction(ActionType.CHECK, GIULIA))
    assert path.read_bytes() == broken


async def beating(db: Database) -> bool:
    return bool(await db.heartbeats.all())


async def test_the_executor_ends_with_the_remedy_when_its_file_breaks(settings: Settings) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(periodic_executor.main(settings, argparse.Namespace(burst=False), stop))
    async with open_database(settings.database) as db:
        await chats.until(lambda: beating(db), True)
    break_file(settings.local_path)
    with pytest.raises(DatabaseDamaged):
        async with asyncio.timeout(PATIENCE):
            await running


async def test_a_broken_file_is_told_to_the_owner_before_the_bot_ends(tmp_path: Path) -> None:
    async with chats.world(tmp_path) as world:
        await chats.menu(world.owner)
        assert world._running
        assert isinstance(world.db.connection, SqliteFile)
        world.db.connection.damage = DatabaseDamaged("broken")
        world.db.connection._stop.set()
        await world.stop()
        assert "Il file del database è danneggiato" in world.owner.last.text
        world.db.connection.damage = None
