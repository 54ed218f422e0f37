"""What the machines of one installation share of an account on the site: turns, sessions, codes, requests."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from database import Database, open_database
from domain.request_counts import BURST, PER_MINUTE
from domain.shared_logins import LoginFailure
from store.site_logins import TURN
from tests.conftest import GIULIA, MARCO
from tests.support.clock import FakeClock
from tests.support.engines import Place

pytestmark = pytest.mark.both_engines
STRANGER = 99


async def test_one_login_has_its_turn_until_it_ends_or_says_no_more(db: Database, clock: FakeClock) -> None:
    logins = db.site_logins
    assert await logins.take_turn(GIULIA, "one")
    assert await logins.take_turn(GIULIA, "other") is None
    assert await logins.take_turn(MARCO, "other")
    clock.now += TURN - timedelta(seconds=1)
    assert await logins.take_turn(GIULIA, "one")
    clock.now += TURN - timedelta(seconds=1)
    assert await logins.take_turn(GIULIA, "other") is None
    clock.now += timedelta(seconds=1)
    assert await logins.take_turn(GIULIA, "other")
    await logins.end_turn(GIULIA, "one")
    assert await logins.take_turn(GIULIA, "one") is None
    await logins.end_turn(GIULIA, "other")
    assert await logins.take_turn(GIULIA, "one")


async def test_whose_turn_it_is_learns_how_the_login_before_failed(db: Database) -> None:
    await db.site_logins.take_turn(GIULIA, "one")
    await db.site_logins.note_failure(GIULIA, LoginFailure("LoginRejected", "no"))
    await db.site_logins.end_turn(GIULIA, "one")
    turn = await db.site_logins.take_turn(GIULIA, "other")
    assert turn
    assert turn.failure == LoginFailure("LoginRejected", "no")
    assert turn.failed_at == await db.site_logins.last_failure(GIULIA)
    await db.site_logins.note_failure(GIULIA, None)
    assert await db.site_logins.last_failure(GIULIA) is None


async def test_a_session_replaces_the_version_it_was_made_of_and_no_later_one(db: Database) -> None:
    logins = db.site_logins
    assert await logins.session(GIULIA, 0) is None
    assert await logins.keep(GIULIA, b"1", 0) == 1
    assert await logins.keep(GIULIA, b"login", None) == 2
    assert await logins.keep(GIULIA, b"cookies of the first", 1) is None
    kept = await logins.session(GIULIA, 1)
    assert kept
    assert (kept.version, kept.sealed) == (2, b"login")
    assert await logins.session(GIULIA, 2) is None
    assert await logins.all_kept() == {GIULIA: kept}
    await logins.discard(GIULIA, 1)
    assert await logins.session(GIULIA, 0) == kept
    await logins.discard(GIULIA, 2)
    assert await logins.session(GIULIA, 0) is None


async def test_of_the_sessions_that_one_key_sealed_one_tells_of_it(db: Database) -> None:
    logins = db.site_logins
    await logins.keep(GIULIA, b"key one, giulia", None)
    await logins.keep(MARCO, b"key one, marco", None)
    assert await logins.one_of_each(len("key one")) == [b"key one, giulia"]
    await logins.keep(MARCO, b"key two, marco", None)
    assert sorted(await logins.one_of_each(len("key one"))) == [b"key one, giulia", b"key two, marco"]
    await logins.discard(GIULIA, 1)
    assert await logins.one_of_each(len("key one")) == [b"key two, marco"]


async def test_a_code_is_sent_by_one_alone_however_many_want_it(db: Database, place: Place, clock: FakeClock) -> None:
    async with open_database(place, clock) as other:
        for counter in (100, 101):
            spent = await asyncio.gather(*(each.site_logins.spend_code(GIULIA, counter) for each in (db, other) * 4))
            assert sum(spent) == 1
    assert not await db.site_logins.spend_code(GIULIA, 99), "the site takes none from before the last it took"
    assert await db.site_logins.spend_code(MARCO, 100)


async def test_a_number_that_a_clock_far_ahead_has_noted_forbids_itself_alone(db: Database) -> None:
    assert await db.site_logins.spend_code(GIULIA, 5000)
    assert await db.site_logins.spend_code(GIULIA, 100)
    assert not await db.site_logins.spend_code(GIULIA, 5000)


async def test_all_machines_together_send_no_more_than_one_would(db: Database, place: Place, clock: FakeClock) -> None:
    async with open_database(place, clock) as other:
        both = [each.site_logins for each in (db, other)]
        waits = [await both[n % 2].take_requests(GIULIA, 10) for n in range(BURST // 10)]
        assert set(waits) == {0}
        assert await both[0].take_requests(GIULIA, 10) == pytest.approx(600 / PER_MINUTE)
        clock.now += timedelta(minutes=1)
        assert await both[1].take_requests(GIULIA, PER_MINUTE - 10) == pytest.approx(0, abs=0.01)
        clock.now -= timedelta(hours=1)
        assert await both[1].take_requests(GIULIA, 10) == pytest.approx(600 / PER_MINUTE, abs=0.01)
        assert await both[1].take_requests(MARCO, 10) == 0


async def test_of_who_was_forgotten_nothing_is_written(db: Database) -> None:
    assert await db.site_logins.take_turn(STRANGER, "one")
    assert await db.site_logins.keep(STRANGER, b"1", None) is None
    assert await db.site_logins.spend_code(STRANGER, 100)
    assert await db.site_logins.take_requests(STRANGER, 10) == 0
    for table in ("site_logins", "sent_codes", "request_budgets"):
        assert await db.connection.rows(f"SELECT * FROM {table}") == []  # noqa: S608 - names of our own
