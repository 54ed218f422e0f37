"""The doctor: looks at everything the programs need and says, a line each, whether it is well and what to do if not.

Run by `python setup.py` after the set-up, and by `python setup.py --check`. What it praises it has tried: it writes,
and logs in anew. It books nothing; it upgrades an old database after a copy, and a login that works clears the mark of
a refused password.
"""

from __future__ import annotations

import stat
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx

import booking
from actions.runner import site_access
from actions.shared_logins import open_portal_alone
from admin import channels, copies, database_server, guest_keys, pages
from admin.guest_keys import masked
from admin.site_errors import retold
from database import VERSION, open_database
from domain.errors import (
    AppError,
    ConfigError,
    LoginBlocked,
    LoginDiverted,
    LoginNeeded,
    LoginRejected,
    LoginUnavailable,
    MatricolaMissing,
    OtpMissing,
    OtpRejected,
    SiteError,
    SiteUnavailable,
    quote,
)
from domain.house_rules import Rule
from domain.model import Clock, Credentials, LoginRemark, RemarkKind, utc_now
from domain.programs import LATE, Heartbeat
from domain.site_login import SiteLogin
from domain.steady import steady
from languages.catalogue import Later
from languages.terminal import N_, _, n_
from opening.server_clock import ServerClock
from otp_extractor import parse
from portal.browser.chromium import has_display
from portal.portal import Portal, open_portal
from runtime import process_names, program
from runtime.config_file import command
from runtime.room import want_of_room
from runtime.settings import Settings, load
from runtime.version import FULL_NAME

MOST_CLOCK_ERROR = 2.0  # s; openings go by the site's clock, but one-time codes and what is told go by ours
CLOCK_KNOWN = 0.3  # s of uncertainty of the site's clock that do not matter
MOST_CLOCK_LOOKS = 6  # requests for it
ANSWER_TIMEOUT = 15.0  # s for one answer of Telegram or the site
RESTART = N_("look at the end of its log, then start it again: ./run, or systemctl restart")
OPEN_TO_OTHERS = stat.S_IRGRP | stat.S_IROTH | stat.S_IWGRP | stat.S_IWOTH

FORM_ASTRAY = N_(
    "log in to the club's site with your browser and compare the addresses: user name and password are typed under "
    'site.base_url and nowhere else; where the login is another page\'s, write "login": "by_hand" in the group site'
)
CODE_AT_A_FORM = N_('a form with a code is not known: write "login": "by_hand" in the group site, and log in yourself')
LED_ASTRAY = N_(
    "log in to the booking site with your browser and compare the addresses. If that one is not the Politecnico's, "
    "change your password there, and report it; if it is, name it in site.login_hosts"
)
REMEDIES: dict[type[SiteError], Later] = {  # of a login that failed
    LoginRejected: N_("correct username and password; it was tried once only"),
    LoginDiverted: LED_ASTRAY,
    MatricolaMissing: N_("correct matricola; left empty, the first is taken"),
    OtpMissing: N_("read the QR code with .venv/bin/python otp_extractor.py PICTURE --url"),
    OtpRejected: N_("compare the one-time code (run setup.py --check at a terminal) with your app"),
    LoginBlocked: N_("log in with your browser and see what that page wants; then try again"),
    LoginUnavailable: N_(
        "look with your browser whether the login works; it is tried again by itself, and so can you later"
    ),
}
REMEDIES_AT_A_FORM = REMEDIES | {LoginDiverted: FORM_ASTRAY, OtpMissing: CODE_AT_A_FORM}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    subject: str
    what: str
    remedy: str | None = None  # None: all is well; empty: not well, and `what` says it already

    def __str__(self) -> str:
        if self.remedy is None:
            return f"✓ {self.subject}: {self.what}"
        return f"✗ {self.subject}: {self.what}" + (f" → {self.remedy}" if self.remedy else "")


Confirm = Callable[[str], bool]


def nobody(question: str) -> bool:
    """Answers no for a report that is not read at a terminal: nothing secret is shown."""
    return False


async def examine(
    config: Path, *, login: bool = True, online: bool = True, clock: Clock = utc_now, confirm: Confirm = nobody
) -> AsyncIterator[Finding]:
    """The findings, each as soon as it is known. Without a usable configuration there is only the first.

    A live one-time code is shown only to who says yes to `confirm`. Not `online`: neither Telegram nor the site is
    asked, and nothing is said of them.
    """
    try:
        settings = load(config)
    except ConfigError as error:
        for line in str(error).splitlines():
            yield Finding(_("configuration"), line, "")
        return
    yield Finding(_("version"), FULL_NAME)
    yield _configuration(config)
    yield _files(settings)
    yield _disk(settings)
    yield await _database(settings, config)
    async for finding in _rules(settings):
        yield finding
    async for finding in _looked_after(settings, clock):
        yield finding
    async for finding in _running(settings, clock):
        yield finding
    async for finding in _browser(settings):
        yield finding
    if online:
        async for finding in _outside(settings, config, clock, confirm, login=login):
            yield finding


async def _outside(
    settings: Settings, config: Path, clock: Clock, confirm: Confirm, *, login: bool
) -> AsyncIterator[Finding]:
    """What only Telegram and the site can tell, and the logins there."""
    yield await _telegram(settings)
    reached = await _reach_site(settings, clock)
    yield _site(settings, reached)
    yield _clock(settings, reached)
    for credentials in settings.people:
        if not credentials.by_hand and settings.site.lets_in is SiteLogin.POLIMI:
            yield _code(credentials, clock, confirm)
    if login and isinstance(reached, Reached):
        async for finding in _logins(settings, config, clock):
            yield finding
    else:
        async for finding in _not_asked(settings, config):
            yield finding


def _configuration(config: Path) -> Finding:
    if not config.exists():
        return Finding(_("configuration"), _("from environment variables, or handed over to the programs"))
    if config.stat().st_mode & OPEN_TO_OTHERS:
        return Finding(
            _("configuration"),
            _("{config} is complete, but others can read it", config=config),
            _("run: {command}", command=f"chmod 600 {config}"),
        )
    return Finding(_("configuration"), _("{config} is complete, and only you can read it", config=config))


def _files(settings: Settings) -> Finding:
    try:
        program.take_care_of_files(settings)
    except ConfigError as error:
        return Finding(_("files"), str(error), "")
    return Finding(_("files"), _("database, sessions, backups and log are closed to others"))


def _disk(settings: Settings) -> Finding:
    """Tries to write a file in every folder that is written to: each may lie on another disk."""
    logs = settings.log.file
    folders = {settings.local_path.parent, *([settings.state_dir] if settings.state_dir.exists() else ())}
    folders |= {logs.parent} if logs else set()
    folders |= {settings.backup_dir} if settings.backup_dir.exists() else set()
    wants = [want for folder in sorted(folders) if (want := want_of_room(folder)) is not None]
    if wants:
        return Finding(_("disk"), "; ".join(wants), _("make room, or let this user write there"))
    return Finding(_("disk"), _("a file of a megabyte was written, and there is room for more"))


async def _database(settings: Settings, config: Path) -> Finding:
    if not settings.has_database:
        remedy = _("run: {command}", command=command(".venv/bin/python setup.py", config))
        return Finding(_("database"), _("{database} does not exist", database=settings.database), remedy)
    try:
        async with open_database(settings.database) as db:
            await db.health.prove_writable()
            broken, server = await db.health.damage(), await db.health.server()
    except AppError as error:
        return Finding(_("database"), str(error), "")
    if broken:
        shown = "; ".join(broken[:3])
        return Finding(
            _("database"),
            _("{database} is damaged ({shown})", database=settings.database, shown=shown),
            _("stop the programs and restore a backup"),
        )
    sound = _("{database}, version {version}, is sound and can be written", database=settings.database, version=VERSION)
    return Finding(_("database"), *database_server.told_with(sound, server))


async def _rules(settings: Settings) -> AsyncIterator[Finding]:
    """Which rules of the house are not as config.json says, for the owner took over what the site was seen to do."""
    if not settings.has_database:
        return
    configured = settings.house_rules
    try:
        async with open_database(settings.database) as db:
            rules = await db.rules.in_force(configured)
    except AppError:
        return  # told of the database itself
    for rule in Rule:
        if (value := rules.value(rule)) != configured.value(rule):
            told = _(
                "{rule} is {seen}, as seen on the site; config.json says {written}",
                rule=rule,
                seen=value,
                written=configured.value(rule) or _("nothing"),
            )
            yield Finding(_("rules of the house"), told)


async def _looked_after(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Backups, what goes beside the chat, and the logins of guests."""
    for what, remedy in await copies.look(settings, clock):
        yield Finding(_("backups"), what, remedy)
    for what, remedy in await channels.look(settings, clock):
        yield Finding(_("alarms"), what, remedy)
    for what, remedy in await guest_keys.look(settings):
        yield Finding(_("guests"), what, remedy)


async def _running(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """The programs, and the pages that one of them shows."""
    async for finding in _programs(settings, clock):
        yield finding
    for what, remedy in await pages.look(settings):
        yield Finding(_("pages"), what, remedy)


async def _programs(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Which programs run, by their heartbeats in the database. That none runs at all is no fault."""
    if not settings.has_database:
        return
    try:
        async with open_database(settings.database, clock) as db:
            beats, now = await db.heartbeats.all(), db.clock()
    except AppError:
        return  # said already
    if not beats:
        yield Finding(_("programs"), _("none is running; ./run starts them"))
        return
    for beat in beats:
        yield _program(beat, now)
    for missing in sorted(set(settings.programs) - {beat.program for beat in beats}):
        yield Finding(missing, _("is not running, though others are"), _("start it, or ./run, which starts all four"))


def _program(beat: Heartbeat, now: datetime) -> Finding:
    silent = now - beat.at
    at = f" ({retold(beat.vitals.note)})" if beat.vitals.note else ""
    if silent < LATE and not process_names.is_dead(beat.name):
        return Finding(
            beat.program,
            _(
                "process {pid} lives, last sign {seconds} s ago{at}",
                pid=beat.pid,
                seconds=f"{silent.total_seconds():.0f}",
                at=at,
            ),
        )
    if process_names.is_dead(beat.name):
        return Finding(
            beat.program,
            _("process {pid} died after {moment} UTC{at}", pid=beat.pid, moment=f"{beat.at:%d/%m %H:%M:%S}", at=at),
            str(RESTART),
        )
    return Finding(
        beat.program,
        _("process {pid} is silent since {moment} UTC{at}", pid=beat.pid, moment=f"{beat.at:%d/%m %H:%M:%S}", at=at),
        str(RESTART),
    )


async def _browser(settings: Settings) -> AsyncIterator[Finding]:
    try:
        async with open_portal(site_access(settings)) as portal:
            browser = await portal.engine.browser()
            yield Finding(_("browser"), _("Chromium {version} starts", version=browser.version))
            unprotected = portal.engine.launcher.unprotected
    except SiteError as error:
        remedy = _(
            "install Chromium (Debian: apt install chromium-headless-shell) and name it in browser.executable_path"
        )
        yield Finding(_("browser"), _("it does not start ({error})", error=_first_line(error)), remedy)
        return
    if unprotected:
        yield Finding(
            _("sandbox"),
            _("the browser runs without it, for {why}", why=retold(unprotected.why)),
            retold(unprotected.remedy),
        )
    else:
        yield Finding(_("sandbox"), _("the browser runs in it"))


async def _telegram(settings: Settings) -> Finding:
    try:
        name = await bot_name(settings.telegram.api_base_url, settings.telegram.bot_token.get_secret_value())
    except TelegramRefused as error:
        return Finding(
            "Telegram", str(error), _("ask @BotFather for the token (/token) and put it in telegram.bot_token")
        )
    except httpx.HTTPError as error:
        remedy = _("check the network, and telegram.api_base_url if you set it")
        return Finding(
            "Telegram",
            _(
                "{api_base_url} can't be reached ({kind})",
                api_base_url=settings.telegram.api_base_url,
                kind=_kind(error),
            ),
            remedy,
        )
    return Finding("Telegram", _("the token belongs to @{name}", name=name))


class TelegramRefused(Exception):
    """Telegram does not accept the token."""


async def bot_name(api_base_url: str, token: str) -> str:
    """The user name of the bot a token belongs to. Raises TelegramRefused, or httpx.HTTPError when out of reach."""
    async with httpx.AsyncClient(timeout=ANSWER_TIMEOUT) as client:
        answer = await client.get(f"{api_base_url}/bot{token}/getMe")
    try:
        body = answer.json()
        if body["ok"]:
            return str(body["result"]["username"])
    except (ValueError, KeyError, TypeError):
        raise httpx.RemoteProtocolError("the answer is not one of Telegram") from None
    raise TelegramRefused(_("the token is refused ({why})", why=body.get("description", answer.status_code)))


@dataclass(frozen=True, slots=True)
class Reached:
    """The site's answer, and how far its clock is ahead of ours, give or take (in seconds)."""

    status: int
    ahead: float | None
    uncertainty: float


async def _reach_site(settings: Settings, clock: Clock) -> Reached | str:
    """The site's answer to its login page, and its clock; or why it did not answer."""
    login, server, looks = f"{settings.site.base_url}/Account/Login", ServerClock(clock), 0
    async with httpx.AsyncClient(timeout=ANSWER_TIMEOUT) as client:

        async def ask() -> Mapping[str, str]:
            nonlocal looks
            looks += 1
            try:
                return (await client.head(login)).headers
            except httpx.HTTPError as error:
                raise SiteUnavailable(_kind(error)) from error

        try:
            sent = steady()
            async with client.stream("GET", login) as answer:  # the body, of whatever size, is not read
                server.add(sent, steady(), answer.headers)
        except httpx.HTTPError as error:
            return _kind(error)
        if answer.status_code >= 500:
            return _("it answers {status}", status=answer.status_code)
        if server.known:
            await server.learn(ask, lambda: server.uncertainty < CLOCK_KNOWN or looks >= MOST_CLOCK_LOOKS)
    return Reached(answer.status_code, server.ahead if server.known else None, server.uncertainty)


def _site(settings: Settings, reached: Reached | str) -> Finding:
    if isinstance(reached, str):
        remedy = _("check the network, and site.base_url if you set it; if the site is down, it comes back by itself")
        return Finding(
            _("site"), _("{base_url} can't be used ({why})", base_url=settings.site.base_url, why=reached), remedy
        )
    return Finding(
        _("site"), _("{base_url} answers ({status})", base_url=settings.site.base_url, status=reached.status)
    )


def _clock(settings: Settings, reached: Reached | str) -> Finding:
    here = _("{now} in {zone}", now=f"{datetime.now(settings.zone):%H:%M:%S}", zone=settings.timezone)
    if not isinstance(reached, Reached) or reached.ahead is None:
        return Finding(_("clock"), here)
    off = abs(reached.ahead)
    if off > max(MOST_CLOCK_ERROR, reached.uncertainty):
        remedy = _("let the machine keep time by NTP (on Linux: sudo timedatectl set-ntp true)")
        slow, fast = (
            N_("this machine is {off} s slow against the site"),
            N_("this machine is {off} s fast against the site"),
        )
        return Finding(_("clock"), (slow if reached.ahead > 0 else fast).filled(off=f"{off:.1f}"), remedy)
    return Finding(
        _("clock"),
        _(
            "{here}, {off} s from the site's, give or take {uncertainty} s",
            here=here,
            off=f"{off:.1f}",
            uncertainty=f"{reached.uncertainty:.1f}",
        ),
    )


def _code(credentials: Credentials, clock: Clock, confirm: Confirm) -> Finding:
    name = masked(credentials.username)
    subject = _("one-time code of {name}", name=name)
    if not credentials.otp_url:
        return Finding(subject, _("none is configured: right if the login asks for user name and password alone"))
    password = parse(credentials.otp_url)
    if not confirm(
        _("Show the present one-time code of {name}, to compare it with your authenticator app?", name=name)
    ):
        what = _(
            "{digits} digits, new every {period} s; not shown without being asked at a terminal",
            digits=password.digits,
            period=password.period,
        )
        return Finding(subject, what)
    now = clock()
    code, left = password.code(password.counter(now)), password.seconds_left(now)
    return Finding(
        subject, _("{code} for {left} s more; your authenticator app must show the same", code=code, left=f"{left:.0f}")
    )


async def _logins(settings: Settings, config: Path, clock: Clock) -> AsyncIterator[Finding]:
    async with open_portal_alone(settings) as portal:
        for credentials in settings.people:
            if credentials.by_hand:
                yield await _hand_made(settings, config, portal, credentials, ask=True)
                continue
            if await _races_soon(settings, credentials, clock):
                subject = _("login of {name}", name=masked(credentials.username))
                yield Finding(
                    subject, _("not tried: a class opens in these minutes"), _("try again when it has opened")
                )
                continue
            finding = await _login(portal, credentials, settings.site.lets_in)
            if finding.remedy is None and settings.has_database:
                async with open_database(settings.database) as db:
                    await db.pauses.end(credentials.user_id)
            yield finding
            for remark in portal.session(credentials).take_login_remarks():
                yield remark_finding(credentials, remark)


def remark_finding(credentials: Credentials, remark: LoginRemark) -> Finding:
    """What the pages of the login told: nothing is wrong yet."""
    said = {
        RemarkKind.PASSWORD_EXPIRES: N_("the password expires soon: change it, then write it into the configuration"),
        RemarkKind.SITE_NOTICE: N_("the login shows a notice, and was passed"),
        RemarkKind.MATRICOLA_CHOSEN: N_(
            "there are several: the first is taken, unless the key 'matricola' names another"
        ),
    }
    return Finding(
        _("notice to {name}", name=masked(credentials.username)),
        f"{said[remark.kind]} ({retold(quote(remark.words[:300]))})",
    )


async def _not_asked(settings: Settings, config: Path) -> AsyncIterator[Finding]:
    """Of who logs in by hand, whether there is a session at all: that needs no login."""
    people = [each for each in settings.people if each.by_hand]
    if people:
        async with open_portal_alone(settings) as portal:
            for credentials in people:
                yield await _hand_made(settings, config, portal, credentials, ask=False)


async def _races_soon(settings: Settings, credentials: Credentials, clock: Clock) -> bool:
    """Whether a new session in place of the present one could cost a place."""
    if not settings.has_database:
        return False
    try:
        async with open_database(settings.database) as db:
            return await db.openings.any_soon(credentials.user_id, clock())
    except AppError:
        return False  # said already


async def _login(portal: Portal, credentials: Credentials, site: SiteLogin) -> Finding:
    """One login from the start, though the stored session may live; it takes that one's place only when it works."""
    subject = _("login of {name}", name=masked(credentials.username))
    session, began = portal.session(credentials), time.monotonic()
    try:
        await session.renew(asked=True)
        held = await booking.my_bookings(session)
    except SiteError as error:
        return Finding(subject, _first_line(error), _remedy(error, site))
    return Finding(
        subject,
        _(
            "a new one works; {read} in {seconds} s",
            read=bookings_read(len(held)),
            seconds=f"{time.monotonic() - began:.1f}",
        ),
    )


def _remedy(error: SiteError, site: SiteLogin) -> str:
    table = REMEDIES_AT_A_FORM if site is SiteLogin.FORM else REMEDIES
    if known := next((remedy for kind, remedy in table.items() if isinstance(error, kind)), None):
        return str(known)
    kept = _("; what the site showed is in {evidence}", evidence=error.evidence) if error.evidence else ""
    return _("try again later{kept}", kept=kept)


async def _hand_made(
    settings: Settings, config: Path, portal: Portal, credentials: Credentials, *, ask: bool
) -> Finding:
    """Whether the session of who logs in by hand lives, and since when."""
    subject = _("session of {name}", name=masked(credentials.username))
    session = portal.session(credentials)
    made = session.logged_in_at
    since = _since(made.astimezone(settings.zone)) if made else ""
    if not ask:
        there = session.stored_state() is not None
        remedy = None if there else how_to_enter(settings, config, credentials)
        return Finding(
            subject,
            _("one is stored{since}; not tried", since=since) if there else _("nobody has logged in yet"),
            remedy,
        )
    try:
        held = await booking.my_bookings(session)
        if settings.has_database:
            async with open_database(settings.database) as db:
                await db.pauses.end(credentials.user_id)
    except LoginNeeded as error:
        return Finding(subject, f"{_first_line(error)}{since}", how_to_enter(settings, config, credentials))
    except AppError as error:
        return Finding(subject, _first_line(error), _("try again later"))
    return Finding(subject, _("it lives{since}; {read}", since=since, read=bookings_read(len(held))))


def bookings_read(number: int) -> str:
    return n_("{n} booking read", "{n} bookings read", number)


def _since(made: datetime) -> str:
    return _(" (logged in on {day} at {hour})", day=f"{made:%d/%m/%Y}", hour=f"{made:%H:%M}")


def how_to_enter(settings: Settings, config: Path, credentials: Credentials) -> str:
    """What who logs in by hand has to type, here or on a laptop."""
    whose = "" if credentials == settings.people[0] else f" --person {credentials.user_id}"
    here = command(f".venv/bin/python setup.py --login{whose}", config)
    if has_display():
        return _("log in yourself: {here}", here=here)
    bring = command(".venv/bin/python setup.py --import-session FILE", config)
    return _(
        "there is no screen here: on a laptop that has a copy of this project type "
        ".venv/bin/python setup.py --login --export-session FILE; copy FILE here, then type "
        "{bring}",
        bring=bring,
    )


def _first_line(error: Exception) -> str:
    return retold(str(error).strip().splitlines()[0]) if str(error).strip() else _kind(error)


def _kind(error: Exception) -> str:
    return type(error).__name__


async def report(
    config: Path, say: Callable[[str], None], *, login: bool = True, online: bool = True, confirm: Confirm = nobody
) -> bool:
    """Says every finding as soon as it is known; whether all is well."""
    well = True
    async for finding in examine(config, login=login, online=online, confirm=confirm):
        say(str(finding))
        well = well and finding.remedy is None
    return well
