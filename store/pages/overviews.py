"""The rows that the first page of a person shows, and how their openings went: each read in one snapshot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from domain.matching import find_matching
from domain.model import Action, ClassRef, Clock, HeldBooking, stamp
from domain.overview import OwnOverview, PlannedSeries, RacedOpening
from domain.recurrence import Confirmation, DateAhead, Holiday, OccurrenceState, PeriodicBooking, PlannedDate
from domain.recurrence_rules import RecurrenceRules
from store.account_rows import account_of
from store.bookings import bookings_read_at, held_since, to_held
from store.connection import Connection, Transaction, in_snapshot
from store.pages.signs import signs_of
from store.queue.choices import to_wish
from store.queue.on_lists import on_lists_of
from store.queue.openings import report_of
from store.queue.rows import live_of, to_action
from store.queue.won import with_what_they_got
from store.recurring.confirmations import to_confirmation
from store.recurring.holidays import holidays_of
from store.recurring.recurring_pauses import recurring_pause_of
from store.recurring.series import planned_dates, series_of
from store.row_reading import all_readable, readable

WEEKS = 2  # looked at of each periodic booking: today's date may have begun
OPEN_QUESTIONS = """
    SELECT pending_confirmations.* FROM periodic_bookings
    JOIN pending_confirmations ON periodic_booking_id = periodic_bookings.id
    WHERE periodic_bookings.user_id = :user_id AND pending_confirmations.user_id = :user_id AND outcome IS NULL
        AND expires_at > :now
    ORDER BY expires_at, pending_confirmations.id
"""
RACED = """
    SELECT booking_actions.* FROM booking_actions CROSS JOIN openings ON openings.action_id = booking_actions.id
    WHERE booking_actions.user_id = :user_id ORDER BY openings.opens_at DESC, booking_actions.id DESC LIMIT :most
"""


class Overviews:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_snapshot
    def of(self, tx: Transaction, user_id: int, recurrence: RecurrenceRules) -> OwnOverview:
        """All that the first page of the person shows."""
        now = self._clock()
        today = recurrence.day_of(now)
        live = [action for action in live_of(tx, user_id) if action.wish is not None]
        series = series_of(tx, user_id)
        holidays = [one for one in holidays_of(tx, user_id) if one.last >= today]
        held, raced = held_since(tx, user_id, today), _raced(tx, user_id, 1)
        return OwnOverview(
            sign=signs_of(tx, [user_id], today.isoformat())[user_id],
            account=account_of(tx, user_id),
            held=tuple(held),
            live=tuple(live),
            on_lists=tuple(on_lists_of(tx, user_id, now)),
            alternatives=_alternatives(tx, live),
            given_up=_given_up(tx, user_id, live),
            questions=tuple(_questions(tx, user_id, series, now)),
            series=tuple(_planned(tx, each, holidays, held, recurrence, now) for each in series),
            holidays=tuple(holidays),
            recurring_pause=recurring_pause_of(tx, user_id),
            last_opening=raced[0] if raced else None,
            bookings_read_at=bookings_read_at(tx, user_id),
        )

    @in_snapshot
    def openings(self, tx: Transaction, user_id: int, most: int) -> list[RacedOpening]:
        """How the person's openings went, the latest first."""
        return _raced(tx, user_id, most)


def _raced(tx: Transaction, user_id: int, most: int) -> list[RacedOpening]:
    actions = all_readable(to_action, tx.run(RACED, {"user_id": user_id, "most": most}))
    reports = ((action, report_of(tx, action.id)) for action in with_what_they_got(tx, actions))
    return [RacedOpening(action, report) for action, report in reports if report is not None]


def _alternatives(tx: Transaction, actions: Sequence[Action]) -> dict[int, tuple[ClassRef, ...]]:
    found: dict[int, list[ClassRef]] = {}
    rows = tx.run(
        """
        SELECT * FROM alternatives WHERE action_id IN (SELECT value FROM json_each(:ids)) ORDER BY action_id, position
        """,
        {"ids": json.dumps([action.id for action in actions])},
    )
    for row in rows:
        found.setdefault(row["action_id"], []).append(to_wish(row))
    return {action_id: tuple(others) for action_id, others in found.items()}


def _given_up(tx: Transaction, user_id: int, actions: Sequence[Action]) -> dict[int, HeldBooking]:
    ids = [action.replaces_row_id for action in actions if action.replaces_row_id is not None]
    return {held.id: held for held in _held_by_row(tx, user_id, ids)}


def _held_by_row(tx: Transaction, user_id: int, ids: Sequence[int]) -> list[HeldBooking]:
    if not ids:
        return []
    rows = tx.run(
        "SELECT * FROM user_bookings WHERE id IN (SELECT value FROM json_each(:ids)) AND user_id = :user_id",
        {"ids": json.dumps(ids), "user_id": user_id},
    )
    return all_readable(to_held, rows)


def _questions(
    tx: Transaction, user_id: int, series: Sequence[PeriodicBooking], now: datetime
) -> list[tuple[Confirmation, PeriodicBooking]]:
    if not series:
        return []
    of = {periodic.id: periodic for periodic in series}
    rows = tx.run(OPEN_QUESTIONS, {"user_id": user_id, "now": stamp(now)})
    asked = [to_confirmation(row) for row in rows]
    return [(each, of[each.periodic_booking_id]) for each in asked if each.periodic_booking_id in of]


def _planned(
    tx: Transaction,
    periodic: PeriodicBooking,
    holidays: Sequence[Holiday],
    held: Sequence[HeldBooking],
    recurrence: RecurrenceRules,
    now: datetime,
) -> PlannedSeries:
    """With those of its next dates whose class has not begun."""
    dates = planned_dates(tx, periodic, holidays, recurrence.day_of(now), WEEKS, recurrence, now)
    ahead = [one for one in dates if now < recurrence.starts(periodic, one.day)]
    return PlannedSeries(periodic, tuple(_date(tx, one, periodic, held) for one in ahead))


def _date(tx: Transaction, planned: PlannedDate, periodic: PeriodicBooking, held: Sequence[HeldBooking]) -> DateAhead:
    """A date, the action that was queued for it, and the place that this got; without one, what is held anyway."""
    if planned.action_id is None:
        there = find_matching(held, periodic.on(planned.day))
        return DateAhead(planned, held=there if planned.state in (None, OccurrenceState.QUEUED) else None)
    values = {"id": planned.action_id, "user_id": periodic.user_id}
    row = tx.row("SELECT * FROM booking_actions WHERE id = :id AND user_id = :user_id", values)
    action = readable(to_action, row)
    won = row["won_row_id"] if row is not None else None
    got = _held_by_row(tx, periodic.user_id, [won] if won is not None else [])
    return DateAhead(planned, action, got[0] if got else None)
