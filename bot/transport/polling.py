"""Reads what people send, and confirms each update to Telegram only once it is handled: a tap survives a crash.

python-telegram-bot's Updater would confirm it before. No error ends the reading.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from telegram import Bot, Update
from telegram.error import Conflict, RetryAfter, TelegramError

from bot.transport.chat import MALFORMED, ChatLocks, end, reason, unless, wait_seconds
from bot.transport.handlers import AnyApplication
from runtime import program

MOST_WAITING = 20  # updates of one chat that may wait their turn; what comes on top is dropped, with one word
REMEMBERED = 1000  # numbers of updates: what a server sends twice is handled once
KINDS = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long the reading of updates waits for what, in seconds."""

    hold: int = 10  # Telegram may hold an empty answer back so long; a connection that died unseen is noticed by then
    handling: float = 0.5  # for what was read to be handled before it is confirmed; a slow chat holds nobody up longer
    floor: float = 0.5  # a reading without anything new takes at least so long, also where the server answers at once
    first: float = 0.5  # after a failed reading, doubled with each more
    longest: float = 5.0  # whoever writes when Telegram is back shall not wait for the bot
    flood: float = 60.0  # at most, whatever the server names
    grace: float = 2.0  # for taps in hand when the program stops

    def after(self, error: TelegramError, failures: int) -> float:
        """After that many failed readings."""
        if isinstance(error, RetryAfter):
            return min(wait_seconds(error), self.flood)
        return min(self.first * 2.0 ** min(failures - 1, 10), self.longest)


PAUSES = Pauses()


class Polling:
    """Reads updates and hands them on until told to stop. Those of one chat are handled in order, chats concurrently.

    `too_many` answers the first update that is dropped because too much of its chat waits; `on_return` is called when
    Telegram is there again after it was away.
    """

    def __init__(
        self,
        application: AnyApplication,
        chats: ChatLocks,
        too_many: Callable[[Update], Coroutine[Any, Any, None]],
        on_return: Callable[[], None],
        pauses: Pauses = PAUSES,
    ) -> None:
        self._application = application
        self._bot: Bot = application.bot
        self._chats = chats
        self._too_many = too_many
        self._on_return = on_return
        self._pauses = pauses
        self._confirmed = 0  # the offset: every update below it needs not be sent again
        self._seen: deque[int] = deque(maxlen=REMEMBERED)
        self._in_hand: set[asyncio.Task[None]] = set()
        self._waiting: Counter[int] = Counter()  # updates of each person that are not handled yet
        self._overrun: set[int] = set()  # whose updates are being dropped: they know

    async def run(self, stop: asyncio.Event) -> None:
        """Polls until stop is set; then waits a moment for running handlers and confirms the handled updates."""
        await self._leave_webhook()
        failures = 0
        while not stop.is_set():
            began = time.monotonic()
            try:
                updates = await unless(stop, self._read())
            except TelegramError as error:
                failures += 1
                await self._after(error, failures, stop)
                continue
            except Exception:
                failures += 1
                log.exception("Unexpected error while reading updates; trying again")
                await program.wait(stop, self._pauses.longest)
                continue
            if failures:
                self._on_return()
            failures = 0
            if not await self._handle(self._new(updates or ())):
                await program.wait(stop, self._pauses.floor - (time.monotonic() - began))
        await self._finish()

    async def _after(self, error: TelegramError, failures: int, stop: asyncio.Event) -> None:
        """Logs a failed reading and waits. Of failures in a row only the first and the tenth are warnings."""
        if isinstance(error, Conflict) and "webhook" in str(error).lower():
            await self._leave_webhook()
        level = logging.WARNING if failures in (1, 10) else logging.DEBUG
        log.log(level, "Updates can't be read for now: %s", _explained(error))
        await program.wait(stop, self._pauses.after(error, failures))

    async def _leave_webhook(self) -> None:
        """Removes a webhook: Telegram refuses getUpdates while a bot has one."""
        try:
            await self._bot.delete_webhook()
        except TelegramError as error:
            log.warning("The webhook could not be removed: %s", reason(error))

    async def _read(self) -> tuple[Update, ...]:
        try:
            return await self._bot.get_updates(offset=self._confirmed, timeout=self._pauses.hold, allowed_updates=KINDS)
        except MALFORMED as error:
            return await self._read_singly(error)

    async def _read_singly(self, why: Exception) -> tuple[Update, ...]:
        """The waiting updates that can be parsed; the others are skipped, or they would be sent again for ever.

        One line in the log says so, without what was sent: that may hold texts and names. Raises TelegramError when
        not even the numbers of the updates can be read.
        """
        address = f"{self._bot.base_url}/getUpdates?offset={self._confirmed}&timeout=0"  # as sent, not yet as objects
        waiting: object = await self._bot.request.post(address)
        sent = [each for each in waiting if _has_number(each)] if isinstance(waiting, list) else []
        if not sent:
            raise TelegramError(f"what was sent can't be read ({type(why).__name__}), and is no list of updates")
        found = [update for each in sent if (update := self._update(each)) is not None]
        missed = len(sent) - len(found)
        log.warning("%s of %s updates can't be read and are skipped: %s", missed, len(sent), type(why).__name__)
        if not found:
            self._confirmed = sent[-1]["update_id"] + 1
        return tuple(found)

    def _update(self, sent: dict[str, Any]) -> Update | None:
        try:
            return Update.de_json(sent, self._bot)
        except MALFORMED as error:
            log.debug("Update %s can't be parsed: %s", sent["update_id"], type(error).__name__)
            return None

    def _new(self, updates: tuple[Update, ...]) -> list[Update]:
        """The updates that were not handled before: a server that ignores the offset repeats them."""
        new = [update for update in updates if update.update_id not in self._seen]
        self._seen.extend(update.update_id for update in new)
        return new

    async def _handle(self, updates: list[Update]) -> bool:
        """Hands the updates on, and waits a moment for their handlers. False when there were none."""
        if not updates:
            return False
        tasks = {task for update in updates if (task := self._take(update)) is not None}
        if tasks:
            await asyncio.wait(tasks, timeout=self._pauses.handling)
        self._confirmed = updates[-1].update_id + 1
        return True

    def _take(self, update: Update) -> asyncio.Task[None] | None:
        """Begins to handle an update; None when it is dropped without a word."""
        person = update.effective_user.id if update.effective_user else 0
        if self._waiting[person] < MOST_WAITING:
            self._waiting[person] += 1
            work = self._in_order(update, person)
        elif person not in self._overrun:
            log.warning("More than %s updates of user %s wait; the others are dropped", MOST_WAITING, person)
            self._overrun.add(person)
            work = self._too_many(update)
        else:
            return None
        task = asyncio.create_task(work, name=f"update {update.update_id}")
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)
        return task

    async def _in_order(self, update: Update, person: int) -> None:
        try:
            async with self._chats.of(person):
                await self._application.process_update(update)
        finally:
            self._waiting[person] -= 1
            if not self._waiting[person]:
                del self._waiting[person]
                self._overrun.discard(person)

    async def _finish(self) -> None:
        await end(frozenset(self._in_hand), self._pauses.grace)
        if not self._confirmed:
            return
        try:
            async with asyncio.timeout(1):
                await self._bot.get_updates(offset=self._confirmed, timeout=0, limit=1, allowed_updates=KINDS)
        except (TelegramError, TimeoutError) as error:
            log.info("The last updates may be sent again after the next start: %s", type(error).__name__)


def _has_number(sent: object) -> bool:
    """Whether the JSON object is an update of any kind."""
    return isinstance(sent, dict) and isinstance(sent.get("update_id"), int)


def _explained(error: TelegramError) -> str:
    shared = isinstance(error, Conflict) and "webhook" not in str(error).lower()
    return "another program reads this bot's messages: stop it, two can't share a token" if shared else reason(error)
