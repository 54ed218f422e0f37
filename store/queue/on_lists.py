"""The classes on whose waiting list the site has put a person, as far as anybody has told since: no bookings."""

from __future__ import annotations

from datetime import datetime

from domain.errors import OnWaitingList
from domain.model import Action
from store.bookings import held_since
from store.connection import Transaction
from store.queue.reconciliation import DAY, FINISHED
from store.queue.rows import live_of, to_action
from store.row_reading import all_readable

LAST_TOLD = f"""
    SELECT * FROM booking_actions INDEXED BY finished_by_class
    WHERE {FINISHED} AND date >= :today
        AND (error_kind = :kind OR status = 'completed' AND coalesce(won_choice, 0) = 0)
    ORDER BY id DESC
"""  # noqa: S608 - a constant of this file


def on_lists_of(tx: Transaction, user_id: int, now: datetime) -> list[Action]:
    """A person's requests that ended on the site's waiting list, one a class, the soonest class first.

    What is held, is asked for again or was settled by a later request is left out. Today's may have begun.
    """
    today = (now - DAY).date()  # the site's date may be another than the one in UTC
    values = {"user_id": user_id, "today": today.isoformat(), "kind": OnWaitingList.__name__}
    others = [held.ref for held in held_since(tx, user_id, today)]
    others += [action.wish for action in live_of(tx, user_id) if action.wish is not None and action.watch is None]
    waits: list[Action] = []
    for action in all_readable(to_action, tx.run(LAST_TOLD, values)):
        if action.wish is None or any(action.wish.matches(each) for each in others):
            continue
        others.append(action.wish)
        if action.waits_on_list:
            waits.append(action)
    return sorted(waits, key=lambda action: (action.class_ref.day, action.class_ref.start, action.id))
