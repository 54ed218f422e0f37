"""From an update of Telegram to the router and back: the gate, taps, commands, and what no button made."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Coroutine
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

from bot.flows.conversation import Conversation
from bot.flows.services import Beside
from bot.flows.tap import Handler, Response, Tap
from bot.screens import apologies
from bot.screens.callbacks import Call, Forged, Verb, unpack
from bot.screens.page import NewMessage, Page
from bot.transport.chat import RETRIES, Retries, answer_tap, reason, send, send_new, show, with_retries
from bot.transport.profile import Profile
from bot.transport.strangers import Strangers
from domain.errors import DatabaseError
from languages import speaking
from runtime.directory import Directory

ANSWER_TAP_WITHIN = 2.0  # s; a tap that takes longer is answered with a word first

SAME_ANSWER_STANDS = 60.0  # s; after an older one something else may stand below it

MENUS = {
    ("prenota", "book"): Call(Verb.NEW), ("mie", "mine"): Call(Verb.MINE, (0,)),
    ("periodiche", "weekly"): Call(Verb.PERIODIC, (0,)), ("orari", "timetable"): Call(Verb.HOURS),
    ("persone", "people"): Call(Verb.PEOPLE, (0,)), ("invita", "invite"): Call(Verb.INVITE_GUEST),
    ("accesso", "access"): Call(Verb.ACCESS), ("dimenticami", "forgetme"): Call(Verb.ASK_FORGET),
    ("storico", "history"): Call(Verb.HISTORY, (0, 0, 0, 0)), ("statistiche", "statistics"): Call(Verb.STATISTICS),
    ("pagina", "page"): Call(Verb.BROWSER_LINK),
}  # fmt: skip
"""The commands that lead where a button does, under their names in every language."""

INVITATION = re.compile(r"/start (i[A-Za-z0-9_-]{43})")

log = logging.getLogger(__name__)

Context = ContextTypes.DEFAULT_TYPE
AnyApplication = Application[Any, Any, Any, Any, Any, Any]
Answer = Callable[[Update, Context], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Apology:
    """Shown when no response could be made. It never replaces the screen with the button: that can be tapped again."""

    page: Page


@dataclass(slots=True)
class Standing:
    """An answer, and the last message from it on with nothing unknown between: the numbers of a chat leave none out."""

    at: float
    answer: Response | Apology
    through: int


class LastAnswers:
    """The last answer to a message of each person, for as long as it stands last in their chat.

    What other programs send, a notice, leaves a gap in the numbers. So do messages of other chats of the bot: then an
    answer is rather given twice than said to stand where it does not.
    """

    def __init__(self) -> None:
        self._answers: dict[int, Standing] = {}

    def put(self, user_id: int, answer: Response | Apology, number: int | None) -> None:
        """The answer was sent under that number; None: it may not have been."""
        if number is None:
            self.forget(user_id)
        else:
            self._answers[user_id] = Standing(time.monotonic(), answer, number)

    def stands(self, user_id: int, answer: Response | Apology, number: int) -> bool:
        """Whether the answer to the message of that number is the last that stands there already."""
        last = self._answers.get(user_id)
        if last is None or last.answer != answer or time.monotonic() - last.at >= SAME_ANSWER_STANDS:
            return False
        return self._follows(last, number)

    def note(self, user_id: int, number: int | None) -> None:
        """A sentence about the answer was sent, and not the answer."""
        last = self._answers.get(user_id)
        if last and (number is None or not self._follows(last, number)):
            self.forget(user_id)

    def _follows(self, last: Standing, number: int) -> bool:
        follows = number <= last.through + 1
        last.through = max(last.through, number) if follows else last.through
        return follows

    def forget(self, user_id: int) -> None:
        """The person tapped: what stood there may have become another page."""
        self._answers.pop(user_id, None)


class UpdateHandlers:
    """Registers the Telegram handlers; drops updates of users who are not in `people`.

    `heard_from` is called with every user who writes: whoever writes can be written to.
    """

    def __init__(
        self,
        router: Conversation,
        directory: Directory,
        heard_from: Callable[[int], None],
        profile: Profile,
        beside: Beside,
        retries: Retries = RETRIES,
        tap_within: float = ANSWER_TAP_WITHIN,
    ) -> None:
        self._router = router
        self._directory = directory
        self._strangers = Strangers()
        self._heard_from = heard_from
        self._profile = profile
        self._beside = beside
        self._retries = retries
        self._tap_within = tap_within
        self._last = LastAnswers()

    def install(self, application: AnyApplication) -> None:
        """Adds every handler to the application; the gate runs before all others."""
        application.add_handler(TypeHandler(Update, self.gate), group=-1)
        application.add_handler(CallbackQueryHandler(self._in_their_language(self.tap)))
        for command, answer in self._commands().items():
            application.add_handler(CommandHandler(command, self._in_their_language(answer)))
        anything = filters.ALL & ~filters.StatusUpdate.ALL
        application.add_handler(MessageHandler(anything, self._in_their_language(self.anything_else)))
        application.add_error_handler(self.error)

    async def gate(self, update: Update, context: Context) -> None:
        """Lets only the people of this installation pass, and only in their own chat with the bot.

        A stranger passes with an invitation alone; a guest without an account, or suspended, is answered at the door.
        """
        if not self._knows(update) and not await self._comes_in(update):
            raise ApplicationHandlerStop
        if update.effective_user and not _blocks_us(update):
            self._heard_from(update.effective_user.id)

    def _knows(self, update: Update) -> bool:
        user, chat = update.effective_user, update.effective_chat
        private = chat is None or chat.type == Chat.PRIVATE
        return user is not None and private and self._is_expected(user.id)

    def _is_expected(self, user_id: int) -> bool:
        return user_id in self._directory or self._directory.guest(user_id) is not None

    async def _comes_in(self, update: Update) -> bool:
        """Whether a stranger brings an invitation. Whoever tries too often is not even looked at."""
        user, chat, message = update.effective_user, update.effective_chat, update.message
        brought = INVITATION.fullmatch((message and message.text) or "")
        if user is None or user.is_bot or chat is None or chat.type != Chat.PRIVATE or brought is None:
            return False
        if not self._strangers.may_try(user.id):
            return False
        try:
            return await self._router.come_in(brought[1], user.id, user.first_name)
        except DatabaseError as error:
            log.warning("An invitation could not be looked at: %s", error)
            return False

    def _for(self, user_id: int, respond: Handler) -> Handler:
        """What answers a person: whatever it was they asked for, at the door they get the door."""
        return respond if user_id in self._directory else self._router.at_the_door

    def _in_their_language(self, answer: Answer) -> Answer:
        """The handler, with everything it says said in the language that the person reads."""

        async def handle(update: Update, context: Context) -> None:
            user = update.effective_user
            if user is None:
                return
            with speaking(await self._router.language_of(user.id, user.language_code)):
                await answer(update, context)
            self._router.heard(user.id, user.language_code)
            shown = self._router.last_language_of(user.id, user.language_code)
            self._beside.do(self._profile.follow(user.id, user.language_code, shown))

        return handle

    async def too_many(self, update: Update) -> None:
        """The one answer to all updates that are dropped because too many of one chat wait; strangers get none."""
        user = update.effective_user
        if user is None or not self._knows(update):
            return
        with speaking(self._router.last_language_of(user.id, user.language_code)):
            if update.callback_query is not None:
                await answer_tap(update.callback_query, str(apologies.TOO_MANY), alert=True)
            else:
                await self._say(update.get_bot(), user.id, Apology(apologies.too_many()))

    # Taps

    async def tap(self, update: Update, context: Context) -> None:
        query = update.callback_query
        if query is None:
            return
        self._last.forget(query.from_user.id)
        try:
            call = unpack(query.data)
        except Forged as forged:
            await self._forged(query, forged)
            return
        message_id = query.message.message_id if isinstance(query.message, Message) and query.message.text else None
        tap = Tap(query.from_user.id, query.from_user.first_name, call, message_id, query.get_bot().username)
        respond = self._for(tap.user_id, self._router.respond)
        response = await _in_time(query, _safely(respond(tap)), self._tap_within)
        shown = await self._show(query, response, fresh=call.fresh)
        self._note_shown(tap.user_id, shown, response)
        if shown is not None and shown != message_id and isinstance(response, Page) and response.card_of is not None:
            await self._move_card(response.card_of, tap.user_id, shown)

    def _note_shown(self, user_id: int, message_id: int | None, response: Response | Apology) -> None:
        """Where a list of places stands is remembered: it is edited when the timetable was read again."""
        if message_id is not None:
            self._router.living.shown(user_id, message_id, response if isinstance(response, Page) else None)

    async def _move_card(self, action_id: int, user_id: int, message_id: int) -> None:
        """The card came out as another message than the one tapped: the action's result is shown there from now on."""
        try:
            await self._router.set_card(action_id, user_id, message_id)
        except DatabaseError as error:
            log.error("Action %s has no card, so its result will come as a message of its own: %s", action_id, error)

    async def _forged(self, query: CallbackQuery, forged: Forged) -> None:
        user = query.from_user
        log.warning("User %s tapped a button that this bot did not make: %s", user.id, forged)
        await answer_tap(query, str(apologies.UNKNOWN_BUTTON), alert=True)
        respond = self._for(user.id, self._router.respond)
        menu = await _safely(respond(Tap(user.id, user.first_name, Call(Verb.HOME))))
        await self._show(query, menu, fresh=True)

    # Commands and messages

    def _commands(self) -> dict[str, Answer]:
        """The handler of each command, under its names in every language."""
        settings = dict.fromkeys(("impostazioni", "settings"), self.settings)
        calendar = dict.fromkeys(("calendario", "calendar"), self.own_calendar)
        menus = {command: partial(self.menu, call) for commands, call in MENUS.items() for command in commands}
        together = dict.fromkeys(("insieme", "together"), self.together)
        named = {**settings, **calendar, **together}
        return {"start": self.start, "help": self.help, "status": self.status, **named, **menus}

    async def settings(self, update: Update, context: Context) -> None:
        await self._answer(update, Call(Verb.SETTINGS), self._router.respond)

    async def together(self, update: Update, context: Context) -> None:
        await self._answer(update, Call(Verb.TOGETHER), self._router.respond)

    async def start(self, update: Update, context: Context) -> None:
        """The menu; after a tap on somebody's link, which brings its number, what that leads to."""
        brought = (context.args or [""])[0]
        respond = partial(self._router.shared, number=brought) if brought.isdecimal() else self._router.respond
        await self._answer(update, Call(Verb.HOME), respond)

    async def help(self, update: Update, context: Context) -> None:
        await self._answer(update, Call(Verb.HELP), self._router.help)

    async def menu(self, call: Call, update: Update, context: Context) -> None:
        """A command for one of the menu's four buttons."""
        await self._answer(update, call, self._router.respond)

    async def status(self, update: Update, context: Context) -> None:
        """/status, or /status with a number, which may be written as `12`, `#12` or `n. 12`."""
        words = [word for word in context.args or [] if word.lower().rstrip(".") != "n"]
        respond = partial(self._router.status_of, word=words[0]) if words else self._router.respond
        await self._answer(update, Call(Verb.STATUS, (0,)), respond)

    async def own_calendar(self, update: Update, context: Context) -> None:
        """/calendario, or /calendario with the address of the person's own."""
        words = context.args or []
        respond = partial(self._router.name_calendar, address=words[0]) if words else self._router.respond
        await self._answer(update, Call(Verb.OWN_CALENDAR), respond)

    async def anything_else(self, update: Update, context: Context) -> None:
        """Text in plain words is answered by what it means, all else by one sentence: one for a whole album.

        An answer that already stands last in the chat is not sent a second time; a text is told where it stands.
        """
        message = update.effective_message
        text = message.text if message else None
        if not text:
            await self._answer(update, Call(Verb.HOME), self._router.odd, repeat=False)
            return
        respond = self._router.unknown_command if text.startswith("/") else partial(self._router.said, text=text)
        await self._answer(update, Call(Verb.HOME), respond, repeat=False, instead=apologies.stands_above())

    async def _answer(
        self, update: Update, call: Call, respond: Handler, *, repeat: bool = True, instead: Page | None = None
    ) -> None:
        """Answers a message with a new one. `repeat`: also when the same stands last in the chat, else `instead`."""
        user, message = update.effective_user, update.effective_message
        if user is None or message is None:
            return
        respond = self._for(user.id, respond)
        response = await _safely(respond(Tap(user.id, user.first_name, call, bot_name=update.get_bot().username)))
        if repeat or not self._last.stands(user.id, response, message.message_id):
            number = await self._say(update.get_bot(), user.id, response)
            self._last.put(user.id, response, number)
            self._note_shown(user.id, number, response)
        elif instead is not None:
            self._last.note(user.id, await self._say(update.get_bot(), user.id, instead))

    async def error(self, update: object, context: Context) -> None:
        """An error that no handler expected is logged, and the program goes on."""
        log.error("An update could not be handled", exc_info=context.error)

    # What is shown

    async def _show(self, query: CallbackQuery, response: Response | Apology, *, fresh: bool) -> int | None:
        """Shows the response to a tap: a page in place, all else as a new message. Returns where the page stands."""
        if not isinstance(response, Page):
            await self._say(query.get_bot(), query.from_user.id, response)
            return None
        try:
            return await show(query, response, self._retries, fresh=fresh)
        except TelegramError as error:
            log.warning("User %s was not shown the response to a tap: %s", query.from_user.id, reason(error))
            return None

    async def _say(self, bot: Bot, user_id: int, response: Response | Apology) -> int | None:
        """Sends the response as a new message. Returns where it stands."""
        try:
            return await with_retries(lambda: _send(bot, user_id, response), self._retries, repeatable=False)
        except TelegramError as error:
            log.warning("User %s was not answered: %s", user_id, reason(error))
            return None


async def _safely(response: Awaitable[Response]) -> Response | Apology:
    """The response, or an apology: an error in one tap ends with that tap."""
    try:
        return await response
    except DatabaseError as error:
        log.error("A tap could not be answered: %s", error)
        return Apology(apologies.database_unavailable())
    except Exception:
        log.exception("A tap could not be answered")
        return Apology(apologies.unexpected())


def _blocks_us(update: Update) -> bool:
    """Whether the update says that its user has blocked the bot."""
    change = update.my_chat_member
    return change is not None and change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)


async def _in_time(query: CallbackQuery, work: Awaitable[Response | Apology], seconds: float) -> Response | Apology:
    """The response. The tap itself is answered as soon as that is known, or after so many seconds."""
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    await answer_tap(query, None if done else str(apologies.TAKING_LONG))
    return await task


async def _send(bot: Bot, user_id: int, response: Response | Apology) -> int:
    match response:
        case Page():
            sent = await send(bot, user_id, response)
        case Apology():
            sent = await send(bot, user_id, response.page)
        case NewMessage():
            sent = await send_new(bot, user_id, response)
    return sent.message_id
