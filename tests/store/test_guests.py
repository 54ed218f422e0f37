"""Guests: let in once by an invitation, kept at every start, limited, suspended, and forgotten without a trace."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from database import Database
from domain.errors import LeaseLost, LoginNeeded, LoginRejected, StillActing, TooManyWaiting, UnknownGuest
from domain.guests import Guest
from domain.model import ActionStatus, ActionType, Booking, ClassRef, NoticeKind, Role, WatchMode
from domain.people import Person
from domain.recurrence import PeriodicMode
from domain.request_counts import RequestCount
from domain.requests import NewAction, NewPeriodic
from domain.web import Entrant, LinkPurpose
from store.forgetting import PEOPLE_COLUMNS
from store.outbox import add_notice
from store.pauses import note_success
from tests.conftest import GIULIA, MARCO
from tests.support import outcomes
from tests.support.clock import FakeClock

pytestmark = pytest.mark.both_engines

MARTA = 990_001_001
CONFIGURED = [Person(GIULIA, Role.OWNER, "g"), Person(MARCO, Role.FRIEND, "m")]
TUESDAY = date(2026, 11, 24)
OPENS = datetime(2026, 11, 22, 23, tzinfo=UTC)
NAME = "Marta Bagheera"


def wish(course: str) -> ClassRef:
    return ClassRef(course, "Giuriati", TUESDAY, time(18))


def booking(user_id: int, course: str) -> NewAction:
    return NewAction(ActionType.BOOK, user_id, wish(course), run_at=OPENS, opens_at=OPENS)


async def welcomed(db: Database, user_id: int = MARTA) -> Guest:
    guest = await db.guests.welcome(await db.guests.invite(GIULIA), user_id, NAME)
    assert guest
    return guest


async def with_account(db: Database, user_id: int = MARTA) -> Guest:
    await welcomed(db, user_id)
    await db.guests.store(user_id, b"sealed by the caller", "fingerprint")
    guest = await db.guests.find(user_id)
    assert guest
    return guest


async def notices(db: Database, user_id: int) -> list[str]:
    rows = await db.connection.rows(
        "SELECT kind FROM notices WHERE user_id = :id AND sent_at IS NULL ORDER BY id", {"id": user_id}
    )
    return [row["kind"] for row in rows]


async def test_an_invitation_lets_one_person_in_once(db: Database) -> None:
    secret = await db.guests.invite(GIULIA)
    guest = await db.guests.welcome(secret, MARTA, NAME)
    assert guest
    assert not guest.may_book
    assert await db.guests.welcome(secret, MARTA + 1, "Nino") is None
    assert await db.guests.welcome(secret, MARTA, NAME) is None
    assert await db.guests.find(MARTA + 1) is None
    assert await db.people.find(MARTA) is None  # nothing is done for them yet
    assert await notices(db, GIULIA) == [NoticeKind.GUEST]


async def test_an_invitation_is_kept_as_a_digest_ends_after_a_week_and_can_be_withdrawn(
    db: Database, clock: FakeClock
) -> None:
    secret, other = await db.guests.invite(GIULIA), await db.guests.invite(GIULIA)
    kept = await db.connection.rows("SELECT digest FROM invitations ORDER BY id")
    assert [row["digest"] for row in kept] == [hashlib.sha256(each.encode()).hexdigest() for each in (secret, other)]
    first, _ = await db.guests.invitations()
    assert await db.guests.withdraw(first.id)
    assert not await db.guests.withdraw(first.id)
    assert await db.guests.welcome(secret, MARTA, NAME) is None
    clock.go(seconds=timedelta(days=7, seconds=1).total_seconds())
    assert await db.guests.invitations() == []
    assert await db.guests.welcome(other, MARTA, NAME) is None


async def test_who_has_come_already_uses_no_other_invitation_up(db: Database) -> None:
    await welcomed(db)
    again = await db.guests.invite(GIULIA)
    assert await db.guests.welcome(again, MARTA, NAME)
    assert await db.guests.welcome(again, MARTA + 1, "Nino")


async def test_with_what_they_log_in_with_a_guest_is_active_and_read_at_once(db: Database) -> None:
    await with_account(db)
    account = await db.people.find(MARTA)
    assert account
    assert account.role is Role.FRIEND
    check = await db.requests.live_routine(ActionType.CHECK, MARTA)
    assert check
    assert await db.pauses.take_login_asked(MARTA)  # by a real login, whatever session there was
    with pytest.raises(UnknownGuest):
        await db.guests.store(MARTA + 1, b"x", "y")


async def test_a_guest_can_book_only_once_a_login_has_succeeded_and_the_owner_hears_it_once(
    db: Database, clock: FakeClock
) -> None:
    await with_account(db)
    await outcomes.reject(db, MARTA, LoginRejected("wrong"), clock(), tell=True)
    assert await notices(db, GIULIA) == [NoticeKind.GUEST]  # the invitation was opened: no more than that
    await db.guests.store(MARTA, b"the right one", "other")
    await db.connection.transact(lambda tx: note_success(tx, MARTA, clock()))
    assert await notices(db, MARTA) == [NoticeKind.LOGIN_REJECTED]  # what succeeded was begun before
    for _ in range(2):
        await outcomes.succeed(db, MARTA, clock())
    assert await notices(db, MARTA) == [NoticeKind.LOGIN_REJECTED, NoticeKind.GUEST_ENTERED]
    assert await notices(db, GIULIA) == [NoticeKind.GUEST, NoticeKind.GUEST]
    await db.guests.store(MARTA, b"a newer one", "newer")
    await outcomes.succeed(db, MARTA, clock())
    assert (await notices(db, MARTA))[-2:] == [NoticeKind.GUEST_ENTERED, NoticeKind.GUEST_ENTERED]
    assert await notices(db, GIULIA) == [NoticeKind.GUEST, NoticeKind.GUEST]


async def test_who_logs_in_by_hand_is_told_of_their_first_login_by_one_message(db: Database, clock: FakeClock) -> None:
    await welcomed(db)
    await db.guests.store(MARTA, b"sealed", "fingerprint", by_hand=True)
    await outcomes.reject(db, MARTA, LoginNeeded("by hand"), clock(), tell=True)
    await outcomes.succeed(db, MARTA, clock())
    assert await notices(db, MARTA) == [NoticeKind.LOGIN_REJECTED, NoticeKind.GUEST_ENTERED]
    await outcomes.reject(db, MARTA, LoginNeeded("by hand"), clock(), tell=False)
    await db.guests.store(MARTA, b"a password", "other")
    assert NoticeKind.LOGIN_BACK not in await notices(db, MARTA)  # nothing was tried with it yet


async def test_a_programs_start_keeps_guests_as_they_are(db: Database) -> None:
    await with_account(db)
    waiting = await db.requests.add(booking(MARTA, "YOGA"))
    await welcomed(db, MARTA + 1)
    await with_account(db, MARTA + 2)
    await db.guests.suspend(MARTA + 2)
    link = await db.web_links.make(MARTA + 1, LinkPurpose.ACCOUNT)
    await db.people.set(CONFIGURED)
    # They need it to enter what they log in with.
    assert await db.web_links.use(link, LinkPurpose.ACCOUNT) == Entrant(MARTA + 1)
    assert {each.user_id for each in await db.people.all()} == {GIULIA, MARCO, MARTA}
    kept = await db.requests.find(waiting.id)
    assert kept
    assert kept.status is ActionStatus.PENDING
    assert {each.user_id for each in await db.people.readers()} == {GIULIA, MARCO, MARTA, MARTA + 1, MARTA + 2}


async def test_every_change_is_seen_with_one_look_and_only_what_changed_is_read(db: Database) -> None:
    version, everybody, _ = await db.guests.changed_since(0)
    assert everybody == set()
    await with_account(db)
    await with_account(db, MARTA + 1)
    assert await db.guests.version() > version
    version, everybody, changed = await db.guests.changed_since(version)
    assert everybody == {each.user_id for each in changed} == {MARTA, MARTA + 1}
    await db.guests.suspend(MARTA)
    version, everybody, changed = await db.guests.changed_since(version)
    assert [(each.user_id, each.is_suspended) for each in changed] == [(MARTA, True)]
    await db.guests.set_quota(MARTA, 3)
    await db.people.expect(MARTA + 1)
    assert await db.guests.version() == version  # neither is anybody's concern
    await db.guests.remove(MARTA)
    assert (await db.guests.changed_since(version))[1:] == ({MARTA + 1}, [])


async def test_no_more_bookings_wait_than_the_owner_allows_however_they_are_asked_for(db: Database) -> None:
    await with_account(db)
    await db.guests.set_quota(MARTA, 2)
    first = await db.requests.add(booking(MARTA, "YOGA"))
    watch = NewAction(ActionType.BOOK, MARTA, wish("ZUMBA"), watch=WatchMode.TELL, watch_until=OPENS)
    await db.requests.add(watch)
    with pytest.raises(TooManyWaiting) as full:
        await db.requests.add(booking(MARTA, "PILATES"))
    assert (full.value.user_id, full.value.most) == (MARTA, 2)
    series = await db.series.add(NewPeriodic(MARTA, "Mio", "GAG", "Giuriati", 1, time(18), PeriodicMode.AUTOMATIC))
    with pytest.raises(TooManyWaiting):
        await db.occurrences.queue(series, TUESDAY, booking(MARTA, "GAG"))
    await db.requests.add(NewAction(ActionType.CANCEL, MARTA, wish("BOXE"), booking_id="b"))  # a place is given back
    await db.requests.withdraw(first.id, MARTA)
    assert await db.occurrences.queue(series, TUESDAY, booking(MARTA, "GAG"))
    for course in map(str, range(30)):
        await db.requests.add(booking(MARCO, course))  # who stands in the configuration has no limit


async def test_who_is_suspended_has_nothing_done_until_they_are_resumed(db: Database) -> None:
    await with_account(db)
    waiting = await db.requests.add(booking(MARTA, "YOGA"))
    assert await db.guests.suspend(MARTA)
    assert not await db.guests.suspend(MARTA)
    assert await notices(db, MARTA) == [NoticeKind.SUSPENDED]
    assert await db.people.find(MARTA) is None
    withdrawn = await db.requests.find(waiting.id)
    assert withdrawn
    assert withdrawn.status is ActionStatus.CANCELLED
    await db.guests.store(MARTA, b"other", "other")
    assert await db.people.find(MARTA) is None  # a new password lets nobody in
    assert await db.guests.resume(MARTA)
    assert await db.people.find(MARTA)
    assert NoticeKind.RESUMED in await notices(db, MARTA)


async def test_who_is_suspended_while_a_place_is_being_booked_hears_that_they_hold_it(
    db: Database, clock: FakeClock
) -> None:
    await with_account(db)
    booked = await db.requests.add(booking(MARTA, "YOGA"))
    clock.now = OPENS
    while (action := await db.claims.claim("w", 60)) and action.id != booked.id:
        pass
    assert action
    await db.claims.begin_to_act(action)
    await db.guests.suspend(MARTA)
    await db.settlement.settle(action, outcomes.booked(Booking("YOGA", "Giuriati", TUESDAY, time(18), 55), "seen"))
    assert await notices(db, MARTA) == [NoticeKind.SUSPENDED, NoticeKind.RESULT]


# --- forgetting


async def busy_in_every_table(db: Database, user_id: int, friend: int) -> None:
    """At least one row of the person in every table that can hold one."""
    agreed = await db.agreements.invite(user_id, NAME)
    asked = await db.agreements.open(agreed, friend, "Marco")
    assert asked
    agreement = await db.agreements.accept(asked.id, friend)
    assert agreement
    await db.pairs.book(agreement, booking(user_id, "YOGA"), None, both_or_none=False)
    series = await db.series.add(NewPeriodic(user_id, "Mio", "GAG", "Giuriati", 1, time(18), PeriodicMode.ASK_FIRST))
    await db.confirmations.ask(series, TUESDAY, OPENS, OPENS)
    await db.guests.invite(user_id)
    values = {"u": user_id, "name": NAME}
    for table in await tables_with(db, "user_id"):
        if not await db.connection.rows(f"SELECT 1 FROM {table} WHERE user_id = :u", values):
            await insert_any(db, table, user_id)
    await db.connection.write("UPDATE notices SET about_user_id = :u WHERE user_id = :f", {"u": user_id, "f": GIULIA})
    await db.connection.write("UPDATE booking_actions SET evidence = '/evidence/1' WHERE user_id = :u", values)
    for table in ("web_links", "web_sessions"):
        await db.connection.write(f"UPDATE {table} SET name = :name WHERE user_id = :u", values)


async def tables_with(db: Database, column: str) -> list[str]:
    rows = await db.connection.rows(
        "SELECT t.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c"
        " WHERE t.type = 'table' AND c.name = :column",
        {"column": column},
    )
    return [row[0] for row in rows]


WORDS = {"agent": NAME, "summary": NAME, "address": NAME, "words": NAME, "day": "2026-11-24", "date": "2026-11-24",
         "time": "18:00",
    "purpose": "page",
}  # fmt: skip


async def insert_any(db: Database, table: str, user_id: int) -> None:
    """A row with a value of each column's kind where the table wants one."""
    columns = await db.connection.rows(f"SELECT * FROM pragma_table_info('{table}')")
    if table == "own_events":
        await db.connection.write("INSERT OR IGNORE INTO own_calendars (user_id, address, next_at)"
                                  " VALUES (:u, 'https://x', '2026')", {"u": user_id})  # fmt: skip
    values: dict[str, object] = {}
    for column in columns:
        name, kind = column["name"], column["type"]
        if name == "user_id":
            values[name] = user_id
        elif column["notnull"] and column["dflt_value"] is None and name != "id":
            text = next((word for end, word in WORDS.items() if name.endswith(end)), name)
            values[name] = 1 if kind in ("INTEGER", "REAL") else text
    names = ", ".join(values)
    holes = ", ".join(f":{name}" for name in values)
    await db.connection.write(f"INSERT INTO {table} ({names}) VALUES ({holes})", values)


async def where_it_stands(db: Database, wanted: tuple[object, ...]) -> list[str]:
    """Every column of every table that holds one of the values."""
    found = []
    for table, column in await db.connection.read(lambda tx: tx.columns()):
        values = await db.connection.rows(f'SELECT "{column}" FROM "{table}"')
        if any(str(each) in str(value[0]) for value in values for each in wanted):
            found.append(f"{table}.{column}")
    return found


@pytest.mark.sqlite
async def test_nothing_is_left_of_who_is_forgotten_in_any_table_nor_in_the_file(db: Database, tmp_path: Path) -> None:
    await with_account(db)
    await busy_in_every_table(db, MARTA, MARCO)
    stood = await where_it_stands(db, (MARTA, NAME))
    assert {f"{table}.user_id" for table in await tables_with(db, "user_id")} <= set(stood)
    assert {column.split(".")[1] for column in stood} >= set(PEOPLE_COLUMNS) - {
        "winner_id",
        "friend_id",
        "withdrew_id",
        "ended_by",
    }
    gone = await db.guests.remove(MARTA)
    assert await where_it_stands(db, (MARTA, NAME, "sealed by the caller")) == []
    assert (gone.requests, gone.recurring, gone.evidence) == (1, 1, ("/evidence/1",))
    assert gone.held == 1
    content = b"".join(path.read_bytes() for path in tmp_path.glob("polimisport.db*"))
    assert NAME.encode() not in content
    assert b"sealed by the caller" not in content
    assert await db.people.find(MARTA) is None


@pytest.mark.sqlite
async def test_every_column_that_holds_a_telegram_id_is_known(db: Database) -> None:
    """Whoever adds a column for a person gives it a name that forgetting knows, or adds it there."""
    rows = await db.connection.rows(
        "SELECT t.name AS here, c.name AS named FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c"
        " WHERE t.type = 'table' AND c.type = 'INTEGER' AND (c.name LIKE '%user%' OR c.name LIKE '%owner%'"
        " OR c.name LIKE '%_by' OR c.name LIKE '%person%' OR c.name LIKE '%guest%' OR c.name LIKE '%telegram_id%')"
    )
    assert {row["named"] for row in rows} <= set(PEOPLE_COLUMNS)


@pytest.mark.sqlite
async def test_the_friend_of_who_is_forgotten_is_told_and_keeps_what_is_theirs(db: Database) -> None:
    await with_account(db)
    await busy_in_every_table(db, MARTA, MARCO)
    [theirs] = await db.requests.live(MARCO)
    await db.guests.remove(MARTA)
    kept = await db.requests.find(theirs.id)
    assert kept
    assert kept.status is ActionStatus.PENDING
    rows = await db.connection.rows("SELECT action_id FROM notices WHERE kind = 'friend_left' AND user_id = 43")
    assert [row["action_id"] for row in rows] == [theirs.id]


async def test_what_was_under_way_for_who_is_forgotten_never_counts_for_somebody_else(db: Database) -> None:
    await with_account(db)
    check = await db.claims.claim("worker", 60)
    assert check
    assert check.user_id == MARTA
    told = await db.outbox.next_of_each()
    await db.guests.remove(MARTA)

    new = await db.requests.add(booking(MARCO, "YOGA"))
    assert new.id > check.id
    with pytest.raises(LeaseLost):
        await db.settlement.settle(check, outcomes.failed(LoginRejected("no")))
    row = await db.requests.find(new.id)
    assert row
    assert row.status is ActionStatus.PENDING
    await db.connection.transact(lambda tx: add_notice(tx, MARCO, NoticeKind.LOGIN_REJECTED))
    [fresh] = [each for each in await db.outbox.next_of_each() if each.user_id == MARCO]
    assert fresh.id > max(each.id for each in told)


async def test_nobody_is_forgotten_while_a_place_is_being_booked_for_them(db: Database) -> None:
    await with_account(db)
    new = await db.requests.add(NewAction(ActionType.BOOK, MARTA, wish("YOGA")))
    await db.connection.write("DELETE FROM booking_actions WHERE action_type = 'check'")
    claimed = await db.claims.claim("worker", 60)
    assert claimed
    assert claimed.id == new.id
    with pytest.raises(StillActing):
        await db.guests.remove(MARTA)
    assert await db.people.find(MARTA)
    assert await db.guests.find(MARTA)


async def test_what_is_written_late_of_who_is_forgotten_or_suspended_leaves_no_row(
    db: Database, clock: FakeClock
) -> None:
    await with_account(db)
    await db.guests.suspend(MARTA)
    secret = await db.web_sessions.begin(MARTA, "the page of her account was still open")
    await db.guests.resume(MARTA)
    assert await db.web_sessions.find(secret) is None
    await db.guests.remove(MARTA)
    await db.web_sessions.begin(MARTA, "it still is")
    await db.request_counts.add([RequestCount(MARTA, clock.now, 3), RequestCount(GIULIA, clock.now, 1)])
    for table in ("web_sessions", "request_counts"):
        rows = await db.connection.rows(f"SELECT 1 FROM {table} WHERE user_id = {MARTA}")  # noqa: S608 - constants
        assert rows == [], table


@pytest.mark.sqlite
async def test_whom_the_configuration_names_starts_anew_once_they_are_forgotten(db: Database) -> None:
    await busy_in_every_table(db, MARCO, GIULIA)
    await db.people.choose_language(MARCO, "en")
    await db.guests.remove(MARCO, CONFIGURED[1])
    account = await db.people.find(MARCO)
    assert account
    reader = await db.people.reader(MARCO)
    assert reader
    assert reader.chosen is None
    assert await db.requests.live(MARCO) == []


async def test_whoever_books_together_with_somebody_has_a_name_beside_the_guests(db: Database) -> None:
    number = await db.agreements.invite(GIULIA, "Giulia")
    assert await db.agreements.open(number, MARCO, "Marco")
    assert await db.guests.names() == {GIULIA: "Giulia", MARCO: "Marco"}
