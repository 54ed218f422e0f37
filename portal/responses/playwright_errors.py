"""Translates Playwright's errors into those of domain/errors.py: no other file outside portal/ ever sees one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from domain.errors import SiteChanged, SiteUnavailable

T = TypeVar("T")

CALL_TIMEOUT = 5.0  # seconds for a call that has no time-out of its own: closing, reading a page that may be stuck
DRIVER_GONE = re.compile(r"connection closed|browser has been closed|driver|pipe closed", re.IGNORECASE)


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turns Playwright's errors into ours: no answer is SiteUnavailable, an answer without what is due SiteChanged."""
    try:
        yield
    except PlaywrightTimeout as error:
        if str(error).startswith("Locator."):  # the page is there, what was to be used on it is not
            raise SiteChanged(f"{what}: the page is not as expected ({_first_line(error)})") from error
        raise SiteUnavailable(f"{what}: the site did not answer in time") from error
    except AssertionError as error:
        raise SiteChanged(f"{what}: the page is not as expected ({_first_line(error)})") from error
    except PlaywrightError as error:
        raise SiteUnavailable(f"{what}: {_first_line(error)}") from error


async def in_time(call: Awaitable[T], seconds: float = CALL_TIMEOUT) -> T | None:
    """What a Playwright call that has no time-out of its own gives; None when it fails or does not end in time.

    It is left alone then, never cancelled: Playwright does not define what that does.
    """
    task = asyncio.ensure_future(call)
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    await asyncio.wait({task}, timeout=seconds)
    return task.result() if task.done() and task.exception() is None else None


def lost_the_driver(error: BaseException | None) -> bool:
    """Whether the driver itself died, so that it must be started anew."""
    return isinstance(error, PlaywrightError | OSError) and bool(DRIVER_GONE.search(str(error)))


def _first_line(error: BaseException) -> str:
    """The telling part of Playwright's message: it goes on with a call log, which may quote what was typed."""
    lines = str(error).strip().splitlines()
    return re.sub(r"\?\S*", "", lines[0]) if lines else type(error).__name__
