"""When a backup is due, which of those that were made are kept, and whether something is wrong with them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

OVERDUE = timedelta(hours=12)  # after it was due: until then an opening, or the start of the machine, may be in its way
RETRY_BACKUP = timedelta(minutes=15)  # after a failure; doubled with each more
LONGEST_BACKUP_PAUSE = timedelta(hours=6)
FAILURES_TOLD = 2  # running: the owner is told then


@dataclass(frozen=True, slots=True)
class BackupState:
    """What is known of the daily backups. `failures`: running, since the last that succeeded."""

    next_at: datetime | None = None
    made_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    error: str | None = None

    def is_overdue(self, now: datetime) -> bool:
        """Whether one should have been made long ago."""
        return self.next_at is not None and now - self.next_at > OVERDUE

    def due_at(self, now: datetime, at: time, zone: ZoneInfo) -> datetime:
        """When the next is made. One that is planned further off than a day can be was planned by a wrong clock."""
        following = next_time(now, at, zone)
        return following if self.next_at is None else min(self.next_at, following)


def pause_of_backups(failures: int) -> timedelta:
    """How long after the last of so many failures running the next try is made."""
    return min(RETRY_BACKUP * 2.0 ** min(max(failures - 1, 0), 10), LONGEST_BACKUP_PAUSE)


def next_time(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The first moment after now at which the wall clock shows that time, or would if it were not put forward."""
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(-1, 3))
    moments = (datetime.combine(day, at, zone).astimezone(now.tzinfo) for day in days)
    return min(moment for moment in moments if moment > now)


def kept(made: Collection[datetime], now: datetime, zone: ZoneInfo, days: int, weeks: int) -> set[datetime]:
    """Which of the backups stay: the last of each of the latest days that have one, and of the latest weeks.

    Days without a backup count for nothing, so that after a month without power as many are kept as ever. Those of
    the future, which a wrong clock has made, stay and count for nothing until their time has come.
    """
    future = {moment for moment in made if moment > now}
    past = sorted(set(made) - future, reverse=True)
    by_day = _latest_of_each(((moment.astimezone(zone).date(), moment) for moment in past), days)
    by_week = _latest_of_each(((moment.astimezone(zone).isocalendar()[:2], moment) for moment in past), weeks)
    return future | by_day | by_week


def _latest_of_each(moments: Iterable[tuple[object, datetime]], most: int) -> set[datetime]:
    """The first moment of each period, of so many periods; the moments come latest first."""
    found: dict[object, datetime] = {}
    for period, moment in moments:
        found.setdefault(period, moment)
    return set(list(found.values())[:most])
