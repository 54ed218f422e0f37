"""Finds the browser and starts it, and tells whether its driver lives. Used by session.py."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.async_api import Browser, Playwright

from portal.trouble import in_time, translated

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ("--disable-remote-fonts", "--disable-gpu")


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
