"""Whether the daily backups are made, and how old the newest is. For the doctor."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from database import open_database
from domain.backups import BackupState
from domain.errors import AppError
from domain.model import Clock
from languages.terminal import _, n_
from runtime.backups import Copy, backups
from runtime.settings import Settings

Found = tuple[str, str | None]
"""What was found, and the remedy: None when all is well."""


async def look(settings: Settings, clock: Clock) -> list[Found]:
    """What there is to say; nothing before there is a database."""
    if not settings.has_database:
        return []
    try:
        async with open_database(settings.database) as db:
            state, beats = await db.daily_backups.state(), await db.heartbeats.all()
    except AppError:
        return []  # told of the database itself
    there = await asyncio.to_thread(backups, settings)
    age = _age(there, clock)
    if settings.backups.at is None:
        return [(_("{age}; daily ones are switched off (backups.at)", age=age), None)]
    if state.error is not None:
        failed = _("{age}; the daily one fails: {error}", age=age, error=state.error)
        return [(failed, _("make room in {folder}, or let this user write there", folder=settings.backup_dir))]
    overdue = state.is_overdue(clock())
    if overdue and beats:  # that no program runs at all is no fault
        return [(_("{age}; the daily one was not made", age=age), _("look at the log of the executor"))]
    return [(_next(state, age, settings, overdue=overdue), None)]


def _next(state: BackupState, age: str, settings: Settings, *, overdue: bool) -> str:
    if state.next_at is None or overdue:
        return _("{age}; the executor makes one each day", age=age)
    moment = f"{state.next_at.astimezone(settings.zone):%d/%m %H:%M}"
    return _("{age}; the next daily one is made at {moment}", age=age, moment=moment)


def _age(there: list[Copy], clock: Clock) -> str:
    if not there:
        return _("there is none yet")
    old = max(clock() - there[0].made_at, timedelta())
    hours = int(old.total_seconds() // 3600)
    if hours < 48:
        return n_("the newest is {n} hour old", "the newest is {n} hours old", hours)
    return n_("the newest is {n} day old", "the newest is {n} days old", hours // 24)
