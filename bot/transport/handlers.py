"""From Telegram to the answers and back: the gate, the taps, the commands, and what is said when something is odd."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from telegram import Bot, CallbackQuery, Chat, ChatMember, Message, Update
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    ApplicationHandlerStop,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.flows.desk import Answer, Tap
from bot.flows.router import Answers
from bot.screens import texts
from bot.screens.callbacks import Call, Forged, Verb, unpack
from bot.screens.common import notice_page
from bot.screens.page import NewMessage, Page
from bot.transport.chat import answer_tap, insist, reason, send, send_new, show
from domain.errors import DatabaseError

PATIENCE = 2.0  # s a tap's little clock may run before it is stopped with a word

log = logging.getLogger(__name__)

Context = ContextTypes.DEFAULT_TYPE
AnyApplication = Application[Any, Any, Any, Any, Any, Any]
Make = Callable[[int, str], Awaitable[Answer]]  # the answer for a user id and a first name


@dataclass(frozen=True, slots=True)
class Apology:
    """What is said when the answer could not be made. It never replaces the screen with the button: tap it again."""

    page: Page


class Handlers:
    """The bot's ears. Whoever is not in `people` gets no answer at all; `heard_from` learns who can be written to."""

    def __init__(self, answers: Answers, people: frozenset[int], heard_from: Callable[[int], None]) -> None:
        self._answers = answers
        self._people = people
        self._heard_from = heard_from

    def install(self, application: AnyApplication) -> None:
        """Hangs every handler where it belongs; the gate comes before all others."""
        application.add_handler(TypeHandler(Update, self.gate), group=-1)
        application.add_handler(CallbackQueryHandler(self.tap))
        application.add_handler(CommandHandler("start", self.start))
        application.add_handler(CommandHandler("help", self.help))
        application.add_handler(CommandHandler("status", self.status))
        application.add_handler(MessageHandler(filters.ALL & ~filters.StatusUpdate.ALL, self.anything_else))
        application.add_error_handler(self.error)

    async def gate(self, update: Update, context: Context) -> None:
        """Only the people of the configuration, only in their own chat with the bot."""
        if not self._knows(update):
            raise ApplicationHandlerStop
        if update.effective_user and not _blocks_us(update):
            self._heard_from(update.effective_user.id)

    def _knows(self, update: Update) -> bool:
        user, chat = update.effective_user, update.effective_chat
        private = chat is None or chat.type == Chat.PRIVATE
        return user is not None and user.id in self._people and private

    async def too_many(self, update: Update) -> None:
        """The one answer to all that is dropped because too much of one chat waits; strangers get none."""
        if not self._knows(update):
            return
        if update.callback_query is not None:
            await answer_tap(update.callback_query, texts.TOO_MANY, alert=True)
        else:
            await self._say(update, update.get_bot(), _too_many)

    # Taps

    async def tap(self, update: Update, context: Context) -> None:
        query = update.callback_query
        if query is None:
            return
        try:
            call = unpack(query.data)
        except Forged as forged:
            await self._forged(query, forged)
            return
        message_id = query.message.message_id if isinstance(query.message, Message) and query.message.text else None
        tap = Tap(query.from_user.id, query.from_user.first_name, call, message_id)
        answer = await _while_the_clock_runs(query, self._safely(self._answers.to(tap)))
        shown = await _show(query, answer, fresh=call.fresh)
        if shown is not None and shown != message_id and isinstance(answer, Page) and answer.card_of is not None:
            await self._move_card(answer.card_of, tap.user_id, shown)

    async def _move_card(self, action_id: int, user_id: int, message_id: int) -> None:
        """The card came out as another message than the one tapped: what comes of the action is shown there."""
        try:
            await self._answers.desk.becomes_card(action_id, user_id, message_id)
        except DatabaseError as error:
            log.error("action %s has no card, its result will come without: %s", action_id, error)

    async def _forged(self, query: CallbackQuery, forged: Forged) -> None:
        log.warning("user %s tapped what is no button of ours: %s", query.from_user.id, forged)
        await answer_tap(query, texts.FORGED, alert=True)
        user = query.from_user
        home = await self._safely(self._answers.home_with(user.id, user.first_name))
        await _show(query, home, fresh=True)

    async def _safely(self, answer: Awaitable[Answer]) -> Answer | Apology:
        """The answer, or an honest sentence: whatever goes wrong in one tap ends with it."""
        try:
            return await answer
        except DatabaseError as error:
            log.error("a tap could not be answered: %s", error)
            return Apology(notice_page(texts.DATABASE_TROUBLE))
        except Exception:
            log.exception("a tap could not be answered")
            return Apology(notice_page(texts.UNEXPECTED_TROUBLE))

    # Commands and messages

    async def start(self, update: Update, context: Context) -> None:
        await self._say(update, context.bot, self._answers.home_with)

    async def help(self, update: Update, context: Context) -> None:
        await self._say(update, context.bot, self._help)

    async def status(self, update: Update, context: Context) -> None:
        """/status, or /status with a number, which may be written as `12`, `#12` or `n. 12`."""
        words = [word for word in context.args or [] if word.lower().rstrip(".") != "n"]
        if words:
            await self._say(update, context.bot, lambda user_id, _: self._answers.status_of(user_id, words[0]))
        else:
            await self._say(update, context.bot, lambda user_id, _: self._answers.status_with(user_id))

    async def anything_else(self, update: Update, context: Context) -> None:
        """Text, pictures, stickers: one friendly sentence and the menu, and one for a whole album."""
        message, memory = update.effective_message, context.chat_data
        album = message.media_group_id if message else None
        if album and memory is not None and memory.get("album") == album:
            return
        if album and memory is not None:
            memory["album"] = album
        await self._say(update, context.bot, partial(self._answers.home_with, note=texts.NOT_UNDERSTOOD))

    async def _help(self, user_id: int, name: str) -> Answer:
        return await self._answers.help(Tap(user_id, name, Call(Verb.HELP)))

    async def _say(self, update: Update, bot: Bot, make: Make) -> None:
        user = update.effective_user
        if user is None:
            return
        answer = await self._safely(make(user.id, user.first_name))
        try:
            await insist(lambda: _send(bot, user.id, answer), twice=False)
        except TelegramError as error:
            log.warning("user %s was not answered: %s", user.id, reason(error))

    async def error(self, update: object, context: Context) -> None:
        """What no handler expected: logged, and the program goes on."""
        log.error("an update could not be handled", exc_info=context.error)


def _blocks_us(update: Update) -> bool:
    """Whether the update tells that its person has blocked the bot."""
    change = update.my_chat_member
    return change is not None and change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)


async def _too_many(user_id: int, name: str) -> Answer:
    return notice_page(texts.TOO_MANY)


async def _while_the_clock_runs(query: CallbackQuery, work: Awaitable[Answer | Apology]) -> Answer | Apology:
    """The answer; the tap itself is answered as soon as it is known, or after PATIENCE when the database is busy."""
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=PATIENCE)
    await answer_tap(query, None if done else texts.TAKING_LONG)
    return await task


async def _show(query: CallbackQuery, answer: Answer | Apology, *, fresh: bool) -> int | None:
    """Shows the answer to a tap: a page in place, anything else as a new message. Returns where the page stands."""
    try:
        if isinstance(answer, Page):
            return await show(query, answer, fresh=fresh)
        await insist(lambda: _send(query.get_bot(), query.from_user.id, answer), twice=False)
    except TelegramError as error:
        log.warning("user %s was not shown the answer to a tap: %s", query.from_user.id, reason(error))
    return None


async def _send(bot: Bot, user_id: int, answer: Answer | Apology) -> None:
    match answer:
        case Page():
            await send(bot, user_id, answer)
        case Apology():
            await send(bot, user_id, answer.page)
        case NewMessage():
            await send_new(bot, user_id, answer)
