"""What a process is called in leases and heartbeats, and whether the process of that name has ended."""

from __future__ import annotations

import os
import socket


def name_of(pid: int) -> str:
    """Who holds a lease: machine, process namespace (a container's processes are not ours to judge), process."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = "-"
    return f"{socket.gethostname()} {namespace} {pid}"


def is_elsewhere(holder: str) -> bool:
    """Whether the holder is a process of another machine or container."""
    return holder.rpartition(" ")[0] != name_of(0).rpartition(" ")[0]


def is_dead(holder: str) -> bool:
    """Whether the holder was a process of this machine that has ended. False for other machines and containers."""
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
