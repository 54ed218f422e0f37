"""Transitions out of `processing`, and notes made in it, fenced by (id, status, attempts).

An error whose effect on the site is unknown is kept. Steps of a transaction, used by store/queue/settlement.py and
store/queue/claims.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from domain.errors import AppError, LeaseLost, SiteError, TakenBack
from domain.model import Action, ActionStatus, stamp
from domain.unknown_outcome import NOT_LET_IN
from store.connection import Transaction
from store.queue.openings import record_opening

FENCE = "WHERE id = :id AND status = 'processing' AND attempts = :mine RETURNING id"
TO_ACT = timedelta(seconds=4)  # a lease lasts so long at the least from when its holder is about to act
HELD_ANEW = "lease_until = max(lease_until, :held_until)"
KEPT_ERROR = """
    CASE WHEN CAST(:met AS TEXT) IS NOT NULL AND (acting = 1 OR opens_at IS NULL OR opens_at <= :now)
            AND (:was_let_in = 1 OR error_kind IS NULL) THEN :met
        ELSE error_kind END
"""
"""The error of this try, where the site may have done what was asked; else the one of an earlier try, if it left that
unknown."""


def _fenced(action: Action) -> dict[str, Any]:
    return {"id": action.id, "mine": action.attempts}


def end(tx: Transaction, action: Action, error: AppError | None, values: Mapping[str, Any]) -> None:
    """Ends a try of an action, if it is still ours: the row tells its error, or none. Raises LeaseLost."""
    all_values = dict(values) | {
        "error": str(error) if error else None,
        "error_kind": error.kind if error else None,
        "evidence": error.evidence if isinstance(error, SiteError) else None,
        "lease_until": None,
    }
    _write(tx, action, [f"{column} = :{column}" for column in all_values], all_values)
    if isinstance(error, SiteError) and error.opening:
        record_opening(tx, action.id, error.opening)


def put_back(tx: Transaction, action: Action, values: Mapping[str, Any], met: AppError | None, now: datetime) -> None:
    """Has an action wait again though its try did not count, if it is still ours. Raises LeaseLost.

    `met`: the error of the try, perhaps after something had been sent.
    """
    columns = [f"{column} = :{column}" for column in values]
    waiting = f"status = '{ActionStatus.PENDING}', completed_at = NULL, lease_until = NULL"
    kind = met.kind if met else None
    kept = {"met": kind, "was_let_in": kind not in NOT_LET_IN, "now": stamp(now)}
    _write(tx, action, [*columns, waiting, f"error_kind = {KEPT_ERROR}"], dict(values) | kept)


def begin_to_act(tx: Transaction, action: Action) -> None:
    """From now on it can't be taken back. Raises TakenBack when it was, LeaseLost when somebody else has it."""
    if tx.run(f"UPDATE booking_actions SET acting = 1 {FENCE}", _fenced(action)):  # noqa: S608 - a constant
        return
    row = tx.row("SELECT status FROM booking_actions WHERE id = :id", {"id": action.id})
    if row and row["status"] == ActionStatus.CANCELLED:
        raise TakenBack(f"action {action.id} was taken back")
    raise lost(action)


def hold_anew(tx: Transaction, action: Action, now: datetime) -> None:
    """The lease lasts long enough to act; one that lasts longer is left as it is. Raises LeaseLost."""
    _write(tx, action, [HELD_ANEW], {"held_until": stamp(now + TO_ACT)})


def note_gave_up(tx: Transaction, action: Action, now: datetime) -> None:
    """What an action replaces is, or may be, given back before it is done. Raises LeaseLost."""
    _write(tx, action, ["gave_up = 1", HELD_ANEW], {"held_until": stamp(now + TO_ACT)})


def note_took_back(tx: Transaction, action: Action) -> None:
    """What an action gave up is held again, and is not given up for it a second time. Raises LeaseLost."""
    _write(tx, action, ["gave_up = 0", "took_back = 1"], {})


def note_pressed(tx: Transaction, action: Action, now: datetime) -> None:
    """A cancellation is about to be confirmed: what is absent then, we gave back. Raises LeaseLost."""
    _write(tx, action, ["pressed = 1", HELD_ANEW], {"held_until": stamp(now + TO_ACT)})


def lost(action: Action) -> LeaseLost:
    return LeaseLost(f"action {action.id} is no longer ours")


def _write(tx: Transaction, action: Action, columns: list[str], values: Mapping[str, Any]) -> None:
    rows = tx.run(
        f"UPDATE booking_actions SET {', '.join(columns)} {FENCE}",  # noqa: S608 - names from store/ alone
        dict(values) | _fenced(action),
    )
    if not rows:
        raise lost(action)
