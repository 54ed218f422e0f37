"""The first-run wizard: how one logs in, then up to five questions, each answer checked at once, then config.json.

Run by `python setup.py`.

Nothing is written before the last answer, and then all at once: who stops in between loses nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from admin.answers import says_no, says_yes
from admin.doctor import ANSWER_TIMEOUT, TelegramRefused, bot_name
from domain.errors import ConfigError, OtpError
from domain.house_rules import MOST_DAYS_AHEAD
from domain.model import utc_now
from domain.site_login import SiteLogin
from languages import terminal
from languages.terminal import N_, _
from otp_extractor import describe, is_secret, name_of, parse, urls_from
from runtime.config_values import BY_HAND, LONGEST_TELEGRAM_ID, legible
from runtime.settings import TELEGRAM_URL
from safety.addresses import check_base_url

WELCOME = N_(
    "Polimisport Bot: first set-up. A few questions; Ctrl-C stops, and nothing is written before the last answer.\n"
)
ABOUT_THE_LOGIN = N_(
    """   How do you log in to Polimisport?
     1  with Codice Persona and password, and perhaps a one-time code: the bot can do that by itself
     2  with SPID, CIE or any other way of your own: you log in yourself, now and then, and the bot uses that session"""
)
ANOTHER_CLUB = N_("     3  not at Polimisport: at another club whose bookings run on SportRick")
ABOUT_THE_CLUB = N_("""
   The address of the club's SportRick site ends with the name of the club: https://ecomm.sportrick.com/NAME""")
ABOUT_ITS_LOGIN = N_(
    """   How does the club's login page let you in?
     1  it asks for user name and password itself, and for no code: the bot can do that by itself
     2  in any other way: you log in yourself, now and then, and the bot uses that session"""
)
ABOUT_ITS_OPENING = N_("   When do places open there? The club says so, or watch it once.")
WAYS = {"": "1", "1": "1", "2": "2"}  # the first, or the second
WAYS_OF_CLUBS = WAYS | {"3": "3"}
CLUB_LOGINS = {"1": SiteLogin.FORM, "2": SiteLogin.BY_HAND}
ABOUT_THE_CODE = N_("""
   The university shows a QR code, and a setup key beside it, when you register an authenticator app for the one-time
   password. Type where a picture of the code is, or paste the key or the otpauth:// address. Is your phone registered
   already? Then use the app's own export (Google Authenticator: "Transfer accounts"), or register anew: the QR code is
   shown only then, and the phone must read the new one too. Only Enter, if the login asks for no code at all.""")
ABOUT_THE_BOT = N_("In Telegram write /newbot to @BotFather, choose a name, and paste the token it answers with.")
NO_CODE = N_("Does the login ask for user name and password alone, and never for a code? [y/N]")
ABOUT_YOU = N_("The bot obeys one Telegram user.")
HOW_TO_FIND_AN_ID = N_("To find your id, write to @userinfobot in Telegram: it answers with it, a number.")

ABOUT_THE_PICTURE = N_(
    "Delete that picture now, also from downloads, trash and phone: whoever has it can make your codes."
)
SAME_CODE = N_("Does it? [y/n]")
ANOTHER_CODE = N_(
    "Then it is another account's secret, or the clock of this machine or of the phone is wrong. Once more:"
)

DIGITS_LIVE = 600.0  # s until digits that were shown count no more
MOST_WRONG = 3  # other four-digit messages while they live: a typing error or two, not somebody who guesses
MOST_DRAWS = 5  # digits that are drawn before only a typed id helps
PAGE, MOST_PAGES = 100, 100  # updates in one answer of Telegram, and how many answers are looked through

T = TypeVar("T")


class WrongAnswer(Exception):
    """The answer can't be used; the sentence says why, and the question is asked again."""


class Wizard:
    """Asks at a terminal; the three functions are input, getpass and print when it runs for real."""

    def __init__(
        self,
        ask: Callable[[str], str],
        ask_secret: Callable[[str], str],
        say: Callable[[str], None],
        digits_live: float = DIGITS_LIVE,
    ) -> None:
        self._ask = ask
        self._digits_live = digits_live
        self._ask_secret = ask_secret
        self._say = say
        self._asked = 0  # questions so far
        self._number = ""  # of the last one, which may be asked in several ways
        self._api_base_url = os.environ.get("POLIMISPORT_TELEGRAM__API_BASE_URL", TELEGRAM_URL).rstrip("/")

    def ask_everything(self) -> dict[str, Any]:
        """The content of config.json. Raises KeyboardInterrupt or EOFError when the person stops."""
        self._say(str(WELCOME))
        account = self._ask_account_and_club()
        self._say(f"\n   {ABOUT_THE_BOT}")
        token = self._until_right(self._ask, self._next(_("Token of the bot:") + " "), self._bot_token)
        self._say(f"\n   {ABOUT_YOU}")
        self._number = self._next("")
        telegram = {"bot_token": token, "allowed_user_id": self._owner(token)}
        return account | {"telegram": telegram, "language": str(terminal.spoken())} | _browser_found()

    def _ask_account_and_club(self) -> dict[str, Any]:
        """What the owner logs in with; at another club also where that is, and when its places open."""
        self._say(str(ABOUT_THE_LOGIN))
        self._say(str(ANOTHER_CLUB))
        way = self._until_right(
            self._ask, "   " + _("1, 2 or 3?") + " [1] ", _one_of(WAYS_OF_CLUBS, _("Type 1, 2 or 3."))
        )
        return self._ask_club() if way == "3" else self._account_at_polimi(by_hand=way == "2")

    def _ask_club(self) -> dict[str, Any]:
        self._say(str(ABOUT_THE_CLUB))
        address = self._until_right(self._ask, self._next(_("Its address:") + " "), _club_address)
        self._say(str(ABOUT_ITS_LOGIN))
        way = self._until_right(self._ask, "   " + _("1 or 2?") + " [1] ", _one_of(WAYS, _("Type 1 or 2.")))
        site = {"base_url": address, "login": CLUB_LOGINS[way].value}
        account = self.ask_account(CLUB_LOGINS[way])
        self._say(str(ABOUT_ITS_OPENING))
        days = self._until_right(self._ask, self._next(_("How many days before the class?") + " "), _days)
        at = self._until_right(self._ask, self._next(_("At what time, as 00:00?") + " "), _time)
        return account | {"site": site, "opening": {"days_ahead": days, "at": at}}

    def ask_account(self, site: SiteLogin = SiteLogin.POLIMI) -> dict[str, Any]:
        """What somebody logs in with there, under config.json's keys: `login` only for who does it by hand where others
        do not."""
        if site is SiteLogin.POLIMI:
            self._say(str(ABOUT_THE_LOGIN))
            way = self._until_right(self._ask, "   " + _("1 or 2?") + " [1] ", _one_of(WAYS, _("Type 1 or 2.")))
            return self._account_at_polimi(by_hand=way == "2")
        account: dict[str, Any] = {
            "username": self._until_right(self._ask, self._next(_("User name:") + " "), self._name)
        }
        return account | (self._its_password() if site is SiteLogin.FORM else {})

    def _account_at_polimi(self, *, by_hand: bool) -> dict[str, Any]:
        question = self._next(_("Codice Persona (user name at the Politecnico):") + " ")
        account = {"username": self._until_right(self._ask, question, self._username)}
        return account | ({"login": BY_HAND} if by_hand else self._password_and_code())

    def _next(self, question: str) -> str:
        """The question with its number."""
        self._asked += 1
        return f"{self._asked}. {question}"

    def _its_password(self) -> dict[str, Any]:
        question = self._next(_("Its password (not shown):") + " ")
        return {"password": self._until_right(self._ask_secret, question, self._password, as_typed=True)}

    def _password_and_code(self) -> dict[str, Any]:
        password = self._its_password()
        self._say(str(ABOUT_THE_CODE))
        question = self._next(_("Picture, setup key or otpauth:// address (not shown):") + " ")
        return password | {"otpatu": self._until_right(self._ask_secret, question, self._otp_url)}

    def _until_right(
        self, ask: Callable[[str], str], question: str, check: Callable[[str], T], *, as_typed: bool = False
    ) -> T:
        """Asks until `check` takes the answer, which loses the blanks around it unless it counts `as_typed`."""
        while True:
            try:
                answer = ask(question)
                return check(answer if as_typed else answer.strip())
            except WrongAnswer as problem:
                self._say(f"   {problem}")

    def _filled(self, text: str) -> str:
        if not text:
            raise WrongAnswer(_("An answer is needed here."))
        return text

    def _password(self, text: str) -> str:
        """A blank at its beginning or end belongs to a password, and is seldom meant."""
        if text != text.strip() and text.strip():
            self._say("   " + _("It begins or ends with a blank, which is kept: if you did not mean it, start again."))
        return _legible(text) if text.strip() else self._filled("")

    def _name(self, text: str) -> str:
        return _legible(self._filled(text))

    def _username(self, text: str) -> str:
        """A Codice Persona; another user name, as other clubs of the platform have, once it was confirmed."""
        if any(char.isspace() or char == "@" for char in _legible(self._filled(text))):
            raise WrongAnswer(_("The Codice Persona is the number on your badge, not your name or e-mail address."))
        if re.fullmatch(r"\d{8}", text, re.ASCII):
            return text
        question = _("A Codice Persona has eight digits. Does your login really ask for {text}? [y/N]", text=text)
        if not says_yes(self._ask(f"   {question} ")):
            raise WrongAnswer(_("Then once more: it is the number on your badge."))
        return text

    def _otp_url(self, text: str) -> str | None:
        """The otpauth:// URL that was pasted, or stands for the setup key, or is in the picture that was named.

        None for a bare Enter, once it was confirmed that no code is asked for.
        """
        if not text and says_yes(self._ask(f"   {NO_CODE} ")):
            return None
        try:
            urls = urls_from(self._filled(text))
            url = urls[0] if len(urls) == 1 else urls[self._which(urls)]
            code = describe(parse(url), utc_now())
        except OtpError as problem:
            raise WrongAnswer(_sentence(problem)) from None
        self._say("   " + _("The code is now {code}: your authenticator app must show the same.", code=code))
        if not self._until_right(self._ask, f"   {SAME_CODE} ", _yes_or_no):
            raise WrongAnswer(str(ANOTHER_CODE))
        if not is_secret(text):
            self._say(f"   {ABOUT_THE_PICTURE}")
        return url

    def _which(self, urls: Sequence[str]) -> int:
        """Asks which account of an export is the Politecnico's; its index."""
        for number, url in enumerate(urls, start=1):
            self._say(f"   {number}: {name_of(url)}")

        def chosen(text: str) -> int:
            if text.isascii() and text.isdigit() and 1 <= int(text) <= len(urls):
                return int(text) - 1
            raise WrongAnswer(_("Type a number from 1 to {most}.", most=len(urls)))

        return self._until_right(self._ask, "   " + _("Which of them is the Politecnico's?") + " ", chosen)

    def _bot_token(self, text: str) -> str:
        """A token that Telegram accepts; one that can't be checked for want of a network is taken as it is."""
        if not re.fullmatch(r"\d+:[\w-]{20,}", text, re.ASCII):
            raise WrongAnswer(_("A token looks like 1234567890:AAH... (digits, a colon, letters)."))
        try:
            name = asyncio.run(bot_name(self._api_base_url, text))
        except TelegramRefused as problem:
            raise WrongAnswer(_sentence(problem)) from None
        except httpx.HTTPError as error:
            self._say(
                "   " + _("Telegram can't be reached ({kind}): the token is taken as it is.", kind=type(error).__name__)
            )
        else:
            self._say("   " + _("This is @{name}.", name=name))
        return text

    def _owner(self, token: str) -> int:
        """The id that was typed, or that of who sent the digits and says that it was them."""
        for _draw in range(MOST_DRAWS):
            try:
                return self._holder(Digits.drawn_for(self._api_base_url, token, self._digits_live))
            except DigitsSpent as problem:
                self._say(f"   {problem}")
            except httpx.HTTPError as error:
                return self._typed_id(
                    _("Telegram can't be reached ({kind}): it goes without it.", kind=type(error).__name__)
                )
        return self._typed_id(_("Somebody keeps writing digits to the bot: it goes without them."))

    def write_down(self, config: Path, values: dict[str, Any]) -> Path:
        """Writes the answers; asks for another path while that fails. Returns the path of the file."""
        while True:
            try:
                write(config, values)
            except (OSError, ValueError) as error:
                self._say(
                    "\n"
                    + _(
                        "{config} can't be written ({why}). Your answers are kept: name another place.",
                        config=config,
                        why=_why(error),
                    )
                )
                config = self._until_right(self._ask, _("Path of the new file:") + " ", self._new_file)
            else:
                return config

    def _new_file(self, text: str) -> Path:
        path = Path(os.path.expanduser(self._filled(text)))
        if os.path.isdir(path):
            path /= "config.json"
        if os.path.lexists(path):
            raise WrongAnswer(_("{path} is there already, and stays as it is: name a new file.", path=path))
        return path

    def find_out(self, api_base_url: str, token: str) -> int:
        """The Telegram id of who sends the digits, said with their name. Raises DigitsSpent or httpx.HTTPError."""
        digits = Digits.drawn_for(api_base_url, token, self._digits_live)
        self._say(
            _(
                "Your friend opens your bot in Telegram, presses Start, and sends it these four digits: {digits}",
                digits=digits.shown,
            )
        )
        person = self._until_right(self._ask, _("Then Enter here:") + " ", lambda _text: digits.sender())
        self._say(_("They came from {person}.", person=shown_name(person)))
        return int(person["id"])

    def _holder(self, digits: Digits) -> int:
        """The Telegram id of whoever sends the digits, or the id that was typed. Raises DigitsSpent."""
        self._say(
            "   "
            + _("Open your bot in Telegram, press Start, and send it these four digits: {digits}", digits=digits.shown)
        )
        question = self._number + _("Press Enter when you have; or type your Telegram id, if you know it:")
        return self._until_right(
            self._ask, f"{question} ", lambda text: _number(text) if text else self._sender(digits)
        )

    def _sender(self, digits: Digits) -> int:
        """Who sent the digits and says that it was them. Raises WrongAnswer for another try, DigitsSpent for others."""
        try:
            person = digits.sender()
        except httpx.HTTPError as error:
            raise WrongAnswer(
                _("Telegram can't be reached ({kind}): try again, or type the id.", kind=type(error).__name__)
            ) from None
        question = _("They came from {person}. Is that you? [y/N]", person=shown_name(person))
        if not says_yes(self._ask(f"   {question} ")):
            raise DigitsSpent(_("Then somebody else has seen or guessed them. Once more, with others:"))
        return int(person["id"])

    def _typed_id(self, why: str) -> int:
        self._say(f"   {why}")
        self._say(f"   {HOW_TO_FIND_AN_ID}")
        return self._until_right(self._ask, self._number + _("Type your Telegram id, a number:") + " ", _number)


def _one_of(answers: Mapping[str, str], otherwise: str) -> Callable[[str], str]:
    """Takes these answers alone; `otherwise` is said to any other."""

    def chosen(text: str) -> str:
        if text not in answers:
            raise WrongAnswer(otherwise)
        return answers[text]

    return chosen


def _club_address(text: str) -> str:
    try:
        address = check_base_url(text)
    except ValueError as problem:
        raise WrongAnswer(_sentence(problem)) from None
    if not urlsplit(address).path:
        raise WrongAnswer(_("The name of the club is missing at its end."))
    return address


def _days(text: str) -> int:
    if not re.fullmatch(r"\d{1,2}", text, re.ASCII) or int(text) > MOST_DAYS_AHEAD:
        raise WrongAnswer(_("Type a number from 0 to {most}.", most=MOST_DAYS_AHEAD))
    return int(text)


def _time(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", text, re.ASCII):
        raise WrongAnswer(_("Type a time as 00:00 or 12:30."))
    return text


def _yes_or_no(text: str) -> bool:
    if not says_yes(text) and not says_no(text):
        raise WrongAnswer(_("Type y for yes or n for no."))
    return says_yes(text)


def _legible(text: str) -> str:
    try:
        return legible(text)
    except ValueError as problem:
        raise WrongAnswer(_sentence(problem)) from None


def _browser_found() -> dict[str, Any]:
    """The browser ./run found, written down so that cron and systemd find it too; nothing for Playwright's own."""
    path = os.environ.get("POLIMISPORT_BROWSER__EXECUTABLE_PATH")
    return {"browser": {"executable_path": path}} if path else {}


def _sentence(problem: Exception) -> str:
    text = str(problem)
    return f"{text[:1].upper()}{text[1:]}."


def _number(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,30}", text, re.ASCII):
        raise WrongAnswer(_("A Telegram id is a number, not a @name."))
    if not 0 < int(text) < LONGEST_TELEGRAM_ID:
        raise WrongAnswer(_("A person's Telegram id is a positive number of up to 16 digits; a group's begins with -."))
    return int(text)


def shown_name(person: dict[str, Any]) -> str:
    """A Telegram user as the terminal may show it: a stranger chose the name, and it may hold control characters."""
    parts = (str(person.get(part, "")) for part in ("first_name", "last_name"))
    name = "".join(char for char in " ".join(filter(None, parts)) if char.isprintable())[:60]
    user = re.sub(r"\W", "", str(person.get("username", "")), flags=re.ASCII)
    return f"{name} ({f'@{user}, ' if user else ''}id {int(person['id'])})"


class DigitsSpent(Exception):
    """The digits prove nothing any more; the sentence says why. Others are needed."""


class Digits:
    """Four digits that whoever holds the owner's phone sends to the bot.

    Only a private message that came after they were drawn and holds exactly them counts; after three wrong ones, two
    people with the right ones, or ten minutes they are spent. A stranger who guesses is right once in 3,333 times, and
    then still has to be taken for the owner by name.
    """

    def __init__(self, address: str, seen: int, live: float) -> None:
        self.shown = f"{secrets.randbelow(10_000):04}"
        self._address = address
        self._seen = seen  # the number of the last update from before
        self._ends = time.monotonic() + live

    @classmethod
    def drawn_for(cls, api_base_url: str, token: str, live: float) -> Digits:
        """New digits, which nobody has seen yet and that count for so many seconds. Raises httpx.HTTPError."""
        address = f"{api_base_url}/bot{token}/getUpdates"
        return cls(address, max((each.number for each in asyncio.run(waiting(address))), default=0), live)

    def sender(self) -> dict[str, Any]:
        """The user who sent the digits. Raises WrongAnswer when nobody has yet, DigitsSpent, or httpx.HTTPError."""
        messages = [each for each in asyncio.run(waiting(self._address)) if each.number > self._seen]
        if time.monotonic() > self._ends:
            raise DigitsSpent(_("These digits are more than ten minutes old. Once more, with others:"))
        right = {each.sender["id"]: each.sender for each in messages if each.text == self.shown}
        wrong = [each for each in messages if each.text != self.shown and re.fullmatch(r"\d{4}", each.text, re.ASCII)]
        if len(wrong) >= MOST_WRONG or len(right) > 1:
            raise DigitsSpent(
                _("Other digits came, too, or they came from two people: somebody is guessing. Once more:")
            )
        if not right:
            raise WrongAnswer(_("The bot has not got these digits yet: send them to it, then Enter here."))
        return right.popitem()[1]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that waits for the bot: what a person wrote in private, or an empty text for anything else."""

    number: int
    sender: dict[str, Any]
    text: str

    @classmethod
    def of(cls, update: dict[str, Any]) -> Waiting:
        message = update.get("message", {})
        sender = message.get("from", {})
        counts = message.get("chat", {}).get("type") == "private" and not sender.get("is_bot")
        return cls(int(update["update_id"]), sender, str(message.get("text", "")).strip() if counts else "")


async def waiting(address: str) -> list[Waiting]:
    """The updates that the bot has not fetched yet. They stay for the bot, except full pages of a hundred in a flood.

    Raises httpx.HTTPError, also for an answer that is not one of Telegram.
    """
    found: list[Waiting] = []
    async with httpx.AsyncClient(timeout=ANSWER_TIMEOUT) as client:
        for _ in range(MOST_PAGES):
            # Without allowed_updates: Telegram would remember it and keep the taps from the bot.
            answer = await client.get(address, params={"offset": found[-1].number + 1} if found else {})
            try:
                page = [Waiting.of(update) for update in answer.json()["result"]]
            except (ValueError, KeyError, TypeError, AttributeError):
                raise httpx.RemoteProtocolError("the answer is not one of Telegram") from None
            found += page
            if len(page) < PAGE:
                break
    return found


def refuse_unwritable(config: Path) -> None:
    """Raises ConfigError when config.json can't be written there, which is better known before the first question."""
    folder, remedy = config.absolute().parent, _("choose another place with --config")
    if not os.path.isdir(folder):
        shown = shlex.quote(str(folder))
        raise ConfigError(
            _(
                "{config} can't be written, as there is no folder {folder}: make it (mkdir -p {shown}), or {remedy}",
                config=config,
                folder=folder,
                shown=shown,
                remedy=remedy,
            )
        )
    draft = _draft(config)
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        draft.unlink()
    except OSError as error:
        raise ConfigError(
            _("{config} can't be written ({why}): {remedy}", config=config, why=_why(error), remedy=remedy)
        ) from None


def _draft(config: Path) -> Path:
    return config.with_name(f".{config.name}.{os.getpid()}")


def _why(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or _("that can be no path")


def write(config: Path, values: dict[str, Any]) -> None:
    """Writes the file whole or not at all, readable by its owner only."""
    draft = _draft(config)
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(values, file, indent=2, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(config)
    finally:
        draft.unlink(missing_ok=True)
