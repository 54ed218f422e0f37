"""The outbox: in order within a chat, no chat waiting for another, nothing in the way of the rest."""

from __future__ import annotations

import pytest

from database import Database
from domain.delivered import Told
from domain.model import NoticeKind
from store.outbox import add_notice
from tests.conftest import GIULIA, MARCO

pytestmark = pytest.mark.both_engines


async def add(db: Database, user_id: int, kind: NoticeKind) -> None:
    await db.connection.transact(lambda tx: add_notice(tx, user_id, kind))


async def test_each_person_hears_the_oldest_first(db: Database) -> None:
    for user_id, kind in [
        (GIULIA, NoticeKind.LOGIN_REJECTED),
        (GIULIA, NoticeKind.GONE),
        (MARCO, NoticeKind.GONE),
    ]:
        await add(db, user_id, kind)
    first = await db.outbox.next_of_each()
    assert [(notice.user_id, notice.kind) for notice in first] == [(GIULIA, "login_rejected"), (MARCO, "gone")]
    await db.outbox.sent(first[0], Told())
    assert [notice.id for notice in await db.outbox.next_of_each()] == [2, 3]


async def test_a_failed_try_keeps_the_notice_and_is_counted(db: Database) -> None:
    await add(db, GIULIA, NoticeKind.GONE)
    assert await db.outbox.failed(1) == 1
    assert await db.outbox.failed(1) == 2
    assert len(await db.outbox.next_of_each()) == 1


async def test_a_notice_of_a_kind_nobody_knows_stops_no_other(db: Database) -> None:
    await db.connection.write("INSERT INTO notices (user_id, kind) VALUES (42, 'from the future')")
    await add(db, GIULIA, NoticeKind.GONE)
    assert await db.outbox.next_of_each() == []
    assert [notice.kind for notice in await db.outbox.next_of_each()] == [NoticeKind.GONE]
    [row] = await db.connection.rows("SELECT error FROM notices WHERE id = 1")
    assert "from the future" in row["error"]


async def test_what_only_edited_a_list_of_places_is_not_kept_once_it_is_done(db: Database) -> None:
    for kind in (NoticeKind.PAGE, NoticeKind.GONE):
        await add(db, GIULIA, kind)
    await add(db, MARCO, NoticeKind.PAGE)
    page, gone, other = await db.outbox.next_of_each()
    for notice in (page, gone):
        await db.outbox.sent(notice, Told())
    await db.outbox.give_up(other.id, "nothing to tell")
    assert [row["kind"] for row in await db.connection.rows("SELECT kind FROM notices")] == ["gone"]
