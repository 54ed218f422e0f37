"""The first-run wizard: five questions, each answer checked at once, then config.json. Run by `python setup.py`.

Nothing is written before the last answer, and then all at once: who stops in between loses nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

from doctor import PATIENCE, TelegramRefused, bot_name
from errors import OtpError
from model import utc_now
from otp_extractor import describe, parse, url_from
from settings import TELEGRAM_URL

WELCOME = (
    "Polimisport Bot: first set-up. Five questions; Ctrl-C stops, and nothing is written before the last answer.\n"
)
ABOUT_THE_CODE = """
   The university shows a QR code when you register an authenticator app for the one-time password. Save a picture of it
   and type where it is, or paste the otpauth:// address."""
ABOUT_THE_BOT = "\n   In Telegram write /newbot to @BotFather, choose a name, and paste the token it answers with."
ABOUT_YOU = "\n   The bot obeys one Telegram user. Open your bot in Telegram and press Start,"

ABOUT_THE_PICTURE = (
    "   Delete that picture now, also from downloads, trash and phone: whoever has it can make your codes."
)
YES = ("y", "yes", "s", "si", "sì")

T = TypeVar("T")


class WrongAnswer(Exception):
    """The answer can't be used; the sentence says why, and the question is asked again."""


class Wizard:
    """Asks at a terminal; the three functions are input, getpass and print when it runs for real."""

    def __init__(self, ask: Callable[[str], str], ask_secret: Callable[[str], str], say: Callable[[str], None]) -> None:
        self._ask = ask
        self._ask_secret = ask_secret
        self._say = say
        self._api_base_url = os.environ.get("POLIMISPORT_TELEGRAM__API_BASE_URL", TELEGRAM_URL).rstrip("/")

    def ask_everything(self) -> dict[str, Any]:
        """The content of config.json. Raises KeyboardInterrupt or EOFError when the person stops."""
        self._say(WELCOME)
        username = self._until_right(self._ask, "1. Codice Persona (user name at the Politecnico): ", self._username)
        password = self._until_right(self._ask_secret, "2. Its password (not shown): ", self._filled)
        self._say(ABOUT_THE_CODE)
        url = self._until_right(self._ask, "3. Picture or otpauth:// address: ", self._otp_url)
        self._say(ABOUT_THE_BOT)
        token = self._until_right(self._ask, "4. Token of the bot: ", self._bot_token)
        self._say(ABOUT_YOU)
        question = "5. then Enter here; or type your Telegram id, if you know it: "
        user_id = self._until_right(self._ask, question, lambda text: self._telegram_id(token, text))
        telegram = {"bot_token": token, "allowed_user_id": user_id}
        return {"username": username, "password": password, "otpatu": url, "telegram": telegram} | _browser_found()

    def _until_right(self, ask: Callable[[str], str], question: str, check: Callable[[str], T]) -> T:
        """Asks until `check` takes the answer."""
        while True:
            try:
                return check(ask(question).strip())
            except WrongAnswer as problem:
                self._say(f"   {problem}")

    def _filled(self, text: str) -> str:
        if not text:
            raise WrongAnswer("An answer is needed here.")
        return text

    def _username(self, text: str) -> str:
        if any(char.isspace() or char == "@" for char in self._filled(text)):
            raise WrongAnswer("The Codice Persona is the number on your badge, not your name or e-mail address.")
        return text

    def _otp_url(self, text: str) -> str:
        """The otpauth:// URL that was pasted, or is in the picture that was named."""
        try:
            source = self._filled(text).strip("'\"")
            url = url_from(source)
            code = describe(parse(url), utc_now())
        except OtpError as problem:
            raise WrongAnswer(_sentence(problem)) from None
        self._say(f"   The code is now {code}: your authenticator app must show the same.")
        if "://" not in source:
            self._say(ABOUT_THE_PICTURE)
        return url

    def _bot_token(self, text: str) -> str:
        """A token that Telegram accepts; one that can't be checked for want of a network is taken as it is."""
        if not re.fullmatch(r"\d+:[\w-]{20,}", text):
            raise WrongAnswer("A token looks like 1234567890:AAH... (digits, a colon, letters).")
        try:
            name = asyncio.run(bot_name(self._api_base_url, text))
        except TelegramRefused as problem:
            raise WrongAnswer(_sentence(problem)) from None
        except httpx.HTTPError as error:
            self._say(f"   Telegram can't be reached ({type(error).__name__}): the token is taken as it is.")
        else:
            self._say(f"   This is @{name}.")
        return text

    def _telegram_id(self, token: str, text: str) -> int:
        """The id that was typed, or else that of whoever wrote to the bot last."""
        if text:
            return _number(text)
        try:
            person = asyncio.run(who_wrote(self._api_base_url, token))
        except httpx.HTTPError as error:
            problem = f"Telegram can't be reached ({type(error).__name__}): try again, or type the id."
            raise WrongAnswer(problem) from None
        if person is None:
            raise WrongAnswer(
                "Nobody has written to the bot yet: open it in Telegram and press Start, then Enter here."
            )
        self._say(f"   You are {person.get('first_name', '')} ({person['id']}).")
        return int(person["id"])


def _browser_found() -> dict[str, Any]:
    """The browser ./run found, written down so that cron and systemd find it too; nothing for Playwright's own."""
    path = os.environ.get("POLIMISPORT_BROWSER__EXECUTABLE_PATH")
    return {"browser": {"executable_path": path}} if path else {}


def _sentence(problem: Exception) -> str:
    text = str(problem)
    return f"{text[:1].upper()}{text[1:]}."


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) == 0:
        raise WrongAnswer("A Telegram id is a number, not a @name: leave it empty, and write to the bot instead.")
    return int(text)


async def who_wrote(api_base_url: str, token: str) -> dict[str, Any] | None:
    """Who sent the newest private message the bot has not taken yet; it stays there for the bot to answer."""
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        # Without allowed_updates: Telegram would remember it and keep the taps from the bot.
        answer = await client.get(f"{api_base_url}/bot{token}/getUpdates")
    try:
        messages = [update["message"] for update in answer.json().get("result", []) if "message" in update]
        senders = [message["from"] for message in messages if message["chat"]["type"] == "private"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise httpx.RemoteProtocolError("the answer is not one of Telegram") from None
    return senders[-1] if senders else None


def write(config: Path, values: dict[str, Any]) -> None:
    """Writes the file whole or not at all, readable by its owner only."""
    draft = config.with_name(f".{config.name}.{os.getpid()}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(values, file, indent=2, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(config)
    finally:
        draft.unlink(missing_ok=True)
