"""Reads what people send, update by update. python-telegram-bot's Updater would confirm an update to Telegram before
it is handled; here it is confirmed afterwards, so that a tap survives a crash, and no error ends the reading.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any, TypeVar

from telegram import Bot, Update
from telegram.error import Conflict, RetryAfter, TelegramError, TimedOut

import program
from bot.chat import ChatLocks, wait_seconds
from bot.handlers import AnyApplication

HOLD_SECONDS = 25  # how long Telegram may hold an empty answer back
CONFIRM_AFTER = 0.5  # s the next reading waits for what was read to be handled; a slow chat holds nobody up longer
FIRST_PAUSE = 1.0  # s after a failed reading, doubled with each more
LONGEST_PAUSE = 30.0  # s
GRACE = 2.0  # s for taps in hand when the program stops
KINDS = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY]

Result = TypeVar("Result")
log = logging.getLogger(__name__)


async def unless_stopped(stop: asyncio.Event, work: Awaitable[Result]) -> Result | None:
    """What the work returns or raises; None, with the work cancelled, when stop is set first."""
    task = asyncio.ensure_future(work)
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        stopped.cancel()


class Polling:
    """Reads and hands on until told to stop. Updates of one chat are handled in order, different chats side by side."""

    def __init__(self, application: AnyApplication, chats: ChatLocks) -> None:
        self._application = application
        self._bot: Bot = application.bot
        self._chats = chats
        self._confirmed = 0  # the offset: every update below it needs not be sent again
        self._in_hand: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Polls until stop is set; then gives what is in hand a moment, and tells Telegram how far we got."""
        await self._leave_webhook()
        failures = 0
        while not stop.is_set():
            try:
                updates = await unless_stopped(stop, self._read())
                failures = 0
            except TimedOut:
                log.debug("nothing came within %s s", HOLD_SECONDS)
            except TelegramError as error:
                failures += 1
                await program.wait(stop, _pause_after(error, failures))
            except Exception:
                failures += 1
                log.exception("what people sent can't be read in a way nobody thought of; trying again")
                await program.wait(stop, _growing(failures))
            else:
                await self._handle(updates or ())
        await self._finish()

    async def _leave_webhook(self) -> None:
        """Telegram does not let a bot be read that has a webhook. Where it has none this changes nothing."""
        try:
            await self._bot.delete_webhook()
        except TelegramError as error:
            log.warning("the webhook could not be taken away, if there is one: %s", error)

    async def _read(self) -> tuple[Update, ...]:
        try:
            return await self._bot.get_updates(offset=self._confirmed, timeout=HOLD_SECONDS, allowed_updates=KINDS)
        except TelegramError:
            raise
        except Exception:
            log.exception("something was sent that can't be read; the rest is read by itself")
            return await self._read_singly()

    async def _read_singly(self) -> tuple[Update, ...]:
        """What can be read of what waits; what can't is passed over, or it would come again for ever."""
        address = f"{self._bot.base_url}/getUpdates?offset={self._confirmed}&timeout=0"  # as sent, not yet as objects
        waiting: list[dict[str, Any]] = await self._bot.request.post(address)  # type: ignore[assignment]
        found = [update for each in waiting if (update := self._update(each)) is not None]
        if waiting and not found:
            self._confirmed = waiting[-1]["update_id"] + 1
        return tuple(found)

    def _update(self, sent: dict[str, Any]) -> Update | None:
        try:
            return Update.de_json(sent, self._bot)
        except Exception:
            log.exception("update %s can't be read and is passed over", sent["update_id"])
            return None

    async def _handle(self, updates: tuple[Update, ...]) -> None:
        tasks = {asyncio.create_task(self._in_order(update), name=f"update {update.update_id}") for update in updates}
        if not tasks:
            return
        self._in_hand |= tasks
        for task in tasks:
            task.add_done_callback(self._in_hand.discard)
        await asyncio.wait(tasks, timeout=CONFIRM_AFTER)
        self._confirmed = updates[-1].update_id + 1

    async def _in_order(self, update: Update) -> None:
        user = update.effective_user
        async with self._chats.of(user.id if user else 0):
            await self._application.process_update(update)

    async def _finish(self) -> None:
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=GRACE)
        if not self._confirmed:
            return
        try:
            async with asyncio.timeout(1):
                await self._bot.get_updates(offset=self._confirmed, timeout=0, limit=1, allowed_updates=KINDS)
        except (TelegramError, TimeoutError) as error:
            log.info("the last messages may come again after the start: %s", error)


def _pause_after(error: TelegramError, failures: int) -> float:
    """Seconds to wait after a failed reading, which is told here; often the same failure is told once."""
    if isinstance(error, RetryAfter):
        return wait_seconds(error)
    reason = "another program reads this bot's messages: stop it, two can't share a token" if _shared(error) else error
    log.log(logging.WARNING if failures in (1, 10) else logging.DEBUG, "messages can't be read for now: %s", reason)
    return _growing(failures)


def _growing(failures: int) -> float:
    return min(FIRST_PAUSE * 2.0 ** min(failures - 1, 10), LONGEST_PAUSE)


def _shared(error: TelegramError) -> bool:
    return isinstance(error, Conflict)
