"""How every program starts and stops, and what it is called: options, logging, stop signal, exit code, lease holder."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable

from model import ConfigError, DatabaseError
from settings import Settings, add_config_option, configure_logging, load

DONE = 0
FAILED = 1
MISCONFIGURED = 2  # starting again would not help: the process manager does not

Main = Callable[[Settings, argparse.Namespace, asyncio.Event], Awaitable[int]]


def options(description: str) -> argparse.ArgumentParser:
    """A parser with the options every program has."""
    parser = argparse.ArgumentParser(description=description)
    add_config_option(parser)
    return parser


def run(name: str, parser: argparse.ArgumentParser, main: Main) -> int:
    """Runs `main` with the settings and an event that SIGTERM and Ctrl-C set; returns the exit code.

    What is wrong with configuration or database is one line on standard error and exit code 2.
    """
    arguments = parser.parse_args()
    try:
        settings = load(arguments.config)
        configure_logging(settings, name)
        return asyncio.run(_until_stopped(settings, arguments, main))
    except (ConfigError, DatabaseError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - for the person at the terminal
        return MISCONFIGURED


async def _until_stopped(settings: Settings, arguments: argparse.Namespace, main: Main) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return await main(settings, arguments, stop)


async def wait(stop: asyncio.Event, seconds: float) -> None:
    """Sleeps, but not past the stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


def name_of(pid: int) -> str:
    """Who holds a lease: machine, process namespace (a container's processes are not ours to judge), process."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = "-"
    return f"{socket.gethostname()} {namespace} {pid}"


def is_dead(holder: str) -> bool:
    """Whether that holder was a process of this machine that is no more. What we can't judge is not dead."""
    pid = holder.rpartition(" ")[2]
    if not pid.isdigit() or holder != name_of(int(pid)):
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
