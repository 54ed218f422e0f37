"""Starts driver and browser, and tells whether the driver lives. Used by session.py."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from playwright.async_api import Browser, Playwright, async_playwright

from portal.trouble import in_time, translated

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TELL_TALES = re.compile(
    r"DEBUG(_\w+)?|PW(DEBUG|TEST|_)\w*|NODE_(DEBUG\w*|OPTIONS|V8_COVERAGE|TLS_REJECT_UNAUTHORIZED)"
    r"|SELENIUM_REMOTE_\w+|SSLKEYLOGFILE"
)
"""Variables that make driver or browser print or keep what passes through them, passwords included, or send it all to
another machine, or stop checking who answers. Whoever sets one for another program does not mean ours."""
ARGUMENTS = ("--disable-remote-fonts", "--disable-gpu")


async def start_driver(cache: Path) -> Playwright:
    """A new driver, which prints nothing of what passes through it. Node keeps its compiled code in that folder: the
    driver starts a third faster."""
    for name in [name for name in os.environ if TELL_TALES.fullmatch(name)]:
        del os.environ[name]
    os.environ.setdefault("NODE_COMPILE_CACHE", str(cache))
    return await async_playwright().start()


async def launch(driver: Playwright, executable_path: str | None, *, headless: bool) -> Browser:
    """A new browser. Raises SiteUnavailable when it does not start."""
    with translated("starting the browser"):
        return await driver.chromium.launch(
            executable_path=executable_path or installed(driver.chromium.executable_path),
            headless=headless,
            args=ARGUMENTS,
            handle_sigint=False,  # whoever stops the process ends the work in hand first, then closes us
            handle_sigterm=False,
            handle_sighup=False,
        )


async def answers(driver: Playwright) -> bool:
    """Whether the driver is alive: what is done on a connection that was closed fails with the words of a dead one."""
    context = await in_time(driver.request.new_context())
    if context is not None:
        await in_time(context.dispose())
    return context is not None


def installed(own: str) -> str | None:
    """None when Playwright has its own Chromium; else one of this machine, if there is any."""
    if Path(own).exists():
        return None
    return next(filter(None, map(shutil.which, BROWSERS)), None)
