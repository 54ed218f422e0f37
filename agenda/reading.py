"""One reading of a person's calendar: fetched, and its events computed in a child process that may be killed."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from agenda.fetching import Fetcher, Unread
from domain.model import instant
from domain.own_calendars import CalendarTrouble, OwnCalendar, OwnEvent

PROJECT = Path(__file__).resolve().parent.parent
EXPAND_SECONDS = 20.0  # for the child to end
EXPAND_ANEW = timedelta(days=7)  # then dates that recur are computed anew, though the calendar has not changed


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reading found; no events when the calendar has not changed since."""

    events: tuple[OwnEvent, ...] | None
    etag: str | None
    last_modified: str | None


async def read(calendar: OwnCalendar, fetcher: Fetcher, now: datetime, zone: ZoneInfo) -> Reading:
    """Reads a calendar. Raises Unread."""
    is_known = calendar.expanded_at is not None and now - calendar.expanded_at < EXPAND_ANEW
    etag, last_modified = (calendar.etag, calendar.last_modified) if is_known else (None, None)
    fetched = await fetcher.fetch(calendar.address, etag, last_modified)
    if fetched is None:
        return Reading(None, etag, last_modified)
    return Reading(await _events(fetched.content, now, zone), fetched.etag, fetched.last_modified)


async def _events(content: bytes, now: datetime, zone: ZoneInfo) -> tuple[OwnEvent, ...]:
    """The events of the text. Raises Unread when the child can't read it, or takes too long or too much for it."""
    command = (sys.executable, "-m", "agenda.expanding", now.isoformat(), zone.key)
    child = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=PROJECT, env={})
    try:
        async with asyncio.timeout(EXPAND_SECONDS):
            told, _ = await child.communicate(content)
    except TimeoutError:
        raise Unread(CalendarTrouble.NO_CALENDAR) from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise Unread(CalendarTrouble.NO_CALENDAR)
    rows = json.loads(told)
    return tuple(OwnEvent(name, instant(starts), instant(ends), all_day) for starts, ends, name, all_day in rows)
