"""What a value of config.json may be: the types of its keys, each with its bounds and a sentence for what is outside.

Used by runtime/settings.py. What these accept breaks nothing later.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import time
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetPydanticSchema,
    SecretStr,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from pydantic_settings import NoDecode

import otp_extractor
from domain.errors import OtpError
from domain.postgresql_address import BEGINNING, DatabasePlace, PostgresqlAddress
from languages.terminal import _
from runtime.config_mistakes import NO_PASSWORD
from safety import addresses

MOST_BYTES_OF_NAME = 200  # of a file; systems take 255, and something is added to it
MOST_LETTERS = 500  # of a text; nobody's password is longer
EXAMPLES = {  # what config.example.json holds where everybody has a value of their own
    "username": ("12345678", "87654321"),
    "password": ("the password of your Codice Persona", "the password of your friend's Codice Persona"),
    "otpatu": ("secret=EXAMPLEEXAMPLE22", "secret=EXAMPLEEXAMPLE33"),
    "bot_token": ("1234567890:the-token-BotFather-gave-you",),
    "allowed_user_id": (123456789,),
    "telegram_user_id": (987654321,),
}
BY_HAND = "by_hand"  # the person logs in, with SPID, CIE or however they do, and we use that session
LONGEST_TELEGRAM_ID = 2**52  # Telegram: "at most 52 significant bits"


def _address(text: str) -> str:
    parts = addresses.parts_of(text.rstrip("/"))
    if not re.match(r"https?://[^/\s]+", text) or parts is None or parts.query or parts.fragment:
        raise ValueError(_("write an address of scheme, host and path only, that begins with http:// or https://"))
    return text.rstrip("/")


def legible(text: str) -> str:
    """A text that can be typed into a form, kept in a file and shown."""
    if len(text) > MOST_LETTERS:
        raise ValueError(_("it has {number} characters: that is a mistake", number=len(text)))
    if not text.isprintable():  # half a character (\ud800) is not printable either
        raise ValueError(_("it holds a character that can't be typed (a line break, a tab, a NUL): write it again"))
    return text


def _legible_secret(secret: SecretStr) -> SecretStr:
    legible(secret.get_secret_value())
    return _filled(secret)


def _user_name(text: str) -> str:
    bare = legible(text.strip())
    if not bare:
        raise ValueError(_("write the user name with which you log in"))
    return bare


def codice_persona(text: str) -> str:
    """A user name as the Politecnico gives them out. Raises ValueError."""
    if re.search(r"\s|@", text):
        raise ValueError(_("write the Codice Persona, the number on the badge"))
    return text


def _matricola(text: object) -> object:
    """As a text: a number without quotes is what most people write."""
    bare = str(text).strip() if isinstance(text, str | int) and not isinstance(text, bool) else text
    if bare in (None, ""):
        return None
    if not isinstance(bare, str) or not re.fullmatch(r"[\w./-]{1,30}", legible(bare), re.ASCII):
        raise ValueError(_("write the matricola as the login shows it, as 123456; null: the first that is offered"))
    return bare


def _bot_token(secret: SecretStr) -> SecretStr:
    bare = secret.get_secret_value().strip()
    if not re.fullmatch(r"\d+:[\w-]+", bare, re.ASCII):
        raise ValueError(_("write the whole token that BotFather gave: digits, a colon, letters"))
    return SecretStr(bare)


def _ping_address(secret: SecretStr) -> SecretStr:
    url = _legible_secret(secret).get_secret_value().strip()
    parts = addresses.parts_of(url)
    if not re.match(r"https?://[^/\s]+", url) or parts is None or parts.fragment:
        raise ValueError(_("write the address that is to be asked for, with http:// or https://"))
    return SecretStr(url)


def _channel_address(secret: SecretStr) -> SecretStr:
    url = _legible_secret(secret).get_secret_value().strip()
    if not re.match(r"[a-z][a-z0-9+.-]*://\S", url, re.IGNORECASE):
        raise ValueError(_("write an address of Apprise, as ntfy://topic or mailto://user:password@host"))
    return SecretStr(url)


def _otp_url(secret: SecretStr) -> SecretStr:
    url = _legible_secret(secret).get_secret_value()
    if not url.strip().lower().startswith("otpauth://"):
        raise ValueError(
            _("write the otpauth:// address of the QR code (.venv/bin/python otp_extractor.py PICTURE --url reads it)")
        )
    try:
        otp_extractor.parse(url)
    except OtpError as problem:
        raise ValueError(str(problem)) from None
    return secret


def _needed_by_the_login(password: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    if password is None and info.data.get("login") == "password":
        raise PydanticCustomError(NO_PASSWORD, "of the login")
    return password


def otp_goes_with_password(otp_url: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    """Refuses a one-time password without a password: alone it logs nobody in."""
    if otp_url is not None and info.data.get("login") == BY_HAND and info.data.get("password") is None:
        raise ValueError(_('with "login": "by_hand" there is no use for it without a password: remove it, or add that'))
    return otp_url


def _none_if_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _filled(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().strip():
        raise ValueError(_("must not be empty"))
    return secret


def _no_truth(value: object) -> object:
    """Refuses `true` where a number belongs: Python takes it for 1."""
    if value is True or value is False:
        raise ValueError(_("write a number"))
    return value


def _time_of_day(text: object) -> object:
    if text is None or isinstance(text, time):
        return text
    if not isinstance(text, str) or not re.fullmatch(r"\d{2}:\d{2}(:\d{2})?", text, re.ASCII):
        raise ValueError(_("write a time as HH:MM or HH:MM:SS"))
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ValueError(_("write a time from 00:00 to 23:59:59")) from None


@cache
def _listed_zones() -> frozenset[str]:
    """The zones that the package tzdata lists: to list the machine's own, each of their files is opened and read."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def _zone(name: str) -> str:
    named = "/" in name or name == "UTC"  # a browser knows neither "localtime" nor "Factory"
    if not named or (name not in _listed_zones() and name not in available_timezones()):
        raise ValueError(_("{name} is not a time zone: write one like Europe/Rome", name=f"{name!a}"))
    return name


def _path(path: Path) -> Path:
    text = legible(str(path))
    if any(len(part.encode()) > MOST_BYTES_OF_NAME for part in path.parts):
        raise ValueError(_("the name of a file or folder is too long"))
    if text.startswith("~") and not text.startswith("~/"):
        raise ValueError(_("write the whole path: only ~/ stands for a home folder"))
    return path


def _place(value: Any, as_path: ValidatorFunctionWrapHandler) -> object:
    if not (isinstance(value, str) and BEGINNING.match(value.strip())):
        return as_path(value)
    address = PostgresqlAddress(legible(value.strip()))
    if not address.is_whole:
        raise ValueError(_("write the address of a server as postgresql://user@host/name, or name a file"))
    return address


def _place_schema(_source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
    return core_schema.no_info_wrap_validator_function(_place, handler(FilePath))


def _host(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError(_("write an address of this machine, as 127.0.0.1; 0.0.0.0 means all of them")) from None


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        raise ValueError(_("write an address or a network, as 127.0.0.1 or 10.0.0.0/8")) from None


Address = Annotated[str, AfterValidator(_address)]
Host = Annotated[str, AfterValidator(_host)]
Network = Annotated[str, AfterValidator(_network)]
SiteAddress = Annotated[str, AfterValidator(addresses.check_base_url)]
LoginHost = Annotated[str, AfterValidator(addresses.check_login_host)]
Login = Literal["password", "by_hand"]
PasswordOfLogin = Annotated[
    Annotated[SecretStr, AfterValidator(_legible_secret)] | None,
    AfterValidator(_needed_by_the_login),
    Field(validate_default=True),
]
BotToken = Annotated[SecretStr, AfterValidator(_bot_token)]
OtpUrl = Annotated[Annotated[SecretStr, AfterValidator(_otp_url)] | None, BeforeValidator(_none_if_blank)]
PingAddress = Annotated[Annotated[SecretStr, AfterValidator(_ping_address)] | None, BeforeValidator(_none_if_blank)]
ChannelAddress = Annotated[SecretStr, AfterValidator(_channel_address)]
UserName = Annotated[str, AfterValidator(_user_name)]
Matricola = Annotated[str | None, BeforeValidator(_matricola)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
Zone = Annotated[str, AfterValidator(_zone)]
FilePath = Annotated[Path, AfterValidator(_path)]
Place = Annotated[DatabasePlace, GetPydanticSchema(_place_schema), NoDecode]
Whole = Annotated[int, BeforeValidator(_no_truth)]
Real = Annotated[float, BeforeValidator(_no_truth)]  # with bounds, which nothing endless is within
TelegramId = Annotated[Whole, Field(gt=0, lt=LONGEST_TELEGRAM_ID)]
