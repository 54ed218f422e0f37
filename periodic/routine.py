"""Routine work: the catalogue refresh, the booking syncs, and whether who logs in by hand is logged in."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from domain.errors import AlreadyQueued, LoginNeeded
from domain.model import Account, ActionType, Role
from domain.reading_times import moments, next_reading, openings_around
from domain.requests import NewAction
from periodic.tick import Tick

CHECK_EVERY = timedelta(hours=1)
AFTER_A_CHANGE = timedelta(minutes=1)  # a place that was booked or given back is read once more: a site may undo it
RETRY_ROUTINE = timedelta(minutes=15)  # after a failure, routine work is not queued again at once; doubled with each
LONGEST_ROUTINE = timedelta(days=1)  # ... up to this: what the site refuses is not thrown at it for ever
LOOK_BEFORE_OPENING = timedelta(hours=3, minutes=30)  # three hours are time enough to log in by hand

log = logging.getLogger(__name__)


class RoutineWork:
    """`by_hand`: the users who log in by hand."""

    def __init__(self, tick: Tick, by_hand: Collection[int]) -> None:
        self._db = tick.db
        self._clock = tick.clock
        self._by_hand = by_hand
        self._opening = tick.recurrence.rule

    async def act(self) -> Iterable[datetime]:
        """Queues the catalogue refresh and the booking syncs where nobody's cron did it in time.

        Returns when they are looked at again.
        """
        later = []
        for account in await self._db.people.all():
            later += await self._of(account)
        return later

    async def _of(self, account: Account) -> list[datetime]:
        needs_login = isinstance(account.stop, LoginNeeded)  # then no password is sent: it can be asked if all is well
        if account.rejected and not needs_login:
            return []
        if (until := account.waits_until(self._clock())) is not None:
            return [until]
        times, turned_away = await self._db.history.turned_away(account.user_id)
        if turned_away is not None and (again := turned_away + pause_after(times)) > self._clock():
            return [again]
        later = []
        if account.role is Role.OWNER and turned_away is None and not needs_login:  # else one question is enough
            later.append(await self._read_timetable_if_due(account.user_id))
        by_hand = account.user_id in self._by_hand
        longest = CHECK_EVERY if by_hand else LONGEST_ROUTINE  # a session lives by being used
        later.append(await self._queue_if_due(ActionType.CHECK, account.user_id, CHECK_EVERY, longest))
        return [*later, *(await self._before_openings(account) if by_hand else [])]

    async def _read_timetable_if_due(self, user_id: int) -> datetime:
        """Has the timetable read if it is due; returns when it is looked at again."""
        now = self._clock()
        completed, tried = await self._db.history.last_of(ActionType.REFRESH, user_id)
        done = max((each for each in (completed, await self._db.catalogue.read_at()) if each), default=None)
        starts = [(course.day_of_week, course.start) for course in await self._db.catalogue.courses()]
        due = next_reading(done, now, moments(self._opening, openings_around(self._opening, starts, now)))
        if tried is not None and (done is None or tried > done):  # it is not done yet, or failed
            due = max(due, tried + pause_after(await self._db.history.failures_of(ActionType.REFRESH, user_id)))
        if now < due:
            return due
        if await self._db.quiet_readings.begin() is not None:
            log.info("→ The routine reading of the timetable is queued")
        return now + RETRY_ROUTINE

    async def _before_openings(self, account: Account) -> list[datetime]:
        """Looks well before each opening whether who logs in by hand is logged in; if not, tells while there is time.

        Returns when it looks before the others.
        """
        later = []
        for opening in await self._db.hand_logins.openings_ahead(account.user_id):
            look_at = opening.opens_at - LOOK_BEFORE_OPENING
            if self._clock() < look_at:
                later.append(look_at)
                continue
            _, looked = await self._db.history.last_of(ActionType.CHECK, account.user_id)
            if looked is None or looked < look_at:
                await self._queue(ActionType.CHECK, account.user_id)
            elif await self._db.requests.live_routine(ActionType.CHECK, account.user_id):
                continue  # it tells by itself; the next tick knows what came of it
            elif await self._db.hand_logins.tell_login_due(opening, look_at):
                log.warning("! User %s is told to log in by hand before %s", account.user_id, opening.opens_at)
        return later

    async def _queue_if_due(
        self, kind: ActionType, user_id: int, every: timedelta, longest: timedelta = LONGEST_ROUTINE
    ) -> datetime:
        """Queues routine work if it is due; returns when it is looked at again."""
        now = self._clock()
        done, tried = await self._db.history.last_of(kind, user_id)
        pause = min(pause_after(await self._db.history.failures_of(kind, user_id)), longest)
        due = max(done + every if done else now, tried + pause if tried else now)
        if kind is ActionType.CHECK and (again := await self._after_a_change(user_id, tried)) is not None:
            due = min(due, again)
        if now < due:
            return due
        await self._queue(kind, user_id)
        return now + RETRY_ROUTINE

    async def _after_a_change(self, user_id: int, tried: datetime | None) -> datetime | None:
        """When my bookings are read once more after a change, unless that was tried already; None else."""
        changed = await self._db.history.last_change(user_id, self._clock())
        again = changed + AFTER_A_CHANGE if changed else None
        return again if again and (tried is None or tried < again) else None

    async def _queue(self, kind: ActionType, user_id: int) -> None:
        try:
            action = await self._db.requests.add(NewAction(kind, user_id, quiet=True))
            log.info("→ Routine %s %s is queued for user %s", kind, action.id, user_id)
        except AlreadyQueued as same:
            log.debug("routine %s is queued already: %s", kind, same.action_id)


def pause_after(failures: int) -> timedelta:
    """How long routine work rests that failed so many times running."""
    return min(RETRY_ROUTINE * 2.0 ** min(max(failures - 1, 0), 10), LONGEST_ROUTINE)
