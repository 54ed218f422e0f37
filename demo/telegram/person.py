"""A person with a phone: writes, taps, sends files, blocks, and sees what the bot answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demo.telegram.attachments import Attachments
from demo.telegram.entities import tidy
from demo.telegram.polls import vote
from demo.telegram.view import Button, Message, to_message
from demo.telegram.world import CallbackAnswer, CallbackQuery, Chat, Record, World

Json = dict[str, Any]

PATIENCE = 60.0  # s; only ends a wait for what will not come, and a busy machine takes its time


class Person:
    """Wraps one chat. Every wait ends as soon as the world changes; a TimeoutError tells what was on show."""

    def __init__(self, world: World, chat: Chat) -> None:
        self._world = world
        self._chat = chat
        self._taken = 0
        self.media = Attachments(world.files, chat.user, self._post)

    def __repr__(self) -> str:
        return f"Person({self.id}, {self.first_name!r})"

    @property
    def id(self) -> int:
        return self._chat.id

    @property
    def first_name(self) -> str:
        return str(self._chat.user["first_name"])

    # --- what is on show ---
    @property
    def messages(self) -> list[Message]:
        """The chat as it stands now, oldest first."""
        return [self._show(record) for record in self._chat.messages.values()]

    @property
    def last(self) -> Message:
        """The bot's newest message. Raises LookupError when it has sent none."""
        for record in reversed(self._chat.messages.values()):
            if record.from_bot:
                return self._show(record)
        raise LookupError("the bot has sent no message in this chat")

    def _show(self, record: Record) -> Message:
        return to_message(self._world.files, record, self._chat.keyboard)

    # --- writing ---
    async def send(self, text: str, *, reply_to: int | None = None) -> Message:
        """Sends a text; commands, links and the like are marked as Telegram marks them."""
        content = tidy(text, [])
        if not content.text:
            raise ValueError("an empty message can't be sent")
        listed = content.entities_json()
        return self._post({"text": content.text, **({"entities": listed} if listed else {})}, reply_to)

    async def vote(self, message_id: int, choices: list[int]) -> None:
        """Votes in a poll; no choice takes the vote back. LookupError without such a message, ValueError as `vote`."""
        record = self._chat.messages.get(message_id)
        if record is None:
            raise LookupError(f"no message {message_id}")
        vote(self._world, self._chat, record, choices)

    async def send_raw(self, update: Json) -> None:
        """Hands the bot an update of any shape, as it is; only update_id is added when missing."""
        self._world.updates.add_raw(update)

    async def edit(self, message_id: int, text: str) -> Message:
        """Edits one of the person's own messages. Raises LookupError when there is none with this id."""
        record = self._chat.messages.get(message_id)
        if record is None or record.from_bot:
            raise LookupError(f"{self} has written no message {message_id}")
        content = tidy(text, [])
        kept = {key: value for key, value in record.payload.items() if key not in {"text", "entities"}}
        self._world.replace(
            self._chat, record, {**kept, "text": content.text, "entities": content.entities_json()}, edited=True
        )
        self._world.updates.add("edited_message", record.payload)
        return self._show(record)

    def _post(self, content: Json, reply_to: int | None = None) -> Message:
        self.unblock()
        self._start()
        replied = self._chat.messages.get(reply_to) if reply_to else None
        reply = {"reply_to_message": replied.payload} if replied else {}
        record = self._world.post(self._chat, {**reply, **content}, from_bot=False)
        if (self._chat.keyboard or {}).get("one_time_keyboard") or (self._chat.keyboard or {}).get("force_reply"):
            self._chat.keyboard = None
            self._chat.tell_pages({"type": "profile"})
        self._world.updates.add("message", record.payload)
        return self._show(record)

    def _start(self) -> None:
        """Whoever writes has pressed Start: from now on the bot may write first."""
        if not self._chat.started:
            self._chat.started = True
            self._chat.tell_pages({"type": "profile"})

    # --- tapping ---
    async def tap(self, label: str, *, message_id: int | None = None, timeout: float = PATIENCE) -> CallbackAnswer:
        """Taps the inline button whose label contains `label`, in the newest message that has one.

        Waits for the answer. Raises LookupError naming the buttons on show when none fits, TimeoutError when the bot
        stays silent.
        """
        message, button = self.find_button(label, message_id)
        if button.data is None:
            return CallbackAnswer(url=button.url)
        return await self.press(button.data, message_id=message.message_id, timeout=timeout)

    def find_button(self, label: str, message_id: int | None = None) -> tuple[Message, Button]:
        """The newest message on show with such a button, and the button. Raises LookupError naming those on show."""
        candidates = [m for m in self.messages if m.buttons and message_id in (None, m.message_id)]
        for message in reversed(candidates):
            buttons = [button for row in message.buttons for button in row]
            exact = [button for button in buttons if button.text == label]
            if matching := exact or [button for button in buttons if label in button.text]:
                return message, matching[0]
        shown = [message.labels for message in candidates[-3:]]
        raise LookupError(f"no button {label!r}; the last messages with buttons have {shown}")

    async def press(self, data: str, message_id: int | None = None, *, timeout: float = PATIENCE) -> CallbackAnswer:
        """Sends callback data, genuine or forged, as a tap on a message (default: the bot's last), until answered."""
        return await self.answer_to(self.start_tap(data, message_id), timeout)

    def start_tap(self, data: str, message_id: int | None = None) -> CallbackQuery:
        """The tap alone, without waiting."""
        number = self.last.message_id if message_id is None else message_id
        record = self._chat.messages.get(number)
        gone = {"chat": self._chat.to_json(), "message_id": number, "date": 0}  # an InaccessibleMessage
        return self._world.tap(self._chat, record.payload if record else gone, data)

    async def answer_to(self, query: CallbackQuery, timeout: float = PATIENCE) -> CallbackAnswer:
        try:
            return await self._world.bell.until(lambda: query.answer, timeout)
        except TimeoutError:
            raise TimeoutError(f"the bot did not answer the tap within {timeout:g} s") from None

    # --- waiting ---
    async def next_message(self, timeout: float = PATIENCE) -> Message:
        """The bot's oldest message not yet taken this way, as it stands now; waits for one to arrive."""
        try:
            return await self._world.bell.until(self._take, timeout)
        except TimeoutError:
            raise TimeoutError(f"no new message within {timeout:g} s; {self._on_show()}") from None

    def _take(self) -> Message | None:
        while self._taken < len(self._chat.arrived):
            record = self._chat.messages.get(self._chat.arrived[self._taken])
            self._taken += 1
            if record:
                return self._show(record)
        return None

    async def wait_for(self, wanted: Callable[[Message], bool], timeout: float = PATIENCE) -> Message:
        """The bot's newest message that satisfies `wanted`, there already or still to come or to be edited."""

        def look() -> Message | None:
            return next((m for m in reversed(self.messages) if m.from_bot and wanted(m)), None)

        try:
            return await self._world.bell.until(look, timeout)
        except TimeoutError:
            raise TimeoutError(f"no such message within {timeout:g} s; {self._on_show()}") from None

    def _on_show(self) -> str:
        shown = [
            (message.message_id, message.text[:200], message.labels) for message in self.messages if message.from_bot
        ]
        return f"the bot's last messages are {shown[-3:]}"

    # --- blocking ---
    def block(self) -> None:
        self._set_blocked(True)

    def unblock(self) -> None:
        self._set_blocked(False)

    def _set_blocked(self, blocked: bool) -> None:
        if self._chat.blocked == blocked:
            return
        self._chat.blocked = blocked
        states = ("member", "kicked") if blocked else ("kicked", "member")
        old, new = (self._bot_as(state) for state in states)
        change = {"chat": self._chat.to_json(), "from": self._chat.user, "date": self._world.now()}
        self._world.updates.add("my_chat_member", {**change, "old_chat_member": old, "new_chat_member": new})
        self._chat.tell_pages({"type": "profile"})

    def _bot_as(self, status: str) -> Json:
        until: Json = {"until_date": 0} if status == "kicked" else {}
        return {"user": self._world.bot.user, "status": status, **until}
