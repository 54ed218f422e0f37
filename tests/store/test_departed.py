"""Who is taken out of config.json: what waited for them ends at the next start, and their files go; history stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from database import Database
from domain.errors import AppError, SlotFull
from domain.model import ActionStatus, ActionType, Booking, ClassRef, NoticeKind, Role, WatchMode
from domain.people import Person
from domain.recurrence import PeriodicMode
from domain.requests import NewAction, NewPeriodic
from safety.personal_files import SESSIONS, forget_others
from store.connection import Transaction
from store.departed import NO_LONGER_HERE
from store.outbox import add_notice
from tests.conftest import GIULIA, MARCO
from tests.support import outcomes
from tests.support.clock import FakeClock

pytestmark = pytest.mark.both_engines

TUESDAY = date(2026, 11, 24)
STARTS = datetime(2026, 11, 24, 17, tzinfo=UTC)
OPENS = datetime(2026, 11, 22, 23, tzinfo=UTC)
EVERYBODY = [Person(GIULIA, Role.OWNER, "g"), Person(MARCO, Role.FRIEND, "m")]


def wish(course: str) -> ClassRef:
    return ClassRef(course, "Giuriati", TUESDAY, time(18))


async def busy(db: Database, user_id: int) -> None:
    """Somebody with a booking, a watch, a series that asks, a place that is held and a message on its way."""
    check = await db.claims.add_claimed(NewAction(ActionType.CHECK, user_id, quiet=True), "test", 60)
    assert check
    held = [Booking("YOGA", "Giuriati", TUESDAY, time(9), 55)]
    await outcomes.sync(db, check, held, ZoneInfo("Europe/Rome"))
    await db.requests.add(NewAction(ActionType.BOOK, user_id, wish("PILATES"), run_at=OPENS, opens_at=OPENS))
    watch = NewAction(ActionType.BOOK, user_id, wish("ZUMBA"), watch=WatchMode.BOOK, watch_until=STARTS)
    await db.requests.add(watch)
    series = await db.series.add(NewPeriodic(user_id, "Mio", "GAG", "Giuriati", 1, time(18), PeriodicMode.ASK_FIRST))
    await db.confirmations.ask(series, TUESDAY, STARTS, STARTS - timedelta(minutes=5))


COUNTS = {
    "actions": "SELECT count(*) FROM booking_actions WHERE status IN ('pending', 'processing') AND user_id = :user",
    "questions": "SELECT count(*) FROM pending_confirmations WHERE outcome IS NULL AND user_id = :user",
    "series": "SELECT count(*) FROM periodic_bookings WHERE active = 1 AND user_id = :user",
    "notices": "SELECT count(*) FROM notices WHERE sent_at IS NULL AND user_id = :user",
    "held": "SELECT count(*) FROM user_bookings WHERE status = 'confirmed' AND user_id = :user",
}


async def waiting(db: Database, user_id: int) -> dict[str, int]:
    """How much waits, asks, recurs or is yet to be told."""
    return {name: (await db.connection.rows(sql, {"user": user_id}))[0][0] for name, sql in COUNTS.items()}


ALL_OF_IT = {"actions": 2, "questions": 1, "series": 1, "notices": 1, "held": 1}
NOTHING_BUT_WHAT_IS_HELD = {"actions": 0, "questions": 0, "series": 0, "notices": 0, "held": 1}


async def test_of_a_friend_who_is_removed_nothing_waits_any_more_and_the_others_keep_theirs(db: Database) -> None:
    await busy(db, MARCO)
    await busy(db, GIULIA)
    await db.people.set(EVERYBODY[:1])
    assert await waiting(db, MARCO) == NOTHING_BUT_WHAT_IS_HELD
    assert await waiting(db, GIULIA) == ALL_OF_IT
    [row] = await db.connection.rows("SELECT DISTINCT error FROM notices WHERE sent_at IS NOT NULL")
    assert row["error"] == NO_LONGER_HERE


async def test_an_owner_who_is_replaced_leaves_as_little(db: Database) -> None:
    await busy(db, GIULIA)
    await db.people.set([Person(7, Role.OWNER, "new"), EVERYBODY[1]])
    assert await waiting(db, GIULIA) == NOTHING_BUT_WHAT_IS_HELD


async def test_who_comes_back_finds_their_history_and_nothing_books_by_itself(db: Database) -> None:
    await busy(db, MARCO)
    await db.people.set(EVERYBODY[:1])
    await db.people.set(EVERYBODY)
    assert await waiting(db, MARCO) == NOTHING_BUT_WHAT_IS_HELD
    assert {action.status for action in await db.requests.latest(MARCO, 9)} == {ActionStatus.CANCELLED}
    assert len(await db.series.of(MARCO)) == 1


async def test_what_a_worker_is_just_doing_ends_and_is_told_to_nobody(db: Database, clock: FakeClock) -> None:
    await db.requests.add(NewAction(ActionType.BOOK, MARCO, wish("PILATES")))
    action = await db.claims.claim("test", 60)
    assert action
    await db.people.set(EVERYBODY[:1])
    await db.settlement.settle(action, outcomes.failed(SlotFull("no")))
    assert (await db.requests.latest(MARCO, 1))[0].status is ActionStatus.FAILED
    assert await db.outbox.next_of_each() == []


async def test_what_was_prepared_for_an_opening_is_not_booked(db: Database) -> None:
    await db.requests.add(NewAction(ActionType.BOOK, MARCO, wish("PILATES"), opens_at=OPENS))
    action = await db.claims.claim("test", 60)
    assert action
    await db.people.set(EVERYBODY[:1])
    with pytest.raises(AppError, match="taken back"):
        await db.claims.begin_to_act(action)


async def test_no_message_is_written_for_who_left(db: Database) -> None:
    await db.people.set(EVERYBODY[:1])

    def steps(tx: Transaction) -> None:
        add_notice(tx, MARCO, NoticeKind.LOGIN_REJECTED)
        add_notice(tx, GIULIA, NoticeKind.LOGIN_REJECTED)

    await db.connection.transact(steps)
    assert [notice.user_id for notice in await db.outbox.next_of_each()] == [GIULIA]


async def test_their_sessions_and_what_the_site_showed_them_are_deleted(db: Database, tmp_path: Path) -> None:
    state = tmp_path / "polimisport.state"
    theirs, mine = state / "evidence" / "1-book", state / "evidence" / "2-book"
    for folder, user in ((theirs, MARCO), (mine, GIULIA)):
        folder.mkdir(parents=True)
        action = await db.requests.add(NewAction(ActionType.BOOK, user, wish("PILATES")))
        await db.connection.write(
            "UPDATE booking_actions SET evidence = :folder WHERE id = :id", {"folder": str(folder), "id": action.id}
        )
    names = ["43.json", "43.otp", "43.rejected", "43.lock", ".43.json.x1y2", "42.json", "calendars.json"]
    sessions = state / SESSIONS
    sessions.mkdir()
    for name in names:
        (sessions / name).touch()
    outside = tmp_path / "43.json"
    outside.touch()
    await db.people.set(EVERYBODY[:1])

    forget_others(state, {GIULIA}, [*await db.people.evidence_of_departed(), str(tmp_path)])

    assert sorted(file.name for file in sessions.iterdir()) == ["42.json", "calendars.json"]
    assert [folder.name for folder in (state / "evidence").iterdir()] == ["2-book"]
    assert outside.exists()
    assert await db.people.evidence_of_departed() == []
