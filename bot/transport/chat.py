"""Sends and edits messages, answers taps, and classifies the errors of Telegram's API."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakValueDictionary

import httpx
from telegram import Bot, CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.screens.page import File, NewMessage, Page, clip

TAP_SECONDS = 5.0  # until a tap counts as not answered: its screen comes all the same
LONGEST_FLOOD_WAIT = 600.0  # s; whatever number the server names, a chat is not silent for longer
LONGEST_REASON = 200  # characters of an error in the log: a server's page may be in it

MALFORMED = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What python-telegram-bot raises over an answer of a shape that Telegram does not send."""

Result = TypeVar("Result")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a response that somebody waits for is sent again, in seconds."""

    pauses: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)  # before each further try
    at_most: float = (
        30.0  # nobody looks at a screen for longer: no try begins after it, no longer flood wait is sat out
    )


RETRIES = Retries()


class ChatLocks:
    """One lock a chat: what happens in a chat happens in order, and no chat waits for another."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def of(self, chat_id: int) -> asyncio.Lock:
        return self._locks.setdefault(chat_id, asyncio.Lock())

    @asynccontextmanager
    async def within(self, chat_id: int, seconds: float) -> AsyncIterator[None]:
        """The lock of a chat; after `seconds` it goes on without: a message must not wait for a call that hangs."""
        lock = self.of(chat_id)
        try:
            async with asyncio.timeout(seconds):
                await lock.acquire()
        except TimeoutError:
            yield
            return
        try:
            yield
        finally:
            lock.release()


def markup(page: Page) -> InlineKeyboardMarkup | None:
    """The page's buttons as Telegram wants them."""
    rows = [[InlineKeyboardButton(one.label, callback_data=one.data) for one in row] for row in page.rows]
    return InlineKeyboardMarkup(rows) if rows else None


class MalformedAnswer(TelegramError):
    """The server took the call, and its answer makes no sense: the call may have been done, or not."""


async def checked(call: Awaitable[Result]) -> Result:
    """What a call of Telegram returns. Raises MalformedAnswer for an answer of a shape that Telegram does not send."""
    try:
        return await call
    except MALFORMED as error:
        raise MalformedAnswer(f"the answer makes no sense ({type(error).__name__})") from error


def network_failed(error: TelegramError) -> bool:
    """Whether the network or Telegram's servers failed, so that the same call may work later."""
    return isinstance(error, NetworkError) and not isinstance(error, BadRequest)


def outcome_unknown(error: TelegramError) -> bool:
    """Whether the call may have been done, though no answer was heard or it makes no sense."""
    if isinstance(error, MalformedAnswer) or type(error) is TelegramError:  # the latter: an answer that is no JSON
        return True
    cause = error.__cause__
    never_sent = isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    return network_failed(error) and isinstance(cause, httpx.HTTPError) and not never_sent


def refused_for_good(error: TelegramError) -> bool:
    """Whether Telegram will never take this message, however often it is sent."""
    return isinstance(error, BadRequest | Forbidden)


def unreachable(error: TelegramError) -> bool:
    """Whether the chat will not take any message: the bot is blocked, or the chat is gone."""
    return isinstance(error, Forbidden) or (isinstance(error, BadRequest) and "chat not found" in str(error).lower())


def never_opened(error: TelegramError) -> bool:
    """Whether that is because the person never opened the chat with the bot: Telegram lets no bot begin one."""
    return any(words in str(error).lower() for words in ("can't initiate conversation", "chat not found"))


async def with_retries(call: Callable[[], Awaitable[Result]], retries: Retries, *, repeatable: bool) -> Result:
    """What the call returns, tried again a few times while Telegram refuses it or is away.

    `repeatable`: it does no harm when it is done several times. Any other call is repeated once after a lost answer.
    """
    repeated, give_up = False, time.monotonic() + retries.at_most
    for pause in retries.pauses:
        try:
            return await call()
        except RetryAfter as flood:
            seconds = wait_seconds(flood)
            if time.monotonic() + seconds > give_up:
                raise
            await asyncio.sleep(seconds)
        except NetworkError as error:
            sent_twice = repeated and not repeatable and outcome_unknown(error)
            if not network_failed(error) or sent_twice or time.monotonic() + pause > give_up:
                raise
            repeated = repeated or outcome_unknown(error)
            await asyncio.sleep(pause)
    return await call()


async def unless(event: asyncio.Event, work: Awaitable[Result]) -> Result | None:
    """What the work returns or raises; None, with the work cancelled and ended, when the event is set first."""
    task = asyncio.ensure_future(work)
    happens = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({task, happens}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        happens.cancel()
        await end({task}, 0.0)


async def end(tasks: Collection[asyncio.Future[Result]], grace: float) -> None:
    """Gives the tasks `grace` seconds, then cancels those that are left and waits until they have ended.

    A call of Telegram that still connects while its client is closed would leave its connection open.
    """
    if tasks:
        _, left = await asyncio.wait(tasks, timeout=grace)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def wait_seconds(flood: RetryAfter) -> float:
    """The seconds that Telegram wants the bot to wait in this chat, LONGEST_FLOOD_WAIT at most."""
    wait = flood.retry_after
    seconds = float(wait if isinstance(wait, int) else wait.total_seconds())
    return min(max(seconds, 0.0), LONGEST_FLOOD_WAIT)


def reason(error: TelegramError) -> str:
    """The error as one line for the log, without the answer it was found in, which may hold people's words."""
    return clip(str(error).partition(". Parsing the server response")[0], LONGEST_REASON)


async def send(bot: Bot, chat_id: int, page: Page, *, silent: bool = False) -> Message:
    """Sends the page as a new message."""
    return await checked(
        bot.send_message(
            chat_id, page.text, parse_mode=ParseMode.HTML, reply_markup=markup(page), disable_notification=silent
        )
    )


async def edit(bot: Bot, chat_id: int, message_id: int, page: Page) -> bool:
    """Makes an existing message show the page, as its text or under its file. False when it can't: it is gone."""
    try:
        await checked(
            bot.edit_message_text(page.text, chat_id, message_id, parse_mode=ParseMode.HTML, reply_markup=markup(page))
        )
    except BadRequest as refusal:
        if "not modified" in str(refusal).lower():
            return True
        if "no text in the message" in str(refusal).lower():
            return await _edit_caption(bot, chat_id, message_id, page)
        log.info("Message %s can't be edited: %s", message_id, reason(refusal))
        return False
    return True


async def _edit_caption(bot: Bot, chat_id: int, message_id: int, page: Page) -> bool:
    try:
        await checked(
            bot.edit_message_caption(
                chat_id, message_id, caption=page.text, parse_mode=ParseMode.HTML, reply_markup=markup(page)
            )
        )
    except BadRequest as refusal:
        if "not modified" in str(refusal).lower():
            return True
        log.info("The caption of message %s can't be edited: %s", message_id, reason(refusal))
        return False
    return True


async def send_new(bot: Bot, chat_id: int, message: NewMessage) -> Message:
    """Sends a new message with its file; without the file if Telegram refuses only that."""
    try:
        if message.document:
            return await _send_document(bot, chat_id, message)
        if message.picture:
            return await _send_picture(bot, chat_id, message)
    except TelegramError as error:
        if network_failed(error) or outcome_unknown(error) or unreachable(error) or isinstance(error, RetryAfter):
            raise
        log.warning("The file was refused, so the text is sent without it: %s", reason(error))
    except OSError as error:
        log.warning("The picture can't be read, so the text is sent without it: %s", error)
    return await send(bot, chat_id, message.page, silent=message.silent)


async def _send_document(bot: Bot, chat_id: int, message: NewMessage) -> Message:
    page, file = message.page, message.document
    if file is None:
        raise ValueError("a message without document")
    document = InputFile(file.content, filename=file.name)
    return await checked(
        bot.send_document(
            chat_id,
            document,
            caption=page.text,
            parse_mode=ParseMode.HTML,
            reply_markup=markup(page),
            disable_notification=message.silent,
        )  # fmt: skip
    )


async def _send_picture(bot: Bot, chat_id: int, message: NewMessage) -> Message:
    page = message.page
    if message.picture is None:
        raise ValueError("a message without picture")
    picture = message.picture
    content = picture.content if isinstance(picture, File) else await asyncio.to_thread(picture.read_bytes)
    return await checked(
        bot.send_photo(
            chat_id,
            content,
            caption=page.text,
            parse_mode=ParseMode.HTML,
            reply_markup=markup(page),
            disable_notification=message.silent,
        )
    )


async def answer_tap(query: CallbackQuery, text: str | None = None, *, alert: bool = False) -> None:
    """Answers the tap, which stops the progress sign on the button. A tap too old to be answered is only logged."""
    try:
        await checked(query.answer(text, show_alert=alert, read_timeout=TAP_SECONDS))
    except TelegramError as error:
        log.info("A tap could not be answered: %s", reason(error))


async def show(query: CallbackQuery, page: Page, retries: Retries, *, fresh: bool) -> int:
    """Shows the page where the button was, or as a new message where that can't or shan't be edited. Returns where."""
    bot, user_id, message = query.get_bot(), query.from_user.id, query.message
    if isinstance(message, Message) and message.text is not None and not fresh:
        number = message.message_id
        if await with_retries(lambda: edit(bot, user_id, number, page), retries, repeatable=True):
            return number
    sent = await with_retries(lambda: send(bot, user_id, page), retries, repeatable=False)
    return sent.message_id
