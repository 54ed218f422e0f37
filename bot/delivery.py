"""The outbox on its way: looks for what people should hear, sends it at least once, in order within a chat.

A notice stays in the database until Telegram has taken it. Chats don't wait for each other: each has at most one
delivery under way, and its own pause after a failure.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from functools import partial

from telegram import Bot
from telegram.error import RetryAfter, TelegramError

import program
from bot.chat import ChatLocks, edit, hopeless, send_letter, wait_seconds
from bot.notices import Composer, NothingToTell, Post
from database import Database
from errors import DatabaseError
from model import Notice

LOOK_EVERY = 0.2  # s; each look wakes a sleeping processor, which is most of what idling costs
FIRST_PAUSE = 1.0  # s after the first failure, doubled with each more
LONGEST_PAUSE = 60.0  # s
GRACE = 2.0  # s for what is being sent when the program stops

log = logging.getLogger(__name__)


def pause_after(tries: int) -> float:
    """Seconds to wait after that many failed tries of one notice."""
    return min(FIRST_PAUSE * 2.0 ** min(tries - 1, 10), LONGEST_PAUSE)


class Delivery:
    """Delivers until told to stop."""

    def __init__(self, bot: Bot, db: Database, composer: Composer, chats: ChatLocks) -> None:
        self._bot = bot
        self._db = db
        self._composer = composer
        self._chats = chats
        self._changes = db.connection.changes()
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._not_before: dict[int, float] = {}  # by user, on the monotonic clock
        self._troubled = False
        self._told: dict[int, tuple[int, int] | None] = {}  # what arrived and is not marked yet: its action and card
        self.moved = math.inf  # for heart.py: when it last looked; it has not begun yet

    async def run(self, stop: asyncio.Event) -> None:
        """Delivers until stop is set; then what is being sent gets a moment to arrive."""
        while not stop.is_set():
            self.moved = time.monotonic()
            await program.wait(stop, await self._look())
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=GRACE)

    def try_again(self) -> None:
        """Telegram was away and is back: what waits to be tried again need wait no longer."""
        self._not_before.clear()

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
        """One look: starts a delivery for every chat that has something to hear and is not being told already."""
        for notice in await self._db.outbox.next_of_each():
            user_id = notice.user_id
            if user_id in self._under_way or time.monotonic() < self._not_before.get(user_id, 0):
                continue
            task = asyncio.create_task(self._deliver(notice), name=f"notice {notice.id}")
            self._under_way[user_id] = task
            task.add_done_callback(partial(self._done, user_id))

    def _done(self, user_id: int, task: asyncio.Task[None]) -> None:
        del self._under_way[user_id]

    async def _deliver(self, notice: Notice) -> None:
        """Sends one notice and marks it, or leaves it for later, or gives it up: never raises."""
        try:
            await self._tell(notice)
        except DatabaseError as error:
            log.error("notice %s is kept: %s", notice.id, error)
            self._pause(notice.user_id, FIRST_PAUSE)
        except Exception:
            log.exception("notice %s could not be settled", notice.id)
            self._pause(notice.user_id, LONGEST_PAUSE)

    async def _tell(self, notice: Notice) -> None:
        try:
            if notice.id not in self._told:
                await self._send(notice)
            await self._mark(notice)
        except NothingToTell as nothing:
            await self._give_up(notice, str(nothing))
        except RetryAfter as flood:
            log.warning("notice %s waits: %s", notice.id, flood)
            self._pause(notice.user_id, wait_seconds(flood))
        except TelegramError as error:
            await self._refused(notice, error)

    async def _send(self, notice: Notice) -> None:
        """Puts the notice in the chat. From then on it counts as told, whatever becomes of the database."""
        async with self._chats.of(notice.user_id):
            post = await self._compose(notice)
            message_id = await self._post(notice.user_id, post)
        self._told[notice.id] = None
        if post.action_id is not None and message_id is not None:
            self._told[notice.id] = (post.action_id, message_id)

    async def _mark(self, notice: Notice) -> None:
        card = self._told[notice.id]
        if card is not None:
            await self._db.queue.set_card(*card)
        await self._db.outbox.sent(notice.id)
        del self._told[notice.id]
        log.info("→ notice %s (%s) told to %s", notice.id, notice.kind, notice.user_id)

    async def _compose(self, notice: Notice) -> Post:
        """The post of a notice. Raises NothingToTell also when the rows make no sense: it would never get better."""
        try:
            return await self._composer.compose(notice)
        except (NothingToTell, DatabaseError):
            raise
        except Exception as error:
            log.exception("notice %s can't be put into words", notice.id)
            raise NothingToTell(f"{type(error).__name__}: {error}") from error

    async def _post(self, user_id: int, post: Post) -> int | None:
        """The card first: editing it twice does no harm, ringing twice does. Returns the new message's id."""
        edited = post.card is not None and await edit(self._bot, user_id, post.card.message_id, post.card.page)
        if post.letter is None or (edited and post.card_is_enough):
            return None
        return (await send_letter(self._bot, user_id, post.letter)).message_id

    async def _refused(self, notice: Notice, error: TelegramError) -> None:
        """What Telegram will never take is given up, so that the rest goes on; after any other failure it is kept."""
        if hopeless(error):
            await self._give_up(notice, str(error))
            return
        tries = await self._db.outbox.failed(notice.id)
        log.warning("notice %s is kept (try %s): %s", notice.id, tries, error)
        self._pause(notice.user_id, pause_after(tries))

    async def _give_up(self, notice: Notice, reason: str) -> None:
        log.warning("! notice %s (%s) is given up: %s", notice.id, notice.kind, reason)
        await self._db.outbox.sent(notice.id, error=reason)

    def _pause(self, user_id: int, seconds: float) -> None:
        self._not_before[user_id] = time.monotonic() + seconds
