"""The machine that the figures were measured on: processor, memory, system."""

from __future__ import annotations

import asyncio
import os
import platform
import sqlite3
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from bench.browser import find_browser

GIB = 2**30


async def describe() -> str:
    """A few lines: processor, memory, disk of the measurements' files, versions of what does the work."""
    memory = psutil.virtual_memory().total / GIB
    busy = os.getloadavg()[0]
    system, disk = f"{platform.system()} {platform.release()}", _file_system(Path(tempfile.gettempdir()))
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return (
        f"{_processor()}, {len(os.sched_getaffinity(0))} cores, {memory:.1f} GiB; load {busy:.1f} before the start\n"
        f"{system}, files on {disk}\n"
        f"{versions}, Playwright {version('playwright')}, {await _browser_version()}"
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Model"))]
    return names[0] if names else platform.processor() or platform.machine()


def _file_system(folder: Path) -> str:
    """The kind of the file system a folder is on: what it costs to write safely depends on it."""
    mounts = [each for each in psutil.disk_partitions(all=True) if folder.is_relative_to(each.mountpoint)]
    return max(mounts, key=lambda each: len(each.mountpoint)).fstype if mounts else sys.platform


async def _browser_version() -> str:
    asked = await asyncio.create_subprocess_exec(
        str(await find_browser()), "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    answer, _ = await asked.communicate()
    return answer.decode().strip() or "a Chromium that does not tell its version"
