"""Delivers the outbox: sends each notice at least once, in order within a chat.

A notice stays in the database until Telegram has taken it. Chats don't wait for each other, and no new message waits
for an edit of an older one: a chat has at most one message and one edit under way, and its own pause after a failure.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from telegram import Bot
from telegram.error import RetryAfter, TelegramError

from bot.flows.notices import Composer
from bot.flows.outgoing import NothingToTell
from bot.transport.chat import (
    ChatLocks,
    checked,
    end,
    never_opened,
    outcome_unknown,
    reason,
    refused_for_good,
    unreachable,
    wait_seconds,
)
from bot.transport.telling import Teller
from database import Database
from domain.errors import DatabaseError
from domain.model import Notice
from runtime import program
from runtime.changes import PACE, Changes, Pace, changes_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long a delivery waits for what, in seconds."""

    first: float = 1.0  # after the first failure of a notice, doubled with each more
    longest: float = 60.0
    unanswered: tuple[float, ...] = (2.0, 60.0, 600.0, 3600.0)  # after each lost answer: copies get ever rarer
    probe: float = 5.0  # until Telegram is asked again whether it answers at all
    unreachable: float = 6 * 3600.0  # until somebody who can't be reached is tried again without having been heard from
    order: float = 3.0  # for what is under way in the chat: a tap being answered
    grace: float = 2.0  # for what is being sent when the program stops
    pace: Pace = PACE

    def after(self, tries: int) -> float:
        """After that many failed tries of one notice."""
        return min(self.first * 2.0 ** min(tries - 1, 10), self.longest)


PAUSES = Pauses()
IN_ORDER = 1  # lost answers of a notice for which the rest of its chat waits; after more, others go first


@dataclass(slots=True)
class Lane:
    """One chat's deliveries."""

    message: asyncio.Task[None] | None = None  # under way
    edit: asyncio.Task[None] | None = None
    not_before: float = 0.0  # on the monotonic clock
    telegram_is_away: bool = False  # that is why it pauses
    can_not_be_reached: bool = False  # that is why


class Delivery:
    """Decides when each notice is told, and what follows when it could not be told."""

    def __init__(
        self,
        bot: Bot,
        db: Database,
        composer: Composer,
        chats: ChatLocks,
        pauses: Pauses = PAUSES,
        refresh: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        """`refresh` is called at every look, as something was written: who may use the bot may have changed."""
        self._bot = bot
        self._refresh = refresh
        self._db = db
        self._pauses = pauses
        self._teller = Teller(bot, db, composer, chats, pauses.order)
        self._look_again: Callable[[], None] = lambda: None
        self._lanes: dict[int, Lane] = {}
        self._aside: dict[int, float] = {}  # notices that later ones may overtake: when each is tried again
        self._ended: set[int] = set()  # notices whose delivery ended since the outbox was last asked
        self._pause_ends = 0.0  # the first of all pauses
        self._troubled = False
        self._lost: dict[int, int] = {}  # lost answers, also while nothing can be written
        self.last_progress = math.inf  # on the monotonic clock: when it last looked; it has not begun yet

    async def run(self, stop: asyncio.Event) -> None:
        """Delivers until stop is set; then what is being sent gets a moment to arrive."""
        async with changes_of(self._db.connection.changes, stop, self._pauses.pace) as changes:
            self._look_again = changes.ring
            while not stop.is_set():
                self.last_progress = time.monotonic()
                if await self._look():
                    await self._rest(changes)
                else:
                    await program.wait(stop, self._pauses.first)
        under_way = [task for lane in self._lanes.values() for task in (lane.message, lane.edit) if task]
        await end(under_way, self._pauses.grace)

    async def _rest(self, changes: Changes) -> None:
        """Until there may be something to tell: the database was written to, or a pause is over."""
        while (seconds := self._pause_ends - time.monotonic()) > 0 and not await changes.wait(seconds):
            self.last_progress = time.monotonic()

    def try_again(self) -> None:
        """Telegram was away and is back: whatever waited for it need wait no longer."""
        for lane in self._lanes.values():
            if lane.telegram_is_away:
                lane.telegram_is_away, lane.not_before = False, 0.0
        self._look_again()

    def heard_from(self, user_id: int) -> None:
        """Who writes to the bot can be written to again."""
        lane = self._lanes.get(user_id)
        if lane is not None and lane.can_not_be_reached:
            lane.can_not_be_reached, lane.not_before = False, 0.0
            self._look_again()

    async def _look(self) -> bool:
        """One step. False when the outbox could not be read; whatever the error, the next step tries again."""
        try:
            if self._refresh is not None:
                await self._refresh()
            await self.step()
        except DatabaseError as error:
            log.log(logging.DEBUG if self._troubled else logging.ERROR, "The outbox can't be read: %s", error)
        except Exception:
            log.exception("Unexpected error while reading the outbox; trying again")
        else:
            self._troubled = False
            return True
        self._troubled = True
        return False

    async def step(self) -> None:
        """One look: begins what every chat has to hear and is not being told already, messages before edits."""
        now = time.monotonic()
        self._aside = {number: until for number, until in self._aside.items() if until > now}
        self._ended.clear()
        due = await self._db.outbox.next_of_each(self._aside)
        untold = [each for each in due if each.id not in self._ended]  # one told meanwhile is read untold
        for notice in sorted(untold, key=lambda each: each.kind.is_edit):
            lane = self._lanes.setdefault(notice.user_id, Lane())
            if now < lane.not_before:
                continue
            if notice.kind.is_edit and lane.edit is None and lane.message is None:
                lane.edit = self._begin(notice, lane)
            elif not notice.kind.is_edit and lane.message is None:
                lane.message = self._begin(notice, lane)
                self._teller.hurry_edit_of(notice.user_id)
        pauses = [*self._aside.values(), *(lane.not_before for lane in self._lanes.values())]
        self._pause_ends = min((end for end in pauses if end > now), default=math.inf)

    def _begin(self, notice: Notice, lane: Lane) -> asyncio.Task[None]:
        task = asyncio.create_task(self._deliver(notice), name=f"notice {notice.id}")
        task.add_done_callback(partial(self._done, lane, notice))
        return task

    def _done(self, lane: Lane, notice: Notice, task: asyncio.Task[None]) -> None:
        self._ended.add(notice.id)
        if lane.message is task:
            lane.message = None
        else:
            lane.edit = None
        self._look_again()

    async def _deliver(self, notice: Notice) -> None:
        """Tells one notice and marks it, or leaves it for later, or gives it up: never raises."""
        try:
            await self._tell(notice)
        except DatabaseError as error:
            log.error("Notice %s is kept, the database can't be written: %s", notice.id, error)
            self._pause(notice, self._pauses.first)
        except Exception:
            log.exception("Unexpected error while telling notice %s; trying again", notice.id)
            self._pause(notice, self._pauses.longest)

    async def _tell(self, notice: Notice) -> None:
        try:
            again = self._times_lost(notice) and not self._teller.has_told(notice)
            if again and not await self._telegram_answers(notice):
                return
            if await self._teller.tell(notice):
                self._lost.pop(notice.id, None)
        except NothingToTell as nothing:
            await self._give_up(notice, str(nothing))
        except RetryAfter as flood:
            log.warning("Telegram asks notice %s to wait: %s", notice.id, reason(flood))
            self._pause(notice, wait_seconds(flood))
        except TelegramError as error:
            await self._refused(notice, error)

    # What did not go through

    async def _telegram_answers(self, notice: Notice) -> bool:
        """Whether Telegram answers at all. While it does not, no further copy of a notice is sent."""
        try:
            await checked(self._bot.get_me())
        except TelegramError as error:
            self._away(notice, self._pauses.probe, error)
            return False
        return True

    async def _refused(self, notice: Notice, error: TelegramError) -> None:
        """Gives up a notice that Telegram will never accept; after any other error the notice is kept."""
        if unreachable(error):
            await self._can_not_be_reached(notice, error)
        elif refused_for_good(error):
            await self._give_up(notice, reason(error))
        elif outcome_unknown(error):
            await self._in_doubt(notice, error)
        else:
            tries = await self._db.outbox.failed(notice.id)
            self._away(notice, self._pauses.after(tries), error)

    async def _can_not_be_reached(self, notice: Notice, error: TelegramError) -> None:
        """The chat pauses until its person writes again. The owner is told when they never opened the chat."""
        log.warning("Notice %s waits until user %s can be reached: %s", notice.id, notice.user_id, reason(error))
        self._pause(notice, self._pauses.unreachable).can_not_be_reached = True
        await self._db.outbox.failed(notice.id)
        await self._db.people.unreachable(notice.user_id, tell=never_opened(error))

    async def _in_doubt(self, notice: Notice, error: TelegramError) -> None:
        """The notice may have arrived. It is sent again, ever more rarely; after the first time others overtake it."""
        times = self._lost[notice.id] = self._times_lost(notice) + 1
        if times > len(self._pauses.unanswered):
            await self._teller.mark_stale(notice)
            await self._give_up(notice, f"its answer was lost {times} times, so it has most likely arrived")
            return
        pause = self._pauses.unanswered[times - 1]
        log.warning(
            "The answer to notice %s was lost (%s): it is sent again in %.0f s", notice.id, reason(error), pause
        )
        if times > IN_ORDER or notice.kind.is_edit:
            self._aside[notice.id] = time.monotonic() + pause
        else:
            self._pause(notice, pause)
        await self._db.outbox.lost(notice.id)

    def _times_lost(self, notice: Notice) -> int:
        return max(notice.lost, self._lost.get(notice.id, 0))

    async def _give_up(self, notice: Notice, why: str) -> None:
        log.warning("! Notice %s (%s) is given up: %s", notice.id, notice.kind, why)
        await self._db.outbox.give_up(notice.id, why)
        self._teller.forget(notice)
        self._lost.pop(notice.id, None)

    def _away(self, notice: Notice, seconds: float, error: TelegramError) -> None:
        log.warning("Notice %s could not be sent: it is tried again in %.0f s: %s", notice.id, seconds, reason(error))
        if notice.kind.is_edit:
            self._aside[notice.id] = time.monotonic() + seconds
        else:
            self._pause(notice, seconds).telegram_is_away = True

    def _pause(self, notice: Notice, seconds: float) -> Lane:
        lane = self._lanes.setdefault(notice.user_id, Lane())
        lane.not_before = max(lane.not_before, time.monotonic() + seconds)
        return lane
