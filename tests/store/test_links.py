"""A question carries the date it is about, and a ticket the place it got; in a file of version 4 as in a new one."""

from __future__ import annotations

import sqlite3
from datetime import time, timedelta
from pathlib import Path

from database import open_database
from domain.model import Booking
from domain.recurrence import PeriodicMode
from tests.conftest import GIULIA
from tests.support.recurring import TUESDAY, Life, held, life, rome  # noqa: F401 - a fixture

VERSION_4 = Path(__file__).resolve().parent.parent / "schemas" / "version4.sql"
DATE_OF_QUESTION = """
    SELECT date FROM pending_confirmations JOIN occurrences ON occurrences.id = occurrence_id
    ORDER BY pending_confirmations.id
"""


async def dates_of_questions(life: Life) -> list[str]:
    return [row["date"] for row in await life.db.connection.rows(DATE_OF_QUESTION)]


async def test_whether_to_book_it_is_asked_about_a_date(life: Life) -> None:
    await life.make(PeriodicMode.ASK_FIRST)
    await life.at(rome(TUESDAY, 17, 30))
    assert await dates_of_questions(life) == [TUESDAY.isoformat()]


async def test_whether_it_is_kept_is_asked_about_a_date(life: Life) -> None:
    await held(life)
    await life.at(rome(TUESDAY, 15))
    assert await dates_of_questions(life) == [TUESDAY.isoformat()]


async def test_a_question_that_is_asked_again_is_about_the_date_that_was_planned_anew(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST)
    await life.at(rome(TUESDAY, 17, 30))
    await life.db.series.set_active(mine.id, GIULIA, active=False)
    assert await dates_of_questions(life) == []
    await life.db.series.set_active(mine.id, GIULIA, active=True)
    await life.at(rome(TUESDAY, 17, 31))
    assert await dates_of_questions(life) == [TUESDAY.isoformat()]


async def test_a_question_put_in_by_hand_is_about_its_date_once_it_is_answered(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST)
    await life.db.connection.write(
        "INSERT INTO pending_confirmations (user_id, periodic_booking_id, scheduled_for, expires_at)"
        " VALUES (:user, :periodic, '2026-11-24T17:00:00.000Z', '2026-11-24T16:50:00.000Z')",
        {"user": GIULIA, "periodic": mine.id},
    )
    assert await dates_of_questions(life) == []
    await life.db.connection.write("UPDATE pending_confirmations SET confirmed = 1")
    await life.at(rome(TUESDAY - timedelta(days=1), 12))
    assert await dates_of_questions(life) == [TUESDAY.isoformat()]
    assert len(await life.actions()) == 1


async def test_a_ticket_says_what_it_got_though_its_place_goes_by_another_name_since(life: Life) -> None:
    await held(life)
    await life.db.connection.write("UPDATE user_bookings SET booking_id = 'renamed', course_name = 'PILATES BASE'")
    [action] = await life.actions()
    assert action.got is not None
    assert action.got.course == "PILATES BASE"


def fill(path: Path) -> None:
    """A file of version 4 in which a series has a date, a question about it and a place that was won."""
    place = Booking("PILATES", "Giuriati", TUESDAY, time(18), 55)
    with sqlite3.connect(path) as shell:
        shell.executescript(VERSION_4.read_text(encoding="utf-8"))
        shell.execute(
            "INSERT INTO periodic_bookings (id, user_id, course_name, location, day_of_week, time_slot)"
            " VALUES (1, 42, 'PILATES', 'Giuriati', 1, '18:00')"
        )
        for number, day in enumerate(("2026-11-17", "2026-11-24", "2026-12-01"), start=1):
            shell.execute(
                "INSERT INTO occurrences (id, periodic_booking_id, date, state) VALUES (?, 1, ?, 'queued')",
                (number, day),
            )
        shell.execute(
            "INSERT INTO pending_confirmations (user_id, periodic_booking_id, scheduled_for, expires_at)"
            " VALUES (42, 1, '2026-11-24T17:00:00.000Z', '2026-11-24T16:50:00.000Z')"
        )
        shell.execute(
            "INSERT INTO booking_actions (action_type, user_id, status, location, course_name, date, time_slot,"
            " booking_id, course_type, won_choice)"
            " VALUES ('book', 42, 'completed', 'Giuriati', 'PILATES', '2026-11-24', '18:00', ?, 'Platinum', 0)",
            (place.booking_id,),
        )
        for kind in ("Gold", "Platinum", "Silver"):
            shell.execute(
                "INSERT INTO user_bookings (user_id, booking_id, course_name, location, booking_date, booking_time,"
                " course_type) VALUES (42, ?, 'PILATES', 'Giuriati', '2026-11-24', '18:00', ?)",
                (place.booking_id, kind),
            )
        shell.execute("PRAGMA user_version = 4")
    shell.close()


async def test_the_questions_and_tickets_of_an_earlier_file_get_their_dates_and_places(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    fill(path)
    async with open_database(path) as db:
        [question] = await db.connection.rows(DATE_OF_QUESTION)
        assert question["date"] == "2026-11-24"
        [won] = await db.connection.rows(
            "SELECT held.course_type FROM booking_actions JOIN user_bookings AS held ON held.id = won_row_id"
        )
        assert won["course_type"] == "Platinum"
        [action] = await db.requests.latest(42, 9)
        assert action.got is not None
        assert action.got.course_type == "Platinum"
