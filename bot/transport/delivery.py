"""The outbox on its way: looks for what people should hear, sends it at least once, in order within a chat.

A notice stays in the database until Telegram has taken it. Chats don't wait for each other, and no new message waits
for an edit of an older one: a chat has at most one message and one edit under way, and its own pause after a failure.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from dataclasses import dataclass
from functools import partial

from telegram import Bot
from telegram.error import RetryAfter, TelegramError

from bot.flows.notices import Composer
from bot.flows.outgoing import CardEdit, NothingToTell, OutgoingNotice
from bot.transport.chat import (
    ChatLocks,
    edit,
    hopeless,
    in_doubt,
    never_opened,
    reason,
    send_new,
    understood,
    unless,
    unreachable,
    wait_seconds,
)
from database import Database
from domain.delivered import Told
from domain.errors import DatabaseError
from domain.model import Notice
from runtime import program

LOOK_EVERY = 0.2  # s; each look wakes a sleeping processor, which is most of what idling costs
FIRST_PAUSE = 1.0  # s after the first failure, doubled with each more
LONGEST_PAUSE = 60.0  # s
DOUBT_PAUSES = (2.0, 60.0, 600.0, 3600.0)  # s after each lost answer; it may have arrived, so copies get ever rarer
IN_ORDER = 1  # lost answers of a notice for which the rest of its chat waits; after more, others go first
PROBE_PAUSE = 5.0  # s until Telegram is asked again whether it answers at all
AWAY_PAUSE = 6 * 3600.0  # s until somebody who can't be reached is tried again without having been heard from
MOST_STALE = 3  # old messages that are told one by one; more become one
ORDER_PATIENCE = 3.0  # s a message waits for what is under way in its chat: a tap being answered
GRACE = 2.0  # s for what is being sent when the program stops

log = logging.getLogger(__name__)


def pause_after(tries: int) -> float:
    """Seconds to wait after that many failed tries of one notice."""
    return min(FIRST_PAUSE * 2.0 ** min(tries - 1, 10), LONGEST_PAUSE)


@dataclass(slots=True)
class Lane:
    """One chat's deliveries."""

    message: asyncio.Task[None] | None = None  # under way
    edit: asyncio.Task[None] | None = None
    not_before: float = 0.0  # on the monotonic clock
    telegram_is_away: bool = False  # that is why it pauses
    can_not_be_reached: bool = False  # that is why


class Delivery:
    """Delivers until told to stop."""

    def __init__(self, bot: Bot, db: Database, composer: Composer, chats: ChatLocks) -> None:
        self._bot = bot
        self._db = db
        self._composer = composer
        self._chats = chats
        self._changes = db.connection.changes()
        self._lanes: dict[int, Lane] = {}
        self._message_due: dict[int, asyncio.Event] = {}  # by user whose edit is under way: it gives way
        self._aside: dict[int, float] = {}  # notices others go before, each with when it is tried again
        self._troubled = False
        self._told: dict[int, Told] = {}  # what arrived, or is shown, and is not marked yet
        self._told_together: dict[int, list[Notice]] = {}  # the same, by the first of what became one message
        self._lost: dict[int, int] = {}  # lost answers, also while nothing can be written
        self._edited: set[int] = set()  # notices whose card was tried to be edited in place of a message
        self.last_progress = math.inf  # on the monotonic clock: when it last looked; it has not begun yet

    async def run(self, stop: asyncio.Event) -> None:
        """Delivers until stop is set; then what is being sent gets a moment to arrive."""
        while not stop.is_set():
            self.last_progress = time.monotonic()
            await program.wait(stop, await self._look())
        under_way = [task for lane in self._lanes.values() for task in (lane.message, lane.edit) if task]
        if under_way:
            await asyncio.wait(under_way, timeout=GRACE)

    def try_again(self) -> None:
        """Telegram was away and is back: whatever waited for it need wait no longer."""
        for lane in self._lanes.values():
            if lane.telegram_is_away:
                lane.telegram_is_away, lane.not_before = False, 0.0

    def heard_from(self, user_id: int) -> None:
        """Who writes to the bot can be written to again."""
        lane = self._lanes.get(user_id)
        if lane is not None and lane.can_not_be_reached:
            lane.can_not_be_reached, lane.not_before = False, 0.0

    async def _look(self) -> float:
        """One step, whatever comes of it. Returns the seconds until the next."""
        try:
            if self._changes.any():
                await self.step()
        except DatabaseError as error:
            log.log(logging.DEBUG if self._troubled else logging.ERROR, "the outbox can't be read: %s", error)
        except Exception:
            log.exception("the outbox can't be read")
        else:
            self._troubled = False
            return LOOK_EVERY
        self._troubled = True
        return FIRST_PAUSE

    async def step(self) -> None:
        """One look: begins what every chat has to hear and is not being told already, messages before edits."""
        now = time.monotonic()
        self._aside = {number: until for number, until in self._aside.items() if until > now}
        due = await self._db.outbox.next_of_each(self._aside)
        for notice in sorted(due, key=lambda each: each.kind.is_edit):
            lane = self._lanes.setdefault(notice.user_id, Lane())
            if now < lane.not_before:
                continue
            if notice.kind.is_edit and lane.edit is None and lane.message is None:
                lane.edit = self._begin(notice, lane)
            elif not notice.kind.is_edit and lane.message is None:
                lane.message = self._begin(notice, lane)
                if notice.user_id in self._message_due:
                    self._message_due[notice.user_id].set()

    def _begin(self, notice: Notice, lane: Lane) -> asyncio.Task[None]:
        task = asyncio.create_task(self._deliver(notice), name=f"notice {notice.id}")
        task.add_done_callback(partial(self._done, lane))
        return task

    @staticmethod
    def _done(lane: Lane, task: asyncio.Task[None]) -> None:
        if lane.message is task:
            lane.message = None
        else:
            lane.edit = None

    async def _deliver(self, notice: Notice) -> None:
        """Tells one notice and marks it, or leaves it for later, or gives it up: never raises."""
        try:
            await self._tell(notice)
        except DatabaseError as error:
            log.error("notice %s is kept: %s", notice.id, error)
            self._pause(notice, FIRST_PAUSE)
        except Exception:
            log.exception("notice %s could not be settled", notice.id)
            self._pause(notice, LONGEST_PAUSE)

    async def _tell(self, notice: Notice) -> None:
        try:
            if notice.id not in self._told and not await self._goes_out(notice):
                return
            await self._mark(notice)
        except NothingToTell as nothing:
            await self._give_up(notice, str(nothing))
        except RetryAfter as flood:
            log.warning("notice %s waits: %s", notice.id, reason(flood))
            self._pause(notice, wait_seconds(flood))
        except TelegramError as error:
            await self._refused(notice, error)

    async def _goes_out(self, notice: Notice) -> bool:
        """Tells the notice, if now is the moment. False when it is kept, or was told and marked with others."""
        if self._times_lost(notice) and not await self._telegram_answers(notice):
            return False
        if notice.kind.is_edit:
            return await self._edit(notice)
        if await self._tell_together(notice):
            return False
        await self._send(notice)
        return True

    # Messages

    async def _send(self, notice: Notice) -> None:
        """Puts the notice in the chat. From then on it counts as told, whatever becomes of the database."""
        async with self._chats.patiently(notice.user_id, ORDER_PATIENCE):
            outgoing = await self._compose(notice)
            self._told[notice.id] = await self._send_outgoing(notice, outgoing)

    async def _send_outgoing(self, notice: Notice, outgoing: OutgoingNotice) -> Told:
        card = outgoing.card.message_id if outgoing.card else None
        if outgoing.card_is_enough and outgoing.card and await self._is_shown_on(outgoing.card, notice):
            return Told()
        if outgoing.message is None:
            return Told()
        message = await send_new(self._bot, notice.user_id, outgoing.message)
        return Told(outgoing.action_id, message.message_id, None if outgoing.card_is_enough else card)

    async def _is_shown_on(self, card: CardEdit, notice: Notice) -> bool:
        """Whether editing the card has told it. Not tried again once it can't be, or nobody knows whether it was."""
        if notice.id in self._edited:
            return False
        try:
            edited = await edit(self._bot, notice.user_id, card.message_id, card.page)
        except TelegramError as error:
            if in_doubt(error):
                self._edited.add(notice.id)
            raise
        if not edited:
            self._edited.add(notice.id)
        return edited

    async def _mark(self, notice: Notice) -> None:
        await self._db.outbox.sent(notice, self._told[notice.id])
        del self._told[notice.id]
        self._forget(notice)
        log.info("→ notice %s (%s) told to %s", notice.id, notice.kind, notice.user_id)

    async def _compose(self, notice: Notice) -> OutgoingNotice:
        """What is sent for a notice. Raises NothingToTell also when the rows make no sense: no later try would help."""
        try:
            return await self._composer.compose(notice)
        except (NothingToTell, DatabaseError):
            raise
        except Exception as error:
            log.exception("notice %s can't be put into words", notice.id)
            raise NothingToTell(f"{type(error).__name__}: {error}") from error

    async def _tell_together(self, first: Notice) -> bool:
        """Tells what has waited for long as one message, and marks it. False when there is too little of it."""
        if first.id not in self._told_together:
            stale = await self._composer.stale(first)
            if len(stale) <= MOST_STALE:
                return False
            await self._send_together(first.user_id, stale)
            self._told_together[first.id] = stale
        stale = self._told_together[first.id]
        await self._db.outbox.sent_together(stale)
        del self._told_together[first.id]
        log.info("→ notices %s to %s told to %s as one", first.id, stale[-1].id, first.user_id)
        return True

    async def _send_together(self, user_id: int, stale: list[Notice]) -> None:
        """One message of what is still worth telling; none when nothing is. An old reading is not."""
        composed = []
        for notice in stale:
            try:
                composed.append(await self._compose(notice))
            except NothingToTell as nothing:
                log.info("notice %s has nothing to tell any more: %s", notice.id, nothing)
        messages = [outgoing.message for outgoing in composed if outgoing.message and not outgoing.card_is_enough]
        if messages:
            async with self._chats.patiently(user_id, ORDER_PATIENCE):
                await send_new(self._bot, user_id, self._composer.together(messages))

    # Edits

    async def _edit(self, notice: Notice) -> bool:
        """Edits a message that is there already. False when it left off because a new message was due in the chat."""
        due = self._message_due[notice.user_id] = asyncio.Event()
        try:
            edited = await unless(due, self._edit_card(notice))
        finally:
            del self._message_due[notice.user_id]
        return edited is not None

    async def _edit_card(self, notice: Notice) -> bool:
        async with self._chats.of(notice.user_id):
            outgoing = await self._compose(notice)
            if outgoing.card is not None:
                await edit(self._bot, notice.user_id, outgoing.card.message_id, outgoing.card.page)
        self._told[notice.id] = Told()
        return True

    # What did not go through

    async def _telegram_answers(self, notice: Notice) -> bool:
        """Whether Telegram answers at all. Each copy may be one too many: none is sent while it is away."""
        try:
            await understood(self._bot.get_me())
        except TelegramError as error:
            self._away(notice, PROBE_PAUSE, error)
            return False
        return True

    async def _refused(self, notice: Notice, error: TelegramError) -> None:
        """What Telegram will never take is given up, so that the rest goes on; after any other failure it is kept."""
        if unreachable(error):
            await self._can_not_be_reached(notice, error)
        elif hopeless(error):
            await self._give_up(notice, reason(error))
        elif in_doubt(error):
            await self._in_doubt(notice, error)
        else:
            tries = await self._db.outbox.failed(notice.id)
            self._away(notice, pause_after(tries), error)

    async def _can_not_be_reached(self, notice: Notice, error: TelegramError) -> None:
        """All waits until this person is heard from. The owner hears of it when they never opened the chat."""
        log.warning("notice %s waits until %s can be reached: %s", notice.id, notice.user_id, reason(error))
        self._pause(notice, AWAY_PAUSE).can_not_be_reached = True
        await self._db.outbox.failed(notice.id)
        await self._db.people.unreachable(notice.user_id, tell=never_opened(error))

    async def _in_doubt(self, notice: Notice, error: TelegramError) -> None:
        """It may have arrived. It is sent again, ever more rarely; after the first time others go before it."""
        times = self._lost[notice.id] = self._times_lost(notice) + 1
        if times > len(DOUBT_PAUSES):
            await self._let_it_be(notice, f"its answer was lost {times} times, so it has most likely arrived")
            return
        pause = DOUBT_PAUSES[times - 1]
        log.warning("notice %s may have arrived (%s), again in %.0f s", notice.id, reason(error), pause)
        if times > IN_ORDER or notice.kind.is_edit:
            self._aside[notice.id] = time.monotonic() + pause
        else:
            self._pause(notice, pause)
        await self._db.outbox.lost(notice.id)

    def _times_lost(self, notice: Notice) -> int:
        return max(notice.lost, self._lost.get(notice.id, 0))

    def _forget(self, notice: Notice) -> None:
        self._edited.discard(notice.id)
        self._lost.pop(notice.id, None)

    async def _let_it_be(self, notice: Notice, why: str) -> None:
        stale = await self._composer.stale(notice)
        if len(stale) > MOST_STALE:
            await self._db.outbox.sent_together(stale)
        await self._give_up(notice, why)

    async def _give_up(self, notice: Notice, why: str) -> None:
        log.warning("! notice %s (%s) is given up: %s", notice.id, notice.kind, why)
        await self._db.outbox.give_up(notice.id, why)
        self._forget(notice)

    def _away(self, notice: Notice, seconds: float, error: TelegramError) -> None:
        log.warning("notice %s is kept, again in %.0f s: %s", notice.id, seconds, reason(error))
        if notice.kind.is_edit:
            self._aside[notice.id] = time.monotonic() + seconds
        else:
            self._pause(notice, seconds).telegram_is_away = True

    def _pause(self, notice: Notice, seconds: float) -> Lane:
        lane = self._lanes.setdefault(notice.user_id, Lane())
        lane.not_before = max(lane.not_before, time.monotonic() + seconds)
        return lane
