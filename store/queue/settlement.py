"""booking_actions: how a claimed action leaves `processing`, with everything that follows from it, in one transaction.

Each is fenced: it writes nothing, and raises LeaseLost, unless the action is still ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.errors import AccountWaits, AppError, LoginNeeded, NothingToCancel, SiteUnavailable
from domain.model import (
    BETWEEN_READINGS,
    Action,
    ActionStatus,
    ActionType,
    Booking,
    ClassRef,
    Clock,
    NoticeKind,
    Slot,
    Timetable,
    stamp,
)
from domain.opening_report import OpeningReport
from domain.readings import Before
from domain.results import REHEARSED_UNSEEN, REHEARSED_WELL
from domain.unknown_outcome import leaves_unknown_outcome
from store.bookings import keep_what_is_booked_anew, mark_cancelled, mark_confirmed
from store.catalogue import swap
from store.connection import Connection, Transaction, in_transaction
from store.outbox import add_notice
from store.pauses import note_booked, note_success
from store.queue.history import told_already
from store.queue.openings import record_opening
from store.queue.readings import before_reading, sync
from store.queue.reconciliation import end_doubt
from store.queue.rows import name_its_class, read_soon, to_action
from store.queue.swaps import ask_back, free_the_replaced, tell_of_the_freed
from store.queue.transitions import put_back, settle
from store.queue.won import note_won
from store.recurring.standstill import let_stand

SECOND_READING = BETWEEN_READINGS + timedelta(seconds=1)


class Settlement:
    """Ends actions, or has them wait again."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_transaction
    def release(self, tx: Transaction, action: Action, interrupted: AppError) -> None:
        """Gives an action back as it was: the worker stops, and ended with it what was under way. Raises LeaseLost."""
        put_back(tx, action, {"run_at": stamp(action.run_at)}, interrupted, self._clock())

    @in_transaction
    def postpone(
        self, tx: Transaction, action: Action, run_at: datetime, opens_at: datetime, met: AppError | None = None
    ) -> None:
        """Not open yet: back in the queue until then, told on the card. Raises LeaseLost."""
        values = {
            "run_at": stamp(run_at),
            "opens_at": stamp(opens_at),
            "failures": action.failures if met is None else 0,
        }
        put_back(tx, action, values, met, self._clock())
        self._tell_progress(tx, action)

    @in_transaction
    def retry(self, tx: Transaction, action: Action, run_at: datetime, error: AppError, *, tell: bool = False) -> None:
        """Back in the queue after a failure that may pass, told on the card; with `tell` it rings. Raises LeaseLost."""
        values: dict[str, Any] = {
            "status": ActionStatus.PENDING,
            "completed_at": None,
            "run_at": stamp(run_at),
            "failures": action.failures + 1,
            "absent_since": None,
        }
        settle(tx, action, error, values)
        self._tell_progress(tx, action)
        if tell:
            add_notice(tx, action.user_id, NoticeKind.STRUGGLING, action_id=action.id)

    @in_transaction
    def wait_with_account(self, tx: Transaction, action: Action, error: AppError) -> None:
        """Back in the queue as it was, for its account waits: that is no failure of its own. Raises LeaseLost."""
        met = None if isinstance(error, AccountWaits) else error
        values = {"run_at": stamp(action.run_at), "error": str(error)}
        put_back(tx, action, values, met, self._clock())
        self._tell_progress(tx, action)

    @in_transaction
    def fail(self, tx: Transaction, action: Action, error: AppError) -> None:
        """Ends an action that will not be tried again, and tells. Raises LeaseLost.

        Of routine work the same trouble is told once, until it succeeds again.
        When the site may have done it all the same, "my bookings" are read next: store/queue/reconciliation.py.
        """
        self._end(tx, action, ActionStatus.FAILED, None, error)
        ask_back(tx, action.id, self._clock())
        of_login = action.quiet and isinstance(error, LoginNeeded)  # told by the account's own message
        if let_stand(tx, action, error, self._clock()):
            add_notice(tx, action.user_id, NoticeKind.PROGRESS, action_id=action.id)
        elif not of_login and not told_already(tx, action):
            add_notice(tx, action.user_id, NoticeKind.RESULT, action_id=action.id)
        about_a_class = action.type in (ActionType.BOOK, ActionType.CANCEL)
        unsettled = leaves_unknown_outcome(error.kind, action.failures + 1) or isinstance(error, NothingToCancel)
        if about_a_class and unsettled:
            read_soon(tx, action.user_id, self._clock())

    @in_transaction
    def rehearsed(
        self, tx: Transaction, action: Action, run_at: datetime, error: AppError | None, *, listed: bool = True
    ) -> None:
        """Ends a rehearsal: its outcome is kept and told, and the action waits for its opening. Raises LeaseLost.

        `listed`: the timetable shows the class already.
        """
        well = REHEARSED_WELL if listed else REHEARSED_UNSEEN
        values = {
            "run_at": stamp(run_at),
            "rehearse_at": None,
            "rehearsal": error.kind if error else well,
        }
        put_back(tx, action, values, error, self._clock())
        add_notice(tx, action.user_id, NoticeKind.REHEARSAL, action_id=action.id)
        if error is None:
            note_success(tx, action.user_id, self._clock())

    @in_transaction
    def look_again(
        self,
        tx: Transaction,
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
        values = {"run_at": stamp(run_at), "failures": action.failures + 1 if odd else 0}
        put_back(tx, action, values, met, self._clock())
        if opening:
            record_opening(tx, action.id, opening)
            add_notice(tx, action.user_id, NoticeKind.PROGRESS, action_id=action.id)
        if tell:
            add_notice(tx, action.user_id, NoticeKind.STRUGGLING, action_id=action.id)
        if asked and not odd:
            note_success(tx, action.user_id, self._clock())

    @in_transaction
    def look_once_more(self, tx: Transaction, action: Action, absent_since: datetime) -> None:
        """A reading did not show what is to be cancelled: no word before a second one, later. Raises LeaseLost."""
        unproved = SiteUnavailable("the list lacks the booking, and one reading is no proof")
        values = {"run_at": stamp(absent_since + SECOND_READING), "absent_since": stamp(absent_since)}
        put_back(tx, action, values, unproved, self._clock())
        self._tell_progress(tx, action)

    @in_transaction
    def complete_book(
        self, tx: Transaction, action: Action, booking: Booking, result: str, opening: OpeningReport | None = None,
        won_choice: int = 0, why_not_first: str = "", slot: Slot | None = None,
    ) -> None:  # fmt: skip
        """Ends a booking that was seen in "my bookings": action, booking, report and notice together. Raises LeaseLost.

        `slot`: what was booked, as the timetable shows it, if it was looked for. An upgrade queues, in the same breath,
        the cancellation of the booking it replaces.
        """
        more = {"won_choice": won_choice, "why_not_first": why_not_first or None, "booking_id": booking.booking_id}
        self._end(tx, action, ActionStatus.COMPLETED, result, None, **more)
        if slot and not won_choice:
            name_its_class(tx, action, slot.ref)
        keep_what_is_booked_anew(tx, action.user_id, booking)
        note_won(tx, action.id, mark_confirmed(tx, action.user_id, booking, self._clock()))
        if opening:
            record_opening(tx, action.id, opening)
        free_the_replaced(tx, action, self._clock(), booking.ref)
        note_booked(tx, action.user_id)
        add_notice(tx, action.user_id, NoticeKind.RESULT, action_id=action.id)
        tell_of_the_freed(tx, action)

    @in_transaction
    def complete_watch(self, tx: Transaction, action: Action, result: str) -> None:
        """Ends a watch that was only to tell: a place is free. Raises LeaseLost."""
        self._end(tx, action, ActionStatus.COMPLETED, result, None)
        add_notice(tx, action.user_id, NoticeKind.RESULT, action_id=action.id)

    @in_transaction
    def complete_cancel(self, tx: Transaction, action: Action, wish: ClassRef, result: str) -> None:
        """Ends a cancellation that was read back as gone: action, booking and notice together. Raises LeaseLost."""
        self._end(tx, action, ActionStatus.COMPLETED, result, None)
        name_its_class(tx, action, wish)
        mark_cancelled(tx, action.user_id, wish, self._clock())
        add_notice(tx, action.user_id, NoticeKind.RESULT, action_id=action.id)

    @in_transaction
    def complete_check(
        self, tx: Transaction, action: Action, bookings: Sequence[Booking], result: str, zone: ZoneInfo,
        before: Before | None = None, *, in_page: bool = False,
    ) -> None:  # fmt: skip
        """Ends a reading of "my bookings": user_bookings becomes what it proved. Raises LeaseLost.

        `before`: what was known when it began (None: nothing else was at work meanwhile). `in_page`: read in the
        browser. What one reading can't prove is read again soon.
        """
        before = before or before_reading(tx, action.user_id, self._clock())
        self._end(tx, action, ActionStatus.COMPLETED, result, None)
        synced = sync(tx, action.user_id, bookings, before, zone, self._clock(), in_page=in_page)
        for row in synced.done_after_all:
            free_the_replaced(tx, to_action(row), self._clock())
        end_doubt(tx, before.in_doubt)
        if synced.look_again:
            read_soon(tx, action.user_id, self._clock(), SECOND_READING)
        self._tell_unless_quiet(tx, action)

    @in_transaction
    def complete_refresh(
        self, tx: Transaction, action: Action, timetable: Timetable, result: str, began_at: datetime | None = None
    ) -> None:
        """Ends a reading of the timetable: the whole catalogue swaps, or nothing. Raises LeaseLost, SiteChanged.

        `began_at`: before the site was asked (None: just now). What one reading can't prove is read again soon.
        """
        self._end(tx, action, ActionStatus.COMPLETED, result, None)
        now = self._clock()
        if swap(tx, timetable, began_at or now, now):
            read_soon(tx, action.user_id, now, SECOND_READING, ActionType.REFRESH)
        self._tell_unless_quiet(tx, action)

    def _tell_progress(self, tx: Transaction, action: Action) -> None:
        if not action.quiet:
            add_notice(tx, action.user_id, NoticeKind.PROGRESS, action_id=action.id)

    def _tell_unless_quiet(self, tx: Transaction, action: Action) -> None:
        """The row is asked, not the action in hand: the person may have asked for it meanwhile (adopt)."""
        row = tx.row("SELECT quiet FROM booking_actions WHERE id = :id", {"id": action.id})
        if row and not row["quiet"]:
            add_notice(tx, action.user_id, NoticeKind.RESULT, action_id=action.id)

    def _end(
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
        settle(tx, action, error, values | more)
        if status is ActionStatus.COMPLETED:
            note_success(tx, action.user_id, self._clock())
