"""Starts driver and browser, the browser in its sandbox where that is possible, and tells whether the driver lives."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from portal.responses.playwright_errors import in_time, translated

log = logging.getLogger(__name__)

LOADED = tuple(Path(__file__).with_name(f"driver_{name}.cjs") for name in ("limits", "hold", "given_up"))
MOST_ANSWER = 2_000_000  # bytes of an answer that is read by request, packed or unpacked; the site's have up to 50,000
MOST_HEAP = 512  # megabytes; a driver that wants more dies, and is started anew
HEADLESS_SHELL = "chromium-headless-shell"  # Chromium without windows: starts and opens pages three times as fast
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TELL_TALES = re.compile(
    r"DEBUG(_\w+)?|PW(DEBUG|TEST|_)\w*|NODE_(DEBUG\w*|OPTIONS|V8_COVERAGE|TLS_REJECT_UNAUTHORIZED)"
    r"|SELENIUM_REMOTE_\w+|SSLKEYLOGFILE"
)
"""Variables that make driver or browser print or keep what passes through them, passwords included, or send it all to
another machine, or stop checking its certificate. They are set for other programs, not for this one."""
ARGUMENTS = ("--disable-remote-fonts", "--disable-gpu")
# What Playwright and Chromium say when a start fails for want of a sandbox; the last ones are older versions' words
SANDBOX_FAILED = re.compile(
    r"sandboxing failed|no usable sandbox|setuid sandbox|move to new namespace|zygote_host_impl", re.IGNORECASE
)
SYSCTL = Path("/proc/sys")
FORBIDDEN_BY = {  # the kernel's switches that forbid it, each with its forbidding value
    "kernel.unprivileged_userns_clone": ("0", "1"),
    "kernel.apparmor_restrict_unprivileged_userns": ("1", "0"),
    "user.max_user_namespaces": ("0", "10000"),
}


async def start_driver(cache: Path) -> Playwright:
    """A new driver, which prints nothing of what passes through it. Node keeps its compiled code in that folder: the
    driver starts a third faster."""
    for name in [name for name in os.environ if TELL_TALES.fullmatch(name)]:
        del os.environ[name]
    os.environ.setdefault("NODE_COMPILE_CACHE", str(cache))
    required = " ".join(f'--require "{file}"' for file in LOADED)
    os.environ["NODE_OPTIONS"] = f"{required} --max-old-space-size={MOST_HEAP}"
    os.environ["POLIMISPORT_MOST_ANSWER"] = str(MOST_ANSWER)
    return await async_playwright().start()


@dataclass(frozen=True, slots=True)
class Unprotected:
    """Why the browser runs without its sandbox, and what to do about it."""

    why: str
    remedy: str


ROOT = Unprotected("the programs run as root", "run them as a user of their own: see deploy/systemd/polimisport.target")


def forbidden(sysctl: Path = SYSCTL) -> Unprotected:
    """What keeps an ordinary user's Chromium from making its sandbox."""
    for switch, (forbids, allows) in FORBIDDEN_BY.items():
        file = sysctl.joinpath(*switch.split("."))
        if file.exists() and file.read_text().strip() == forbids:
            remedy = f"allow it: sudo sysctl -w {switch}={allows} (to stay so: a line in /etc/sysctl.d)"
            return Unprotected(f"this machine forbids it ({switch} is {forbids})", remedy)
    remedy = "in a container use deploy/container/compose.yaml with its seccomp.json; else install chromium-sandbox"
    return Unprotected("this machine or container forbids user namespaces", remedy)


class Chromium:
    """The browser of this machine. Starts it in its sandbox; without it only where there can be none, and says so."""

    def __init__(self, executable_path: str | None, *, headless: bool, cache: Path) -> None:
        """The driver keeps its compiled code in the folder `cache`."""
        self._executable_path = executable_path
        self._headless = headless
        self._cache = cache
        self.unprotected: Unprotected | None = None  # known after the first start; looked at once in a process's life

    async def start_driver(self) -> Playwright:
        return await start_driver(self._cache)

    async def stop_driver(self, driver: Playwright) -> None:
        await driver.stop()

    async def stop_browser(self, browser: Browser) -> None:
        await browser.close()

    async def start_browser(self, driver: Playwright) -> Browser:
        """A new browser. Raises SiteUnavailable when it does not start."""
        with translated("starting the browser"):
            if self.unprotected is None and os.geteuid() == 0:
                self._do_without(ROOT)
            if self.unprotected is None:
                try:
                    return await self._start(driver, sandbox=True)
                except PlaywrightError as error:
                    if not SANDBOX_FAILED.search(str(error)):
                        raise
                self._do_without(forbidden())
            return await self._start(driver, sandbox=False)

    def _do_without(self, unprotected: Unprotected) -> None:
        self.unprotected = unprotected
        log.warning(
            "the browser runs without its sandbox, for %s: a hole in it would open this user's files. Remedy: %s",
            unprotected.why,
            unprotected.remedy,
        )

    def _path(self, own: str) -> str | None:
        """The browser that was named, unless it can open no window where one is wanted."""
        named = self._executable_path
        if named and (self._headless or Path(named).name != HEADLESS_SHELL):
            return named
        return installed(own, headless=self._headless)

    async def _start(self, driver: Playwright, *, sandbox: bool) -> Browser:
        return await driver.chromium.launch(
            executable_path=self._path(driver.chromium.executable_path),
            headless=self._headless,
            chromium_sandbox=sandbox,
            args=ARGUMENTS,
            handle_sigint=False,  # on a signal the program ends its running actions first, then closes the browser
            handle_sigterm=False,
            handle_sighup=False,
        )


def has_display() -> bool:
    """Whether a person would see a window."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


async def answers(driver: Playwright) -> bool:
    """Whether the driver is alive: what is done on a connection that was closed fails with the words of a dead one."""
    context = await in_time(driver.request.new_context())
    if context is not None:
        await in_time(context.dispose())
    return context is not None


def installed(own: str, *, headless: bool = True) -> str | None:
    """None when Playwright has its own Chromium; else one of this machine, if there is any."""
    if Path(own).is_file():
        return None
    candidates = (HEADLESS_SHELL, *BROWSERS) if headless else BROWSERS
    return next(filter(None, map(shutil.which, candidates)), None)
