"""config.json -> Settings, and logging. Used by every program at its start.

A missing or wrong key stops the program with one line that names it; an unknown key is named and ignored. Every key
is also an environment variable: POLIMISPORT_TELEGRAM__BOT_TOKEN is telegram.bot_token. Secrets print as stars.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
import logging.handlers
import os
import re
import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from datetime import timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from domain.errors import ConfigError
from domain.house_rules import TWO_DAYS_MINUTES, WEEK_HOURS, HouseRules, LateCancel, Overlapping, WaitingList
from domain.model import Credentials, OpeningRule
from domain.postgresql_address import DatabasePlace, PostgresqlAddress
from domain.programs import PROGRAMS
from domain.site_login import SiteLogin
from languages.terminal import N_, _
from runtime import config_file, config_mistakes, config_values
from runtime.config_file import DEFAULT_PATH, command
from runtime.config_people import TWICE, as_the_site_lets_in, no_codice_persona, unlike_the_site
from runtime.config_sections import Alarms, Backups, Browser, Opening, Section, Site, Updates
from runtime.config_values import (
    BY_HAND,
    EXAMPLES,
    Address,
    BotToken,
    FilePath,
    Host,
    Login,
    Matricola,
    Network,
    OtpUrl,
    PasswordOfLogin,
    Place,
    Real,
    TelegramId,
    UserName,
    Whole,
    Zone,
)
from safety import private
from safety.redaction import Redactor

TELEGRAM_URL = "https://api.telegram.org"
DATABASE = Path("polimisport.db")
MOST_FRIENDS = 1000  # a mistake beyond that
TOKEN_IN_URL = re.compile(r"bot\d{3,}:[A-Za-z0-9_-]{5,}")

log = logging.getLogger(__name__)


class Telegram(Section):
    bot_token: BotToken
    allowed_user_id: TelegramId
    api_base_url: Address = TELEGRAM_URL


class HouseRulesSection(Section):
    """How the site treats bookings, where that is not known for sure: what it does is noticed, and told."""

    overlap: Literal["refused", "warned"] = "refused"
    late_cancel: Literal["penalty", "refused"] = "penalty"
    closes_minutes: Whole = Field(0, ge=0, le=TWO_DAYS_MINUTES)  # before a class, nothing can be booked any more
    most_bookings: Whole | None = Field(None, ge=1, le=100)  # at once; null: not known
    waiting_list: Literal["never", "ask", "always"] = "never"  # for a full class, on the site's own list


class ConfirmationTimes(Section):
    lead_minutes: Whole = Field(60, ge=1, le=TWO_DAYS_MINUTES)  # how long before the class the question is sent
    deadline_minutes: Whole = Field(5, ge=0)  # how long before the class it is too late to answer

    @field_validator("deadline_minutes")
    @classmethod
    def _leaves_time(cls, deadline: int, info: ValidationInfo) -> int:
        """A question must be sent before it is too late to answer it."""
        if deadline >= info.data.get("lead_minutes", deadline + 1):
            raise ValueError(_("write less than confirmation.lead_minutes: nobody could answer in time"))
        return deadline


class Worker(Section):
    lease_seconds: Real = Field(60, ge=1, le=86_400)
    poll_seconds: Real = Field(1, ge=0.005, le=5)


class Web(Section):
    """The pages in the browser."""

    enabled: bool = True
    address: Host = "127.0.0.1"
    port: Whole = Field(8484, ge=1, le=65_535)
    public_url: Address | None = None  # where people reach it through a proxy; null: at the address and port above
    trusted_proxies: tuple[Network, ...] = ()  # whose word counts for who asks (X-Forwarded-For)
    metrics_port: Whole | None = Field(None, ge=1, le=65_535)  # of /healthz and /metrics; null: the one above
    metrics_address: Host = "127.0.0.1"  # with it

    @property
    def url(self) -> str:
        """Where people reach it, without a slash at the end."""
        if self.public_url is not None:
            return self.public_url
        address = ipaddress.ip_address(self.address)
        if address.is_unspecified:  # at every address of the machine, so also on the machine itself
            address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
        return f"http://[{address}]:{self.port}" if address.version == 6 else f"http://{address}:{self.port}"

    @property
    def is_of_this_machine(self) -> bool:
        """Whether the address that people are given leads anywhere on the machine itself only."""
        host = urlsplit(self.url).hostname or ""
        return host in ("localhost", "127.0.0.1", "::1")


class Log(Section):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    file: FilePath | None = None


class Friend(Section):
    """Somebody else who uses this bot with their own Polimisport account."""

    telegram_user_id: TelegramId
    username: UserName
    login: Login = "password"
    password: PasswordOfLogin = None
    otpatu: OtpUrl = None
    matricola: Matricola = None
    active: bool = True  # false: the entry is kept, and counts as if it was not there

    _otp_goes_with_password = field_validator("otpatu")(config_values.otp_goes_with_password)

    def credentials(self) -> Credentials:
        return _credentials(self.telegram_user_id, self)


class Keys(BaseSettings):
    """Keys that come from the environment too."""

    model_config = SettingsConfigDict(
        env_prefix="POLIMISPORT_",
        env_nested_delimiter="__",
        extra="allow",
        frozen=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """Environment first, then what load() read from the file."""
        return env_settings, init_settings


class Visitor(Keys):
    """Somebody who only makes a session for another machine: no configuration, no database, no bot."""

    username: UserName
    state_dir: FilePath
    site: Site = Site()
    timezone: Zone = "Europe/Rome"
    browser: Browser = Browser()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def credentials(self) -> Credentials:
        return Credentials(0, self.username, "", "", by_hand=True)


class Settings(Keys):
    """The validated configuration. Paths are absolute."""

    username: UserName
    login: Login = "password"
    password: PasswordOfLogin = None
    otpatu: OtpUrl = None
    matricola: Matricola = None  # which of several careers to log in with; null: the first
    telegram: Telegram
    site: Site = Site()
    database: Place = DATABASE
    timezone: Zone = "Europe/Rome"
    language: Literal["it", "en"] = "it"
    browser: Browser = Browser()
    opening: Opening = Opening()
    confirmation: ConfirmationTimes = ConfirmationTimes()
    reminder_hours: Real = Field(3, ge=0, le=WEEK_HOURS)  # how long before a class its reminder is sent
    free_cancel_hours: Real = Field(2, ge=0, le=WEEK_HOURS)  # until when a place can be given back without penalty
    watch_notice_hours: Real = Field(0, ge=0, le=WEEK_HOURS)  # how long before its class a full slot is watched no more
    rules: HouseRulesSection = HouseRulesSection()
    worker: Worker = Worker()
    web: Web = Web()
    backups: Backups = Backups()
    alarms: Alarms = Alarms()
    updates: Updates = Updates()
    trust_clock: bool = False  # true: the machine's clock is right whatever contradicts it
    log: Log = Log()
    friends: tuple[Friend, ...] = Field((), max_length=MOST_FRIENDS)

    _config_file: Path = PrivateAttr(DEFAULT_PATH)

    @model_validator(mode="before")
    @classmethod
    def _as_the_site_lets_in(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Where everybody logs in by hand, nobody has to say so of themselves."""
        return as_the_site_lets_in(values)

    _otp_goes_with_password = field_validator("otpatu")(config_values.otp_goes_with_password)

    @field_validator("friends")
    @classmethod
    def _each_their_own(cls, friends: tuple[Friend, ...], info: ValidationInfo) -> tuple[Friend, ...]:
        """Everything of a person hangs on their Telegram id; and two people at one account would undo each other's."""
        telegram = info.data.get("telegram")
        ids = {telegram.allowed_user_id} if telegram else set()
        accounts = {info.data.get("username")}
        for friend in (each for each in friends if each.active):
            if friend.telegram_user_id in ids:
                raise ValueError(
                    _("the Telegram id {id} is there twice: write each person's own", id=friend.telegram_user_id)
                )
            if friend.username in accounts:
                raise ValueError(str(TWICE.at(info.data.get("site", Site()).lets_in)))
            ids.add(friend.telegram_user_id)
            accounts.add(friend.username)
        return friends

    @property
    def config_file(self) -> Path:
        """The file these were read from, named as the command line did."""
        return self._config_file

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def opening_rule(self) -> OpeningRule:
        return OpeningRule(self.opening.days_ahead, self.opening.at, self.zone, self.opening.hours_before)

    @property
    def house_rules(self) -> HouseRules:
        """The rules of the house as configured; those in force may differ (store/rules.py)."""
        return HouseRules(
            self.opening_rule,
            timedelta(hours=self.free_cancel_hours),
            Overlapping(self.rules.overlap),
            LateCancel(self.rules.late_cancel),
            timedelta(minutes=self.rules.closes_minutes),
            self.rules.most_bookings,
            WaitingList(self.rules.waiting_list),
        )

    @property
    def local_path(self) -> Path:
        """What this machine keeps is named after it: the database's file, or, with a server, the one of an installation
        without."""
        if isinstance(self.database, Path):
            return self.database
        return self._config_file.resolve().parent / DATABASE

    @property
    def has_database(self) -> bool:
        """Whether there is a database; of a server, that is known only once it is opened."""
        return not isinstance(self.database, Path) or self.database.exists()

    @property
    def state_dir(self) -> Path:
        """Where sessions and evidence are kept, beside the database (0700)."""
        return self.local_path.with_suffix(".state")

    @property
    def survey_dir(self) -> Path:
        """Where surveys go that are started from the page."""
        return self.state_dir / "surveys"

    @property
    def programs(self) -> tuple[str, ...]:
        """The programs of which one process has to live."""
        return tuple(name for name in PROGRAMS if name != "web" or self.web.enabled)

    @property
    def backup_dir(self) -> Path:
        """Where backups go that name no other place (0700)."""
        return self.backups.folder or self.local_path.parent / "backups"

    @property
    def people(self) -> tuple[Credentials, ...]:
        """Everybody who may use the bot, the owner first."""
        owner = _credentials(self.telegram.allowed_user_id, self)
        return (owner, *(friend.credentials() for friend in self.friends if friend.active))

    def secrets(self) -> tuple[str, ...]:
        """Everything that must never be written anywhere."""
        everybody = (*self.people, *(friend.credentials() for friend in self.friends))
        texts = (
            text for c in everybody for text in (c.password, c.otp_url, *re.findall(r"(?i)secret=([^&]+)", c.otp_url))
        )
        return (
            self.telegram.bot_token.get_secret_value(),
            *filter(None, texts),
            *self.alarms.secrets(),
            *self._of_server(),
        )

    def _of_server(self) -> Iterator[str]:
        if isinstance(self.database, PostgresqlAddress):
            yield from self.database.secrets()
            yield from filter(None, [os.environ.get("PGPASSWORD")])


def _credentials(user_id: int, keys: Settings | Friend) -> Credentials:
    password, otp_url = (each.get_secret_value() if each else "" for each in (keys.password, keys.otpatu))
    by_hand = keys.login == BY_HAND
    return Credentials(user_id, keys.username, password, otp_url, keys.matricola or "", by_hand=by_hand)


def fingerprint(credentials: Credentials, key: str) -> str:
    """A digest that changes with the credentials and does not give them away, also to who can guess them: the key, the
    bot's token, is not in the database."""
    parts = [credentials.username, credentials.password, credentials.otp_url]
    parts += [credentials.matricola] if credentials.matricola else []
    parts += [BY_HAND] if credentials.by_hand else []
    message = "\0".join(parts).encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def add_config_option(parser: ArgumentParser) -> None:
    """The --config option, the same for every program."""
    parser.add_argument("--config", type=Path, default=DEFAULT_PATH, metavar="PATH", help=_("default: config.json"))


def load(path: Path = DEFAULT_PATH, **instead: Any) -> Settings:
    """The settings in the file, overridden by the environment. Raises ConfigError with one line per wrong key.

    `instead`: values of keys as the file would have them.

    A file that others can read or could have written is refused: it holds passwords.

    A relative `database` or `log.file` is meant beside the configuration file.
    """
    values, unknown = _split(config_file.read(path) | instead)
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise ConfigError(_explain(path, values, error)) from None
    except SettingsError as error:
        raise ConfigError(_('{variable} is not JSON: write a list as ["a", "b"]', variable=_variable(error))) from None
    _name_unknown_keys(path, [*unknown, *_unknown(settings)])
    _refuse_examples(path, settings)
    _refuse_unlike_the_site(path, settings)
    settings = _with_absolute_paths(settings, path.resolve().parent)
    settings._config_file = path
    _refuse_shared_files(path.resolve(), settings)
    return settings


def visitor(username: str, state_dir: Path) -> Visitor:
    """Raises ConfigError with one line per wrong key."""
    values: dict[str, Any] = {"username": username, "state_dir": state_dir}
    here = Path("the environment")
    try:
        made = Visitor(**values)
    except ValidationError as error:
        raise ConfigError(_explain(here, values, error)) from None
    if made.site.lets_in is SiteLogin.POLIMI and (why := no_codice_persona(made.username)):
        raise ConfigError(_wrong(here, "username", why))
    return made


def _split(values: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The keys, and apart those that begin with `_`: to the library they would be options of its own."""
    return {key: value for key, value in values.items() if key[:1] != "_"}, [key for key in values if key[:1] == "_"]


def _refuse_examples(path: Path, settings: Settings) -> None:
    """Raises ConfigError for what was left as in config.example.json: its Telegram id is a stranger's."""
    friends = ((f"friends.{number}.", each) for number, each in enumerate(settings.friends) if each.active)
    sections: list[tuple[str, BaseModel]] = [("", settings), ("telegram.", settings.telegram), *friends]
    keys = ((prefix, section, name) for prefix, section in sections for name in type(section).model_fields)
    left = (prefix + name for prefix, section, name in keys if _left(section, name))
    mistake = N_("{path}: the key '{key}' still holds the example's value: write your own")
    if lines := [mistake.filled(path=path, key=key) for key in left]:
        raise ConfigError("\n".join(lines))


def _left(section: BaseModel, name: str) -> bool:
    value = getattr(section, name)
    bare = value.get_secret_value() if isinstance(value, SecretStr) else value
    return any(bare == example or (name == "otpatu" and example in (bare or "")) for example in EXAMPLES.get(name, ()))


def _refuse_unlike_the_site(path: Path, settings: Settings) -> None:
    """Raises ConfigError for what somebody is said to log in with, where the site lets people in otherwise."""
    friends = ((f"friends.{number}.", each) for number, each in enumerate(settings.friends) if each.active)
    people: list[tuple[str, Settings | Friend]] = [("", settings), *friends]
    wrong = [(prefix + key, why) for prefix, one in people for key, why in unlike_the_site(settings.site.lets_in, one)]
    if wrong:
        raise ConfigError("\n".join(_wrong(path, key, why) for key, why in wrong))


def _wrong(path: Path, key: str, why: str) -> str:
    return _("{path}: the key '{key}' {mistake}", path=path, key=key, mistake=_("is wrong: {why}", why=why))


def _refuse_shared_files(config: Path, settings: Settings) -> None:
    """Raises ConfigError for a folder in a file's place, and for what would have one file written over by another."""
    database, log_file = settings.local_path, settings.log.file
    if os.path.isdir(database) or database.suffix == settings.state_dir.suffix:
        raise ConfigError(
            _(
                "{config}: the key 'database' is wrong: {database} can't be a database, name a file",
                config=config,
                database=database,
            )
        )
    of_database = {os.path.realpath(f"{database}{end}") for end in ("", "-wal", "-shm", "-journal")}
    if os.path.realpath(config) in of_database:
        raise ConfigError(
            _("{config}: the key 'database' is wrong: it names the configuration, name another file", config=config)
        )
    if log_file and os.path.isdir(log_file):
        raise ConfigError(
            _(
                "{config}: the key 'log.file' is wrong: {log_file} is a folder, name a file in it",
                config=config,
                log_file=log_file,
            )
        )
    if log_file and os.path.realpath(log_file) in {os.path.realpath(config), *of_database}:
        raise ConfigError(
            _(
                "{config}: the key 'log.file' is wrong: {log_file} is used already, name a file of its own",
                config=config,
                log_file=log_file,
            )
        )


def _explain(path: Path, values: dict[str, Any], error: ValidationError) -> str:
    if not values and not path.exists():
        make = command(".venv/bin/python setup.py", path)
        return _(
            "{path} does not exist: run '{make}' to make it, or name another one with --config", path=path, make=make
        )
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        key = ".".join(str(part) for part in problem["loc"])
        mistake = config_mistakes.of_value(problem)
        lines.append(_("{path}: the key '{key}' {mistake}", path=path, key=key, mistake=mistake))
    return "\n".join(lines)


def _variable(error: SettingsError) -> str:
    """Which variables can't be read; their values stay unsaid."""
    key = re.search(r'"(\w+)"', str(error))
    return _("the environment variable POLIMISPORT_{name}...", name=key[1].upper() if key else "")


def _name_unknown_keys(path: Path, keys: Iterable[str]) -> None:
    for key in sorted(keys):
        print(_("{path}: the key {key} is not known and is ignored", path=path, key=f"{key!r}"), file=sys.stderr)  # noqa: T201 - before logging


def _unknown(section: BaseModel, prefix: str = "") -> Iterator[str]:
    yield from (prefix + key for key in section.model_extra or {})
    for name in type(section).model_fields:
        value = getattr(section, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, BaseModel):
                yield from _unknown(item, f"{prefix}{name}.")


def _with_absolute_paths(settings: Settings, folder: Path) -> Settings:
    log_file, executable, backups = settings.log.file, settings.browser.executable_path, settings.backups.folder
    return settings.model_copy(
        update={
            "database": _found(settings.database, folder),
            "log": settings.log.model_copy(update={"file": log_file and folder / _expanded(log_file)}),
            "backups": settings.backups.model_copy(update={"folder": backups and folder / _expanded(backups)}),
            "browser": settings.browser.model_copy(
                update={"executable_path": executable and folder / (_in_path(executable) or _expanded(executable))}
            ),
        }
    )


def _found(place: DatabasePlace, folder: Path) -> DatabasePlace:
    return folder / _expanded(place) if isinstance(place, Path) else place


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:
        raise ConfigError(
            _("{path} can't be found, as this user has no home folder: write the whole path", path=path)
        ) from None


def _in_path(program: Path) -> str | None:
    """Where a program is that was named without a folder, as in a shell."""
    return shutil.which(program.name) if str(program) == program.name else None


class RedactingFormatter(logging.Formatter):
    """Formats a record, tracebacks included, with every known secret, however it is spelled, replaced by stars."""

    def __init__(self, program: str, secrets: tuple[str, ...]) -> None:
        super().__init__(f"%(asctime)s {program:<8} %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
        self._redactor = Redactor(secrets, "****")

    def hide(self, secrets: Iterable[str]) -> None:
        """Hides these too from now on."""
        self._redactor.learn(secrets)

    def format(self, record: logging.LogRecord) -> str:
        return TOKEN_IN_URL.sub("bot****", self._redactor.clean(super().format(record)))


def hide_in_log(secrets: Iterable[str]) -> None:
    """Has the log of this program hide these too, from before anything is done with them."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, RedactingFormatter):
            handler.formatter.hide(secrets)


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
            _("the log {path} can't be written ({why}): name another file in 'log.file'", path=path, why=error.strerror)
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
    for library in ("httpx", "httpcore", "telegram", "apscheduler", "asyncio", "aiosqlite", "psycopg"):
        logging.getLogger(library).setLevel(logging.WARNING)
