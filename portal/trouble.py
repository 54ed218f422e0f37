"""What the site's troubles look like, and what Playwright's errors mean: the one place that translates both.

Above this file nobody sees a Playwright error, an AssertionError of `expect`, an HTTP status or a maintenance page:
only those of errors.py, whose class says what happens next.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from errors import Blocked, SessionExpired, SiteChanged, SiteError, SiteUnavailable

T = TypeVar("T")

LOGIN_PATH = "/Account/Login"
PATIENCE = 5.0  # seconds for a call that has no time-out of its own: closing, reading a page that may be stuck
REDIRECTS = range(300, 400)
SERVER_ERRORS = range(500, 600)

# A page with one of these is what was asked for, whatever else it says (a notice of maintenance planned, say).
OURS = re.compile(r"event-repository|list-group-item|booking-calendar|booking-confirm|home_btt_booking", re.IGNORECASE)
LOGIN = re.compile(r"accedi al tuo account|aunicalogin-button|name=[\"']?UserName", re.IGNORECASE)
CAPTCHA = re.compile(
    r"captcha|cf-challenge|non sei un robot|sei umano|are you human|access denied|accesso negato", re.I
)
MAINTENANCE = re.compile(
    r"manutenzione|maintenance|temporaneamente non disponibil|servizio non disponibile|service unavailable|torneremo",
    re.IGNORECASE,
)
DRIVER_GONE = re.compile(r"connection closed|browser has been closed|driver|pipe closed", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site answered to one request, and how long it took."""

    status: int
    text: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    seconds: float = 0.0

    @property
    def is_json(self) -> bool:
        try:
            json.loads(self.text)
        except ValueError:
            return False
        return True


def trouble_in_page(html: str) -> SiteError | None:
    """The trouble a page shows in place of what was asked for: a captcha, the login page, maintenance."""
    if OURS.search(html):
        return None
    if CAPTCHA.search(html):
        return Blocked("the site asks to prove that we are human")
    if LOGIN.search(html):
        return SessionExpired("the site shows its login page")
    if MAINTENANCE.search(html):
        return SiteUnavailable("the site is under maintenance")
    return None


def trouble_in_status(status: int, location: str, base_url: str) -> SiteError | None:
    """The trouble an HTTP status stands for; None for 2xx."""
    if status in REDIRECTS:
        return _trouble_of_redirect(location, base_url)
    if status == 401:
        return SessionExpired("the site asks to log in (HTTP 401)")
    if status in (403, 429):
        return Blocked(f"the site turns us away (HTTP {status})")
    if status in SERVER_ERRORS:
        return SiteUnavailable(f"the site answers HTTP {status}")
    return SiteChanged(f"the site answers HTTP {status}") if status >= 400 else None


def _trouble_of_redirect(location: str, base_url: str) -> SiteError:
    host = urlsplit(location).hostname
    elsewhere = host is not None and host != urlsplit(base_url).hostname
    if LOGIN_PATH.lower() in location.lower() or (elsewhere and "login" in location.lower()):
        return SessionExpired("the session is over: the site redirects to its login page")
    return SiteUnavailable(f"the site redirects elsewhere: {urlsplit(location).path[:80] or '?'}")


def check(answer: Answer, base_url: str, *, wants_json: bool) -> None:
    """Raises what the answer stands for unless it is of the kind that was asked for. HTML never passes for data."""
    trouble = trouble_in_status(answer.status, answer.headers.get("location", ""), base_url)
    if trouble is None and not (wants_json and answer.is_json):
        trouble = trouble_in_page(answer.text)
        if trouble is None and wants_json:
            what = "a page" if "<" in answer.text[:200] else "nothing" if not answer.text.strip() else "no JSON"
            trouble = SiteChanged(f"the site answers with {what} where data is due")
    if trouble:
        raise trouble


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


async def in_time(call: Awaitable[T], seconds: float = PATIENCE) -> T | None:
    """What a Playwright call that has no time-out of its own gives; None when it fails or does not end in time.

    It is left alone then, never cancelled: Playwright does not define what that does.
    """
    task = asyncio.ensure_future(call)
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    await asyncio.wait({task}, timeout=seconds)
    return task.result() if task.done() and task.exception() is None else None


def lost_the_driver(error: BaseException | None) -> bool:
    """Whether Playwright itself died, so that it must be started anew."""
    return isinstance(error, PlaywrightError | OSError) and bool(DRIVER_GONE.search(str(error)))


def _first_line(error: BaseException) -> str:
    """The telling part of Playwright's message: it goes on with a call log, which may quote what was typed."""
    lines = str(error).strip().splitlines()
    return re.sub(r"\?\S*", "", lines[0])[:160] if lines else type(error).__name__
