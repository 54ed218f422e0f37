"""Tells systemd how a program is: ready, alive, stopping. Where nothing listens it says nothing.

The protocol of sd_notify(3): datagrams of `NAME=value` lines to the socket that $NOTIFY_SOCKET names.
"""

from __future__ import annotations

import logging
import os
import socket

log = logging.getLogger(__name__)

PATIENCE = 0.2  # s; systemd reads at once, and no program stands still for it
READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


def tell(*lines: str) -> None:
    """Sends the lines, if somebody wants them. Nobody who does not listen stops the program's work."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    name = "\0" + address[1:] if address.startswith("@") else address  # a name in no folder (unix(7), "abstract")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
            door.settimeout(PATIENCE)
            door.sendto("\n".join(lines).encode(), name)
    except OSError as error:
        log.warning("systemd could not be told %s: %s", lines[0], error)


def status(text: str) -> str:
    """The line that `systemctl status` shows."""
    return f"STATUS={text}"


def more_time(seconds: float) -> str:
    """The line that has systemd wait so long for the program to be ready, from now on."""
    return f"EXTEND_TIMEOUT_USEC={seconds * 1_000_000:.0f}"


def watchdog() -> float | None:
    """Seconds without a sign of life after which systemd ends this process; None where it does not watch it."""
    pid, limit = os.environ.get("WATCHDOG_PID", ""), os.environ.get("WATCHDOG_USEC", "")
    if not limit.isdigit() or (pid and pid != str(os.getpid())):
        return None
    return int(limit) / 1_000_000 or None
