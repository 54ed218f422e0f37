"""accounts, one row: how it is read."""

from __future__ import annotations

from domain.errors import LoginStopped, login_stop
from domain.model import Account, Role
from store.connection import Row, Transaction
from store.pauses import to_pause


def to_account(row: Row) -> Account:
    """The account in a row."""
    rejected, login_asked = bool(row["rejected"]), bool(row["login_asked"])
    return Account(row["user_id"], Role(row["role"]), rejected, to_pause(row), _rejection(row), login_asked)


def account_of(tx: Transaction, user_id: int) -> Account | None:
    """The account of a Telegram user; None for a stranger."""
    row = tx.row("SELECT * FROM accounts WHERE user_id = :user_id AND active = 1", {"user_id": user_id})
    return to_account(row) if row else None


def _rejection(row: Row) -> LoginStopped | None:
    return login_stop(row["rejected_kind"], row["rejected_reason"] or "") if row["rejected"] else None
