"""The Chromium the measurements use, and a witness that counts how often it was started."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

from playwright.async_api import async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


async def find_browser() -> Path:
    """The browser named in the environment, else one on this machine, else Playwright's own."""
    named = os.environ.get("POLIMISPORT_BROWSER__EXECUTABLE_PATH")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return Path(found)
    async with async_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


class BrowserWitness:
    """Stands in for the browser: notes that it was started, then becomes it."""

    def __init__(self, folder: Path, browser: Path) -> None:
        self.path = folder / "browser"
        self._notes = folder / "browser.starts"
        self._notes.touch()
        self.path.write_text(
            f'#!/bin/sh\necho started >>{shlex.quote(str(self._notes))}\nexec {shlex.quote(str(browser))} "$@"\n',
            encoding="utf-8",
        )
        self.path.chmod(0o700)

    @property
    def starts(self) -> int:
        return len(self._notes.read_text(encoding="utf-8").splitlines())
