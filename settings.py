"""config.json -> Settings, and logging. Used by every program at its start.

A missing or wrong key stops the program with one line that names it; an unknown key is named and ignored. Every key
is also an environment variable: POLIMISPORT_TELEGRAM__BOT_TOKEN is telegram.bot_token. Secrets print as stars.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import logging.handlers
import re
import shlex
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import time
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

import addresses
import otp_extractor
import private
from errors import ConfigError, OtpError
from model import Credentials, OpeningRule
from redaction import Redactor

DEFAULT_PATH = Path("config.json")
SITE_URL = "https://ecomm.sportrick.com/sportpolimi"
LOGIN_HOSTS = ("aunicalogin.polimi.it",)
TELEGRAM_URL = "https://api.telegram.org"
TOKEN_IN_URL = re.compile(r"bot\d{3,}:[A-Za-z0-9_-]{5,}")

log = logging.getLogger(__name__)


def _address(text: str) -> str:
    if not re.match(r"https?://[^/\s]+", text):
        raise ValueError("write an address that begins with http:// or https://")
    return text.rstrip("/")


def _otp_url(secret: SecretStr) -> SecretStr:
    url = secret.get_secret_value()
    if not url.strip().lower().startswith("otpauth://"):
        raise ValueError(
            "write the otpauth:// address of the QR code (.venv/bin/python otp_extractor.py PICTURE --url reads it)"
        )
    try:
        otp_extractor.parse(url)
    except OtpError as problem:
        raise ValueError(str(problem)) from None
    return secret


def _filled(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().strip():
        raise ValueError("must not be empty")
    return secret


def _time_of_day(text: object) -> object:
    if not isinstance(text, str):
        return text
    if not re.fullmatch(r"\d{2}:\d{2}(:\d{2})?", text):
        raise ValueError("write a time as HH:MM or HH:MM:SS")
    return time.fromisoformat(text)


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"'{name}' is not a time zone: write one like Europe/Rome")
    return name


Address = Annotated[str, AfterValidator(_address)]
SiteAddress = Annotated[str, AfterValidator(addresses.check_base_url)]
LoginHost = Annotated[str, AfterValidator(addresses.check_login_host)]
Secret = Annotated[SecretStr, AfterValidator(_filled)]
OtpUrl = Annotated[SecretStr, AfterValidator(_otp_url)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]


class Section(BaseModel):
    """A group of keys. Unknown ones are kept apart, to be named."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)


class Telegram(Section):
    bot_token: Secret
    allowed_user_id: int = Field(gt=0)
    api_base_url: Address = TELEGRAM_URL


class Site(Section):
    base_url: SiteAddress = SITE_URL
    login_hosts: tuple[LoginHost, ...] = Field(LOGIN_HOSTS, min_length=1)


class Browser(Section):
    executable_path: Path | None = None
    headless: bool = True


class Opening(Section):
    days_ahead: int = Field(2, ge=0, le=60)
    at: TimeOfDay = time(0, 0)
    rehearsal_at: TimeOfDay | None = time(20, 0)  # the evening before; null: no rehearsal


class ConfirmationTimes(Section):
    lead_minutes: int = Field(60, ge=1)  # how long before the class the question is sent
    deadline_minutes: int = Field(5, ge=0)  # how long before the class it is too late to answer

    @field_validator("deadline_minutes")
    @classmethod
    def _leaves_time(cls, deadline: int, info: ValidationInfo) -> int:
        """A question must be sent before it is too late to answer it."""
        if deadline >= info.data.get("lead_minutes", deadline + 1):
            raise ValueError("write less than confirmation.lead_minutes: nobody could answer in time")
        return deadline


class Worker(Section):
    lease_seconds: float = Field(60, ge=1)
    poll_seconds: float = Field(0.07, ge=0.005)


class Log(Section):
    level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    file: Path | None = None


class Friend(Section):
    """Somebody else who uses this bot with their own Polimisport account."""

    telegram_user_id: int = Field(gt=0)
    username: str = Field(min_length=1)
    password: Secret
    otpatu: OtpUrl


class Settings(BaseSettings):
    """The validated configuration. Paths are absolute."""

    model_config = SettingsConfigDict(
        env_prefix="POLIMISPORT_",
        env_nested_delimiter="__",
        extra="allow",
        frozen=True,
        hide_input_in_errors=True,
    )

    username: str = Field(min_length=1)
    password: Secret
    otpatu: OtpUrl
    telegram: Telegram
    site: Site = Site()
    database: Path = Path("polimisport.db")
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Rome"
    language: str = Field("it", pattern="^it$")
    browser: Browser = Browser()
    opening: Opening = Opening()
    confirmation: ConfirmationTimes = ConfirmationTimes()
    reminder_hours: float = Field(3, ge=0)  # how long before a class its reminder is sent
    free_cancel_hours: float = Field(2, ge=0)  # until when a place can be given back without penalty
    worker: Worker = Worker()
    log: Log = Log()
    friends: tuple[Friend, ...] = ()

    @field_validator("friends")
    @classmethod
    def _each_their_own(cls, friends: tuple[Friend, ...], info: ValidationInfo) -> tuple[Friend, ...]:
        """Everything of a person hangs on their Telegram id: two accounts can't share one."""
        telegram = info.data.get("telegram")
        seen = {telegram.allowed_user_id} if telegram else set()
        for friend in friends:
            if friend.telegram_user_id in seen:
                raise ValueError(f"the Telegram id {friend.telegram_user_id} is there twice: write each person's own")
            seen.add(friend.telegram_user_id)
        return friends

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """Environment first, then what load() read from the file."""
        return env_settings, init_settings

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def opening_rule(self) -> OpeningRule:
        return OpeningRule(self.opening.days_ahead, self.opening.at, self.zone)

    @property
    def state_dir(self) -> Path:
        """Where sessions and evidence are kept, beside the database (0700)."""
        return self.database.with_suffix(".state")

    @property
    def backup_dir(self) -> Path:
        """Where backups go that name no other place, beside the database (0700)."""
        return self.database.parent / "backups"

    @property
    def people(self) -> tuple[Credentials, ...]:
        """Everybody who may use the bot, the owner first."""
        owner = Credentials(
            self.telegram.allowed_user_id,
            self.username,
            self.password.get_secret_value(),
            self.otpatu.get_secret_value(),
        )
        friends = (
            Credentials(f.telegram_user_id, f.username, f.password.get_secret_value(), f.otpatu.get_secret_value())
            for f in self.friends
        )
        return (owner, *friends)

    def secrets(self) -> tuple[str, ...]:
        """Everything that must never be written anywhere."""
        people = (
            text for c in self.people for text in (c.password, c.otp_url, *re.findall(r"(?i)secret=([^&]+)", c.otp_url))
        )
        return (self.telegram.bot_token.get_secret_value(), *people)


def fingerprint(credentials: Credentials) -> str:
    """A digest that changes with the credentials and does not give them away: keyed with the one-time secret."""
    message = f"{credentials.username}\0{credentials.password}".encode()
    return hmac.new(credentials.otp_url.encode(), message, hashlib.sha256).hexdigest()


def add_config_option(parser: ArgumentParser) -> None:
    """The --config option, the same for every program."""
    parser.add_argument("--config", type=Path, default=DEFAULT_PATH, metavar="PATH", help="default: config.json")


def command(line: str, config: Path) -> str:
    """A command as somebody with this configuration has to type it."""
    return line if config == DEFAULT_PATH else f"{line} --config {shlex.quote(str(config))}"


def load(path: Path = DEFAULT_PATH) -> Settings:
    """The settings in the file, overridden by the environment. Raises ConfigError with one line per wrong key.

    A file that others can read or could have written is refused: it holds passwords.

    A relative `database` or `log.file` is meant beside the configuration file.
    """
    values = _read(path)
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise ConfigError(_explain(path, values, error)) from None
    except SettingsError as error:
        raise ConfigError(f'{_variable(error)} is not JSON: write a list as ["a", "b"]') from None
    _name_unknown_keys(path, settings)
    return _with_absolute_paths(settings, path.resolve().parent)


def _read(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(private.read_trusted(path).decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read ({error}): make this user its owner") from error
    except json.JSONDecodeError as error:
        raise ConfigError(
            f"{path} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path} must hold one JSON object, {{...}}: start from config.example.json")
    return values


def _explain(path: Path, values: dict[str, Any], error: ValidationError) -> str:
    if not values and not path.exists():
        return f"{path} does not exist: run '.venv/bin/python setup.py' to make it, or name it with --config"
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        key = ".".join(str(part) for part in problem["loc"])
        missing = problem["type"] == "missing"
        reason = "is missing: add it, see config.example.json" if missing else _reason(problem["msg"])
        lines.append(f"{path}: the key '{key}' {reason}")
    return "\n".join(lines)


def _variable(error: SettingsError) -> str:
    """Which variables can't be read; their values stay unsaid."""
    key = re.search(r'"(\w+)"', str(error))
    return f"the environment variable POLIMISPORT_{key[1].upper() if key else ''}..."


def _reason(message: str) -> str:
    return "is wrong: " + message.removeprefix("Value error, ").removeprefix("Input ")


def _name_unknown_keys(path: Path, settings: Settings) -> None:
    for key in sorted(_unknown(settings)):
        print(f"{path}: the key '{key}' is not known and is ignored", file=sys.stderr)  # noqa: T201 - before logging


def _unknown(section: BaseModel, prefix: str = "") -> Iterator[str]:
    yield from (prefix + key for key in section.model_extra or {})
    for name in type(section).model_fields:
        value = getattr(section, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, BaseModel):
                yield from _unknown(item, f"{prefix}{name}.")


def _with_absolute_paths(settings: Settings, folder: Path) -> Settings:
    database = folder / settings.database.expanduser()
    log_file = folder / settings.log.file.expanduser() if settings.log.file else None
    log_settings = settings.log.model_copy(update={"file": log_file})
    return settings.model_copy(update={"database": database, "log": log_settings})


class RedactingFormatter(logging.Formatter):
    """Formats a record, tracebacks included, with every known secret, however it is spelled, replaced by stars."""

    def __init__(self, program: str, secrets: tuple[str, ...]) -> None:
        super().__init__(f"%(asctime)s {program:<8} %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
        self._redactor = Redactor(secrets, "****")

    def format(self, record: logging.LogRecord) -> str:
        return TOKEN_IN_URL.sub("bot****", self._redactor.clean(super().format(record)))


class PrivateLog(logging.handlers.WatchedFileHandler):
    """The log file: this user's alone, and never another one through a link. What fails later stops no program."""

    def _open(self) -> TextIOWrapper:
        return private.open_log(Path(self.baseFilename))

    def emit(self, record: logging.LogRecord) -> None:
        try:
            super().emit(record)
        except OSError:
            self.handleError(record)


def _log_file(path: Path) -> PrivateLog:
    private.refuse_link(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return PrivateLog(path)
    except OSError as error:
        raise ConfigError(
            f"the log {path} can't be written ({error.strerror}): name another file in 'log.file'"
        ) from None


def configure_logging(settings: Settings, program: str) -> None:
    """One line per event on standard error, and in log.file when set. Libraries speak from WARNING on.

    Raises ConfigError when that file can't be written.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    if settings.log.file:
        handlers.append(_log_file(settings.log.file))
    for handler in handlers:
        handler.setFormatter(RedactingFormatter(program, settings.secrets()))
    logging.basicConfig(level=settings.log.level, handlers=handlers, force=True)
    for library in ("httpx", "httpcore", "telegram", "apscheduler", "asyncio", "aiosqlite"):
        logging.getLogger(library).setLevel(logging.WARNING)
