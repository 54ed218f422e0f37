"""The periodic executor: turns recurring bookings into dated ones, asks, expires, reminds, and queues routine work.

    python periodic_executor.py [--config PATH] [--burst]

It wakes every minute, when something is due, and when what recurs was changed; it acts once per (periodic booking,
date) however often it wakes, and after a sleep does what is still possible and tells what is not. It opens neither
Telegram nor the site: it only writes rows.
"""

from __future__ import annotations

from runtime.preflight import PROJECT as PROJECT  # first: it tells who has not the packages

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from database import Database, open_database
from domain.due_dates import DueDate, HeldDate, Memory, first_day, was_awake
from domain.errors import AlreadyQueued, DatabaseError, LoginNeeded
from domain.model import Account, ActionType, Clock, Role, starts_at, utc_now
from domain.recurrence import Confirmation, ConfirmationPurpose
from domain.requests import NewAction
from runtime import program
from runtime.configured import people_of, recurrence_rules_of
from runtime.heartbeat import HeartbeatLoop
from runtime.settings import Settings

TICK = 60.0  # s; at least this often everything is looked at
LOOK = 1.0  # s between looks whether somebody changed what recurs, or the clock was set
LOOK_BACK = timedelta(days=7)  # dates slept through longer ago are not told any more: each weekday once
JUST_TOLD = timedelta(minutes=15)  # who has just heard that it is booked need not be reminded of it yet
TICK_NOTED = timedelta(minutes=5)  # being awake is written down this often, to spare the disk
REFRESH_EVERY = timedelta(days=1)
CHECK_EVERY = timedelta(hours=1)
RETRY_ROUTINE = timedelta(minutes=15)  # after a failure, routine work is not queued again at once; doubled with each
LOOK_BEFORE_OPENING = timedelta(
    hours=3, minutes=30
)  # whether who logs in by hand is logged in: three hours are time enough
LONGEST_ROUTINE = timedelta(days=1)  # ... up to this: what the site refuses is not thrown at it for ever

log = logging.getLogger(__name__)


class Executor:
    def __init__(self, db: Database, settings: Settings, clock: Clock = utc_now) -> None:
        self._db = db
        self._settings = settings
        self._recurrence = recurrence_rules_of(settings)
        self._zone = settings.zone
        self._clock = clock
        self._by_hand = {person.user_id for person in settings.people if person.by_hand}
        self._memory = Memory(0, None)
        self.last_progress = time.monotonic()  # on the monotonic clock: when the loop last went round

    async def run(self, stop: asyncio.Event) -> None:
        """Ticks until stop is set."""
        while not stop.is_set():
            try:
                await self._rest(stop, await self.step())
            except DatabaseError as error:
                log.error("%s", error)
                await program.wait(stop, LOOK)
            except Exception:
                log.exception("a tick failed in a way nobody thought of; the next one tries again")
                await program.wait(stop, TICK)

    async def _rest(self, stop: asyncio.Event, due: datetime | None) -> None:
        """Until a minute has passed, something is due by the clock as it then is, or what recurs was changed."""
        wake = time.monotonic() + TICK
        while not stop.is_set() and (left := wake - time.monotonic()) > 0:
            self.last_progress = time.monotonic()
            until_due = (due - self._clock()).total_seconds() if due else left
            if until_due <= 0:
                return
            await program.wait(stop, min(LOOK, left, until_due))
            if (await self._db.due_dates.memory()).plan_version != self._memory.plan_version:
                return

    async def step(self) -> datetime | None:
        """One tick: everything that is due now, and nothing twice. Returns when something is due next, if known."""
        self._memory = await self._db.due_dates.memory()
        rules = await self._db.rules.in_force(self._settings.house_rules)
        self._recurrence = recurrence_rules_of(self._settings, rules)
        await self._paused_by_hand()
        await self._confirmed_by_hand()
        await self._unanswered()
        await self._asked_by_hand()
        await self._dates()
        moments = [
            *await self._keeping(),
            *await self._reminders(),
            *await self._routine(),
            *await self._moments_of_dates(),
        ]
        await self._note_tick()
        return min((moment for moment in moments if moment > self._clock()), default=None)

    async def _note_tick(self) -> None:
        """Writes down that we were awake; a clock that was set back must not leave a tick in the future."""
        now, last = self._clock(), self._memory.ticked_at
        if last is None or not last <= now < last + TICK_NOTED:
            await self._db.due_dates.remember_tick()

    # Dates nothing was done about yet

    async def _dates(self) -> None:
        first = first_day(self._recurrence, self._memory, self._clock(), LOOK_BACK)
        for due in await self._db.due_dates.due(self._recurrence, first):
            now = self._clock()
            if now >= self._recurrence.last_chance(due.periodic, due.day):
                await self._too_late(due)
            elif not due.on_holiday and now >= self._recurrence.due_at(due.periodic, due.day):
                await self._act(due)

    async def _too_late(self, due: DueDate) -> None:
        """A date we could not act on. One from before it was made, resumed or changed is no loss; nor a day off."""
        periodic, day = due.periodic, due.day
        last_chance = self._recurrence.last_chance(periodic, day)
        if due.on_holiday:
            await self._db.occurrences.pass_over(periodic, day)
        elif last_chance > periodic.since and not was_awake(self._memory, last_chance):
            log.warning("! periodic %s: woke too late for %s", periodic.id, day)
            await self._db.occurrences.miss(periodic, day)

    async def _act(self, due: DueDate) -> None:
        periodic, day, now = due.periodic, due.day, self._clock()
        until = self._recurrence.question_until(periodic, day, now)
        if until is not None:
            if await self._db.confirmations.ask(periodic, day, self._recurrence.starts(periodic, day), until):
                log.info("→ periodic %s: asks about %s", periodic.id, day)
            return
        choices = await self._db.series.alternatives(periodic.id)
        action = await self._db.occurrences.queue(periodic, day, self._recurrence.booking(periodic, day, choices, now))
        if action:
            log.info("→ periodic %s: %s is queued as %s", periodic.id, day, action.id)

    async def _moments_of_dates(self) -> Iterable[datetime]:
        """When the next question or opening comes, and the next deadline."""
        now = self._clock()
        moments = [self._recurrence.next_opening(now)]
        for lead in await self._db.due_dates.leads(self._recurrence):
            following = await self._db.due_dates.next_class(self._recurrence.asks_until(now, lead))
            if following:
                moments.append(starts_at(*following, self._zone) - lead)
        deadline = await self._db.confirmations.next_deadline()
        return [*moments, deadline] if deadline else moments

    # Questions that are open

    async def _paused_by_hand(self) -> None:
        for periodic_id in await self._db.due_dates.paused_by_hand():
            log.info("  periodic %s was paused by hand: what waits for it is withdrawn", periodic_id)
            await self._db.occurrences.withdraw(periodic_id)

    async def _confirmed_by_hand(self) -> None:
        for confirmation in await self._db.confirmations.confirmed_by_hand():
            periodic = await self._db.series.find(confirmation.periodic_booking_id)
            if confirmation.purpose is ConfirmationPurpose.KEEP:
                await self._db.keeping.keep(confirmation)
            elif periodic is not None:
                day = self._recurrence.day_of(confirmation.scheduled_for)
                choices = await self._db.series.alternatives(periodic.id)
                booking = self._recurrence.booking(periodic, day, choices, self._clock())
                await self._db.confirmations.confirm(confirmation, day, booking)

    async def _asked_by_hand(self) -> None:
        for confirmation_id in await self._db.confirmations.ask_what_was_put_in_by_hand():
            log.info("→ confirmation %s was put in by hand: asked", confirmation_id)

    async def _unanswered(self) -> None:
        for confirmation in await self._db.confirmations.unanswered():
            day = self._recurrence.day_of(confirmation.scheduled_for)
            periodic = await self._db.series.find(confirmation.periodic_booking_id)
            if confirmation.purpose is ConfirmationPurpose.KEEP and periodic and not periodic.active:
                await self._db.keeping.close(periodic.id)  # paused by hand: what is held stays
            elif confirmation.purpose is ConfirmationPurpose.KEEP:
                await self._not_kept(confirmation)
            elif await self._db.confirmations.expire(confirmation, day):
                log.info("! confirmation %s was not answered: skipped", confirmation.id)

    async def _not_kept(self, confirmation: Confirmation) -> None:
        """A held place nobody wanted to keep: given back while that costs nothing; later the person decides."""
        starts, now = confirmation.scheduled_for, self._clock()
        day = self._recurrence.day_of(starts)
        if now >= starts:
            await self._db.keeping.close_too_late(confirmation, day, tell=not confirmation.silence_keeps)
        elif now >= self._recurrence.free_until(starts):
            log.warning("! confirmation %s: woke too late to give the place back for free", confirmation.id)
            await self._db.keeping.leave_open(confirmation)
        else:
            action = await self._db.keeping.expire(confirmation, day, self._recurrence.free_until(starts))
            log.info("! confirmation %s was not answered: given back by %s", confirmation.id, action and action.id)

    # What is held

    async def _keeping(self) -> Iterable[datetime]:
        """Asks about the places that are held on trial. Returns when it asks about the others."""
        first = first_day(self._recurrence, self._memory, self._clock(), LOOK_BACK)
        last = self._recurrence.last_held_day(self._clock())
        held = await self._db.due_dates.held_unasked(first, last)
        return [self._recurrence.keep_asked_at(await self._keep(each)) for each in held]

    async def _keep(self, each: HeldDate) -> datetime:
        """Deals with one place that is held on trial; returns when its class begins."""
        now, booking = self._clock(), each.held.booking
        starts = starts_at(booking.day, booking.start, self._zone)
        in_time = self._recurrence.keep_until(starts)
        if now < self._recurrence.keep_asked_at(starts) or await self._said_yes_late(each):
            return starts
        if now < starts:
            log.info("→ periodic %s: asks whether %s is kept", each.periodic.id, booking.day)
            await self._db.keeping.ask(each.periodic, each.held, starts, in_time if now < in_time else starts)
        elif not was_awake(self._memory, starts):
            await self._db.keeping.miss(each.periodic, booking.day)
        return starts

    async def _said_yes_late(self, each: HeldDate) -> bool:
        """Whether the person was asked whether to book it when it was time to ask whether it is kept, and said yes."""
        starts = self._recurrence.starts(each.periodic, each.held.booking.day)
        return await self._db.confirmations.confirmed_since(
            each.periodic, each.held.booking.day, self._recurrence.keep_asked_at(starts)
        )

    async def _reminders(self) -> Iterable[datetime]:
        """Reminds of what is held while it can be given back. Returns when it reminds of the rest."""
        now = self._clock()
        later = []
        first, last = self._recurrence.day_of(now), self._recurrence.last_held_day(now)
        for held in await self._db.reminders.due(first, last, told=now - JUST_TOLD):
            starts = starts_at(held.booking.day, held.booking.start, self._zone)
            moment = self._recurrence.remind_at(starts)
            later.append(moment)
            if moment <= now < self._recurrence.free_until(starts) and await self._db.reminders.remind(held, now):
                log.info("→ booking %s: reminded of %s", held.id, held.booking.day)
        return later

    # Routine work

    async def _routine(self) -> Iterable[datetime]:
        """Queues the catalogue refresh and the booking syncs where nobody's cron did it in time."""
        later = []
        for account in await self._db.people.all():
            needs_login = isinstance(
                account.stop, LoginNeeded
            )  # no password is sent: it can be asked whether all is well
            if account.rejected and not needs_login:
                continue
            if (until := account.waits_until(self._clock())) is not None:
                later.append(until)
                continue
            times, last = await self._db.history.turned_away(account.user_id)
            if last is not None and (again := last + pause_after(times)) > self._clock():
                later.append(again)
                continue
            if (
                account.role is Role.OWNER and last is None and not needs_login
            ):  # while it is turned away one question is enough
                later.append(await self._routine_action(ActionType.REFRESH, account.user_id, REFRESH_EVERY))
            by_hand = account.user_id in self._by_hand
            longest = CHECK_EVERY if by_hand else LONGEST_ROUTINE  # a session lives by being used
            later.append(await self._routine_action(ActionType.CHECK, account.user_id, CHECK_EVERY, longest))
            if by_hand:
                later += await self._before_openings(account)
        return later

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
                await self._queue_routine(ActionType.CHECK, account.user_id)
            elif await self._db.requests.live_routine(ActionType.CHECK, account.user_id):
                continue  # it tells by itself; the next tick knows what came of it
            elif await self._db.hand_logins.tell_login_due(opening, look_at):
                log.warning("! %s has to log in by hand before %s: told", account.user_id, opening.opens_at)
        return later

    async def _routine_action(
        self, kind: ActionType, user_id: int, every: timedelta, longest: timedelta = LONGEST_ROUTINE
    ) -> datetime:
        """Queues routine work if it is due; returns when it is looked at again."""
        now = self._clock()
        done, tried = await self._db.history.last_of(kind, user_id)
        pause = min(pause_after(await self._db.history.failures_of(kind, user_id)), longest)
        due = max(done + every if done else now, tried + pause if tried else now)
        if now < due:
            return due
        await self._queue_routine(kind, user_id)
        return now + RETRY_ROUTINE

    async def _queue_routine(self, kind: ActionType, user_id: int) -> None:
        try:
            action = await self._db.requests.add(NewAction(kind, user_id, quiet=True))
            log.info("→ routine %s %s for %s", kind, action.id, user_id)
        except AlreadyQueued as same:
            log.debug("routine %s is queued already: %s", kind, same.action_id)


def pause_after(failures: int) -> timedelta:
    """How long routine work rests that failed so many times running."""
    return min(RETRY_ROUTINE * 2.0 ** min(max(failures - 1, 0), 10), LONGEST_ROUTINE)


async def main(settings: Settings, arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    async with open_database(settings.database, stop=stop) as db:
        await db.people.set(people_of(settings))
        executor = Executor(db, settings)
        if arguments.burst:
            await executor.step()
        else:
            async with HeartbeatLoop(db.heartbeats, "executor", lambda: executor.last_progress).running():
                log.info("the executor is up")
                await executor.run(stop)
    return program.DONE


if __name__ == "__main__":
    parser = program.options("Turns recurring bookings into dated ones; asks and expires confirmations.")
    parser.add_argument("--burst", action="store_true", help="one tick, then stop")
    sys.exit(program.run("executor", parser, main))
