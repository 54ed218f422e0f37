"""How every program starts and stops: options, logging, stop signal, exit code."""

from __future__ import annotations

import argparse
import asyncio
import gc
import glob
import logging
import os
import resource
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

from domain.errors import ClockInDoubt, ConfigError, DatabaseBusy, DatabaseError
from languages import terminal
from runtime import config_file, sealing_key, service_manager
from runtime.settings import Settings, add_config_option, configure_logging, load
from runtime.version import add_version_option
from safety import private

DONE = 0
FAILED = 1
MISCONFIGURED = 2  # starting again would not help: the process manager does not

LONGEST_STOP = 4.2  # s after the signal; a program that has not ended by then hangs, and is killed
PRIVATE = 0o077  # umask: whatever a program writes is for this user alone
KEPT_BESIDE = (".version*", ".replaced-*", ".key*")  # the database, after its name: what it was before, and the keys
MOST_NAMED = 6  # files in one line of the log
NO_CORE = 1  # byte; unlike 0 it also keeps Linux from handing the dump to a collector (fs/coredump.c, "limit == 1")

log = logging.getLogger(__name__)

Options = Callable[[], argparse.ArgumentParser]
Main = Callable[[Settings, argparse.Namespace, asyncio.Event], Awaitable[int]]


def options(description: str) -> argparse.ArgumentParser:
    """A parser with the options every program has."""
    parser = terminal.parser(description)
    add_config_option(parser)
    add_version_option(parser)
    return parser


def keep_private() -> None:
    """Makes what this process and its children write readable by this user alone, and forbids dumps of its memory.

    No child gets the key of the guests' logins.
    """
    os.umask(PRIVATE)
    sealing_key.given()
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if hard == resource.RLIM_INFINITY or hard > NO_CORE:
        resource.setrlimit(resource.RLIMIT_CORE, (NO_CORE, NO_CORE))


def take_care_of_files(settings: Settings) -> None:
    """Takes from other users the access that an earlier version or a careless copy left them, and logs which files.

    Raises ConfigError for what can't be trusted: a symbolic link, a folder that others can write or own.
    """
    private.judge_folders(settings.local_path)
    found = list(_of_ours(settings))
    private.refuse_strangers_folder(settings.state_dir)
    changed = [str(path) for path in private.tighten(found)]
    if changed:
        more = f" and {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else ""
        log.warning("closed to other users, who could look into it: %s%s", ", ".join(changed[:MOST_NAMED]), more)


def _of_ours(settings: Settings) -> Iterator[Path]:
    """Paths of every file and folder that the programs keep, or the old bot kept, whether they exist or not."""
    database, logs = settings.local_path, settings.log.file
    yield settings.state_dir
    yield from (database.with_name(database.name + end) for end in ("", "-wal", "-shm", "-journal"))
    for copies in (database.parent.glob(glob.escape(database.name) + end) for end in KEPT_BESIDE):
        yield from (copy for copy in copies if not copy.is_symlink())
    yield from _backups(settings.backup_dir, f"{database.stem}-")
    if logs:
        yield from (logs, *logs.parent.glob(glob.escape(logs.name) + ".*"))
        if private.holds_only(logs.parent, logs.stem):
            yield logs.parent


def _backups(folder: Path, beginning: str) -> Iterator[Path]:
    """The folder of backups, or only our backups where it holds other files too. It may be a link to another disk."""
    if private.holds_only(folder, beginning):
        yield folder
    else:
        yield from (copy for copy in folder.glob(f"{glob.escape(beginning)}*.db") if not copy.is_symlink())


def run(name: str, options: Options, main: Main) -> int:
    """Runs `main` with the settings and an event that SIGTERM and Ctrl-C set; returns the exit code.

    The options are made, and all is said, in the language of who starts the program. The log stays in English.
    What is wrong with configuration or database is one line on standard error and exit code 2; a trouble that passes,
    a database that is locked, a full disk, a clock that is not set yet, is exit code 1.
    """
    with terminal.speaking(terminal.chosen(None, config_file.language_in)):
        arguments = options().parse_args()
        keep_private()
        return _in_that_language(name, arguments, main)


def _in_that_language(name: str, arguments: argparse.Namespace, main: Main) -> int:
    watchdog = threading.Timer(LONGEST_STOP, _end_now)  # a thread: what hangs may be the event loop, or its end
    watchdog.daemon = True
    try:
        settings = load(arguments.config)
        configure_logging(settings, name)
        take_care_of_files(settings)
        return asyncio.run(_until_stopped(settings, arguments, main, watchdog))
    except (ConfigError, DatabaseError, ClockInDoubt) as error:
        print(error, file=sys.stderr)  # noqa: T201 - for the person at the terminal
        return FAILED if isinstance(error, (DatabaseBusy, ClockInDoubt)) else MISCONFIGURED
    finally:
        watchdog.cancel()


async def _until_stopped(
    settings: Settings, arguments: argparse.Namespace, main: Main, watchdog: threading.Timer
) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def begin_to_stop() -> None:
        if not stop.is_set():
            service_manager.tell(service_manager.STOPPING)
            watchdog.start()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, begin_to_stop)
    try:
        return await main(settings, arguments, stop)
    except (DatabaseBusy, ClockInDoubt):
        if stop.is_set():  # no error: we only did not wait for it any longer
            return DONE
        raise
    finally:
        gc.freeze()  # else Python looks through all there is before it ends: a third of a second of a busy processor


def _end_now() -> None:
    """Kills this process and its children. Actions it held are claimed again after the start, as after a power cut."""
    log.error("the program did not stop within %.1f s: it is killed", LONGEST_STOP)
    for child in _children():
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    os._exit(FAILED)


def _children() -> list[int]:
    """The child processes of this one, where the system lists them. A browser whose driver is gone ends by itself."""
    try:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    except OSError:
        return []


async def wait(stop: asyncio.Event, seconds: float) -> None:
    """Sleeps so many seconds, or until the stop is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
