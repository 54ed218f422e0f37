"""booking_actions: how a claimed action leaves `processing`, with everything that follows from it, in one transaction.

There is one way out: settle(). It is fenced: of an action that is not ours any more it writes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain.errors import BookingRefused, LeaseLost, LoginStopped, NothingToCancel, SlotFull
from domain.model import (
    BETWEEN_READINGS,
    Action,
    ActionStatus,
    ActionType,
    Clock,
    NoticeKind,
    Slot,
    SlotStatus,
    instant,
    stamp,
)
from domain.opening_report import ShotOutcome
from domain.outcome import (
    AccountTrouble,
    Booked,
    Cancelled,
    Done,
    Failed,
    Outcome,
    PlaceFree,
    Refreshed,
    Synced,
    Waits,
    refused_as_full,
    report_of,
)
from domain.rests import rest_of
from domain.unknown_outcome import leaves_unknown_outcome
from store.bookings import keep_what_is_booked_anew, mark_cancelled, mark_confirmed
from store.catalogue import mark_free, mark_full, swap
from store.connection import Connection, Transaction, in_transaction
from store.fillings import LOOKED_FOR, note_race, note_reading, note_seen
from store.outbox import add_notice
from store.pauses import note_booked, note_success, pause, reject
from store.queue.choices import choices_of
from store.queue.history import told_already
from store.queue.open_pages import tell_open_pages
from store.queue.openings import lost_at_opening, record_opening
from store.queue.pairs import follow_up, wants_reading
from store.queue.quiet_readings import after_openings, doubt_refusal
from store.queue.readings import sync
from store.queue.reconciliation import reconcile_withdrawn
from store.queue.rows import name_its_class, read_soon, to_action
from store.queue.swaps import ask_back, free_the_replaced, tell_of_the_freed
from store.queue.transitions import end, put_back
from store.queue.won import note_won
from store.recurring.recurring_pauses import pause_recurring

SECOND_READING = BETWEEN_READINGS + timedelta(seconds=1)
AFTER_A_REFUSAL = timedelta(minutes=1)  # without a known reason: some sites have booked all the same by then


class Settlement:
    """Writes what came of actions."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def settle(self, action: Action, outcome: Outcome) -> datetime | None:
        """Writes what came of an action, and tells it. Gives until when its account waits, if that is in trouble.

        Raises LeaseLost when the action is not ours any more: then only the trouble of its account is written, which is
        so whoever holds the action. Raises SiteChanged when the timetable that was read can't be believed.
        """
        until, lost = await self._write(action, outcome)
        if lost is not None:
            raise lost
        return until

    @in_transaction
    def _write(self, tx: Transaction, action: Action, outcome: Outcome) -> tuple[datetime | None, LeaseLost | None]:
        now = self._clock()  # not before we have the lock
        trouble = None if isinstance(outcome, Done) else outcome.account
        until = _note_trouble(tx, action.user_id, trouble, now) if trouble else None
        try:
            _settle(tx, action, outcome, now)
        except LeaseLost as lost:  # by the first statement: nothing was written of the action
            return until, lost
        return until, None


def _settle(tx: Transaction, action: Action, outcome: Outcome, now: datetime) -> None:
    match outcome:
        case Done():
            _complete(tx, action, outcome, now)
        case Failed():
            _fail(tx, action, outcome, now)
        case Waits():
            _wait(tx, action, outcome, now)
    if action.type is ActionType.REFRESH:
        tell_open_pages(tx, now)
    elif action.type is ActionType.BOOK:
        _note_full(tx, action, outcome, now)
        _note_filling(tx, action, outcome, now)
    follow_up(tx, [action.user_id], now)


def _note_filling(tx: Transaction, action: Action, outcome: Outcome, now: datetime) -> None:
    """When, after its opening, the class that was asked for had a place, or none; at the end, whether it was won."""
    report, refused = report_of(outcome), 0 in refused_as_full(action, outcome)
    opens_at = report.opens_at if report else action.opens_at
    if action.wish is None or opens_at is None:
        return
    shots = [shot for shot in report.shots if shot.choice == 0] if report else []
    for shot in shots:
        if report and shot.outcome in (ShotOutcome.FULL, ShotOutcome.ACCEPTED):
            is_full = shot.outcome is ShotOutcome.FULL
            note_seen(tx, action.wish, opens_at, max(0.0, report.arrived(shot)), is_full=is_full)
    after = now - opens_at
    known = action.created_at <= opens_at  # of what the site shows as open before its time, nobody knows since when
    in_time = timedelta(0) <= after <= LOOKED_FOR
    if not known or not (in_time or action.watch):
        return
    if refused and not shots and in_time:
        note_seen(tx, action.wish, opens_at, after.total_seconds(), is_full=True)
    won = _won_the_first(tx, action, outcome, refused=refused)
    if won is False or (won and in_time):  # a watch that lost there mostly ends much later
        note_race(tx, action.wish, opens_at, won=won)


def _won_the_first(tx: Transaction, action: Action, outcome: Outcome, *, refused: bool) -> bool | None:
    """Whether a booking that has ended got the class that was asked for; None while it waits, or when nobody knows.

    A place that a watch found after its opening was lost there.
    """
    match outcome:
        case Done(effect=Booked(choice=0)):
            return action.watch is None or not lost_at_opening(tx, action.id)
        case Done(effect=Booked()) if refused:
            return False
        case Failed(error=SlotFull()) if refused or lost_at_opening(tx, action.id):
            return False
        case _:
            return None


def _note_full(tx: Transaction, action: Action, outcome: Outcome, now: datetime) -> None:
    """What the site refused as full is full for everybody from now on, until it is read again."""
    if not (numbers := refused_as_full(action, outcome)):
        return
    wishes = dict(enumerate([action.wish, *choices_of(tx, action.id)]))
    for number in numbers:
        if (wish := wishes.get(number)) is not None:
            mark_full(tx, wish, now)
    report = report_of(outcome)
    doubt_refusal(tx, report.opens_at if report else action.opens_at, now)


def _note_trouble(tx: Transaction, user_id: int, trouble: AccountTrouble, now: datetime) -> datetime | None:
    """Stops an account until its person acts, or lets it wait; gives until when."""
    error = trouble.error
    if isinstance(error, LoginStopped):
        reject(tx, user_id, error, now, tell=trouble.tell)
        return None
    return pause(tx, user_id, error, lambda rests: rest_of(error, rests, trouble.chance), now, tell=trouble.tell)


# Done


def _complete(tx: Transaction, action: Action, done: Done, now: datetime) -> None:
    effect = done.effect
    values: dict[str, Any] = {
        "status": ActionStatus.COMPLETED,
        "completed_at": stamp(now),
        "result": done.result,
        "failures": action.failures,
    }
    if isinstance(effect, Booked):
        values |= {
            "won_choice": effect.choice,
            "why_not_first": effect.why_not_first or None,
            "booking_id": effect.booking.booking_id,
        }
    end(tx, action, None, values)
    note_success(tx, action.user_id, now)
    match effect:
        case Booked():
            _note_place(tx, action, effect, now)
        case Cancelled():
            name_its_class(tx, action, effect.class_ref)
            mark_cancelled(tx, action.user_id, effect.class_ref, now)
            _tell(tx, action, NoticeKind.RESULT)
        case PlaceFree():
            _tell(tx, action, NoticeKind.RESULT)
        case Synced():
            _note_bookings(tx, action, effect, now)
            _tell_unless_quiet(tx, action)
        case Refreshed():
            if effect.rule is not None:
                note_reading(tx, effect.timetable, effect.rule, effect.began_at, now)
            if swap(tx, effect.timetable, effect.began_at, now):
                second = after_openings(tx, now + SECOND_READING)
                read_soon(tx, action.user_id, now, second - now, ActionType.REFRESH)
            _tell_unless_quiet(tx, action)


def _note_place(tx: Transaction, action: Action, effect: Booked, now: datetime) -> None:
    """A place is held. A swap queues, in the same breath, the cancellation of the booking it replaces."""
    if effect.slot and not effect.choice:
        name_its_class(tx, action, effect.slot.ref)
    keep_what_is_booked_anew(tx, action.user_id, effect.booking)
    note_won(tx, action.id, mark_confirmed(tx, action.user_id, effect.booking, now))
    if effect.report:
        record_opening(tx, action.id, effect.report)
    _note_places_left(tx, action, effect.slot)
    free_the_replaced(tx, action, now, effect.booking.ref)
    note_booked(tx, action.user_id)
    _tell(tx, action, NoticeKind.RESULT)
    tell_of_the_freed(tx, action)


def _note_places_left(tx: Transaction, action: Action, slot: Slot | None) -> None:
    """What a booking saw free beside its own place is free for others, whatever a refusal before it said."""
    if slot is not None and slot.status is SlotStatus.AVAILABLE and (slot.places or 0) > 1 and action.started_at:
        mark_free(tx, replace(slot, places=(slot.places or 0) - 1), action.started_at)


def _note_bookings(tx: Transaction, action: Action, effect: Synced, now: datetime) -> None:
    """user_bookings becomes what the reading proved; what one reading can't prove is read again soon."""
    before = effect.before
    synced = sync(
        tx, action.user_id, effect.bookings, before, effect.zone, now, in_page=effect.in_page, kept=effect.kept
    )
    for row in synced.done_after_all:
        free_the_replaced(tx, to_action(row), now)
    reconcile_withdrawn(tx, before.withdrawn)
    if synced.look_again or wants_reading(tx, action.user_id):
        read_soon(tx, action.user_id, now, SECOND_READING)


# Failed


def _fail(tx: Transaction, action: Action, failed: Failed, now: datetime) -> None:
    """Ends an action that is not tried again. Of routine work the same trouble is told once, until it succeeds again.

    What a swap has cancelled for it in vain is queued to be booked again (ask_back).
    When the site may have done it all the same, the person's bookings are read next: store/queue/reconciliation.py.
    """
    error, failures = failed.error, action.failures + 1
    values = {"status": ActionStatus.FAILED, "completed_at": stamp(now), "result": None, "failures": failures}
    end(tx, action, error, values)
    ask_back(tx, action.id, now)
    of_login = action.quiet and isinstance(error, LoginStopped)  # told by the account's own message
    if pause_recurring(tx, action, error, now):
        _tell(tx, action, NoticeKind.PROGRESS)
    elif not of_login and not told_already(tx, action):
        _tell(tx, action, NoticeKind.RESULT)
    about_a_class = action.type in (ActionType.BOOK, ActionType.CANCEL)
    if about_a_class and (leaves_unknown_outcome(error.kind, failures) or isinstance(error, NothingToCancel)):
        read_soon(tx, action.user_id, now)
    elif error.kind == BookingRefused.__name__:
        read_soon(tx, action.user_id, now, AFTER_A_REFUSAL)


# Waits


def _wait(tx: Transaction, action: Action, waits: Waits, now: datetime) -> None:
    run_at = waits.run_at or action.run_at
    if waits.joins and waits.run_at:
        run_at = _joined(tx, action, waits.run_at, waits.joins)
    if action.type is ActionType.REFRESH and action.quiet:
        run_at = after_openings(tx, run_at)
    values: dict[str, Any] = {"run_at": stamp(run_at), "absent_since": None}
    if waits.absent_since:
        values["absent_since"] = stamp(waits.absent_since)
    if waits.opens_at:
        values["opens_at"] = stamp(waits.opens_at)
    if waits.rehearsal:
        values |= {"rehearse_at": None, "rehearsal": waits.rehearsal}
    if waits.failures is not None:
        values["failures"] = waits.failures
    if waits.counts:
        failures = {"status": ActionStatus.PENDING, "completed_at": None, "failures": action.failures + 1}
        end(tx, action, waits.error, failures | values)
    else:
        if waits.sentence:
            values["error"] = waits.sentence
        put_back(tx, action, values, waits.error, now)
    if waits.report:
        record_opening(tx, action.id, waits.report)
    for kind in waits.notices:
        _tell(tx, action, kind)
    if waits.succeeded:
        note_success(tx, action.user_id, now)


def _joined(tx: Transaction, action: Action, again: datetime, apart: timedelta) -> datetime:
    """When a watch looks next: at `again`, or with another of its day that looks near it, so that both share."""
    row = tx.row(
        """
        SELECT run_at FROM booking_actions INDEXED BY pending_actions
        WHERE status = 'pending' AND run_at BETWEEN :first AND :last AND watch IS NOT NULL AND date = :date
        ORDER BY run_at LIMIT 1
        """,
        {
            "first": stamp(again - apart),
            "last": stamp(again + apart),
            "date": action.wish.day.isoformat() if action.wish else None,
        },
    )
    return instant(row["run_at"]) if row else again


# Told


def _tell(tx: Transaction, action: Action, kind: NoticeKind) -> None:
    add_notice(tx, action.user_id, kind, action_id=action.id)


def _tell_unless_quiet(tx: Transaction, action: Action) -> None:
    """The row is asked, not the action in hand: the person may have asked for it meanwhile (adopt)."""
    row = tx.row("SELECT quiet FROM booking_actions WHERE id = :id", {"id": action.id})
    if row and not row["quiet"]:
        _tell(tx, action, NoticeKind.RESULT)
