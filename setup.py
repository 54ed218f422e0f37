"""Sets Polimisport Bot up and looks after it. A script, run by hand: nothing is packaged, nothing happens on import.

    python setup.py               first run: the wizard; then (and every other time) the database and the doctor
    python setup.py --check       the doctor alone: a line per check with its remedy
    python setup.py --validate    only whether the configuration can be used
    python setup.py --who         the Telegram id of a friend who sends four digits to the bot, for the key friends
    python setup.py --login       a browser in which you log in yourself (SPID, CIE): the bot uses that session
    python setup.py --export-session FILE  that session in a sealed file, for a machine without a screen
    python setup.py --import-session FILE  takes it there
    python setup.py --no-login    the set-up, the check or an import without asking the site
    python setup.py --check --offline  the doctor without asking Telegram or the site
    python setup.py --add-person ID  asks what a person logs in with, and keeps it encrypted in the database
    python setup.py --move-people    takes the people of the key friends out of config.json, into the database
    python setup.py --rotate-key     a new key for what stands encrypted there; the old one is set aside
    python setup.py --survey      how the site behaves, a line per fact, and a file to send to who maintains the bot
    python setup.py --backup      a copy of the database, also while the programs run (or --backup FILE)
    python setup.py --restore FILE  puts such a copy in place of the database, which is kept under another name
    python setup.py --move-to postgresql://USER@HOST/NAME  moves the database to a server (or --move-to FILE: back)
    python setup.py --move-to -   asks for that address, which may hold a password then, or reads it from its input
    python setup.py --try-alarms  a test notice to each channel of the key alarms, and a ping; says what came of each
    python setup.py --language it|en  says all this in that language; else the configuration's, else the system's

Exit code 0: all is well. 1: something is not. 2: there is no usable configuration or database. 130: stopped by Ctrl-C.
"""

from __future__ import annotations

from runtime.preflight import PROJECT as PROJECT  # first: it tells who has not the packages

import argparse
import asyncio
import getpass
import logging
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx

from admin import channels, doctor, guests, moving, sessions
from admin.answers import says_no, says_yes
from admin.hand_login import HandLoginFailed
from admin.session_file import SessionFileError
from admin.survey.terminal import Wanted, survey
from admin.wizard import DigitsSpent, Wizard, refuse_unwritable
from database import PostgresqlAddress, open_database, restored
from domain.errors import ConfigError, DatabaseError
from domain.model import Clock, utc_now
from domain.programs import living
from languages import terminal
from languages.terminal import _
from portal.browser.chromium import has_display
from runtime import process_names, program
from runtime.backups import make_backup, new_backup
from runtime.config_file import command, language_in
from runtime.configured import people_of
from runtime.credentials import CONFIG, handed_over
from runtime.settings import Settings, add_config_option, load
from runtime.version import add_version_option

WELL, UNWELL, UNUSABLE, STOPPED = 0, 1, 2, 130
SAID_BY_THE_DOCTOR = (
    "portal.browser.chromium",
    "portal.session.logins",
)  # want of a sandbox, a login that fails: told twice else

TASKS = (
    "check", "validate", "who", "login", "import_session", "add_person", "move_people", "rotate_key", "survey",
    "backup", "restore", "move_to", "try_alarms",
)  # fmt: skip
QUIET_BY_HAND = ("portal", "admin.hand_login")  # what they warn of is said by the sentence that follows


def options(arguments: list[str] | None) -> argparse.Namespace:
    """What was asked for. What contradicts itself, or means nothing alone, ends here with one sentence and code 2."""
    parser = terminal.parser(
        _("Sets Polimisport Bot up and looks after it."), usage=_("%(prog)s [--config PATH] [option ...]")
    )
    add_config_option(parser)
    add_version_option(parser)
    _add_tasks(parser.add_argument_group(_("one of these, or none for the set-up")).add_mutually_exclusive_group())
    more = parser.add_argument_group(_("and with some of them"))
    more.add_argument(
        "--person", metavar="NAME", help=_("whose login, or survey: a Codice Persona or Telegram id; default: yours")
    )
    more.add_argument(
        "--export-session",
        metavar="FILE",
        type=Path,
        help=_("put the session in a file, for a machine without a screen"),
    )
    more.add_argument("--no-login", action="store_true", help=_("don't ask the site"))
    more.add_argument("--offline", action="store_true", help=_("with --check: ask neither Telegram nor the site"))
    more.add_argument("--book", action="store_true", help=_("with --survey: also book a class far ahead and cancel it"))
    more.add_argument("--yes", action="store_true", help=_("with --survey --book: don't ask before booking"))
    chosen = parser.parse_args(arguments)
    if problem := _contradiction(chosen):
        parser.error(problem)
    return chosen


def _add_tasks(one: argparse._MutuallyExclusiveGroup) -> None:
    one.add_argument("--check", action="store_true", help=_("only look whether all is well"))
    one.add_argument("--validate", action="store_true", help=_("only say what is wrong with the configuration"))
    one.add_argument("--who", action="store_true", help=_("tell the Telegram id of who sends four digits to the bot"))
    one.add_argument("--login", action="store_true", help=_("log in yourself, in a browser that opens"))
    one.add_argument("--import-session", metavar="FILE", type=Path, help=_("take a session from such a file"))
    one.add_argument(
        "--add-person", metavar="ID", type=int, help=_("ask what the person of that Telegram id logs in with")
    )
    one.add_argument("--move-people", action="store_true", help=_("move config.json's friends into the database"))
    one.add_argument("--rotate-key", action="store_true", help=_("seal the guests' logins with a new key"))
    one.add_argument("--survey", action="store_true", help=_("look how the site behaves, and write a file about it"))
    one.add_argument(
        "--backup", nargs="?", const="", metavar="FILE", help=_("copy the database; default: backups/ beside it")
    )
    one.add_argument("--try-alarms", action="store_true", help=_("send a test notice to each channel of 'alarms'"))
    one.add_argument("--restore", metavar="FILE", type=Path, help=_("put a backup in place of the database"))
    one.add_argument(
        "--move-to", metavar="PLACE", help=_("move the database to postgresql://..., or to a file; -: asks where")
    )


def _contradiction(chosen: argparse.Namespace) -> str:
    """What is wrong with the options together; empty when nothing is."""
    tasks = [each for each in TASKS if getattr(chosen, each) not in (None, False)]
    set_up_alone = _("the set-up")
    task = f"--{tasks[0].replace('_', '-')}" if tasks else set_up_alone
    exports = chosen.export_session is not None
    if exports and task not in ("--login", set_up_alone):
        return _("--export-session goes alone or with --login, not with {task}", task=task)
    if chosen.person is not None and not exports and task not in ("--login", "--import-session", "--survey"):
        return _("--person goes with --login, --export-session, --import-session or --survey")
    if chosen.no_login and (exports or task not in ("--check", "--import-session", set_up_alone)):
        return _("--no-login goes with the set-up, --check or --import-session")
    if chosen.offline and task != "--check":
        return _("--offline goes with --check")
    if chosen.book and task != "--survey":
        return _("--book goes with --survey")
    return _("--yes goes with --survey --book") if chosen.yes and not chosen.book else ""


def main(arguments: list[str] | None = None) -> int:
    with terminal.speaking(terminal.chosen(arguments, language_in)):
        return do(options(arguments))


def do(chosen: argparse.Namespace) -> int:
    """What the options ask for; the exit code."""
    program.keep_private()
    try:
        if chosen.validate:
            refuse_missing_browser(chosen.config, load(chosen.config))
            print(_("{config}: the configuration can be used.", config=chosen.config))
            return WELL
        if chosen.check:
            return WELL if examine(chosen.config, login=not chosen.no_login, online=not chosen.offline) else UNWELL
        if chosen.login or chosen.export_session or chosen.import_session:
            return session_by_hand(chosen)
        if chosen.who:
            return find_out_who(loaded(chosen.config), chosen.config)
        if chosen.add_person is not None or chosen.move_people or chosen.rotate_key:
            return look_after_guests(loaded(chosen.config), chosen)
        if chosen.survey:
            return survey_site(loaded(chosen.config), chosen)
        if chosen.backup is not None:
            return asyncio.run(back_up(loaded(chosen.config), chosen.backup))
        if chosen.restore is not None:
            return asyncio.run(bring_back(loaded(chosen.config), chosen.restore.expanduser()))
        if chosen.move_to is not None:
            moving.move(loaded(chosen.config), where_to(chosen.move_to.strip()), print)
            return WELL
        if chosen.try_alarms:
            return WELL if asyncio.run(channels.try_all(loaded(chosen.config), print)) else UNWELL
        return set_up(chosen.config, login=not chosen.no_login)
    except (HandLoginFailed, SessionFileError) as error:
        print(error, file=sys.stderr)
        return UNWELL
    except (ConfigError, DatabaseError) as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print("\n" + _("Stopped."), file=sys.stderr)
        return STOPPED


def where_to(place: str) -> str:
    """The place that was named; for "-" the answer at the terminal, which it does not show, or a line of the input."""
    if place == "-":
        return (getpass.getpass(_("Where to: ")) if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if any(PostgresqlAddress(place).secrets()):
        seen = _(
            "Whoever is logged in on this machine can see the password in that address while this runs: "
            "'--move-to -' asks for it instead, and with a ~/.pgpass it needs not stand there."
        )
        print(seen, file=sys.stderr)
    return place


def session_by_hand(chosen: argparse.Namespace) -> int:
    """Makes, exports or imports a session; what was there stays unless that succeeds."""
    for name in QUIET_BY_HAND:
        logging.getLogger(name).setLevel(logging.ERROR)
    terminal = at_terminal()
    exported = chosen.export_session and chosen.export_session.expanduser()
    if chosen.import_session:
        file = chosen.import_session.expanduser()
        sessions.import_session(chosen.config, chosen.person, file, terminal, login=not chosen.no_login)
    elif chosen.login:
        sessions.log_in(chosen.config, chosen.person, exported, terminal)
    else:
        sessions.export_session(chosen.config, chosen.person, exported, terminal)
    return WELL


def look_after_guests(settings: Settings, chosen: argparse.Namespace) -> int:
    """Adds a person, moves config.json's friends, or changes the key."""
    if chosen.rotate_key:
        return WELL if guests.rotate_key(settings, print) else UNWELL
    if chosen.move_people:
        return WELL if guests.move_people(settings, ask_at_terminal, print) else UNWELL
    wizard = Wizard(ask=input, ask_secret=getpass.getpass, say=print)
    try:
        guests.add_person(settings, chosen.add_person, wizard, input, print)
    except EOFError:
        print()  # the question has no line end yet
        raise ConfigError(_("there is nobody to answer the questions here: run it at a terminal")) from None
    return WELL


def refuse_missing_browser(config: Path, settings: Settings) -> None:
    """Raises ConfigError for a browser that was named and is not there; the doctor tries to start it, besides."""
    named = settings.browser.executable_path
    if named and not os.access(named, os.X_OK):
        raise ConfigError(
            _(
                "{config}: the key 'browser.executable_path' is wrong: there is no program {path}",
                config=config,
                path=named,
            )
        )


def loaded(config: Path) -> Settings:
    """The settings, and the files they name closed to others. Raises ConfigError."""
    settings = load(config)
    program.take_care_of_files(settings)
    return settings


def set_up(config: Path, *, login: bool) -> int:
    """Configuration, then database, then doctor. What is there already stays as it is."""
    settings, config = configured(config)
    program.take_care_of_files(settings)
    made = not settings.has_database
    asyncio.run(prepare_database(settings))
    found = _("The database {file} is made.") if made else _("The database {file} is there, and up to date.")
    print(found.format(file=settings.database) + "\n")
    if login:
        enter_the_first_time(settings, config)
    well = examine(config, login=login)
    again = command(".venv/bin/python setup.py --check", config)
    start = command("./run", config)
    if not well:
        print("\n" + _("Mend what has a ✗, then type: {again}", again=again))
        print(_("When all is well, start it with {start}", start=start))
        return UNWELL
    print("\n" + _("All is well: start it with {start}", start=start))
    if made and login:
        offer_survey(settings, config)
    return WELL


def enter_the_first_time(settings: Settings, config: Path) -> None:
    """Has the owner log in by hand, if that is their way and they have not yet; the doctor says what else to do."""
    owner = settings.people[0]
    if not owner.by_hand or sessions.is_stored(settings, owner):
        return
    if not has_display() or not sys.stdin.isatty():
        return
    try:
        if not says_no(input(_("Log in to Polimisport now, in a browser that opens? [Y/n]") + " ")):
            sessions.log_in(config, None, None, at_terminal())
    except EOFError:
        print()
    except HandLoginFailed as error:
        print(error, file=sys.stderr)


def at_terminal() -> sessions.Terminal:
    return sessions.Terminal(input, getpass.getpass, lambda line: print(line, flush=True))


def offer_survey(settings: Settings, config: Path) -> None:
    """Once, to who has just logged in for the first time: nobody who makes the bot can see the real site."""
    later = command(".venv/bin/python setup.py --survey", config)
    if not somebody_is_there():
        return
    print()
    print(
        _(
            "This bot was made without seeing the real site. A survey looks how it behaves (later: {later}).",
            later=later,
        )
    )
    if ask_at_terminal(_("Do it now? About sixty requests, nothing is booked; you decide who gets its file")):
        examine_site(settings, Wanted(settings.people[0], False, Path.cwd()), ask_at_terminal)


def examine(config: Path, *, login: bool, online: bool = True) -> bool:
    """The doctor's report on the terminal; whether all is well."""
    for name in SAID_BY_THE_DOCTOR:
        logging.getLogger(name).setLevel(logging.ERROR)
    confirm = ask_at_terminal if somebody_is_there() else doctor.nobody
    said = doctor.report(config, partial(print, flush=True), login=login, online=online, confirm=confirm)
    return asyncio.run(said)


def survey_site(settings: Settings, chosen: argparse.Namespace) -> int:
    """How the real site behaves, fact by fact. Nothing is changed there without --book and a yes."""
    if chosen.book and not (somebody_is_there() or chosen.yes):
        raise ConfigError(_("--book books a place and gives it back: run it at a terminal, or with --yes"))
    ask = (lambda _question: True) if chosen.yes else ask_at_terminal
    wanted = Wanted(sessions.person_named(settings, chosen.person), chosen.book, Path.cwd())
    return WELL if examine_site(settings, wanted, ask) else UNWELL


def examine_site(settings: Settings, wanted: Wanted, ask: Callable[[str], bool]) -> bool:
    return asyncio.run(survey(settings, wanted, lambda line: print(line, flush=True), ask))


def somebody_is_there() -> bool:
    """Whether there is a terminal to ask at."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask_at_terminal(question: str) -> bool:
    """Whether the person says yes; a bare Enter is no."""
    try:
        choice = _("[y/N]")
        return says_yes(input(f"  {question} {choice} "))
    except EOFError:
        return False


def configured(config: Path) -> tuple[Settings, Path]:
    """The settings and where they are; asked for when neither a file nor the environment holds them."""
    try:
        return load(config), config
    except ConfigError:
        if os.path.exists(config) or handed_over(CONFIG):
            raise
    refuse_unwritable(config)
    wizard = Wizard(ask=input, ask_secret=getpass.getpass, say=print)
    try:
        config = wizard.write_down(config, wizard.ask_everything())
    except EOFError:
        print()  # the question has no line end yet
        raise ConfigError(_unanswered(config)) from None
    print("\n" + _("Written: {config}, readable by you only.", config=config))
    return load(config), config


def _unanswered(config: Path) -> str:
    """What to do after the questions ended without an answer: by Ctrl-D, or for want of a terminal."""
    if sys.stdin.isatty():
        again = command(".venv/bin/python setup.py", config)
        return _("Nothing was written. To start again, type: {again}", again=again)
    return _(
        "there is nobody to answer the questions here: copy config.example.json to {config} and fill it in",
        config=config,
    )


def find_out_who(settings: Settings, config: Path) -> int:
    """Tells a friend's Telegram id. Only while the bot does not run: it would take the digits away."""
    if settings.has_database and asyncio.run(bot_lives(settings)):
        print(_("The bot is running and would take the digits for itself: stop it first."), file=sys.stderr)
        return UNWELL
    wizard = Wizard(ask=input, ask_secret=getpass.getpass, say=print)
    try:
        number = wizard.find_out(settings.telegram.api_base_url, settings.telegram.bot_token.get_secret_value())
    except DigitsSpent as problem:
        print(problem, command(".venv/bin/python setup.py --who", config), file=sys.stderr)
        return UNWELL
    except httpx.HTTPError as error:
        print(
            _("Telegram can't be reached, or another program uses this bot ({kind}).", kind=type(error).__name__),
            file=sys.stderr,
        )
        return UNWELL
    except EOFError:
        if sys.stdin.isatty():  # Ctrl-D
            raise KeyboardInterrupt from None
        print()  # the question has no line end yet
        raise ConfigError(_("there is nobody to press Enter here: run it at a terminal")) from None
    print(
        _(
            "Put it into {config}, in the entry of that person under friends: telegram_user_id is {number}.",
            config=config,
            number=number,
        )
    )
    return WELL


async def bot_lives(settings: Settings) -> bool:
    async with open_database(settings.database) as db:
        beats, now = await db.heartbeats.all(), db.clock()
    return any(beat.program == "bot" for beat in living(beats, now, process_names.is_dead))


async def prepare_database(settings: Settings) -> None:
    """Makes or upgrades the file, and writes down who may use the bot. Never takes anything away."""
    async with open_database(settings.database) as db:
        await db.people.set(people_of(settings))


def backup_target(settings: Settings, name: str, clock: Clock) -> Path:
    """Where a backup goes: as named, or beside the database under the time it was made."""
    return Path(name).expanduser() if name else new_backup(settings, clock)


async def back_up(settings: Settings, name: str, clock: Clock = utc_now) -> int:
    """Copies the database as of one instant, whoever is using it."""
    if not settings.has_database:
        raise DatabaseError(
            _("the database {database} does not exist: there is nothing to copy", database=settings.database)
        )
    target = backup_target(settings, name, clock)
    try:
        async with open_database(settings.database) as db:
            await make_backup(db.connection.backup, settings.local_path, target)
    except FileExistsError:
        raise DatabaseError(_("{target} exists already: name another file", target=target)) from None
    except OSError as error:
        raise DatabaseError(_("{target} can't be written ({why})", target=target, why=error.strerror)) from None
    print(_("Copied to {target}.", target=target))
    return WELL


async def bring_back(settings: Settings, source: Path, clock: Clock = utc_now) -> int:
    """Puts a backup in place of the database; what was there stays beside it, and nothing is taken away."""
    kept = await restored(source, settings.database, settings.local_path.parent, clock)
    await prepare_database(settings)
    print(_("{database} is now what {source} was.", database=settings.database, source=source))
    if kept and isinstance(settings.database, Path):
        print(_("What it was before is kept in {kept}.", kept=kept))
    elif kept:
        print(_("What it was before is kept on the server, in the schema {kept}.", kept=kept))
    return WELL


if __name__ == "__main__":
    sys.exit(main())
