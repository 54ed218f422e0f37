"""An emulator of Telegram's Bot API with a chat page: bots find Telegram in it, people a chat, tests both."""

from demo.telegram.faults import Faults
from demo.telegram.person import Person
from demo.telegram.server import ApiCall, TelegramEmulator
from demo.telegram.view import Button, Document, Message
from demo.telegram.world import CallbackAnswer

__all__ = ["ApiCall", "Button", "CallbackAnswer", "Document", "Faults", "Message", "Person", "TelegramEmulator"]
