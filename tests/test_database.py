"""The file: made, upgraded, refused with a remedy; the catalogue and the bookings in it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from database import Database, open_database
from domain.errors import DatabaseError, LoginDiverted, LoginRejected, LoginStopped, SiteChanged
from domain.model import (
    FIT_CENTER,
    ActionType,
    Activity,
    Booking,
    BookingStatus,
    ClassRef,
    NoticeKind,
    Role,
    Slot,
    SlotStatus,
    Timetable,
    utc_now,
)
from domain.people import Person
from domain.requests import NewAction
from store.catalogue import swap
from store.connection import Transaction
from store.migrations import VERSION
from store.sqlite_file import OURS
from tests.conftest import GIULIA
from tests.support import outcomes
from tests.support.clock import FakeClock

SCHEMAS = Path(__file__).parent / "schemas"
PLATINUM = Activity("1", "Giuriati - Corsi Platinum")
MONDAY = date(2026, 11, 23)
YOGA = Slot(PLATINUM, "a1", "YOGA", MONDAY, time(18), time(18, 55), "ROSSI ANNA", 7, SlotStatus.AVAILABLE)
PILATES = replace(YOGA, appointment_id="a2", course="PILATES", start=time(19), end=time(19, 55))
HELD = Booking("YOGA", "Giuriati", MONDAY, time(18), 55)


def timetable(*slots: Slot, days: tuple[date, ...] = (MONDAY,)) -> Timetable:
    return Timetable((PLATINUM,), days, slots)


async def read(db: Database, found: Timetable, clock: FakeClock) -> None:
    clock.go(seconds=1)
    await db.connection.transact(lambda tx: swap(tx, found, clock(), clock()))


async def sync(db: Database, clock: FakeClock, *bookings: Booking, in_page: bool = False) -> None:
    action = await db.claims.add_claimed(NewAction(ActionType.CHECK, GIULIA, quiet=True), "w", 60)
    assert action
    await outcomes.sync(db, action, bookings, ZoneInfo("Europe/Rome"), in_page=in_page)


async def sync_twice(db: Database, clock: FakeClock, *bookings: Booking) -> None:
    """Two readings that agree, half a minute apart, the second in the browser."""
    await sync(db, clock, *bookings)
    clock.go(seconds=31)
    await sync(db, clock, *bookings, in_page=True)


async def test_a_new_file_can_be_read_by_its_owner_alone(db: Database, tmp_path: Path) -> None:
    assert stat.S_IMODE(os.stat(tmp_path / "polimisport.db").st_mode) == 0o600


async def test_programs_that_start_together_make_one_database(tmp_path: Path) -> None:
    async def start() -> int:
        async with open_database(tmp_path / "new.db") as database:
            return len(await database.people.all())

    assert await asyncio.gather(*(start() for _ in range(4))) == [0, 0, 0, 0]


async def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("shopping list: milk" * 100)
    with pytest.raises(DatabaseError, match="left as it is"):
        async with open_database(path):
            pass
    assert path.read_text().startswith("shopping list")


async def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "future.db"
    with sqlite3.connect(path) as shell:
        shell.execute("PRAGMA user_version = 99")
    shell.close()
    with pytest.raises(DatabaseError, match="newer version"):
        async with open_database(path):
            pass


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE courses (id INTEGER PRIMARY KEY, title TEXT); INSERT INTO courses (title) VALUES ('Analisi 1')",
        "CREATE TABLE notes (text); PRAGMA user_version = 2",
        "CREATE TABLE notes (text); PRAGMA user_version = 3; PRAGMA application_id = 252006674",
        "PRAGMA application_id = 252006674",
    ],
)
async def test_another_programs_file_is_refused_and_left_as_it_is(tmp_path: Path, script: str) -> None:
    path = tmp_path / "thesis.db"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.executescript(script)
    before = path.read_bytes()
    with pytest.raises(DatabaseError, match="belongs to another program .* name another file in 'database'"):
        async with open_database(path):
            pass
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


async def test_a_file_says_whose_it_is(db: Database) -> None:
    [row] = await db.connection.rows("PRAGMA application_id")
    assert row[0] == OURS


async def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseError, match="can't be opened"):
        async with open_database(tmp_path / "file" / "polimisport.db"):
            pass


@pytest.mark.parametrize("version", range(1, VERSION))
async def test_a_file_of_any_earlier_version_gets_what_is_new_and_keeps_what_it_has(
    tmp_path: Path, version: int
) -> None:
    path = tmp_path / "polimisport.db"
    with sqlite3.connect(path) as shell:
        shell.executescript((SCHEMAS / f"version{version}.sql").read_text(encoding="utf-8"))
        shell.execute("INSERT INTO booking_actions (action_type, user_id) VALUES ('check', 42)")
        shell.execute(f"PRAGMA user_version = {version}")
    shell.close()
    async with open_database(tmp_path / "new.db") as database:
        schema = await columns(database)
    async with open_database(path) as database:
        assert [action.user_id for action in await database.requests.latest(42, 9)] == [42]
        assert await columns(database) == schema
        await database.connection.write("DELETE FROM booking_actions")
        assert [row[0] for row in await database.connection.rows("PRAGMA integrity_check")] == ["ok"]
    async with open_database(path) as database:
        [row] = await database.connection.write(
            "INSERT INTO booking_actions (action_type, user_id) VALUES ('check', 42) RETURNING id", {}
        )
        assert row["id"] == 2  # 1 was used before the upgrade
    assert list(tmp_path.glob(f"polimisport.db.version{version}-*.bak"))


async def test_no_table_gives_the_number_of_a_deleted_row_to_another(db: Database, tmp_path: Path) -> None:
    numbered = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' ORDER BY name"
    ids = (
        "SELECT t.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"
        " AND c.name = 'id' AND t.sql NOT LIKE '%CHECK (id = 1)%' ORDER BY t.name"
    )
    fresh = [row[0] for row in await db.connection.rows(numbered)]
    assert fresh == [row[0] for row in await db.connection.rows(ids)]
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as shell:
        shell.executescript((SCHEMAS / "version1.sql").read_text(encoding="utf-8") + "PRAGMA user_version = 1;")
    shell.close()
    async with open_database(path) as upgraded:
        assert [row[0] for row in await upgraded.connection.rows(numbered)] == fresh


async def test_a_login_that_got_stuck_goes_by_the_new_name_of_its_error(tmp_path: Path) -> None:
    path = tmp_path / "polimisport.db"
    with sqlite3.connect(path) as shell:
        shell.executescript((SCHEMAS / "version3.sql").read_text(encoding="utf-8"))
        shell.execute(
            "INSERT INTO accounts (user_id, role, paused_until, pause_kind) VALUES (42, 'owner', :at, 'LoginStuck')",
            {"at": "2026-11-26T12:00:00.000Z"},
        )
        shell.execute(
            "INSERT INTO booking_actions (action_type, user_id, error_kind, rehearsal)"
            " VALUES ('check', 42, 'LoginStuck', 'LoginStuck')"
        )
        shell.execute("PRAGMA user_version = 3")
    shell.close()
    async with open_database(path) as database:
        account, [action] = await database.people.find(42), await database.requests.latest(42, 9)
    assert account is not None
    assert account.pause is not None
    assert (account.pause.kind, action.error_kind, action.rehearsal) == ("LoginBlocked",) * 3


def test_the_schema_of_every_earlier_version_is_kept_to_be_tried() -> None:
    assert {path.name for path in SCHEMAS.iterdir()} == {f"version{version}.sql" for version in range(1, VERSION)}


async def columns(database: Database) -> list[tuple[str, ...]]:
    rows = await database.connection.rows(
        """
        SELECT tables.name, columns.name, columns.type, columns."notnull", columns.dflt_value
        FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'
        UNION ALL SELECT tbl_name, name, replace(replace(sql, char(10), ''), ' ', ''), '', '' FROM sqlite_schema
        WHERE type = 'index' ORDER BY 1, 2
        """
    )
    return [tuple(row) for row in rows]


async def test_the_first_bots_file_is_taken_over_after_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "polimisport.db"
    with sqlite3.connect(path) as shell:
        shell.execute(
            "CREATE TABLE periodic_bookings (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, name TEXT,"
            " location TEXT, course_name TEXT, day_of_week INTEGER, time_slot TEXT, requires_confirmation BOOLEAN,"
            " active BOOLEAN, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)"
        )
        shell.execute(
            "INSERT INTO periodic_bookings VALUES (7, 42, 'mine', 'Giuriati', 'YOGA', 0, '18:00', 1, 1, '2025-01-01')"
        )
    shell.close()
    async with open_database(path) as database:
        [periodic] = await database.series.of(42)
    assert (periodic.id, periodic.course, periodic.start) == (7, "YOGA", time(18))
    assert len(list(tmp_path.glob("*.bak"))) == 1


async def test_a_refresh_twice_makes_no_duplicates_and_keeps_the_buttons_good(db: Database, clock: FakeClock) -> None:
    await read(db, timetable(YOGA, PILATES), clock)
    before = await db.catalogue.slots_on(MONDAY)
    await read(db, timetable(PILATES, replace(YOGA, places=3)), clock)
    after = await db.catalogue.slots_on(MONDAY)
    assert [slot.id for slot in after] == [slot.id for slot in before]
    assert after[0].slot.places == 3
    assert [course.name for course in await db.catalogue.courses_on(0)] == ["YOGA", "PILATES"]


async def test_the_most_places_ever_seen_are_kept(db: Database, clock: FakeClock) -> None:
    await read(db, timetable(replace(YOGA, places=20)), clock)
    await read(db, timetable(replace(YOGA, places=3)), clock)
    [course] = await db.catalogue.courses_on(0)
    assert (course.available_spots, course.total_spots) == (3, 20)


async def test_an_empty_timetable_leaves_the_old_one(db: Database, clock: FakeClock) -> None:
    await read(db, timetable(YOGA), clock)
    with pytest.raises(SiteChanged, match="old one stays"):
        await read(db, timetable(), clock)
    assert len(await db.catalogue.slots_on(MONDAY)) == 1


async def test_a_timetable_that_lost_most_of_its_slots_leaves_the_old_one(db: Database, clock: FakeClock) -> None:
    many = [replace(YOGA, start=time(hour)) for hour in range(8, 20)]
    await read(db, timetable(*many), clock)
    with pytest.raises(SiteChanged, match="shrank"):
        await read(db, timetable(*many[:3]), clock)
    assert len(await db.catalogue.slots_on(MONDAY)) == 12


async def test_a_slot_that_left_the_timetable_leaves_the_catalogue(db: Database, clock: FakeClock) -> None:
    await read(db, timetable(YOGA, PILATES), clock)
    await read(db, timetable(YOGA), clock)
    assert [known.slot.course for known in await db.catalogue.slots_on(MONDAY)] == ["YOGA"]


async def test_a_holiday_does_not_empty_the_weekly_timetable(db: Database, clock: FakeClock) -> None:
    tuesday = MONDAY + timedelta(days=1)
    await read(db, timetable(YOGA, replace(PILATES, day=tuesday), days=(MONDAY, tuesday)), clock)
    for seen, found in enumerate(("PILATES", "PILATES", None)):
        slots = await db.catalogue.slots_on(tuesday)
        assert [each.slot.course for each in slots] == ([found] if found else []), seen  # one empty day proves nothing
        await read(db, timetable(YOGA, days=(MONDAY, tuesday)), clock)
        clock.go(seconds=31)
    assert [course.name for course in await db.catalogue.courses_on(1)] == ["PILATES"]


async def test_a_sync_twice_makes_no_duplicates(db: Database, clock: FakeClock) -> None:
    await sync(db, clock, HELD)
    await sync(db, clock, HELD)
    [held] = await db.bookings.held(GIULIA, MONDAY)
    assert held.booking == HELD


async def test_a_booking_that_vanished_is_told_once(db: Database, clock: FakeClock) -> None:
    await sync(db, clock, HELD)
    await sync_twice(db, clock)
    await sync_twice(db, clock)
    [row] = await db.connection.rows("SELECT status FROM user_bookings")
    notices = await db.connection.rows("SELECT kind FROM notices")
    assert row["status"] == BookingStatus.GONE
    assert [notice["kind"] for notice in notices] == [NoticeKind.GONE]


async def test_a_class_that_vanishes_on_its_own_day_is_told_until_it_begins(db: Database, clock: FakeClock) -> None:
    begins = datetime.combine(HELD.day, HELD.start, ZoneInfo("Europe/Rome"))
    for before, status in ((timedelta(hours=3), BookingStatus.GONE), (timedelta(), BookingStatus.CONFIRMED)):
        await sync(db, clock, HELD)
        clock.now = begins.astimezone(UTC) - before
        await sync_twice(db, clock)
        [row] = await db.connection.rows("SELECT status FROM user_bookings")
        assert row["status"] == status
    assert len(await db.connection.rows("SELECT 1 FROM notices WHERE kind = 'gone'")) == 1


async def test_yesterdays_booking_is_past_and_not_lost(db: Database, clock: FakeClock) -> None:
    await sync(db, clock, HELD)
    clock.go(days=3)
    await sync(db, clock)
    [row] = await db.connection.rows("SELECT status FROM user_bookings")
    assert row["status"] == BookingStatus.PAST
    assert await db.outbox.next_of_each() == []


async def test_a_booking_typed_by_hand_with_the_given_columns_is_shown(db: Database, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "polimisport.db") as shell:
        shell.execute(
            "INSERT INTO user_bookings (user_id, booking_id, course_name, location, booking_date, booking_time, status)"
            " VALUES (42, 'abc', NULL, 'Giuriati', '2026-11-23', '07:00', 'active')"
        )
    shell.close()
    [held] = await db.bookings.held(GIULIA, MONDAY)
    assert held.booking.ref == ClassRef(FIT_CENTER, "Giuriati", MONDAY, time(7))
    assert held.status is BookingStatus.CONFIRMED


@pytest.mark.parametrize(
    "error", [LoginRejected("no"), LoginDiverted("to https://evil.test/")], ids=lambda error: error.kind
)
async def test_new_credentials_clear_a_rejection_and_old_ones_do_not(db: Database, error: LoginStopped) -> None:
    await outcomes.reject(db, GIULIA, error, utc_now(), tell=True)
    await outcomes.reject(db, GIULIA, error, utc_now(), tell=True)
    await db.people.set([Person(GIULIA, Role.OWNER, "g")])
    account = await db.people.find(GIULIA)
    assert account
    assert (type(account.stop), str(account.stop)) == (type(error), str(error))
    assert len(await db.connection.rows("SELECT 1 FROM notices")) == 1
    await db.people.set([Person(GIULIA, Role.OWNER, "new")])
    account = await db.people.find(GIULIA)
    assert account
    assert account.stop is None


async def test_who_left_the_configuration_is_a_stranger(db: Database) -> None:
    await db.people.set([Person(1, Role.OWNER, "x")])
    assert await db.people.find(GIULIA) is None


async def test_a_transaction_that_fails_leaves_nothing(db: Database) -> None:
    def half_of_it(tx: Transaction) -> None:
        tx.run("INSERT INTO slot_days VALUES ('2026-11-23', 'now')")
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        await db.connection.transact(half_of_it)
    assert await db.connection.rows("SELECT * FROM slot_days") == []


async def test_a_shell_that_holds_the_write_lock_only_makes_us_wait(db: Database, tmp_path: Path) -> None:
    shell = sqlite3.connect(tmp_path / "polimisport.db", isolation_level=None, check_same_thread=False)
    shell.execute("BEGIN IMMEDIATE")
    tap = asyncio.create_task(db.requests.add(NewAction(ActionType.CHECK, GIULIA)))
    assert await db.requests.live(GIULIA) == []  # readers do not wait
    await asyncio.to_thread(shell.execute, "COMMIT")
    assert (await tap).type is ActionType.CHECK
    shell.close()
