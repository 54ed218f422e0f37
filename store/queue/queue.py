"""booking_actions: the queue. Claimed by one worker at a time under a lease, finished only by who claimed it.

bot_db.py, periodic_executor.py and people put rows in; worker.py takes them out. States and transitions: schema.sql.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.errors import (
    AccountWaits,
    AlreadyQueued,
    AppError,
    LeaseLost,
    LoginNeeded,
    NothingToCancel,
    SiteUnavailable,
)
from domain.model import (
    BETWEEN_READINGS,
    OPENING_LASTS,
    PREPARE,
    Action,
    ActionStatus,
    ActionType,
    Booking,
    ClassRef,
    Clock,
    NoticeKind,
    Slot,
    Timetable,
    instant,
    stamp,
)
from domain.opening_report import OpeningReport
from store.bookings import (
    Before,
    before_reading,
    keep_what_is_booked_anew,
    mark_cancelled,
    mark_confirmed,
    sync,
)
from store.catalogue import swap
from store.connection import Connection, Transaction
from store.outbox import add_notice
from store.pauses import note_booked, note_success
from store.queue.choices import WAITS, Choices, last_call
from store.queue.history import RoutineHistory, told_already
from store.queue.openings import find_opening, record_opening
from store.queue.reconciliation import end_doubt, leaves_doubt
from store.queue.requests import NewAction, enqueue, name_its_class, read_soon, to_action
from store.queue.swaps import ask_back, free_the_replaced, tell_of_the_freed, was_told_as_lost
from store.queue.transitions import (
    FENCE,
    begin_to_act,
    lost,
    note_gave_up,
    note_pressed,
    note_took_back,
    put_back,
    settle,
)
from store.queue.won import with_what_they_got
from store.reading import all_readable, readable
from store.recurring.standstill import let_stand

TAKE = """
    UPDATE booking_actions
    SET status = 'processing', attempts = attempts + 1, crashes = crashes + (status = 'processing'), started_at = :now,
        lease_until = :lease, worker = :worker, acting = acting AND status = 'processing',
        absent_since = CASE status WHEN 'pending' THEN absent_since END
"""
LET_ON = """
    (user_id NOT IN (SELECT user_id FROM accounts WHERE paused_until > :now)
        OR (action_type = 'book' AND opens_at > :opened AND opens_at <= :opening))
"""
"""Whose account does not wait; near its opening a booking is tried all the same, for a stored session may be good."""
CLAIM = f"""
    {TAKE} WHERE id = (
        SELECT id FROM (
            SELECT id, action_type, run_at FROM booking_actions
            WHERE status = 'pending' AND run_at <= :now AND {LET_ON}
            UNION ALL
            SELECT id, action_type, run_at FROM booking_actions WHERE status = 'processing' AND lease_until <= :now
        )
        ORDER BY CASE action_type WHEN 'book' THEN 0 WHEN 'cancel' THEN 1 WHEN 'check' THEN 2 ELSE 3 END, run_at, id
        LIMIT 1
    )
    RETURNING *
"""  # noqa: S608 - a constant of this file
CLAIM_ONE = f"""
    {TAKE} WHERE id = :id AND (status = 'pending' OR (status = 'processing' AND lease_until <= :now))
    RETURNING *
"""  # noqa: S608 - a constant of this file
DUE = f"""
    SELECT EXISTS (SELECT 1 FROM booking_actions WHERE status = 'pending' AND run_at <= :now AND {LET_ON})
        OR EXISTS (SELECT 1 FROM booking_actions WHERE status = 'processing' AND lease_until <= :now)
"""  # noqa: S608 - a constant of this file
GIVE_UP = """
    UPDATE booking_actions
    SET status = 'failed', completed_at = :now, lease_until = NULL, error = :error, error_kind = 'ValueError'
    WHERE id = :id
"""
SECOND_READING = BETWEEN_READINGS + timedelta(seconds=1)
REHEARSED_WELL = "ok"  # as booking_actions.rehearsal keeps it; else the class of an error
REHEARSED_UNSEEN = "unseen"  # the same, of a class that the site does not show before it opens

log = logging.getLogger(__name__)


def _at(now: datetime) -> dict[str, Any]:
    """The moments that DUE and CLAIM ask for."""
    opening = now + PREPARE + timedelta(seconds=1)
    return {"now": stamp(now), "opened": stamp(now - OPENING_LASTS), "opening": stamp(opening)}


class Queue(Choices, RoutineHistory):
    def __init__(self, connection: Connection, clock: Clock) -> None:
        super().__init__(connection, clock)

    # Putting in, looking, withdrawing: the bot and the executor

    async def add(self, new: NewAction) -> Action:
        """Puts an action in the queue. Raises AlreadyQueued with the ticket that is about the same."""
        async with self._db.transaction() as tx:
            return await enqueue(tx, new, self._clock())

    async def find(self, action_id: int, user_id: int | None = None) -> Action | None:
        """An action, with what it got; with user_id only if it is that person's."""
        rows = await self._db.rows(
            "SELECT * FROM booking_actions WHERE id = :id AND (:user_id IS NULL OR user_id = :user_id)",
            {"id": action_id, "user_id": user_id},
        )
        found = await with_what_they_got(self._db, all_readable(to_action, rows))
        return found[0] if found else None

    async def latest(self, user_id: int, limit: int, offset: int = 0) -> list[Action]:
        """A person's own actions with what they got, the newest first, routine work left out."""
        rows = await self._db.rows(
            """
            SELECT * FROM booking_actions WHERE user_id = :user_id AND quiet = 0
            ORDER BY id DESC LIMIT :limit OFFSET :offset
            """,
            {"user_id": user_id, "limit": limit, "offset": offset},
        )
        return await with_what_they_got(self._db, all_readable(to_action, rows))

    async def live(self, user_id: int) -> list[Action]:
        """A person's bookings and cancellations that are not finished, the soonest class first."""
        rows = await self._db.rows(
            """
            SELECT * FROM booking_actions
            WHERE user_id = :user_id AND status IN ('pending', 'processing') AND action_type IN ('book', 'cancel')
            ORDER BY date, time_slot, id
            """,
            {"user_id": user_id},
        )
        return all_readable(to_action, rows)

    async def live_routine(self, kind: ActionType, user_id: int) -> Action | None:
        """A person's check or refresh that is not finished; there is at most one of each."""
        row = await self._db.row(
            """
            SELECT * FROM booking_actions
            WHERE user_id = :user_id AND action_type = :type AND action_type IN ('check', 'refresh')
                AND status IN ('pending', 'processing')
            """,
            {"user_id": user_id, "type": kind},
        )
        return readable(to_action, row)

    async def opening(self, action_id: int) -> OpeningReport | None:
        """How the opening of an action's slot went; None when there was none to wait for."""
        return await find_opening(self._db, action_id)

    async def holders(self) -> list[str]:
        """The workers that have something in hand."""
        rows = await self._db.rows("SELECT DISTINCT worker FROM booking_actions WHERE status = 'processing'")
        return [row["worker"] for row in rows if row["worker"]]

    async def take_from(self, worker: str) -> None:
        """Ends the leases of a worker that is known to be dead: what it held can be claimed at once."""
        await self._db.write(
            "UPDATE booking_actions SET lease_until = :now WHERE status = 'processing' AND worker = :worker",
            {"now": stamp(self._clock()), "worker": worker},
        )

    async def withdraw(self, action_id: int, user_id: int) -> Action | None:
        """Takes a person's action back before it ran, also while it is only being prepared for its opening.

        What waits for another try after one whose answer was lost may have been done: that is read next, and told.
        None when it is not theirs or not waiting any more.
        """
        async with self._db.transaction() as tx:
            now = self._clock()  # not before we have the lock: it may be too late by then
            row = await tx.row(
                f"""
                UPDATE booking_actions SET status = 'cancelled', completed_at = :now, lease_until = NULL
                WHERE {WAITS} RETURNING *
                """,  # noqa: S608 - a constant
                {"id": action_id, "user_id": user_id, "now": stamp(now), "safe": last_call(now)},
            )
            about_a_class = row is not None and row["action_type"] in (ActionType.BOOK, ActionType.CANCEL)
            if row:
                await ask_back(tx, action_id, now)
            if row and about_a_class and leaves_doubt(row["error_kind"], row["failures"]):
                await read_soon(tx, user_id, now)
        return readable(to_action, row)

    async def set_card(self, action_id: int, message_id: int) -> None:
        """Remembers which message in the chat shows the action."""
        await self._db.write(
            "UPDATE booking_actions SET card_message_id = :message_id WHERE id = :id",
            {"message_id": message_id, "id": action_id},
        )

    async def adopt(self, action_id: int, user_id: int, message_id: int) -> Action | None:
        """Makes an unfinished check or refresh tell its end on that message, and begin now, though it was quiet.

        None when it is not the person's, or has ended meanwhile.
        """
        rows = await self._db.write(
            """
            UPDATE booking_actions SET quiet = 0, card_message_id = :message_id, run_at = min(run_at, :now)
            WHERE id = :id AND user_id = :user_id AND action_type IN ('check', 'refresh')
                AND status IN ('pending', 'processing')
            RETURNING *
            """,
            {"message_id": message_id, "id": action_id, "user_id": user_id, "now": stamp(self._clock())},
        )
        return readable(to_action, rows[0] if rows else None)

    # Claiming and holding: the worker

    async def add_claimed(self, new: NewAction, worker: str, lease_seconds: float) -> Action | None:
        """Puts an action in the queue already claimed by us, or claims the pending one that is about the same.

        None when another worker has that one in hand.
        """
        now = self._clock()
        async with self._db.transaction() as tx:
            try:
                action_id = (await enqueue(tx, new, now)).id
            except AlreadyQueued as same:
                action_id = same.action_id
            row = await tx.row(
                CLAIM_ONE,
                {
                    "id": action_id,
                    "now": stamp(now),
                    "lease": stamp(now + timedelta(seconds=lease_seconds)),
                    "worker": worker,
                },
            )
        return readable(to_action, row)

    async def due(self) -> bool:
        """Whether a claim would find something. Only reads: an idle worker may ask many times a second."""
        row = await self._db.row(DUE, _at(self._clock()))
        return bool(row and row[0])

    async def claim(self, worker: str, lease_seconds: float) -> Action | None:
        """Takes the most urgent due action for this worker alone, or one whose worker let its lease run out.

        A row that can't be read, typed by hand as it must be, fails at once and stands in nobody's way.
        """
        now = self._clock()
        lease = stamp(now + timedelta(seconds=lease_seconds))
        async with self._db.transaction() as tx:
            while (row := await tx.row(CLAIM, _at(now) | {"lease": lease, "worker": worker})) is not None:
                try:
                    return to_action(row)
                except ValueError as error:
                    log.error("action %s can't be read and is given up: %s", row["id"], error)
                    told = f"this row can't be read: {error}"
                    await tx.run(GIVE_UP, {"id": row["id"], "now": stamp(now), "error": told})
        return None

    async def extend(self, action: Action, lease_seconds: float) -> None:
        """The heartbeat: moves the lease on. Raises LeaseLost when the action is not ours any more."""
        async with self._db.transaction() as tx:
            lease = stamp(self._clock() + timedelta(seconds=lease_seconds))  # counted from when we have the lock
            rows = await tx.run(
                f"UPDATE booking_actions SET lease_until = :lease {FENCE}",  # noqa: S608 - a constant
                {"lease": lease, "id": action.id, "mine": action.attempts},
            )
        if not rows:
            raise lost(action)

    async def begin_to_act(self, action: Action) -> None:
        """From now on it may book: until now its person could still take it back.

        Raises TakenBack when they did, LeaseLost when somebody else has it in hand.
        """
        async with self._db.transaction() as tx:
            await begin_to_act(tx, action)

    async def giving_up(self, action: Action) -> None:
        """What an action replaces is about to be given back; whoever dies now leaves that behind. Raises LeaseLost."""
        async with self._db.transaction() as tx:
            await note_gave_up(tx, action)

    async def gave_up(self, action: Action, wish: ClassRef) -> None:
        """What an action replaces overlapped it, and was read back as given back. Raises LeaseLost."""
        async with self._db.transaction() as tx:
            await note_gave_up(tx, action)
            await mark_cancelled(tx, action.user_id, wish, self._clock())

    async def took_back(self, action: Action, booking: Booking) -> None:
        """What an action gave up in vain is held again; told, when its loss was. Raises LeaseLost."""
        async with self._db.transaction() as tx:
            await note_took_back(tx, action)
            told = action.gave_up and await was_told_as_lost(tx, action)
            await mark_confirmed(tx, action.user_id, booking, self._clock())
            if told:
                await add_notice(tx, action.user_id, NoticeKind.BACK, booking_row_id=action.replaces_row_id)

    async def pressing(self, action: Action) -> None:
        """A cancellation is about to be confirmed on the site. Raises LeaseLost when it is not ours any more."""
        async with self._db.transaction() as tx:
            await note_pressed(tx, action)

    async def look_once_more(self, action: Action, absent_since: datetime) -> None:
        """A reading did not show what is to be cancelled: no word before a second one, later. Raises LeaseLost."""
        unproved = SiteUnavailable("the list lacks the booking, and one reading is no proof")
        values = {"run_at": stamp(absent_since + SECOND_READING), "absent_since": stamp(absent_since)}
        async with self._db.transaction() as tx:
            await put_back(tx, action, values, unproved, self._clock())
            await self._tell_progress(tx, action)

    async def read_mine_soon(self, user_id: int) -> None:
        """Has "my bookings" read next, quietly: something about them is not clear."""
        async with self._db.transaction() as tx:
            await read_soon(tx, user_id, self._clock())

    async def is_wanted(self, action: Action) -> bool:
        """Whether an action is still to be done, by whomever. Only reads: no lock holds it up."""
        row = await self._db.row("SELECT status FROM booking_actions WHERE id = :id", {"id": action.id})
        return row is not None and row["status"] in (ActionStatus.PENDING, ActionStatus.PROCESSING)

    async def note_doubt(self, action: Action, lost: LeaseLost) -> None:
        """For who has just learnt that a booking or cancellation was withdrawn, after it may have been done.

        "My bookings" are read next, and tell.
        """
        async with self._db.transaction() as tx:
            rows = await tx.run(
                """
                UPDATE booking_actions SET error_kind = :kind
                WHERE id = :id AND status = 'cancelled' AND action_type IN ('book', 'cancel')
                    AND (opens_at IS NULL OR opens_at <= :near) RETURNING user_id
                """,
                {"id": action.id, "kind": lost.kind, "near": last_call(self._clock())},
            )
            for row in rows:
                await read_soon(tx, row["user_id"], self._clock())

    # Settling: the worker, always behind the fence

    async def release(self, action: Action, interrupted: AppError) -> None:
        """Gives an action back as it was: the worker stops, and ended with it what was under way. Raises LeaseLost."""
        async with self._db.transaction() as tx:
            await put_back(tx, action, {"run_at": stamp(action.run_at)}, interrupted, self._clock())

    async def postpone(self, action: Action, run_at: datetime, opens_at: datetime, met: AppError | None = None) -> None:
        """Not open yet: back in the queue until then, told on the card. Raises LeaseLost."""
        async with self._db.transaction() as tx:
            values = {
                "run_at": stamp(run_at),
                "opens_at": stamp(opens_at),
                "failures": action.failures if met is None else 0,
            }
            await put_back(tx, action, values, met, self._clock())
            await self._tell_progress(tx, action)

    async def retry(self, action: Action, run_at: datetime, error: AppError, *, tell: bool = False) -> None:
        """Back in the queue after a failure that may pass, told on the card; with `tell` it rings. Raises LeaseLost."""
        values: dict[str, Any] = {
            "status": ActionStatus.PENDING,
            "completed_at": None,
            "run_at": stamp(run_at),
            "failures": action.failures + 1,
            "absent_since": None,
        }
        async with self._db.transaction() as tx:
            await settle(tx, action, error, values)
            await self._tell_progress(tx, action)
            if tell:
                await add_notice(tx, action.user_id, NoticeKind.STRUGGLING, action_id=action.id)

    async def wait_with_account(self, action: Action, error: AppError) -> None:
        """Back in the queue as it was, for its account waits: that is no failure of its own. Raises LeaseLost."""
        met = None if isinstance(error, AccountWaits) else error
        async with self._db.transaction() as tx:
            values = {"run_at": stamp(action.run_at), "error": str(error)}
            await put_back(tx, action, values, met, self._clock())
            await self._tell_progress(tx, action)

    async def _tell_progress(self, tx: Transaction, action: Action) -> None:
        if not action.quiet:
            await add_notice(tx, action.user_id, NoticeKind.PROGRESS, action_id=action.id)

    async def fail(self, action: Action, error: AppError) -> None:
        """Ends an action that will not be tried again, and tells. Raises LeaseLost.

        Of routine work the same trouble is told once, until it succeeds again.
        When the site may have done it all the same, "my bookings" are read next: store/queue/reconciliation.py.
        """
        async with self._db.transaction() as tx:
            await self._end(tx, action, ActionStatus.FAILED, None, error)
            await ask_back(tx, action.id, self._clock())
            of_login = action.quiet and isinstance(error, LoginNeeded)  # told by the account's own message
            if await let_stand(tx, action, error, self._clock()):
                await add_notice(tx, action.user_id, NoticeKind.PROGRESS, action_id=action.id)
            elif not of_login and not await told_already(tx, action):
                await add_notice(tx, action.user_id, NoticeKind.RESULT, action_id=action.id)
            about_a_class = action.type in (ActionType.BOOK, ActionType.CANCEL)
            unsettled = leaves_doubt(error.kind, action.failures + 1) or isinstance(error, NothingToCancel)
            if about_a_class and unsettled:
                await read_soon(tx, action.user_id, self._clock())

    async def rehearsed(self, action: Action, run_at: datetime, error: AppError | None, *, listed: bool = True) -> None:
        """Ends a rehearsal: its outcome is kept and told, and the action waits for its opening. Raises LeaseLost.

        `listed`: the timetable shows the class already.
        """
        well = REHEARSED_WELL if listed else REHEARSED_UNSEEN
        values = {
            "run_at": stamp(run_at),
            "rehearse_at": None,
            "rehearsal": error.kind if error else well,
        }
        async with self._db.transaction() as tx:
            await put_back(tx, action, values, error, self._clock())
            await add_notice(tx, action.user_id, NoticeKind.REHEARSAL, action_id=action.id)
            if error is None:
                await note_success(tx, action.user_id, self._clock())

    async def in_step(self, action: Action, again: datetime, apart: timedelta) -> datetime:
        """When a watch looks next: at `again`, or with another of its day that looks near it, so that both share."""
        row = await self._db.row(
            """
            SELECT run_at FROM booking_actions INDEXED BY pending_actions
            WHERE status = 'pending' AND run_at BETWEEN :first AND :last AND watch IS NOT NULL AND date = :date
            ORDER BY run_at LIMIT 1
            """,
            {
                "first": stamp(again - apart),
                "last": stamp(again + apart),
                "date": action.day.isoformat() if action.day else None,
            },
        )
        return instant(row["run_at"]) if row else again

    async def look_again(
        self,
        action: Action,
        run_at: datetime,
        met: AppError | None = None,
        opening: OpeningReport | None = None,
        *,
        odd: bool = False,
        tell: bool = False,
        asked: bool = True,
    ) -> None:
        """A watch found nothing, or met an error that passes: it looks again then. Raises LeaseLost.

        `odd`: the look saw nothing it could go by; how many such there were running is kept in `failures`. `asked`: the
        site was, in this account's name; what another account has just read says nothing of this one's login.
        With the report of the opening it begins after, the card tells that it begins; with `tell` it rings.
        """
        async with self._db.transaction() as tx:
            values = {"run_at": stamp(run_at), "failures": action.failures + 1 if odd else 0}
            await put_back(tx, action, values, met, self._clock())
            if opening:
                await record_opening(tx, action.id, opening)
                await add_notice(tx, action.user_id, NoticeKind.PROGRESS, action_id=action.id)
            if tell:
                await add_notice(tx, action.user_id, NoticeKind.STRUGGLING, action_id=action.id)
            if asked and not odd:
                await note_success(tx, action.user_id, self._clock())

    async def complete_book(
        self, action: Action, booking: Booking, result: str, opening: OpeningReport | None = None,
        won_choice: int = 0, why_not_first: str = "", slot: Slot | None = None,
    ) -> None:  # fmt: skip
        """Ends a booking that was seen in "my bookings": action, booking, report and notice together. Raises LeaseLost.

        `slot`: what was booked, as the timetable shows it, if it was looked for. An upgrade queues, in the same breath,
        the cancellation of the booking it replaces.
        """
        async with self._db.transaction() as tx:
            more = {"won_choice": won_choice, "why_not_first": why_not_first or None, "booking_id": booking.booking_id}
            await self._end(tx, action, ActionStatus.COMPLETED, result, None, **more)
            if slot and not won_choice:
                await name_its_class(tx, action, slot.ref)
            await keep_what_is_booked_anew(tx, action.user_id, booking)
            await mark_confirmed(tx, action.user_id, booking, self._clock())
            if opening:
                await record_opening(tx, action.id, opening)
            await free_the_replaced(tx, action, self._clock(), booking.ref)
            await note_booked(tx, action.user_id)
            await add_notice(tx, action.user_id, NoticeKind.RESULT, action_id=action.id)
            await tell_of_the_freed(tx, action)

    async def complete_watch(self, action: Action, result: str) -> None:
        """Ends a watch that was only to tell: a place is free. Raises LeaseLost."""
        async with self._db.transaction() as tx:
            await self._end(tx, action, ActionStatus.COMPLETED, result, None)
            await add_notice(tx, action.user_id, NoticeKind.RESULT, action_id=action.id)

    async def complete_cancel(self, action: Action, wish: ClassRef, result: str) -> None:
        """Ends a cancellation that was read back as gone: action, booking and notice together. Raises LeaseLost."""
        async with self._db.transaction() as tx:
            await self._end(tx, action, ActionStatus.COMPLETED, result, None)
            await name_its_class(tx, action, wish)
            await mark_cancelled(tx, action.user_id, wish, self._clock())
            await add_notice(tx, action.user_id, NoticeKind.RESULT, action_id=action.id)

    async def complete_check(
        self, action: Action, bookings: Sequence[Booking], result: str, zone: ZoneInfo,
        before: Before | None = None, *, in_page: bool = False,
    ) -> None:  # fmt: skip
        """Ends a reading of "my bookings": user_bookings becomes what it proved. Raises LeaseLost.

        `before`: what was known when it began (None: nothing else was at work meanwhile). `in_page`: read in the
        browser. What one reading can't prove is read again soon.
        """
        before = before or await before_reading(self._db, action.user_id, self._clock())
        async with self._db.transaction() as tx:
            await self._end(tx, action, ActionStatus.COMPLETED, result, None)
            synced = await sync(tx, action.user_id, bookings, before, zone, self._clock(), in_page=in_page)
            for row in synced.done_after_all:
                await free_the_replaced(tx, to_action(row), self._clock())
            await end_doubt(tx, before.in_doubt)
            if synced.look_again:
                await read_soon(tx, action.user_id, self._clock(), SECOND_READING)
            await self._tell_unless_quiet(tx, action)

    async def complete_refresh(
        self, action: Action, timetable: Timetable, result: str, began_at: datetime | None = None
    ) -> None:
        """Ends a reading of the timetable: the whole catalogue swaps, or nothing. Raises LeaseLost, SiteChanged.

        `began_at`: before the site was asked (None: just now). What one reading can't prove is read again soon.
        """
        async with self._db.transaction() as tx:
            await self._end(tx, action, ActionStatus.COMPLETED, result, None)
            now = self._clock()
            if await swap(tx, timetable, began_at or now, now):
                await read_soon(tx, action.user_id, now, SECOND_READING, ActionType.REFRESH)
            await self._tell_unless_quiet(tx, action)

    async def _tell_unless_quiet(self, tx: Transaction, action: Action) -> None:
        """The row is asked, not the action in hand: the person may have asked for it meanwhile (adopt)."""
        row = await tx.row("SELECT quiet FROM booking_actions WHERE id = :id", {"id": action.id})
        if row and not row["quiet"]:
            await add_notice(tx, action.user_id, NoticeKind.RESULT, action_id=action.id)

    async def _end(
        self,
        tx: Transaction,
        action: Action,
        status: ActionStatus,
        result: str | None,
        error: AppError | None,
        **more: object,
    ) -> None:
        values = {
            "status": status,
            "completed_at": stamp(self._clock()),
            "result": result,
            "failures": action.failures + (error is not None),
        }
        await settle(tx, action, error, values | more)
        if status is ActionStatus.COMPLETED:
            await note_success(tx, action.user_id, self._clock())
