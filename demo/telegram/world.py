"""The state of the emulated Telegram: the bot, the people it knows, their chats, the taps that wait for an answer.

Pure state, no HTTP. The bot's side changes it through `methods/`, the people's side through `person.py`, and every
change is told to the open chat pages.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from demo.telegram.bell import Bell
from demo.telegram.errors import QUERY_TOO_OLD, ApiError, bad_request
from demo.telegram.files import FileStore
from demo.telegram.updates import UpdateQueue

Json = dict[str, Any]

QUERY_LIFETIME = timedelta(seconds=60)  # how long a tap can be answered
TYPING_SECONDS = 5  # how long "is typing" stays on without being renewed


@dataclass(slots=True)
class Record:
    """A message as it stands: Telegram's own object, and what only this side knows."""

    payload: Json
    from_bot: bool
    silent: bool = False
    reactions: list[str] = field(default_factory=list)
    votes: list[int] = field(default_factory=list)  # what the person chose, where it is a poll

    @property
    def message_id(self) -> int:
        return int(self.payload["message_id"])


@dataclass(slots=True)
class Chat:
    """The private chat of one person with the bot."""

    user: Json
    messages: dict[int, Record] = field(default_factory=dict)
    started: bool = True  # False: the person has not pressed Start yet, and the bot may not write first
    blocked: bool = False
    pinned: list[int] = field(default_factory=list)
    keyboard: Json | None = None  # the reply keyboard on show
    menu_button: Json | None = None
    arrived: list[int] = field(default_factory=list)  # ids of the bot's messages, in order of arrival
    pages: list[asyncio.Queue[Json | None]] = field(default_factory=list)  # open chat pages

    @property
    def id(self) -> int:
        return int(self.user["id"])

    def to_json(self) -> Json:
        kept = {name: self.user[name] for name in ("first_name", "last_name", "username") if self.user.get(name)}
        return {"id": self.id, **kept, "type": "private"}

    def tell_pages(self, event: Json | None) -> None:
        for page in self.pages:
            page.put_nowait(event)


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """The answer to a tap as the person sees it: a toast, an alert, an opened address, or nothing."""

    text: str = ""
    show_alert: bool = False
    url: str | None = None


@dataclass(slots=True)
class CallbackQuery:
    id: str
    chat: Chat
    at: datetime
    answer: CallbackAnswer | None = None


@dataclass(slots=True)
class BotProfile:
    """The bot's own description: texts by language code, commands by (scope, language)."""

    user: Json
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    menu_button: Json = field(default_factory=lambda: {"type": "commands"})
    logged_out: bool = False

    def commands_for(self, chat: Chat) -> list[Json]:
        """The commands a person sees: narrowest scope first, own language before the default."""
        language = str(chat.user.get("language_code") or "")
        for scope in (f"chat:{chat.id}", "all_private_chats", "default"):
            for code in (language, ""):
                if commands := self.commands.get((scope, code)):
                    return commands
        return []


class World:
    """Everything there is. One bot, any number of people, each with one private chat."""

    def __init__(self, bot: Json, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.bell = Bell()
        self.bot = BotProfile(bot)
        self.files = FileStore()
        self.updates = UpdateQueue(clock, self.bell)
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, CallbackQuery] = {}
        self.announcement: Json | None = None  # what happens soon, above every chat
        self._message_ids = itertools.count(1)
        self._query_ids = itertools.count(4_382_000_000_000_000_001)

    def now(self) -> int:
        return int(self.clock().timestamp())

    # --- chats ---
    def add_chat(self, user: Json, *, started: bool = True) -> Chat:
        chat = self.chats.setdefault(int(user["id"]), Chat(user, started=started))
        self.bell.ring()
        return chat

    def chat(self, chat_id: str) -> Chat:
        """The chat with this id or @username. Raises ApiError as Telegram does."""
        if not chat_id:
            raise bad_request("chat_id is empty")
        for chat in self.chats.values():
            username = chat.user.get("username")
            if str(chat.id) == chat_id or (username and f"@{username}".lower() == chat_id.lower()):
                return chat
        raise bad_request("chat not found")

    def chat_to_write(self, chat_id: str) -> Chat:
        chat = self.chat(chat_id)
        if chat.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if not chat.started:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        return chat

    # --- messages ---
    def post(self, chat: Chat, content: Json, *, from_bot: bool, silent: bool = False) -> Record:
        """A new message in the chat; everybody who waits or looks is told."""
        sender = self.bot.user if from_bot else chat.user
        head = {"message_id": next(self._message_ids), "from": sender, "chat": chat.to_json(), "date": self.now()}
        record = Record({**head, **content}, from_bot, silent)
        chat.messages[record.message_id] = record
        if from_bot:
            chat.arrived.append(record.message_id)
        self._announce(chat, "message", record)
        return record

    def replace(self, chat: Chat, record: Record, payload: Json, *, edited: bool = True) -> None:
        """The message's new content, in place."""
        record.payload = {**payload, "edit_date": max(self.now(), 1)} if edited else payload
        self._announce(chat, "edit", record)

    def delete(self, chat: Chat, message_id: int) -> bool:
        if chat.messages.pop(message_id, None) is None:
            return False
        chat.pinned = [pinned for pinned in chat.pinned if pinned != message_id]
        chat.tell_pages({"type": "delete", "id": message_id})
        self.bell.ring()
        return True

    def _announce(self, chat: Chat, kind: str, record: Record) -> None:
        chat.tell_pages({"type": kind, "id": record.message_id})
        self.bell.ring()

    # --- taps ---
    def tap(self, chat: Chat, message: Json, data: str) -> CallbackQuery:
        """A callback query under way to the bot."""
        query = CallbackQuery(str(next(self._query_ids)), chat, self.clock())
        self.queries[query.id] = query
        instance = str(-(chat.id * 2_654_435_761 % 2**62))
        self.updates.add(
            "callback_query",
            {"id": query.id, "from": chat.user, "message": message, "chat_instance": instance, "data": data},
        )
        return query

    def answer(self, query_id: str, answer: CallbackAnswer) -> None:
        """The answer to a tap. Raises ApiError when there is no such tap, it is too old, or it has been answered."""
        query = self.queries.get(query_id)
        if query is None or query.answer is not None or self.clock() - query.at > QUERY_LIFETIME:
            raise bad_request(QUERY_TOO_OLD)
        query.answer = answer
        self.bell.ring()

    def open(self) -> None:
        self.updates.open()

    def close(self) -> None:
        """Lets go of everybody who waits: polls answer, chat pages end."""
        self.updates.close()
        for chat in self.chats.values():
            chat.tell_pages(None)
