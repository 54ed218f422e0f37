"""accounts that wait: after a trouble of the account itself (a login that got stuck, too many requests) nothing is sent
for it until `paused_until`, by whichever worker. Part of store/people.py; claims leave its actions alone.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from domain.errors import AppError, Blocked, LoginBlocked, LoginStopped, LoginUnavailable, OtpRejected
from domain.model import BY_OWNER, OPENING_LASTS, Clock, NoticeKind, Pause, instant, stamp
from store.connection import Connection, Row, Transaction, in_transaction
from store.first_logins import note_login
from store.hand_logins import note_entered
from store.outbox import add_notice

FORBIDDEN = 403  # met by more than one account: it is our address that is turned away
WATCHES_APART = 90  # s over which the watches of an account come back after its pause
NEEDS_RESET = """
    SELECT 1 FROM accounts WHERE user_id = :user_id AND (rejected = 1 OR rests > 0 OR pause_kind IS NOT NULL)
"""
OVER = "paused_until = NULL, pause_kind = NULL, pause_reason = NULL"
OF_LOGIN = [
    each.__name__ for each in (LoginBlocked, LoginUnavailable, OtpRejected)
]  # over as soon as something succeeds

Rest = Callable[[int], timedelta]
"""How long to wait, by how often the account has waited since something last succeeded."""


def to_pause(row: Row) -> Pause | None:
    """What an account waits for; a row of accounts."""
    if row["paused_until"] is None:
        return None
    return Pause(instant(row["paused_until"]), row["pause_kind"] or "", row["pause_reason"] or "")


class Pauses:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_transaction
    def end(self, tx: Transaction, user_id: int, *, log_in: bool = False) -> None:
        """Ends the account's pause, and a rejected login too, because its person asked for it.

        `log_in`: whether the next action tries the login anew, though a session may still live.
        """
        start_anew(tx, user_id, self._clock(), log_in=log_in)

    async def take_login_asked(self, user_id: int) -> bool:
        """Whether the person has asked for a new login. True once for each time they ask."""
        taken = await self._db.write(
            "UPDATE accounts SET login_asked = 0 WHERE user_id = :user_id AND login_asked = 1 RETURNING user_id",
            {"user_id": user_id},
        )
        return bool(taken)

    async def ask_login_again(self, user_id: int) -> None:
        """Asks once more for the login that was asked for and could not be tried to its end."""
        await self._db.write("UPDATE accounts SET login_asked = 1 WHERE user_id = :user_id", {"user_id": user_id})


def start_anew(tx: Transaction, user_id: int, now: datetime, *, log_in: bool, tell: bool = True) -> None:
    """Ends what an account waits for, and a rejected login too.

    `log_in`: whether the next action tries the login anew, though a session may still live.
    """
    note_entered(tx, user_id, now, tell=tell)
    tx.run(
        "UPDATE accounts SET rejected = 0, login_asked = :log_in WHERE user_id = :user_id",
        {"user_id": user_id, "log_in": int(log_in)},
    )
    end_pause(tx, user_id, now)


def end_pause(tx: Transaction, user_id: int, now: datetime) -> None:
    """Ends the account's pause; what waited for it goes on at once."""
    tx.run(f"UPDATE accounts SET {OVER} WHERE user_id = :user_id", {"user_id": user_id})  # noqa: S608 - a constant
    tx.run(
        "UPDATE booking_actions SET run_at = :now"  # what was due meanwhile is late only from now on
        " WHERE user_id = :user_id AND status = 'pending' AND run_at < :now",
        {"user_id": user_id, "now": stamp(now)},
    )
    tx.run(
        """
        UPDATE booking_actions SET run_at = :now
        WHERE user_id = :user_id AND status = 'pending' AND status IN ('pending', 'processing')
            AND action_type = 'book' AND run_at > :now AND failures > 0 AND opens_at BETWEEN :opened AND :now
        """,
        {"user_id": user_id, "now": stamp(now), "opened": stamp(now - OPENING_LASTS)},
    )


def reject(tx: Transaction, user_id: int, error: LoginStopped, now: datetime, *, tell: bool) -> None:
    """Marks the account's login as refused or diverted. With `tell` a notice says so, once."""
    marked = tx.run(
        """
        UPDATE accounts SET rejected = 1, rejected_kind = :kind, rejected_reason = :reason, rejected_at = :now
        WHERE user_id = :user_id AND rejected = 0 RETURNING user_id
        """,
        {"user_id": user_id, "kind": error.kind, "reason": str(error), "now": stamp(now)},
    )
    if marked and tell:
        add_notice(tx, user_id, NoticeKind.LOGIN_REJECTED)


def pause(tx: Transaction, user_id: int, error: AppError, rest: Rest, now: datetime, *, tell: bool = True) -> datetime:
    """Pauses an account and returns until when. An account that is paused already stays paused as long as before.

    With `tell` its person is told of a trouble of another kind than the last, or of the first since something
    succeeded. When the site forbids itself to several accounts, all wait.
    """
    row = tx.row("SELECT * FROM accounts WHERE user_id = :user_id", {"user_id": user_id})
    if row is None:
        return now
    known = to_pause(row)
    if known is not None and known.until > now:
        return known.until
    until = now + rest(row["rests"])
    let_wait(tx, user_id, Pause(until, error.kind, str(error)), now)
    tx.run("UPDATE accounts SET rests = rests + 1 WHERE user_id = :user_id", {"user_id": user_id})
    if tell and (not row["rests"] or row["pause_kind"] != error.kind):
        add_notice(tx, user_id, NoticeKind.ACCOUNT_WAITS)
    if isinstance(error, Blocked) and error.status == FORBIDDEN and not error.at_login:
        _pause_address(tx, user_id, Pause(until, error.kind, str(error)), now)
    return until


def let_wait(tx: Transaction, user_id: int, pause: Pause, now: datetime) -> None:
    """Stores the pause, edits the cards of the account's pending actions, and spreads its watches out."""
    values = {"user_id": user_id, "until": stamp(pause.until), "kind": pause.kind, "reason": pause.reason}
    tx.run(
        "UPDATE accounts SET paused_until = :until, pause_kind = :kind, pause_reason = :reason"
        " WHERE user_id = :user_id",
        values,
    )
    waiting = tx.run(
        """
        SELECT id, watch FROM booking_actions INDEXED BY pending_actions
        WHERE user_id = :user_id AND status = 'pending' AND run_at <= :until AND action_type <> 'refresh'
        """,
        values,
    )
    for row in waiting:
        if row["watch"] is None:
            add_notice(tx, user_id, NoticeKind.PROGRESS, action_id=row["id"])
            continue
        later = pause.until + timedelta(seconds=random.uniform(0, WATCHES_APART))  # noqa: S311 - no secret
        tx.run("UPDATE booking_actions SET run_at = :at WHERE id = :id", {"at": stamp(later), "id": row["id"]})


def _pause_address(tx: Transaction, user_id: int, pause: Pause, now: datetime) -> None:
    """Pauses all accounts when another one is paused for the same reason: the site turns our address away."""
    values = {"user_id": user_id, "now": stamp(now), "until": stamp(pause.until), "kind": pause.kind,
              "reason": pause.reason}  # fmt: skip
    others = tx.run(
        """
        SELECT user_id, paused_until > :now AND pause_kind = :kind AND pause_reason = :reason AS same,
            coalesce(paused_until, '') >= :until AS longer
        FROM accounts WHERE user_id <> :user_id AND active = 1
        """,
        values,
    )
    if not any(other["same"] for other in others):
        return
    for other in others:
        if not other["same"] and not other["longer"]:
            let_wait(tx, other["user_id"], pause, now)


def note_booked(tx: Transaction, user_id: int) -> None:
    """Ends the account's pause after it has booked: the site accepts it again. Not one that the owner wants."""
    tx.run(
        "UPDATE accounts SET paused_until = NULL, pause_kind = NULL, pause_reason = NULL"
        " WHERE user_id = :user_id AND paused_until IS NOT NULL AND pause_kind <> :by_owner",
        {"user_id": user_id, "by_owner": BY_OWNER},
    )


def note_success(tx: Transaction, user_id: int, now: datetime) -> None:
    """Resets the account's count of pauses after a success, and ends a pause that concerned its login."""
    values = {"user_id": user_id, "of_login": json.dumps([[kind] for kind in OF_LOGIN])}
    told = note_login(tx, user_id, now)
    if tx.row(NEEDS_RESET, values) is None:
        return
    note_entered(tx, user_id, now, tell=not told)
    tx.run("UPDATE accounts SET rests = 0 WHERE user_id = :user_id AND rests > 0", values)
    tx.run(
        f"UPDATE accounts SET {OVER} WHERE user_id = :user_id"  # noqa: S608 - a constant
        " AND pause_kind IN (SELECT value ->> 0 FROM json_each(:of_login))",
        values,
    )
