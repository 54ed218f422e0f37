"""setup.py --login, --export-session and --import-session: a session that a person makes by hand, and how it travels.

Whatever goes wrong, the session that was there stays. Errors are one sentence each: HandLoginFailed, SessionFileError.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from actions.runner import site_access
from actions.shared_logins import open_portal_alone
from admin import hand_login, session_file
from admin.guest_keys import masked
from admin.guests import everybody
from admin.hand_login import HandLoginFailed, OnPage, Proved, proved
from admin.session_file import CarriedSession, SessionFileError, WrongPassphrase
from admin.site_errors import retold
from database import open_database
from domain.errors import AlreadyQueued, Blocked, ConfigError, LoginNeeded, SiteError
from domain.model import ActionType, Booking, Clock, Credentials, utc_now
from domain.requests import NewAction
from domain.site_login import PerLogin
from languages.terminal import N_, _, n_
from portal.browser.chromium import has_display
from portal.portal import open_portal
from runtime import program
from runtime.config_file import command
from runtime.config_values import legible
from runtime.configured import people_of
from runtime.settings import Settings, Visitor, load, visitor

LEAST_PASSPHRASE = 8  # characters
MOST_TRIES = 3  # of a passphrase
MOST_NAMED = 3  # of the bookings read, so that it is seen whose session it is
NO_SCREEN = N_(
    "there is no screen here to show a browser on: log in on a laptop that has a copy of this project, with "
    "'.venv/bin/python setup.py --login --export-session FILE', copy FILE here, and take it with '{bring}'"
)

NOBODY = PerLogin(
    polimi=N_("--person {name}: nobody here has that Codice Persona or Telegram id; there is {known}"),
    club=N_("--person {name}: nobody here has that user name or Telegram id; there is {known}"),
)
ANOTHERS = PerLogin(
    polimi=N_("{file} holds the session {whom}: write its Codice Persona, or bring the right file"),
    club=N_("{file} holds the session {whom}: write its user name, or bring the right file"),
)

Ask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Terminal:
    """How the person at the terminal is asked and told: input, getpass and print, or a test's own functions."""

    ask: Ask
    ask_secret: Ask
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Window:
    """The browser of a login by hand. A test has one without a window, and acts on its page itself."""

    headless: bool = False
    person: OnPage | None = None

    def refuse_without_screen(self, config: Path) -> None:
        if self.person is None and not has_display():
            bring = command(".venv/bin/python setup.py --import-session FILE", config)
            raise HandLoginFailed(NO_SCREEN.filled(bring=bring))


# ----- the three options


def log_in(
    config: Path, name: str | None, export: Path | None, terminal: Terminal, window: Window | None = None
) -> None:
    """Has a person log in by hand, and keeps the session: for the programs here, and in a file if one is named."""
    window = window or Window()
    if export:
        session_file.refuse_existing(export)
    settings = _settings_unless_visitor(config, may_visit=export is not None)
    window.refuse_without_screen(config)
    if settings is None:
        _log_in_as_visitor(export, terminal, window)
        return
    credentials = person_named(settings, name)
    terminal.say(_("A browser opens: log in there as {name}, as you always do.", name=masked(credentials.username)))
    entered = asyncio.run(_enter(settings, credentials, window))
    terminal.say(
        _("The session is kept: {read}. The programs use it from now on.", read=_what_was_read(entered.bookings))
    )
    if not credentials.by_hand:
        terminal.say(_('As "login" is "password" for this account, the bot logs in by itself once it has ended.'))
    if export:
        _write(export, credentials.username, settings.site.base_url, entered, terminal)


def export_session(
    config: Path, name: str | None, file: Path, terminal: Terminal, window: Window | None = None
) -> None:
    """Writes the stored session into a file; where there is none, its person logs in first."""
    session_file.refuse_existing(file)
    settings = _settings_unless_visitor(config, may_visit=True)
    credentials = person_named(settings, name) if settings else None
    stored = _stored(settings, credentials) if settings and credentials else None
    if settings is None or credentials is None or stored is None:
        log_in(config, name, file, terminal, window)
    else:
        _write(file, credentials.username, settings.site.base_url, stored, terminal)


def import_session(config: Path, name: str | None, file: Path, terminal: Terminal, *, login: bool) -> None:
    """Puts a session from a file in place, once the site has taken it (`login`)."""
    settings = _loaded(config)
    sealed = session_file.read(file)
    carried = _unsealed(sealed, terminal)
    credentials = _owner(settings, carried, name, file)
    if carried.base_url != settings.site.base_url:
        raise SessionFileError(
            _(
                "{file} is a session on {there}, and 'site.base_url' here is {here}",
                file=file,
                there=carried.base_url,
                here=settings.site.base_url,
            )
        )
    entered = _taken(settings, credentials, carried, file, login=login)
    read = _what_was_read(entered.bookings) if login else _("not tried on the site")
    terminal.say(
        _(
            "The session of {name} is in place: {read}. The programs use it from now on.",
            name=masked(credentials.username),
            read=read,
        )
    )
    terminal.say(_("Delete {file} now, also where it came from: with its passphrase it opens this account.", file=file))


def _taken(settings: Settings, credentials: Credentials, carried: CarriedSession, file: Path, *, login: bool) -> Proved:
    """The session, in its place. Raises SessionFileError with what is wrong with it."""
    try:
        return asyncio.run(_take(settings, credentials, carried, login=login))
    except LoginNeeded:
        made = f"{carried.made_at.astimezone(settings.zone):%d/%m/%Y %H:%M}"
        raise SessionFileError(
            _(
                "the session in {file}, of {made}, has ended: log in anew where you made it. The one "
                "here stays as it was",
                file=file,
                made=made,
            )
        ) from None
    except SiteError as error:
        later = _("wait some minutes") if isinstance(error, Blocked) else _("try again later")
        raise SessionFileError(
            _(
                "the session can't be tried, as {error}: {later}, or take it untried with --no-login",
                error=retold(str(error)),
                later=later,
            )
        ) from None


def is_stored(settings: Settings, credentials: Credentials) -> bool:
    """Whether a session is stored, also one that has ended."""
    return _stored(settings, credentials) is not None


def _stored(settings: Settings, credentials: Credentials) -> Proved | None:
    session = open_portal(site_access(settings)).session(credentials)
    state = session.stored_state()
    return Proved(state, session.logged_in_at or utc_now(), ()) if state is not None else None


# ----- whose


def person_named(settings: Settings, name: str | None) -> Credentials:
    """Whom --person means: a user name or Telegram id of the configuration; the owner without it."""
    if name is None:
        return settings.people[0]
    for each in everybody(settings):
        if name.strip() in (each.username, str(each.user_id)):
            return each
    known = ", ".join(f"{each.user_id} ({masked(each.username)})" for each in everybody(settings))
    raise ConfigError(NOBODY.at(settings.site.lets_in).filled(name=name, known=known))


def _owner(settings: Settings, carried: CarriedSession, name: str | None, file: Path) -> Credentials:
    named = person_named(settings, name) if name else None
    found = next((each for each in everybody(settings) if carried.belongs_to(each.username)), None)
    if found is None or (named is not None and named != found):
        whom = (
            _("of another account than {name}", name=masked(named.username))
            if named
            else _("of an account that is not here")
        )
        raise SessionFileError(ANOTHERS.at(settings.site.lets_in).filled(file=file, whom=whom))
    return found


def _settings_unless_visitor(config: Path, *, may_visit: bool) -> Settings | None:
    """The configuration; None on a laptop that has none, and only makes a session for another machine."""
    try:
        return _loaded(config)
    except ConfigError:
        if not may_visit or os.path.lexists(config):
            raise
    return None


def _loaded(config: Path) -> Settings:
    settings = load(config)
    program.take_care_of_files(settings)
    return settings


# ----- a session: made, proved, kept


async def _enter(settings: Settings, credentials: Credentials, window: Window) -> Proved:
    async with open_portal_alone(settings, headless=window.headless) as portal:
        entered = await hand_login.log_in(portal, credentials, person=window.person)
        await portal.session(credentials).take_over(entered.state, entered.made_at)
    await _tell_the_programs(settings, credentials)
    return entered


async def _take(settings: Settings, credentials: Credentials, carried: CarriedSession, *, login: bool) -> Proved:
    async with open_portal_alone(settings) as portal:
        entered = Proved(carried.state, carried.made_at, ())
        if login:
            entered = await proved(portal, credentials, carried.state, carried.made_at)
        await portal.session(credentials).take_over(entered.state, entered.made_at)
    await _tell_the_programs(settings, credentials, tried=login)
    return entered


async def _tell_the_programs(
    settings: Settings, credentials: Credentials, clock: Clock = utc_now, *, tried: bool = True
) -> None:
    """Lets the actions of the account go on. The worker first tries a session that was not `tried` here.

    Without a database nothing waits.
    """
    if not settings.has_database:
        return
    async with open_database(settings.database, clock) as db:
        await db.people.set(people_of(settings))
        if tried or not credentials.by_hand:
            await db.pauses.end(credentials.user_id)
            return
        with suppress(AlreadyQueued):
            await db.requests.add(NewAction(ActionType.CHECK, credentials.user_id, quiet=True))


def _log_in_as_visitor(export: Path | None, terminal: Terminal, window: Window) -> None:
    """Makes a session on a laptop without a configuration: nothing but the file stays there."""
    username = _asked(terminal, _("There is no configuration here, so only the file is kept. Your Codice Persona:"))
    with tempfile.TemporaryDirectory(prefix="polimisport-") as folder:
        visiting = visitor(username, Path(folder))
        terminal.say(_("A browser opens: log in there, as you always do."))
        entered = asyncio.run(_visit(visiting, window))
    terminal.say(_("You are in: {read}.", read=_what_was_read(entered.bookings)))
    if export:
        _write(export, visiting.username, visiting.site.base_url, entered, terminal)


def _asked(terminal: Terminal, question: str) -> str:
    try:
        return terminal.ask(f"{question} ")
    except EOFError:
        raise SessionFileError(_("nobody has answered: nothing was changed. Run it at a terminal")) from None


async def _visit(visiting: Visitor, window: Window) -> Proved:
    async with open_portal(replace(site_access(visiting), headless=window.headless)) as portal:
        return await hand_login.log_in(portal, visiting.credentials, person=window.person)


def _what_was_read(held: Sequence[Booking]) -> str:
    if not held:
        return _("my bookings were read, and there is none")
    named = ", ".join(_("{course} on {day}", course=each.course, day=f"{each.day:%d/%m}") for each in held[:MOST_NAMED])
    named += ", ..." if len(held) > MOST_NAMED else ""
    return n_("{n} booking was read ({named})", "{n} bookings were read ({named})", len(held), named=named)


# ----- the file


def _write(file: Path, username: str, base_url: str, made: Proved, terminal: Terminal) -> None:
    passphrase = _new_passphrase(terminal)
    session = CarriedSession(session_file.digest(username), base_url, made.made_at, made.state)
    session_file.write(file, session, passphrase)
    terminal.say(
        _(
            "Written: {file}. On the machine of the bot type: .venv/bin/python setup.py --import-session {name}",
            file=file,
            name=file.name,
        )
    )


def _new_passphrase(terminal: Terminal) -> str:
    """A new passphrase, typed twice, until both are the same and long enough."""
    terminal.say(_("A passphrase for the file: who has both is logged in as you. It is not kept anywhere."))
    while True:
        first = _secret(terminal, _("Passphrase ({least} characters or more, not shown):", least=LEAST_PASSPHRASE))
        if len(first) < LEAST_PASSPHRASE:
            terminal.say(
                _("That is too short: take {least} or more, several words for example.", least=LEAST_PASSPHRASE)
            )
        elif _secret(terminal, _("Once more:")) != first:
            terminal.say(_("These were two different ones. From the start:"))
        else:
            return first


def _unsealed(sealed: session_file.Sealed, terminal: Terminal) -> CarriedSession:
    for left in reversed(range(MOST_TRIES)):
        try:
            return sealed.opened(_secret(terminal, _("Passphrase of the file (not shown):")))
        except WrongPassphrase as wrong:
            if not left:
                raise
            terminal.say(_("{wrong}. Once more:", wrong=wrong))
    raise AssertionError("the last try returns or raises")


def _secret(terminal: Terminal, question: str) -> str:
    """Asks for the passphrase. Raises SessionFileError without a terminal."""
    while True:
        try:
            typed = terminal.ask_secret(f"{question} ")
        except EOFError:
            raise SessionFileError(
                _("nobody has typed a passphrase: nothing was changed. Run it at a terminal")
            ) from None
        with suppress(ValueError):
            return legible(typed)
        terminal.say(_("It holds a character that can't be typed everywhere: take another one."))
