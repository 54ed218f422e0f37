"""What a test has come of an action: the outcomes that handlers return, in short, and those that need the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from database import Database
from domain.errors import AppError, LoginStopped
from domain.model import Action, Booking, ClassRef, NoticeKind, Slot, Timetable
from domain.opening_report import OpeningReport
from domain.outcome import Booked, Cancelled, Done, Failed, PlaceFree, Refreshed, Synced, Waits
from domain.readings import Before
from domain.results import REHEARSED_UNSEEN, REHEARSED_WELL
from store import pauses


def booked(
    booking: Booking,
    result: str = "seen",
    report: OpeningReport | None = None,
    choice: int = 0,
    why_not_first: str = "",
    slot: Slot | None = None,
) -> Done:
    return Done(Booked(booking, slot, choice, why_not_first, report), result)


def place_free(result: str = "a place is free") -> Done:
    return Done(PlaceFree(), result)


def cancelled(class_ref: ClassRef, result: str = "gone") -> Done:
    return Done(Cancelled(class_ref), result)


def failed(error: AppError) -> Failed:
    return Failed(error)


def tried_again(run_at: datetime, error: AppError) -> Waits:
    return Waits(run_at, error, counts=True, notices=(NoticeKind.PROGRESS,))


def postponed(run_at: datetime, opens_at: datetime) -> Waits:
    return Waits(run_at, opens_at=opens_at, notices=(NoticeKind.PROGRESS,))


def waits_with_account(error: AppError) -> Waits:
    return Waits(error=error, sentence=str(error), notices=(NoticeKind.PROGRESS,))


def rehearsed(run_at: datetime, error: AppError | None = None, *, listed: bool = True) -> Waits:
    well = REHEARSED_WELL if listed else REHEARSED_UNSEEN
    result = error.kind if error else well
    return Waits(run_at, error, rehearsal=result, succeeded=error is None, notices=(NoticeKind.REHEARSAL,))


def looks_again(run_at: datetime, error: AppError) -> Waits:
    return Waits(run_at, error, failures=0, succeeded=True)


async def sync(
    db: Database,
    action: Action,
    bookings: Sequence[Booking],
    zone: ZoneInfo,
    before: Before | None = None,
    *,
    in_page: bool = False,
) -> None:
    """Ends a reading of what a person holds, which began when the action was claimed unless `before` says more."""
    before = before or await db.readings.before(action.user_id, action.started_at or action.run_at)
    await db.settlement.settle(action, Done(Synced(tuple(bookings), before, zone, in_page), "read"))


async def refresh(db: Database, action: Action, timetable: Timetable, began_at: datetime | None = None) -> None:
    """Ends a reading of the timetable, which began when the action was claimed unless `began_at` says otherwise."""
    began_at = began_at or action.started_at or action.run_at
    await db.settlement.settle(action, Done(Refreshed(timetable, began_at, None), "read"))


async def reject(db: Database, user_id: int, error: LoginStopped, now: datetime, *, tell: bool) -> None:
    """Stops an account until its person acts."""
    await db.connection.transact(lambda tx: pauses.reject(tx, user_id, error, now, tell=tell))


async def succeed(db: Database, user_id: int, now: datetime) -> None:
    """A worker has done something for the person, after it has logged in anew if they asked for it."""
    await db.pauses.take_login_asked(user_id)
    await db.connection.transact(lambda tx: pauses.note_success(tx, user_id, now))


async def pause(db: Database, user_id: int, error: AppError, rest: pauses.Rest, now: datetime) -> datetime:
    """Lets an account wait."""
    return await db.connection.transact(lambda tx: pauses.pause(tx, user_id, error, rest, now))
