"""The periodic executor: turns recurring bookings into dated ones, asks and expires confirmations, queues routine work.

    python periodic_executor.py [--config PATH] [--burst]

It wakes every minute, acts once per (periodic booking, date) however often it wakes, and after a sleep does what is
still possible and tells what is not. It opens neither Telegram nor the site: it only writes rows.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from datetime import date, datetime, timedelta

import program
from database import Database, NewAction, open_database, people_of
from model import (
    ActionType,
    AlreadyQueued,
    Clock,
    Confirmation,
    DatabaseError,
    PeriodicBooking,
    Role,
    Wish,
    starts_at,
    utc_now,
)
from settings import Settings

TICK = 60.0  # s
REFRESH_EVERY = timedelta(days=1)
CHECK_EVERY = timedelta(hours=1)
QUEUE_AHEAD = timedelta(days=1)  # an automatic booking shows up in the chat this long before its opening
RETRY_ROUTINE = timedelta(minutes=15)  # after a failure, routine work is not queued again at once

log = logging.getLogger(__name__)


class Executor:
    def __init__(self, db: Database, settings: Settings, clock: Clock = utc_now) -> None:
        self._db = db
        self._rule = settings.opening_rule
        self._lead = timedelta(minutes=settings.confirmation.lead_minutes)
        self._deadline = timedelta(minutes=settings.confirmation.deadline_minutes)
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Ticks every minute until stop is set."""
        while not stop.is_set():
            try:
                await self.step()
            except DatabaseError as error:
                log.error("%s", error)
            await program.wait(stop, TICK)

    async def step(self) -> None:
        """One tick: everything that is due now, and nothing twice."""
        await self._confirmed_by_hand()
        await self._unanswered()
        await self._occurrences()
        await self._routine()

    async def _occurrences(self) -> None:
        today = self._today()
        known = {(o.periodic_booking_id, o.day) for o in await self._db.periodic.occurrences_since(today)}
        for periodic in await self._db.periodic.active():
            for day in self._dates(periodic, today):
                if (periodic.id, day) not in known:
                    await self._occurrence(periodic, day)

    def _dates(self, periodic: PeriodicBooking, today: date) -> list[date]:
        """The dates that can be due now: this week's, and while an opening lies further off, the next."""
        first = today + timedelta(days=(periodic.day_of_week - today.weekday()) % 7)
        return [first, first + timedelta(days=7)]

    async def _occurrence(self, periodic: PeriodicBooking, day: date) -> None:
        now = self._clock()
        starts = starts_at(day, periodic.start, self._rule.zone)
        if now >= starts:
            await self._missed(periodic, day, starts)
        elif not periodic.requires_confirmation:
            opens = self._rule.opens_at(day)
            if now >= opens - QUEUE_AHEAD:
                log.info("→ periodic %s: %s is queued for its opening", periodic.id, day)
                await self._db.periodic.queue(periodic, day, self._booking(periodic, day))
        elif now >= starts - self._deadline:
            await self._missed(periodic, day, starts)
        elif now >= starts - self._lead:
            log.info("→ periodic %s: asks about %s", periodic.id, day)
            await self._db.periodic.ask(periodic, day, starts, starts - self._deadline)

    async def _missed(self, periodic: PeriodicBooking, day: date, starts: datetime) -> None:
        """A date we could not act on; one from before the periodic booking was made is no loss."""
        if periodic.created_at < starts - self._deadline:
            log.warning("! periodic %s: woke too late for %s", periodic.id, day)
            await self._db.periodic.miss(periodic, day)

    def _booking(self, periodic: PeriodicBooking, day: date) -> NewAction:
        opens = self._rule.opens_at(day)
        wish = Wish(periodic.course, periodic.location, day, periodic.start)
        return NewAction(
            ActionType.BOOK,
            periodic.user_id,
            wish,
            run_at=max(opens, self._clock()),
            opens_at=opens,
            periodic_booking_id=periodic.id,
        )

    async def _confirmed_by_hand(self) -> None:
        for confirmation in await self._db.periodic.confirmed_by_hand():
            periodic = await self._db.periodic.find(confirmation.periodic_booking_id)
            if periodic is not None:
                day = self._day_of(confirmation)
                await self._db.periodic.confirm(confirmation, day, self._booking(periodic, day))

    async def _unanswered(self) -> None:
        for confirmation in await self._db.periodic.unanswered():
            if await self._db.periodic.expire(confirmation, self._day_of(confirmation)):
                log.info("! confirmation %s was not answered: skipped", confirmation.id)

    def _day_of(self, confirmation: Confirmation) -> date:
        return confirmation.scheduled_for.astimezone(self._rule.zone).date()

    def _today(self) -> date:
        return self._clock().astimezone(self._rule.zone).date()

    async def _routine(self) -> None:
        """Queues the catalogue refresh and the booking syncs where nobody's cron did it in time."""
        for account in await self._db.people.all():
            if account.rejected:
                continue
            if account.role is Role.OWNER:
                await self._routine_action(ActionType.REFRESH, account.user_id, REFRESH_EVERY)
            await self._routine_action(ActionType.CHECK, account.user_id, CHECK_EVERY)

    async def _routine_action(self, kind: ActionType, user_id: int, every: timedelta) -> None:
        now = self._clock()
        done, tried = await self._db.queue.last_of(kind, user_id)
        if (done and now - done < every) or (tried and now - tried < RETRY_ROUTINE):
            return
        try:
            action = await self._db.queue.add(NewAction(kind, user_id, quiet=True))
            log.info("→ routine %s %s for %s", kind, action.id, user_id)
        except AlreadyQueued as same:
            log.debug("routine %s is queued already: %s", kind, same.action_id)


async def main(settings: Settings, arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    async with open_database(settings.database) as db:
        await db.people.set(people_of(settings))
        executor = Executor(db, settings)
        if arguments.burst:
            await executor.step()
        else:
            await executor.run(stop)
    return program.DONE


if __name__ == "__main__":
    parser = program.options("Turns recurring bookings into dated ones; asks and expires confirmations.")
    parser.add_argument("--burst", action="store_true", help="one tick, then stop")
    sys.exit(program.run("executor", parser, main))
